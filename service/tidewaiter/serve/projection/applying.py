"""Applies records of the topics to the database, in one transaction with the offsets that they end at.

The result depends on the records and their order alone, and applying a record twice changes nothing: a crash neither
loses nor doubles, and two processes may share a database. The tables of a topic that was made anew are emptied first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from tidewaiter.serve.projection.standing import settle
from tidewaiter.serve.projection.tables import (
    PROJECTED,
    State,
    dead_letters,
    dispositions,
    findings,
    positions,
    replaced,
    verdicts,
)
from tidewaiter.stream.dispositions import decoded
from tidewaiter.stream.topics import Topics
from tidewaiter.wire import chain, signing
from tidewaiter.wire.signing import TrustedKeys
from tidewaiter_schemas import dead_letter as letters
from tidewaiter_schemas.disposition import Disposition
from tidewaiter_schemas.in_force import Position
from tidewaiter_schemas.verdict import Decision, Verdict

_IN: Final = 400
"""How many ids one query names: SQLite takes some thousand parameters."""

Place = tuple[str, int]
"""A topic and one of its partitions."""


@dataclass(frozen=True, slots=True)
class Read:
    """Records of one partition, and the offset to read next. `after` is what the database must have before."""

    topic: str
    partition: int
    records: Sequence[Any]
    next: int
    after: int = 0


class Behind(Exception):  # noqa: N818 - no error: somebody deleted the database, or put back an older one
    """The database lacks what was read before: applying more would leave a gap."""


@dataclass(slots=True)
class Applied:
    """What a transaction added."""

    verdicts: int = 0
    dispositions: int = 0
    dead_letters: int = 0
    unreadable: int = 0

    def counts(self) -> dict[str, int]:
        """Return the numbers by their names."""
        return asdict(self)


def read_positions(connection: Connection) -> dict[Place, tuple[int, str]]:
    """Return where to read on in each partition, with the digest of the record before."""
    rows = connection.execute(select(positions))
    return {(row.topic, row.partition): (row.next, row.last_sha256) for row in rows}


def empty(connection: Connection) -> None:
    """Remove everything that came from the topics, so that they are read again from their beginning."""
    for table in PROJECTED:
        connection.execute(delete(table))


def digest_of(record: Any) -> str:
    """Return the digest by which a record is recognised."""
    hashed = hashlib.sha256()
    for part in (record.key, record.value, str(record.timestamp).encode()):
        hashed.update(b"-" if part is None else b"+%d:" % len(part) + part)
    return hashed.hexdigest()


def apply(
    connection: Connection,
    topics: Topics,
    reads: Sequence[Read],
    transfers: Mapping[tuple[int, int], bytes],
    *,
    four_eyes: bool,
    trusted: TrustedKeys | None = None,
) -> Applied:
    """Apply what was read. `transfers` has the originals of reviews and blocks by partition and offset.

    With `trusted`, a disposition counts only when one of these keys signed it. Raises Behind when the database lacks
    what was read before.
    """
    done = Applied()
    known = {(row.topic, row.partition): row.next for row in connection.execute(select(positions).with_for_update())}
    touched: set[str] = set()
    for read in sorted(reads, key=lambda each: (each.topic != topics.verdicts, each.topic, each.partition)):
        begin = known.get((read.topic, read.partition), 0)
        fresh = [record for record in read.records if record.offset >= begin]
        if begin < read.after:
            raise Behind
        if read.next <= begin:
            continue
        if read.topic == topics.verdicts:
            touched |= _add_verdicts(connection, fresh, transfers, done)
        elif read.topic == topics.dispositions:
            touched |= _add_dispositions(connection, fresh, trusted, done)
        else:
            _add_dead_letters(connection, fresh, done)
        _move(connection, read, (read.topic, read.partition) in known, fresh)
    settle(connection, sorted(touched), four_eyes=four_eyes)
    return done


def _move(connection: Connection, read: Read, known: bool, fresh: Sequence[Any]) -> None:
    row: dict[str, Any] = {"next": read.next}
    if fresh:
        row["last_sha256"] = digest_of(fresh[-1])
    if known:
        here = (positions.c.topic == read.topic) & (positions.c.partition == read.partition)
        connection.execute(update(positions).where(here).values(row))
    else:
        row.setdefault("last_sha256", "")
        connection.execute(insert(positions).values(topic=read.topic, partition=read.partition, **row))


# Verdicts


def _add_verdicts(
    connection: Connection, records: Sequence[Any], transfers: Mapping[tuple[int, int], bytes], done: Applied
) -> set[str]:
    """Add verdicts in their order and return the ids whose state is to be settled."""
    read: list[tuple[Any, Verdict]] = []
    for record in records:
        verdict = _read(Verdict, record.value)
        if verdict is None:
            done.unreadable += 1
        else:
            read.append((record, verdict))
    names = {storable(verdict.transfer_id, 256) for _, verdict in read}
    seen = _ids(connection, verdicts, [str(verdict.id) for _, verdict in read])
    dropped = _ids(connection, replaced, [str(verdict.id) for _, verdict in read], "verdict_id")
    current = _in_force(connection, sorted(names))
    rows, found, stand = [], [], dict[str, _InForce]()
    for record, verdict in read:
        identity, transfer = str(verdict.id), storable(verdict.transfer_id, 256)
        base = str(verdict.dispositions.base) if verdict.dispositions is not None else identity
        position, was = Position.of(record.headers), current.get(transfer)
        later = 0 if position is None or was is None else position.compared_with(was.position)
        late = set() if verdict.rescreening is None else {str(each) for each in verdict.rescreening.replaces}
        known = identity in seen
        stands = later > 0 or (
            later == 0
            and not known
            and identity not in dropped
            and (was is None or verdict.rescreening is None or was.id in late or was.base in late)
        )
        dropped |= late
        if not known:
            seen.add(identity)
            rows.append(_verdict_row(record, verdict, base, transfers))
            found += _finding_rows(verdict)
        if stands:
            same = was is not None and was.id == identity
            state = was.state if was is not None and same else _first_state(verdict)
            if was is not None and not same:
                stand[was.id] = was._replace(state=State.REPLACED)
            current[transfer] = stand[identity] = _InForce(identity, base, state, position)
        elif not known:
            stand[identity] = _InForce(identity, base, State.REPLACED, position)
    _insert(connection, verdicts, [row | stand.pop(row["id"]).columns() for row in rows])
    _insert(connection, findings, found)
    if stand:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("state", "position")}
        connection.execute(
            update(verdicts).where(verdicts.c.id == bindparam("of")).values(values),
            [
                {"of": identity, **{f"new_{name}": value for name, value in each.columns().items()}}
                for identity, each in stand.items()
            ],
        )
    new = sorted(dropped - _ids(connection, replaced, sorted(dropped), "verdict_id"))
    _insert(connection, replaced, [{"verdict_id": each} for each in new])
    done.verdicts += len(rows)
    return {current[name].id for name in names if name in current}


def _first_state(verdict: Verdict) -> State:
    return State.CLEAR if verdict.decision is Decision.CLEAR else State.OPEN


def _verdict_row(
    record: Any, verdict: Verdict, base: str, transfers: Mapping[tuple[int, int], bytes]
) -> dict[str, Any]:
    headers = dict(reversed(record.headers))
    header = headers.get(chain.HEADER)
    linked = chain.read_header(header)
    original = None if linked is None else transfers.get((linked.partition, linked.offset))
    signature = headers.get(signing.HEADER)
    return {
        "id": str(verdict.id),
        "base": base,
        "transfer_id": storable(verdict.transfer_id, 256),
        "decision": verdict.decision.value,
        "conditional": verdict.conditional,
        "screened_ms": screened_ms(headers.get("ce_time"), record.timestamp),
        "partition": record.partition,
        "offset": record.offset,
        "chain": None if linked is None else (header or b"").decode()[:512],
        "signature": None if signature is None else storable(signature.decode("ascii", "replace"), 4_000),
        "rule_book": verdict.rulebook.sha256,
        "engine": storable(verdict.engine, 64),
        "value": record.value,
        "transfer": None if verdict.decision is Decision.CLEAR else original,
    }


def _finding_rows(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "verdict_id": str(verdict.id),
            "number": number,
            "rule": storable(finding.rule, 512),
            "rule_set": storable(finding.rule_set, 256),
            "family": finding.family.value,
            "effect": finding.effect.value,
            "subject": storable(finding.subject, 4_000),
            "suppressed_by": None if finding.suppressed_by is None else storable(finding.suppressed_by, 512),
            "voided": len(finding.suppression_voided),
            "party_key": None if finding.key is None else finding.key.party,
            "entry_key": None if finding.key is None else finding.key.entry,
        }
        for number, finding in enumerate(verdict.findings)
    ]


class _InForce(NamedTuple):
    """A verdict among those on its transfer. `base` is the id that it would have without dispositions."""

    id: str
    base: str
    state: State
    position: Position | None

    def columns(self) -> dict[str, Any]:
        """Return what the table has of it."""
        return {"state": self.state, "position": None if self.position is None else str(self.position)}


def _in_force(connection: Connection, transfers: Sequence[str]) -> dict[str, _InForce]:
    """Return the verdict in force on each of the transfers that has one."""
    found = {}
    table = verdicts.c
    for some in _parts(transfers):
        query = select(table.transfer_id, table.id, table.base, table.state, table.position).where(
            table.transfer_id.in_(some), table.state != State.REPLACED
        )
        for row in connection.execute(query):
            position = None if row.position is None else Position.read(row.position)
            found[row.transfer_id] = _InForce(row.id, row.base, State(row.state), position)
    return found


# Dispositions and dead letters


def _add_dispositions(
    connection: Connection, records: Sequence[Any], trusted: TrustedKeys | None, done: Applied
) -> set[str]:
    """Add dispositions and return the verdicts that they are about."""
    touched = set()
    for record in records:
        disposition = decoded(record, trusted)
        if not isinstance(disposition, Disposition):  # workers refuse it too
            done.unreadable += 1
            continue
        identity = storable(disposition.id, 256)
        withdrawn = None if disposition.withdrawn is None else _ms(disposition.withdrawn.at)
        there = connection.execute(
            select(dispositions.c.id, dispositions.c.withdrawn_ms).where(dispositions.c.id == identity)
        ).first()
        if there is not None:
            # Written again, a disposition can only be withdrawn: who decided what stays as it was first recorded.
            if withdrawn is not None and there.withdrawn_ms is None:
                change = update(dispositions).where(dispositions.c.id == identity)
                connection.execute(change.values(withdrawn_ms=withdrawn, value=record.value))
                touched.add(str(disposition.verdict_id))
            continue
        row = {
            "id": identity,
            "verdict_id": str(disposition.verdict_id),
            "transfer_id": storable(disposition.transfer_id, 256),
            "rule": storable(disposition.rule, 512),
            "subject": None if disposition.subject is None else storable(disposition.subject, 4_000),
            "judgement": storable(disposition.judgement, 64),
            "decided_by": storable(disposition.decided_by, 256),
            "approved_by": None if disposition.approved_by is None else storable(disposition.approved_by, 256),
            "decided_ms": _ms(disposition.decided_at),
            "expires_ms": None if disposition.expires_at is None else _ms(disposition.expires_at),
            "withdrawn_ms": withdrawn,
            "party_key": None if disposition.key is None else disposition.key.party,
            "entry_key": None if disposition.key is None else disposition.key.entry,
            "offset": record.offset,
            "value": record.value,
        }
        connection.execute(insert(dispositions).values(row))
        done.dispositions += 1
        touched.add(str(disposition.verdict_id))
    return touched


def _add_dead_letters(connection: Connection, records: Sequence[Any], done: Applied) -> None:
    rows = []
    for record in records:
        headers = {name: (content or b"").decode(errors="replace") for name, content in reversed(record.headers)}
        topic, partition = headers.get(letters.HEADER_TOPIC), headers.get(letters.HEADER_PARTITION)
        offset = headers.get(letters.HEADER_OFFSET)
        rows.append(
            {
                "partition": record.partition,
                "offset": record.offset,
                "reason": storable(headers.get(letters.HEADER_REASON, "unknown"), 32),
                "stage": storable(headers.get(letters.HEADER_STAGE, ""), 32) or None,
                "origin": storable(f"{topic}/{partition}@{offset}", 300) if topic else None,
                "written_ms": record.timestamp,
            }
        )
    _insert(connection, dead_letters, rows)
    done.dead_letters += len(rows)


# Parts


def storable(text: str, most: int) -> str:
    """Return `text` as both databases take it: no NUL, no half surrogate pair, at most `most` characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:most]


