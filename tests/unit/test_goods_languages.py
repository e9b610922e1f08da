"""Every language of the goods keeps what the mechanisms take for granted, and a new one is found by its file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

from tidewaiter import goods
from tidewaiter.goods import languages
from tidewaiter.goods.amounts.quantities import stated_in, unit_of
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.languages import ANY, CODES, EVERY, LANGUAGES, function_words
from tidewaiter.goods.languages.language import Language
from tidewaiter.goods.languages.roles import WordRole
from tidewaiter.goods.languages.scripts import Script, script_of
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.lexicon.row_tables import Tables
from tidewaiter.goods.lexicon.vocabulary import Vocabulary
from tidewaiter.goods.lexicon.word_tables import tables_of
from tidewaiter.goods.parse.words import clean, fold
from tidewaiter.goods.recognition import ItemQuery
from tidewaiter.rulebook.loader import load_lexicon

CAR = "passenger-car"
GOODS = Path(goods.__path__[0])
UNCERTAIN = 0.7
"""Below this certainty nothing is blocked."""

each_language = pytest.mark.parametrize("language", EVERY, ids=lambda language: language.code)
each_spoken = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="module")
def tables(lexicon: Lexicon) -> Tables:
    return tables_of(lexicon)


@pytest.fixture(scope="module")
def classifier(lexicon: Lexicon, tables: Tables) -> Classifier:
    return Classifier(lexicon, tables)


@pytest.fixture(scope="module")
def vocabulary(lexicon: Lexicon, tables: Tables) -> Vocabulary:
    return Vocabulary(lexicon, tables)


def _terms(lexicon: Lexicon, entry: str, language: Language) -> list[str]:
    return [words for code, words in lexicon.entries[entry].terms if code == language.code]


def _amount_words(language: Language) -> Iterator[str]:
    words = language.amounts
    yield from chain.from_iterable((*words.units.values(), *words.currencies.values(), words.multipliers))
    yield from chain(words.price, words.piece, words.total, words.before_total, words.inside, words.packages)
    yield from chain(words.other_money, words.conjunctions, words.per, words.a_piece, words.pieces, words.each)
    yield from chain(words.thousand_or_point, words.portions, words.periods)


def _car_certainty(classifier: Classifier, text: str) -> float:
    hits = classifier.recognise(ItemQuery(text)).categories
    return max((hit.certainty for hit in hits if hit.category == "passenger_car"), default=0.0)


def test_languages_are_in_the_order_of_their_precedence_which_no_two_share() -> None:
    assert [language.precedence for language in EVERY] == sorted({language.precedence for language in EVERY})
    assert len(set(CODES)) == len(CODES)


@each_language
def test_words_are_written_as_the_mechanisms_compare_them(language: Language) -> None:
    assert [word for word in _amount_words(language) if word != word.casefold() or word != word.strip()] == []
    assert [ending for ending in language.activities if len(ending) < 3] == []


@each_language
def test_no_word_has_two_roles_in_one_language(language: Language) -> None:
    words = list(chain.from_iterable(language.roles.values()))
    assert sorted({word for word in words if words.count(word) > 1}) == []


@each_spoken
def test_the_stem_of_a_word_is_a_word(language: Language, lexicon: Lexicon) -> None:
    if language.stem is None:
        assert language.script in (Script.HAN, Script.HANGUL)
        return
    words = {fold(word) for entry in lexicon.entries.values() for code, term in entry.terms if code == language.code
             for word in clean(term.removeprefix("-")).split() if script_of(word) is language.script}  # fmt: skip
    assert words
    assert [word for word in words if not language.stem(word) or language.inflected(word)[0] != word] == []


def test_a_single_function_word_has_its_role_in_a_text(vocabulary: Vocabulary) -> None:
    first: dict[str, list[WordRole]] = {}
    for _, words, role in function_words():
        if len(words.split()) == 1:
            first.setdefault(fold(words), []).append(role)
    for word, roles in first.items():
        if script_of(word) in (Script.HAN, Script.HANGUL):
            continue
        either = {WordRole.LOOK, WordRole.LOOK_OF} <= set(roles)
        lexemes = vocabulary.lexemes(word)
        assert lexemes[0].role is (WordRole.LOOK_EITHER if either else roles[0]), word


@each_language
def test_each_unit_is_read_in_a_field_and_in_words(language: Language) -> None:
    for unit, words in language.amounts.units.items():
        for word in words:
            assert unit_of(word) == (unit, Decimal(1)), word
            assert [(q.amount, q.unit) for q in stated_in(f"5 {word}").quantities] == [(Decimal(5), unit)], word


@each_language
def test_each_currency_is_read_in_words(language: Language) -> None:
    for currency, words in language.amounts.currencies.items():
        for word in words:
            assert [(v.amount, v.currency) for v in stated_in(f"400 {word}").values] == [(Decimal(400), currency)], word


def test_no_word_is_of_two_units_two_currencies_or_two_numbers() -> None:
    meanings: dict[str, dict[str, set[object]]] = {"unit": {}, "currency": {}, "number": {}}
    for language in EVERY:
        for unit, words in language.amounts.units.items():
            for word in words:
                meanings["unit"].setdefault(word, set()).add(unit)
        for currency, words in language.amounts.currencies.items():
            for word in words:
                meanings["currency"].setdefault(word, set()).add(currency)
        for word, number in language.amounts.multipliers.items():
            meanings["number"].setdefault(word, set()).add(number)
    assert {word for known in meanings.values() for word, meant in known.items() if len(meant) > 1} == set()


@each_spoken
def test_the_words_for_a_car_are_recognised(language: Language, lexicon: Lexicon, classifier: Classifier) -> None:
    terms = _terms(lexicon, CAR, language)
    missed = [term for term in terms if _car_certainty(classifier, term) < UNCERTAIN]
    assert len(terms) >= 3
    assert len(missed) <= len(terms) / 4, missed  # endings, and words that name something else in another language


@each_spoken
def test_a_car_that_is_denied_is_at_most_doubted(language: Language, lexicon: Lexicon, classifier: Classifier) -> None:
    car = next(car for car in _terms(lexicon, CAR, language) if _car_certainty(classifier, car) >= UNCERTAIN)
    gap = "" if language.unspaced else " "
    denied = [f"{word}{gap}{car}" for word in language.roles.get(WordRole.WITHOUT, ())]
    denied += [f"{car}{gap}{word}" for word in language.roles.get(WordRole.MISSING, ())]
    assert denied
    assert [text for text in denied if _car_certainty(classifier, text) >= UNCERTAIN] == []


def test_no_mechanism_names_a_language() -> None:
    named = []
    for path in sorted(GOODS.rglob("*.py")):
        if path.parent.name == "languages":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in (*CODES, ANY):
                named.append(f"{path.name}:{node.lineno}: {node.value!r}")
    assert named == []


def _language_file(folder: Path, module: str, code: str) -> None:
    (folder / f"{module}.py").write_text(
        "from tidewaiter.goods.languages.language import Language\n"
        "from tidewaiter.goods.languages.scripts import Script\n"
        f"LANGUAGE = Language(code={code!r}, name='Invented', script=Script.LATIN, precedence=65, head_first=True)\n",
        encoding="utf-8",
    )


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package of languages, with a folder in which a test may put files."""
    monkeypatch.setattr(languages, "__path__", [*languages.__path__, str(tmp_path)])
    yield languages
    sys.modules.pop("tidewaiter.goods.languages.xx", None)
    vars(languages).pop("xx", None)


def test_a_new_language_is_found_by_its_file(package: ModuleType, tmp_path: Path) -> None:
    _language_file(tmp_path, "xx", "xx")
    assert [language.code for language in package._registered()] == [*CODES, "xx"]


def test_a_file_with_the_code_of_another_language_is_refused(package: ModuleType, tmp_path: Path) -> None:
    _language_file(tmp_path, "xx", "xy")
    with pytest.raises(TypeError, match=r"languages\.xx: LANGUAGE is not a Language with the code 'xx'"):
        package._registered()
