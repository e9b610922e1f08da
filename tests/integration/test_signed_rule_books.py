"""Signed rule books: what a key that is trusted did not sign decides nothing, whoever may write to the topic."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.brokers import Broker
from tests.rule_book_swaps import Book, books, put, settings_of
from tests.station import Station, ids, transfers
from tests.wire import Record
from tidewaiter.commands.publishing import in_force, publish, roll_back
from tidewaiter.errors import RuleError
from tidewaiter.settings import Settings
from tidewaiter.stream.rulebooks import put_in_force, record_of
from tidewaiter.wire.signing import SigningKey
from tidewaiter_schemas.rulebook import CurrentRuleBook


@dataclass(frozen=True)
class Keys:
    """The publisher's key, the one that follows it, and that of somebody who may write to the topic and no more."""

    first: Path
    second: Path
    foreign: Path
    trusted: Path


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    made = Keys(*(tmp_path / f"{name}.pem" for name in ("first", "second", "foreign", "trusted")))
    for path in (made.first, made.second, made.foreign):
        SigningKey.create().write(path)
    made.trusted.write_text(SigningKey.read(made.first).public.pem)
    return made


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Book, Path]]:
    folder = tmp_path_factory.mktemp("books")
    made = []
    for number, whole in enumerate(books(3)):
        # One rule set is enough, and sooner built.
        book = Book.of(dataclasses.replace(whole.sources, rule_sets=whole.sources.rule_sets[:1]))
        (folder / f"{number}.rulebook").write_bytes(book.file)
        made.append((book, folder / f"{number}.rulebook"))
    return made


def publishing(station: Station, keys: Keys, key: Path | None = None) -> Settings:
    return settings_of(
        station, rule_book_inline_bytes=5_000_000, trusted_keys_file=keys.trusted, signing_key_file=key or keys.first
    )


def offer(station: Station, book: Book, since: datetime | None = None, **signed: Any) -> CurrentRuleBook:
    """Write what says that the book is in force, as anybody could who may write to the topic."""
    settings = settings_of(station, rule_book_inline_bytes=5_000_000, **signed)
    current = CurrentRuleBook(sha256=book.sha256, since=since or datetime.now(UTC), allow_shrink=True)
    asyncio.run(put_in_force(settings, current, record_of(settings, book.file, book.manifest, None)))
    return current


@pytest.mark.long
def test_a_worker_adopts_only_what_a_trusted_key_signed(
    any_broker: Broker, some: list[tuple[Book, Path]], keys: Keys
) -> None:
    (good, file), (bad, _), (later, later_file) = some
    station = Station(any_broker.address).create().create_rule_books()
    asyncio.run(publish(publishing(station, keys), file, None, allow_shrink=False))
    (signed,) = station.wire.read(station.rule_books, until=lambda found: len(found) >= 2)[1:]

    def refused(reason: str) -> int:
        return int(worker.metrics()[f'tidewaiter_rulebook_refused_total{{reason="{reason}"}}'])

    def judges(first: int) -> set[str]:
        sent = transfers(first, 10)
        station.publish(sent)
        found = station.verdicts_on(ids(sent))
        return {json.loads(found[each][0].value or b"")["rulebook"]["sha256"] for each in ids(sent)}

    with station.worker(trusted_keys_file=keys.trusted, rule_book="published") as worker:
        worker.ready()
        assert judges(0) == {good.sha256}

        put(station, bad)  # by somebody without a key
        worker.until(lambda: refused("unsigned") == 2)  # the rule book, and that it is in force
        offer(station, bad, signing_key_file=keys.foreign)
        worker.until(lambda: refused("unsigned") == 4)
        station.wire.publish(station.rule_books, [Record(None, b"current", partition=0)])
        worker.until(lambda: refused("unsigned") == 5)
        assert judges(100) == {good.sha256}

        asyncio.run(publish(publishing(station, keys), later_file, None, allow_shrink=False))
        worker.until(lambda: len(worker.logged("rule book adopted")) == 2)
        assert judges(200) == {later.sha256}

        # What was signed once, written again by somebody who kept it.
        station.wire.publish(
            station.rule_books, [Record(signed.value, signed.key, partition=0, headers=tuple(signed.headers))]
        )
        worker.until(lambda: refused("stale") == 1)
        assert judges(300) == {later.sha256}

    # A worker that starts now passes over the same records, and so do the commands.
    with station.worker(trusted_keys_file=keys.trusted, rule_book="published") as worker:
        worker.ready()
        assert judges(400) == {later.sha256}
    found = asyncio.run(in_force(publishing(station, keys)))
    assert found.current.sha256 == later.sha256
    assert found.signer == SigningKey.read(keys.first).public.id
    assert "it is a replay" in str(found.ignored)


