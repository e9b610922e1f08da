"""The seeding exam: a listed name and a sanctioned place are found wherever a document has a text.

Each text of each sample is replaced in turn. What is found must lead back to that place in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

from tests.packaged import screener
from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.adapters.formats import Format, convert, json_of
from tidewaiter_schemas import Decision, TransferEvent, Verdict

DOCUMENTS = Path(__file__).parents[1] / "documents"
NAME = "Korea Mining Development Trading Corporation"
PLACE = "Pyongyang"

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


SAMPLES: list[tuple[Format, str, Callable[[bytes, str], Seeded]]] = [
    *((Format.ISO20022, path.name, xml) for path in sorted(DOCUMENTS.glob("*.xml"))),
]
each_sample = pytest.mark.parametrize(("form", "name", "seeded"), SAMPLES, ids=[name for _, name, _ in SAMPLES])


def verdicts(form: Format, document: bytes) -> list[Verdict]:
    events = [TransferEvent.model_validate_json(json_of(transfer)) for transfer in convert(form, document)]
    return screener().screen(events)


def leads_to(verdict: Verdict, path: str, is_it: Callable[[str, str], bool]) -> bool:
    """Whether evidence that `is_it` has the path, or that of an element around it, as its source."""
    return any(
        is_it(finding.rule_set, evidence.matched)
        and any(path == source or path.startswith(f"{source}/") for source in (evidence.source or "").split(" | "))
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
def test_a_listed_name_is_found_in_every_text(form: Format, name: str, seeded: Callable[[bytes, str], Seeded]) -> None:
    document = (DOCUMENTS / name).read_bytes()
    missed = [
        lost
        for path, changed in seeded(document, NAME)
        if (lost := not_found(form, changed, path, lambda rule_set, _: rule_set == "sample"))
    ]
    assert missed == []


@each_sample
def test_a_sanctioned_place_is_found_in_every_text(
    form: Format, name: str, seeded: Callable[[bytes, str], Seeded]
) -> None:
    document = (DOCUMENTS / name).read_bytes()
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
    document = (DOCUMENTS / name).read_bytes()
    assert len(list(seeded(document, "x"))) > 20
    if not name.startswith("pain.001.001.09") and not name.startswith("pain.001.001.12"):  # they have “T” everywhere
        assert [finding.rule for verdict in verdicts(form, document) for finding in verdict.findings] == []
