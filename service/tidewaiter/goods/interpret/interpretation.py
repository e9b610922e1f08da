"""What an item is: from the segments of its description to the things that they name.

Each segment is asked in turn: what of it is no thing at all (`denials`), which noun it is about (`head_noun`), whether
another term turns that noun into something else (`modifiers`), whether it only describes the goods before it
(`remarks`), what its parts belong to (`parts`), and what makers and models name (`makers_models`).
"""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.goods.interpret.denials import doubt_denied, without_claims, without_looks
from tidewaiter.goods.interpret.head_noun import SegmentTerms, head_noun, terms_of
from tidewaiter.goods.interpret.joining import doubt_attributes, joined_segments, share_qualities
from tidewaiter.goods.interpret.makers_models import DOUBTFUL, MakersAndModels, yields
from tidewaiter.goods.interpret.modifiers import Modifiers
from tidewaiter.goods.interpret.parts import Parts
from tidewaiter.goods.interpret.remarks import describes, lengthens, may_describe
from tidewaiter.goods.interpret.things import Interpretation, ItemContext, Outcome, Thing, meaning_of
from tidewaiter.goods.languages import ANY
from tidewaiter.goods.lexicon.lexicon import SUREST, EntryKind, Lexicon
from tidewaiter.goods.parse.segments import Link, Match, Segment

FOLLOWED = 0.75
"""How much a noun keeps when an unknown word follows it that may be the thing ("car shampoo")."""
CONTENTS = 0.7
"""How much the contents keep where the last noun is what they come in ("cognac gift box")."""
NAMED_TWICE = 0.95
"""The certainty of a noun beside a maker or model that fits it."""


