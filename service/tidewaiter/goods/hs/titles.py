"""Short titles of HS chapters and headings, in the product's own words. Not the wording of the nomenclature."""

from __future__ import annotations

from tidewaiter.text.word_files import rows_of


def title_of(code: str) -> str:
    """Return the title of the heading of `code`, or of its chapter when the heading has none; "" for no HS code."""
    return HEADING_TITLES.get(code[:4]) or CHAPTER_TITLES.get(code[:2], "")


_TITLES = dict(rows_of("tidewaiter.goods.hs", "titles.tsv", columns=2))
CHAPTER_TITLES = {code: title for code, title in _TITLES.items() if len(code) == 2}
HEADING_TITLES = {code: title for code, title in _TITLES.items() if len(code) == 4}
