"""Queries over verdicts: the queue of what people have to decide, and the search in all verdicts.

Both the API and the console ask here. Pages are by cursor: a cursor names the last row of a page, so that verdicts
which arrive meanwhile move nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, case, delete, func, insert, or_, select

from tidewaiter.serve.projection.applying import storable
from tidewaiter.serve.projection.tables import (
    WAITING,
    State,
    assignments,
    dispositions,
    findings,
    verdicts,
)

MOST: Final = 200
"""Most rows of a page."""


class Order(StrEnum):
    """The order of a page."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a query asks for. An empty field asks for anything. Times are ms since 1970, `until` is excluded."""

    states: tuple[State, ...] = ()
    decisions: tuple[str, ...] = ()
    transfer: str | None = None
    rule: str | None = None
    rule_set: str | None = None
    """A list or a rule set, by its id."""
    assignee: str | None = None
    unassigned: bool = False
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows."""

    screened_ms: int
    id: str

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.screened_ms, self.id]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Return the cursor; None for a text that is none."""
        try:
            ms, identity = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, TypeError, binascii.Error, UnicodeDecodeError, RecursionError):
            return None
        if type(ms) is not int or abs(ms) >= 2**62 or not isinstance(identity, str):
            return None
        return cls(ms, storable(identity, 64))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of the next page; None after the last."""

    rows: Sequence[Row[Any]]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many items of one decision and state are in the queue, since when the oldest, and how many are overdue."""

    decision: str
    state: str
    items: int
    oldest_ms: int
    overdue: int


COLUMNS: Final = (
    verdicts.c.id,
    verdicts.c.transfer_id,
    verdicts.c.decision,
    verdicts.c.conditional,
    verdicts.c.state,
    verdicts.c.screened_ms,
    verdicts.c.partition,
    verdicts.c.offset,
    verdicts.c.chain,
    verdicts.c.signature,
    verdicts.c.rule_book,
    verdicts.c.value,
    assignments.c.assignee,
    assignments.c.assigned_ms,
)


def _rows() -> Select[Any]:
    return select(*COLUMNS).select_from(verdicts.outerjoin(assignments, assignments.c.verdict_id == verdicts.c.id))


def page(connection: Connection, wanted: Filter, order: Order, limit: int = 50, after: Cursor | None = None) -> Page:
    """Return a page of verdicts."""
    query = _rows().where(*_conditions(wanted))
    key = (verdicts.c.screened_ms, verdicts.c.id)
    query = query.order_by(*((each.desc() for each in key) if order is Order.NEWEST else key))
    if after is not None:
        ms, identity = after.screened_ms, after.id
        beyond = key[0] < ms if order is Order.NEWEST else key[0] > ms
        within = key[1] < identity if order is Order.NEWEST else key[1] > identity
        query = query.where(or_(beyond, and_(key[0] == ms, within)))
    limit = max(1, min(limit, MOST))
    rows = connection.execute(query.limit(limit + 1)).all()
    shown = rows[:limit]
    following = Cursor(shown[-1].screened_ms, shown[-1].id) if len(rows) > limit else None
    return Page(shown, following)


def queue(connection: Connection, wanted: Filter, limit: int = 50, after: Cursor | None = None) -> Page:
    """Return a page of the queue, oldest first: what waits longest is decided first."""
    states = wanted.states or WAITING
    return page(connection, Filter(**{**_fields(wanted), "states": states}), Order.OLDEST, limit, after)


def one(connection: Connection, verdict_id: str) -> Row[Any] | None:
    """Return a verdict with its transfer and assignment; None where there is none of that id."""
    query = _rows().add_columns(verdicts.c.transfer, verdicts.c.engine, verdicts.c.base)
    return connection.execute(query.where(verdicts.c.id == verdict_id)).first()


def dispositions_of(connection: Connection, verdict_id: str) -> Sequence[Row[Any]]:
    """Return the dispositions of a verdict's findings, in the order in which they were recorded."""
    query = select(dispositions).where(dispositions.c.verdict_id == verdict_id).order_by(dispositions.c.offset)
    return connection.execute(query).all()


def dispositions_of_parties(connection: Connection, verdict_id: str) -> Sequence[Row[Any]]:
    """Return earlier dispositions, of other verdicts, of the same parties; also against other entries."""
    mine = select(findings.c.party_key).where(findings.c.verdict_id == verdict_id, findings.c.party_key.is_not(None))
    query = (
        select(dispositions)
        .where(dispositions.c.party_key.in_(mine), dispositions.c.verdict_id != verdict_id)
        .order_by(dispositions.c.offset.desc())
        .limit(MOST)
    )
    return connection.execute(query).all()


