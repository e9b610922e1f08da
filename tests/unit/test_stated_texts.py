"""Everything that a transfer says is gathered and read."""

from __future__ import annotations

import html.entities
import re
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.official_lists import FOLDER
from tidewaiter.release.assembly import assemble
from tidewaiter.screening.facts import codes
from tidewaiter.screening.facts.codes import identifiers_in, imo_numbers_in
from tidewaiter.screening.facts.stated_texts import TextKind, stated_texts
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.text.disguise import mended
from tidewaiter_schemas import Decision, TransferEvent, Verdict

CODED = {"id", "kind", "occurred_at", "currency", "country", "countries", "residence", "former_flags", "birth_date"} | {
    "role", "type", "origin", "status", "issued_on", "expires_on", "share", "amount", "quantity", "document"
}  # fmt: skip
"""Fields of a closed form: codes, dates and numbers."""


@cache
def screener() -> Screener:
    return Screener(assemble(Settings()))


def transfer(goods: Any = "rice", **facts: Any) -> TransferEvent:
    item = goods if isinstance(goods, dict) else {"description": goods}
    return TransferEvent.model_validate(
        {
            "id": "t-1",
            "occurred_at": "2024-06-10T12:00:00Z",
            "kind": "sale",
            "parties": [party("transferor", "CN"), party("transferee", "MY")],
            "items": [item],
            "route": {"origin": {"country": "CN"}, "destination": {"country": "MY"}},
            **facts,
        }
    )


def party(role: str, country: str, **facts: Any) -> dict[str, Any]:
    return {"role": role, "name": "Example House", "type": "organisation", "countries": [country], **facts}


def screened(event: TransferEvent) -> Verdict:
    return screener().screen([event])[0]


def _filled(model: type[BaseModel], path: str, level: int = 0) -> dict[str, Any]:
    """A value with a text of its own in every field of text."""
    out: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        shape = str(field.annotation)
        nested = next((m for m in _MODELS if m.__name__ in shape and m is not model), None)
        if name in CODED:
            out |= {name: _CODED[name]} if name in _CODED else {}
        elif name in ("owned_by",):
            if level < 2:
                out[name] = [_filled(_model("Owner"), f"{path}/{name}/0", level + 1)]
        elif nested is not None:
            many = "tuple" in shape
            value = _filled(nested, f"{path}/{name}" + ("/0" if many else ""), level + 1)
            out[name] = [value] if many else value
        elif name == "extensions":
            out[name] = {"a/b": {"c": [f"text of {path}/extensions/a~1b/c/0"]}}
        elif "tuple" in shape:
            out[name] = [f"text of {path}/{name}/0"]
        elif name == "hs_code":
            out[name] = "870323"
        else:
            out[name] = f"text of {path}/{name}"
    return out


_CODED = {
    "id": "t", "kind": "sale", "occurred_at": "2024-06-10T12:00:00Z", "currency": "EUR", "role": "transferee",
    "type": "other", "amount": "1", "status": "confirmed",
}  # fmt: skip


def _model(name: str) -> type[BaseModel]:
    return next(model for model in _MODELS if model.__name__ == name)


def _models() -> list[type[BaseModel]]:
    import tidewaiter_schemas.transfer as contract

    found = [value for value in vars(contract).values() if isinstance(value, type) and issubclass(value, BaseModel)]
    return [model for model in found if model.__module__ == contract.__name__ and model is not TransferEvent]


_MODELS = _models()


def test_every_text_of_the_contract_is_gathered_with_its_place() -> None:
    event = TransferEvent.model_validate(_filled(TransferEvent, ""))
    gathered = {text.pointer: text.text for text in stated_texts(event)}
    assert len(gathered) >= 28
    written: dict[str, str] = {}
    _collect(event.model_dump(mode="json"), "", written)
    assert {text for text in written.values() if text.startswith("text of ")} <= set(gathered.values())
    for pointer, text in gathered.items():
        assert text in (f"text of {pointer}", "870323"), pointer


def _collect(value: Any, pointer: str, found: dict[str, str]) -> None:
    if isinstance(value, str):
        found[pointer] = value
    elif isinstance(value, dict):
        for key, part in value.items():
            _collect(part, f"{pointer}/{key}", found)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _collect(part, f"{pointer}/{number}", found)


def test_extensions_that_the_operator_leaves_out_are_not_read() -> None:
    event = transfer(extensions={"note": "for North Korea", "kept": "x"})
    assert [t.text for t in stated_texts(event, {"note"}) if t.kind is TextKind.EXTENSION] == ["x"]


