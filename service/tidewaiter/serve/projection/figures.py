"""What the database says of the people's work, for the metrics: no person, no party, no transfer."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sqlalchemy import Connection, Select, and_, case, func, select

from tidewaiter.observability.serve_metrics import PeopleFigures
from tidewaiter.serve.projection.queue import counts, counts_by_rule_set, overruled
from tidewaiter.serve.projection.tables import WAITING, dispositions, findings, verdicts
from tidewaiter_schemas.disposition import Judgement
from tidewaiter_schemas.verdict import Decision, Family

_WEEK_MS: Final = 7 * 86_400_000
_OF_LISTS: Final = Family.PARTY.value


def people_figures(connection: Connection, now_ms: int, overdue_before_ms: int) -> PeopleFigures:
    """Return the figures as of now."""
    parts = counts(connection, overdue_before_ms)
    items = {(d.value, s.value): 0 for d in (Decision.BLOCK, Decision.REVIEW) for s in WAITING}
    items |= {(part.decision, part.state): part.items for part in parts}
    oldest = {Decision.BLOCK.value: now_ms / 1_000, Decision.REVIEW.value: now_ms / 1_000}
    for part in parts:
        oldest[part.decision] = min(oldest.get(part.decision, now_ms / 1_000), part.oldest_ms / 1_000)
    suppressed, voided = _of_the_week(connection, now_ms)
    return PeopleFigures(
        items=items,
        oldest=oldest,
        overdue=sum(part.overdue for part in parts),
        by_rule_set=dict(counts_by_rule_set(connection)),
        judged=_judged(connection),
        suppressions=_suppressions(connection, now_ms),
        suppressed=suppressed,
        voided=voided,
    )


def _judged(connection: Connection) -> dict[tuple[str, str, str], int]:
    """Return how many findings have a disposition that stands, by rule set, rule and judgement."""
    rule = case((findings.c.family == _OF_LISTS, ""), else_=findings.c.rule)
    query = (
        select(findings.c.rule_set, rule.label("rule"), dispositions.c.judgement, func.count().label("number"))
        .join(
            dispositions,
            and_(
                dispositions.c.verdict_id == findings.c.verdict_id,
                dispositions.c.rule == findings.c.rule,
                dispositions.c.subject == findings.c.subject,
            ),
        )
        .where(dispositions.c.withdrawn_ms.is_(None), ~_overruled().exists())
        .group_by(findings.c.rule_set, rule, dispositions.c.judgement)
    )
    known = {each.value for each in Judgement}
    found: Counter[tuple[str, str, str]] = Counter()
    for row in connection.execute(query):
        found[row.rule_set, row.rule, row.judgement if row.judgement in known else "other"] += row.number
    return dict(found)


def _overruled() -> Select[tuple[str]]:
    later = dispositions.alias()
    return select(later.c.id).where(
        later.c.verdict_id == dispositions.c.verdict_id,
        later.c.rule == dispositions.c.rule,
        later.c.subject == dispositions.c.subject,
        later.c.offset > dispositions.c.offset,
    )


def _suppressions(connection: Connection, now_ms: int) -> dict[str, int]:
    state = case(
        (dispositions.c.withdrawn_ms.is_not(None), "withdrawn"),
        (overruled().exists(), "overruled"),
        (dispositions.c.expires_ms <= now_ms, "expired"),
        else_="in_force",
    )
    query = (
        select(state.label("state"), func.count().label("number"))
        .where(
            dispositions.c.judgement == Judgement.FALSE_POSITIVE.value,
            dispositions.c.party_key.is_not(None),
        )
        .group_by(state)
    )
    found = dict.fromkeys(("in_force", "expired", "withdrawn", "overruled"), 0)
    return found | {row.state: row.number for row in connection.execute(query)}


def _of_the_week(connection: Connection, now_ms: int) -> tuple[int, int]:
    """Return how many findings of seven days are suppressed by a disposition, and of how many one was voided."""
    suppressed = func.sum(case((findings.c.suppressed_by.startswith("disposition"), 1), else_=0))
    voided = func.sum(case((findings.c.voided > 0, 1), else_=0))
    query = (
        select(suppressed.label("suppressed"), voided.label("voided"))
        .join(verdicts, verdicts.c.id == findings.c.verdict_id)
        .where(verdicts.c.screened_ms >= now_ms - _WEEK_MS)
    )
    row = connection.execute(query).one()
    return int(row.suppressed or 0), int(row.voided or 0)
