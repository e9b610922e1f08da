"""How much of a transfer is read: counts alone, and a finding for whatever lies beyond them."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import event, seller
from tidewaiter.screening.limits import Limit, within_limits
from tidewaiter.screening.screener import Screener
from tidewaiter.text.extent import MOST_OF_ONE, letters_in, within, words_in
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Decision

ROOT = Path(__file__).parents[2]
INNOCENT = event({"description": "cotton shirts", "hs_code": "6105"}, origin="FR", to="DE", parties=[seller("FR")])
NAME, WORDS, LETTERS = Limit.NAMES.most, Limit.NAME_WORDS.most, Limit.LETTERS.most


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


BEYOND: list[tuple[Limit, str, dict[str, Any]]] = [
    (Limit.NAMES, f"/parties/{NAME}", {"parties": people(NAME + 1)}),
    (Limit.NAMES, f"/parties/0/aliases/{NAME - 1}", {"parties": [{"role": "x", "name": "Q", "aliases": ["Q"] * NAME}]}),
    (Limit.NAMES, "/parties/1/owned_by/0", {"parties": [people(1)[0] | {"owned_by": owners(NAME - 2)}, people(1)[0] | {"owned_by": owners(1)}]}),
    (Limit.NAMES, "/parties/0/acting_for/0/owned_by/400", {"parties": [people(1)[0] | {"controlled_by": owners(98), "acting_for": [{"name": "Q", "owned_by": owners(401)}]}]}),
    (Limit.NAME_WORDS, "/parties/0/name", {"parties": [{"role": "other", "name": "a b " * WORDS}]}),
    (Limit.NAME_WORDS, "/parties/0/name", {"parties": [{"role": "other", "name": "海" * (WORDS + 1)}]}),
    (Limit.NAME_WORDS, "/parties/0/aliases/0", {"parties": [{"role": "other", "aliases": ["\ufdfa" * 50]}]}),
    (Limit.NAME_WORDS, "/items/0/manufacturer", {"items": [{"manufacturer": "a b " * WORDS}]}),
    (Limit.NAME_LETTERS, "/parties/0/name", {"parties": [{"role": "other", "name": "a" * 1_001}]}),
    (Limit.IDENTIFIERS, "/parties/0/identifiers/1000", {"parties": [{"role": "other", "identifiers": [{"type": "other", "value": "7"}] * 1_001}]}),
    (Limit.COUNTRIES, "/parties/0/countries/1000", {"parties": [people(1)[0] | {"countries": ["FR"] * 1_001}]}),
    (Limit.STOPS, "/route/transit/250", {"route": stops(251)}),
    (Limit.LINES, "/items/1000", {"items": shirts(1_001)}),
    (Limit.LINE_WORDS, "/items/0/description", {"items": [{"description": "shirt " * 1_001}]}),
    (Limit.LINE_WORDS, "/items/0/description", {"items": [{"description": "衫" * 3_001}]}),
    (Limit.GOODS_WORDS, "/items/6/description", {"items": [{"description": "shirt " * 1_000}] * 7}),
    (Limit.LETTERS, "/free_text", {"purpose": "a" * 99_999, "free_text": "once more"}),
    (Limit.LETTERS, "/purpose", {"purpose": "\ufdfa" * 6_000}),
    (Limit.LETTERS, "/extensions/a", {"purpose": "a" * 99_999, "extensions": {"a": "once more"}}),
    (Limit.LETTERS, "/report/sources/25", {"report": {"sources": ["a" * 4_000] * 26}}),
    (Limit.TEXTS, "/extensions/a/1000", {"extensions": {"a": ["Q"] * 1_001}}),
    (Limit.LEVELS, "/extensions/a/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", {"extensions": {"a": nested(16)}}),
    (Limit.CLAIMS, "/authorisations/100", {"authorisations": [{"authority": "UN", "reference": "1"}] * 101}),
]  # fmt: skip


def transfer(**facts: Any) -> TransferEvent:
    return TransferEvent.model_validate(INNOCENT | facts)


@pytest.mark.parametrize(("limit", "subject", "facts"), BEYOND, ids=[f"{limit.name} {s}" for limit, s, _ in BEYOND])
def test_what_lies_beyond_a_limit_is_told_and_never_cleared(
    screener: Screener, limit: Limit, subject: str, facts: dict[str, Any]
) -> None:
    (verdict,) = screener.screen([transfer(**facts)])
    (finding,) = [finding for finding in verdict.findings if finding.rule == "TW-NOT-READ"]
    assert finding.subject == subject
    assert f"more than {limit.most:,} {limit.of_what}" in finding.reason
    assert verdict.decision is Decision.REVIEW


def test_every_limit_is_tried() -> None:
    assert {limit for limit, _, _ in BEYOND} == set(Limit)


@pytest.mark.parametrize(
    "facts",
    [
        {"parties": people(NAME)},
        {"parties": [{"role": "other", "name": "a " * WORDS}]},
        {"parties": [{"role": "other", "name": "海" * WORDS}]},
        {"parties": [{"role": "other", "name": "a" * 1_000}]},
        {"route": stops(250)},
        {"items": shirts(1_000)},
        {"items": [{"description": "shirt " * 1_000}] * 6},
        {"purpose": "a" * 99_000, "free_text": "b" * 1_000},
    ],
)
def test_what_is_just_within_the_limits_is_read_whole(facts: dict[str, Any]) -> None:
    whole = transfer(**facts)
    readable = within_limits(whole)
    assert readable.part is whole
    assert not readable.beyond


def test_every_sample_is_read_whole() -> None:
    lines = (ROOT / "service" / "tidewaiter" / "samples" / "transfers.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        whole = TransferEvent.model_validate(json.loads(line))
        assert within_limits(whole).part is whole


def test_what_stands_before_a_limit_is_judged_as_ever(screener: Screener) -> None:
    to_korea = {"route": {"destination": {"country": "KP"}}}
    limousine = {"description": "limousine", "hs_code": "8703.24"}
    (verdict,) = screener.screen([transfer(items=[limousine, *shirts(1_500)], **to_korea)])
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
    read = within(text, letters, words, unspaced)
    assert text.startswith(read)
    assert letters_in(read) <= letters
    assert words_in(read, unspaced) <= words
    if read != text:
        # A character or a word more is beyond. Marks that compose and words that end in a chunk may be counted twice.
        further = text[: len(read) + 64 + 1]
        assert letters_in(further) + len(text) // 64 >= letters or words_in(further) + len(text) // 64 >= words


def test_no_letter_becomes_more_letters_than_is_reckoned_with() -> None:
    longest = max(
        len(unicodedata.normalize("NFKC", chr(code))) for code in range(0x110000) if not 0xD800 <= code < 0xE000
    )
    assert longest == MOST_OF_ONE


def test_a_text_is_not_cut_within_a_word() -> None:
    assert within("carpet carpets carpentry", 20, 100) == "carpet carpets "
    assert re.fullmatch("a{40}", within("a" * 100, 40, 100))
