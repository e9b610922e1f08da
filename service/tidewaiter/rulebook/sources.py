"""The sources of a rule book: its parts as read from files, or from a compiled file, before compilation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.model.wording_model import WordingModel
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiler import compile_rule_book
from tidewaiter.rulebook.country_knowledge import KnownTies, packaged_ties
from tidewaiter.rulebook.index_store import IN_MEMORY, IndexStore
from tidewaiter.rulebook.manifest import manifest_of
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter_schemas.rulebook import RuleBookManifest


@dataclass(frozen=True, slots=True)
class Sources:
    """All data that decides verdicts. Create it with `of`, which sorts the parts: their order decides the hash."""

    rule_sets: tuple[RuleSet, ...]
    lists: tuple[PartyList, ...]
    lexicon: Lexicon
    policy: Policy
    ties: KnownTies
    rarity: WordRarity | None = None
    """How rare words are in names; None to count them over the lists, as books of early versions do."""
    wording: WordingModel | None = None
    """What is heard about goods without a code, besides the lexicon; None in books of early versions."""
    packed: str = field(default="", compare=False)
    """The sha-256 of the content of the compiled file that they were read from; None when read from other files."""

    @classmethod
    def of(
        cls,
        rule_sets: Iterable[RuleSet],
        lists: Iterable[PartyList],
        lexicon: Lexicon,
        policy: Policy,
        ties: KnownTies | None = None,
        rarity: WordRarity | None = None,
        wording: WordingModel | None = None,
    ) -> Sources:
        """Return the parts in their order, without file names. `ties` are the packaged ones unless given."""
        return cls(
            tuple(sorted(rule_sets, key=lambda rule_set: rule_set.rule_set)),
            tuple(sorted(lists, key=lambda party_list: party_list.id)),
            ordered(lexicon),
            policy,
            ties or packaged_ties(),
            rarity,
            wording,
        )

    def manifest(self) -> RuleBookManifest:
        """Return the manifest of the rule book that these sources give."""
        return manifest_of(self.rule_sets, self.lists, self.lexicon, self.policy, self.ties, self.rarity, self.wording)

    def compile(self, indexes: IndexStore = IN_MEMORY) -> RuleBook:
        """Return the rule book, with indexes from `indexes`. RuleError when the parts contradict each other."""
        book = compile_rule_book(
            self.rule_sets, self.lists, self.lexicon, self.policy, self.ties, indexes, self.rarity, self.wording
        )
        if self.packed:
            indexes.remember(self.packed, book.parties.lists, self.rarity)
        return book


def ordered(lexicon: Lexicon) -> Lexicon:
    """Return the lexicon in the order of its hash, without file names."""
    entries = {name: replace(entry, document="") for name, entry in lexicon.entries.items()}
    return replace(lexicon, entries=entries) if lexicon.sha256 else Lexicon.of(entries, lexicon.own_categories)
