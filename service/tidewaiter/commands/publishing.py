"""Publish rule books to the topic, roll back to an earlier one, and look them up there."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tidewaiter.errors import RuleError
from tidewaiter.observability import logs
from tidewaiter.release.adoption import Offer, Refused, consider
from tidewaiter.rescreening.comparison import FORMAT as COMPARISON
from tidewaiter.rulebook.index_store import IndexStore
from tidewaiter.rulebook.package import load_package, read_bytes, read_head, unpack
from tidewaiter.rulebook.sources import Sources
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.stream.rulebooks import (
    RuleBookTopicState,
    fetched,
    published,
    put_in_force,
    read_topic_state,
    record_of,
)
from tidewaiter.wire.signing import SigningKey, signing_key
from tidewaiter_schemas.rulebook import CurrentRuleBook, PublishedRuleBook

LIVE: Final = "live"
_SHA: Final = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class InForce:
    """The rule book in force on the topic, and the ids of all rule books published there, oldest first.

    `signer` is the id of the trusted key that signed it, or None if no signature is required. `ignored` says why a
    later record was not accepted.
    """

    current: CurrentRuleBook
    signer: str | None
    ignored: RuleError | None
    book: PublishedRuleBook
    published: tuple[str, ...]


async def publish(
    settings: Settings,
    path: Path,
    uri: str | None,
    allow_shrink: bool,
    moment: datetime | None = None,
    comparison: Path | None = None,
) -> PublishedRuleBook | None:
    """Publish the compiled file. Return None when it is already in force and signed by the key of the settings.

    `comparison` is a report of `compare` that must compare the rule book in force with this file. With `moment`, the
    file is in force from then on. It cancels an earlier publication that is scheduled and not yet in force.

    The file must pass the checks of a worker: it is complete, its own examples hold, and, unless `allow_shrink`, it is
    not smaller than the one it replaces. The content at `uri` must be this file. Raises RuleError and BrokerError.
    """
    file = read_bytes(path)
    with path.open("rb") as stream:
        manifest = read_head(stream, str(path)).manifest
    record = record_of(settings, file, manifest, uri)
    if uri is not None and await fetched(settings, record.file) != file:
        raise RuleError(f"{uri}: does not contain {path}; copy it there first")
    state = await read_topic_state(settings)
    current, key = state.current, signing_key(settings)
    _check_key(state, key)
    if comparison is not None:
        _check_comparison(comparison, _live(current), manifest.sha256)
    if moment is not None and moment <= _from_now(state):
        raise RuleError(f"--from {moment.isoformat()}: must be in the future and after the last published rule book")
    if moment is not None and manifest.sha256 == _live(current):
        raise RuleError(
            f"--from {moment.isoformat()}: rule book {manifest.sha256[:16]} is in force already; without --from it "
            "stays in force and one that is scheduled is cancelled"
        )
    again = current is not None and current.sha256 == manifest.sha256 == _live(current) and moment is None
    if again and (state.trusted is None or (key is not None and state.signer == key.public.id)):
        return None
    baseline = None
    if current is not None and not allow_shrink:
        baseline = (await published(settings, state, _live(current) or current.sha256)).manifest
    indexes = IndexStore(settings.indexes)
    outcome = consider(
        Offer(file, record.file.sha256, record.file.size, manifest, baseline, settings.rule_book_shrink, indexes)
    )
    if isinstance(outcome, Refused):
        raise RuleError(f"{path}: not published ({outcome.reason}): {outcome.detail}")
    going = CurrentRuleBook(
        sha256=manifest.sha256,
        replaces=_live(current),
        since=moment or _from_now(state),
        scheduled=moment is not None,
        written_at=_next_in_order(state),
        allow_shrink=allow_shrink,
    )
    if again and current is not None:  # the same, signed by another key
        going = current.model_copy(update={"since": going.since, "written_at": going.written_at})
    await put_in_force(settings, going, record)
    return record


async def roll_back(settings: Settings, sha256: str | None) -> CurrentRuleBook:
    """Put the previous rule book, or the one named, in force again. Raises RuleError and BrokerError."""
    state = await read_topic_state(settings)
    _check_key(state, signing_key(settings))
    current = _current(state)
    if sha256 is None:
        if current.rolled_back:
            raise RuleError(
                f"rule book {current.sha256[:16]} is a rollback already (from {(current.replaces or '')[:16]}): "
                "name the one to go to; `rulebook show` lists them"
            )
        if current.replaces is None:
            raise RuleError(f"rule book {current.sha256[:16]} is the first one: there is none to go back to")
        sha256 = current.replaces
    target = _published_as(state, sha256)
    live = _live(current)
    if target == current.sha256 == live:
        raise RuleError(
            f"rule book {target[:16]} is in force already: name the one to go to; `rulebook show` lists them"
        )
    await published(settings, state, target)
    # It was in force before, so do not check whether it shrank.
    going = CurrentRuleBook(
        sha256=target,
        replaces=live if live != target else None,
        since=_from_now(state),
        written_at=_next_in_order(state),
        rolled_back=True,
        allow_shrink=True,
    )
    await put_in_force(settings, going)
    return going


async def in_force(settings: Settings) -> InForce:
    """Return what is in force on the topic. Raises RuleError when nothing is, and BrokerError."""
    state = await read_topic_state(settings)
    current = _current(state)
    book = await published(settings, state, current.sha256)
    return InForce(
        current, state.signer, state.failed, book, tuple(sorted(state.places, key=lambda sha256: state.places[sha256]))
    )


async def sources_of(settings: Settings, name: str) -> Sources:
    """Return the sources of a rule book: `live`, a sha-256 or its prefix, or a file. Raises RuleError, BrokerError."""
    path = Path(name)
    if name != LIVE and (not _SHA.fullmatch(name) or await asyncio.to_thread(path.exists)):
        return load_package(path)
    sha256, content = await file_of(settings, name)
    return unpack(content, f"rule book {sha256[:16]}")


def candidate(settings: Settings, name: str) -> Screener:
    """Return the screener of a rule book, named as for `sources_of`. Raises RuleError and BrokerError."""
    indexes = IndexStore(settings.indexes, logs.logger("tidewaiter.shadow").warning)
    return Screener(asyncio.run(sources_of(settings, name)).compile(indexes))


async def file_of(settings: Settings, name: str) -> tuple[str, bytes]:
    """Return sha-256 and content of a published rule book, named by `live`, its sha-256 or a prefix of that.

    Raises RuleError and BrokerError.
    """
    state = await read_topic_state(settings)
    sha256 = _current(state).sha256 if name == LIVE else _published_as(state, name)
    return sha256, await fetched(settings, (await published(settings, state, sha256)).file)


def _check_key(state: RuleBookTopicState, key: SigningKey | None) -> None:
    if state.trusted is None or (key is not None and key.public.id in state.trusted.keys):
        return
    lacking = "no key signs what is published here" if key is None else f"key {key.public.id} is not trusted here"
    raise RuleError(
        f"{lacking}, and workers that trust the same keys would refuse it: set TIDEWAITER_SIGNING_KEY_FILE to the "
        "private key of one in TIDEWAITER_TRUSTED_KEYS_FILE"
    )


def _check_comparison(path: Path, live: str | None, new: str) -> None:
    """Raise RuleError unless the report compares the rule book in force with the new one and is complete."""
    try:
        report = json.loads(path.read_bytes())
        old, compared = report["old"]["sha256"], report["new"]["sha256"]
        left_out = len(report["unjudged"]) + report["unreadable"]
        transfers = report["transfers"]
        known = report["format"] == COMPARISON
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RuleError(f"{path}: is not a JSON report of `tidewaiter compare`") from error
    if not known:
        raise RuleError(f"{path}: is a report of another format than {COMPARISON}")
    if compared != new:
        raise RuleError(f"{path}: compares with the rule book {compared[:16]}, and {new[:16]} is to be published")
    if old != live:
        in_force = f"{live[:16]} is in force" if live else "none is in force"
        raise RuleError(f"{path}: compares from the rule book {old[:16]}, and {in_force}: compare again")
    if left_out or not transfers:
        what = f"{left_out} records were not judged" if left_out else "it judged no transfer"
        raise RuleError(f"{path}: {what}; look into it, and compare again")


def _live(current: CurrentRuleBook | None) -> str | None:
    """Return the rule book that is in force now; one that is scheduled for later is not."""
    if current is None:
        return None
    return current.replaces if current.is_pending(datetime.now(UTC)) else current.sha256


def _from_now(state: RuleBookTopicState) -> datetime:
    """Return now, or a moment after the last one was put in force if a clock that runs ahead wrote that.

    One that is scheduled and not yet in force is called off, so its moment does not count.
    """
    now, current = datetime.now(UTC), state.current
    if current is None:
        return now
    last = current.since if not current.is_pending(now) else current.written_at or now
    return max(now, last + timedelta(microseconds=1))


def _next_in_order(state: RuleBookTopicState) -> datetime:
    """Return now, or a moment after the last record if that is later: records are in this order."""
    now = datetime.now(UTC)
    return now if state.current is None else max(now, state.current.order + timedelta(microseconds=1))


def _current(state: RuleBookTopicState) -> CurrentRuleBook:
    if state.current is None and state.failed is not None:
        raise state.failed
    if state.current is None:
        raise RuleError("no rule book is published; publish one with: tidewaiter rulebook publish FILE")
    return state.current


def _published_as(state: RuleBookTopicState, beginning: str) -> str:
    found = [sha256 for sha256 in state.places if sha256.startswith(beginning)]
    if len(found) != 1:
        what = "several rule books match" if found else "no such rule book is published"
        raise RuleError(f"{beginning}: {what}; `tidewaiter rulebook show` lists them")
    return found[0]
