"""Reads rule sets, goods words, registers and published totals from files, and checks each file by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache, partial
from pathlib import Path

from tidewaiter.errors import RuleError
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.model.wording_model import WordingModel
from tidewaiter.rulebook.codes import with_code_lists
from tidewaiter.rulebook.policy import MatchThreshold, MatchThresholds, PublishedTotal, QuotaTotals, Register
from tidewaiter.rulebook.rules import Rule, RuleSet
from tidewaiter.rulebook.series import with_series
from tidewaiter.rulebook.yaml_source import YamlDocument, parse_yaml, read_text, read_yaml

BUILTIN = Path(__file__).parent / "builtin"
WORDING = BUILTIN / "goods" / "wording.model"
"""The packaged wording model; `make model` writes it."""
_JURISDICTION = re.compile(r"^jurisdiction: (\w+)$", re.MULTILINE)


def builtin_rule_sets(jurisdictions: Collection[str] | None = None) -> tuple[RuleSet, ...]:
    """Return the packaged rule sets of `jurisdictions`, or all of them."""
    paths = _yaml_files(BUILTIN)
    return tuple(_packaged(path) for path in paths if jurisdictions is None or _jurisdiction(path) in jurisdictions)


@cache
def _packaged(path: Path) -> RuleSet:
    return read_rule_set(_document(path))


@cache
def _jurisdiction(path: Path) -> str:
    """Return the jurisdiction of a packaged rule set, normally without parsing the rest of it."""
    line = _JURISDICTION.search(read_text(path, _shown(path)))
    return line[1] if line else _packaged(path).jurisdiction


def load_rule_sets(folder: Path) -> tuple[RuleSet, ...]:
    """Return the rule sets of the `*.yaml` directly in `folder`, by file name. RuleError when one cannot be used.

    A folder that has only goods words, in `goods/`, is accepted. RuleError when it has neither.
    """
    return tuple(read_rule_set(read()) for read in rule_documents(folder))


def rule_documents(folder: Path) -> Iterator[Callable[[], YamlDocument]]:
    """Return a reader for each rule set of `folder`, so that one bad file does not hide the others."""
    files = _yaml_files(folder) if folder.is_dir() else []
    if not files and not any((folder / "goods").glob("*.yaml")):
        raise RuleError(f"{folder}: has no *.yaml rule set and no goods/*.yaml; give a folder that holds rules")
    return iter([partial(_document, path) for path in files])


def all_rule_sets(folders: Iterable[Path], *, builtin: bool) -> tuple[RuleSet, ...]:
    """Return the rule sets of `folders`, after the packaged ones of every jurisdiction when `builtin`."""
    packaged = builtin_rule_sets() if builtin else ()
    return (*packaged, *(rule_set for folder in folders for rule_set in load_rule_sets(folder)))


def rule_sets_at(where: str) -> tuple[RuleSet, ...]:
    """Return the rule sets of a folder or a file, or the packaged ones when `where` is `packaged`."""
    if where == "packaged":
        return builtin_rule_sets()
    path = Path(where)
    return (read_rule_set(_document(path)),) if path.is_file() else load_rule_sets(path)


def _document(path: Path) -> YamlDocument:
    return with_code_lists(with_series(read_yaml(path, _shown(path)), path.parent), path.parent)


def read_rule_set(document: YamlDocument) -> RuleSet:
    """Return `document` as a rule set. RuleError names the line of a reference that leads nowhere."""
    rule_set = document.read_as(RuleSet)
    countries = {territory.country for territory in rule_set.territories}
    seen: set[str] = set()
    for number, rule in enumerate(rule_set.rules):
        path = ("rules", number)
        if rule.id in seen:
            raise document.error((*path, "id"), f"{rule.id} is used twice in this rule set; ids must be unique")
        seen.add(rule.id)
        for country in rule.countries:
            if country not in countries:
                raise document.error((*path, "countries"), f"{rule.id}: {country} is not among the `territories`")
        for citation in (*rule.citations, *(clause.citation for clause in rule.exceptions)):
            if citation.instrument not in rule_set.instruments:
                raise document.error(
                    (*path, "citations"), f"{rule.id}: {citation.instrument!r} is not among the `instruments`"
                )
        for sign, facts in enumerate(rule.dealing):
            for subject in facts.about:
                if subject not in rule_set.subjects:
                    raise document.error(
                        (*path, "dealing", sign, "about"), f"{rule.id}: {subject!r} is not among the `subjects`"
                    )
            for group in facts.party.vessels if facts.party else ():
                if group not in rule_set.vessels:
                    raise document.error(
                        (*path, "dealing", sign, "party", "vessels"), f"{rule.id}: {group!r} is not among the `vessels`"
                    )
        adopted = rule_set.instruments[rule.citations[0].instrument].adopted
        if rule.in_force.since < adopted:
            raise document.error(
                (*path, "in_force"),
                f"{rule.id}: in force since {rule.in_force.since}, before its law was adopted on {adopted}",
            )
        if any(_covers(pattern, rule.id) and pattern == rule.id for pattern in rule.subsidiary_to):
            raise document.error((*path, "subsidiary_to"), f"{rule.id}: cannot be subsidiary to itself")
    return rule_set


def check_together(rule_sets: Sequence[RuleSet]) -> None:
    """Check that no two rule sets and no two rules share an id. RuleError when they do."""
    for what, ids in (
        ("rule set", [rule_set.rule_set for rule_set in rule_sets]),
        ("rule", [rule.id for rule_set in rule_sets for rule in rule_set.rules]),
    ):
        for name, count in Counter(ids).items():
            if count > 1:
                raise RuleError(f"{what} {name}: is in the rule book {count} times; rename or remove one")


def load_lexicon(folders: Iterable[Path] = (BUILTIN / "goods",)) -> Lexicon:
    """Return the goods words of all `*.yaml` in `folders`. Later folders add to earlier ones."""
    files = [(path, _shown(path)) for folder in folders for path in _yaml_files(folder)]
    return _lexicon(tuple((name, read_text(path, name)) for path, name in files))


@lru_cache(1)
def _lexicon(files: tuple[tuple[str, str], ...]) -> Lexicon:
    """Return the words of files, given by name and text. The last result is cached: most calls ask for the same."""
    return Lexicon.from_documents((name, parse_yaml(text, name).content) for name, text in files)


@cache
def packaged_wording() -> WordingModel:
    """Return the packaged wording model."""
    return WordingModel.of_bytes(WORDING.read_bytes())


def _yaml_files(folder: Path) -> list[Path]:
    """Return the `*.yaml` in a folder. RuleError for a file that would be ignored because of its suffix."""
    for path in sorted(folder.glob("*.[yY]*")):
        if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml":
            raise RuleError(f"{_shown(path)}: has the suffix {path.suffix}, but only *.yaml is read; rename it")
    return sorted(folder.glob("*.yaml"))


def load_register(path: Path | None) -> Register:
    """Return the register of verified authorisations at `path`; an empty one for None."""
    return Register() if path is None else read_yaml(path).read_as(Register)


def load_match_thresholds(path: Path | None, lists: Iterable[str]) -> tuple[MatchThreshold, ...]:
    """Return the thresholds at `path`, sorted by scope; none for None. `lists` are the ids of the lists in use.

    RuleError for two of one scope, and for one of a list that is not in use: it would have no effect.
    """
    if path is None:
        return ()
    document = read_yaml(path)
    thresholds = document.read_as(MatchThresholds).thresholds
    known, seen = set(lists), set()
    for number, threshold in enumerate(thresholds):
        if threshold.list_id is not None and threshold.list_id not in known:
            in_use = ", ".join(sorted(known))
            raise document.error(
                ("thresholds", number, "list"), f"no list {threshold.list_id!r} is in use: name one of {in_use}"
            )
        if threshold.scope in seen:
            raise document.error(("thresholds", number), "a second threshold for the same list and type; keep one")
        seen.add(threshold.scope)
    return tuple(sorted(thresholds, key=lambda threshold: tuple(part or "" for part in threshold.scope)))


def load_quota_totals(path: Path | None, rule_sets: Sequence[RuleSet]) -> tuple[PublishedTotal, ...]:
    """Return the published totals at `path`; none for None. RuleError for a quota or window that no rule has."""
    if path is None:
        return ()
    document = read_yaml(path)
    totals = document.read_as(QuotaTotals).totals
    rules = {rule.id: rule for rule_set in rule_sets for rule in rule_set.rules}
    seen: set[tuple[str, date]] = set()
    for number, total in enumerate(totals):
        field, wrong = _misfit(total, rules)
        if not wrong and (total.quota, total.window) in seen:
            field, wrong = "window", f"a second total of {total.quota} from {total.window}; keep the latest"
        if wrong:
            raise document.error(("totals", number, field), wrong)
        seen.add((total.quota, total.window))
    return totals


def _misfit(total: PublishedTotal, rules: Mapping[str, Rule]) -> tuple[str, str]:
    rule = rules.get(total.quota)
    if rule is None or rule.quota is None:
        quotas = ", ".join(sorted(name for name, one in rules.items() if one.quota is not None))
        return "quota", f"{total.quota} is not a rule with a quota; these are: {quotas}"
    if rule.quota.window(total.window) != total.window or not rule.in_force.covers(total.window):
        return "window", f"no window of {total.quota} starts on {total.window}; they start on {rule.quota.starts}"
    if rule.quota.cap(total.unit) is None:
        caps = " or ".join(cap.unit for cap in rule.quota.caps)
        return "unit", f"{total.quota} has no cap in {total.unit}; give the total in {caps}"
    return "", ""


def _covers(pattern: str, rule: str) -> bool:
    return rule.startswith(pattern[:-1]) if pattern.endswith("*") else rule == pattern


def _shown(path: Path) -> str:
    return f"rulebook/{path.relative_to(BUILTIN.parent)}" if path.is_relative_to(BUILTIN.parent) else str(path)