def screened_ms(header: bytes | None, otherwise: int) -> int:
    """Return the time of a `ce_time` header in ms; `otherwise` where there is none that can be read."""
    try:
        moment = datetime.fromisoformat((header or b"").decode())
        return _ms(moment) if moment.tzinfo is not None else otherwise
    except (ValueError, OverflowError):
        return otherwise


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)


def _read(model: Any, value: Any) -> Any:
    if not isinstance(value, bytes):
        return None
    try:
        return model.model_validate_json(value)
    except ValidationError:
        return None


def _ids(connection: Connection, table: Table, ids: Sequence[str], column: str = "id") -> set[str]:
    """Return which of the ids the table has."""
    found: set[str] = set()
    for some in _parts(ids):
        query = select(table.c[column]).where(table.c[column].in_(some))
        found.update(connection.execute(query).scalars())
    return found


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), list(rows))


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + _IN] for at in range(0, len(values), _IN))


def wanted(topics: Topics, reads: Sequence[Read]) -> dict[int, list[int]]:
    """Return the places of the transfers that reviews and blocks among the records are about, by partition."""
    places: dict[int, list[int]] = {}
    for read in reads:
        if read.topic != topics.verdicts:
            continue
        for record in read.records:
            linked = chain.read_header(dict(reversed(record.headers)).get(chain.HEADER))
            if linked is not None and linked.topic == topics.transfers and b'"decision":"clear"' not in record.value:
                places.setdefault(linked.partition, []).append(linked.offset)
    return {partition: sorted(set(offsets)) for partition, offsets in places.items()}


def verdict_id(text: str) -> str | None:
    """Return a verdict's id in its canonical form; None for what is no UUID."""
    try:
        return str(UUID(text))
    except ValueError:
        return None
