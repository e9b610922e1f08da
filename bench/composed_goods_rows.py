"""Composes `bench/goods_rows/composed.jsonl` from the words of the lexicon: `python -m bench.composed_goods_rows`.

They are no observations: they teach the wording model what keywords, colours, flavours, prints, cut ends and typing
errors look like around words that the lexicon knows. They are never held out and never counted. The same lexicon gives
the same rows.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from bench.goods_model import lessons_of_lexicon
from tidewaiter.rulebook.loader import load_lexicon

OUT = Path(__file__).parent / "goods_rows" / "composed.jsonl"
SEED = 1
COUNTS = {
    "en": 7000,
    "ru": 1100,
    "ko": 1000,
    "ar": 1100,
    "tr": 1100,
    "zh": 1000,
    "ja": 400,
    "de": 400,
    "fr": 400,
    "es": 400,
}
_Goods = tuple[str, frozenset[str]]

COLOURS = (
    "black|navy blue|salmon pink|plum|olive green|coffee brown|chocolate|wine red|rose gold|silver grey|"
    "gunmetal|ivory|charcoal|copper tone|bronze|mustard|peach|coral|emerald green|ruby red|pearl white|sand|"
    "khaki|mint|lavender|cherry|tobacco brown|slate|steel blue|cobalt|iron grey|lead grey|amber|gold tone|"
    "cream|wood grain|marble look|diamond white"
).split("|")
FLAVOURS = "cherry|coffee|honey|rum|whisky|tobacco|wine|mint|lemon|salmon|tuna|beef|caramel|apple|peanut|coconut".split(
    "|"
)
KEYWORDS = (
    "new 2023|hot sale|free shipping|unisex|gift for men|gift for her|outdoor|home use|portable|OEM|"
    "high quality|12V|500ml|set of 6|wholesale|for kids|waterproof|heavy duty|vintage style|premium|XL|"
    "size 42|100% original|eco friendly|2 pack|with box|rechargeable|mini|foldable|multi-purpose|for car|"
    "for home|for office|camping|DIY|spare|universal"
).split("|")
BRANDS = "Kelmor|ZQX|Hanley|Vintora|JIAYE|Norvik|SUNPRO|Tekko|BaoLi|Marwell|XR-200|DELFA|Quinto|Ostrava|HS-88".split(
    "|"
)
APPAREL = frozenset({"textile_apparel"})
COSMETICS = frozenset({"perfume_cosmetics"})
PLAIN_HOSTS = (
    "notebook|ceramic mug|phone case|sticker sheet|poster|keyring|jigsaw puzzle|colouring book|plush toy|"
    "candle|soap bar|umbrella|pencil case|lunch box plastic|wall art print|greeting card|fridge magnet|"
    "balloon|night lamp|chew toy|shampoo|toothpaste|energy drink|protein powder|ice cream|chewing gum|"
    "lollipops|cat food|tea bags|air freshener|mattress topper|board game|party decoration|cake topper|"
    "yoga book|wallpaper|plastic bottle|nightlight|paint|ink"
).split("|")
APPAREL_HOSTS = ("t-shirt|hoodie|dress|scarf|socks|leggings|baby romper|curtain|tablecloth|necktie").split("|")
COSMETIC_HOSTS = ("lipstick|nail polish|eyeshadow palette|lip balm|face cream|eau de toilette").split("|")
HOSTS: tuple[_Goods, ...] = (
    *((word, frozenset()) for word in PLAIN_HOSTS),
    *((word, APPAREL) for word in APPAREL_HOSTS),
    *((word, COSMETICS) for word in COSMETIC_HOSTS),
)
LOOKS = (
    "{host} with {thing} print|{thing} shaped {host}|{host}, {thing} design|{thing} motif {host}|{host} {thing} theme"
).split("|")
TOYS = (
    "toy {thing}|{thing} model kit 1:35|{thing} poster A3|{thing} keychain|{thing} user manual|"
    "remote control toy {thing}|inflatable toy {thing}|{thing} colouring book|{thing} party balloon|"
    "history of the {thing}, paperback|{thing} puzzle"
).split("|")
NUMBERS = ("5 pcs|12 units|2 pallets|40 ctns|100 kg|1x20|3 sets|ref 4471|No. 88213|24x500g|10,000 pcs|1 lot").split("|")


def main() -> None:
    """Write the rows."""
    draw = random.Random(SEED)
    rows: dict[str, dict[str, object]] = {}
    for language, count in COUNTS.items():
        guilty, innocent = _terms(language)
        wanted = len(rows) + count
        while len(rows) < wanted:
            goods = draw.choice(guilty if draw.random() < 0.45 else innocent)
            text, meant = _english(goods, guilty, draw) if language == "en" else _plain(goods, innocent, draw)
            row = {"description": text, "language": language, "categories": sorted(meant), "source": "composed"}
            rows.setdefault(text, {**row, "heldout": False})
    with OUT.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values())


def _terms(language: str) -> tuple[list[_Goods], list[_Goods]]:
    """Return the terms of goods in a language, those of some category and those of none."""
    found = sorted(
        {
            (one.texts[0] or "", one.categories)
            for one in lessons_of_lexicon(load_lexicon())
            if one.language == language and one.source == "goods"
        },
        key=lambda pair: (pair[0], sorted(pair[1])),
    )
    return [one for one in found if one[1]], [one for one in found if not one[1]]


def _english(goods: _Goods, guilty: Sequence[_Goods], draw: random.Random) -> _Goods:
    word, meant = goods
    match draw.randrange(7):
        case 0 | 1:
            parts = [draw.choice(BRANDS), draw.choice(COLOURS), word, *draw.sample(KEYWORDS, draw.randrange(1, 4))]
            text = " ".join(parts if draw.random() < 0.5 else [parts[2], parts[1], *parts[3:], parts[0]])
        case 2:
            text, meant = draw.choice(HOSTS)
            text = f"{draw.choice(COLOURS + FLAVOURS)} {text} {draw.choice(KEYWORDS)}"
        case 3:
            thing, (host, meant) = draw.choice(guilty)[0], draw.choice(HOSTS)
            text = draw.choice(LOOKS).format(host=host, thing=thing)
        case 4:
            thing, meant = draw.choice(guilty)[0], frozenset()
            text = draw.choice(TOYS).format(thing=thing)
        case 5:
            text = (
                f"used {draw.choice(BRANDS)} {word} {draw.randrange(1995, 2024)} {draw.choice(NUMBERS)} good condition"
            )
        case _:
            text, meant = _plain(goods, guilty, draw)
    return _typed(text, draw), meant


def _plain(goods: _Goods, others: Sequence[_Goods], draw: random.Random) -> _Goods:
    """Return goods as a line of a parcel or an invoice, in any language."""
    word, meant = goods
    match draw.randrange(4):
        case 0:
            other, of_other = draw.choice(others)
            return _typed(f"{word}, {other} {draw.choice(NUMBERS)}", draw), meant | of_other
        case 1:
            text = f"{draw.choice(NUMBERS)} {word}"
        case 2:
            text = f"{word} {draw.choice(BRANDS)} {draw.choice(NUMBERS)}"
            text = text[: max(len(word) * 4 // 5, len(text) - draw.randrange(12))]
        case _:
            text = f"{draw.choice(BRANDS)} {word}".upper()
    return _typed(text, draw), meant


def _typed(text: str, draw: random.Random) -> str:
    """Return the text, one time in four with a letter lost, doubled or moved within a longer word."""
    at = draw.randrange(1, max(2, len(text) - 1))
    if draw.random() > 0.25 or not text[at - 1 : at + 2].isalpha() or len(text) < 6:
        return text
    match draw.randrange(3):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + text[at] + text[at:]
        case _:
            return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


if __name__ == "__main__":
    main()
