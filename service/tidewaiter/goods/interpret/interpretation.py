"""Which of the terms in a segment is the thing itself, and which only tell more of it.

The grammar is small: the head noun is the last one where adjectives come first (English, German, Turkish, Korean,
Chinese, Japanese) and the first one elsewhere; what follows "for", "of", "with" or stands in brackets is no thing of
its own; and a few words (toy, replica) turn whatever they stand by into something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tidewaiter.goods.interpret.modifiers import Rulers
from tidewaiter.goods.interpret.things import (
    Context,
    Judgement,
    Seen,
    Thing,
    brings,
    by_kind,
    coloured,
    doubt_attributes,
    is_remark,
    joined_segments,
    lends_colour,
    lengthens,
    only_colours,
    share_qualities,
    tells_more,
    variant_of,
    yields,
)
from tidewaiter.goods.languages import ANY
from tidewaiter.goods.lexicon.lexemes import COLOUR
from tidewaiter.goods.lexicon.lexicon import SUREST, Entry, Kind, Lexicon
from tidewaiter.goods.parse.segments import Link, Match, Segment

FOLLOWED = 0.75
"""How much a noun keeps when an unknown word follows it that may be the thing ("car shampoo")."""
CONTENTS = 0.7
"""How much the contents keep where the last noun is what they come in ("cognac gift box")."""
PURPOSE = 0.45
"""What is left for something that only tells what an unknown thing is for: enough for a review, not for more."""
DISTINCT = 0.8
"""A model designation as distinct as this is a thing of its own, whatever else the line names."""
CERTAIN_PART = 0.85
"""Parts of something that was named."""


class Judge:
    """Judges segments by the entries of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._entries = lexicon.entries
        self._own = lexicon.own_categories
        self._rulers = Rulers(lexicon.entries)

    def judge(self, segments: Sequence[Segment], context: Context) -> Judgement:
        """The things named in `segments`."""
        result = Judgement(segments=segments)
        if len(segments) == 1 and self._lone(segments[0], context, result):
            return result
        before: Seen | None = None
        waiting: list[tuple[Match, Segment]] = []
        joined = segments
        if len(segments) > 1:
            doubt_attributes(segments)
            share_qualities(segments)
            joined = joined_segments(segments, self._entries)
            for segment in joined:
                if segment.claimed:
                    true = [segment for segment in joined if not segment.claimed and segment.matches]
                    joined = true or joined
                    break
        for segment in joined:
            if segment.looks:
                _doubt_denied(joined)
                break
        for segment in joined:
            seen = self._segment(segment, context, before, result)
            if seen is None:
                continue
            if seen.part_of_nothing is not None:
                waiting.append((seen.part_of_nothing, segment))
            elif waiting:
                for match, _ in waiting:
                    self._part(match, seen.subject, result)
                waiting.clear()
            if not seen.head.look:
                before = seen
        for match, _ in waiting:
            self._part(match, before.subject if before else None, result)
        return result

    def _lone(self, segment: Segment, context: Context, result: Judgement) -> bool:
        """Most items are one known thing and nothing else: then there is nothing to weigh."""
        if len(segment.matches) != 1 or segment.scaled or context.makers or context.models:
            return False
        (only,) = segment.matches
        if only.entry.kind is not _GOODS:
            return False
        only.purpose = only.purpose or only.look
        self._add(result, only, segment, context, ())
        return True

    def unnamed(self, context: Context) -> Judgement:
        """What the fields for maker and model say when the description says nothing."""
        result = Judgement()
        self._unnamed(Segment(_HARD_LINK), list(context.models), [], context, result)
        return result

    def _segment(self, segment: Segment, context: Context, before: Seen | None, result: Judgement) -> Seen | None:
        if segment.looks and not self._looked_away(segment, before, result):
            return before
        nouns, makers, models, rulers = by_kind(segment)
        if models or context.models:
            models = self._believable(models, makers, context)
        head = self._head(segment, nouns)
        ruling = None
        if rulers or (before is not None and (before.ruler is not None or before.head.entry.dominates)):
            ruling = self._rulers.ruling(segment, head, models, makers, rulers, before)
        if ruling is not None and ruling is not head:
            # A word like "toy" or "insurance" speaks for the whole segment.
            self._dismiss(result, (m for m in segment.matches if m is not ruling), ruling)
            if ruling.entry.kind is _GOODS:
                self._add(result, ruling, segment, context, ())
            elif ruling.entry.kind is _MAKER:
                made = self._entries[ruling.entry.makes[0]]
                self._put(result, made, made.headings, made.categories, ruling.entry.certainty, (ruling,))
            return Seen(segment, ruling, ruling, None, ruler=ruling)
        if segment.scaled and (head or models or makers) and (toy := self._entries.get("scale-model")):
            scale = Match(toy, ANY, segment.scaled, 0, -1)
            self._dismiss(result, segment.matches, scale)
            result.things.append(Thing(toy, toy.headings, toy.categories, toy.certainty, (scale,)))
            return Seen(segment, scale, scale, None, ruler=scale)
        if head is None:
            if before is not None and segment.link is _COMMA_LINK and self._fits(before, [*models, *makers]):
                self._dismiss(result, segment.matches, before.head)
                return before
            return self._unnamed(segment, models, makers, context, result)
        if head.entry.material and yields(head, makers, models):
            self._dismiss(result, [head], (models or makers)[0])
            return self._unnamed(segment, models, makers, context, result)
        if head.entry.kind is _AGAINST:
            self._dismiss(result, (m for m in segment.matches if m is not head), head)
            return Seen(segment, head, head, None)
        if lengthens(segment, head, before):
            self._dismiss(result, [head], before.head if before else None)
            return before
        if before is not None and before.subject is not None and tells_more(segment, head, before):
            self._dismiss(result, segment.matches, before.head)
            return before
        if before is not None and segment.link is not _HARD_LINK and not segment.counted:
            if self._rulers.beside_toys(head, before):
                head.purpose = True
                self._add(result, head, segment, context, ())
                return before
            head.purpose = head.purpose or brings(segment, head, before) or only_colours(segment, before)
            head.purpose = head.purpose or is_remark(segment, head, before)
        if head.entry.kind is _PART:
            return self._parts(segment, head, by_kind(segment), context, before, result)
        if head.entry.material and before is not None and segment.link is _COMMA_LINK and not segment.counted:
            # "armchair, velvet, steel legs" may be one thing or three; that is for a person to say.
            head.purpose = head.purpose or not before.head.entry.material
        backing: tuple[Match, ...] = ()
        if makers or models or context.makers:
            backing = tuple([m for m in (*makers, *context.makers, *models) if self._backs(m, head)])
            if not backing and any(model.phrase < head.phrase for model in models):
                head.purpose = True  # "Utyos on a lathe"
        self._add(result, head, segment, context, backing)
        if len(segment.matches) == 1:
            return Seen(segment, head, head, None)
        self._other_things(segment, head, nouns, models, makers, backing, result)
        first = segment.head_first
        objects = tuple([m for m in nouns if m.phrase > head.phrase or (first and m.position > head.position)])
        return Seen(segment, head, head, None, objects=objects)

    def _parts(
        self,
        segment: Segment,
        head: Match,
        found: tuple[list[Match], list[Match], list[Match], list[Match]],
        context: Context,
        before: Seen | None,
        result: Judgement,
    ) -> Seen | None:
        """The segment is about parts: of what it names, of what the one before names, or of nothing known yet."""
        nouns, makers, models, _ = found
        if models or context.models:
            models = self._believable(models, makers, context)
        if any(m.phrase < head.phrase for m in models):
            self._dismiss(result, [head], models[0])  # "DJI Matrice with spare parts"
            return self._unnamed(segment, models, makers, context, result)
        whole = self._whole(head, nouns, models, makers, context)
        if whole is None:
            whole_before = before.subject if before and segment.link is not _HARD_LINK else None
            if whole_before is None:
                return Seen(segment, head, None, head)
            self._part(head, whole_before, result)
            return before
        self._part(head, whole, result)
        self._dismiss(result, (m for m in nouns if m is not head and m is not whole), head)
        return Seen(segment, head, whole, None)

    def _looked_away(self, segment: Segment, before: Seen | None, result: Judgement) -> bool:
        """Whether anything is left of the segment without what only tells how something looks ("rug, ships motif").
        Where nothing else is named, it may be the thing after all; that is for a person to say."""
        looks = [match for match in segment.matches if match.look]
        rest = [match for match in segment.matches if not match.look]
        if not rest and before is None:
            for match in looks:
                match.purpose = True
            return True
        self._dismiss(result, looks, None)
        segment.matches = rest
        return bool(rest)

    def _head(self, segment: Segment, nouns: list[Match]) -> Match | None:
        """The noun that the segment is about."""
        if not nouns:
            return None
        if len(nouns) == 1 and not nouns[0].entry.material and not nouns[0].entry.container:
            return nouns[0]
        first = segment.head_first
        phrases = sorted({m.phrase for m in nouns})
        for phrase in phrases:
            here = [m for m in nouns if m.phrase == phrase]
            later = phrase != phrases[-1]
            solid = [m for m in here if not (m.entry.container and (later or len(here) > 1))]
            solid = [m for m in solid if first or not (m.entry.material and m.followed)] or (
                [] if later else [m for m in solid if m.entry.kind is not _NEUTRAL]
            )
            if not solid:
                continue
            parts = [m for m in solid if m.entry.kind is _PART]
            # "silver watch": a material gives way to the thing made of it, but where the thing comes first it is it.
            things = solid if first else [m for m in solid if not m.entry.material] or solid
            head = things[0] if first else things[-1]
            if len(things) > 1 and not first:
                head = _surer_name(things[-2], head)
                if COLOUR in segment.qualities and lends_colour(head) and coloured(things[-2]):
                    head = things[-2]  # "televizyon ünitesi ceviz"
            if parts and head.entry.kind is _GOODS and (head.entry.parts or head.entry.material):
                return parts[0]
            return head
        return None

    def _fits(self, before: Seen, named: Sequence[Match]) -> bool:
        """Whether the goods before are parts of what is named after a comma: "bumpers, Clio IV"."""
        parts = {code for match in named for name in match.entry.makes for code in self._entries[name].parts}
        return any(code in parts for code in before.head.entry.headings)

    def _believable(self, found: list[Match], makers: list[Match], context: Context) -> list[Match]:
        """The model designations that are distinct enough, or whose maker is named too."""
        named = {m.entry.id for m in (*makers, *context.makers)}
        return [
            m for m in (*found, *context.models) if m.entry.alone or m.entry.maker is None or m.entry.maker in named
        ]

    def _unnamed(
        self,
        segment: Segment,
        models: list[Match],
        makers: list[Match],
        context: Context,
        result: Judgement,
    ) -> Seen | None:
        """No noun: the model tells what it is, surely where its maker or one of the same is named; else the maker."""
        makers = makers or list(context.makers)
        source = models[0] if models else makers[0] if makers else None
        if source is None:
            return None
        entry = self._entries[source.entry.makes[0]]
        if models:
            named = [m for m in makers if m.entry.id == source.entry.maker or entry.id in m.entry.makes]
            sure = source.entry.certainty if named or source.entry.maker is None else source.entry.alone
            spoke = (source, *named[:1])
        else:
            sure, spoke = source.entry.certainty, (source,)
        if source.purpose:
            sure = min(sure, PURPOSE)
        headings, categories, _ = variant_of(entry, segment.qualities)
        result.things.append(Thing(entry, headings, categories, min(SUREST, sure * source.factor), spoke))
        return Seen(segment, source, source, None, made=entry.headings)

    def _whole(
        self,
        part: Match,
        nouns: Iterable[Match],
        models: Sequence[Match],
        makers: Sequence[Match],
        context: Context,
    ) -> Match | None:
        """What the part is a part of."""
        others = [m for m in nouns if m is not part and m.entry.kind is _GOODS and not m.entry.material]
        others.sort(key=lambda m: (m.entry.parts == (), abs(m.position - part.position)))
        for match in (*others, *models, *makers, *context.makers):
            return match
        return None

    def _part(self, part: Match, whole: Match | None, result: Judgement) -> None:
        if whole is None:
            if part.entry.headings:
                self._put(result, part.entry, part.entry.headings, part.entry.categories, part.entry.certainty, (part,))
            return
        entry = whole.entry
        if entry.kind in (_MAKER, _MODEL):
            entry = self._entries[entry.makes[0]]
        headings = entry.parts or tuple(code[:2] for code in entry.headings[:1])
        categories = tuple(c for c in entry.categories if c in _WITH_PARTS)
        certainty = min(CERTAIN_PART, part.entry.certainty, entry.certainty) * part.factor * whole.factor
        if part.purpose:
            certainty = min(certainty, PURPOSE)
        self._put(result, part.entry, headings, categories, certainty, (part, whole))

    def _add(
        self, result: Judgement, head: Match, segment: Segment, context: Context, backing: tuple[Match, ...]
    ) -> None:
        headings, categories, sure = variant_of(head.entry, segment.qualities, result.segments)
        certainty = sure * head.factor
        if backing:
            certainty = min(SUREST, max(certainty, NAMED_TWICE))
        elif head.followed and not segment.head_first:
            certainty *= FOLLOWED
        if head.entry.container and len(segment.matches) > 1:
            certainty *= CONTENTS
        if head.purpose:
            certainty = min(certainty, PURPOSE)
        self._put(result, head.entry, headings, categories, certainty, (head, *backing))

    def _put(
        self,
        result: Judgement,
        entry: Entry,
        headings: tuple[str, ...],
        categories: tuple[str, ...],
        certainty: float,
        spoke: tuple[Match, ...],
    ) -> None:
        result.things.append(Thing(entry, headings, categories, certainty, spoke))

    def _backs(self, source: Match, head: Match) -> bool:
        for name in source.entry.makes:
            if name == head.entry.id:
                return True
            made = self._entries[name]
            if any(a.startswith(b) or b.startswith(a) for a in made.headings for b in head.entry.headings):
                return True
        return False

    def _other_things(
        self,
        segment: Segment,
        head: Match,
        nouns: list[Match],
        models: list[Match],
        makers: list[Match],
        backing: tuple[Match, ...],
        result: Judgement,
    ) -> None:
        """A broad noun beside a model ("vehicle LX 570") leaves the model its say; other terms are dismissed."""
        broad = all(len(code) == 2 for code in head.entry.headings)
        backed = set(backing)
        rest = [m for m in segment.matches if m is not head and m not in backed]
        if broad:
            for model in models:
                if self._backs(model, head):
                    entry = self._entries[model.entry.makes[0]]
                    sure = min(SUREST, model.entry.certainty) * model.factor
                    self._put(result, entry, entry.headings, entry.categories, sure, (model, head))
        for model in models:
            made = self._entries[model.entry.makes[0]]
            # "Su-25 attack plane" is more than a plane.
            more = made.headings[:1] == head.entry.headings[:1] and not set(made.categories) <= set(
                head.entry.categories
            )
            if more and model in backing:
                self._put(result, made, made.headings, made.categories, result.things[-1].certainty, (model, head))
            if model.phrase < head.phrase and model not in backing and model.entry.alone >= DISTINCT:
                entry = self._entries[model.entry.makes[0]]
                self._put(result, entry, entry.headings, entry.categories, model.entry.alone * model.factor, (model,))
                if model in rest:  # one from the field for the model stands in no segment
                    rest.remove(model)
        if makers and makers[0].phrase < head.phrase != segment.aim and makers[0] not in backing and not models:
            # "Mercedes with charger": the maker stands for the thing that the charger comes with, if nothing else does.
            made = self._entries[makers[0].entry.makes[0]]
            sure = makers[0].entry.certainty * makers[0].factor
            if makers[0].followed:
                sure = min(sure, PURPOSE)
            self._put(result, made, made.headings, made.categories, sure, (makers[0],))
            rest.remove(makers[0])
        last = nouns[-1]
        if last.entry.container and last is not head and last.phrase == head.phrase and not segment.head_first:
            thing = result.things[-1]
            if not ({"empty"} & segment.qualities):
                thing.certainty *= CONTENTS
        self._dismiss(result, rest, head)

    def _dismiss(self, result: Judgement, matches: Iterable[Match], by: Match | None) -> None:
        result.dismissed.extend((m, by) for m in matches)


def _surer_name(before: Match, head: Match) -> Match:
    """The plainer of two names of one thing: "JP-8 fuel" is JP-8."""
    same = before.entry.headings[:1] == head.entry.headings[:1] and before.phrase == head.phrase
    return before if same and before.entry.certainty > head.entry.certainty else head


def _doubt_denied(segments: Iterable[Segment]) -> None:
    """ "Pistol holster, pistol not included": what is denied once is elsewhere at most what something is for."""
    denied = {match.entry.id for segment in segments for match in segment.matches if match.denied}
    for segment in segments:
        for match in segment.matches:
            match.purpose = match.purpose or (match.entry.id in denied and not match.denied)


_GOODS, _PART, _AGAINST, _NEUTRAL = Kind.GOODS, Kind.PART, Kind.AGAINST, Kind.NEUTRAL
_MAKER, _MODEL = Kind.MAKER, Kind.MODEL
_HARD_LINK, _COMMA_LINK = Link.HARD, Link.COMMA
NAMED_TWICE = 0.95
"""A noun and the maker or model that fits it."""
_WITH_PARTS = frozenset({"vehicle", "arms", "industrial_machinery", "electrical_equipment"})
