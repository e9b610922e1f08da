"""What one value makes the engine raise stays with that value."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import EngineFault
from tidewaiter.screening.isolation import each_apart


@given(st.lists(st.booleans(), max_size=64))
def test_each_value_has_its_answer_or_its_own_fault_in_order(poisoned: list[bool]) -> None:
    calls = 0

    def work(values: Sequence[int]) -> list[int]:
        nonlocal calls
        calls += 1
        if any(poisoned[value] for value in values):
            raise ValueError("Secret Person")
        return [value * 2 for value in values]

    answers = each_apart(work, range(len(poisoned)))
    assert [isinstance(answer, EngineFault) for answer in answers] == poisoned
    assert all(answer == 2 * at for at, answer in enumerate(answers) if not isinstance(answer, EngineFault))
    assert len({answer for answer in answers if isinstance(answer, EngineFault)}) <= 1, "one fault, told alike"
    assert calls <= 2 + 2 * sum(poisoned) * max(1, len(poisoned)).bit_length()


def test_a_fault_names_type_and_place_and_nothing_of_what_was_said() -> None:
    def work(values: Sequence[int]) -> list[int]:
        from tidewaiter.rulebook.quota import Quota

        return [Quota.window(None, value) for value in values]  # type: ignore[arg-type,misc]

    (fault,) = each_apart(work, [1])
    assert isinstance(fault, EngineFault)
    assert fault.error == "AttributeError"
    assert fault.place.startswith("tidewaiter.rulebook.quota:")
    assert str(fault) == f"AttributeError at {fault.place}"
    assert "NoneType" not in f"{fault} {fault.trace}"


def test_a_fault_that_does_not_repeat_is_told_and_one_that_does_is_answered() -> None:
    told: list[EngineFault] = []
    failing = [True, False, False, False]

    def once(values: Sequence[int]) -> list[int]:
        if failing.pop(0):
            raise KeyError("Secret Person")
        return list(values)

    assert each_apart(once, [1, 2], told.append) == [1, 2]
    assert [fault.error for fault in told] == ["KeyError"]

    def on_two(values: Sequence[int]) -> list[int]:
        if 2 in values:
            raise KeyError("Secret Person")
        return list(values)

    answers = each_apart(on_two, [1, 2, 3], told.append)
    assert [isinstance(answer, EngineFault) for answer in answers] == [False, True, False]
    assert len(told) == 1


@pytest.mark.parametrize("error", [MemoryError, OSError, ImportError, KeyboardInterrupt])
@pytest.mark.parametrize("when", ["at once", "while they are tried apart"])
def test_what_no_value_is_the_cause_of_is_raised(error: type[BaseException], when: str) -> None:
    def work(values: Sequence[int]) -> list[int]:
        raise error if when == "at once" or len(values) < 4 else KeyError

    with pytest.raises(error):
        each_apart(work, [1, 2, 3, 4])
