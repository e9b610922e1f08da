"""An operator makes the lists of the European Union block, from the official file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests import packaged
from tests.builders import seller, transfer
from tidewaiter.cli import app
from tidewaiter.release.assembly import assemble
from tidewaiter.release.rule_check import check_folders
from tidewaiter.rulebook.authoring.diagnostics import Severity
from tidewaiter.rulebook.authoring.goods_lists import Format, ListedCode, Wanted, read_goods
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter_schemas.verdict import Effect, Verdict

TARIC = """Goods code,Add code,Order No.,Start date,End date,Origin,Measure type,Legal base,Duty,Origin code,Meas. type code
0101210000 80,,,15-03-2022,,Russia,Export control on luxury goods,R0428/22,,RU,718
2208300000 80,,,15-03-2022,,Russia,Export control on luxury goods,R0428/22,,RU,718
2208401100 80,,,15-03-2022,31-12-2023,Russia,Export control on luxury goods,R0428/22,,RU,718
2208609900 80,,,01-01-2027,,Russia,Export control on luxury goods,R0428/22,,RU,718
7113190000 80,,,16-03-2022,,Belarus,Export control on luxury goods,R0428/22,,BY,718
8542310000 80,,,15-03-2022,,Russia,Export control,R0428/22,,RU,711
"""
PAGE = """<html><body>
<p>ANNEX XVII</p>
<table><tr><td><p>7208 10 00</p></td><td>Steel</td></tr></table>
<p>ANNEX <span>XVIII</span></p>
<table>
<tr><td><p>CN code</p></td><td><p>Name</p></td></tr>
<tr><td><p><span>ex</span> 0101&nbsp;21&nbsp;00</p></td><td>Horses</td></tr>
<tr><td><p>2208 00 00</p><p>ex 9706 00 00</p></td><td>Spirits</td></tr>
<tr><td></td><td>Other</td></tr>
</table>
<p>ANNEX XIX</p>
<table><tr><td>8542 31 00</td><td>Circuits</td></tr></table>
</body></html>
"""
PLAIN = "code;threshold;currency;partial\n0101 21 00;;;no\n2208;300;EUR;\n9706;;;yes\n"
DAY = "2026-11-24"
WANTED = Wanted(day=date(2026, 11, 24), countries=("RU",), measures=("718",), annex="Annex XVIII")


def codes(text: str, kind: Format) -> list[tuple[str, bool]]:
    return [(one.digits, one.partial) for one in read_goods(text.encode(), "list", kind, WANTED)]


def test_a_taric_export_gives_the_measures_of_the_country_and_the_day() -> None:
    assert codes(TARIC, Format.TARIC) == [("010121", False), ("220830", False)]


def test_an_annex_of_eur_lex_gives_its_codes_and_no_others() -> None:
    found = [("010121", True), ("2208", False), ("9706", True)]
    assert codes(PAGE, Format.EURLEX) == found
    assert codes('<?xml version="1.0" encoding="utf-16"?>' + PAGE, Format.EURLEX) == found, (
        "it has been decoded already"
    )


def test_a_plain_list_gives_what_it_says() -> None:
    assert codes(PLAIN, Format.CSV) == [("01012100", False), ("2208", False), ("9706", True)]


def test_a_code_that_stands_twice_is_merged_with_care() -> None:
    text = "code,threshold,currency,partial\n2208,300,EUR,\n2208,50,EUR,\n9706,,,yes\n9706,,,no\n"
    two, whole = read_goods(text.encode(), "list", Format.CSV, WANTED)
    assert (two.digits, two.partial, two.threshold) == ("2208", True, Decimal(50))
    assert whole == ListedCode("9706")


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("", Format.CSV, "list: is empty"),
        ("\n \n", Format.EURLEX, "list: is empty"),
        (PLAIN.splitlines()[0] + "\n", Format.CSV, "list: has no code that was asked for; is it only the header"),
        ("code;limit\n2208;3\n", Format.CSV, "list:1: has no column 'threshold'"),
        (PLAIN + "97;\n", Format.CSV, "list:5: has 2 fields, not 4; the file may be cut off"),
        (PLAIN + "97060;;;\n", Format.CSV, "list:5: '97060' is no code"),
        (PLAIN + "9706;;;maybe\n", Format.CSV, "list:5: partial is 'maybe'"),
        (PLAIN + "9706;0;EUR;\n", Format.CSV, "list:5: the threshold '0' is not a positive amount"),
        (PLAIN + "9706;10;;\n", Format.CSV, "list:5: '' is no currency"),
        (PLAIN + "2208;300;USD;\n", Format.CSV, "2208: stands twice, with thresholds in EUR and USD"),
        (TARIC + "22083,,,15-03-2022,,Russia,x,x,,RU,718\n", Format.TARIC, "list:8: '22083' is no goods code of 10 digits"),
        (TARIC + "2208300000,,,yesterday,,Russia,x,x,,RU,718\n", Format.TARIC, "list:8: 'yesterday' is no day"),
        (TARIC + "2208300000,,,,,Russia,x,x,,RU,718\n", Format.TARIC, "list:8: has no start date"),
        (TARIC.replace("718", "719"), Format.TARIC, "looked for measure 718 for RU on 2026-11-24"),
        (TARIC.replace("Goods code", "Code"), Format.TARIC, "list:1: has no column 'Goods code'"),
        (PAGE.replace("<span>XVIII</span>", "XXI"), Format.EURLEX, "list: has no heading 'Annex XVIII'"),
        (PAGE.replace("2208 00 00", "2208 00 0"), Format.EURLEX, "list:8: '2208 00 0' is no code; the page may be damaged"),
        (PAGE.replace("0101&nbsp;21&nbsp;00", ""), Format.EURLEX, "list:7: 'ex' is no code"),
    ],
)  # fmt: skip
def test_a_damaged_or_empty_file_is_refused_by_line(text: str, kind: Format, message: str) -> None:
    with pytest.raises(Exception, match=message.replace("(", r"\(")):
        read_goods(text.encode(), "list", kind, WANTED)


def imported(folder: Path, text: str, kind: str, rules: list[str], *more: str) -> str:
    file = folder / "official.txt"
    file.write_text(text, encoding="utf-8")
    options = [part for rule in rules for part in ("--rule", rule)]
    arguments = ["rules", "import-goods", str(file), "--format", kind, *options, "-o", str(folder / "ours")]
    arguments += ["--url", "https://eur-lex.europa.eu/x", "--as-of", DAY, *more]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def whisky(screener: Screener, *, day: str = DAY, **facts: Any) -> Verdict:
    item = {"description": "whisky", "hs_code": "2208.30", "quantity": 1, "unit": "pcs"} | facts
    return screener.screen([transfer(item, day=day, origin="DE", to="RU", parties=[seller("DE")])])[0]


def test_an_imported_list_blocks_and_takes_the_place_of_the_categories(tmp_path: Path) -> None:
    said = imported(tmp_path, TARIC, "taric", ["EU-RU-LUXURY"])
    assert "2 codes, 0 of them in part" in said
    before = Screener(assemble(Settings(jurisdictions=("EU",))))
    after = Screener(assemble(Settings(jurisdictions=("EU",), rules=(tmp_path / "ours",))))
    dear: dict[str, Any]
    cheap: dict[str, Any]
    dear, cheap = {"value": {"amount": 400, "currency": "EUR"}}, {"value": {"amount": 300, "currency": "EUR"}}

    def met(screener: Screener, **facts: Any) -> set[tuple[str, Effect]]:
        verdict = whisky(screener, **facts)
        return {(f.rule, f.effect) for f in verdict.findings if f.effect is not Effect.INFO}

    assert met(before, **dear) == {("EU-RU-LUXURY", Effect.REVIEW)}
    assert met(after, **dear) == {("EU-RU-LUXURY-LIST", Effect.BLOCK)}
    assert not met(after, **cheap)
    assert not met(after, hs_code="2204.21", description="wine", **dear)
    # What was listed before the day of the list is not known from it: the category still asks.
    gone = met(after, day="2023-06-01", hs_code="2208.40", description="rum", **dear)
    assert gone == {("EU-RU-LUXURY", Effect.REVIEW)}


def test_a_list_that_lost_more_than_a_tenth_is_refused_until_the_last_one_is_removed(tmp_path: Path) -> None:
    imported(tmp_path, PLAIN, "csv", ["EU-RU-LUXURY"])
    cut = PLAIN[: PLAIN.index("9706")]
    with pytest.raises(AssertionError, match="has 2 codes where the last import had 3"):
        imported(tmp_path, cut, "csv", ["EU-RU-LUXURY"])


@pytest.mark.parametrize(
    ("text", "kind", "rules", "more"),
    [
        (TARIC, "taric", ["EU-RU-LUXURY"], ()),
        (TARIC, "taric", ["EU-RU-INDUSTRY"], ("--measure", "711")),
        (PAGE, "eurlex", ["EU-KP-LUXURY-TO", "EU-KP-LUXURY-FROM"], ("--annex", "ANNEX XVIII")),
        (PLAIN, "csv", ["EU-RU-LUXURY"], ()),
    ],
)
def test_what_is_written_passes_the_check_of_rules(
    tmp_path: Path, text: str, kind: str, rules: list[str], more: tuple[str, ...]
) -> None:
    imported(tmp_path, text, kind, rules, *more)
    checked = check_folders([tmp_path / "ours"], builtin=False, indexes=packaged.indexes())
    assert [str(r) for r in checked.remarks if r.severity is Severity.ERROR] == []
    assert checked.rules == len(rules)
    assert checked.examples >= 4 * len(rules)


def test_what_cannot_be_imported_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "official.txt"
    file.write_text(TARIC[:-20], encoding="utf-8")
    for rule, text in (("EU-RU-LUXURY", TARIC[:-20]), ("EU-RU-NOTHING", TARIC), ("KP-FIN-FREEZE-UN", TARIC)):
        file.write_text(text, encoding="utf-8")
        arguments = [
            "rules",
            "import-goods",
            str(file),
            "--format",
            "taric",
            "--rule",
            rule,
            "-o",
            str(tmp_path / "ours"),
        ]
        result = CliRunner().invoke(app, [*arguments, "--url", "https://example.org", "--as-of", DAY])
        assert result.exit_code != 0
        assert not (tmp_path / "ours").exists()
