"""The casebook's index is true to the cases, and a case cannot lean on a rule that does not exist."""

from __future__ import annotations

from tests import packaged
from tests.casebook.index import DOCUMENT, document, read_cases
from tidewaiter.release.assembly import load_lists
from tidewaiter.rulebook.policy import JURISDICTIONS
from tidewaiter.screening.unknowns import RULES


def test_the_page_for_compliance_officers_is_generated_from_the_cases() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `python -m tests.casebook.index`"


def test_every_rule_that_a_case_names_exists() -> None:
    """A misspelt rule that must not be found is never found, and proves nothing."""
    book = packaged.rule_book(*JURISDICTIONS)
    known = {compiled.rule.id for rules in book.rules.values() for compiled in rules} | set(RULES)
    known |= {f"{party_list.id}:{entry.id}" for party_list in load_lists(()) for entry in party_list.entries}
    named = {rule: case.name for case in read_cases() for rule in (*case.found, *case.not_found)}
    assert not {rule: case for rule, case in named.items() if rule not in known}


def test_every_case_says_what_it_is_about_and_where_it_comes_from() -> None:
    for case in read_cases():
        assert case.what.endswith("."), case.name
        assert case.source.endswith("."), case.name
        assert not set(case.found) & set(case.not_found), case.name
        assert case.suppressed <= set(case.found), case.name


def test_the_cases_lie_on_both_sides_of_every_resolution_that_changed_goods() -> None:
    days = [case.day for case in read_cases()]
    adopted = "2006-10-14 2009-06-12 2013-03-07 2016-03-02 2016-11-30 2017-08-05 2017-09-11 2017-12-22".split()
    for before, after in zip(["0000", *adopted], [*adopted, "9999"], strict=True):
        assert any(before <= day < after for day in days), f"no case from {before} to {after}"


def test_at_least_sixty_cases_come_from_the_public_record() -> None:
    assert sum(case.on_record for case in read_cases()) >= 60
