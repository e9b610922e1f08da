"""What a part is a part of."""

from __future__ import annotations

from tidewaiter.goods.interpret.head_noun import SegmentTerms
from tidewaiter.goods.interpret.makers_models import DOUBTFUL, MakersAndModels
from tidewaiter.goods.interpret.things import Interpretation, ItemContext, Outcome, Thing
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.parse.segments import Link, Match

CERTAIN_PART = 0.85
"""The most that is sure of parts of something that was named."""


class Parts:
    """Finds what parts belong to."""

    def __init__(self, makers_models: MakersAndModels) -> None:
        self._makers_models = makers_models

    def of_segment(
        self, head: Match, terms: SegmentTerms, context: ItemContext, before: Outcome | None, result: Interpretation
    ) -> Outcome | None:
        """Add the parts that a segment is about: of what it names, of what the one before names, or of nothing yet."""
        segment = terms.segment
        if any(model.phrase < head.phrase for model in terms.models):
            result.dismiss([head], terms.models[0])  # "DJI Matrice with spare parts"
            return self._makers_models.name(terms, context, result)
        whole = _whole(head, terms, context)
        if whole is not None:
            self.add(head, whole, result)
            result.dismiss((noun for noun in terms.nouns if noun is not head and noun is not whole), head)
            return Outcome(segment, head, whole)
        if before is None or before.subject is None or segment.link is Link.HARD:
            return Outcome(segment, head, None, unattached=head)
        self.add(head, before.subject, result)
        return before

    def add(self, part: Match, whole: Match | None, result: Interpretation) -> None:
        """Add a part of `whole`; of nothing that is named, only if the part has headings of its own."""
        entry = part.entry
        if whole is None:
            if entry.headings:
                result.things.append(Thing(entry, entry.headings, entry.categories, entry.certainty, (part,)))
            return
        goods = whole.entry
        if goods.kind in (EntryKind.MAKER, EntryKind.MODEL):
            goods = self._makers_models.made_by(whole)
        headings = goods.parts or tuple(code[:2] for code in goods.headings[:1])
        categories = tuple(name for name in goods.categories if name in _WITH_PARTS)
        certainty = min(CERTAIN_PART, entry.certainty, goods.certainty) * part.factor * whole.factor
        if part.doubtful:
            certainty = min(certainty, DOUBTFUL)
        result.things.append(Thing(entry, headings, categories, certainty, (part, whole)))


def _whole(part: Match, terms: SegmentTerms, context: ItemContext) -> Match | None:
    """Return what the part is a part of, as far as the segment and the fields tell: goods that have parts first."""
    goods = [m for m in terms.nouns if m is not part and m.entry.kind is EntryKind.GOODS and not m.entry.material]
    goods.sort(key=lambda m: (m.entry.parts == (), abs(m.position - part.position)))
    return next(iter((*goods, *terms.models, *terms.makers, *context.makers)), None)


_WITH_PARTS = frozenset({"vehicle", "arms", "industrial_machinery", "electrical_equipment"})
"""Categories that parts of their goods belong to as well."""
