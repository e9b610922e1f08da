"""Text is read as its reader sees it, and ordinary text is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.text import disguise
from tidewaiter.text.disguise import Disguise, mended
from tidewaiter.text.figures import letters_for_figures

DISGUISED = [
    ("J&#111;ng", "Jong", Disguise.ENCODED),
    ("J&amp;#111;ng", "Jong", Disguise.ENCODED),
    ("Kim%20J%6Fng Un", "Kim Jong Un", Disguise.ENCODED),
    ("=4B=69m Jong", "Kim Jong", Disguise.ENCODED),
    ("%D0%9A%D0%B8%D0%BC", "Ким", Disguise.ENCODED),
    ("KIM JO€NG UN", "KIM JONG UN", Disguise.SYMBOLS),
    ("ri👍ce", "rice", Disguise.SYMBOLS),
    ("K\u20ddim", "Kim", Disguise.HIDDEN),
    ("gre\u200bna\u00addes", "grenades", Disguise.HIDDEN),
    ("\u202enu gnoj mik\u202c", "kim jong un", Disguise.REVERSED),
    ("ꓗꓲꓟ ꓙꓳꓠꓖ", "KIM JONG", Disguise.LOOKALIKES),
    ("ᏟᎪᎡ", "CAR", Disguise.LOOKALIKES),
    ("ΚIΜ JΟΝG", "KIM JONG", Disguise.LOOKALIKES),
    ("g r e n a d e s", "grenades", Disguise.SET_APART),
    ("g-r-e-n-a-d-e-s and flour", "grenades and flour", Disguise.SET_APART),
    ("k-i-m j-o-n-g u-n", "kim jong un", Disguise.SET_APART),
    ("k i m  j o n g  u n", "kim  jong  un", Disguise.SET_APART),
    ("r i c e", "rice", Disguise.SET_APART),
    ("Ⓚⓘⓜ", "Kim", Disguise.LOOKALIKES),
    ("ꜰʟᴏᴜʀ", "flour", Disguise.LOOKALIKES),
    ("ᏦᏆᎷ", "KIM", Disguise.LOOKALIKES),
    ("wh=65at", "wheat", Disguise.ENCODED),
    ("gre<b></b>nades", "grenades", Disguise.LAYOUT),
    ("(g)renades", "grenades", Disguise.LAYOUT),
    ("gr\u0301\u0323\u030aenades", "g\u1e5benades", Disguise.HIDDEN),
]
ORDINARY = [
    "Kim Jong Un",
    "J. R. R. Tolkien",
    "S.A.R.L.",
    "D P R K coal",
    "size S-M-L",
    "part A-B-C-D-E-12",
    "50%20mm",
    "width=20cm",
    "5 m² of cloth",
    "€400k yacht",
    "ΝΙΚΟΣ ΑΘΗΝΑ",
    "Иван Петров",
    "휘 발 유 한 통",
    "軽 油 油 油 油 油",
    "diodes (A), resistors (B)",
    "unit(s) of colour(ed) glass",
]


@pytest.mark.parametrize(("text", "seen", "disguise"), DISGUISED)
def test_a_disguised_text_is_read_as_it_looks_and_named(text: str, seen: str, disguise: Disguise) -> None:
    assert mended(text) == (seen, (disguise,))


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert mended(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("KIM JONG UN²", "KIM JONG UN"),
        ("Aurus™ limousine", "Aurus limousine"),
        ("rice &amp; beans", "rice & beans"),
        ("می\u200cخواهم", "میخواهم"),
        ("3°C", "3 C"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("gre-\nnades", "grenades"),
        ("<p>rice</p>", " rice "),
    ],
)
def test_what_careless_hands_leave_behind_goes_away_and_is_no_disguise(text: str, seen: str) -> None:
    assert mended(text) == (seen, ())


@given(st.text("aB1 .-\r\n&%=;#<>/()[]{}_", max_size=40))
def test_whatever_may_need_repair_passes_the_cheaper_check(text: str) -> None:
    if disguise._ODD_ASCII.search(text):
        assert disguise._PERHAPS_ODD.search(text)


@given(st.text(max_size=200))
def test_any_text_is_mended_and_none_grows(text: str) -> None:
    # The longest that one letter becomes is two: ꜳ is aa.
    assert len(mended(text).text) <= 2 * len(text)


@pytest.mark.parametrize(
    ("word", "readings"),
    [
        ("gr3n4d3s", ("grenades",)),
        ("k1m", ("kim", "klm")),
        ("a1", ()),
        ("j0ng", ("jong",)),
        ("3m", ()),
        ("7a", ()),
        ("f16", ()),
        ("1992", ()),
        ("h0u7h1", ("houthi", "houthl")),
        ("rice", ()),
        ("b2b", ()),
    ],
)
def test_figures_are_read_as_the_letters_they_look_like(word: str, readings: tuple[str, ...]) -> None:
    assert letters_for_figures(word) == readings
