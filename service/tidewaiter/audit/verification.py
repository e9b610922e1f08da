"""Verifies verdicts and dead letters against their chains. Pure: records in, report out.

Three things are legitimate and only reported: a copy (the same link again), a fork (a transfer judged again after a
crash, with another rule book or engine, from an existing link), and a beginning. Every other deviation from one chain
in the order of the transfers is a fault.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydantic_core import from_json

from tidewaiter.audit.records import RecordKind, Stored
from tidewaiter.audit.report import AuditFinding, AuditReport, Beginning, Fault, Fork, SeenChain
from tidewaiter.wire.chain import BEGINNING, RESCREENED, Ends, Linked
from tidewaiter.wire.signing import TrustedKeys
from tidewaiter_schemas import dead_letter as contract

_START: Final = bytes.fromhex(BEGINNING)
_MOST: Final = 1_000
"""How many findings of one fault in one chain are listed: a chain that was forged breaks at every record."""

Partition = tuple[str, int]
"""A partition of transfers: topic and number."""


class Committed(NamedTuple):
    """What a group committed for one partition of transfers. `ends` is None when it committed none."""

    offset: int
    ends: Ends | None


@dataclass(frozen=True, slots=True)
class AuditWindow:
    """The part of a topic that is verified.

    `opens` (ms since 1970): records before this time may be missing, so a chain may begin in its middle there. None
    requires all records. Records of `kept` or later must be there, however late the topic begins. `entries` are links
    known to be outside.
    """

    opens: int | None = None
    kept: int = 0
    entries: frozenset[str] = frozenset()


class _Ruling(NamedTuple):
    """The rule book and engine that judged. `rule_book` is a sha-256, empty for a dead letter."""

    rule_book: str
    engine: str

    def __str__(self) -> str:
        return f"rule book {self.rule_book[:16]}, engine {self.engine}" if self.rule_book else self.engine


class _VerdictHashes(bytes):
    """Short hashes of a verdict's transfer, id and content, in one object: there may be tens of millions of them."""

    __slots__ = ()

    @classmethod
    def of(cls, transfer: str, identity: str, content: str) -> _VerdictHashes:
        """Return the hashes. `content` is the sha-256 of the verdict's bytes in hexadecimal."""
        return cls(_short(transfer) + _short(identity) + bytes.fromhex(content)[:16])

    @property
    def transfer(self) -> bytes:
        """Return the hash of the id of the transfer."""
        return self[:8]

    @property
    def identity(self) -> bytes:
        """Its own id."""
        return self[8:16]

    @property
    def content(self) -> bytes:
        """Return the hash of its bytes, which contain both ids."""
        return self[16:]


@dataclass(slots=True)
class _Node:
    linked_to: bytes
    transfer: int
    partition: int
    offset: int
    timestamp: int
    ruling: _Ruling
    stated: _VerdictHashes | None
    """None for a dead letter, and for anything that is not a verdict."""


@dataclass(slots=True)
class _Chain:
    kind: RecordKind
    topic: str
    partition: int
    nodes: dict[bytes, _Node] = field(default_factory=dict)

    def place(self, node: _Node) -> str:
        return f"{self.topic}/{self.partition}@{node.transfer}"

    @property
    def name(self) -> str:
        return f"{self.kind}s of {self.topic}/{self.partition}"

    @property
    def rescreened(self) -> bool:
        """Return whether it is a chain of the rescreener, whose places are numbers and not offsets of transfers."""
        return self.topic.endswith(RESCREENED)

    def where(self, node: _Node) -> str:
        return f"{self.kind} {node.partition}@{node.offset}"


