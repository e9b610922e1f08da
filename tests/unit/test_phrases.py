"""Words and names looked for in free text."""

from __future__ import annotations

import re

import pytest

from tidewaiter.rulebook.phrases import Phrases, fold, fold_mended


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  North-Korea!  ", " north korea "),
        ("D.P.R.K.", " d p r k "),
        ("P'yŏngyang", " p yongyang "),
        ("Corée du Nord", " coree du nord "),
        ("ＤＰＲＫ", " dprk "),
        ("북한", " 북한 "),
        ("under_score", " under score "),
        ("", "  "),
    ],
)
def test_text_is_folded_to_one_form(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_each_ascii_character_is_folded_as_others_are() -> None:
    for code in range(128):
        text = f"A{chr(code)}b, c"
        words = re.findall(r"\w+", text.lower().replace("_", " "))
        assert fold_mended(text) == " " + " ".join(words) + " "


def test_a_phrase_is_found_as_whole_words_where_words_are_apart() -> None:
    phrases = Phrases(["Rason", "North Korea"])
    assert phrases.find("shipped to RASON, by rail") == "Rason"
    assert phrases.find("Mason and Rasonable Ltd") is None
    assert phrases.find("the north of Korea") is None


def test_a_phrase_is_found_anywhere_where_words_are_joined() -> None:
    assert Phrases(["평양"]).find("평양시 중구역") == "평양"
    assert Phrases(["朝鲜"]).find("运往朝鲜的货物") == "朝鲜"


def test_the_longest_phrase_is_the_one_said() -> None:
    assert Phrases(["Korea", "North Korea"]).find("to North Korea") == "North Korea"


def test_nothing_is_found_in_nothing() -> None:
    assert Phrases([]).find("Pyongyang") is None
    assert Phrases(["Pyongyang"]).find(None) is None


@pytest.mark.parametrize("text", ["набор экипажа", "с экипажем", "ЭКИПАЖ судна"])
def test_a_star_leaves_the_ending_open(text: str) -> None:
    assert Phrases(["экипаж*"]).find(text) == "экипаж"


def test_a_star_leaves_the_beginning_closed() -> None:
    assert Phrases(["ship*"]).find("membership") is None


def test_an_arabic_word_is_found_with_its_article() -> None:
    assert Phrases(["سفينة"]).find("تأمين السفينة") == "سفينة"