HELD = [
    ("an origin in the words for the goods", transfer("Anthracite coal, origin DPRK")),
    ("an origin in Chinese", transfer("朝鲜产海鲜")),
    ("a consignee in the words for the goods", transfer("Lexus LX 570, consignee Pyongyang")),
    ("a maker of the country", transfer({"description": "water pumps", "manufacturer": "Rakwon Machine, Pyongyang"})),
    ("a telephone number", transfer("cars", free_text="call +850 2 381 1234")),
    ("a mail address", transfer("cars", parties=[party("transferee", "MY", address="info@star-co.net.kp")])),
    ("a telephone number after 00", transfer("cars", free_text="tel 00850 2 381 1234")),
    ("a telephone number after 00 and a space", transfer("cars", free_text="tel 00 850 2 381 1234")),
    ("a telephone number after 00 and a full stop", transfer("cars", free_text="tel.00 (850) 2 381 1234")),
    ("the country in a language of few", transfer("cars", free_text="Dar Corea del Norte, Pionyang")),
    ("a controller called by a place", transfer("cars", parties=[party("transferee", "MY", controlled_by=[{"name": "Nampo Shipyard"}])])),
    ("a bank code", transfer("cars", free_text="pay to KDBKKPPY")),
    ("a permit", transfer("cars", authorisations=[{"authority": "X", "reference": "1", "covers": "cars for Pyongyang"}])),
    ("an extension", transfer("cars", extensions={"note": {"lines": ["for North Korea"]}})),
    ("a source", transfer("cars", report={"status": "reported", "sources": ["seen in Pyongyang"]})),
    ("a role that nobody knows", transfer(parties=[party("buyer", "MY"), party("transferor", "CN")])),
    ("a type that nobody knows", transfer(parties=[party("transferee", "MY", type="company")])),
    ("a status that nobody knows", transfer(report={"status": "rumoured"})),
]  # fmt: skip
CLEAR = [
    ("a book about the country", transfer("a book about the DPRK")),
    ("a picture of its capital", transfer("poster of Pyongyang")),
    ("the other Korea", transfer("television sets made in Korea")),
    ("an address in the other Korea", transfer("cars", free_text="deliver to 12 Teheran-ro, Seoul, South Korea")),
    ("a drink", transfer("Cuba libre cocktail mix")),
    ("a telephone number of another country", transfer("cars", free_text="call +86 850 2381 1234")),
    ("amounts of money", transfer("cars", free_text="total USD 1250.00 850.00 12 1,200,00 850 000 12")),
    ("a word that looks like a bank code", transfer("cars", free_text="ALL IS REQUIRED AS BACKPACK GOODS")),
]


@pytest.mark.parametrize(("what", "event"), HELD)
def test_what_is_said_outside_the_country_fields_holds_a_transfer(what: str, event: TransferEvent) -> None:
    assert screened(event).decision is not Decision.CLEAR


@pytest.mark.parametrize(("what", "event"), CLEAR)
def test_what_only_looks_like_it_stays_clear(what: str, event: TransferEvent) -> None:
    verdict = screened(event)
    assert verdict.decision is Decision.CLEAR, [finding.reason for finding in verdict.findings]


def test_a_disguised_text_that_hides_barred_goods_is_a_finding_and_one_that_hides_nothing_is_told() -> None:
    hiding = screened(transfer("g r e n a d e s", route={"destination": {"country": "KP"}}))
    assert ("TW-TEXT-DISGUISED", "review") in [(f.rule, f.effect) for f in hiding.findings]
    innocent = screened(transfer("f l o u r"))
    assert innocent.decision is Decision.CLEAR
    assert [(f.rule, f.effect) for f in innocent.findings] == [("TW-TEXT-DISGUISED", "info")]


def test_numbers_in_texts_are_found_whatever_stands_around_them() -> None:
    assert ("imo", "8914934", None) in identifiers_in("M/V EXAMPLE (IMO 8914934), flag unknown")
    assert ("imo", "8914934", None) in identifiers_in("imo8914934")
    assert imo_numbers_in("EXAMPLE 8914934 and 8914935") == ("8914934",)
    assert identifiers_in("12 pieces of 500 g, model LX570") == ()


def test_no_html_entity_or_look_alike_without_a_digit_stands_for_one() -> None:
    entities = [f"&{name.rstrip(';')};" for name in html.entities.html5 if not any(map(str.isdigit, name))]
    hexadecimal = [f"&#x{''.join(code)};" for size in (2, 3, 4) for code in product("ABCDEF", repeat=size)]
    written = [*entities, *hexadecimal, *(f"%{a}{b}%{c}{d}" for a, b, c, d in product("ABCDEF", repeat=4))]
    assert not re.search("[0-9]", mended(" ".join(written)).text)
    assert not re.search("[0-9]", mended(" ".join(f"ri{one}ce" for one in written)).text)


@given(
    st.text(st.sampled_from("abEF&#;xX%=-<>()[]{}. \n") | st.characters(max_codepoint=127, exclude_categories=["Nd"]))
)
def test_no_number_is_read_in_ascii_text_without_a_digit(text: str) -> None:
    assert not re.search("[0-9]", mended(text).text)
    assert identifiers_in(text) == ()
    assert imo_numbers_in(text) == ()


@pytest.mark.skipif(not FOLDER.exists(), reason="the official lists are not beside the repository")
@pytest.mark.parametrize(
    "facts",
    [
        {"purpose": "payment for goods of Korea Mining Development Trading Corporation, second part"},
        {"free_text": "notify Korea Mining Development Trading Corporation"},
        {"parties": [party("transferee", "MY", address="c/o Korea Mining Development Trading Corporation, Penang")]},
        {"route": {"destination": {"country": "MY", "place": "Yard of Korea Mining Development Trading Corporation"}}},
        {"items": [{"description": "pumps for Korea Mining Development Trading Corporation"}]},
        {"extensions": {"ref": "Korea Mining Development Trading Corporation"}},
        {"free_text": "Korea Mining Development Trading Corporation"},
        {"free_text": "in the name of Pak Chun Il, as agreed"},
        {"free_text": "PMT O/B/O KOMID REF SY-44"},
    ],
)
def test_a_listed_name_in_any_text_holds_a_transfer(facts: dict[str, Any]) -> None:
    verdict = with_un_list().screen([transfer("bolts", **facts)])[0]
    assert verdict.decision is not Decision.CLEAR


@cache
def with_un_list() -> Screener:
    return Screener(assemble(Settings(lists=(("un", FOLDER / "un" / "consolidated_2026-08-01.xml"),))))


@given(st.text("+0158 ()./-@:wW.kpKP", max_size=40) | st.text("KDBPY0158 ", max_size=30))
def test_no_text_with_a_code_fails_the_cheap_check(text: str) -> None:
    if any(pattern.search(text) for pattern in (codes._PHONE, codes._HOST, codes._BIC, codes._IBAN)):
        assert codes._may_have(text)
