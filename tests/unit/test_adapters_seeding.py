"""The seeding exam: a listed name and a sanctioned place are found wherever a document has a text.

Each text of each sample is replaced in turn. What is found must lead back to that place in the document.
"""

from __future__ import annotations

import csv
import io
import json
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree

from tests.packaged import screener
from tidewaiter.adapters import edifact
from tidewaiter.adapters.csv_file import ColumnMapping
from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter_schemas import Decision, Evidence, TransferEvent, Verdict

DOCUMENTS = Path(__file__).parents[1] / "documents"
NAME = "Korea Mining Development Trading Corporation"
PLACE = "Pyongyang"
GOOD = "Gold wristwatches"

Seeded = Iterator[tuple[str, bytes]]
"""The path of each text of a document, and the document with that text replaced."""


def xml(document: bytes, seed: str) -> Seeded:
    root = etree.fromstring(document)
    for element in root.iter():
        if len(element) or not (element.text or "").strip():
            continue
        before, element.text = element.text, seed
        yield _xpath(element), etree.tostring(root)
        element.text = before


def _xpath(element: etree._Element) -> str:
    steps: list[str] = []
    one: etree._Element | None = element
    while one is not None:
        number = 1 + sum(1 for other in one.itersiblings(preceding=True) if other.tag == one.tag)
        steps.append(etree.QName(one).localname + (f"[{number}]" if number > 1 else ""))
        one = one.getparent()
    return "/" + "/".join(reversed(steps))


def fin(document: bytes, seed: str) -> Seeded:
    """SWIFT has capitals only, and a line is at most 35 letters: a longer seed takes two lines."""
    lines = document.decode().split("\n")
    field, number = "", 0
    for at, line in enumerate(lines):
        found = re.fullmatch(r":(\d\d[A-Z]?):(.*)", line)
        if found:
            field, number = found[1], 0
        elif line.startswith("-}"):
            field = ""
        if not field or not line:
            continue
        number += 1
        text = found[2] if found else line
        mark = re.match(r"[1-8]/(?:[A-Z]{2}/)?|//?", text)
        marked = (f":{field}:" if found else "") + (mark[0] if mark else "")
        yield f"/4/{field}/{number}", "\n".join([*lines[:at], marked + seed.upper(), *lines[at + 1 :]]).encode()


def edi(document: bytes, seed: str) -> Seeded:
    """Every component that has a text, except where it names the kind of message and the counts."""
    text = document.decode().removeprefix("UNA:+.? '\n")
    segments = [segment.strip() for segment in text.split("'") if segment.strip()]
    seen: Counter[str] = Counter()
    for at, segment in enumerate(segments):
        tag, *elements = segment.split("+")
        seen[tag] += 1
        where = f"/{'' if tag in {'UNB', 'UNZ'} else 'IFTMIN/'}{tag}" + (f"[{seen[tag]}]" if seen[tag] > 1 else "")
        for number, element in enumerate(elements, start=1):
            parts = element.split(":")
            for place, part in enumerate(parts, start=1):
                counted = tag in {"UNT", "UNZ"} or (tag == "UNH" and number < 3) or (tag == "UNB" and number == 1)
                if not part or counted:
                    continue
                changed = [tag, *elements]
                changed[number] = ":".join([*parts[: place - 1], seed, *parts[place:]])
                lines = [*segments[:at], "+".join(changed), *segments[at + 1 :], ""]
                yield f"{where}/{edifact._table()[tag][number, place].name}", "'\n".join(lines).encode()


def json_(document: bytes, seed: str) -> Seeded:
    content = json.loads(document)

    def texts(value: Any, path: str, put: Callable[[str], None]) -> Seeded:
        if isinstance(value, str):
            put(seed)
            yield path, json.dumps(content).encode()
            put(value)
        elif isinstance(value, dict | list):
            for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
                yield from texts(part, f"{path}/{key}", partial(operator.setitem, value, key))

    return texts(content, "", lambda _: None)


def table(document: bytes, seed: str) -> Seeded:
    rows = list(csv.reader(io.StringIO(document.decode())))
    for number, row in enumerate(rows[1:], start=1):
        for at, cell in enumerate(row):
            if cell:
                changed = [list(each) for each in rows]
                changed[number][at] = seed
                out = io.StringIO()
                csv.writer(out).writerows(changed)
                yield f"/{number + 1}/{quote(rows[0][at])}", out.getvalue().encode()


SHARED = sorted((Path(__file__).parents[3] / "shared" / "data" / "samples").glob("*/*"))
"""Samples of others, where they are at hand."""
SAMPLES: list[tuple[Format, str, Callable[[bytes, str], Seeded]]] = [
    *((Format.ISO20022, path.name, xml) for path in sorted(DOCUMENTS.glob("*.xml"))),
    *((Format.MT, path.name, fin) for path in sorted(DOCUMENTS.glob("*.fin"))),
    (Format.DCSA, "dcsa-ebl.json", json_),
    (Format.EDIFACT, "iftmin.edi", edi),
    (Format.CSV, "orders.csv", table),
    # Samples of others. Two of them ship food, which may go anywhere, so that no place is of interest.
    *((Format.MT, str(path), fin) for path in SHARED if path.name.startswith("MT103")),
    *((Format.DCSA, str(path), json_) for path in SHARED if path.name.startswith("ebl")),
]
each_sample = pytest.mark.parametrize(
    ("form", "name", "seeded"), SAMPLES, ids=[Path(name).name for _, name, _ in SAMPLES]
)


