"""What makers and model designations name, by themselves and beside a noun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidewaiter.goods.interpret.head_noun import SegmentTerms
from tidewaiter.goods.interpret.things import Interpretation, ItemContext, Outcome, Thing, meaning_of
from tidewaiter.goods.lexicon.lexicon import SUREST, Entry
from tidewaiter.goods.parse.segments import Match

DOUBTFUL = 0.45
"""What is left of something that only tells what an unknown thing is for: enough for a review, not for more."""
DISTINCT = 0.8
"""A model designation as distinct as this is a thing of its own, whatever else the line names."""


class MakersAndModels:
    """What the makers and models of a lexicon name."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries

    def made_by(self, match: Match) -> Entry:
        """Return the goods that a maker makes first of all, or that a model is."""
        return self._entries[match.entry.makes[0]]

    def believable(self, terms: SegmentTerms, context: ItemContext) -> list[Match]:
        """Return the models, of the segment and of the field for it, that are distinct or whose maker is named too."""
        makers = {maker.entry.id for maker in (*terms.makers, *context.makers)}
        return [
            model
            for model in (*terms.models, *context.models)
            if model.entry.alone or model.entry.maker is None or model.entry.maker in makers
        ]

    def fits(self, before: Outcome, named: Sequence[Match]) -> bool:
        """Whether the goods before are parts of what is named after a comma: "bumpers, Clio IV"."""
        parts = {code for match in named for name in match.entry.makes for code in self._entries[name].parts}
        return any(code in parts for code in before.head.entry.headings)

    def name(self, terms: SegmentTerms, context: ItemContext, result: Interpretation) -> Outcome | None:
        """Add what a segment without a noun names; None where it has no maker and no model either.

        A model tells what the item is, surely where its maker or one of the same goods is named; otherwise a maker.
        """
        makers = terms.makers or list(context.makers)
        source = next(iter((*terms.models[:1], *makers[:1])), None)
        if source is None:
            return None
        goods = self.made_by(source)
        if terms.models:
            named = [m for m in makers if m.entry.id == source.entry.maker or goods.id in m.entry.makes]
            sure = source.entry.certainty if named or source.entry.maker is None else source.entry.alone
            evidence = (source, *named[:1])
        else:
            sure, evidence = source.entry.certainty, (source,)
        if source.doubtful:
            sure = min(sure, DOUBTFUL)
        meaning = meaning_of(goods, terms.segment.qualities, result.segments)
        certainty = min(SUREST, sure * source.factor)
        result.things.append(Thing(goods, *meaning[:2], certainty, evidence, meaning.perhaps))
        return Outcome(terms.segment, source, source, made=goods.headings)

    def backing(self, head: Match, terms: SegmentTerms, context: ItemContext) -> tuple[Match, ...]:
        """Return the makers and models that fit the goods which `head` names."""
        return tuple([m for m in (*terms.makers, *context.makers, *terms.models) if self._fit(m, head)])

    def name_beside(
        self, head: Match, terms: SegmentTerms, backing: tuple[Match, ...], result: Interpretation
    ) -> list[Match]:
        """Add what makers and models name besides the thing that was added for `head`; return those that did."""
        added: list[Match] = []
        backed = set(backing)
        broad = all(len(code) == 2 for code in head.entry.headings)
        for model in terms.models:
            if broad and self._fit(model, head):  # "vehicle LX 570"
                sure = min(SUREST, model.entry.certainty) * model.factor
                self._add(self.made_by(model), sure, (model, head), result)
        for model in terms.models:
            goods = self.made_by(model)
            if model in backed:
                same = goods.headings[:1] == head.entry.headings[:1]
                if same and not set(goods.categories) <= set(head.entry.categories):
                    # "Su-25 attack plane" is more than a plane.
                    self._add(goods, result.things[-1].certainty, (model, head), result)
            elif model.phrase < head.phrase and model.entry.alone >= DISTINCT:
                self._add(goods, model.entry.alone * model.factor, (model,), result)
                added.append(model)
        if not terms.models and terms.makers:
            maker = terms.makers[0]
            if maker.phrase < head.phrase != terms.segment.purpose_phrase and maker not in backed:
                # "Mercedes with charger": the maker stands for the thing that the charger comes with.
                sure = maker.entry.certainty * maker.factor
                self._add(self.made_by(maker), min(sure, DOUBTFUL) if maker.followed else sure, (maker,), result)
                added.append(maker)
        return added

    def _fit(self, source: Match, head: Match) -> bool:
        """Whether a maker makes, or a model is, goods of the headings that `head` has."""
        for name in source.entry.makes:
            if name == head.entry.id:
                return True
            made = self._entries[name]
            if any(a.startswith(b) or b.startswith(a) for a in made.headings for b in head.entry.headings):
                return True
        return False

    def _add(self, goods: Entry, sure: float, evidence: tuple[Match, ...], result: Interpretation) -> None:
        result.things.append(Thing(goods, goods.headings, goods.categories, sure, evidence))


def yields(head: Match, terms: SegmentTerms) -> bool:
    """Whether a material only describes what a model or a maker names: "Rolex 116610 steel"."""
    named = (*terms.models, *terms.makers)
    return bool(named) and not any(head.entry.id in match.entry.makes for match in named)
