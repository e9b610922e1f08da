"""Ways in which evaders and careless hands write a text so that no program reads it. Each is a function of a text.

Applied to listed names and barred goods to see what passes, and to innocent ones, whose alarms count.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable

Disguise = Callable[[str, random.Random], str | None]

_LOOKALIKES = str.maketrans("aeopcxyAEOPCXBHKMT", "аеорсхуАЕОРСХВНКМТ")
_GREEK = str.maketrans("ABEZHIKMNOPTYX", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_CHEROKEE = str.maketrans("ABCDEGHIJKLMPRSTVWYZ", "ᎪᏴᏟᎠᎬᏀᎻᏆᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃ")
_LISU = str.maketrans("ABCDEFGHIJKLMNOPRSTUVWXYZ", "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ")
_FIGURES = str.maketrans("oOiIlLsSeEaAtT", "00111155334477")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_BOLD = {**{ord("A") + n: 0x1D400 + n for n in range(26)}, **{ord("a") + n: 0x1D41A + n for n in range(26)}}
_CIRCLED = {ord("a") + n: 0x24D0 + n for n in range(26)} | {ord("A") + n: 0x24B6 + n for n in range(26)}
_SMALL_CAPS = str.maketrans("abcdefghijklmnopqrstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ")


def _inside(text: str, draw: random.Random, mark: str) -> str | None:
    """`mark` between two letters of one word, somewhere."""
    places = [at for at in range(1, len(text)) if text[at - 1].isalpha() and text[at].isalpha()]
    if not places:
        return None
    at = draw.choice(places)
    return text[:at] + mark + text[at:]


def _between_all(text: str, mark: str) -> str:
    return " ".join(mark.join(word) for word in text.split())


def _some(text: str, draw: random.Random, table: dict[int, int] | dict[int, str], share: float = 0.5) -> str:
    return "".join(c.translate(table) if draw.random() < share else c for c in text)


def _each(text: str, draw: random.Random, pattern: str, of: Callable[[str], object] = str, share: float = 0.3) -> str:
    """Some of the letters by a pattern each."""
    return "".join(pattern.format(of(c)) if draw.random() < share and c.isascii() else c for c in text)


def _in_turns(text: str) -> str:
    return "".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(text))


def _mixed(table: dict[int, int] | dict[int, str]) -> Disguise:
    def disguise(text: str, draw: random.Random) -> str | None:
        changed = _some(text, draw, table)
        return changed if changed != text else None

    return disguise


def _one_figure(text: str, draw: random.Random) -> str | None:
    places = [at for at, c in enumerate(text) if c.translate(_FIGURES) != c]
    if not places:
        return None
    at = draw.choice(places)
    return text[:at] + text[at].translate(_FIGURES) + text[at + 1 :]


DISGUISES: dict[str, Disguise] = {
    "letters set apart by spaces": lambda text, _: "  ".join(" ".join(word) for word in text.split()),
    "letters set apart by hyphens": lambda text, _: _between_all(text, "-"),
    "letters set apart by full stops": lambda text, _: _between_all(text, "."),
    "letters set apart by underscores": lambda text, _: _between_all(text, "_"),
    "zero-width spaces": lambda text, _: _between_all(text, "\u200b"),
    "soft hyphens": lambda text, _: _between_all(text, "\u00ad"),
    "word joiners": lambda text, draw: _inside(text, draw, "\u2060"),
    "an emoji inside": lambda text, draw: _inside(text, draw, "🙂"),
    "a euro sign inside": lambda text, draw: _inside(text, draw, "€"),
    "an enclosing mark inside": lambda text, draw: _inside(text, draw, "\u20dd"),
    "marks struck through": lambda text, draw: _inside(text, draw, "\u0336"),
    "piled-up accents": lambda text, draw: _each(text, draw, "{}\u0301\u0323\u030a"),
    "a trailing 2": lambda text, _: f"{text} 2",
    "a trailing ²": lambda text, _: f"{text}²",
    "a trailing ™": lambda text, _: f"{text}™",
    "a trailing °": lambda text, _: f"{text}°",
    "Cyrillic letters among Latin": _mixed(_LOOKALIKES),
    "Greek capitals among Latin": lambda text, draw: _mixed(_GREEK)(text.upper(), draw),
    "Cherokee letters": lambda text, _: text.upper().translate(_CHEROKEE),
    "Lisu letters": lambda text, _: text.upper().translate(_LISU),
    "full width": lambda text, _: text.translate(_FULL_WIDTH),
    "mathematical bold": lambda text, _: text.translate(_BOLD),
    "circled letters": lambda text, _: text.translate(_CIRCLED),
    "small capitals": lambda text, _: text.lower().translate(_SMALL_CAPS),
    "backwards under U+202E": lambda text, _: f"\u202e{text[::-1]}\u202c",
    "HTML numbers": lambda text, draw: _each(text, draw, "&#{0:d};", ord),
    "HTML numbers twice": lambda text, draw: html.escape(_each(text, draw, "&#x{0:x};", ord)),
    "per cent for spaces": lambda text, _: text.replace(" ", "%20") if " " in text else None,
    "per cent for letters": lambda text, draw: _each(text, draw, "%{0:02X}", ord),
    "quoted-printable": lambda text, draw: _each(text, draw, "={0:02X}", ord, 0.5),
    "tags inside": lambda text, draw: _inside(text, draw, "<b></b>"),
    "figures for all letters that have one": lambda text, _: text.translate(_FIGURES),
    "a figure for one letter": _one_figure,
    "a line break inside": lambda text, draw: _inside(text, draw, "-\n"),
    "upper and lower case in turns": lambda text, _: _in_turns(text),
    "words run together": lambda text, _: text.title().replace(" ", "") if " " in text else None,
    "underscores for spaces": lambda text, _: text.replace(" ", "_") if " " in text else None,
    "brackets round the first letter": lambda text, _: f"({text[0]}){text[1:]}",
}  # fmt: skip
"""By what it does. None where it does nothing to a text."""


UNREAD: dict[str, Disguise] = {
    "base64": lambda text, _: __import__("base64").b64encode(text.encode()).decode(),
    "rot13": lambda text, _: __import__("codecs").encode(text, "rot13"),
}
"""What nobody reads, a person neither: named, and not expected."""
