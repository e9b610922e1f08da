"""Lets go of something large piece by piece.

Freed at once, a rule book with large lists holds the interpreter, and with it the stream, for a tenth of a second.
Here its large containers are emptied first into lists, and those little by little. Changes nothing that it touches:
what somebody else still holds stays as it is.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Final

_LARGE: Final = 500
"""A container with more than so many references is let go of by its parts."""
_PIECE: Final = 200
_TURN_SECONDS: Final = 0.001
_REST_SECONDS: Final = 0.0005
_NOT_OURS: Final = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)


def let_go(last: list[object], sleep: Callable[[float], None] = time.sleep) -> None:
    """Free what `last` holds, which should be the last reference to it. Empties `last`. Call it in a thread."""
    pause = Pause(sleep)
    parts: list[list[object]] = []
    seen: set[int] = set()
    found = list(last)
    while found:
        one = found.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        references = gc.get_referents(one)
        if len(references) > _LARGE:
            parts.append(references)
        else:
            found += [each for each in references if gc.is_tracked(each) and not isinstance(each, _NOT_OURS)]
        del one, references
        pause()
    last.clear()
    pause()
    for part in parts:
        while part:
            del part[-_PIECE:]
            pause()


class Pause:
    """Gives the interpreter to others for a moment, after each moment of work, when it is called in between.

    Work that itself lets go of the interpreter many times a millisecond, as numpy does, needs it too: a thread that
    waits is woken each time, finds it taken again, and never comes to ask for it.
    """

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep, self._until = sleep, time.perf_counter() + _TURN_SECONDS

    def __call__(self) -> None:
        """Rest, if it is time."""
        if time.perf_counter() > self._until:
            self._sleep(_REST_SECONDS)
            self._until = time.perf_counter() + _TURN_SECONDS
