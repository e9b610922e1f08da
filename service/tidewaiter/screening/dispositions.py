"""Which dispositions count, and what they say of a party and a list entry. Pure: no topic, no clock.

The last disposition on a party and an entry decides, in the order of the topic. `Dispositions` is an immutable state
that a screener uses; `DispositionLog` takes the records in order and returns such states.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tidewaiter_schemas.disposition import Disposition, Judgement
from tidewaiter_schemas.verdict import FindingKey

MOST_ALIKE: Final = 3
"""How many dispositions on a similar party are named for one finding: the last ones."""
_TELLING: Final = ("names", "identifiers")
"""Facts by which a changed party is recognised: one of them is still the same."""


class Refusal(StrEnum):
    """Why a disposition has no effect. The names are those of the metric."""

    UNREADABLE = "unreadable"
    UNSIGNED = "unsigned"
    ONE_PERSON = "one_person"
    NO_EXPIRY = "no_expiry"
    ID_TAKEN = "id_taken"

    @property
    def sentence(self) -> str:
        """Return what is wrong and what to do, as a sentence without a full stop."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    Refusal.UNREADABLE: "it is not a disposition of this contract",
    Refusal.UNSIGNED: "no trusted key signed it (TIDEWAITER_DISPOSITION_KEYS_FILE)",
    Refusal.ONE_PERSON: "a false positive needs `approved_by`, another person than `decided_by` (TIDEWAITER_FOUR_EYES)",
    Refusal.NO_EXPIRY: "a false positive that suppresses findings needs `expires_at`",
    Refusal.ID_TAKEN: "its id has another content already, or was withdrawn; give it another id",
}


def refusal_of(disposition: Disposition, *, four_eyes: bool) -> Refusal | None:
    """Return why the disposition counts for nothing, whatever was recorded before it; None when it counts.

    A withdrawal is never refused here: it can only make screening stricter.
    """
    if disposition.withdrawn is not None or disposition.judgement != Judgement.FALSE_POSITIVE:
        return None
    if four_eyes and same_person(disposition.decided_by, disposition.approved_by):
        return Refusal.ONE_PERSON
    if disposition.key is not None and disposition.expires_at is None:
        return Refusal.NO_EXPIRY
    return None


def same_person(one: str, other: str | None) -> bool:
    """Return whether two names are those of one person, in any case and spacing; no second name counts as the same."""
    return other is None or _folded(one) == _folded(other)


