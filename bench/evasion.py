"""What is cleared though it hides a listed name, barred goods or a country; and innocent twins that are held.

Names are of the UN's official list, in `../shared/data/lists`; without it, of the packaged sample. Each class is
generated, repeatable by its seed: its share that is cleared, and the share of twins, as odd and innocent, that is held.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.disguises import DISGUISES, UNREAD
from bench.innocents import Innocent, innocents
from tidewaiter.matching.entry import EntryType, ListEntry
from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas import Decision, TransferEvent

LISTS = Path(__file__).parents[2] / "shared" / "data" / "lists"
EACH = 40
"""Names, goods or facts drawn for a class."""
AT_MOST, AT_MOST_IN_ONE, TWINS_AT_MOST = 0.02, 0.10, 0.03

BARRED = (
    "grenades", "rifles", "pistols", "machine guns", "anti-tank missiles", "ammunition", "artillery shells",
    "crude oil", "diesel fuel", "limousine", "sports cars", "helicopters", "gas centrifuge", "lathes", "excavators",
    "steel pipes", "electric motors", "diamond jewellery", "gold watches", "yacht", "cargo ship", "statues",
)  # fmt: skip
HARMLESS = (
    "flour", "rice", "sugar", "wheat", "maize", "cooking oil", "milk powder", "insulin", "antibiotics", "vaccines",
    "bandages", "books", "soap", "potatoes", "beans", "tea", "salt", "noodles", "biscuits", "apples", "school books",
    "tinned tomatoes",
)  # fmt: skip
COUNTRIES = (
    "North Korea", "DPRK", "Pyongyang", "Nampo", "the Democratic People's Republic of Korea", "朝鲜", "평양", "КНДР",
    "Corée du Nord", "Nordkorea",
)  # fmt: skip
ELSEWHERE = (
    "South Korea",
    "Seoul",
    "Busan",
    "Malaysia",
    "Penang",
    "Viet Nam",
    "越南",
    "서울",
    "Вьетнам",
    "Corée du Sud",
)
BESIDE = (
    "{harmless} ({barred})", "{harmless} with {barred}", "{harmless}: {barred}", "{harmless} - {barred}",
    '{harmless} "{barred}"', "{harmless} for {barred}", "{harmless} / {barred}", "{harmless}, {barred}",
    "{harmless} + {barred}", "{harmless} and {barred}", "{harmless} incl. {barred}", "{harmless} [{barred}]",
    "{harmless}; {barred}", "{harmless} hiding {barred}", "{harmless} containing {barred}", "{harmless} under {barred}",
    "{harmless} said to be {barred}", "{harmless} instead of {barred}", "box of {harmless}, inside {barred}",
    "{harmless} not {barred}", "{harmless} as {barred}", "{harmless} | {barred}", "{harmless} crate of {barred}",
)  # fmt: skip
SAID_OF_GOODS = (
    "water pumps, origin {place}", "cars made in {place}", "cars, consignee {place}", "machine tools for {place}",
    "steel pipes ex {place}", "{place} coal", "excavators to {place}", "lathes, end user in {place}",
    "electric motors via {place}", "diesel engines ({place})",
)  # fmt: skip
SAID_ELSEWHERE: dict[str, Callable[[str], dict[str, Any]]] = {
    "maker": lambda place: {"items": [{"description": "water pumps", "manufacturer": f"Example Works, {place}"}]},
    "model": lambda place: {"items": [{"description": "water pumps", "model": f"P-12 {place}"}]},
    "licence text": lambda place: {
        "authorisations": [{"authority": "Example", "reference": "12", "covers": f"pumps for {place}"}]
    },
    "source": lambda place: {"report": {"status": "confirmed", "sources": [f"seen in {place}"]}},
    "extension": lambda place: {"extensions": {"remark": {"text": f"goods for {place}"}}},
    "purpose": lambda place: {"purpose": f"resale in {place}"},
    "remark": lambda place: {"free_text": f"notify agent in {place}"},
    "alias": lambda place: {
        "parties": [party("transferor", "CN"), party("transferee", "MY", aliases=[f"{place} Trading"])]
    },
    "address": lambda place: {
        "parties": [party("transferor", "CN"), party("transferee", "MY", address=f"12 Main Road, {place}")]
    },
}
CODES = ("+850 2 381 1234", "+8502 18111", "info@star-co.net.kp", "http://www.kut.edu.kp/", "KDBKKPPY", "FTBDKPPYXXX")
CODES_ELSEWHERE = (
    "+82 2 381 1234",
    "+86 850 2381",
    "info@star-co.net.kr",
    "http://www.kut.edu.kr/",
    "KDBKKRSE",
    "+60 850 1234",
)
IN_TEXTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "address": lambda name: {
        "parties": [party("transferor", "CN"), party("transferee", "MY", address=f"c/o {name}, 12 Main Road")]
    },
    "purpose": lambda name: {"purpose": f"on behalf of {name}, second part"},
    "free text": lambda name: {"free_text": f"please notify {name} before delivery"},
    "place": lambda name: {"route": {"destination": {"country": "MY", "place": f"Yard of {name}"}}},
    "item": lambda name: {"items": [{"description": f"rice for {name}"}]},
    "permit": lambda name: {"authorisations": [{"authority": name, "reference": "1"}]},
    "source": lambda name: {"report": {"status": "confirmed", "sources": [f"letter of {name}"]}},
    "extension": lambda name: {"extensions": {"contact": [name]}},
}
BEHIND_NAMES = (
    "Cargo",
    "Head Office",
    "Beijing office",
    "Accounting Department",
    "Branch 12",
    "Dandong Branch",
    "Group",
    "Marine Section",
)


@dataclass
class Tally:
    """How many of a class were drawn and cleared, and how many twins were drawn and held; some of each."""

    drawn: int = 0
    cleared: int = 0
    twins: int = 0
    held: int = 0
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


Case = tuple[str, TransferEvent, bool]
"""What is shown of it, the transfer, and whether it is an innocent twin."""


def party(role: str, country: str, **facts: Any) -> dict[str, Any]:
    return {"role": role, "name": "Example House", "type": "organisation", "countries": [country], **facts}


def transfer(**facts: Any) -> TransferEvent:
    return TransferEvent.model_validate(
        {
            "id": "t",
            "occurred_at": "2026-08-10T12:00:00Z",
            "kind": "sale",
            "parties": [party("transferor", "CN"), party("transferee", "MY")],
            "items": [{"description": "rice"}],
            "route": {"origin": {"country": "CN"}, "destination": {"country": "MY"}},
            **facts,
        }
    )


def to_the_dprk(description: str, **facts: Any) -> TransferEvent:
    item = {"description": description, **facts}
    return transfer(
        items=[item],
        parties=[party("transferor", "CN"), party("transferee", "KP")],
        route={"origin": {"country": "CN"}, "destination": {"country": "KP"}},
    )


def named(name: str, type_: EntryType, **facts: Any) -> TransferEvent:
    return transfer(
        parties=[party("transferor", "CN"), {"role": "transferee", "name": name, "type": type_.value, **facts}]
    )


def main() -> dict[str, Any]:
    """Print the table and return its numbers."""
    path = LISTS / "un" / "consolidated_2026-08-01.xml"
    if not path.exists():
        print("the UN's official list is not there: the names are those of the packaged sample")
    screener = Screener(assemble(Settings(lists=(("un", path),) if path.exists() else ())))
    entries = [entry for party_list in screener.book.parties.lists for entry in party_list.entries]
    strangers = list(islice(_latin(innocents(report=True, a_locale=40)), 2_000))
    table = Table("class", "drawn", "cleared", "twins", "held")
    results: dict[str, Any] = {}
    total = Tally()
    for name, cases in _classes(screener, entries, strangers):
        tally = _tally(screener, cases)
        results[name] = {"drawn": tally.drawn, "cleared": tally.cleared, "twins": tally.twins, "held": tally.held}
        table.add_row(
            name,
            f"{tally.drawn}",
            _share(tally.cleared, tally.drawn),
            f"{tally.twins}",
            _share(tally.held, tally.twins),
        )
        results[name] |= {"missed": tally.missed[:5], "alarms": tally.alarms[:5]}
        if not name.startswith("not expected"):
            total.drawn, total.cleared = total.drawn + tally.drawn, total.cleared + tally.cleared
            total.twins, total.held = total.twins + tally.twins, total.held + tally.held
    table.add_section()
    table.add_row(
        "all that is expected",
        f"{total.drawn}",
        _share(total.cleared, total.drawn),
        f"{total.twins}",
        _share(total.held, total.twins),
    )
    Console().print(table)
    for name, of in results.items():
        for shown in of["missed"][:2] if of["drawn"] and of["cleared"] / of["drawn"] > AT_MOST else ():
            print(f"cleared, {name}: {shown}")
        for shown in of["alarms"][:2] if of["twins"] and of["held"] / of["twins"] > TWINS_AT_MOST else ():
            print(f"held, {name}: {shown}")
    return results


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _tally(screener: Screener, cases: Iterable[Case]) -> Tally:
    tally, drawn = Tally(), list(cases)
    for (shown, _, twin), verdict in zip(drawn, screener.screen([event for _, event, _ in drawn]), strict=True):
        clear = verdict.decision is Decision.CLEAR
        if twin:
            tally.twins += 1
            tally.held += not clear
            tally.alarms += [] if clear else [f"{shown!r}: {verdict.findings[0].rule}"]
        else:
            tally.drawn += 1
            tally.cleared += clear
            tally.missed += [repr(shown)] if clear else []
    return tally


def _clear_when_plain(screener: Screener) -> list[str]:
    """Harmless goods that the DPRK may have without a look: what is held as it stands says nothing of a disguise."""
    verdicts = screener.screen([to_the_dprk(goods) for goods in HARMLESS])
    return [goods for goods, verdict in zip(HARMLESS, verdicts, strict=True) if verdict.decision is Decision.CLEAR]


def _latin(found: Iterable[Innocent]) -> Iterator[Innocent]:
    return (one for one in found if one.name.isascii() and len(one.name.split()) > 1)


def _names(entries: list[ListEntry], type_: EntryType, draw: random.Random) -> list[str]:
    """Strong names of two words or more in Latin letters, one an entry."""
    names = [
        next((n.text for n in entry.names if n.text.isascii() and len(n.text.split()) > 1), None)
        for entry in entries
        if entry.type is type_
    ]
    known = [name for name in names if name]
    draw.shuffle(known)
    return known


def _classes(
    screener: Screener, entries: list[ListEntry], strangers: list[Innocent]
) -> Iterator[tuple[str, Iterator[Case]]]:
    draw = random.Random("evasion")
    persons, bodies = _names(entries, EntryType.PERSON, draw), _names(entries, EntryType.ORGANISATION, draw)
    goods = _clear_when_plain(screener)
    some = [(name, EntryType.PERSON) for name in persons[:EACH]] + [
        (name, EntryType.ORGANISATION) for name in bodies[:EACH]
    ]
    others = [(one.name, one.type) for one in strangers[: 2 * EACH]]
    yield "country in the words for the goods", _of_goods()
    for field_, made in SAID_ELSEWHERE.items():
        yield f"country in the {field_}", _elsewhere(made)
    yield "country told by a code", _by_codes()
    for field_, made in IN_TEXTS.items():
        yield f"listed name in the {field_}", _in_text(made, some, others)
    for pattern in BESIDE:
        yield f"barred goods: {pattern}", _beside(pattern, goods, draw)
        yield f"barred goods, food code: {pattern}", _beside(pattern, goods, draw, hs_code="1101.00")
    yield "two codes in one field", _two_codes()
    for name, disguise in DISGUISES.items():
        yield f"names, {name}", _disguised_names(disguise, some, others, random.Random(name))
        yield f"goods, {name}", _disguised_goods(disguise, goods, random.Random(name))
    yield "names behind 30 words", _behind_words(some, others)
    yield "names with words behind", _with_words_behind(bodies[:EACH], others)
    yield "persons with an invented birth date", _wrong_birth_date(entries, draw)
    yield "roles that nobody knows", _roles()
    yield "ships by name", _ships(entries)
    for name, disguise in UNREAD.items():
        yield f"not expected: {name}", _disguised_names(disguise, some, others, random.Random(name))


def _of_goods() -> Iterator[Case]:
    for pattern in SAID_OF_GOODS:
        for place, other in zip(COUNTRIES, ELSEWHERE, strict=True):
            yield (text := pattern.format(place=place)), transfer(items=[{"description": text}]), False
            yield (text := pattern.format(place=other)), transfer(items=[{"description": text}]), True


def _elsewhere(made: Callable[[str], dict[str, Any]]) -> Iterator[Case]:
    pumps = {"items": [{"description": "water pumps"}]}
    for place, other in zip(COUNTRIES, ELSEWHERE, strict=True):
        yield place, transfer(**{**pumps, **made(place)}), False
        yield other, transfer(**{**pumps, **made(other)}), True


def _by_codes() -> Iterator[Case]:
    for codes, twin in ((CODES, False), (CODES_ELSEWHERE, True)):
        for code in codes:
            cars = {"items": [{"description": "cars"}]}
            yield code, transfer(free_text=f"contact {code} for delivery", **cars), twin
            address = [party("transferor", "CN"), party("transferee", "MY", address=f"12 Main Road, {code}")]
            yield code, transfer(parties=address, **cars), twin


def _in_text(
    made: Callable[[str], dict[str, Any]], some: list[tuple[str, EntryType]], others: list[tuple[str, EntryType]]
) -> Iterator[Case]:
    for name, _ in some:
        yield name, transfer(**made(name)), False
    for name, _ in others:
        yield name, transfer(**made(name)), True


def _beside(pattern: str, goods: list[str], draw: random.Random, **facts: Any) -> Iterator[Case]:
    for barred in BARRED:
        harmless, other = draw.sample(goods, 2)
        yield (text := pattern.format(harmless=harmless, barred=barred)), to_the_dprk(text, **facts), False
        if not facts:  # with a code that contradicts the words, it is right to hold it
            yield (text := pattern.format(harmless=harmless, barred=other)), to_the_dprk(text), True


def _two_codes() -> Iterator[Case]:
    for barred in ("9306.90", "8703.23", "8458.11", "2709.00", "7304.19"):
        for pattern in ("1101.00/{}", "1101.00,{}", "1101.00; {}", "110100 {}", "1101.00 + {}", "HS 1101.00 / HS {}"):
            yield (code := pattern.format(barred)), to_the_dprk("flour", hs_code=code), False
            yield (code := pattern.format("1006.30")), to_the_dprk("flour", hs_code=code), True


def _disguised_names(
    disguise: Callable[[str, random.Random], str | None],
    some: list[tuple[str, EntryType]],
    others: list[tuple[str, EntryType]],
    draw: random.Random,
) -> Iterator[Case]:
    for names, twin in ((some, False), (others, True)):
        for name, type_ in names:
            changed = disguise(name, draw)
            if changed is not None and changed != name:
                yield changed, named(changed, type_), twin


def _disguised_goods(
    disguise: Callable[[str, random.Random], str | None], harmless: list[str], draw: random.Random
) -> Iterator[Case]:
    for goods, twin in ((BARRED, False), (harmless, True)):
        for text in goods:
            changed = disguise(text, draw)
            if changed is not None and changed != text:
                yield changed, to_the_dprk(changed), twin


def _behind_words(some: list[tuple[str, EntryType]], others: list[tuple[str, EntryType]]) -> Iterator[Case]:
    words = "messrs the undersigned company of good standing in this our city and district acting for itself and " * 2
    for names, twin in ((some, False), (others, True)):
        for name, _ in names:
            yield name, named(f"{words}{name}", EntryType.ORGANISATION), twin


def _with_words_behind(bodies: list[str], others: list[tuple[str, EntryType]]) -> Iterator[Case]:
    for number, name in enumerate(bodies):
        yield (
            (said := f"{name}, {BEHIND_NAMES[number % len(BEHIND_NAMES)]}"),
            named(said, EntryType.ORGANISATION),
            False,
        )
    for number, (name, _) in enumerate(others):
        yield (said := f"{name}, {BEHIND_NAMES[number % len(BEHIND_NAMES)]}"), named(said, EntryType.ORGANISATION), True


def _wrong_birth_date(entries: list[ListEntry], draw: random.Random) -> Iterator[Case]:
    dated = [entry for entry in entries if entry.type is EntryType.PERSON and entry.birth_dates]
    for entry in draw.sample(dated, min(EACH, len(dated))):
        name = next((n.text for n in entry.names if n.text.isascii() and len(n.text.split()) > 1), None)
        if name is not None:
            yield name, named(name, EntryType.PERSON, birth_date="1901-02-03"), False


def _roles() -> Iterator[Case]:
    for role in ("buyer", "seller", "importer", "notify_party", "beneficiary"):
        barred = transfer(
            items=[{"description": "rifles"}], parties=[party("transferor", "CN"), party(role, "KP")], route=None
        )
        yield role, barred, False


def _ships(entries: list[ListEntry]) -> Iterator[Case]:
    for entry in entries:
        if entry.type is EntryType.VESSEL:
            for name in entry.names[:1]:
                yield name.text, named(name.text, EntryType.VESSEL), False
    for other in ("EVER GIVEN", "MAERSK ALABAMA", "QUEEN MARY 2", "ATLANTIC RAINBOW", "NORDIC ORION"):
        yield other, named(other, EntryType.VESSEL), True