def test_records_that_do_not_count_are_told_in_few_lines_however_many_there_are(any_broker: Broker, keys: Keys) -> None:
    station = Station(any_broker.address).create().create_rule_books()
    sent = transfers(0, 20)
    with station.worker(trusted_keys_file=keys.trusted) as worker:
        worker.ready()
        forged = [
            Record(b"{}", key, partition=0) for key in (b"current", b"ab" * 32, b"x" * 2_000) for _ in range(1_000)
        ]
        station.wire.publish(station.rule_books, forged)

        def refused(reason: str) -> int:
            return int(worker.metrics()[f'tidewaiter_rulebook_refused_total{{reason="{reason}"}}'])

        worker.until(lambda: (refused("unsigned"), refused("unreadable")) == (2_000, 1_000))
        station.publish(sent)
        station.verdicts_on(ids(sent))
        assert worker.terminate() == 0
        lines = worker.logged("rule book refused")
    assert len(lines) < 20
    assert sum(line["times"] for line in lines) == len(forged)
    assert max(len(line["detail"]) for line in lines) < 300


@pytest.mark.long
def test_keys_are_rotated_and_a_publisher_whose_key_nobody_trusts_publishes_nothing(
    any_broker: Broker, some: list[tuple[Book, Path]], keys: Keys
) -> None:
    (first, file), (second, second_file), _ = some
    station = Station(any_broker.address).create().create_rule_books()
    settings = publishing(station, keys)
    assert asyncio.run(publish(settings, file, None, allow_shrink=False)) is not None
    assert asyncio.run(publish(settings, file, None, allow_shrink=False)) is None
    asyncio.run(publish(settings, second_file, None, allow_shrink=False))

    renewed = publishing(station, keys, keys.second)
    for refused in (renewed, publishing(station, keys).model_copy(update={"signing_key_file": None})):
        with pytest.raises(RuleError, match="TIDEWAITER_SIGNING_KEY_FILE"):
            asyncio.run(publish(refused, second_file, None, allow_shrink=False))
        with pytest.raises(RuleError, match="TIDEWAITER_SIGNING_KEY_FILE"):
            asyncio.run(roll_back(refused, None))

    # Trust both, sign what is in force anew, trust the new one alone.
    publics = [SigningKey.read(path).public for path in (keys.first, keys.second)]
    keys.trusted.write_text("".join(public.pem for public in publics))
    asyncio.run(publish(renewed, second_file, None, allow_shrink=False))
    keys.trusted.write_text(publics[1].pem)
    found = asyncio.run(in_force(renewed))
    assert (found.current.sha256, found.signer) == (second.sha256, publics[1].id)
    assert found.current.replaces == first.sha256, "it replaces what it did before"
    with pytest.raises(RuleError, match="no such rule book"):
        asyncio.run(roll_back(renewed, None))  # signed by a key that is trusted no more
    asyncio.run(publish(renewed, file, None, allow_shrink=False))
    assert asyncio.run(roll_back(renewed, None)).sha256 == second.sha256


def test_a_verdict_is_signed_and_a_consumer_sees_that_it_is_ours(any_broker: Broker, keys: Keys) -> None:
    station = Station(any_broker.address).create()
    sent = transfers(0, 20)
    station.publish(sent)
    with station.worker(signing_key_file=keys.first, rule_book="own") as worker:
        found = station.verdicts_on(ids(sent))
        assert worker.logged("verdicts are signed")[0]["key"] == SigningKey.read(keys.first).public.id
    pem = SigningKey.read(keys.first).public.pem
    (record,) = next(iter(found.values()))
    assert _consumer()(record.value, dict(record.headers), pem.encode())
    assert not _consumer()(b"{}", dict(record.headers), pem.encode())


def _consumer() -> Any:
    """The code that docs/security.md gives to consumers."""
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["base64"] is base64
    assert names["load_pem_public_key"] is load_pem_public_key
    return names["is_ours"]
