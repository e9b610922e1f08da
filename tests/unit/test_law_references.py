"""What the references on sanctions law state is encoded as rules, or named in docs/law.md with its reason."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from tests.law_map import CORRECTIONS_WITHOUT_RULES, DOCUMENT, LEFT_OUT
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.rulebook.programmes import read_programmes
from tidewaiter.rulebook.rules import Rule

REFERENCES = Path(__file__).resolve().parents[3] / "shared" / "reference"
needs_references = pytest.mark.skipif(not REFERENCES.is_dir(), reason="the references are not in ../shared/reference")

ON_GOODS = {"sectoral-goods", "import-ban", "arms-embargo", "comprehensive"}
REGIONS = {
    "UA-43": "UA-CRIMEA", "UA-40": "UA-CRIMEA", "UA-14": "UA-DONETSK", "UA-09": "UA-LUHANSK", "UA-23": "UA-ZAPORIZHZHIA",
    "UA-65": "UA-KHERSON",
}  # fmt: skip
RULES = {rule.id: rule for rule_set in builtin_rule_sets() for rule in rule_set.rules}


def test_every_known_programme_on_goods_has_rules_or_a_reason_in_the_map() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    for one in read_programmes():
        needs = one.kind in ON_GOODS and one.confidence != "C" and one.packaged == "no"
        assert bool(one.reason) is needs, f"{one.jurisdiction} {one.target}: {one.what}"
        assert one.reason in document


@needs_references
def test_every_programme_of_the_references_is_in_the_map_or_left_out_with_a_reason() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    known = {(one.jurisdiction, one.target, one.instrument, one.what) for one in read_programmes()}
    days = {(one.jurisdiction, one.target, one.instrument, str(one.since)) for one in read_programmes()}
    with (REFERENCES / "law" / "programmes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400
    lost = []
    for row in rows:
        whose = row["jurisdiction"], REGIONS.get(row["target"], row["target"]), row["instrument"]
        kept = (*whose, row["what"]) in known or (*whose, row["since"]) in days
        because = [why for target, kind, _, why in LEFT_OUT if (target, kind) == (row["target"], row["kind"])]
        if row["tag"] != "C" and not kept and not any(why in document for why in because):
            lost.append((*whose, row["what"]))
    assert lost == []


# The rows of law-corrections.md, each as a fact about the rules: id, first day, last day, what a citation names.
CORRECTIONS = [
    # 1. United States
    ("US-RU-INDUSTRY", "2024-06-12", None, "746.8"),
    ("US-RU-LUXURY", "2024-06-12", None, "746.8"),
    ("US-RU-OILGAS", "2024-06-12", None, "746.8"),
    ("US-RU-PARTS", "2024-06-12", None, "746.8"),
    ("US-RU-SOFTWARE", "2024-09-16", None, "746.8"),
    ("US-RU-CCL", "2022-04-08", None, "746.8"),
    ("US-RU-CCL-BEFORE", "2022-02-24", "2022-04-07", "746"),
    ("US-BY-CCL-BEFORE", "2022-03-02", "2022-04-07", "746"),
    ("US-RU-INDUSTRY-BEFORE", "2022-03-03", "2024-06-11", "746.5(a)(1)(ii)"),
    ("US-BY-INDUSTRY-BEFORE", "2022-09-15", "2024-06-11", "746.5(a)(1)(ii)"),
    ("US-RU-OILGAS-BEFORE", "2014-08-06", "2024-06-11", "746.5(a)(1)(i)"),
    ("US-BY-OILGAS-BEFORE", "2022-09-15", "2024-06-11", "746.5(a)(1)(i)"),
    ("US-RU-LUXURY-BEFORE", "2022-03-11", "2024-06-11", "746.10"),
    ("US-FDP-IR", "2023-02-24", None, "746.7"),
    ("US-FDP-RU", "2023-02-24", None, "746.8"),
    ("US-FDP-BY", "2023-02-24", None, "746.8"),
    ("US-KP-EXPORT", "2016-03-16", None, "13722"),
    ("US-KP-GOVERNMENT", "2016-03-16", None, "510.201(a)(1)"),
    ("US-KP-SERVICES", "2016-03-16", None, "13722"),
    ("US-KP-FUNDS", "2016-03-16", None, "13722"),
    ("US-KP-FOOD", "2024-02-16", None, "510"),
    ("US-KP-IMPORT", "2011-04-19", None, "13570"),
    ("US-KP-LICENCE", "2007-01-26", None, "746.4 (a)"),
    ("US-KP-VESSEL", "2018-03-05", None, "510.207"),
    # 2. European Union
    ("EU-RU-DUALUSE", "2022-02-26", None, "Art. 2, 2a"),
    ("EU-RU-LUXURY-2022", "2022-03-16", "2022-12-04", "Art. 3h"),
    ("EU-RU-IMPORT-STEEL", "2022-03-16", None, "Art. 3g"),
    ("EU-RU-INDUSTRY", "2022-04-09", None, "Art. 3k"),
    ("EU-RU-IMPORT-REVENUE-WINDDOWN", "2022-04-09", "2022-07-10", "Art. 3i"),
    ("EU-RU-IMPORT-REVENUE-2022", "2022-07-11", "2022-12-04", "Art. 3i"),
    ("EU-RU-CHP", "2022-02-26", None, "Art. 2a"),
    ("EU-KP-IMPORTS-TEXTILES", "2017-10-12", None, "Art. 16h"),
    ("EU-KP-IMPORTS-2018", "2018-02-28", None, "Art. 16j"),
    ("EU-KP-OIL", "2017-10-16", None, "16d"),
    ("EU-KP-ARMS", "2017-09-01", None, "Annexes I and II"),
    ("EU-KP-HELICOPTER-VESSEL", "2017-09-01", None, "Art. 15"),
    ("EU-RU-IMPORT-COAL", "2022-08-11", None, "Art. 3j"),
    ("EU-RU-IMPORT-COAL-WINDDOWN", "2022-04-09", "2022-08-10", "Art. 3j"),
    ("EU-RU-IMPORT-OIL", "2022-06-04", None, "Art. 3m"),
    ("EU-RU-IMPORT-GOLD", "2022-07-22", None, "Art. 3o"),
    ("EU-RU-CARS", "2023-06-24", None, "Art. 3k"),
    ("EU-RU-IMPORT-DIAMONDS", "2024-01-01", None, "Art. 3p"),
    ("EU-KP-MACHINERY", "2018-02-28", None, "2018/285"),
    # 3. United Nations, the DPRK
    ("KP-TO-ARMS-1718", "2006-10-14", "2009-06-11", "OP 8(a)(i)"),
    ("KP-TO-ARMS-1874", "2009-06-12", "2016-03-01", "OP 10"),
    ("KP-TO-ARMS", "2016-03-02", None, "OP 6"),
    ("KP-TO-CATCHALL-MIL", "2016-03-02", None, "OP 8"),
    ("KP-FIN-OFFICE-2270", "2016-03-02", "2017-02-28", "OP 34"),
    ("KP-FIN-OFFICE", "2017-03-01", None, "OP 31"),
    ("KP-FIN-BANK-90-DAYS", "2016-03-02", "2016-05-31", "OP 33"),
    ("KP-FIN-SVC", "2009-06-12", None, "OP 18 (a call)"),
    ("KP-FIN-TRADE-1874", "2009-06-12", "2016-11-29", "OP 15"),
    ("KP-FIN-FREEZE", "2006-10-14", None, "OP 8"),
    ("KP-TO-CATCHALL-WMD", "2013-03-07", None, "OP 22 (a call)"),
    ("KP-AIR", "2013-03-07", None, "OP 21"),
    ("KP-FR-AGRI-WINDDOWN", "2017-12-22", "2018-01-21", "OP 6"),
    ("KP-SHIP-PORT-DPRK", "2016-03-02", None, "OP 22"),
    ("KP-SVC-ARMS-2270", "2016-03-02", None, "OP 7"),
    ("KP-FIN-BANK", "2016-06-01", None, "OP 33"),
    ("KP-FR-GOLDXFER", "2016-03-02", None, "OP 37"),
    ("KP-SHIP-STS", "2017-09-11", None, "OP 11"),
    ("KP-SHIP-BUNKER", "2009-06-12", None, "OP 17"),
    # 4. United Nations, embargoes on arms
    ("LY-TO-ARMS", "2011-02-26", None, "OP 9"),
    ("SS-TO-ARMS", "2018-07-13", "2026-05-31", "OP 4"),
    ("CF-TO-ARMS-BEFORE", "2013-12-05", "2024-07-29", "OP 54"),
    ("CF-TO-ARMS", "2024-07-30", "2026-07-31", "OP 2"),
    ("CD-TO-ARMS", "2008-03-31", None, "OP 1"),
    ("CD-TO-ARMS-2003", "2003-07-28", None, "OP 20"),
    ("CD-TO-ARMS-2005", "2005-04-18", "2008-03-30", "OP 1"),
    ("HT-TO-ARMS-BEFORE", "2022-10-21", "2023-10-01", "OP 11"),
    ("HT-TO-SMALL-ARMS", "2023-10-02", "2024-10-17", "OP 14"),
    ("HT-TO-ARMS", "2024-10-18", None, "OP 2"),
    ("SO-TO-ARMS-BEFORE", "1992-01-23", "2023-11-30", "OP 5"),
    ("SO-TO-ARMS", "2023-12-01", None, "2713"),
    ("YE-TO-ARMS", "2015-04-14", None, "OP 14"),
    ("SD-DARFUR-ARMS-GROUPS", "2004-07-30", None, "OP 7"),
    ("IQ-TO-ARMS", "2004-06-08", None, "OP 21"),
    ("IQ-TO-ARMS-BEFORE", "1990-08-06", "2004-06-07", "OP 3"),
    ("LB-TO-ARMS", "2006-08-11", None, "OP 15"),
    # 5. United Nations, Iran
    ("IR-FR-ARMS", "2025-09-28", None, "OP 5"),
    ("IR-TO-NUCLEAR-2006", "2006-12-23", "2016-01-15", "OP 3 and 4"),
    ("IR-FR-ARMS-2007", "2007-03-24", "2016-01-15", "OP 5"),
    ("IR-TO-HEAVY-ARMS-2007", "2007-03-24", "2010-06-08", "OP 6"),
    ("IR-TO-HEAVY-ARMS-2010", "2010-06-09", "2016-01-15", "OP 8"),
    ("IR-TO-HEAVY-ARMS-2016", "2016-01-16", "2020-10-18", "Annex B para. 5"),
    ("IR-FR-ARMS-2016", "2016-01-16", "2020-10-18", "6(b)"),
    # 6. United Nations, past embargoes on arms
    ("ER-TO-ARMS-2009", "2009-12-23", "2018-11-13", "OP 5"),
    ("ER-FR-ARMS-2009", "2009-12-23", "2018-11-13", "OP 6"),
    ("CI-TO-ARMS-2004", "2004-11-15", "2014-04-28", "OP 7"),
    ("LR-TO-ARMS-1992", "1992-11-19", None, "OP 8"),
    ("LR-TO-ARMS-2009", "2009-12-17", "2016-05-24", "OP 4"),
    ("SL-TO-ARMS-1997", "1997-10-08", "1998-06-04", "OP 6"),
    ("SL-TO-ARMS-1998", "1998-06-05", "2010-09-28", "OP 2"),
    ("RW-TO-ARMS-1994", "1994-05-17", None, "OP 13"),
    ("ET-TO-ARMS-2000", "2000-05-17", "2001-05-16", "OP 6"),
    ("RS-TO-ARMS-1998", "1998-03-31", "2001-09-09", "OP 8"),
    ("AO-TO-ARMS-1993", "1993-09-25", "2002-12-08", "OP 19"),
    ("LY-TO-ARMS-1992", "1992-04-15", "2003-09-11", "OP 5"),
    ("AF-TO-ARMS-2001", "2001-01-19", "2002-01-15", "OP 5"),
    ("ZA-TO-ARMS", "1977-11-04", "1994-05-24", "OP 2"),
    # 7. Japan, Canada, United Kingdom
    ("JP-KP-EXPORT", "2009-06-18", "2027-04-13", "48(3)"),
    ("JP-KP-IMPORT", "2006-10-14", "2027-04-13", "52"),
    ("JP-KP-PAYMENT", "2006-10-14", None, "16(5)"),
    ("CA-KP-PERMIT", "2010-07-14", "2011-08-10", "13(1)"),
    ("CA-KP-LUX-CONSUMED", "2020-06-01", None, "s. 8(1)(c)"),
    ("CA-KP-ARMS", "2020-06-01", None, "s. 8(1)(a)"),
    ("CA-KP-VEHICLES", "2020-06-01", None, "s. 8(1)(b)"),
    ("CA-KP-FUEL", "2020-06-01", None, "s. 8(1)(d), (e) and (f)"),
    ("CA-KP-METALS", "2020-06-01", None, "s. 8(1)(g)"),
    ("CA-KP-MACHINERY", "2020-06-01", None, "s. 8(1)(h)"),
    ("UK-KP-ARMS", "2020-12-31", None, "reg. 35 and 37"),
    ("UK-KP-ARMS-FROM", "2020-12-31", None, "reg. 36"),
    ("CA-KP-EXPORT", "2011-08-11", None, "s. 2"),
    ("CA-KP-IMPORT", "2011-08-11", None, "s. 3"),
    ("UK-KP-FORCES-TO", "2020-12-31", None, "reg"),
    ("UK-RU-LUXURY-REST", "2022-04-14", None, "Schedule 3A"),
]  # fmt: skip


@pytest.mark.parametrize(("rule_id", "since", "until", "cites"), CORRECTIONS, ids=[row[0] for row in CORRECTIONS])
def test_a_correction_stands_in_the_rules(rule_id: str, since: str, until: str | None, cites: str) -> None:
    rule: Rule = RULES[rule_id]
    assert rule.in_force.since == date.fromisoformat(since)
    if until is not None:
        assert rule.in_force.until == date.fromisoformat(until)
    cited = [(citation.instrument, citation.provision) for citation in rule.citations]
    assert any(cites in f"{instrument} {provision}" for instrument, provision in cited), cited


RENAMED = {
    "JP-KP-EXPORT-LATER": "JP-KP-EXPORT",
    "JP-KP-IMPORT-LATER": "JP-KP-IMPORT",
    "US-FDP": "US-FDP-RU",
    "CA-KP": "CA-KP-EXPORT",
    "US-KP": "US-KP-EXPORT",
    "JP-KP": "JP-KP-EXPORT",
    "EU-RU": "EU-RU-LUXURY",
    "US-RU-CCL-": "US-RU-CCL-BEFORE",
}
"""Names of the corrections that stand for other rules than their own."""


def named_in(cell: str) -> set[str]:
    """Return the ids in the first cell of a row of corrections: `US-RU-INDUSTRY, -LUXURY` are two."""
    found: set[str] = set()
    first = ""
    for name in re.findall(r"\b[A-Z]{2}(?:-[A-Z0-9]+[a-z]?)+|(?<=[ ,])-[A-Z0-9-]+", cell):
        if not name.startswith("-"):
            first = name
            found.add(name)
        elif first:
            # The tail replaces the last part of the id, or its last two.
            parts = first.split("-")
            tails = [first + name, *(f"{'-'.join(parts[:keep])}{name}" for keep in range(2, len(parts)))]
            found.add(next((tail for tail in tails if tail in RULES or tail in RENAMED), tails[-1]))
    return found


@needs_references
def test_every_rule_that_a_correction_names_is_there_or_named_in_the_map() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    without = {name for name, _, _ in CORRECTIONS_WITHOUT_RULES}
    assert all(why in document for _, _, why in CORRECTIONS_WITHOUT_RULES)
    rows = (REFERENCES / "law-corrections.md").read_text(encoding="utf-8").split("## 8.")[0]
    cells = [line.split("|")[1] for line in rows.splitlines() if re.match(r"\| [^-|]", line)]
    names = {name for cell in cells for name in named_in(cell)}
    assert len(names) > 60
    lost = {
        name
        for name in names - without
        if RENAMED.get(name, name) not in RULES and not any(rule.startswith(f"{name}-") for rule in RULES)
    }
    assert lost == set()
