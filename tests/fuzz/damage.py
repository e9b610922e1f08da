"""What happens to a file on its way: cut off, bits turned, encoded otherwise, filled with what hurts a parser."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

LONG: Final = 1_200_000
_DEEP: Final = 3_000

ANYWHERE: Final = (
    b"\xff\xfe", b"\xed\xa0\x80", b"\x81", b"\xc3",
    *(text.encode() for text in (
        "\x00", "\x1a", "\ufeff", "\u2028", "\u202e", "²", "٣", "𝟘", "-0- ", "99999999999999999999", "1e999", "NaN", "-Infinity",
        "0" * 5_000, "\r", "\n", "\r\n", "\t", '"', "'", "<", ">", "&", ";", "|", ",", "(1)", "dd/mm/0000", "31/02/1970",
        "circa circa 1970", "between 1 and ", "1/1/1 to 2/2/2", " " * 20_000,
    )),
)  # fmt: skip
XML: Final = tuple(
    text.encode()
    for text in (
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>', "&c;", "&a;", "&#0;", "&#xD800;",
        "&lt;", "<![CDATA[", "]]>", "<!--", "-->", "<?x y?>", "<a>" * _DEEP, "</a>", "<x xmlns='urn:y'/>", "<?xml version='1.1'?>",
        '<?xml version="1.0" encoding="utf-16"?>', '<xi:include href="file:///etc/hostname"/>',
    )
)  # fmt: skip
JSON: Final = tuple(
    text.encode()
    for text in (
        "[" * 100_000, '{"a":' * _DEEP, '"\\ud800"', "\\ud800", "\\udfff\\ud800", "\\u0000", "null", "true", "[]", "{}", '""', "-",
        "1" * 400, "1E400", "0.1e-400", '"parties":[],', '"id":"x",', '"items":null,', ",", "}", "]", "//", "Infinity",
    )
)  # fmt: skip
YAML: Final = tuple(
    text.encode()
    for text in (
        "&a [*a, *a]", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n",
        "*a", "<<: *a", "? [a]: b", "? ", "---\n", "...\n", "%YAML 9.9\n", "!!python/object/apply:os.system [id]", "!x ",
        "[" * 5_000, "{a: " * 5_000, "- " * 5_000, ": ", ": : ", "|\n", ">\n", "#", "null", "~", ".inf", ".nan", '"\\ud800"', "  ",
    )
)  # fmt: skip
CSV: Final = tuple(
    text.encode() for text in ('"', '""', '"\n', ",", ",,,,,,,,", "\n,,,\n", ";", '"a"b,', "\n\n\n", "=1+1", "N/A")
)


@dataclass(frozen=True, slots=True, repr=False)
class Damaged:
    """A file after it was damaged; `lossy` when nothing but bits turned or an end cut off, so that loss must show."""

    content: bytes
    how: str
    lossy: bool

    def __repr__(self) -> str:
        shown = self.content if len(self.content) < 200 else self.content[:100] + b" ... " + self.content[-100:]
        return f"{self.how}, {len(self.content)} bytes: {shown!r}"


def damaged(seeds: Sequence[bytes], hostile: Sequence[bytes]) -> SearchStrategy[Damaged]:
    """One of `seeds`, damaged; what is put in is of `hostile` and of ANYWHERE."""
    return _damaged(tuple(seeds), (*hostile, *ANYWHERE))


@st.composite
def _damaged(draw: DrawFn, seeds: tuple[bytes, ...], hostile: tuple[bytes, ...]) -> Damaged:
    content = draw(st.sampled_from(seeds))
    kind = draw(
        st.sampled_from(("cut", "turn", "put", "put", "replace", "drop", "repeat", "swell", "whole", "several"))
    )
    if kind == "cut":
        return Damaged(content[: draw(_place(content))], kind, True)
    if kind == "turn":
        return Damaged(_turned(draw, content), kind, True)
    if kind == "whole":
        return Damaged(draw(st.sampled_from(_WHOLE))(content), kind, False)
    for _ in range(draw(st.integers(2, 5)) if kind == "several" else 1):
        one = draw(st.sampled_from(_PARTLY)) if kind == "several" else _BY_NAME[kind]
        content = one(draw, content, hostile)
    return Damaged(content, kind, False)


def _place(content: bytes) -> SearchStrategy[int]:
    return st.integers(0, max(0, len(content) - 1))


def _turned(draw: DrawFn, content: bytes) -> bytes:
    if not content:
        return content
    place, bit = draw(_place(content)), draw(st.integers(0, 7))
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def _put(draw: DrawFn, content: bytes, hostile: tuple[bytes, ...]) -> bytes:
    place = draw(_place(content))
    return content[:place] + draw(st.sampled_from(hostile) | st.binary(min_size=1, max_size=40)) + content[place:]


def _replace(draw: DrawFn, content: bytes, hostile: tuple[bytes, ...]) -> bytes:
    place = draw(_place(content))
    return content[:place] + draw(st.sampled_from(hostile)) + content[place + draw(st.integers(1, 60)) :]


def _drop(draw: DrawFn, content: bytes, hostile: tuple[bytes, ...]) -> bytes:
    place = draw(_place(content))
    return content[:place] + content[place + draw(st.integers(1, 400)) :]


def _repeat(draw: DrawFn, content: bytes, hostile: tuple[bytes, ...]) -> bytes:
    place, length = draw(_place(content)), draw(st.integers(1, 200))
    piece = content[place : place + length]
    return content[:place] + piece * draw(st.sampled_from((2, 3, 50, 500))) + content[place:]


def _swell(draw: DrawFn, content: bytes, hostile: tuple[bytes, ...]) -> bytes:
    """One letter of the file a great many times over, where it stands."""
    place = draw(_place(content))
    return content[:place] + content[place : place + 1] * draw(st.sampled_from((300, 70_000, LONG))) + content[place:]


def _one_turned(draw: DrawFn, content: bytes, hostile: tuple[bytes, ...]) -> bytes:
    return _turned(draw, content)


_Damage = Callable[[DrawFn, bytes, tuple[bytes, ...]], bytes]
_BY_NAME: Final[dict[str, _Damage]] = {
    "put": _put, "replace": _replace, "drop": _drop, "repeat": _repeat, "swell": _swell
}  # fmt: skip
_PARTLY: Final[tuple[_Damage, ...]] = (_put, _replace, _drop, _repeat, _one_turned)


def _as(encoding: str) -> Callable[[bytes], bytes]:
    return lambda content: content.decode("utf-8", "replace").encode(encoding, "replace")


def _lines_turned_round(content: bytes) -> bytes:
    return b"\n".join(reversed(content.split(b"\n")))


_WHOLE: Final[tuple[Callable[[bytes], bytes], ...]] = (
    _as("utf-16"), _as("utf-16-be"), _as("utf-32"), _as("cp1252"), _as("cp500"), _as("utf-7"), gzip.compress,
    lambda content: content + content, lambda content: content[::-1], _lines_turned_round,
    lambda content: content.replace(b"\n", b"\r"), lambda content: content.replace(b"\n", b""), bytes.upper, bytes.lower,
    lambda _: b"", lambda _: b"\n" * LONG, lambda _: b" " * LONG, lambda content: b"\xef\xbb\xbf" * 2 + content,
    lambda content: bytes(len(content)), lambda content: content.replace(b"0", "²".encode()),
)  # fmt: skip
