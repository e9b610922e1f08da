"""The packaged law and goods words, compiled once a process over indexes that all processes of a test session share.

Nothing is compiled at import, so that collecting tests costs nothing: call these in a test or a fixture.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.release.assembly import assemble, load_lists
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiler import compile_rule_book
from tidewaiter.rulebook.country_knowledge import packaged_ties
from tidewaiter.rulebook.gazetteer import Gazetteer
from tidewaiter.rulebook.index_store import IndexStore
from tidewaiter.rulebook.loader import builtin_rule_sets, load_lexicon, packaged_wording
from tidewaiter.rulebook.package import pack
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter.rulebook.sources import Sources
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings


@cache
def rule_book(*jurisdictions: str) -> RuleBook:
    """The rule book of an operator bound by `jurisdictions` and no other law, the UN's unless given; the sample list."""
    jurisdictions = jurisdictions or ("UN",)
    return assemble(Settings(jurisdictions=jurisdictions, without_un="UN" not in jurisdictions))


@cache
def screener(*jurisdictions: str) -> Screener:
    """A screener of that rule book."""
    return Screener(rule_book(*jurisdictions))


@cache
def classifier() -> Classifier:
    """A classifier of the packaged goods words and the packaged wording model."""
    lexicon = load_lexicon()
    return Classifier(lexicon, indexes().words(lexicon), packaged_wording())


@cache
def classifier_of_words() -> Classifier:
    """The same without the wording model, for tests of how words are read."""
    lexicon = load_lexicon()
    return Classifier(lexicon, indexes().words(lexicon))


@cache
def gazetteer() -> Gazetteer:
    """The place names of all packaged territories."""
    return packaged_ties().gazetteer(
        territory for rule_set in builtin_rule_sets() for territory in rule_set.territories
    )


def compiled(
    rule_sets: Sequence[RuleSet], policy: Policy | None = None, lists: Sequence[PartyList] | None = None
) -> RuleBook:
    """Compile rule sets of a test's own with the packaged goods words; `lists` is the sample list unless given."""
    lists = load_lists(()) if lists is None else lists
    return compile_rule_book(
        rule_sets,
        lists,
        load_lexicon(),
        policy or Policy(),
        indexes=indexes(),
        rarity=packaged_rarity(),
        wording=packaged_wording(),
    )


@cache
def small_rule_book() -> bytes:
    """The file of a rule book with one packaged rule, three parties and no goods words: a few kilobytes."""
    (rule_set, *_), (sample, *_), ties = builtin_rule_sets(["UN"]), load_lists(()), packaged_ties()
    return pack(
        Sources.of(
            [rule_set.model_copy(update={"rules": rule_set.rules[:1]})],
            [replace(sample, entries=sample.entries[:3])],
            Lexicon(),
            Policy(),
            ties.model_copy(update={"countries": ties.countries[:1], "nobody": ()}),
        )
    )


def indexes() -> IndexStore:
    """The compiled indexes of this test session."""
    return IndexStore(Path(os.environ["TIDEWAITER_INDEX_DIR"]))
