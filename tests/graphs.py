"""What tests ask of a directed graph."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import TypeVar

_N = TypeVar("_N", bound=Hashable)


def looped_parts(ahead: Mapping[_N, Collection[_N]]) -> dict[_N, int]:
    """The strongly connected parts of a graph that hold an edge, by node (Tarjan, without recursion)."""
    index: dict[_N, int] = {}
    low: dict[_N, int] = {}
    path: list[_N] = []
    on_path: set[_N] = set()
    found: dict[_N, int] = {}
    for root in ahead:
        work: list[tuple[_N, Iterator[_N]]] = []
        fresh: list[_N] = [] if root in index else [root]
        while fresh or work:
            if fresh:
                node = fresh.pop()
                index[node] = low[node] = len(index)
                path.append(node)
                on_path.add(node)
                work.append((node, iter(ahead.get(node, ()))))
            node, rest = work[-1]
            for then in rest:
                if then not in index:
                    fresh.append(then)
                    break
                if then in on_path:
                    low[node] = min(low[node], index[then])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part: list[_N] = []
                    while not part or part[-1] != node:
                        part.append(path.pop())
                        on_path.discard(part[-1])
                    if len(part) > 1 or node in ahead.get(node, ()):
                        found.update(dict.fromkeys(part, index[node]))
    return found