def sample(name: str) -> bytes:
    """The sample, of this year: some are from before the law that the exam asks for."""
    return re.sub(rb"(?<=:32A:)\d{6}", b"261103", (DOCUMENTS / name).read_bytes())


def verdicts(form: Format, document: bytes) -> list[Verdict]:
    mapping = ColumnMapping.read((DOCUMENTS / "orders.mapping.yaml").read_bytes())
    converted = convert(form, document, "2026-11-02T12:00:00Z", mapping)
    events = [TransferEvent.model_validate_json(json_of(transfer)) for transfer in converted]
    return screener().screen(events)


def sources_of(evidence: Evidence) -> list[str]:
    """The places that evidence leads to. Those in a SWIFT message are without the numbers of repeated blocks and fields."""
    sources = (evidence.source or "").split(" | ")
    return [
        re.sub(r"\[\d+\]", "", each).removesuffix("/attached()") if each.startswith(("/4/", "/4[")) else each
        for each in sources
    ]


def leads_to(verdict: Verdict, path: str, is_it: Callable[[str, str], bool]) -> bool:
    """Whether evidence that `is_it` has the path, or that of an element around it, as its source."""
    return any(
        is_it(finding.rule_set, evidence.matched)
        and any(path == source or path.startswith(f"{source}/") for source in sources_of(evidence))
        for finding in verdict.findings
        for evidence in finding.evidence
    )


def not_found(form: Format, document: bytes, path: str, is_it: Callable[[str, str], bool]) -> str | None:
    try:
        judged = verdicts(form, document)
    except NotConvertible:
        return None  # the only date is gone: a dead letter with a reason, which somebody reads
    if all(verdict.decision is Decision.CLEAR for verdict in judged):
        return f"{path}: cleared"
    return None if any(leads_to(verdict, path, is_it) for verdict in judged) else f"{path}: found elsewhere"


@each_sample
@pytest.mark.long
def test_a_listed_name_is_found_in_every_text(form: Format, name: str, seeded: Callable[[bytes, str], Seeded]) -> None:
    document = sample(name)
    missed = [
        lost
        for path, changed in seeded(document, NAME)
        if (lost := not_found(form, changed, path, lambda rule_set, _: rule_set == "sample"))
    ]
    assert missed == []


@each_sample
def test_a_barred_good_is_found_in_every_text(form: Format, name: str, seeded: Callable[[bytes, str], Seeded]) -> None:
    if name.startswith(("/", "pain.001.001.09", "pain.001.001.12")):
        pytest.skip("nothing in it goes anywhere that could be changed")
    document = sample(name)
    for town in (
        "Hamburg",
        "Singapore",
        "Lyon",
        "Bremen",
        "Maschinenhandel",
        "Papier",
        "Exemple",
    ):  # the seed replaces one
        document = document.replace(town.encode(), PLACE.encode()).replace(
            town.upper().encode(), PLACE.upper().encode()
        )
    missed = []
    for path, changed in seeded(document, GOOD):
        try:
            judged = verdicts(form, changed)
        except NotConvertible:
            continue  # the only date is gone: a dead letter
        found = [
            evidence
            for verdict in judged
            for finding in verdict.findings
            if finding.rule.startswith("KP-TO-LUX")
            for evidence in finding.evidence
            if "watch" in evidence.value.lower()
        ]
        if not any(path == source or path.startswith(f"{source}/") for each in found for source in sources_of(each)):
            missed.append(path)
    assert missed == []


NO_INTEREST_IN_PLACES = frozenset({"ebl-negotiable-bl.json", "ebl-straight-bl.json"})


@each_sample
@pytest.mark.long
def test_a_sanctioned_place_is_found_in_every_text(
    form: Format, name: str, seeded: Callable[[bytes, str], Seeded]
) -> None:
    if Path(name).name in NO_INTEREST_IN_PLACES:
        pytest.skip("its goods are food")
    document = sample(name)
    missed = [
        lost
        for path, changed in seeded(document, PLACE)
        if (lost := not_found(form, changed, path, lambda _, matched: matched == "KP"))
    ]
    assert missed == []


@each_sample
def test_the_samples_themselves_are_not_of_interest(
    form: Format, name: str, seeded: Callable[[bytes, str], Seeded]
) -> None:
    document = sample(name)
    assert len(list(seeded(document, "x"))) > 20
    if not name.startswith(("pain.001.001.09", "pain.001.001.12", "/")):  # they have “T” everywhere
        found = {finding.rule for verdict in verdicts(form, document) for finding in verdict.findings}
        assert found <= {"TW-DESTINATION-UNKNOWN"}, "an MT103 need not say in which country the beneficiary is"