def disposition(connection: Connection, identity: str) -> Row[Any] | None:
    """Return one disposition; None where there is none of that id."""
    return connection.execute(select(dispositions).where(dispositions.c.id == storable(identity, 256))).first()


def others_of_transfer(connection: Connection, transfer_id: str, but: str) -> Sequence[Row[Any]]:
    """Return the other verdicts on a transfer, newest first."""
    query = (
        _rows()
        .where(verdicts.c.transfer_id == storable(transfer_id, 256), verdicts.c.id != but)
        .order_by(verdicts.c.screened_ms.desc(), verdicts.c.id.desc())
        .limit(MOST)
    )
    return connection.execute(query).all()


def counts(connection: Connection, overdue_before_ms: int) -> list[QueueCount]:
    """Return how many items the queue has, by decision and state."""
    overdue = func.sum(case((verdicts.c.screened_ms < overdue_before_ms, 1), else_=0))
    query = (
        select(
            verdicts.c.decision,
            verdicts.c.state,
            func.count().label("items"),
            func.min(verdicts.c.screened_ms).label("oldest_ms"),
            overdue.label("overdue"),
        )
        .where(verdicts.c.state.in_(WAITING))
        .group_by(verdicts.c.decision, verdicts.c.state)
        .order_by(verdicts.c.decision, verdicts.c.state)
    )
    return [
        QueueCount(row.decision, row.state, row.items, row.oldest_ms, int(row.overdue))
        for row in connection.execute(query)
    ]


def counts_by_rule_set(connection: Connection) -> list[tuple[str, int]]:
    """Return how many items of the queue have a finding of each list and rule set, most first."""
    number = func.count(func.distinct(verdicts.c.id))
    query = (
        select(findings.c.rule_set, number.label("items"))
        .join(verdicts, verdicts.c.id == findings.c.verdict_id)
        .where(verdicts.c.state.in_(WAITING))
        .group_by(findings.c.rule_set)
        .order_by(number.desc(), findings.c.rule_set)
    )
    return [(row.rule_set, row.items) for row in connection.execute(query)]


def counts_by_rule(connection: Connection, most: int = 20) -> list[tuple[str, int]]:
    """Return how many items of the queue have a finding of each rule or list entry, the most frequent first."""
    number = func.count(func.distinct(verdicts.c.id))
    query = (
        select(findings.c.rule, number.label("items"))
        .join(verdicts, verdicts.c.id == findings.c.verdict_id)
        .where(verdicts.c.state.in_(WAITING))
        .group_by(findings.c.rule)
        .order_by(number.desc(), findings.c.rule)
        .limit(most)
    )
    return [(row.rule, row.items) for row in connection.execute(query)]


def overruled() -> Select[tuple[str]]:
    """Return a query for the later dispositions on the party and entry of one in the query around it."""
    later = dispositions.alias()
    return select(later.c.id).where(
        later.c.rule == dispositions.c.rule,
        later.c.party_key == dispositions.c.party_key,
        later.c.offset > dispositions.c.offset,
    )


def assign(connection: Connection, verdict_id: str, assignee: str | None, by: str, now_ms: int) -> None:
    """Assign a verdict to a person, or to nobody."""
    connection.execute(delete(assignments).where(assignments.c.verdict_id == verdict_id))
    if assignee is not None:
        connection.execute(
            insert(assignments).values(
                verdict_id=verdict_id,
                assignee=storable(assignee, 200),
                assigned_by=storable(by, 200),
                assigned_ms=now_ms,
            )
        )


def _conditions(wanted: Filter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.states:
        conditions.append(verdicts.c.state.in_(wanted.states))
    if wanted.decisions:
        conditions.append(verdicts.c.decision.in_(wanted.decisions))
    if wanted.transfer is not None:
        conditions.append(verdicts.c.transfer_id == storable(wanted.transfer, 256))
    if wanted.since is not None:
        conditions.append(verdicts.c.screened_ms >= wanted.since)
    if wanted.until is not None:
        conditions.append(verdicts.c.screened_ms < wanted.until)
    if wanted.assignee is not None:
        conditions.append(assignments.c.assignee == storable(wanted.assignee, 200))
    if wanted.unassigned:
        conditions.append(assignments.c.assignee.is_(None))
    if wanted.rule is not None or wanted.rule_set is not None:
        found = select(findings.c.verdict_id).where(findings.c.verdict_id == verdicts.c.id)
        if wanted.rule is not None:
            found = found.where(findings.c.rule == storable(wanted.rule, 512))
        if wanted.rule_set is not None:
            found = found.where(findings.c.rule_set == storable(wanted.rule_set, 256))
        conditions.append(found.exists())
    return conditions


def _fields(wanted: Filter) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in Filter.__slots__}
