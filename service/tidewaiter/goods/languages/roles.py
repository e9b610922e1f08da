"""What a word that names no goods does to the words beside it."""

from __future__ import annotations

from enum import IntEnum


class WordRole(IntEnum):
    """The role of a word or of a sequence of words in its sentence."""

    CONTENT = 0
    """An unknown word: it may name a thing that the lexicon does not have."""
    ACTIVITY = 1
    """An unknown word whose ending is that of an activity or of who performs it ("restoration", "nettoyage",
    "aerator"). A thing beside it is what the activity is about."""
    ARTICLE = 2
    """Adds nothing."""
    AND = 3
    """Joins goods ("cars and trucks")."""
    OR = 4
    """Joins goods, and "no cars or trucks" denies both."""
    SUCH_AS = 5
    """Joins goods with examples or parts of them ("toys such as cars")."""
    OF = 6
    """What follows only describes what went before ("parts for cars")."""
    PARTITIVE = 7
    """An `OF` inside a phrase, an `ARTICLE` at its beginning ("du vin, des fusils")."""
    FOR = 8
    """What follows is what the thing is for ("a shampoo for cars"): an `OF` that never introduces contents."""
    BREAK = 9
    """A verb or an adverb: what follows is another phrase."""
    AS = 10
    """A `BREAK` that may introduce what something is declared as ("als Seife deklariert")."""
    CLAIM = 11
    """What follows is what the goods are declared as ("declared as tools"). It counts only if nothing else is named."""
    CLAIMED = 12
    """What stands before is what the goods are declared as (家具として申告)."""
    IN_REALITY = 13
    """What stands before was only a claim ("toys, in reality pistols"). It is still worth a review, because this may be
    the lie."""
    LOOK = 14
    """What stands right before is only a look, a taste or a smell, or comes with the thing ("diamond pattern",
    ケース付き)."""
    LOOK_OF = 15
    """What follows is only a look, a taste or a smell ("motif avion", "sabor fresa")."""
    LOOK_EITHER = 16
    """`LOOK` or `LOOK_OF`, by the language of the text ("style")."""
    WITHOUT = 17
    """Nothing of what follows in the phrase is there ("without engine")."""
    NOT = 18
    """What follows right behind is not there or not meant ("no weapons", "не содержит оружия")."""
    INSTEAD = 19
    """The next thing is not there ("instead of fertiliser coal" is coal)."""
    MISSING = 20
    """What stands right before is not there ("battery not included", エンジンなし)."""
    NONE = 21
    """`MISSING` behind a thing, `NOT` before one ("оружия нет", "нет оружия")."""
    FREE = 22
    """`MISSING` when a hyphen joins it to a word ("lead-free"), `CONTENT` otherwise."""
    CLOSE = 23
    """Ends what is denied: the thing itself comes next (不含发动机的游艇)."""