class Interpreter:
    """Interprets segments by the entries of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._entries = lexicon.entries
        self._modifiers = Modifiers(lexicon.entries)
        self._makers_models = MakersAndModels(lexicon.entries)
        self._parts = Parts(self._makers_models)

    def interpret(self, segments: Sequence[Segment], context: ItemContext) -> Interpretation:
        """Return the things that `segments` name, given what the fields for maker and model say."""
        result = Interpretation(segments=segments)
        if len(segments) == 1 and self._only_thing(segments[0], context, result):
            return result
        if len(segments) > 1:
            doubt_attributes(segments)
            share_qualities(segments)
            segments = without_claims(joined_segments(segments, self._entries))
        doubt_denied(segments)
        before: Outcome | None = None
        unattached: list[Match] = []
        for segment in segments:
            outcome = self._segment(segment, context, before, result)
            if outcome is None:
                continue
            if outcome.unattached is not None:
                unattached.append(outcome.unattached)
            else:
                for part in unattached:
                    self._parts.add(part, outcome.subject, result)
                unattached.clear()
            if not outcome.head.look:
                before = outcome
        for part in unattached:
            self._parts.add(part, before.subject if before else None, result)
        return result

    def interpret_fields(self, context: ItemContext) -> Interpretation:
        """Return what the fields for maker and model say by themselves."""
        result = Interpretation()
        terms = SegmentTerms(Segment(Link.HARD), [], [], list(context.models), [])
        self._makers_models.name(terms, context, result)
        return result

    def _only_thing(self, segment: Segment, context: ItemContext, result: Interpretation) -> bool:
        """Add the thing of an item that is one known noun and nothing else, as most are; return whether it is one."""
        if len(segment.matches) != 1 or segment.scale or context.makers or context.models:
            return False
        (only,) = segment.matches
        if only.entry.kind is not EntryKind.GOODS:
            return False
        only.doubtful = only.doubtful or only.look
        self._add(only, segment, (), result)
        return True

    def _segment(
        self, segment: Segment, context: ItemContext, before: Outcome | None, result: Interpretation
    ) -> Outcome | None:
        """Add what a segment names; return what it was about, or `before` where it only describes what was before."""
        if segment.has_looks and not without_looks(segment, before, result):
            return before
        terms = terms_of(segment)
        if terms.models or context.models:
            terms.models = self._makers_models.believable(terms, context)
        head = head_noun(segment, terms.nouns)
        if (turned := self._turned(terms, head, before, result)) is not None:
            return turned
        if head is None:
            named = [*terms.models, *terms.makers]
            if before is not None and segment.link is Link.COMMA and self._makers_models.fits(before, named):
                result.dismiss(segment.matches, before.head)
                return before
            return self._makers_models.name(terms, context, result)
        if head.entry.material and yields(head, terms):
            result.dismiss([head], (terms.models or terms.makers)[0])
            return self._makers_models.name(terms, context, result)
        if head.entry.kind is EntryKind.AGAINST:
            result.turn((match for match in segment.matches if match is not head), head)
            return Outcome(segment, head, head)
        if before is not None and self._belongs_to(before, segment, head, result):
            return before
        if head.entry.kind is EntryKind.PART:
            return self._parts.of_segment(head, terms, context, before, result)
        if head.entry.material and before is not None and segment.link is Link.COMMA and not segment.counted:
            # "armchair, velvet, steel legs" may be one thing or three; that is for a person to say.
            head.doubtful = head.doubtful or not before.head.entry.material
        return self._thing(head, terms, context, result)

    def _turned(
        self, terms: SegmentTerms, head: Match | None, before: Outcome | None, result: Interpretation
    ) -> Outcome | None:
        """Add what "toy", "insurance" or a scale like 1:43 turns the whole segment into, if one of them does."""
        segment = terms.segment
        modifier = self._modifiers.turning(terms, head, before)
        if modifier is not None and modifier is not head:
            result.turn((match for match in segment.matches if match is not modifier), modifier)
            if modifier.entry.kind is EntryKind.GOODS:
                self._add(modifier, segment, (), result)
            elif modifier.entry.kind is EntryKind.MAKER:
                made = self._makers_models.made_by(modifier)
                certainty = modifier.entry.certainty
                result.things.append(Thing(made, made.headings, made.categories, certainty, (modifier,)))
            return Outcome(segment, modifier, modifier, modifier=modifier)
        if segment.scale and (head or terms.models or terms.makers) and (toy := self._entries.get("scale-model")):
            scale = Match(toy, ANY, segment.scale, 0, -1)
            result.turn(segment.matches, scale)
            result.things.append(Thing(toy, toy.headings, toy.categories, toy.certainty, (scale,)))
            return Outcome(segment, scale, scale, modifier=scale)
        return None

    def _belongs_to(self, before: Outcome, segment: Segment, head: Match, result: Interpretation) -> bool:
        """Whether a segment only describes or lists more of what was before it; doubts the head where it only may."""
        if lengthens(segment, head, before):
            result.dismiss([head], before.head)
            return True
        if before.subject is not None and describes(segment, head, before):
            result.dismiss(segment.matches, before.head)
            return True
        if segment.link is Link.HARD or segment.counted:
            return False
        if self._modifiers.beside_toys(head, before):
            head.doubtful = True
            self._add(head, segment, (), result)
            return True
        head.doubtful = head.doubtful or may_describe(segment, head, before)
        return False

    def _thing(self, head: Match, terms: SegmentTerms, context: ItemContext, result: Interpretation) -> Outcome:
        """Add the thing that a segment is about, and what else its makers and models name."""
        segment, nouns = terms.segment, terms.nouns
        backing: tuple[Match, ...] = ()
        if terms.makers or terms.models or context.makers:
            backing = self._makers_models.backing(head, terms, context)
            if not backing and any(model.phrase < head.phrase for model in terms.models):
                head.doubtful = True  # "Utyos on a lathe"
        self._add(head, segment, backing, result)
        if len(segment.matches) == 1:
            return Outcome(segment, head, head)
        added: list[Match] = []
        if terms.makers or terms.models:
            added = self._makers_models.name_beside(head, terms, backing, result)
        last, thing = nouns[-1], result.things[-1]
        packed = last.entry.container and last is not head and last.phrase == head.phrase
        if packed and not segment.head_first and "empty" not in segment.qualities:
            thing.certainty *= CONTENTS
        taken = {head, *backing, *added}
        result.dismiss((match for match in segment.matches if match not in taken), head)
        head_first = segment.head_first
        behind = [m for m in nouns if m.phrase > head.phrase or (head_first and m.position > head.position)]
        return Outcome(segment, head, head, objects=tuple(behind))

    def _add(self, head: Match, segment: Segment, backing: tuple[Match, ...], result: Interpretation) -> None:
        """Add the thing that `head` names, backed by the makers and models that fit it."""
        meaning = meaning_of(head.entry, segment.qualities, result.segments)
        certainty = meaning.certainty * head.factor
        if backing:
            certainty = min(SUREST, max(certainty, NAMED_TWICE))
        elif head.followed and not segment.head_first:
            certainty *= FOLLOWED
        if head.entry.container and len(segment.matches) > 1:
            certainty *= CONTENTS
        if head.doubtful:
            certainty = min(certainty, DOUBTFUL)
        result.things.append(Thing(head.entry, *meaning[:2], certainty, (head, *backing), meaning.perhaps))
