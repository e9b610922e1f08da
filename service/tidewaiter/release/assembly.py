"""Assembles a rule book from the settings. The only module that uses rules, lists, goods words and policy together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tidewaiter.errors import ListError, RuleError
from tidewaiter.lists import load_list
from tidewaiter.lists.own import kept_in
from tidewaiter.lists.sample import designated_vessels
from tidewaiter.lists.store import ListStore
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.loader import (
    BUILTIN,
    builtin_rule_sets,
    load_lexicon,
    load_match_thresholds,
    load_quota_totals,
    load_register,
    load_rule_sets,
    packaged_wording,
)
from tidewaiter.rulebook.package import load_package
from tidewaiter.rulebook.policy import Policy, parse_jurisdictions
from tidewaiter.rulebook.rates_file import load_rates
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter.rulebook.sources import Sources
from tidewaiter.settings import Settings

SAMPLE_LIST = BUILTIN / "lists" / "sample.yaml"


def assemble(
    settings: Settings,
    progress: Callable[[str], None] = lambda _: None,
    complain: Callable[[str], None] = lambda _: None,
) -> RuleBook:
    """Return the rule book of `settings`. Raises RuleError or ListError when a part cannot be used.

    `progress` is called with the name of each part, `complain` if compiled indexes cannot be stored for the next
    process. Of the packaged rule sets, those of the operator's jurisdictions are used; of the operator's own folders,
    all. Without any list, the packaged sample list is used, and every verdict says so.
    """
    indexes = IndexStore(settings.indexes, complain)
    sources = read_sources(settings, progress, indexes)
    progress("goods words and the index of names")
    return sources.compile(indexes)


def read_sources(
    settings: Settings, progress: Callable[[str], None] = lambda _: None, indexes: IndexStore = IN_MEMORY
) -> Sources:
    """Return the sources of that rule book, read from its compiled file if the settings name one."""
    if settings.rule_book_file is not None:
        progress(f"rule book {settings.rule_book_file}")
        return load_package(settings.rule_book_file, indexes)
    own_rule_sets: list[RuleSet] = []
    for folder in settings.rules:
        progress(f"rule sets of {folder}")
        own_rule_sets += load_rule_sets(folder)
    lists = load_lists(settings.lists, progress, settings.lists_dir, settings.lists_wanted)
    own = {rule_set.jurisdiction for rule_set in own_rule_sets} | {one.authority for one in lists if one.own}
    try:
        always = () if settings.without_un else ("UN",)
        jurisdictions = parse_jurisdictions(",".join((*settings.jurisdictions, *always)), own)
    except ValueError as error:
        raise RuleError(f"TIDEWAITER_JURISDICTIONS: {error}") from None
    packaged = builtin_rule_sets(jurisdictions) if settings.builtin_rules else ()
    rule_sets = [*packaged, *own_rule_sets]
    if not rule_sets:
        raise RuleError(
            "no rule set: leave TIDEWAITER_BUILTIN_RULES on, and name a jurisdiction in TIDEWAITER_JURISDICTIONS that "
            "has packaged rules or a folder in TIDEWAITER_RULES"
        )
    policy = Policy(
        jurisdictions=jurisdictions,
        register=load_register(settings.authorisations),
        rates=load_rates(settings.rates, settings.rates_max_age_days),
        quota_totals=load_quota_totals(settings.quota_totals, rule_sets),
        unread_extensions=settings.unread_extensions,
        missing_control_number=settings.missing_control_number.effect,
        weak_full_names=settings.weak_full_names,
        matching=load_match_thresholds(settings.match_thresholds, (party_list.id for party_list in lists)),
    )
    progress("goods words")
    lexicon = load_lexicon(goods_folders(settings))
    return Sources.of(rule_sets, lists, lexicon, policy, rarity=packaged_rarity(), wording=packaged_wording())


def goods_folders(settings: Settings) -> list[Path]:
    """Return the folders with goods words: the packaged one, then `goods/` of each folder of the operator's rules."""
    return [BUILTIN / "goods", *(folder / "goods" for folder in settings.rules)]


def load_lists(
    named: Sequence[tuple[str, Path]],
    progress: Callable[[str], None] = lambda _: None,
    folder: Path | None = None,
    wanted: Sequence[str] = (),
) -> list[PartyList]:
    """Return the lists in `named` and those that `lists sync` stores in `folder`; a named list overrides a stored one.

    Without either, return the sample. With any other list, the vessels designated by the 1718 Committee are added,
    because no publisher's file has them. Raises ListError for a list that cannot be used, or is `wanted` and missing.
    """
    if not named and folder is None:
        return [load_list("sample", SAMPLE_LIST)]
    lists = []
    for publisher, path in named:
        progress(f"list {publisher} of {path}")
        lists.append(load_list(publisher, path))
    if folder is not None:
        own = kept_in(folder)
        besides = {publisher for publisher, _ in named}
        if not own or wanted or ListStore(folder).publishers():
            lists += _stored(ListStore(folder), besides, progress, wanted)
        for path in own:
            progress(f"list {path.stem} of {path}")
            lists.append(load_list("own", path))
    if all(party_list.id != "sample" for party_list in lists):
        lists.append(designated_vessels(SAMPLE_LIST))
    return lists


def _stored(
    store: ListStore, besides: set[str], progress: Callable[[str], None], wanted: Sequence[str]
) -> Iterator[PartyList]:
    there = store.publishers()
    missing = [publisher for publisher in wanted if publisher not in besides and publisher not in there]
    if missing or not there:
        what = f"no list of {', '.join(missing)}, which TIDEWAITER_LISTS_WANTED names" if missing else "no list"
        raise ListError(f"{store.folder}: has {what}. Fetch it: tidewaiter lists sync --into {store.folder}")
    for publisher in there:
        if publisher not in besides:
            progress(f"list {publisher} of {store.folder}")
            yield store.load(publisher)
