"""Proves that a regular expression takes linear time in Python's backtracking engine, or shows where it may not.

A backtracking engine takes more than linear time when one text can be divided in many ways: when the automaton of the
pattern has two loops that read the same word, one reachable from the other by it (polynomial), or one loop that reads a
word in two ways (exponential); Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression
Matchers by Using Ambiguity of NFA", 2016. `search` and `sub` have a loop of their own before the pattern, since they
try it at each place of the text: `a+b` alone takes quadratic time on a text of a's.

Nothing is run, so nothing depends on the machine. A pattern that passes is linear; one that does not may still be.
Possessive repeats and atomic groups, `\\b`, `^`, `$` and look-arounds of one character are understood; longer
look-arounds are taken to hold always.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property
from itertools import product
from re import _compiler, _parser  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any, Final

from tests.graphs import looped_parts

UNBOUNDED: Final = 64
"""Repeats of so many or more are taken to have no bound: they would be a large constant."""
_SAMPLES: Final = (
    "\n\r\t \x00\x1f\u00a0\u2003\u3000abzABZ09_-.,;:!?'\"()[]{}/\\@#$%^&*+=<>|~`éÉßıİſKéω\u0301\u0483яЯіأ\u064b٣אक๓ไกᄀ가ꀀ"
    "ーァぁ一々々〇①Ⅷﬁﷺ￥\ufeff\u200b\u00ad\U0001f600\U00020000\ue000"
)
"""One character and more of every class that a pattern can tell apart by a category."""


class Use(Enum):
    """How a pattern is used: at every place of a text, at its beginning, or for the whole of it."""

    SEARCH = "search"
    MATCH = "match"
    FULLMATCH = "fullmatch"


class UnsupportedError(Exception):
    """The pattern has something that is not understood, so nothing is proved."""


Condition = tuple[str, frozenset[int]]
"""Of the character before (`prev`) or behind (`next`), by atom; `_EDGE` is the end of the text."""
_EDGE: Final = -1


@dataclass(eq=False, slots=True)
class _State:
    """Reads one character of `reads`, then goes on by `then`; or, where `reads` is None, reads nothing."""

    reads: frozenset[int] | None
    then: list[tuple[_State, tuple[Condition, ...]]] = field(default_factory=list)
    atomic: frozenset[int] = frozenset()
    accepts: bool = False


def why_not_linear(pattern: str | bytes, flags: int = 0, use: Use = Use.SEARCH) -> str | None:
    """Return the reason why `pattern` may take more than linear time; None when it cannot."""
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    flags = flags & ~re.UNICODE | re.ASCII if isinstance(pattern, bytes) else flags
    return _Automaton(text, flags & ~re.DEBUG, use).fault()


class _Automaton:
    def __init__(self, pattern: str, flags: int, use: Use) -> None:
        self._parsed = _parser.parse(pattern, flags)
        self._flags: int = self._parsed.state.flags
        self._atomic = 0
        self._alphabet = sorted(set(_SAMPLES) | set(_characters(self._parsed)))
        self._sets: dict[tuple[str, int], frozenset[int]] = {}
        end = _State(None, accepts=use is not Use.FULLMATCH)
        self._end = end
        entry = self._sequence(self._parsed, end, self._flags, frozenset())
        every = frozenset(range(len(self._alphabet)))
        if use is Use.SEARCH:
            loop = _State(every)
            loop.then = [(loop, ()), (entry, ())]
            self._starts = [loop]
        else:
            self._starts = [_State(frozenset(), [(entry, ())])]
        self._merge_characters()

    def _merge_characters(self) -> None:
        """Leave one of the characters that no set tells apart: the cost of the proof grows with their number."""
        states = list(self._starts)
        known = set(states)
        for state in states:
            fresh = [then for then, _ in state.then if then not in known]
            known.update(fresh)
            states += dict.fromkeys(fresh)
        sets = {state.reads for state in states if state.reads is not None}
        sets |= {allowed for state in states for _, conditions in state.then for _, allowed in conditions}
        ordered = list(sets)
        first: dict[tuple[bool, ...], int] = {}
        for character in range(len(self._alphabet)):
            first.setdefault(tuple(character in one for one in ordered), character)
        kept = frozenset(first.values()) | {_EDGE}
        for state in states:
            state.reads = None if state.reads is None else state.reads & kept
            state.then = [
                (then, tuple((what, allowed & kept) for what, allowed in conditions)) for then, conditions in state.then
            ]

    # The automaton

    def _sequence(self, parsed: Iterable[Any], end: _State, flags: int, atomic: frozenset[int]) -> _State:
        for code, argument in reversed(list(parsed)):
            end = self._node(code, argument, end, flags, atomic)
        return end

    def _node(self, code: Any, argument: Any, end: _State, flags: int, atomic: frozenset[int]) -> _State:
        if code in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            return _State(self._set(code, argument, flags), [(end, ())], atomic)
        if code is op.SUBPATTERN:
            _, added, removed, inner = argument
            return self._sequence(inner, end, (flags | added) & ~removed, atomic)
        if code is op.BRANCH:
            return _fork([self._sequence(branch, end, flags, atomic) for branch in argument[1]], atomic)
        if code in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeat(argument, end, flags, atomic)
        if code is op.POSSESSIVE_REPEAT:
            return self._repeat(argument, end, flags, self._once(atomic))
        if code is op.ATOMIC_GROUP:
            return self._sequence(argument, end, flags, self._once(atomic))
        if code in (op.ASSERT, op.ASSERT_NOT):
            return self._look(argument, end, flags, atomic, wanted=code is op.ASSERT)
        if code is op.AT:
            return _State(None, [(end, conditions) for conditions in self._at(argument, flags)], atomic)
        if code is op.GROUPREF and self._is_one_character(argument):
            return _State(frozenset(range(len(self._alphabet))), [(end, ())], atomic)
        raise UnsupportedError(str(code))

    def _once(self, atomic: frozenset[int]) -> frozenset[int]:
        self._atomic += 1
        return atomic | {self._atomic}

    def _repeat(self, argument: Any, end: _State, flags: int, atomic: frozenset[int]) -> _State:
        least, most, inner = argument
        least = min(int(least), UNBOUNDED)
        if most is op.MAXREPEAT or int(most) >= UNBOUNDED:
            # Going round and coming in are two states: `(a*)*` has two ways from one `a` to the next.
            loop = _State(None, [], atomic)
            loop.then = [(self._sequence(inner, loop, flags, atomic), ()), (end, ())]
            end = _State(None, list(loop.then), atomic)
        else:
            behind = end
            for _ in range(int(most) - least):
                end = _fork([self._sequence(inner, end, flags, atomic), behind], atomic)
        for _ in range(least):
            end = self._sequence(inner, end, flags, atomic)
        return end

    def _look(self, argument: Any, end: _State, flags: int, atomic: frozenset[int], *, wanted: bool) -> _State:
        direction, inner = argument
        one = self._one_set(inner, flags)
        if one is not None:
            every = frozenset(range(len(self._alphabet)))
            allowed = one if wanted else (every - one) | {_EDGE}
            return _State(None, [(end, (("next" if direction > 0 else "prev", allowed),))], atomic)
        if direction < 0:
            return end  # of a fixed width, so that it costs no more than a constant
        inside = self._sequence(inner, _State(None, accepts=True), flags, atomic)
        return _fork([inside, end], atomic)

    def _one_set(self, inner: Any, flags: int) -> frozenset[int] | None:
        """The characters of a look-around that looks at one character alone."""
        nodes = list(inner)
        if len(nodes) == 1 and nodes[0][0] is op.SUBPATTERN:
            return self._one_set(nodes[0][1][3], flags)
        if len(nodes) == 1 and nodes[0][0] is op.BRANCH:
            sets = [self._one_set(branch, flags) for branch in nodes[0][1][1]]
            return None if None in sets else frozenset().union(*(one for one in sets if one is not None))
        if len(nodes) == 1 and nodes[0][0] in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            return self._set(nodes[0][0], nodes[0][1], flags)
        return None

    def _at(self, where: Any, flags: int) -> list[tuple[Condition, ...]]:
        words = frozenset(i for i, c in enumerate(self._alphabet) if _is_word(c, flags))
        others = frozenset(range(len(self._alphabet))) - words | {_EDGE}
        newline = frozenset(i for i, c in enumerate(self._alphabet) if c == "\n")
        edge = frozenset({_EDGE})
        if where in (op.AT_BOUNDARY, op.AT_UNI_BOUNDARY):
            return [(("prev", words), ("next", others)), (("prev", others), ("next", words))]
        if where in (op.AT_NON_BOUNDARY, op.AT_UNI_NON_BOUNDARY):
            return [(("prev", words), ("next", words)), (("prev", others), ("next", others))]
        if where is op.AT_BEGINNING_STRING or (where is op.AT_BEGINNING and not flags & re.MULTILINE):
            return [(("prev", edge),)]
        if where is op.AT_BEGINNING:
            return [(("prev", edge | newline),)]
        if where is op.AT_END_STRING:
            return [(("next", edge),)]
        return [(("next", edge | newline),)]

    def _is_one_character(self, group: int) -> bool:
        for code, argument in _nodes(self._parsed):
            if code is op.SUBPATTERN and argument[0] == group:
                return self._one_set(argument[3], self._flags) is not None
        return False

    def _set(self, code: Any, argument: Any, flags: int) -> frozenset[int]:
        """The characters of the alphabet that this node reads: the engine itself is asked."""
        key = (f"{code} {argument!r}", flags)
        known = self._sets.get(key)
        if known is None:
            one = _parser.SubPattern(self._parsed.state, [(code, argument)])
            reads = _compiler.compile(one, flags).match
            known = frozenset(i for i, character in enumerate(self._alphabet) if reads(character))
            self._sets[key] = known
        return known

    # Its faults

    @cache  # noqa: B019 - the automaton lives no longer than the question
    def _after(self, state: _State) -> list[tuple[_State | None, tuple[Condition, ...]]]:
        """The states that read the next character, each as often as there are ways to it; None for the end."""
        found: list[tuple[_State | None, tuple[Condition, ...]]] = []
        stack: list[tuple[_State, tuple[Condition, ...], frozenset[int]]] = [
            (then, conditions, frozenset()) for then, conditions in state.then
        ]
        while stack:
            at, conditions, seen = stack.pop()
            if at.reads is not None:
                found.append((at, conditions))
            elif at.accepts or at is self._end:
                found.append((None if at.accepts else self._end, conditions))
            elif id(at) not in seen:
                stack += [(then, (*conditions, *more), seen | {id(at)}) for then, more in at.then]
        return found

    def _completes(self, state: _State, before: int, behind: int) -> bool:
        """Whether a match, or the look-around that the state is of, is complete between these two characters."""
        return any(
            then is None and all((before if what == "prev" else behind) in allowed for what, allowed in conditions)
            for then, conditions in self._after(state)
        )

    @cache  # noqa: B019
    def _steps(self, state: _State, before: int) -> dict[int, list[_State]]:
        """The next states by the character that they read, when the one before is `before`; one as often as there are
        ways to it."""
        found: dict[int, list[_State]] = {}
        for then, conditions in self._after(state):
            if then is None or then.reads is None:
                continue
            if all(before in allowed for what, allowed in conditions if what == "prev"):
                reads = then.reads
                for what, allowed in conditions:
                    if what == "next":
                        reads = reads & allowed
                for character in reads:
                    found.setdefault(character, []).append(then)
        return found

    @cached_property
    def _reading(self) -> list[_State]:
        found: dict[_State, None] = dict.fromkeys(self._starts)
        for state in (stack := list(self._starts)):
            for then, _ in self._after(state):
                if then is not None and then.reads is not None and then not in found:
                    found[then] = None
                    stack.append(then)
        return list(found)

    @cached_property
    def _loops(self) -> list[set[_State]]:
        """The loops, each as the states in it."""
        ahead = {s: {t for t, _ in self._after(s) if t is not None and t.reads is not None} for s in self._reading}
        loops: dict[int, set[_State]] = defaultdict(set)
        for state, number in looped_parts(ahead).items():
            loops[number].add(state)
        return list(loops.values())

    def _shown(self, states: Iterable[_State]) -> str:
        return "".join(sorted({self._alphabet[i] for state in states for i in state.reads or ()}))[:12]

    def fault(self) -> str | None:
        """Return what makes the automaton ambiguous without bound; None when nothing does."""
        for inside in self._loops:
            if self._reads_in_two_ways(inside):
                return f"a loop that reads {self._shown(inside)!r} can read one word in two ways"
        for one in self._loops:
            for other in self._loops:
                if one is not other and (pair := self._share_a_word(one, other)):
                    first, second = pair
                    where = "the search for a place" if first in self._starts else f"a loop of {self._shown([first])!r}"
                    return f"{where} and a later loop of {self._shown([second])!r} can divide one text in many ways"
        return None

    def _reads_in_two_ways(self, inside: set[_State]) -> bool:
        """Whether one word leads in two ways from a state of a loop to itself."""
        ahead: dict[tuple[_State, _State, int], set[tuple[_State, _State, int]]] = {}
        stack = [(state, state, last) for state in inside for last in state.reads or ()]
        while stack:
            pair = stack.pop()
            if pair in ahead:
                continue
            one, other, last = pair
            ahead[pair] = set()
            ones, others = self._steps(one, last), self._steps(other, last)
            for read in ones.keys() & others.keys():
                if one is other and any(ones[read].count(then) > 1 for then in ones[read] if then in inside):
                    return True
                ahead[pair].update((a, b, read) for a, b in product(ones[read], others[read]) if {a, b} <= inside)
            stack += ahead[pair]
        together: dict[int, set[bool]] = defaultdict(set)
        for (one, other, _), number in looped_parts(ahead).items():
            together[number].add(one is other)
        return any(len(kinds) > 1 for kinds in together.values())

    def _share_a_word(self, one: set[_State], other: set[_State]) -> tuple[_State, _State] | None:
        """A state of each loop, when a word leads from each to itself and from the first to the second."""
        on_the_way = self._leading_to(other)
        if one.isdisjoint(on_the_way):
            return None
        for first in one:
            for second in other:
                if first.atomic - second.atomic:
                    continue  # nothing goes back into the first
                both = (first.reads or frozenset()) & (second.reads or frozenset())
                # All characters at once settle most pairs.
                if self._leads(first, second, both, one, other, on_the_way) and any(
                    self._leads(first, second, frozenset({last}), one, other, on_the_way) for last in both
                ):
                    return first, second
        return None

    def _leading_to(self, goal: set[_State]) -> set[_State]:
        """The states from which one of `goal` can be reached."""
        found = set(goal)
        stack = list(goal)
        while stack:
            for before in self._before[stack.pop()]:
                if before not in found:
                    found.add(before)
                    stack.append(before)
        return found

    @cached_property
    def _before(self) -> dict[_State, set[_State]]:
        before: dict[_State, set[_State]] = defaultdict(set)
        for state in self._reading:
            for then, _ in self._after(state):
                if then is not None:
                    before[then].add(state)
        return before

    def _leads(
        self,
        first: _State,
        second: _State,
        starts: frozenset[int],
        one: set[_State],
        other: set[_State],
        on_the_way: set[_State],
    ) -> bool:
        """Whether one word leads from `first` to itself and to `second`, and from `second` to itself, when each has
        just read one of `starts`, and reads one of them again at the end of the word."""
        stack = [(first, first, second, last) for last in starts]
        seen = set(stack)
        while stack:
            a, b, c, before = stack.pop()
            of_a, of_b, of_c = self._steps(a, before), self._steps(b, before), self._steps(c, before)
            for read in of_a.keys() & of_b.keys() & of_c.keys():
                if self._completes(c, before, read):
                    continue  # the match, or the look-around, is complete here: nothing is tried again
                for x, y, z in product(of_a[read], of_b[read], of_c[read]):
                    if x is first and y is second and z is second and read in starts:
                        return True
                    now = (x, y, z, read)
                    if x in one and y in on_the_way and z in other and now not in seen:
                        seen.add(now)
                        stack.append(now)
        return False


def _fork(ways: list[_State], atomic: frozenset[int]) -> _State:
    return _State(None, [(way, ()) for way in ways], atomic)


def _is_word(character: str, flags: int) -> bool:
    return character == "_" or (character.isalnum() and (character.isascii() or not flags & re.ASCII))


def _nodes(parsed: Any) -> Iterator[tuple[Any, Any]]:
    """Every node of a parsed pattern, those inside others too."""
    if isinstance(parsed, (_parser.SubPattern, list, tuple)):
        if isinstance(parsed, tuple) and len(parsed) == 2 and hasattr(parsed[0], "name"):
            yield parsed
        for part in parsed:
            yield from _nodes(part)


def _characters(parsed: Any) -> Iterator[str]:
    """Characters by which the sets of a pattern differ: each literal, each end of a range, and their neighbours."""
    for code, argument in _nodes(parsed):
        codes: Iterable[int] = ()
        if code in (op.LITERAL, op.NOT_LITERAL):
            codes = (argument,)
        elif code is op.RANGE:
            codes = (argument[0] - 1, argument[0], argument[1], argument[1] + 1)
        for number in codes:
            if 0 <= number < 0x110000:
                character = chr(number)
                yield from {character, *(c for c in (character.lower(), character.upper()) if len(c) == 1)}
