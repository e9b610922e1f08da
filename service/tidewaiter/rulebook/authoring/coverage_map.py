"""The map of known law by country and jurisdiction: what rules encode, and what is only known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tidewaiter.rulebook.programmes import Programme

PACKAGED = {"yes": "rules", "part": "rules in part", "no": "known, no rules"}
"""The words of the map for how much of a programme rules encode."""


def coverage_map(programmes: Iterable[Programme], day: date) -> Mapping[str, Mapping[str, tuple[Programme, ...]]]:
    """Return the programmes in force on `day`, by country or region and by jurisdiction, each in order."""
    found: dict[str, dict[str, list[Programme]]] = {}
    for programme in programmes:
        if programme.in_force_on(day):
            found.setdefault(programme.target, {}).setdefault(programme.jurisdiction, []).append(programme)
    return {
        target: {jurisdiction: tuple(group) for jurisdiction, group in sorted(groups.items())}
        for target, groups in sorted(found.items())
    }


def in_a_cell(programmes: Iterable[Programme]) -> str:
    """Return the text of a table cell: the programmes of one jurisdiction on one country, a line for each state."""
    kinds: dict[str, list[str]] = {}
    for programme in programmes:
        kinds.setdefault(PACKAGED[programme.packaged], []).append(str(programme.kind))
    return "\n".join(f"{state}: {', '.join(dict.fromkeys(group))}" for state, group in kinds.items())
