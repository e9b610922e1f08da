"""What holds for any item: no text stops the classifier, and how it is written does not change what it is."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import packaged
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.hs.codes import SUBHEADINGS, is_code
from tidewaiter.goods.lexicon.lexicon import SUREST
from tidewaiter.goods.model.second_voice import DOUBTED, SURE
from tidewaiter.goods.parse.numerals import numbers_alike
from tidewaiter.goods.parse.words import pieces
from tidewaiter.goods.recognition import ItemQuery, Recognition
from tidewaiter.rulebook.loader import load_lexicon, packaged_wording
from tidewaiter.rulebook.policy import Policy

BLOCK_AT, REVIEW_AT = Policy().block_at, Policy().review_at


@pytest.fixture(autouse=True, scope="module")
def _compiled_before_any_example() -> None:
    """A fault of the words is no fault of an example, and would be shrunk for hours."""
    packaged.classifier()


@cache
def words() -> tuple[str, ...]:
    return tuple(words for entry in packaged.classifier().lexicon.entries.values() for _, words in entry.terms)


texts = st.text(max_size=80) | st.lists(
    st.deferred(lambda: st.sampled_from(words()))
    | st.sampled_from([",", " for ", " для ", "(", ")", "/", "1:43", "5", "-"]),
    max_size=8,
).map(" ".join)
optional = st.none() | texts
queries = st.builds(ItemQuery, optional, optional, optional, st.none() | st.sampled_from(sorted(SUBHEADINGS)) | texts)


def outcome(recognition: Recognition) -> object:
    """Headings and categories with their certainty, without the words as they stood."""
    return (
        [(hit.code, hit.certainty) for hit in recognition.headings],
        [(hit.category, hit.certainty) for hit in recognition.categories],
        recognition.conflict is None,
    )


@given(queries)
@example(ItemQuery("handkerchiefs, tissues, towels, serviettes, bed sheets and similar articles of paper pulp"))
@example(ItemQuery("0(cars", model="RPG-7"))  # the thing in brackets, and its model in another field
def test_any_item_is_recognised_without_error_and_within_bounds(query: ItemQuery) -> None:
    found = packaged.classifier().recognise(query)
    assert all(0 < hit.certainty <= 1 and is_code(hit.code) for hit in found.headings)
    assert all(0 < hit.certainty <= 1 for hit in found.categories)
    assert all(hit.because for hit in found.headings)
    assert all(hit.because for hit in found.categories)
    assert list(found.headings) == sorted(found.headings, key=lambda hit: (-hit.certainty, hit.code))


@given(st.lists(queries, max_size=4), queries)
@settings(deadline=None, max_examples=40)
def test_the_same_item_is_the_same_whatever_came_before(before: list[ItemQuery], query: ItemQuery) -> None:
    packaged.classifier().recognise_many(before)
    assert (
        packaged.classifier().recognise_anew(query)
        == packaged.classifier().recognise(query)
        == fresh().recognise(query)
    )


@cache
def fresh() -> Classifier:
    return Classifier(load_lexicon(), wording=packaged_wording())


@given(texts, st.sampled_from(sorted(SUBHEADINGS)), st.sampled_from(["{}", "HS {}", "{}00", " {} "]))
def test_a_declared_valid_code_is_always_among_the_headings(text: str, code: str, written: str) -> None:
    found = packaged.classifier().recognise(ItemQuery(text, hs_code=written.format(code)))
    assert any(hit.code == code and hit.declared and hit.certainty == 1.0 for hit in found.headings)
    assert found.invalid_code is None


@given(st.deferred(lambda: st.sampled_from(words())), st.sampled_from([str.upper, str.title, str.lower]))
@pytest.mark.parametrize("written", ["{}", " {} ", "{}.", "{};", "\t{}\n", "«{}»"])
def test_case_and_the_punctuation_around_it_do_not_change_a_term(written: str, term: str, cased: object) -> None:
    assert callable(cased)
    changed = cased(term)
    if changed.casefold() != term.casefold():  # the Turkish dotless i has no capital of its own
        return
    plain = outcome(packaged.classifier().recognise(ItemQuery(term)))
    assert outcome(packaged.classifier().recognise(ItemQuery(written.format(changed)))) == plain


@example(term="サーバー ラック", count=2)
@given(st.deferred(lambda: st.sampled_from(words())), st.integers(min_value=2, max_value=4))
def test_more_spaces_between_words_do_not_change_a_term(term: str, count: int) -> None:
    plain = outcome(packaged.classifier().recognise(ItemQuery(term)))
    assert outcome(packaged.classifier().recognise(ItemQuery(term.replace(" ", " " * count)))) == plain


@given(queries)
@example(ItemQuery("steel blue dress"))
@example(ItemQuery("copper mug"))
def test_the_wording_model_never_removes_goods_nor_makes_them_surer_than_a_review_needs(query: ItemQuery) -> None:
    alone, both = packaged.classifier_of_words().recognise(query), packaged.classifier().recognise(query)
    assert {hit.code for hit in both.headings} == {hit.code for hit in alone.headings}
    surest = {hit.code: hit.certainty for hit in alone.headings}
    assert all(hit.certainty == surest[hit.code] or hit.certainty == DOUBTED < SURE for hit in both.headings)
    assert all(hit.certainty <= surest[hit.code] for hit in both.headings)
    known = {hit.category: hit.certainty for hit in alone.categories}
    heard = {hit.category: hit.certainty for hit in both.categories}
    assert known.keys() <= heard.keys()
    for name, certainty in heard.items():
        assert certainty >= REVIEW_AT
        if certainty >= BLOCK_AT:
            assert known[name] >= BLOCK_AT, "no review becomes a block"
        if name in known and known[name] >= SURE:
            assert certainty == known[name]
        assert certainty <= max(SUREST, known.get(name, 0))
    assert (both.things, both.passed_over, both.unknown_part, both.conflict, both.invalid_code) == (
        alone.things,
        alone.passed_over,
        alone.unknown_part,
        alone.conflict,
        alone.invalid_code,
    )
    if query.hs_code and any(hit.declared for hit in alone.headings):
        assert both == alone, "with a code, the code and the words decide"


numbers = st.integers(0, 2_000).map(str) | st.sampled_from(
    ["1", "1,000.5", "7.62", "00", "٥٥", "47", "747", "43", "12.10.2024"]
)
with_numbers = st.lists(
    st.deferred(lambda: st.sampled_from(words()))
    | st.sampled_from(
        ["{}"] * 12 + [",", ":", "/", ". ", "-", "x", "kg", "no", "for", "1:{}", "1/{}", "{}정", "№{}", '"']
    )
    | st.sampled_from([" "] * 12),
    max_size=12,
).map("".join)


@given(with_numbers, st.lists(numbers, min_size=24, max_size=24), optional)
@settings(max_examples=300)
@example("cars 1:{}", ["999", "87"], None)
@example("AK-{}", ["999", "47"], None)
@example("{} tanks. {}", ["5", "55", "747", "999"], None)
def test_what_is_remembered_for_other_numbers_is_what_the_words_say(
    text: str, drawn: list[str], maker: str | None
) -> None:
    classifier, half = packaged.classifier_of_words(), len(drawn) // 2
    first, second = (ItemQuery(_filled(text, some), maker, None, None) for some in (drawn[:half], drawn[half:]))
    classifier._but_for_numbers.clear()
    expected = classifier.recognise_anew(second)
    classifier._but_for_numbers.clear()
    classifier.recognise_anew(first)
    assert classifier.recognise_anew(second) == expected


def _filled(text: str, drawn: list[str]) -> str:
    """The text with numbers in its places for them."""
    for number in drawn:
        text = text.replace("{}", number, 1)
    return text


def test_numbers_that_may_mean_something_are_told_apart() -> None:
    def alike(text: str) -> object:
        return numbers_alike(pieces(text), lambda number: number != "47")

    assert alike("AK-47, lot 300") == alike("AK-47, lot 2,000.5") != alike("AK-48, lot 300")
    assert alike("AK-47") is alike("1/ cars 1:87") is alike("") is None
