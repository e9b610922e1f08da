"""Variations of listed names by class, as they turn up in payments and bookings; made by rule, repeatable by seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from tidewaiter.matching.entry import EntryType
from tidewaiter.matching.names.legal_forms import LEGAL_WORDS
from tidewaiter.matching.names.vocabulary import (
    ABBREVIATIONS,
    GENERIC_CAP,
    PARTICLES,
    ROMANISATIONS,
    STOP_WORDS,
    SYLLABIC_SURNAMES,
    TITLES,
    TRANSLATIONS,
)

Variation = Callable[[str, EntryType, random.Random], str | None]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOOKALIKES = dict(zip("aeopcxyAEOPCXBHKMT", "аеорсхуАЕОРСХВНКМТ", strict=True))
_READ_WRONG = (("o", "0"), ("l", "1"), ("i", "l"), ("rn", "m"), ("m", "rn"), ("s", "5"), ("b", "8"))
_FORMS = (
    ("LIMITED LIABILITY COMPANY", "LLC"), ("LLC", "LIMITED LIABILITY COMPANY"), ("JOINT STOCK COMPANY", "AO"),

    ("CO., LTD.", "Company Limited"), ("CO., LTD", "Co Ltd"), ("LIMITED", "Ltd."), ("LTD", "Limited"),
    ("LTD.", "Limited"),
    ("OOO", "LLC"), ("GMBH", "G.m.b.H."), ("S.A.", "SA"), ("INC.", "Incorporated"), ("CORPORATION", "Corp."),
    ("COMPANY", "Co."),
)  # fmt: skip
_HALF_NAMES = frozenset("abd abdul abdel abdal abdol abu abou umm bin ibn".split())
_COUNTRIES = frozenset(
    "korea korean iran iranian russia russian syria syrian belarus belarusian ukraine crimea iraq iraqi libya libyan "
    "sudan sudanese china chinese asia asian islamic people's peoples people’s democratic".split()
)
_TO_CYRILLIC = (
    ("shch", "щ"), ("yev", "ев"), ("yu", "ю"), ("ya", "я"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"),
    ("sh", "ш"),
    ("iy", "ий"), ("ey", "ей"), ("oy", "ой"), ("ay", "ай"), ("ye", "е"), ("a", "а"), ("b", "б"), ("v", "в"),
    ("g", "г"), ("d", "д"), ("e", "е"),
    ("z", "з"), ("i", "и"), ("y", "ы"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"),
    ("r", "р"),
    ("s", "с"), ("t", "т"), ("u", "у"), ("f", "ф"),
)  # fmt: skip
_RESPELLED = (
    ("iy", "y"), ("yev", "ev"), ("kh", "h"), ("ks", "x"), ("ou", "u"), ("ee", "i"), ("ei", "ai"), ("y", "i"),
    ("q", "k"),
    ("ph", "f"), ("w", "v"), ("dj", "j"), ("mm", "m"), ("ss", "s"), ("ah", "a"),
)  # fmt: skip


def _words(name: str) -> list[str]:
    return name.replace(",", " ").split()


def _is_syllabic(words: list[str]) -> bool:
    return any(w.lower().strip("-'") in SYLLABIC_SURNAMES for w in words)


def in_order_of_use(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """`SURNAME, Given` as `Given Surname`."""
    if type_ is not EntryType.PERSON or name.count(",") != 1:
        return None
    surname, given = (part.strip() for part in name.split(","))
    return f"{given} {surname}" if given and surname else None


def one_letter(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """One letter changed, left out, added or swapped, in a word of five letters or more."""
    places = [i for i, c in enumerate(name) if c.isalpha() and c.isascii()]
    words = [w for w in _words(name) if len(w) >= 5 and w.isascii() and w.isalpha()]
    if not words:
        return None
    word = draw.choice(words)
    i = draw.randrange(1, len(word) - 1)
    letter = draw.choice(_LETTERS)
    changed = draw.choice(
        [word[:i] + letter + word[i + 1 :], word[:i] + word[i + 1 :], word[:i] + letter + word[i:],
         word[:i] + word[i + 1] + word[i] + word[i + 2 :]]
    )  # fmt: skip
    return name.replace(word, changed, 1) if places else None


def doubled_letter(name: str, type_: EntryType, draw: random.Random) -> str | None:
    places = [i for i, c in enumerate(name) if c.isalpha() and c.isascii()]
    if not places:
        return None
    i = draw.choice(places)
    return name[:i] + name[i] + name[i:]


def respelled(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """Another romanisation of the same sounds."""
    lower = name.lower()
    for old, new in draw.sample(_RESPELLED, len(_RESPELLED)):
        if old in lower:
            return lower.replace(old, new)
    return None


def another_romanisation(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """A given name by another spelling of the tables (Mohammed, Muhammad)."""
    return _of_the_same_class(name, type_, draw, ROMANISATIONS)


def another_language(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """A given name in another language or short (Alexander, Sasha), where another word of the name stays."""
    return _of_the_same_class(name, type_, draw, TRANSLATIONS)


def _of_the_same_class(
    name: str, type_: EntryType, draw: random.Random, table: dict[str, tuple[str, ...]]
) -> str | None:
    words = _words(name.lower())
    if type_ is not EntryType.PERSON or len(words) < 2:
        return None
    for i, word in enumerate(words):
        others = sorted(w for w, classes in table.items() if w != word and set(classes) & set(table.get(word, ())))
        if others:
            words[i] = draw.choice(others)
            return " ".join(words)
    return None


def joined(name: str, type_: EntryType, draw: random.Random) -> str | None:
    words = _words(name)
    if len(words) < 2:
        return None
    i = draw.randrange(len(words) - 1)
    return " ".join([*words[:i], words[i] + words[i + 1], *words[i + 2 :]])


def split(name: str, type_: EntryType, draw: random.Random) -> str | None:
    words = _words(name)
    longest = max(words, key=len, default="")
    if len(longest) < 6 or len(words) < 2:
        return None
    i = draw.randrange(3, len(longest) - 2)
    return name.replace(",", " ").replace(longest, f"{longest[:i]} {longest[i:]}", 1)


def _given_names(given: str) -> list[str]:
    """The given names, each whole: Abd al-Wahab is one name, and Sheikh is none."""
    names: list[str] = []
    for word in given.split():
        bare = word.lower().strip("'’‘`.")
        if bare in TITLES:
            continue
        last = names[-1].lower().rpartition(" ")[2].strip("'’‘`") if names else ""
        if last in _HALF_NAMES or last in PARTICLES:
            names[-1] += f" {word}"
        else:
            names.append(word)
    return names


def middle_left_out(name: str, type_: EntryType, draw: random.Random) -> str | None:
    surname, _, given = name.partition(",")
    parts = _given_names(given)
    if type_ is not EntryType.PERSON or len(parts) < 2 or _is_syllabic(_words(name)):
        return None
    return f"{parts[0]} {surname}"


def middle_added(name: str, type_: EntryType, draw: random.Random) -> str | None:
    words = _words(name)
    if type_ is not EntryType.PERSON or len(words) < 2 or _is_syllabic(words):
        return None
    return " ".join([*words[:-1], draw.choice(["Petrovich", "Karim", "Miguel", "James", "Said"]), words[-1]])


def initial(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """The given names but the first by their initials."""
    surname, _, given = name.partition(",")
    parts = _given_names(given)
    if type_ is not EntryType.PERSON or len(parts) < 2 or _is_syllabic(_words(name)):
        return None
    initials = [next((c for c in p.rpartition("-")[2] if c.isalpha()), p[0]) + "." for p in parts[1:]]
    return " ".join([parts[0], *initials, surname])


def titled(name: str, type_: EntryType, draw: random.Random) -> str | None:
    return f"{draw.choice(sorted(TITLES))} {name}" if type_ is EntryType.PERSON and len(_words(name)) > 1 else None


def legal_form(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """The legal form another way, or added."""
    if type_ is not EntryType.ORGANISATION:
        return None
    for old, new in _FORMS:
        if f" {old}" in f" {name} ".replace(f"{old} ", f"{old}") and name.endswith(old):
            return name.removesuffix(old) + new
        if name.startswith(old + " "):
            return f"{name.removeprefix(old + ' ')} {new}"
    return f"{name} {draw.choice(['LLC', 'Ltd', 'GmbH', 'S.A.', 'OOO', 'JSC'])}"


def abbreviated(name: str, type_: EntryType, draw: random.Random) -> str | None:
    words = _words(name)
    if type_ is not EntryType.ORGANISATION or len(words) < 3:
        return None
    shorter: dict[str, str] = {}
    for short, long in ABBREVIATIONS.items():
        if len(short) < len(long):
            shorter.setdefault(long, short)
    for i, word in enumerate(words):
        if word.lower() in shorter:
            return " ".join([*words[:i], shorter[word.lower()], *words[i + 1 :]])
    return None


def generic_left_out(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """An organisation without the generic words of its name but with its legal form, where something is left that is
    neither a legal form nor the name of a country, of three letters or more."""
    words = _words(name)
    if type_ is not EntryType.ORGANISATION:
        return None
    plain = [w.lower().strip(".,") for w in words]
    kept = [
        w for w, p in zip(words, plain, strict=True) if p in LEGAL_WORDS or ABBREVIATIONS.get(p, p) not in GENERIC_CAP
    ]
    left = [w for w in kept if w == "DE" or w.lower() not in STOP_WORDS]
    telling = [w for w in left if w.lower().strip(".,") not in LEGAL_WORDS | _COUNTRIES and len(w) > 2]
    return " ".join(left) if telling and len(kept) < len(words) else None


def lookalike(name: str, type_: EntryType, draw: random.Random) -> str | None:
    places = [i for i, c in enumerate(name) if c in _LOOKALIKES]
    for i in draw.sample(places, min(2, len(places))):
        name = name[:i] + _LOOKALIKES[name[i]] + name[i + 1 :]
    return name if places else None


def invisible(name: str, type_: EntryType, draw: random.Random) -> str | None:
    i = draw.randrange(1, len(name)) if len(name) > 1 else 1
    return name[:i] + draw.choice("\u200b\u200d\u2060\ufeff\u00ad") + name[i:]


def cut_off(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """A long name cut at 35 characters, as payment fields do; a shorter one loses its last three."""
    if len(name) > 40:
        return name[:35]
    return name[:-3] if len(_words(name)) >= 3 and len(_words(name)[-1]) >= 7 else None


def misread(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """One letter as a scanner misreads it, in a word of five letters or more."""
    lower = name.lower()
    words = [w for w in _words(lower) if len(w) >= 5]
    for word in draw.sample(words, len(words)):
        for old, new in draw.sample(_READ_WRONG, len(_READ_WRONG)):
            if old in word[1:]:
                return lower.replace(word, word[0] + word[1:].replace(old, new, 1), 1)
    return None


def cyrillic(name: str, type_: EntryType, draw: random.Random) -> str | None:
    """A Russian name in Cyrillic, put back from its romanisation."""
    lower = name.lower()
    russian = ("ovich", "evich", "ovna", "evna", "aktsionernoe", "obshchestvo")
    if not any(part in lower for part in russian) or not lower.isascii():
        return None
    for old, new in _TO_CYRILLIC:
        lower = lower.replace(old, new)
    return lower.title() if not any("a" <= c <= "z" for c in lower) else None


VARIATIONS: dict[str, Variation] = {
    "as listed": lambda name, _type, _draw: name,
    "order of use": in_order_of_use,
    "one letter": one_letter,
    "doubled letter": doubled_letter,
    "respelled": respelled,
    "romanisation": another_romanisation,
    "other language": another_language,
    "joined": joined,
    "split": split,
    "middle left out": middle_left_out,
    "middle added": middle_added,
    "initials": initial,
    "title": titled,
    "legal form": legal_form,
    "abbreviation": abbreviated,
    "generic left out": generic_left_out,
    "look-alike letters": lookalike,
    "invisible letters": invisible,
    "cut off": cut_off,
    "misread": misread,
    "Cyrillic": cyrillic,
}
