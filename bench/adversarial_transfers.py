"""Transfers made to take time: kinds of them by what they are, and the texts and fields that can be put together."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Any, Final

LONG, NAME, NAMES = 100_000, 4_000, 20_000
"""Letters that the contract lets one text, one name and all names have."""

Transfer = dict[str, Any]
Kind = Callable[[int, random.Random], Transfer]


# Texts


def repeated(unit: str) -> Callable[[int, random.Random], str]:
    """A text of so many bytes that repeats `unit`, behind a word that makes it new."""

    def text(size: int, rng: random.Random) -> str:
        salt = f"{rng.randrange(10**9):x} "
        return salt + unit * max(1, (size - len(salt)) // len(unit.encode()))

    return text


def drawn(alphabet: str, least: int, most: int, between: str = " ") -> Callable[[int, random.Random], str]:
    """A text of so many bytes in words of `least` to `most` letters that are drawn from `alphabet`."""

    def text(size: int, rng: random.Random) -> str:
        each = (len(alphabet.encode()) / len(alphabet)) * (least + most) / 2 + len(between)
        words = max(1, int(size / each))
        return between.join("".join(rng.choices(alphabet, k=rng.randint(least, most))) for _ in range(words))

    return text


def chosen(words: str, between: str = " ") -> Callable[[int, random.Random], str]:
    """A text of so many bytes of words drawn from those of `words`."""
    pool = words.split()

    def text(size: int, rng: random.Random) -> str:
        each = len(" ".join(pool).encode()) / len(pool) - 1 + len(between.encode())
        return between.join(rng.choices(pool, k=max(1, int(size / each))))

    return text


Text = Callable[[int, random.Random], str]


def _cut(text: str, most: int) -> list[str]:
    return [piece for at in range(0, len(text), most) if (piece := text[at : at + most].strip())]


# Fields


def _transfer(rng: random.Random, **fields: Any) -> Transfer:
    return {
        "id": f"adversarial-{rng.randrange(10**12)}",
        "occurred_at": "2024-06-10T09:00:00Z",
        "kind": "sale",
        "parties": [{"role": "transferor", "name": "Jolly Trading"}],
        "route": {"destination": {"country": "KP"}},
        **fields,
    }


def description(text: Text) -> Kind:
    """In descriptions as long as the contract lets them be, of goods for the DPRK."""
    return lambda size, rng: _transfer(rng, items=[{"description": one} for one in _cut(text(size, rng), LONG)])


def lines(text: Text, letters: int) -> Kind:
    """In many items of so many letters each, for the DPRK."""
    each = letters + 22

    def kind(size: int, rng: random.Random) -> Transfer:
        whole = text(max(letters, size * letters // each), rng)
        return _transfer(rng, items=[{"description": one} for one in _cut(whole, letters)])

    return kind


def purpose(text: Text) -> Kind:
    """In the purpose and the free text."""

    def kind(size: int, rng: random.Random) -> Transfer:
        parts = [*_cut(text(size, rng), LONG), "of", "this"]
        return _transfer(rng, purpose=parts[0], free_text=parts[1], kind="service")

    return kind


def names(text: Text, type_: str = "organisation", letters: int = NAME) -> Kind:
    """In names of so many letters, as many as the contract lets a transfer have."""

    def kind(size: int, rng: random.Random) -> Transfer:
        pieces = _cut(text(size, rng)[:NAMES], letters)
        return _transfer(rng, parties=[{"role": "transferee", "name": one, "type": type_} for one in pieces])

    return kind


def aliases(text: Text, letters: int) -> Kind:
    """In the aliases of one party."""

    def kind(size: int, rng: random.Random) -> Transfer:
        pieces = _cut(text(size, rng)[: NAMES - 10], letters)
        return _transfer(rng, parties=[{"role": "transferee", "name": "Jolly", "aliases": pieces}])

    return kind


def addresses(text: Text) -> Kind:
    """In addresses of many parties."""

    def kind(size: int, rng: random.Random) -> Transfer:
        pieces = _cut(text(size, rng), NAME)
        return _transfer(rng, parties=[{"role": "transferee", "name": "J Li", "address": one} for one in pieces])

    return kind


def places(text: Text) -> Kind:
    """In places on the way."""

    def kind(size: int, rng: random.Random) -> Transfer:
        stops = [{"place": one} for one in _cut(text(size, rng), NAME)]
        return _transfer(rng, route={"origin": {"place": "here"}, "transit": stops})

    return kind


def makers(text: Text) -> Kind:
    """In makers and models of goods."""

    def kind(size: int, rng: random.Random) -> Transfer:
        pieces = _cut(text(size, rng), NAME)
        return _transfer(rng, items=[{"manufacturer": a, "model": b} for a, b in zip(pieces, pieces, strict=True)])

    return kind


def many(one: Callable[[int, random.Random], Any], bytes_each: int, fields: Callable[[list[Any]], Transfer]) -> Kind:
    """As many of what `one` makes as so many bytes have room for."""

    def kind(size: int, rng: random.Random) -> Transfer:
        return _transfer(rng, **fields([one(at, rng) for at in range(max(1, size // bytes_each))]))

    return kind


def _named(parties: list[Any]) -> list[Any]:
    """As many of them as names may have letters in all."""
    letters = list(accumulate(len(party["name"]) for party in parties))
    return parties[: bisect_right(letters, NAMES - 3_000)]


def _owned(owners: list[Any]) -> Transfer:
    """Five hundred owners for each party, which is what the contract lets one have."""
    owners = _named(owners)
    groups = [owners[at : at + 500] for at in range(0, len(owners), 500)]
    return {"parties": [{"role": "transferee", "name": f"Q{n}", "owned_by": o} for n, o in enumerate(groups)]}


def _chained(owners: list[Any]) -> Transfer:
    """Owners in chains of sixteen."""
    owners, parties = _named(owners), []
    for number in range(0, len(owners), 16):
        chain: dict[str, Any] | None = None
        for owner in owners[number : number + 16]:
            chain = {**owner, **({"owned_by": [chain]} if chain else {})}
        parties.append({"role": "transferee", "name": f"Q{number}", "owned_by": [chain]})
    return {"parties": parties}


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HAN = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 3_000))
_HANGUL = "".join(chr(code) for code in range(0xAC00, 0xAC00 + 3_000))
_KANA = "".join(chr(code) for code in range(0x30A1, 0x30F6))
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_GOODS = "car truck pistol watch tank drone lathe yacht helicopter rice insulin toy engine whisky"
_LISTED = "kim jong un mohammed ali bank trading company shipping ahmad korea general bin abdul limited iran"


KINDS: Final[dict[str, Kind]] = {
    # One text as long as may be
    "goods: random words": description(drawn(_LETTERS, 5, 12)),
    "goods: one word without end": description(repeated("a")),
    "goods: single letters": description(drawn(_LETTERS, 1, 1)),
    "goods: a1-a1-": description(repeated("a1-")),
    "goods: colons": description(repeated(":")),
    "goods: car: car:": description(repeated("car: ")),
    "goods: toy car, toy car,": description(repeated("toy car, ")),
    "goods: known goods": description(chosen(_GOODS)),
    "goods: known goods, listed": description(chosen(_GOODS, ", ")),
    "goods: without car and gun": description(repeated("without car and gun ")),
    "goods: car of car of": description(repeated("car of ")),
    "goods: brackets": description(repeated("(car [")),
    "goods: quotes": description(repeated('"car" ')),
    "goods: figures": description(drawn("0123456789", 1, 6)),
    "goods: amounts": description(repeated("5 kg cars USD 10, ")),
    "goods: initials": description(repeated("A.B.C.D. ")),
    "goods: Chinese": description(drawn(_HAN, 40, 80, "")),
    "goods: known Chinese": description(chosen("汽车 手枪 手表 坦克 无人机 和 的 用 带 玩具", "")),
    "goods: Chinese particles": description(repeated("的和")),
    "goods: kana": description(drawn(_KANA, 40, 80, "")),
    "goods: long vowels": description(repeated("カー")),
    "goods: hiragana": description(repeated("のとや")),
    "goods: Korean": description(drawn(_HANGUL, 40, 80, "")),
    "goods: Korean, spaced": description(repeated("휘 발 유 ")),
    "goods: Russian": description(drawn(_CYRILLIC, 5, 12)),
    "goods: Arabic": description(drawn(_ARABIC, 5, 12)),
    "goods: Arabic, spaced": description(repeated("م ح ")),
    "goods: two alphabets": description(repeated("аurus сar ")),
    "goods: combining marks": description(repeated("a\u0301\u0302")),
    "goods: U+FDFA": description(repeated("\ufdfa")),
    "goods: squared katakana": description(repeated("㌀")),
    "purpose: random words": purpose(drawn(_LETTERS, 5, 12)),
    "purpose: é and one word without end": purpose(lambda size, rng: "é" + "a" * (size - 10)),
    "purpose: Chinese": purpose(drawn(_HAN, 40, 80, "")),
    "purpose: U+FDFA": purpose(repeated("\ufdfa")),
    "purpose: apostrophes": purpose(repeated("l'")),
    "purpose: single letters": purpose(drawn(_LETTERS, 1, 1)),
    "purpose: countries": purpose(chosen("Pyongyang Nampo Iran Tehran Syria Crimea DPRK Havana Minsk Donetsk", ", ")),
    # Names
    "names: random words": names(drawn(_LETTERS, 5, 12)),
    "names: single letters": names(drawn(_LETTERS, 1, 1)),
    "names: single letters of persons": names(drawn(_LETTERS, 1, 1), "person"),
    "names: listed words": names(chosen(_LISTED)),
    "names: listed words of anybody": names(chosen(_LISTED), "unknown"),
    "names: short, of listed words": names(chosen(_LISTED), "unknown", 16),
    "names: a1-a1-": names(repeated("a1-")),
    "names: brackets": names(repeated("(A) ")),
    "names: Chinese": names(drawn(_HAN, 40, 80, "")),
    "names: Chinese of persons": names(drawn(_HAN, 40, 80, ""), "person"),
    "names: Korean": names(drawn(_HANGUL, 40, 80, "")),
    "names: Arabic": names(drawn(_ARABIC, 3, 6), "person"),
    "names: U+FDFA": names(repeated("\ufdfa")),
    "names: U+FDFA, spaced": names(repeated("\ufdfa ")),
    "names: two alphabets": names(repeated("аb")),
    "names: combining marks": names(repeated("a\u0301\u0302")),
    "names: al abd al abd": names(repeated("abd al "), "person"),
    "names: countries": names(chosen("Pyongyang Nampo DPRK Wonsan Chongjin Rason", ", ")),
    "aliases: random": aliases(drawn(_LETTERS, 5, 12), 20),
    "aliases: listed words": aliases(chosen(_LISTED), 16),
    "aliases: single letters": aliases(drawn(_LETTERS, 1, 1), 20),
    "addresses: random words": addresses(drawn(_LETTERS, 5, 12)),
    "addresses: Chinese": addresses(drawn(_HAN, 40, 80, "")),
    "addresses: cities": addresses(chosen("Pyongyang Nampo DPRK Wonsan Chongjin Rason", ", ")),
    "places: random words": places(drawn(_LETTERS, 5, 12)),
    "places: cities": places(chosen("Pyongyang Nampo DPRK Wonsan Chongjin Rason", ", ")),
    "makers: random words": makers(drawn(_LETTERS, 5, 12)),
    "makers: a1-a1-": makers(repeated("a1-")),
    "makers: listed words": makers(chosen(_LISTED)),
    # Many of one thing
    "items: random words": lines(drawn(_LETTERS, 5, 12), 40),
    "items: known goods": lines(chosen(_GOODS), 40),
    "items: short": lines(chosen("car tank", " "), 5),
    "items: several things each": lines(chosen(_GOODS, ", "), 100),
    "items: of the DPRK": many(
        lambda n, rng: {"description": f"car {n}", "origin": "KP"},
        40,
        lambda items: {"items": items, "route": {"destination": {"country": "KP"}}},
    ),
    "items: worth and codes": many(
        lambda n, rng: {"hs_code": rng.choice(["8703", "9101", "2204"]), "value": {"amount": n, "currency": "EUR"}},
        65,
        lambda items: {"items": items, "route": {"destination": {"country": "RU"}}},
    ),
    "parties: of the DPRK": many(
        lambda n, rng: {"role": "transferee", "name": f"Q{n}", "countries": ["KP"]},
        62,
        lambda parties: {"parties": _named(parties), "items": [{"description": "car"}]},
    ),
    "parties and items: of the DPRK": many(
        lambda n, rng: ({"role": "consignee", "name": f"Q{n}", "countries": ["KP"]}, {"description": f"car {n}"}),
        90,
        lambda pairs: {"parties": _named([party for party, _ in pairs]), "items": [item for _, item in pairs]},
    ),
    "parties: listed": many(
        lambda n, rng: {"role": "transferee", "name": "Kim Jong Un", "type": "person"},
        65,
        lambda parties: {"parties": _named(parties), "items": [{"description": "car"}]},
    ),
    "owners: random": many(lambda n, rng: {"name": f"{rng.choice(_LISTED.split())} {n:x}"}, 24, _owned),
    "owners: listed": many(
        lambda n, rng: {"name": rng.choice(["Kim Jong Un", "Rim Yong Hyok"]), "countries": ["KP"], "share": 1},
        60,
        _owned,
    ),
    "owners: in chains": many(lambda n, rng: {"name": "Kim Jong Un", "share": 60}, 50, _chained),
    "identifiers": many(
        lambda n, rng: {"type": rng.choice(["imo", "passport", "bic"]), "value": str(rng.randrange(10**8))},
        45,
        lambda ids: {"parties": [{"role": "transferee", "name": "Q", "identifiers": ids}]},
    ),
    "places: many": many(
        lambda n, rng: {"country": "KP", "place": f"Nampo {n}"},
        40,
        lambda stops: {"route": {"destination": {"country": "KP"}, "transit": stops}, "items": [{"hs_code": "8703"}]},
    ),
    "authorisations": many(
        lambda n, rng: {"authority": "UN 1718 Committee", "reference": f"R{n}", "covers": "rice"},
        75,
        lambda claims: {"authorisations": claims},
    ),
    "authorisations and items": many(
        lambda n, rng: ({"authority": "UN 1718 Committee", "reference": f"R{n}"}, {"description": f"car {n}"}),
        85,
        lambda pairs: {"authorisations": [claim for claim, _ in pairs], "items": [item for _, item in pairs]},
    ),
    "countries: many": many(
        lambda n, rng: rng.choice(["KP", "IR", "RU", "DE"]),
        6,
        lambda codes: {"parties": [{"role": "transferee", "name": "Q", "countries": codes}]},
    ),
    "items: for many countries": many(
        lambda n, rng: {"description": f"rifle {n}"},
        28,
        lambda items: {
            "items": items,
            "route": {"transit": [{"country": code} for code in "KP IR LY SO CD CF SD SS YE IQ LB AF ML HT".split()]},
        },
    ),
    "parties: like many entries": many(
        lambda n, rng: {"role": "transferee", "name": f"Saddam Hussein Al-Tikriti{' Q'[n % 2]}", "birth_date": "1937"},
        95,
        lambda parties: {"parties": _named(parties), "items": [{"description": "car"}]},
    ),
    "sources: random words": many(
        lambda n, rng: drawn(_LETTERS, 5, 12)(60, rng), 62, lambda texts: {"report": {"sources": texts}}
    ),
    "extensions: words": many(
        lambda n, rng: drawn(_LETTERS, 5, 12)(60, rng), 62, lambda texts: {"extensions": {"mine": texts}}
    ),
    "items: barred in Russia": many(
        lambda n, rng: {
            "description": f"{rng.choice(_GOODS.split())} {n}",
            "hs_code": rng.choice(["8703", "8542", "9306", "8802"]),
            "value": {"amount": 10**6, "currency": "EUR"},
        },
        110,
        lambda items: {"items": items, "route": {"destination": {"country": "RU"}, "origin": {"country": "DE"}}},
    ),
    "identifiers of vessels": many(
        lambda n, rng: {"type": "imo", "value": f"IMO {rng.randrange(10**7):07}"},
        34,
        lambda ids: {"parties": [{"role": "vessel", "type": "vessel", "name": "Q", "identifiers": ids}]},
    ),
    "extensions: keys": many(
        lambda n, rng: {drawn(_LETTERS, 5, 12)(40, rng): n}, 55, lambda parts: {"extensions": {"mine": parts}}
    ),
    "extensions: numbers": many(lambda n, rng: [[n]], 10, lambda nested: {"extensions": {"mine": nested}}),
}
"""Each kind of input by what it is."""

TEXTS: Final[dict[str, Text]] = {
    "random words": drawn(_LETTERS, 5, 12),
    "single letters": drawn(_LETTERS, 1, 1),
    "one word": repeated("a"),
    "a1-": repeated("a1-"),
    "l'": repeated("l'"),
    "colons": repeated(": "),
    "brackets": repeated("(A) ["),
    "quotes": repeated("\"car\" 'car' "),
    "spaces": lambda size, rng: "a" + " " * (size - 2) + "b",
    "line breaks": repeated("a-\n"),
    "figures": drawn("0123456789", 1, 9),
    "rows of figures": repeated("123 456 "),
    "prices": repeated("total price 5 kg USD 1,000 each "),
    "mail": repeated("www.a@b.kp "),
    "telephones": repeated("+850 2 381 "),
    "bank codes": repeated("SWIFT BKCHKPPY KP12 3456 7890 "),
    "codes": drawn("ABCDEF0123456789", 6, 10),
    "remnants": repeated("&amp;#65;%41=41<b>"),
    "reversed": repeated("\u202enagnoy"),
    "countries": chosen("Pyongyang Nampo Iran Tehran Syria Crimea DPRK Havana Minsk Donetsk", ", "),
    "listed words": chosen(_LISTED),
    "listed names": repeated("Kim Jong Un, Rim Yong Hyok, "),
    "known goods": chosen(_GOODS, ", "),
    "Chinese": drawn(_HAN, 40, 80, ""),
    "known Chinese": chosen("汽车 手枪 朝鲜 平壤 坦克 无人机 和 的 用 带 玩具", ""),
    "kana": drawn(_KANA, 40, 80, ""),
    "Korean": drawn(_HANGUL, 2, 5),
    "Russian": drawn(_CYRILLIC, 5, 12),
    "Arabic": drawn(_ARABIC, 3, 6),
    "Arabic vowels": repeated("كويوي "),
    "two alphabets": repeated("аurus сar "),
    "combining marks": repeated("a\u0301\u0302"),
    "U+FDFA": repeated("\ufdfa"),
    "full width": repeated("ＡＢ "),
    "Thai": repeated("เกาหลีเหนือ"),
}
"""The texts that fill a field, by what makes them costly to read."""


def _in_items(field: str, letters: int) -> Callable[[Text], Kind]:
    def of(text: Text) -> Kind:
        return lambda size, rng: _transfer(
            rng, items=[{"model": "Q", field: one} for one in _cut(text(size, rng), letters)]
        )

    return of


def _in_extensions(text: Text) -> Kind:
    return lambda size, rng: _transfer(rng, extensions={"mine": _cut(text(size, rng), 100)})


def _in_sources(text: Text) -> Kind:
    return lambda size, rng: _transfer(rng, report={"sources": _cut(text(size, rng), NAME)})


def _in_claims(text: Text) -> Kind:
    return lambda size, rng: _transfer(
        rng,
        items=[{"description": "car"}],
        authorisations=[{"authority": one[:60], "reference": "1", "covers": one} for one in _cut(text(size, rng), 400)],
    )


def _in_identifiers(text: Text) -> Kind:
    return lambda size, rng: _transfer(
        rng,
        parties=[
            {"role": "other", "name": "Q", "identifiers": [{"type": "other", "value": one}]}
            for one in _cut(text(size, rng), 60)
        ],
    )


FIELDS: Final[dict[str, Callable[[Text], Kind]]] = {
    "description": description,
    "lines": lambda text: lines(text, 60),
    "purpose": purpose,
    "names": names,
    "names of persons": lambda text: names(text, "person", 60),
    "names of anybody": lambda text: names(text, "unknown", 60),
    "aliases": lambda text: aliases(text, 30),
    "addresses": addresses,
    "places": places,
    "makers": makers,
    "serials": _in_items("serial", 200),
    "conditions": _in_items("condition", 200),
    "extensions": _in_extensions,
    "sources": _in_sources,
    "authorisations": _in_claims,
    "identifiers": _in_identifiers,
}
"""Where a text may stand."""
