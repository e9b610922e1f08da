"""How much of a transfer is read: counts alone, and a finding for whatever lies beyond them."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import event, seller
from tidewaiter.screening.facts.stated_texts import stated_texts
from tidewaiter.screening.limits import Readable, within_limits
from tidewaiter.screening.reading_steps import Limit
from tidewaiter.screening.screener import Screener
from tidewaiter.text.extent import MOST_OF_ONE, extent_of, letters_in, within
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision

ROOT = Path(__file__).parents[2]
INNOCENT = event({"description": "cotton shirts", "hs_code": "6105"}, origin="FR", to="DE", parties=[seller("FR")])
WORDS, CLAIMS = Limit.NAME_WORDS.most, Limit.CLAIMS.most


def people(count: int) -> list[dict[str, Any]]:
    return [{"role": "other", "name": f"Q{number}"} for number in range(count)]


def owners(count: int) -> list[dict[str, Any]]:
    return [{"name": f"Q{number}"} for number in range(count)]


def stops(count: int) -> dict[str, Any]:
    return {"destination": {"country": "DE"}, "transit": [{"country": "FR"}] * count}


def shirts(count: int) -> list[dict[str, Any]]:
    return [{"description": f"cotton shirts {number}"} for number in range(count)]


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else "Q"


def random_words(letters: int) -> str:
    rng = random.Random(letters)
    words = ("".join(rng.choices(ascii_lowercase, k=rng.randint(3, 9))) for _ in range(letters // 4))
    return " ".join(words)[:letters]


TO_MANY = {"transit": [{"country": code} for code in "KP IR LY SO CD CF SD SS YE IQ LB AF ML HT".split()]}
BEYOND: list[tuple[Limit, str, str, dict[str, Any]]] = [
    (Limit.NAME_WORDS, "/parties/0/name", "127 of 255 characters", {"parties": [{"role": "other", "name": "a b " * WORDS}]}),
    (Limit.NAME_WORDS, "/parties/0/name", "1 of 65 characters", {"parties": [{"role": "other", "name": "海" * (WORDS + 1)}]}),
    (Limit.NAME_WORDS, "/parties/0/aliases/0", "29 of 50 characters", {"parties": [{"role": "other", "aliases": ["\ufdfa" * 50]}]}),
    (Limit.NAME_WORDS, "/items/0/manufacturer", "127 of 255 characters", {"items": [{"manufacturer": "a b " * WORDS}]}),
    (Limit.NAME_LETTERS, "/parties/0/name", "1 of 1,001 characters", {"parties": [{"role": "other", "name": "a" * 1_001}]}),
    (Limit.LINE_WORDS, "/items/0/description", "5 of 6,005 characters", {"items": [{"description": "shirt " * 1_001}]}),
    (Limit.LINE_WORDS, "/items/0/description", "2 of 2,002 characters", {"items": [{"description": "衫" * 2_002}]}),
    (Limit.CODES, "/purpose", "the codes from here on", {"purpose": " ".join(f"A{n}" for n in range(10_000, 10_201))}),
    (Limit.MENTIONS, "/purpose", "the names of countries from here on", {"purpose": "Pyongyang, " * 501}),
    (Limit.MENTIONS, "/extensions/a/1", "the names of countries from here on", {"purpose": "Pyongyang, " * 400, "extensions": {"a": ["Pyongyang, " * 100, "Pyongyang"]}}),
    (Limit.LEVELS, "/extensions/a/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", "all of it", {"extensions": {"a": nested(16)}}),
    (Limit.CLAIMS, "/authorisations/100", "1 of 101 authorisations", {"authorisations": [{"authority": "UN", "reference": "1"}] * 101}),
]  # fmt: skip
BEYOND_STEPS: list[tuple[str, dict[str, Any]]] = [
    ("/parties/", {"parties": people(900)}),
    ("/parties/0/aliases/", {"parties": [{"role": "x", "name": "Q", "aliases": ["Q Q"] * 900}]}),
    ("/parties/0/owned_by/", {"parties": [people(1)[0] | {"owned_by": owners(500)}]}),
    ("/parties/0/acting_for/0/owned_by/", {"parties": [people(1)[0] | {"acting_for": [{"name": "Q", "owned_by": owners(450)}]}]}),
    ("/parties/0/identifiers/", {"parties": [people(1)[0] | {"identifiers": [{"type": "other", "value": "7"}] * 2_000}]}),
    ("/parties/0/countries/", {"parties": [people(1)[0] | {"countries": ["FR"] * 30_000}]}),
    ("/parties/0/former_flags/", {"parties": [people(1)[0] | {"type": "vessel", "former_flags": ["FR"] * 30_000}]}),
    ("/parties/1/address", {"parties": [people(1)[0] | {"address": "\ufdfa" * 1_000}] * 6}),
    ("/route/transit/", {"route": stops(3_000)}),
    ("/route/transit/0", {"route": {"origin": {"place": "\ufdfa" * 4_000}, "transit": [{"place": "\ufdfa" * 4_000}]}}),
    ("/items/", {"items": shirts(2_000)}),
    ("/items/4/description", {"items": [{"description": "a b " * 500}] * 6}),
    ("/items/4/model", {"items": [{"description": "a b " * 500}] * 4 + [{"description": "a b " * 200, "model": "a b " * 400}]}),
    ("/purpose", {"purpose": "\ufdfa" * 6_000}),
    ("/free_text", {"purpose": "\ufdfa" * 3_000, "free_text": "a b " * 2_000}),
    ("/extensions/a", {"purpose": "\ufdfa" * 3_000, "extensions": {"a": "a b " * 2_000}}),
    ("/extensions/a/", {"extensions": {"a": [0] * 60_000}}),
    ("/report/sources/", {"report": {"sources": ["\ufdfa" * 100] * 60}}),
    ("/authorisations/", {"authorisations": [{"authority": "UN", "reference": "1", "covers": "\ufdfa" * 500}] * 20}),
]  # fmt: skip


def read(whole: TransferEvent) -> Readable:
    return within_limits(whole, stated_texts(whole, ()))


def transfer(**facts: Any) -> TransferEvent:
    return TransferEvent.model_validate(INNOCENT | facts)


@pytest.mark.parametrize(
    ("limit", "subject", "unread", "facts"), BEYOND, ids=[f"{one[0].name} {one[1]}" for one in BEYOND]
)
def test_what_lies_beyond_a_limit_is_told_and_never_cleared(
    screener: Screener, limit: Limit, subject: str, unread: str, facts: dict[str, Any]
) -> None:
    (verdict,) = screener.screen([transfer(**facts)])
    (finding,) = [finding for finding in verdict.findings if finding.rule == "TW-NOT-READ"]
    assert (finding.subject, finding.evidence[0].value) == (subject, unread)
    assert f"more than {limit.most:,} {limit.of_what}" in finding.reason
    assert f"Not read: {unread} ({subject})" in finding.reason
    assert verdict.decision is Decision.REVIEW


@pytest.mark.parametrize(("subject", "facts"), BEYOND_STEPS, ids=[subject for subject, _ in BEYOND_STEPS])
def test_what_takes_more_steps_than_there_are_is_told_and_never_cleared(
    screener: Screener, subject: str, facts: dict[str, Any]
) -> None:
    (verdict,) = screener.screen([transfer(**facts)])
    (finding,) = [finding for finding in verdict.findings if finding.rule == "TW-NOT-READ"]
    assert any(one.subject.startswith(subject) for one in finding.evidence), [one.subject for one in finding.evidence]
    assert "more steps to read" in finding.reason
    assert verdict.decision is Decision.REVIEW


def test_every_limit_is_tried() -> None:
    assert {limit for limit, *_ in BEYOND} | {Limit.STEPS} == set(Limit)


def test_lines_that_are_not_judged_are_told_and_never_cleared(screener: Screener) -> None:
    rifles = [{"description": f"rifle {number}"} for number in range(600)]
    (verdict,) = screener.screen([transfer(items=rifles, route=TO_MANY)])
    told = [one for finding in verdict.findings for one in finding.evidence if one.kind == "not_read"]
    assert any(one.value.endswith(" of 600 items not judged") for one in told), told


@pytest.mark.parametrize(
    "facts",
    [
        {"parties": people(260)},
        {"parties": [{"role": "other", "name": random_words(24)} for _ in range(120)]},
        {"parties": [people(1)[0] | {"owned_by": owners(250)}]},
        {"parties": [{"role": "other", "name": "a " * WORDS}]},
        {"parties": [{"role": "other", "name": "海" * WORDS}]},
        {"parties": [{"role": "other", "name": "a" * 1_000}]},
        {"route": stops(250)},
        {"items": shirts(500)},
        {"items": [{"description": f"{random_words(40)} {number}", "hs_code": "6105"} for number in range(200)]},
        {"purpose": random_words(5_000), "items": shirts(200)},
        {"purpose": random_words(10_000), "free_text": random_words(15_000)},
        {"authorisations": [{"authority": "UN", "reference": "1"}] * CLAIMS},
        {"extensions": {"a": [random_words(60)] * 400}},
    ],
)
def test_what_is_within_the_limits_is_read_and_judged_whole(screener: Screener, facts: dict[str, Any]) -> None:
    whole = transfer(**facts)
    readable = read(whole)
    assert readable.part is whole
    assert not readable.beyond
    (verdict,) = screener.screen([whole])
    assert not any(finding.rule == "TW-NOT-READ" for finding in verdict.findings)


@given(st.integers(1, 12))
def test_a_larger_transfer_has_more_steps(size: int) -> None:
    """So that a producer who sends more lines has as many read of each thousand."""
    items = [{"description": random_words(40)} for _ in range(size * 1_000)]
    part = read(transfer(items=items)).part
    assert len(part.items) >= size * 200


def test_every_sample_is_read_whole() -> None:
    lines = (ROOT / "service" / "tidewaiter" / "samples" / "transfers.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        whole = TransferEvent.model_validate(json.loads(line))
        assert read(whole).part is whole


def test_what_stands_before_a_limit_is_judged_as_ever(screener: Screener) -> None:
    to_korea = {"route": {"destination": {"country": "KP"}}}
    limousine = {"description": "limousine", "hs_code": "8703.24"}
    (verdict,) = screener.screen([transfer(items=[limousine, *shirts(3_000)], **to_korea)])
    assert verdict.decision is Decision.BLOCK
    assert any(finding.rule == "TW-NOT-READ" for finding in verdict.findings)


def test_the_documentation_has_each_limit_as_it_is() -> None:
    told = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for limit in Limit:
        assert f"| {limit.most:,} | {limit.of_what} | {limit.why} |" in told


SCRIPTS = "aé\u0301 ﷺ㌀①海カ가ก-'\n"


@given(st.text(SCRIPTS, max_size=2_000), st.integers(0, 900), st.integers(0, 300), st.sampled_from([1, 3]))
def test_a_text_is_cut_within_both_limits_and_no_sooner_than_a_word_needs(
    text: str, letters: int, words: int, unspaced: int
) -> None:
    part = within(text, letters, words, unspaced)
    assert text.startswith(part)
    assert letters_in(part) <= letters
    assert extent_of(part, unspaced).words <= words
    if part != text:
        # A character or a word more is beyond. Marks that compose and words that end in a chunk may be counted twice.
        further = text[: len(part) + 64 + 1]
        assert letters_in(further) + len(text) // 64 >= letters or extent_of(further).words + len(text) // 64 >= words


def test_no_letter_becomes_more_letters_than_is_reckoned_with() -> None:
    longest = max(
        len(unicodedata.normalize("NFKC", chr(code))) for code in range(0x110000) if not 0xD800 <= code < 0xE000
    )
    assert longest == MOST_OF_ONE


def test_a_text_is_not_cut_within_a_word() -> None:
    assert within("carpet carpets carpentry", 20, 100) == "carpet carpets "
    assert re.fullmatch("a{40}", within("a" * 100, 40, 100))
