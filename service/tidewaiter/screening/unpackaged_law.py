"""Report law that binds the operator and applies to the transfer, but that no packaged rule covers.

The finding is a rule of the product. It names the programmes, so that a person checks them. `docs/nexus.md` has a table
of what each kind of programme requires.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from tidewaiter.goods.doubts import KNOWN
from tidewaiter.goods.kinds import kind_of, kinds_within
from tidewaiter.goods.recognition import Category, HeadingHit
from tidewaiter.rulebook.phrases import Phrases
from tidewaiter.rulebook.programmes import Programme, ProgrammeKind
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.case import Case
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.nexus import Nexus
from tidewaiter.screening.nexus.tie import Tie
from tidewaiter.screening.unknowns import GOODS_KINDS, own_finding
from tidewaiter_schemas.verdict import Effect, Evidence, Finding

RULE: Final = "TW-LAW-NOT-PACKAGED"
MOST_NAMED: Final = 5
"""Maximum number of programmes that one finding names; it counts the others."""

_FREE: Final = (*(f"{chapter:02}" for chapter in range(1, 22)), "3002", "3003", "3004", "3005", "3006", "49")
_NOT_FREE: Final = ("1604",)
"""Food, medicine and printed matter: hardly any list of goods includes them. Caviar is the exception."""
_ARMS: Final = ("93", "8710", "890610", "3601", "3602", "3603", "3604")
_FORCES: Final = Phrases(
    (
        "army", "armed forces", "navy", "air force", "ministry of defence", "ministry of defense", "national guard",
        "police", "military", "general staff", "forces armées", "ministère de la défense", "fuerzas armadas",
        "ministerio de defensa", "streitkräfte", "verteidigungsministerium", "вооруженн*", "министерств* обороны",
        "минобороны", "войск*", "军队", "国防部", "武装部队", "防衛省", "자위대", "국방부", "군대", "وزارة الدفاع",
        "القوات المسلحة", "silahlı kuvvetler", "milli savunma bakanlığı",
    )
)  # fmt: skip
"""Words in the names of armed forces and police."""
_SERVICES: Final = frozenset({"service", "payment", "charter"})


def find_unpackaged_law(case: Case, nexus: Nexus) -> list[Finding]:
    """Return one finding for each jurisdiction whose law on the country applies and is not fully packaged."""
    by_jurisdiction: dict[tuple[str, str], list[tuple[Programme, Tie]]] = {}
    ties: dict[str, Tie | None] = {}  # many programmes ask for the same few
    for programme in case.book.programmes.get(nexus.territory.country, ()):
        if not programme.in_force_on(case.day):
            continue
        way = "any" if programme.kind in _OF_ANY_DIRECTION else programme.direction
        if way not in ties:
            ties[way] = _tie(way, nexus)
        tie = ties[way]
        if tie is None or tie.certainty < case.book.policy.review_at:
            continue
        if _ASKS[programme.kind](programme, case):
            by_jurisdiction.setdefault((programme.jurisdiction, programme.effect), []).append((programme, tie))
    return [
        _finding(jurisdiction, Effect(effect), nexus, group)
        for (jurisdiction, effect), group in by_jurisdiction.items()
    ]


_OF_ANY_DIRECTION: Final = frozenset({ProgrammeKind.COMPREHENSIVE, ProgrammeKind.SERVICES})


def _tie(way: str, nexus: Nexus) -> Tie | None:
    if way == "any":
        return nexus.any_tie()
    directions = {"to": (Direction.TO,), "from": (Direction.FROM,), "both": (Direction.TO, Direction.FROM)}
    return next((tie for one in directions[way] if (tie := nexus.best(one)) is not None), None)


def _always(programme: Programme, case: Case) -> bool:
    return True


def _goods(programme: Programme, case: Case) -> bool:
    if not case.items:
        return case.transfer.kind in GOODS_KINDS
    return any(_may_be_named(programme, item, case) for item in case.items)


def _may_be_named(programme: Programme, item: RecognisedItem, case: Case) -> bool:
    codes = _codes(item)
    if programme.goods:
        weighed = case.book.goods.doubts.weigh
        if any(_names(hit.code, hit.declared or not weighed, programme.goods) for hit in _hits(item)):
            return True
        return item.doubts.about(_kinds(programme.goods)) is not None
    free = bool(codes) and all(code.startswith(_FREE) and not code.startswith(_NOT_FREE) for code in codes)
    return not (free and item.known)


def _arms(programme: Programme, case: Case) -> bool:
    """Return whether goods go to armed forces or police, or may be arms that no rule of the programme covers."""
    if any(party.name and _FORCES.find(party.name) for party in case.transfer.parties):
        return True
    return programme.packaged == "no" and any(_may_be_arms(item) for item in case.items)


def _may_be_arms(item: RecognisedItem) -> bool:
    recognition = item.recognition
    return any(_under(hit.code, _ARMS) for hit in recognition.headings) or any(
        hit.category == Category.ARMS for hit in recognition.categories
    )


def _services(programme: Programme, case: Case) -> bool:
    return case.transfer.kind in _SERVICES


def _never(programme: Programme, case: Case) -> bool:
    return False


_ASKS: Final[Mapping[ProgrammeKind, Callable[[Programme, Case], bool]]] = {
    ProgrammeKind.COMPREHENSIVE: _always,
    ProgrammeKind.SECTORAL_GOODS: _goods,
    ProgrammeKind.IMPORT_BAN: _goods,
    ProgrammeKind.ARMS_EMBARGO: _arms,
    ProgrammeKind.SERVICES: _services,
    ProgrammeKind.ASSET_FREEZE_ONLY: _never,
    ProgrammeKind.DUAL_USE_LICENSING: _never,
}
"""For each kind of programme, the predicate that tells whether it applies to a transfer."""


def _codes(item: RecognisedItem) -> list[str]:
    """Return the codes that the item has or may have."""
    return [hit.code for hit in _hits(item)]


def _hits(item: RecognisedItem) -> list[HeadingHit]:
    return [hit for hit in item.recognition.headings if hit.certainty >= 1 - KNOWN]


@lru_cache(maxsize=8192)
def _names(code: str, wide: bool, prefixes: tuple[str, ...]) -> bool:
    """Return whether the goods under a heading are those of a prefix, or may be.

    A heading that words name may be wider than a prefix of another kind. It counts only if it is `wide`: where kinds
    are weighed, whether the goods are of the other kind is asked there.
    """
    return any(
        code.startswith(prefix) or (prefix.startswith(code) and (wide or kind_of(prefix) == kind_of(code)))
        for prefix in prefixes
    )


@cache
def _kinds(prefixes: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*map(kinds_within, prefixes))


def _under(code: str, prefixes: Iterable[str]) -> bool:
    """Return whether the code is under one of the prefixes, or short enough that it may be."""
    return any(code.startswith(prefix) or prefix.startswith(code) for prefix in prefixes)


def _finding(jurisdiction: str, effect: Effect, nexus: Nexus, group: Sequence[tuple[Programme, Tie]]) -> Finding:
    programmes, tie = [programme for programme, _ in group], group[0][1]
    named = "; ".join(_in_words(programme) for programme in programmes[:MOST_NAMED])
    more = f"; and {len(programmes) - MOST_NAMED} more" if len(programmes) > MOST_NAMED else ""
    how = "packaged only in part" if all(programme.packaged == "part" for programme in programmes) else "not packaged"
    fact = f"It {tie.sentence}, and the law of {jurisdiction} on {nexus.territory.demonym} is {how} ({named}{more})."
    return own_finding(
        RULE,
        tie.evidence.subject,
        fact,
        tie.evidence.kind,
        tie.evidence.value,
        effect,
        further_citations=tuple(programme.citation for programme in programmes[:MOST_NAMED]),
        further_evidence=tuple(_evidence(tie, programmes[:MOST_NAMED])),
    )


def _in_words(programme: Programme) -> str:
    what = programme.what if programme.what[1:2].isupper() else programme.what[:1].lower() + programme.what[1:]
    return f"{programme.instrument}: {what}"


def _evidence(tie: Tie, programmes: Sequence[Programme]) -> Iterator[Evidence]:
    for programme in programmes:
        what = f"{programme.kind} since {programme.since}"
        yield Evidence(kind="programme", subject=tie.evidence.subject, value=programme.target, matched=what)
