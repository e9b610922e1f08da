"""Takes public goods descriptions into `bench/goods_rows/public.jsonl`: `python -m bench.public_goods_rows FOLDER`.

FOLDER has the files that `bench/goods_rows/README.md` names, with one JSON object a line: `description`, `lang`, `hs`,
`source`. Only sources whose licence lets their rows be distributed are read. Rows are spread over the headings, and a
tenth, chosen by hash, is held out.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tidewaiter.goods.categories import categories_of

ROWS = Path(__file__).parent / "goods_rows"
PUBLIC = ROWS / "public.jsonl"
SHORTEST, LONGEST = 4, 160

TAKEN: dict[tuple[str, str], int] = {
    ("us-census-imp", "en"): 6000,
    ("us-census-exp", "en"): 1500,
    ("us-mtb", "en"): 900,
    ("un-hs", "en"): 800,
    ("us-hts", "en"): 400,
    ("hsclassify-micro", "en"): 400,
    ("hsclassify-micro", "zh"): 400,
    ("aryanbv-queries", "en"): 200,
    ("eu-cn-selfexp", "de"): 1300,
    ("eu-cn-selfexp", "fr"): 1300,
    ("eu-taric", "es"): 1300,
    ("jp-tariff", "ja"): 1300,
}
"""The most rows of each source and language. Tariff wording is easy and unlike trade, so it must not outweigh."""
_EXCLUDED = re.compile(r"\s*[(（](?:excl|ausg|sauf|exc|except|excepto|のものを除く)[^)）]*[)）]", re.IGNORECASE)
_NOT_BY_CODE = re.compile(r"aviation|jet fuel|kerosen|keros[eè]n|queroseno|灯油|航空", re.IGNORECASE)
"""Aviation fuel has no code of its own, so that the code does not label such rows."""


def held_out(description: str) -> bool:
    """Return whether a row with this description is held out: one in ten, for ever the same."""
    return hashlib.sha256(" ".join(description.casefold().split()).encode()).digest()[0] * 10 < 256


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.public_goods_rows", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    rows = [row for (source, lang), most in TAKEN.items() for row in _spread(folder, source, lang, most)]
    seen: set[str] = set()
    with PUBLIC.open("w", encoding="utf-8") as out:
        for row in rows:
            key = " ".join(row["description"].casefold().split())
            if key not in seen:
                seen.add(key)
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _spread(folder: Path, source: str, lang: str, most: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a source, one of each heading in turn, ordered by hash."""
    by_heading: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for given in _read(folder, source):
        text = _EXCLUDED.sub("", given["description"]).strip(" ,;:")
        if given["lang"] != lang or not SHORTEST <= len(text) <= LONGEST:
            continue
        code = given["hs"][:6] if len(given["hs"]) >= 6 else given["hs"][:4]
        meant = categories_of(code)
        if any(sure < 1 for _, sure in meant) or (code.startswith("2710") and _NOT_BY_CODE.search(text)):
            continue
        row = {
            "description": text,
            "language": lang,
            "categories": sorted(str(name) for name, _ in meant),
            "hs": [code],
            "source": source,
            "heldout": held_out(text),
        }
        by_heading[code[:4]].append((hashlib.sha256(b"order " + text.encode()).hexdigest(), row))
    queues = [sorted(rows, key=lambda pair: pair[0]) for _, rows in sorted(by_heading.items())]
    taken = 0
    for turn in range(max(map(len, queues), default=0)):
        for queue in queues:
            if turn < len(queue) and taken < most:
                taken += 1
                yield queue[turn][1]


def _read(folder: Path, source: str) -> Iterator[dict[str, Any]]:
    packed, plain = folder / f"{source}.jsonl.gz", folder / f"{source}.jsonl"
    text = gzip.decompress(packed.read_bytes()).decode() if packed.exists() else plain.read_text(encoding="utf-8")
    return map(json.loads, text.splitlines())


if __name__ == "__main__":
    main()
