"""Checks whole folders of rules: errors in their files, and the outcome of their own examples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tidewaiter.errors import RuleError
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.release.assembly import load_lists
from tidewaiter.release.rule_examples import Run, run_examples
from tidewaiter.rulebook.authoring.diagnostics import Placed, Remark, RuleFile, Severity
from tidewaiter.rulebook.authoring.lint import inspect
from tidewaiter.rulebook.compiler import compile_rule_book
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.loader import BUILTIN, load_lexicon, packaged_wording, read_rule_set, rule_documents
from tidewaiter.rulebook.policy import JURISDICTIONS, Policy
from tidewaiter.rulebook.rates_file import load_rates

_WHERE = re.compile(r"^(?P<file>.+?\.ya?ml)(?::(?P<line>\d+))?: (?P<said>.+)")


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check, and the numbers of rules and examples checked."""

    remarks: tuple[Remark, ...]
    rules: int
    examples: int

    def count(self, severity: Severity) -> int:
        """Return the number of remarks with this severity."""
        return Counter(remark.severity for remark in self.remarks)[severity]


def check_folders(
    folders: Sequence[Path], *, builtin: bool, examples: bool = True, indexes: IndexStore = IN_MEMORY
) -> Checked:
    """Check the rule sets and goods words of `folders`, with the packaged ones when `builtin`.

    A file that cannot be read is an error, and the other files are checked without it. The examples run only if
    `examples` is true and no other error prevents building the rule book.
    """
    files: list[RuleFile] = []
    remarks: list[Remark] = []
    for folder in ([BUILTIN] if builtin else []) + list(folders):
        try:
            documents = list(rule_documents(folder))
        except RuleError as error:
            remarks += _unreadable(error)
            continue
        for read in documents:
            try:
                document = read()
                files.append(RuleFile(document, read_rule_set(document), packaged=folder == BUILTIN))
            except RuleError as error:
                remarks += _unreadable(error)
    remarks += inspect(files)
    rules = sum(len(file.rule_set.rules) for file in files)
    if not examples:
        return Checked(tuple(remarks), rules, 0)
    try:
        lexicon = load_lexicon([BUILTIN / "goods", *(folder / "goods" for folder in folders)])
        # Check every rule as if its law binds the operator.
        binding = dict.fromkeys((*JURISDICTIONS, *(file.rule_set.jurisdiction for file in files)))
        policy = Policy(jurisdictions=tuple(binding), rates=load_rates(None))
        book = compile_rule_book(
            [file.rule_set for file in files],
            load_lists(()),
            lexicon,
            policy,
            indexes=indexes,
            rarity=packaged_rarity(),
            wording=packaged_wording(),
        )
    except RuleError as error:
        told = {remark.rule for remark in remarks if remark.check == "id"}
        remarks += [
            remark for remark in _unreadable(error) if not any(rule and rule in remark.problem for rule in told)
        ]
        return Checked(tuple(remarks), rules, 0)
    runs = list(run_examples(book))
    remarks += _failures(files, runs)
    return Checked(tuple(remarks), rules, sum(run.count for run in runs))


def _failures(files: Sequence[RuleFile], runs: Sequence[Run]) -> Iterator[Remark]:
    placed = {rule.id: Placed(file, number, rule) for file in files for number, rule in enumerate(file.rule_set.rules)}
    for run in runs:
        for failure in run.failures:
            yield placed[run.rule].remark(
                Severity.ERROR,
                "examples",
                f"example “{run.example.name}”{failure}",
                "correct the rule, or the example if it is wrong",
                *("examples", run.kind, run.number),
            )


def _unreadable(error: RuleError) -> Iterator[Remark]:
    for line in str(error).splitlines():
        found = _WHERE.match(line)
        yield Remark(
            Severity.ERROR,
            "unreadable",
            found["file"] if found else "rule book",
            int(found["line"]) if found and found["line"] else None,
            None,
            found["said"] if found else line,
            "correct it",
        )
