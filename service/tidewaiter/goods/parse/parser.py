"""A description as segments, one for each thing it may name, with the terms found in each. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.goods.languages import ANY, codes_where
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.lexicon.lexemes import Lexeme, Node
from tidewaiter.goods.lexicon.lexicon import EntryKind
from tidewaiter.goods.lexicon.vocabulary import Vocabulary
from tidewaiter.goods.parse.language_choice import leave_out_strangers, settle_languages
from tidewaiter.goods.parse.numerals import QUOTES, counted, is_quoted, only_counts, scale_at, two_runs
from tidewaiter.goods.parse.punctuation import apply_signs
from tidewaiter.goods.parse.role_effects import apply_role
from tidewaiter.goods.parse.segment_builder import SegmentBuilder
from tidewaiter.goods.parse.segments import Denied, Match, Segment
from tidewaiter.goods.parse.words import Pieces

_Stream = list[tuple[Lexeme, int]]


def parse(text: str, vocabulary: Vocabulary) -> tuple[list[Segment], bool]:
    """Return the segments of `text` in which something was found, in order, and whether a part of its own in `text`
    has words of which none is known."""
    builder = SegmentBuilder()
    _Pass(vocabulary.pieces(text), vocabulary, builder).read()
    builder.end_segment()
    if builder.ambiguous:
        settle_languages(builder.segments, builder.language_counts)
    if len(builder.language_counts) > 1:
        leave_out_strangers(builder.segments, builder.language_counts)
    return builder.segments, builder.unknown_part


class _Pass:
    """One pass over the words of a text."""

    __slots__ = ("_ampersand", "_builder", "_stream", "_words")

    def __init__(self, words: Pieces, vocabulary: Vocabulary, builder: SegmentBuilder) -> None:
        self._words = words
        self._stream: _Stream = vocabulary.stream(words)
        self._ampersand = vocabulary.ampersand
        self._builder = builder

    def read(self) -> None:
        """Fill the builder with what the words say."""
        stream, words, builder = self._stream, self._words, self._builder
        position, count, done = 0, len(stream), -1
        while position < count:
            lexeme, index = stream[position]
            # For most words a space is all there is. Above that letter are only Chinese, Japanese and Korean.
            if index > done >= 0 and (signs := words[index - 1][1]):
                if signs != " ":
                    if signs != "-":
                        apply_signs(builder, words[index - 1][0], signs, words[index][0])
                elif words[index][0] > _LAST_SPACED and two_runs(words[index - 1][0], words[index][0]):
                    self._parted_by_space()
            if lexeme.number and words[index][0] == "1" and (scale := scale_at(words, index)):
                builder.segment.scale = scale
                done = index
                position += 1
                continue
            node, end, factor = lexeme.meaning, position + 1, lexeme.factor
            if end < count and (longer := lexeme.longer) and (keys := stream[end][0].keys):
                for start in longer:
                    onward = start.next
                    if not onward.keys().isdisjoint(keys) or self._ampersand in onward:
                        node, end, factor = self._longest(position)
                        break
            if node is None:
                role = lexeme.role
                if role is _FREE or role is _LOOK_OF:
                    role = self._hyphened(role, index)
                apply_role(builder, role, lexeme.languages, lexeme.number)
                done = index
            else:
                done = stream[end - 1][1]
                if node.qualities or node.role is not None or not node.senses:
                    self._other_words(node, position, end, factor)
                else:
                    self._goods(node, position, end, factor)
            position = end

    def _parted_by_space(self) -> None:
        """End the segment where a space parts two runs of Chinese or Japanese."""
        if self._builder.segment.matches:
            self._builder.begin_behind_space()
            self._builder.denied = Denied.NOTHING

    def _longest(self, position: int) -> tuple[Node | None, int, float]:
        """Return what the longest term that begins at `position` means, its end, and how much of it is sure."""
        stream, ampersand = self._stream, self._ampersand
        lexeme, at = stream[position]
        best = (lexeme.meaning, position + 1, lexeme.factor)
        level: Sequence[Node] = lexeme.longer
        factor = lexeme.factor
        for end in range(position + 1, len(stream)):
            following, index = stream[end]
            if index != at and (signs := self._words[index - 1][1]) != " " and signs.strip(" ") and signs not in _JOINS:
                if signs.strip() != "&":
                    break
                level = [node.next[ampersand] for node in level if ampersand in node.next]
            at = index
            further: list[Node] = []
            keys = following.keys
            for node in level:
                onward = node.next
                if not onward.keys().isdisjoint(keys):
                    further += [onward[key] for key in keys if key in onward]
            if not further:
                break
            level = further
            factor *= following.factor
            for node in level:
                if node.means:
                    best = (node, end + 1, factor)
                    break
        return best

    def _hyphened(self, role: WordRole, index: int) -> WordRole:
        """Return the role of a word that a hyphen may join to the one before: "lead-free", "Bagger-Muster"."""
        joined = index > 0 and self._words[index - 1][1] == "-"
        if role is _FREE:
            return WordRole.MISSING if joined else WordRole.CONTENT
        return WordRole.LOOK if joined else role

    def _other_words(self, node: Node, position: int, end: int, factor: float) -> None:
        """Read a term that has a quality or a role in the sentence; it may name goods all the same."""
        builder = self._builder
        if node.qualities and not builder.denied:
            builder.segment.qualities = builder.segment.qualities.union(node.qualities)
        if node.role is not None and (builder.last is not None or not node.senses):
            builder.before_sequence = builder.last or builder.before_sequence
            apply_role(builder, node.role, node.languages, number=False)
        elif node.senses:
            self._goods(node, position, end, factor)
        else:
            builder.add_quality(node.qualities)

    def _goods(self, node: Node, position: int, end: int, factor: float) -> None:
        """Add the goods, maker, model, part or service that a term names."""
        stream, words, builder = self._stream, self._words, self._builder
        first = last = stream[position][1]
        text = words[first][0]
        if end - position > 1:
            last = stream[end - 1][1]
            for inner, _ in stream[position:end]:
                # "Meissen porcelain" is a term, and of porcelain too.
                if inner.meaning is not None and inner.meaning.qualities:
                    builder.segment.qualities = builder.segment.qualities.union(inner.meaning.qualities)
            if first != last:
                text = "".join([word + signs for word, signs in words[first:last]]) + words[last][0]
        sense = node.senses[0]
        language, kind = sense.language, sense.entry.kind
        if (kind is not _GOODS or len(text) == 1) and only_counts(kind, words, first, last, text):
            builder.last = None
            return
        if language in _COUNTER_AFTER_NOUN and kind is _GOODS and self._counts_what_is_before(first):
            builder.begin_behind_space()  # "소총 20정 화분"
        match = Match(sense.entry, language, text, builder.phrase, position, factor)
        if len(node.senses) > 1:
            match.alternatives = node.alternatives
            builder.ambiguous = True
        elif language != ANY:
            builder.language_counts[language] = builder.language_counts.get(language, 0) + 1
        if not builder.segment.matches and (builder.of_unknown or builder.activity or builder.titled):
            match.doubtful = self._is_doubtful(match)
        if kind is _GOODS and words[last][1][:1] in QUOTES and is_quoted(words, first, last):
            match.quoted = "arms" not in sense.entry.categories
        builder.add(match)

    def _counts_what_is_before(self, first: int) -> bool:
        """Whether the word at `first` stands behind a number that counts the goods before it."""
        builder = self._builder
        return bool(builder.segment.matches) and not builder.depth and counted(self._words, first)

    def _is_doubtful(self, match: Match) -> bool:
        """Whether the first term of a segment is only what something unknown is for, is called, or is done to."""
        builder, entry = self._builder, match.entry
        if builder.of_unknown or (builder.activity and match.language in _ACTIVITY_TAKES_OBJECT):
            return True
        # `zorbatron "Great Ships"`
        return builder.titled and entry.kind is _GOODS and "arms" not in entry.categories


_LAST_SPACED = "\u3005"
_FREE, _LOOK_OF, _GOODS = WordRole.FREE, WordRole.LOOK_OF, EntryKind.GOODS
_COUNTER_AFTER_NOUN = codes_where(lambda language: language.counter_after_noun)
_ACTIVITY_TAKES_OBJECT = codes_where(lambda language: language.activity_takes_object)
_JOINS = frozenset({"-", ".", "'", "’", ". ", "/", "·", "  ", "・", " - "})
"""What may stand between the words of one term, a space apart."""
