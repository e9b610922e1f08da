"""Countries by the names that publishers and the languages of CLDR give them."""

from __future__ import annotations

import pytest

from tidewaiter.lists.country_names import country_code, says_no_country
from tidewaiter_schemas.countries import CODES


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("KP", "KP"),
        ("Korea, North", "KP"),
        ("Democratic People’s Republic of Korea", "KP"),
        ("République populaire démocratique de Corée", None),
        ("Corée du Nord", "KP"),
        ("Северная Корея", None),
        ("КНДР", "KP"),
        ("Кот-д’Ивуар", "CI"),
        ("북한", "KP"),
        ("朝鲜", "KP"),
        ("كوريا الشمالية", "KP"),
        ("उत्तर कोरिया", "KP"),
        ("Россия", "RU"),
        ("Россия (Russia)", "RU"),
        ("ايران", "IR"),
        ("إيران", "IR"),
        ("Kıbrıs", "CY"),
        ("Türkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("Congo", "CG"),
        # Of the one Congo in some languages, of the other in others.
        ("Kongo", None),
        ("Конго", None),
        # In Tigrinya the South, in Ge'ez as CLDR has it the North.
        ("ደቡብ ኮሪያ", None),
        # Two countries that differ in one vowel sign.
        ("टोगो", "TG"),
        ("टोंगा", "TO"),
        # Poland in Afrikaans and Mali in Aghem, and words of many other languages.
        ("pole", None),
        ("male", None),
        ("former Soviet Union", None),
    ],
)
def test_a_country_is_known_by_its_names(name: str, code: str | None) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize(
    "language", ["en", "fr", "es", "ru", "ar", "zh", "ko", "fa", "uk", "de", "pt", "tr", "ja", "hi"]
)
def test_countries_are_known_in_the_languages_of_trade(language: str) -> None:
    from babel import Locale

    territories = Locale.parse(language).territories
    unknown = {code: territories[code] for code in CODES if country_code(territories[code]) != code}
    # Names that another country has in another language are none, such as Saint Martin of the French and of the Dutch.
    assert len(unknown) <= 3, unknown
    assert unknown.keys().isdisjoint({"KP", "KR", "IR", "RU", "BY", "SY", "CU", "CN"})


@pytest.mark.parametrize("text", ["", "na", "N/A", "Unknown", "None Identified", "stateless"])
def test_no_country_given_is_told_from_a_country_that_is_not_known(text: str) -> None:
    assert says_no_country(text)


def test_a_country_in_another_script_that_is_not_known_is_reported() -> None:
    """It used to count as no country given, so that it was dropped in silence."""
    assert country_code("Советский Союз") is None
    assert not says_no_country("Советский Союз")


@pytest.mark.long
def test_the_file_has_what_babel_has() -> None:
    from tests import cldr

    assert cldr.main(["--check"]) == 0
