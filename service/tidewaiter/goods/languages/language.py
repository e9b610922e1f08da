"""What a language file says: one frozen `Language`, with the words and the grammar that the mechanisms ask for.

Every field has a default, so that a language file has only what its language has. Words are given by `words`, which
splits a string at spaces; an underscore stands for a space within one term.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script

Words = tuple[str, ...]


def words(text: str) -> Words:
    """Return the terms of `text`, which are parted by spaces: "and such_as" are "and" and "such as"."""
    return tuple(term.replace("_", " ") for term in text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountWords:
    """The words by which quantities and values are understood, in lower case."""

    units: Mapping[str, Words] = field(default_factory=dict)
    """Words for a unit: `pcs`, `pair`, `kg`, `t`, `l`, `m3`, `bbl`, `usgal`, `impgal`, `gal` (a gallon of either)."""
    currencies: Mapping[str, Words] = field(default_factory=dict)
    """Words for a currency, by its ISO 4217 code."""
    multipliers: Mapping[str, int] = field(default_factory=dict)
    """Words for powers of ten: "million" is 1,000,000."""
    price: Words = ()
    """What may stand between a thing and its amounts without naming another thing."""
    piece: Words = ()
    """The value beside such a word is that of one piece."""
    total: Words = ()
    """The value beside such a word is that of all pieces."""
    before_total: Words = ()
    """What may stand between a value and a word of `total` behind it: "USD 900 in total"."""
    inside: Words = ()
    """What follows may be another thing than the one that is described."""
    packages: Words = ()
    """A count beside such a word may be of what one package holds."""
    other_money: Words = ()
    """The value beside such a word may be of something else than the goods, or is only a bound."""
    conjunctions: Words = ()
    """What joins two things, each with amounts of its own."""
    per: Words = ()
    """Prepositions before what a value is the price of: "per kg", "за штуку"."""
    a_piece: Words = ()
    """Words before one piece alone: "a piece", "la pièce"."""
    pieces: Words = ()
    """What `per` and `a_piece` may be followed by to mean one piece."""
    each: Words = ()
    """Words behind a value that make it the price of one piece: "USD 400 each"."""
    thousand_or_point: Words = ()
    """Beginnings of unit words behind which "1.200" has two readings, 1.2 and twelve hundred."""
    portions: Words = ()
    """Words beside which a volume or mass is that of one portion ("drums of 200 l"). `*` stands for any ending."""
    periods: Words = ()
    """Words for a period: a volume "/day" is not how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentationWords:
    """How text without spaces, or with particles that are written with the word, is cut into words."""

    fillers: frozenset[str] = frozenset()
    """Characters that name nothing by themselves: they bind words together or count them."""
    particles: frozenset[str] = frozenset()
    """Particles that are written together with the word before them."""
    conjunctions: frozenset[str] = frozenset()
    """What joins two words inside a run."""
    purposes: frozenset[str] = frozenset()
    """Endings that make a word what the thing is for: 用, 전용."""
    purpose_prefixes: str = ""
    """Characters that may stand before one of `purposes` and belong to it: 专用."""
    negations: frozenset[str] = frozenset()
    """What stands right before a word whose thing is not there: 无."""
    looks: frozenset[str] = frozenset()
    """Endings that make the known word right before only a look, or something that comes with the thing: 戦車型."""
    likenesses: frozenset[str] = frozenset()
    """What makes the next word only a look: 仿."""
    companions: frozenset[str] = frozenset()
    """What makes the next word something that comes with the thing: 带."""
    ends_denial: str = ""
    """The particle behind which a denied thing ends and the thing itself begins: 的."""
    links_look: str = ""
    """The particle between a look of one character and its thing: の."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: how its words are inflected, what its small words do, and in which order it names things."""

    code: str
    """ISO 639-1, as in `terms` of the lexicon."""
    name: str
    script: Script
    precedence: int
    """Where a spelling is of two languages and nothing else decides, the language with the lower number is taken."""

    # The order of words
    head_first: bool = False
    """The thing comes before what it is for or made of ("колёса автомобиля", "coche de juguete"). Otherwise the last
    noun is the thing ("car park software", 汽车轮胎)."""
    service_last: bool = False
    """A service is named last: "crane hire" is a service, "rental cars" are cars."""
    counter_after_noun: bool = False
    """A number with its counter stands behind the noun that it counts, and so parts two things: 소총 20정 화분."""
    activity_takes_object: bool = False
    """What an activity is about follows it without a preposition: "обслуживание лифтов"."""
    singular_attributes: bool = False
    """A noun that only describes the next one is in the singular: "car tyres"."""
    modifier_remarks: bool = False
    """Any singular word after a comma that turns others into something else is a remark: "jeep, toy"."""

    # Inflection and spelling
    stem: Callable[[str], str] | None = None
    """Takes the ending off a folded word. A stem is not a word: the same function is applied to the lexicon and to the
    text, and the two must only agree."""
    shortest_stem: int = 3
    """A shorter stem is too like the words of other languages to be taken for one of this."""
    inflected: Callable[[str], Words] = lambda word: (word,)
    """The forms of a term of the lexicon whose stems find it, the term itself first."""
    plurals: Words = ()
    """Endings of the plural."""
    activities: Words = ()
    """Endings, of at least three letters, of words for an activity or for who performs it."""
    unaccented: bool = False
    """Its words have no accents: a spelling with one is rather of another language."""
    compounds: bool = False
    """Nouns are joined in one word, of which the last part is the thing: "Holzspielzeug"."""
    unspaced: bool = False
    """Words are not parted by spaces."""
    spaces_optional: bool = False
    """A term of several words may be written as one."""
    clitics: Mapping[str, WordRole] = field(default_factory=dict)
    """Small words that are written together with the word behind them, in the order in which they are tried."""
    clitics_of_known: Mapping[str, WordRole] = field(default_factory=dict)
    """Those of `clitics` that are taken off even where the whole word has a known stem."""
    in_any_text: bool = False
    """Short words of it stand in texts of any language, and are no chance likeness there."""

    # Words
    roles: Mapping[WordRole, Words] = field(default_factory=dict)
    """Words and sequences that name no goods, by what they do. Only words that are never goods in another language
    when they stand alone, or whose goods are named by longer terms."""
    segmentation: SegmentationWords = SegmentationWords()
    amounts: AmountWords = AmountWords()
