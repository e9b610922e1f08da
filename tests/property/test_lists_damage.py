"""A damaged list file is refused or its loss reported; it never crashes a reader and never passes in silence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.unit.test_lists_au import ALIAS, MAN, SHIP, workbook
from tests.unit.test_lists_au import HEADER as AU_HEADER
from tests.unit.test_lists_eu import FIRM, HEAD
from tests.unit.test_lists_eu import MAN as EU_MAN
from tests.unit.test_lists_ofac_xml import ADVANCED, BASIC
from tests.unit.test_lists_uk import CONLIST, ROWS, XML, table
from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import PartyList

WHOLE = {
    "eu": HEAD + EU_MAN + FIRM + "</export>",
    "uk csv": table(*ROWS),
    "uk xml": XML,
    "uk-conlist": "Last Updated,10/04/2025\n" + CONLIST,
    "ofac basic": BASIC,
    "ofac advanced": ADVANCED,
}


def whole(kind: str, folder: Path) -> bytes:
    if kind == "au":
        return workbook(folder / "whole.xlsx", AU_HEADER, MAN, ALIAS, SHIP).read_bytes()
    return WHOLE[kind].encode()


def names(party_list: PartyList) -> int:
    return sum(len(entry.names) for entry in party_list.entries)


@pytest.mark.parametrize("kind", [*WHOLE, "au"])
def test_no_damage_crashes_a_reader_or_passes_in_silence(kind: str, tmp_path: Path) -> None:
    good = whole(kind, tmp_path)
    path = tmp_path / "list"
    path.write_bytes(good)
    expected = names(load_list(kind.split(maxsplit=1)[0], path))
    draw = random.Random(kind)
    refused = 0
    for round_ in range(150):
        damaged = bytearray(good)
        place = draw.randrange(len(damaged))
        if round_ % 3 == 0:
            del damaged[place:]
        elif round_ % 3 == 1:
            damaged[place] ^= 1 << draw.randrange(8)
        else:
            damaged[place:place] = draw.randbytes(draw.randrange(1, 40))
        path.write_bytes(damaged)
        try:
            read = load_list(kind.split(maxsplit=1)[0], path)
        except ListError:
            refused += 1
            continue
        # A CSV cut off between two rows is a whole CSV of fewer rows: only its predecessor tells.
        cut = round_ % 3 == 0 and not good[:place].endswith(b"\n")
        assert names(read) >= expected or read.unread or not cut, f"cut at {place}: {names(read)} of {expected} names"
    assert refused > 50


@pytest.mark.parametrize("kind", ["eu", "uk xml", "ofac basic", "ofac advanced"])
def test_a_field_of_many_megabytes_is_refused(kind: str, tmp_path: Path) -> None:
    huge = WHOLE[kind].replace("TEST SHIP", "A" * 11_000_000).replace("TEST TRADING", "A" * 11_000_000)
    path = tmp_path / "list"
    path.write_text(huge, encoding="utf-8")
    with pytest.raises(ListError, match="is not complete XML"):
        load_list(kind.split(maxsplit=1)[0], path)
