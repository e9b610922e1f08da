"""The texts of a transfer, in which rules look for their words."""

from __future__ import annotations

from tests.builders import transfer
from tidewaiter.rulebook.phrases import Phrases
from tidewaiter.screening.texts import TransferTexts


def texts(**fields: str) -> TransferTexts:
    return TransferTexts(transfer(kind="service", **fields), ())


def test_the_first_text_that_has_a_phrase_is_named() -> None:
    assert texts(purpose="Hull insurance", free_text="insurance").find(Phrases(["insurance"])) == (
        "/purpose",
        "insurance",
    )


def test_what_was_found_of_phrases_that_are_gone_is_not_taken_for_others() -> None:
    """Python gives the identity of an object that is gone to the next one."""
    of = texts(purpose="Hull insurance")
    for number in range(50):
        assert of.find(Phrases([f"crew {number}"])) is None
        assert of.find(Phrases(["insurance"])) is not None