class Verifier:
    """Collects all records, those of one partition in their order, and then reports what it found.

    Records before `opens` (ms since 1970) only serve as targets of links: they need no link and no signature. Uses
    about 800 bytes a record.
    """

    def __init__(self, keys: TrustedKeys | None = None, opens: int | None = None) -> None:
        self._keys, self._opens = keys, opens or 0
        self._chains: dict[tuple[RecordKind, str, int], _Chain] = {}
        self._linked_yet: set[tuple[RecordKind, int]] = set()
        self._rulings: dict[_Ruling, _Ruling] = {}
        self._report = AuditReport()
        self._signed: defaultdict[str, int] = defaultdict(int)
        self._told: defaultdict[tuple[Fault, str], int] = defaultdict(int)

    def add(self, stored: Stored) -> Linked | None:
        """Add a record. Return the link that it claims."""
        report = self._report
        if stored.kind is RecordKind.VERDICT:
            report.verdicts += 1
        else:
            report.dead_letters += 1
        self._check_signature(stored)
        linked = stored.linked
        if linked is None and stored.chain is not None:
            self._fault(Fault.CHANGED, stored.where, "its link has a form that is never written", stored.kind)
            return None
        if linked is None:
            report.unlinked += 1
            if (stored.kind, stored.partition) in self._linked_yet and stored.timestamp >= self._opens:
                text = (
                    "has no link, but records before it have: a worker without chains wrote it (an upgrade or a "
                    "rollback), or somebody inserted it; verify --from a later time excludes it"
                )
                self._fault(Fault.UNLINKED, stored.where, text, stored.kind)
            return None
        self._linked_yet.add((stored.kind, stored.partition))
        chain = self._chains.setdefault(
            (stored.kind, linked.topic, linked.partition), _Chain(stored.kind, linked.topic, linked.partition)
        )
        content = stored.digest
        if stored.link(linked, content) != linked.link:
            self._fault(Fault.CHANGED, stored.where, f"is not what was written for {linked.place}", chain.name)
        ruling, stated = self._judged(stored, content)
        link = bytes.fromhex(linked.link)
        if link in chain.nodes:
            report.copies += 1
            return linked
        chain.nodes[link] = _Node(
            bytes.fromhex(linked.before),
            linked.offset,
            stored.partition,
            stored.offset,
            stored.timestamp,
            ruling,
            stated,
        )
        return linked

    def report(
        self,
        windows: Mapping[RecordKind, AuditWindow],
        committed: Mapping[Partition, Committed] | None = None,
        seen: Sequence[SeenChain] = (),
    ) -> AuditReport:
        """Return the report on all records added.

        `committed` is what the group had committed before the records were read, None to skip that check. `seen` are
        chains of earlier reports, which must still be there.
        """
        report = self._report
        report.signed = dict(self._signed)
        chains = sorted(self._chains.values(), key=lambda each: (each.kind, each.topic, each.partition))
        for chain in chains:
            self._hold(chain, windows[chain.kind])
        self._hold_identities(chains)
        if committed is not None:
            self._hold_to_commits(committed, windows)
        for each in seen:
            if each.timestamp >= windows[each.kind].kept:
                text = f"was seen by an earlier verification, the last of {each.topic}/{each.partition}@{each.last}"
                self._must_be_there(each.kind, (each.topic, each.partition), each.link, text)
        self._note_holes()
        if report.unlinked:
            report.notes.append(f"{report.unlinked} records have no link: a worker without chains wrote them")
        if self._keys is None:
            report.notes.append("signatures were not checked: --keys FILE names the public keys of the signers")
        return report

    def _check_signature(self, stored: Stored) -> None:
        if self._keys is None or stored.timestamp < self._opens:
            return
        signer = stored.signer(self._keys)
        if signer is None:
            self._fault(Fault.UNSIGNED, stored.where, "none of the given keys signed it with its link", stored.kind)
        else:
            self._signed[signer] += 1

    def _judged(self, stored: Stored, content: str) -> tuple[_Ruling, _VerdictHashes | None]:
        """Return who judged and, for a verdict, its hashes. Its key and headers must agree with its value."""
        if stored.kind is RecordKind.DEAD_LETTER:
            engine = (stored.header(contract.HEADER_ENGINE) or b"").decode(errors="replace")
            return self._one_of(_Ruling("", engine)), None
        try:
            value = from_json(stored.value or b"")
            identity, transfer = str(value["id"]), str(value["transfer_id"])
            ruling = _Ruling(str(value["rulebook"]["sha256"]), str(value["engine"]))
            named = transfer.encode(), transfer.encode(), identity.encode()
            anew = value.get("rescreening") is not None
        except (ValueError, KeyError, TypeError):
            self._fault(Fault.CHANGED, stored.where, "is no verdict", stored.kind)
            return self._one_of(_Ruling("", "")), None
        if named != (stored.key, stored.header("ce_subject"), stored.header("ce_id")):
            self._fault(Fault.CHANGED, stored.where, "its key or headers name another verdict or transfer", stored.kind)
        if stored.linked is not None and anew != stored.linked.topic.endswith(RESCREENED):
            what = (
                "a rescreened verdict is in a worker's chain"
                if anew
                else "a worker's verdict is in a rescreener's chain"
            )
            self._fault(Fault.CHANGED, stored.where, what, stored.kind)
        return self._one_of(ruling), _VerdictHashes.of(transfer, identity, content)

    def _one_of(self, ruling: _Ruling) -> _Ruling:
        """Return the same object for all records of one ruling."""
        return self._rulings.setdefault(ruling, ruling)

    def _hold(self, chain: _Chain, window: AuditWindow) -> None:
        nodes = chain.nodes
        children: dict[bytes, list[_Node]] = {}
        orphans: list[_Node] = []
        for node in nodes.values():
            if (before := nodes.get(node.linked_to)) is not None:
                if before.transfer >= node.transfer:
                    self._fault(Fault.MOVED, chain.where(node), f"is linked after {chain.place(before)}", chain.name)
                children.setdefault(node.linked_to, []).append(node)
            elif node.linked_to == _START:
                self._report.beginnings.append(Beginning(chain.kind, chain.place(node), chain.where(node)))
            else:
                orphans.append(node)
        self._hold_orphans(chain, orphans, window)
        for link, after in children.items():
            if len(after) > 1:
                ways = [
                    f"{chain.place(node)} ({chain.where(node)}, {node.ruling})"
                    for node in sorted(after, key=lambda node: node.timestamp)
                ]
                self._report.forks.append(Fork(chain.kind, chain.place(nodes[link]), tuple(ways)))
        self._hold_places(chain)
        self._hold_order(chain, children)
        link, last = max(nodes.items(), key=lambda each: (each[1].transfer, each[1].timestamp))
        self._report.chains.append(
            SeenChain(
                chain.kind,
                chain.topic,
                chain.partition,
                min(node.transfer for node in nodes.values()),
                last.transfer,
                len(nodes),
                link.hex(),
                last.timestamp,
            )
        )

    def _hold_orphans(self, chain: _Chain, orphans: list[_Node], window: AuditWindow) -> None:
        orphans = [node for node in orphans if node.linked_to.hex() not in window.entries]
        orphans.sort(key=lambda node: (node.transfer, node.timestamp))
        for number, node in enumerate(orphans):
            if window.opens is not None and (number == 0 or node.timestamp < window.opens):
                continue
            text = f"what was written before {chain.place(node)} is missing"
            self._fault(Fault.MISSING, chain.where(node), text, chain.name)
        if window.opens is not None and orphans:
            self._report.notes.append(
                f"{chain.name}: begin here in the middle, at {chain.place(orphans[0])}; earlier records are not proved"
            )

    def _hold_places(self, chain: _Chain) -> None:
        """Report verdicts on one place of the transfer topic that cannot both be genuine.

        A place holds one transfer. Transfer, rule book and engine decide every byte of a verdict, including its id.
        """
        if chain.rescreened:  # after a crash another verdict may follow; it is a fork
            return
        first: dict[int, _Node] = {}
        ruled: dict[tuple[int, _Ruling], _Node] = {}
        for node in chain.nodes.values():
            if node.stated is None:
                continue
            other = first.setdefault(node.transfer, node)
            if other.stated is not None and other.stated.transfer != node.stated.transfer:
                text = f"and {chain.where(other)} name different transfers at {chain.place(node)}"
                self._fault(Fault.CONTRADICTS, chain.where(node), text, chain.name)
                continue
            other = ruled.setdefault((node.transfer, node.ruling), node)
            if other.stated != node.stated:
                text = f"and {chain.where(other)} differ, by one rule book and engine, on {chain.place(node)}"
                self._fault(Fault.CONTRADICTS, chain.where(node), text, chain.name)

    def _hold_identities(self, chains: Sequence[_Chain]) -> None:
        """Report verdicts that have one id and different bytes: a transfer sent twice gets the same verdict twice."""
        first: dict[bytes, tuple[_Chain, _Node]] = {}
        for chain in chains:
            for node in chain.nodes.values():
                if node.stated is None:
                    continue
                at, other = first.setdefault(node.stated.identity, (chain, node))
                if other.stated != node.stated and (at is not chain or other.transfer != node.transfer):
                    text = f"has the id of {at.where(other)} ({at.place(other)}) but different bytes"
                    self._fault(Fault.CONTRADICTS, chain.where(node), text, chain.name)

    def _hold_order(self, chain: _Chain, children: Mapping[bytes, list[_Node]]) -> None:
        """Report records that are stored before others of their chain that were written earlier."""
        passed: dict[bytes, dict[int, int]] = {}
        for link, node in sorted(chain.nodes.items(), key=lambda each: each[1].transfer):
            heirs = len(children.get(node.linked_to, ()))
            before = passed.pop(node.linked_to, {}) if heirs == 1 else dict(passed.get(node.linked_to, {}))
            if node.offset < before.get(node.partition, -1):
                text = f"is stored before a record of an earlier transfer than {chain.place(node)}"
                self._fault(Fault.MOVED, chain.where(node), text, chain.name)
            before[node.partition] = max(node.offset, before.get(node.partition, -1))
            passed[link] = before

    def _hold_to_commits(
        self, committed: Mapping[Partition, Committed], windows: Mapping[RecordKind, AuditWindow]
    ) -> None:
        for (topic, partition), each in sorted(committed.items()):
            if each.ends is None:
                self._report.notes.append(
                    f"{topic}/{partition}: offset {each.offset} was committed without links, by a tool, a worker "
                    "without chains or a broker that keeps no metadata: whether the end was cut off is not proved"
                )
                continue
            text = f"was committed with offset {each.offset}"
            for kind, link in zip(RecordKind, each.ends.links, strict=True):
                self._must_be_there(kind, (topic, partition), link, text, windows[kind].opens)
        for (_, topic, partition), chain in self._chains.items():
            if (topic, partition) not in committed:
                self._report.notes.append(
                    f"{chain.name}: nothing is committed: whether the end was cut off is not proved"
                )

    def _must_be_there(
        self, kind: RecordKind, partition: Partition, link: str, text: str, opens: int | None = None
    ) -> None:
        chain = self._chains.get((kind, *partition))
        if link == BEGINNING or (chain is not None and bytes.fromhex(link) in chain.nodes):
            return
        name = f"{kind}s of {partition[0]}/{partition[1]}"
        if opens is not None and (chain is None or all(node.timestamp < opens for node in chain.nodes.values())):
            self._report.notes.append(f"{name}: the last one is older than the retention, or was removed; not proved")
            return
        self._fault(Fault.CUT_OFF, name, f"the link {link[:16]} {text} and is missing", name)

    def _note_holes(self) -> None:
        """Note offsets in the middle without verdict or dead letter. That alone is not a fault."""
        transfers: defaultdict[Partition, set[int]] = defaultdict(set)
        for (_, topic, partition), chain in self._chains.items():
            transfers[topic, partition].update(node.transfer for node in chain.nodes.values())
        for (topic, partition), offsets in sorted(transfers.items()):
            holes = max(offsets) - min(offsets) + 1 - len(offsets)
            if holes:
                first = next(each for each in range(min(offsets), max(offsets)) if each not in offsets)
                self._report.notes.append(
                    f"{topic}/{partition}: {holes} offsets have neither verdict nor dead letter here, the first "
                    f"{first}: deleted dead letters, or offsets without a transfer (transactions)"
                )

    def _fault(self, fault: Fault, where: str, text: str, of: str) -> None:
        self._told[fault, of] += 1
        if self._told[fault, of] <= _MOST:
            self._report.findings.append(AuditFinding(fault, where, text))


def _short(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8]


def everything() -> dict[RecordKind, AuditWindow]:
    """Return windows in which every record ever written must be there."""
    return dict.fromkeys(RecordKind, AuditWindow())


def verify(records: Iterable[Stored], keys: TrustedKeys | None = None) -> AuditReport:
    """Return the report on records of chains that must be complete except for their end."""
    verifier = Verifier(keys)
    for stored in records:
        verifier.add(stored)
    return verifier.report(everything())
