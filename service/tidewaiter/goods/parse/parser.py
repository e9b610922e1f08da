"""A description read into segments, one for each thing it may name, with the terms found in each. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.goods.languages import ANY, HEAD_FIRST, codes_where
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.lexicon.lexemes import Lexeme, Node
from tidewaiter.goods.lexicon.lexicon import Kind
from tidewaiter.goods.lexicon.vocabulary import Vocabulary
from tidewaiter.goods.parse.language_choice import leave_out_strangers, settle_languages
from tidewaiter.goods.parse.numerals import QUOTES, counted, is_quoted, only_counts, scale_at, two_runs
from tidewaiter.goods.parse.segments import Denied, Link, Match, Segment

_ABBREVIATION = 5


_REMARKS = '([（【「『"«“„‚‘《〈:：—–'
_STRAIGHT = '"“”„'
_HARD = ".;\n\r。；|•\t!?"
_COLONS = ":："
_COMMAS = ",、，،"
_ANDS = "&+/＆"


def read(text: str, vocabulary: Vocabulary) -> list[Segment]:
    """The segments of `text` in which something was found, in order."""
    return _Reading(text, vocabulary).segments


def read_whole(text: str, vocabulary: Vocabulary) -> tuple[list[Segment], bool]:
    """`read`, and whether a part of its own in `text` has words, none of which this lexicon knows."""
    reading = _Reading(text, vocabulary)
    return reading.segments, reading.unknown_part


class _Reading:
    """One pass over a text. State: the segment being filled, the phrase in it, whether a bracket is open."""

    __slots__ = (
        "_ambiguous",
        "_ampersand",
        "_behind",
        "_called",
        "_deed",
        "_denied",
        "_depth",
        "_last",
        "_listing",
        "_look",
        "_looked",
        "_open",
        "_phrase",
        "_purpose",
        "_quality",
        "_resumed",
        "_segment",
        "_titled",
        "_votes",
        "segments",
        "unknown_part",
    )

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._ampersand = vocabulary.ampersand
        self.segments: list[Segment] = []
        self.unknown_part = False
        self._segment = Segment(_HARD_LINK)
        self._phrase = self._depth = self._resumed = 0
        self._purpose = self._ambiguous = self._look = self._deed = self._called = self._listing = self._titled = False
        self._denied = _NOTHING
        self._open = _ARTICLE
        self._quality: tuple[str, ...] = ()
        self._last: Match | None = None
        self._looked: Match | None = None
        self._behind: Match | None = None
        self._votes: dict[str, int] = {}
        self._read(vocabulary.pieces(text), vocabulary)
        self._keep(self._segment)
        if self._ambiguous:
            settle_languages(self.segments, self._votes)
        if len(self._votes) > 1:
            leave_out_strangers(self.segments, self._votes)

    def _read(self, words: list[tuple[str, str]], vocabulary: Vocabulary) -> None:
        stream = vocabulary.stream(words)
        position, count, done = 0, len(stream), -1
        while position < count:
            lexeme, index = stream[position]
            if index > done >= 0:
                word, behind = words[index - 1]
                if behind == " ":
                    # Above all letters but these and Korean: for most words that is all that is asked.
                    if words[index][0] > "\u3005" and self._segment.matches and two_runs(word, words[index][0]):
                        self.segments.append(self._segment)
                        self._segment = Segment(Link.SPACE, start=self._phrase)
                        self._denied = _NOTHING
                elif behind == ", ":
                    self._end(_COMMA)
                elif behind and behind != "-":
                    self._part(word, behind, words[index][0])
            if lexeme.number and words[index][0] == "1" and (scale := scale_at(words, index)):
                self._segment.scaled = scale
                done = index
                position += 1
                continue
            node, end, factor = lexeme.meaning, position + 1, lexeme.factor
            if end < count and (longer := lexeme.longer) and (keys := stream[end][0].keys):
                for start in longer:
                    onward = start.next
                    if not onward.keys().isdisjoint(keys) or self._ampersand in onward:
                        node, end, factor = self._longest(stream, position, words)
                        break
            if node is None:
                role = lexeme.role
                if role is _FREE or role is _LOOK_OF:
                    role = self._hyphened(role, words, index)
                self._role(role, lexeme.languages, lexeme.number)
                done = index
            else:
                done = stream[end - 1][1]
                if node.qualities and not self._denied:
                    self._segment.qualities = self._segment.qualities.union(node.qualities)
                if node.role is not None and (self._last is not None or not node.senses):
                    self._behind = self._last or self._behind
                    self._role(node.role, node.languages, False)
                elif node.senses:
                    if end - position > 1:
                        for inner, _ in stream[position:end]:
                            # "Meissen porcelain" is a term, and of porcelain too.
                            if inner.meaning is not None and inner.meaning.qualities:
                                self._segment.qualities = self._segment.qualities.union(inner.meaning.qualities)
                    self._found(node, words, index, done, factor, position)
                else:
                    self._behind, self._last = self._last or self._behind, None
                    self._look, self._quality = False, node.qualities
                    if self._segment.counted and not node.qualities:
                        self._segment.measured = True
            position = end

    def _longest(self, stream: _Stream, position: int, words: list[tuple[str, str]]) -> tuple[Node | None, int, float]:
        lexeme, at = stream[position]
        best = (lexeme.meaning, position + 1, lexeme.factor)
        level: Sequence[Node] = lexeme.longer
        ampersand = self._ampersand
        factor = lexeme.factor
        end, count = position + 1, len(stream)
        while end < count:
            following, index = stream[end]
            if (
                index != at
                and (behind := words[index - 1][1])
                and behind != " "
                and behind.strip(" ")
                and behind not in _JOINS
            ):
                if behind.strip() != "&":
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
            end += 1
            for node in level:
                if node.means:
                    best = (node, end, factor)
                    break
        return best

    def _found(
        self, node: Node, words: list[tuple[str, str]], first: int, last: int, factor: float, position: int
    ) -> None:
        segment = self._segment
        if first == last:
            text = words[first][0]
        else:
            text = "".join([word + behind for word, behind in words[first:last]]) + words[last][0]
        sense = node.senses[0]
        kind = sense.entry.kind
        if (kind is not _GOODS or len(text) == 1) and only_counts(kind, words, first, last, text):
            self._last = None
            return
        if (
            sense.language in _COUNTER_AFTER_NOUN
            and kind is _GOODS
            and segment.matches
            and not self._depth
            and counted(words, first)
        ):
            self.segments.append(segment)  # "소총 20정 화분"
            segment = self._segment = Segment(Link.SPACE, start=self._phrase)
        match = Match(sense.entry, sense.language, text, self._phrase, position, factor)
        if not segment.matches and (self._purpose or (self._deed and sense.language in _ACTIVITY_TAKES_OBJECT)):
            match.purpose = True  # "обслуживание лифтов": a Russian deed takes no preposition
        if self._look:
            match.look, self._look = kind in _LOOKED_AT, False
            segment.looks = segment.looks or match.look
        if len(node.senses) > 1:
            match.alternatives = node.alternatives
            self._ambiguous = True
        elif sense.language != ANY:
            self._votes[sense.language] = self._votes.get(sense.language, 0) + 1
        if self._denied:
            self._deny(match)
        if self._titled and kind is _GOODS and len(segment.matches) == 0 and "arms" not in sense.entry.categories:
            match.purpose = True  # `zorbatron "Great Ships"`
        if kind is _GOODS and words[last][1][:1] in QUOTES and is_quoted(words, first, last):
            match.quoted = "arms" not in sense.entry.categories
        segment.matches.append(match)
        self._last = match
        self._behind = self._looked = None
        self._quality = ()
        self._open = _ARTICLE

    def _deny(self, match: Match) -> None:
        if match.entry.kind not in _DENIABLE or self._denied is _DONE:
            return
        if self._denied is _PERHAPS:
            match.purpose = True
        else:
            match.look = match.denied = self._segment.looks = True
        if self._denied is not _ALL:
            self._denied = _DONE

    def _abbreviated(self, word: str, following: str) -> bool:
        """Whether the full stop is of an abbreviation: "incl. guns", "gebr. Lkw" (not "used car. wine")."""
        if self._open is _CONTENT or self._open is _ACTIVITY:
            return len(word) <= _ABBREVIATION and following[0].islower()
        return self._open in _OPEN

    def _hyphened(self, role: WordRole, words: list[tuple[str, str]], index: int) -> WordRole:
        """What a word does that a hyphen may join to the one before: "lead-free", "Bagger-Muster"."""
        joined = index > 0 and words[index - 1][1] == "-"
        if role is _FREE:
            return _MISSING if joined else _CONTENT
        return _LOOK if joined else role

    def _role(self, role: WordRole, languages: tuple[str, ...], number: bool) -> None:
        for language in languages:
            self._votes[language] = self._votes.get(language, 0) + 1
        last, self._last = self._last, None
        self._open = role
        quality, self._quality = self._quality, ()
        if self._resumed and role in _LEADING and not (self._segment.matches or self._segment.strange):
            self._resume()
        if role is _CONTENT or role is _ACTIVITY:
            self._look = False
            self._looked = self._behind = None
            if self._denied in _ADJACENT:
                self._denied = _NOTHING
            if last is not None:
                last.followed = True
                if role is _ACTIVITY and last.language not in HEAD_FIRST:
                    # "Statue cleaning", but "wheelchairs folding": English has a singular before the true thing.
                    last.purpose = (
                        last.purpose or last.language not in _SINGULAR_ATTRIBUTES or not last.words.endswith("s")
                    )
            elif not self._segment.matches:
                self._segment.strange = True
                self._deed = self._deed or role is _ACTIVITY
        elif role is _ARTICLE:
            if number:
                if not self._segment.matches:
                    self._segment.counted = True
                if self._denied in _ADJACENT:
                    self._denied = _NOTHING
        elif role is _AND:
            denied = self._denied
            self._end(_AND_LINK)
            if denied is _DONE:
                self._denied = _PERHAPS
            elif last is not None and last.look and not last.denied:
                self._look = True  # "goût cola et whisky"
        elif role is _OF or (role is _PARTITIVE and (self._segment.matches or self._segment.strange)):
            self._phrase += 1
            self._purpose = self._purpose or self._deed
            self._take_back()
        elif role is not _PARTITIVE:
            self._rarer(role, last, quality)

    def _rarer(self, role: WordRole, last: Match | None, quality: tuple[str, ...]) -> None:
        if role is _NONE:
            role = WordRole.NOT if last is None and self._behind is None else _MISSING
        if role in _LOOKS:
            self._looks(role, last or self._behind, quality)
        elif role is _FOR:
            self._phrase += 1
            self._purpose = self._segment.strange
            self._segment.aim = self._phrase
            self._take_back()
        elif role in _DENIALS:
            self._phrase += 1
            self._take_back()
            self._denied = _DENIALS[role]
        elif role is _OR:
            denied = self._denied
            self._end(_AND_LINK)
            self._denied = _NEXT if denied is _DONE else denied
        elif role is _SUCH_AS:
            self._listing = True
            self._end(_AND_LINK)
        elif role in _CLAIMS:
            if role is _CLAIM and self._called and self._segment.matches:
                role = WordRole.CLAIMED  # "als Seife deklariert"
            self._segment.claimed = self._segment.claimed or role is WordRole.CLAIMED
            self._end(_HARD_LINK)
            self._segment.claimed = role is _CLAIM
            if role is _IN_REALITY:
                for segment in self.segments:
                    for match in segment.matches:
                        match.purpose = True
        else:
            self._denied = _NOTHING
            if role is not _CLOSE and self._segment.matches and self._phrase == 0:
                self._end(_HARD_LINK)
            self._called = role is _AS

    def _looks(self, role: WordRole, last: Match | None, quality: tuple[str, ...]) -> None:
        if role is _LOOK_OF or (role is _LOOK_EITHER and self._thing_first()):
            self._look = True
        elif quality:
            self._segment.qualities = self._segment.qualities.difference(quality)
        elif last is not None and last.entry.kind in (_DENIABLE if role is _MISSING else _LOOKED_AT) and not last.look:
            last.look, self._looked = True, last
            self._segment.looks = True
            if self.segments and self._segment.link is Link.SPACE:
                self.segments[-1].looks = True  # 坦克 造型: of what stands before the space
            last.denied = role is _MISSING
            if self._segment.link is _AND_LINK and self._segment.matches[0] is last and self.segments:
                for match in self.segments[-1].matches[-1:]:
                    # "cola and rum flavour"; "spirits and cigarettes excluded"
                    match.purpose = match.purpose or last.denied or not match.words.endswith("s")

    def _thing_first(self) -> bool:
        """Whether the words so far are of a language that names the thing before its look."""
        first = sum(count if language in HEAD_FIRST else -count for language, count in self._votes.items())
        return first > 0

    def _take_back(self) -> None:
        """ "A bookcase shaped like a box" is a bookcase: what follows is its look, not what went before."""
        if self._looked is not None:
            self._looked.look, self._looked = False, None

    def _part(self, word: str, behind: str, following: str) -> None:
        """What the signs between two words do."""
        if behind == "/" and (word[-1].isdigit() or following[0].isdigit()):
            return  # a model: "5711/1R"
        if behind in ("/", "/ ") and len(word) == 1:
            self._phrase += 1  # "c/w", "w/", "s/n"
        elif behind != ". " or not self._abbreviated(word, following):
            self._separate(behind)

    def _separate(self, behind: str) -> None:
        self._titled = behind[-1] in QUOTES and self._segment.strange and not self._segment.matches
        for character in behind:
            if character in _COMMAS:
                self._end(Link.COMMA)
            elif character in _ANDS:
                self._end(Link.AND)
            elif character in _COLONS and self._segment.claimed and self._segment.matches:
                self._end(Link.HARD)
            elif character in _STRAIGHT and behind.strip() == character and len(behind) > 1:
                # What quotation marks hold is one title: `magazine "Ships, Cars and Planes"`.
                self._depth = self._depth + 1 if behind[0] == " " else max(0, self._depth - 1)
                self._phrase += 1
            elif character in _REMARKS or (character == "'" and behind[0] in " ," and behind[-1] == "'"):
                self._depth += character in "([（【«"
                self._listing = self._listing or character in _COLONS
                self._phrase += 1
            elif character in ")]）】»":
                self._depth = max(0, self._depth - 1)
                self._denied = _NOTHING
            elif character in _HARD and (character != "." or behind.strip() != behind or len(behind) > 1):
                self._depth = 0
                self._end(Link.HARD)
        if behind == " - ":
            self._phrase += 1
        if behind.strip():
            self._last = None if behind.strip() != "-" else self._last

    def _end(self, link: Link) -> None:
        self._last = None
        self._denied = _NOTHING
        if self._depth and link is not Link.HARD:
            self._phrase += 1
            return
        if link is _HARD_LINK:
            self._listing = False
        self._resumed = 0
        if self._keep(self._segment):
            self._resumed = self._phrase if link is _AND_LINK else 0
            self._segment = Segment(link, listed=self._listing)
        else:
            self._segment.counted = self._segment.measured = False
            if self._segment.link > link or not self.segments:
                self._segment.link = link
        self._phrase = 0
        self._purpose = self._look = self._deed = self._called = self._titled = self._segment.strange = False

    def _resume(self) -> None:
        """ "Guide de la plongée et de la voile": what comes behind "and" lengthens what an "of" began."""
        self._segment, self._phrase, self._resumed = self.segments.pop(), self._resumed, 0

    def _keep(self, segment: Segment) -> bool:
        """Whether something was found in a segment that is at its end, which is then one of those read."""
        if segment.strange and not segment.matches and not segment.measured and segment.link is not Link.SPACE:
            self.unknown_part = True
        if segment.matches or segment.qualities or segment.scaled:
            self.segments.append(segment)
            return True
        return False


# What is asked of every word, without the cost of going through its class.
_CONTENT, _ACTIVITY, _ARTICLE = WordRole.CONTENT, WordRole.ACTIVITY, WordRole.ARTICLE
_AND, _OR, _SUCH_AS = WordRole.AND, WordRole.OR, WordRole.SUCH_AS
_OF, _PARTITIVE, _FOR, _AS = WordRole.OF, WordRole.PARTITIVE, WordRole.FOR, WordRole.AS
_CLAIM, _IN_REALITY, _CLOSE = WordRole.CLAIM, WordRole.IN_REALITY, WordRole.CLOSE
_LOOK, _LOOK_OF, _LOOK_EITHER = WordRole.LOOK, WordRole.LOOK_OF, WordRole.LOOK_EITHER
_WITHOUT, _NOT, _MISSING, _NONE, _FREE = WordRole.WITHOUT, WordRole.NOT, WordRole.MISSING, WordRole.NONE, WordRole.FREE
_CLAIMS = frozenset({WordRole.CLAIM, WordRole.CLAIMED, WordRole.IN_REALITY})
_OPEN = frozenset({_OF, _PARTITIVE, _FOR, _AND, _SUCH_AS, _OR, _WITHOUT, _NOT})
"""No sentence ends with one of these."""
_LEADING = frozenset({_OF, _PARTITIVE, _FOR})
_LOOKS = frozenset({_LOOK, _LOOK_OF, _LOOK_EITHER, _MISSING})
_NOTHING, _NEXT, _ALL = Denied.NOTHING, Denied.NEXT, Denied.ALL
_DONE, _PERHAPS = Denied.DONE, Denied.PERHAPS
_ADJACENT = frozenset({_NEXT, _DONE, _PERHAPS})
_DENIALS = {_WITHOUT: Denied.ALL, _NOT: Denied.NEXT, WordRole.INSTEAD: Denied.ONE}
_COUNTER_AFTER_NOUN = codes_where(lambda language: language.counter_after_noun)
_ACTIVITY_TAKES_OBJECT = codes_where(lambda language: language.activity_takes_object)
_SINGULAR_ATTRIBUTES = codes_where(lambda language: language.singular_attributes)
_HARD_LINK, _COMMA, _AND_LINK = Link.HARD, Link.COMMA, Link.AND
_LOOKED_AT = frozenset({Kind.GOODS, Kind.AGAINST, Kind.MAKER, Kind.MODEL})
_DENIABLE = frozenset({Kind.GOODS, Kind.AGAINST, Kind.PART})
"""Not makers and models: a "no" before them counts or names ("model no AK-47")."""
_GOODS = Kind.GOODS


_JOINS = frozenset({"-", ".", "'", "’", ". ", "/", "·", "  ", "・", " - "})
"""What may stand between the words of one term, a space apart."""
_Stream = list[tuple[Lexeme, int]]
