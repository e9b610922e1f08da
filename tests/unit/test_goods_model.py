"""The wording model: what it says of items, that it never clears one, and that it is part of the rule book."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import packaged
from tests.builders import seller, transfer
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.kinds import KINDS
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.model import wording_model
from tidewaiter.goods.model.features import (
    LONGEST_WORD,
    MOST_ENTRIES,
    MOST_WORDS,
    PairParts,
    feature_of_pair,
    features_of,
    features_of_meaning,
    features_of_word,
)
from tidewaiter.goods.model.fingerprints import fingerprints_of
from tidewaiter.goods.model.second_voice import ADDED, DOUBTED, SURE_ENOUGH
from tidewaiter.goods.model.wording_model import MEANING, WordingModel, WordingReader
from tidewaiter.goods.recognition import Category, ItemQuery, Recognition, Source, Voice
from tidewaiter.rulebook.loader import WORDING, load_lexicon, packaged_wording
from tidewaiter.screening.screener import Screener
from tidewaiter_schemas.verdict import Decision, Effect, Verdict

ROWS = Path(__file__).parents[2] / "bench" / "goods_rows"
LARGEST = 10_000_000


def recognised(description: str) -> Recognition:
    return packaged.classifier().recognise(ItemQuery(description))


def screened(description: str, to: str = "KP") -> Verdict:
    return packaged.screener().screen([transfer({"description": description}, origin="CN", to=to)])[0]


def test_the_packaged_model_has_learnt_the_packaged_words_and_fits_its_size() -> None:
    model = packaged_wording()
    assert model.lexicon == load_lexicon().sha256, "the words changed: run make model"
    assert {mark for _, mark in fingerprints_of(load_lexicon())} == model.entries
    assert set(model.categories.labels) == set(map(str, Category))
    assert model.kinds is not None
    assert model.kinds.labels == KINDS
    assert WORDING.stat().st_size <= LARGEST


def test_a_model_is_read_as_it_was_written_and_a_damaged_one_is_refused() -> None:
    model = packaged_wording()
    again = WordingModel.of_bytes(model.file)
    assert again == model
    assert model.kinds is not None
    again_file = WordingModel.to_bytes(model.categories, model.kinds, model.lexicon, model.entries)
    assert again_file == model.file
    for damaged in (b"", model.file[1:], model.file[:-1], model.file + b"\0"):
        with pytest.raises(ValueError, match=r"is no wording model|has another number"):
            WordingModel.of_bytes(damaged)


def test_a_score_is_the_sum_of_all_features_and_does_not_depend_on_what_was_read_before() -> None:
    model = packaged_wording()
    texts = ("used diesel truck, 소총 20정", "Kamaz", None)
    before, anew = WordingReader(model), WordingReader(model)
    before.read("truck diesel used", "rifle")
    first, second = (reader.read(*texts) for reader in (before, anew))
    assert first is not None
    assert second is not None
    assert first.scores == second.scores
    assert model.kinds is not None
    for table, places in ((model.categories, anew.categories), (model.kinds, anew.kinds)):
        assert tuple(places) == table.labels
        features = np.array(features_of(texts)) & ((1 << table.bits) - 1)
        sums = table.weights[features].sum(axis=0, dtype=np.int64)
        expected = sums * np.array(table.scales) / np.sqrt(len(features)) + np.array(table.biases)
        assert np.allclose([first.scores[place] for place in places.values()], expected, rtol=1e-12)


def test_words_that_were_forgotten_and_repeated_words_are_read_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = WordingReader(packaged_wording())
    texts = [f"zorb{number} truck 소총 20정 zorb{number}" for number in range(40)]
    first = [reader.read(text) for text in texts]
    monkeypatch.setattr(wording_model, "_REMEMBERED", MOST_WORDS + 20)
    monkeypatch.setattr(wording_model, "REMEMBERED_LETTERS", 200)
    small = WordingReader(packaged_wording())
    for text, wording in zip(texts, first, strict=True):
        again = small.read(text)
        assert wording is not None
        assert again is not None
        assert again.scores == wording.scores
        assert again.of_words.tolist() == wording.of_words.tolist()
        assert sum(map(wording_model.letters, small._read)) <= 200


def test_the_features_of_a_word_are_the_same_for_ever() -> None:
    """The packaged weights are those of these numbers, and so are those in compiled rule books."""
    assert features_of_word("car") == [
        2704365381,
        2534368382,
        2704365381,
        4070116918,
        2813554621,
        2015221668,
        2356806157,
    ]


def test_what_the_words_mean_is_added_to_the_score_of_the_text() -> None:
    model = packaged_wording()
    reader, query = WordingReader(model), ItemQuery("toy cars, 12 pcs", "Zorbtech")
    recognition = packaged.classifier_of_words().recognise(query)
    text, both = reader.read(*query[:3]), reader.hear(query, recognition)
    assert text is not None
    assert both is not None
    assert model.kinds is not None
    for table, places in ((model.categories, reader.categories), (model.kinds, reader.kinds)):
        features = np.array(features_of_meaning(recognition)) & ((1 << table.bits) - 1)
        added = table.weights[features].sum(axis=0, dtype=np.int64) * np.array(table.scales) * MEANING
        expected = [text.scores[place] + more for place, more in zip(places.values(), added, strict=True)]
        assert np.allclose([both.scores[place] for place in places.values()], expected, rtol=1e-12)
    other = packaged.classifier_of_words().recognise(ItemQuery("toys"))
    changed, again = reader.hear(query, other), reader.hear(query, recognition)
    assert changed is not None
    assert again is not None
    assert changed.scores != both.scores == again.scores
    anew = WordingReader(model).hear(query, recognition)
    assert anew is not None
    assert anew.scores == both.scores


def test_the_feature_of_a_pair_is_the_checksum_of_both_words() -> None:
    first, second = (PairParts.of(word) for word in ("é" * (LONGEST_WORD + 1), "\ud800车"))
    pair = "é" * LONGEST_WORD + " \ud800车"
    assert feature_of_pair(first, second) == zlib.crc32(pair.encode("utf-8", "surrogatepass"))


def test_many_items_are_heard_together_as_each_is_alone() -> None:
    """To the last bit, whatever has words or means something, and also those that are heard before."""
    texts = ["", "zorb", "车", "rifle", "toy cars, 12 pcs", "fuel " * MOST_WORDS + "oil", *terms()[:3_000:15], "rifle"]
    queries = [ItemQuery(text, "Kamaz" if number % 3 else None) for number, text in enumerate(texts)]
    recognitions = packaged.classifier_of_words().recognise_many(queries)
    together, alone = WordingReader(packaged_wording()), WordingReader(packaged_wording())
    for _ in range(2):
        for one, query, recognition in zip(
            together.hear_all(queries, recognitions), queries, recognitions, strict=True
        ):
            other = alone.hear(query, recognition)
            assert (one is None) is (other is None)
            if one is not None and other is not None:
                assert (one.scores, one.words, one.whole) == (other.scores, other.words, other.whole)
                assert one.of_words.tolist() == other.of_words.tolist()
    classifier = packaged.classifier()
    classifier._remembered.clear()
    assert classifier.recognise_many(queries) == [classifier.recognise_anew(query) for query in queries]


def test_the_features_of_a_meaning_are_the_same_for_ever() -> None:
    recognition = packaged.classifier_of_words().recognise(ItemQuery("toy cars for children, zorb"))
    features = features_of_meaning(recognition)
    things = {reason.entry for thing in recognition.things for reason in thing.because}
    assert "toy" in things
    assert zlib.crc32(b"entry toy") in features
    assert zlib.crc32(b"heading 9503") in features
    assert len(features_of_meaning(recognition, {"toy"})) < len(features)
    assert zlib.crc32(b"entry toy") not in features_of_meaning(recognition, {"toy"})
    assert features_of_meaning(Recognition()) == [zlib.crc32(b"nothing")]
    assert features_of_meaning(Recognition(unknown_part=True)) == [zlib.crc32(b"nothing"), zlib.crc32(b"unknown part")]


def test_a_long_item_has_few_features_of_its_meaning() -> None:
    names = ", ".join(terms()[:3_000:15])
    recognition = packaged.classifier_of_words().recognise(ItemQuery(f"{names} ({names}) for {names}"))
    assert len(recognition.things) + len(recognition.dismissed) > 3 * MOST_ENTRIES
    assert len(features_of_meaning(recognition)) <= 2 * MOST_ENTRIES * (MOST_ENTRIES + 4)


def test_models_of_older_rule_books_hear_the_text_alone() -> None:
    model = packaged_wording()
    assert model.kinds is not None
    bits = model.kinds.bits
    small = replace(model.categories, bits=bits, weights=model.categories.weights[: 1 << bits])
    common = {"bits": bits, "lexicon": model.lexicon, "entries": sorted(model.entries)}
    lists = [{name: value for name, value in one.head().items() if name != "bits"} for one in (small, model.kinds)]
    first = {**lists[0], **common}
    files = (
        b"tidewaiter-wording-model 1\n%s\n%s" % (json.dumps(first).encode(), small.weights.tobytes()),
        b"tidewaiter-wording-model 2\n%s\n%s%s"
        % (json.dumps({**first, "kinds": lists[1]}).encode(), small.weights.tobytes(), model.kinds.weights.tobytes()),
    )
    query = ItemQuery("toy cars")
    for file, kinds in zip(files, ({}, {*KINDS}), strict=True):
        reader = WordingReader(WordingModel.of_bytes(file))
        heard = reader.hear(query, packaged.classifier_of_words().recognise(query))
        alone = reader.read(*query[:3])
        assert heard is not None
        assert alone is not None
        assert heard.scores == alone.scores
        assert reader.kinds.keys() == set(kinds)


def test_sums_never_need_more_bits_than_are_kept() -> None:
    widest = max(len(features_of_word(letter * 2 * LONGEST_WORD)) for letter in "aж車총ع")
    assert widest * 127 < 2**15


def test_it_confirms_what_the_words_say_and_the_finding_names_the_words_that_spoke() -> None:
    (voice,) = [one for one in recognised("rifle, bolt action 7.62x51").wording if one.category == "arms"]
    assert voice.voice is Voice.CONFIRMS
    assert "rifle" in voice.words
    findings = screened("rifle, bolt action 7.62x51").findings
    assert any("(worded like arms; model: “7.62”, “rifle”)" in finding.reason for finding in findings)
    assert any(finding.effect is Effect.BLOCK for finding in findings)


def test_it_doubts_what_reads_otherwise_and_a_block_becomes_a_review() -> None:
    words = packaged.classifier_of_words().recognise(ItemQuery(DOUBTFUL))
    assert max(hit.certainty for hit in words.categories) == 0.9
    (hit,) = [hit for hit in recognised(DOUBTFUL).categories if hit.category == "vessel"]
    assert DOUBTED <= hit.certainty < SURE_ENOUGH
    verdict = screened(DOUBTFUL)
    assert verdict.decision is Decision.REVIEW
    assert any("its wording is not like that of vessel" in finding.reason for finding in verdict.findings)


DOUBTFUL = "metallic embroidery floss"


def test_it_adds_for_review_what_the_words_missed_and_names_the_words_that_spoke() -> None:
    (hit,) = [one for one in recognised(MISSED).categories if one.category == "nonferrous_export"]
    assert hit.certainty in {certainty for _, certainty in ADDED}
    assert {reason.source for reason in hit.because} == {Source.WORDING}
    assert hit.because[0].words == "copper"


MISSED = "copper mug"


def test_it_never_confirms_and_doubts_the_same_goods() -> None:
    for text in terms()[::40]:
        voices = [(one.category, one.voice) for one in recognised(f"{text}, lot 12").wording]
        assert len({category for category, _ in voices}) == len(voices), text


def test_what_the_words_deny_is_not_added() -> None:
    assert "arms" not in {hit.category for hit in recognised("carpets, no weapons").categories}


def test_a_long_text_is_not_doubted_because_not_all_of_it_was_heard() -> None:
    text = f"{DOUBTFUL}{' and so on' * MOST_WORDS}"
    assert not any(voice.voice is Voice.DOUBTS for voice in recognised(text).wording)


def test_words_that_an_operator_changed_are_not_doubted() -> None:
    """The model has not learnt them, so that it would doubt each of them."""
    documents = [
        ("packaged", {}),
        ("ours.yaml", {"goods": [{"id": "q", "headings": ["8703"], "terms": {"en": "zyx"}}]}),
    ]
    small = Lexicon.from_documents(documents)
    found = Classifier(small, wording=packaged_wording()).recognise(ItemQuery("cotton embroidery zyx"))
    assert {hit.certainty for hit in found.categories if hit.category == "passenger_car"} == {0.9}


@cache
def without_the_model() -> Screener:
    return Screener(replace(packaged.rule_book(), goods=packaged.classifier_of_words()))


@cache
def terms() -> tuple[str, ...]:
    return tuple(words for entry in load_lexicon().entries.values() for _, words in entry.terms)


@given(
    st.lists(st.deferred(lambda: st.sampled_from(terms())) | st.text(max_size=12), min_size=1, max_size=4).map(
        lambda parts: " ".join(("1", *parts))
    ),
    st.sampled_from(["KP", "IR", "CN"]),
)
def test_nothing_is_cleared_that_would_be_held_without_it(description: str, to: str) -> None:
    sold = transfer({"description": description}, origin="CN", to=to, parties=[seller("CN")])
    alone, both = without_the_model().screen([sold])[0], packaged.screener().screen([sold])[0]
    assert both.decision is not Decision.CLEAR or alone.decision is Decision.CLEAR
    assert both.decision is not Decision.BLOCK or alone.decision is Decision.BLOCK


def test_the_rows_that_it_learns_from_are_labelled_with_categories_and_no_held_out_row_is_also_a_lesson() -> None:
    rows = [json.loads(line) for path in sorted(ROWS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    assert all(set(row["categories"]) <= set(Category) for row in rows)
    key = [(" ".join(row["description"].casefold().split()), row["heldout"]) for row in rows]
    assert not {text for text, held in key if held} & {text for text, held in key if not held}


@pytest.mark.parametrize("text", ["charcoal", "gold watch", "Gold wristwatches"])
def test_it_does_not_doubt_a_text_that_is_no_more_than_the_term_that_was_found(text: str) -> None:
    words = packaged.classifier_of_words().recognise(ItemQuery(text))
    heard = recognised(text)
    certain = {hit.category: hit.certainty for hit in heard.categories}
    assert all(certain[hit.category] >= hit.certainty for hit in words.categories)
    assert not [voice for voice in heard.wording if voice.voice is Voice.DOUBTS]


@pytest.mark.parametrize(
    "description",
    [
        "leather handbag",
        "leather handbags",
        "handbag of leather",
        "кожаная сумка",
        "bolso de cuero",
        "sac à main en cuir",
        "Handtasche Leder",
    ],
)
def test_a_quality_by_which_the_words_told_the_goods_is_no_other_wording(description: str) -> None:
    recognition = recognised(description)
    assert not any(voice.voice is Voice.DOUBTS for voice in recognition.wording)
    (hit,) = [hit for hit in recognition.categories if hit.category == "leather_handbag"]
    assert hit.certainty >= 0.9
    item = transfer({"description": description}, origin="CN", to="KP")
    (finding,) = [one for one in packaged.screener("JP").screen([item])[0].findings if one.rule == "JP-KP-LUX-PERSONAL"]
    assert finding.effect is Effect.BLOCK


@pytest.mark.parametrize("description", ["plastic rifle", "leather rifle"])
def test_a_quality_that_the_goods_do_not_depend_on_is_other_wording(description: str) -> None:
    voice = packaged.classifier()._second_voice
    assert voice is not None
    (hit,) = [hit for hit in packaged.classifier_of_words().recognise(ItemQuery(description)).categories
              if hit.category == "arms"]  # fmt: skip
    assert not voice._is_bare(hit, description.split())