def _folded(person: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", person).casefold().split())


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of a disposition: no reason and no names of people, so that memory grows by its number alone."""

    id: str
    sha256: str
    party: str
    entry: str
    false_positive: bool
    expires_at: datetime | None
    withdrawn: bool
    facts: str
    """The digests of the facts of party and entry, packed: `party.names=…|entry.names=…`."""

    def changed(self, key: FindingKey) -> tuple[str, ...]:
        """Return the names of the facts that differ from those of `key`."""
        known = dict(each.split("=", 1) for each in self.facts.split("|") if each)
        now = dict(_facts(key))
        return tuple(sorted(name for name in known.keys() | now.keys() if known.get(name) != now.get(name)))


def _facts(key: FindingKey) -> Iterable[tuple[str, str]]:
    yield from ((f"party.{name}", digest) for name, digest in sorted(key.party_facts.items()))
    yield from ((f"entry.{name}", digest) for name, digest in sorted(key.entry_facts.items()))


@dataclass(slots=True)
class OfEntry:
    """The dispositions on one list entry: the last one on each party, and the parties by a telling fact."""

    parties: dict[str, Standing] = field(default_factory=dict)
    _alike: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def alike(self, key: FindingKey) -> list[Standing]:
        """Return the last false positives in force on parties with the same names or the same identifiers."""
        parties = [
            party for name in _TELLING if (d := key.party_facts.get(name)) for party in self._alike.get((name, d), ())
        ]
        standing = [self.parties[party] for party in dict.fromkeys(parties) if party in self.parties]
        return [each for each in standing if each.false_positive and not each.withdrawn][-MOST_ALIKE:]

    def put(self, standing: Standing, key: FindingKey) -> None:
        """Make `standing` the last one on its party."""
        self.parties[standing.party] = standing
        for name in _TELLING:
            if digest := key.party_facts.get(name):
                others = [party for party in self._alike.get((name, digest), ()) if party != standing.party]
                self._alike[name, digest] = (*others, standing.party)[-MOST_ALIKE:]

    def copy(self) -> OfEntry:
        """Return a copy that can be changed apart from this one."""
        return OfEntry(dict(self.parties), dict(self._alike))


@dataclass(frozen=True, slots=True)
class Dispositions:
    """The dispositions of one state, by list entry (`list:entry`). It never changes; a new state replaces it."""

    by_entry: Mapping[str, OfEntry] = field(default_factory=dict)
    in_force: int = 0
    """The number of false positives that are neither withdrawn nor overruled. Some may have expired."""

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.by_entry)

    @classmethod
    def named(cls, dispositions: Iterable[Disposition]) -> Dispositions:
        """Return the state of exactly these, which a verdict names: what was accepted then counts."""
        log = DispositionLog(four_eyes=False, every=True)
        for disposition in dispositions:
            log.take(disposition)
        return log.state()


NONE: Final = Dispositions()


@dataclass(slots=True)
class DispositionLog:
    """The dispositions in the order of their topic. With `every`, also those that overrule none are kept."""

    four_eyes: bool
    every: bool = False
    _by_id: dict[str, Standing] = field(default_factory=dict)
    _entries: dict[str, OfEntry] = field(default_factory=dict)
    _own: set[str] = field(default_factory=set)
    """Entries that no state shares yet."""
    _in_force: int = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def take(self, disposition: Disposition) -> Refusal | None:
        """Add the next disposition. Return why it has no effect; None when it counts, is a copy or binds to nothing."""
        if (refusal := refusal_of(disposition, four_eyes=self.four_eyes)) is not None:
            return refusal
        if disposition.key is None:
            return None
        standing = _standing(disposition, disposition.key)
        known = self._by_id.get(disposition.id)
        if known is not None and known.sha256 == standing.sha256:
            return None
        if known is not None and (known.withdrawn or not _withdraws(disposition, known)):
            return Refusal.ID_TAKEN
        self._by_id[disposition.id] = standing
        self._put(disposition.rule, standing, disposition.key)
        return None

    def _put(self, rule: str, standing: Standing, key: FindingKey) -> None:
        about = self._entries.get(rule)
        before = None if about is None else about.parties.get(standing.party)
        if before is None and not standing.false_positive and not self.every:
            return  # there is no suppression that it could end
        if about is None:
            about = self._entries[rule] = OfEntry()
        elif rule not in self._own:
            about = self._entries[rule] = about.copy()
        self._own.add(rule)
        about.put(standing, key)
        self._in_force += _counts(standing) - (before is not None and _counts(before))

    def state(self) -> Dispositions:
        """Return the state after all that was taken."""
        self._own.clear()
        return Dispositions(dict(self._entries), self._in_force)


def _counts(standing: Standing) -> bool:
    return standing.false_positive and not standing.withdrawn


def _withdraws(disposition: Disposition, known: Standing) -> bool:
    """Return whether it is `known` with a withdrawal, and otherwise unchanged."""
    if disposition.withdrawn is None:
        return False
    return disposition.model_copy(update={"withdrawn": None}).content_sha256 == known.sha256


def _standing(disposition: Disposition, key: FindingKey) -> Standing:
    return Standing(
        id=disposition.id,
        sha256=disposition.content_sha256,
        party=key.party,
        entry=key.entry,
        false_positive=disposition.judgement == Judgement.FALSE_POSITIVE,
        expires_at=disposition.expires_at,
        withdrawn=disposition.withdrawn is not None,
        facts="|".join(f"{name}={digest}" for name, digest in _facts(key)),
    )
