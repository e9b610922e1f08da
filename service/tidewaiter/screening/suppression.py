"""Apply analysts' dispositions to findings: a false positive suppresses the finding on the same party and entry.

It suppresses that finding and removes none. Only findings on parties have a key, so no disposition reaches a finding
under an embargo. Expiry is compared with the time at which the transfer happened: no clock is read, so verdicts repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID, uuid5

from tidewaiter.screening.decision import decide
from tidewaiter.screening.dispositions import Dispositions, OfEntry, Standing
from tidewaiter_schemas.disposition import Judgement
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import (
    Decision,
    DispositionsUsed,
    DispositionUse,
    Finding,
    FindingKey,
    NotSuppressible,
    SuppressionVoided,
    Verdict,
    VoidCause,
)

PREFIX: Final = "disposition "
"""How `suppressed_by` begins when a disposition suppresses the finding; its id follows."""


def apply_dispositions(
    findings: Sequence[Finding], transfer: TransferEvent, state: Dispositions
) -> tuple[list[Finding], tuple[Standing, ...]]:
    """Return the findings, each suppressed or with the dispositions that no longer suppress it, and all these."""
    if not state:
        return list(findings), ()
    used: dict[str, Standing] = {}
    judged = [_judged(finding, transfer, state, used) for finding in findings]
    return judged, tuple(used[id_] for id_ in sorted(used))


def used_by(base: UUID, used: Iterable[Standing]) -> DispositionsUsed:
    """Return what a verdict says of the dispositions that it used. `base` is its id without any."""
    return DispositionsUsed(base=base, used=tuple(DispositionUse(id=each.id, sha256=each.sha256) for each in used))


def id_with(base: UUID, used: Iterable[DispositionUse]) -> UUID:
    """Return the id of a verdict that used these dispositions; `base` without any."""
    names = [f"{each.id} {each.sha256}" for each in used]
    return uuid5(base, "\n".join(("dispositions", *names))) if names else base


def _judged(finding: Finding, transfer: TransferEvent, state: Dispositions, used: dict[str, Standing]) -> Finding:
    key = finding.key
    about = None if key is None or finding.suppressed_by is not None else state.by_entry.get(finding.rule)
    if about is None or key is None:
        return finding
    standing = about.parties.get(key.party)
    if standing is not None:
        used[standing.id] = standing
        voided = _voided(standing, finding, key, transfer)
        if voided is None:
            return finding.model_copy(update={"suppressed_by": f"{PREFIX}{standing.id}"})
        return finding.model_copy(update={"suppression_voided": (voided,)})
    voids = tuple(_of_another_party(about, key, used))
    return finding.model_copy(update={"suppression_voided": voids}) if voids else finding


def _voided(standing: Standing, finding: Finding, key: FindingKey, transfer: TransferEvent) -> SuppressionVoided | None:
    """Return why the last disposition on this party and entry does not suppress the finding; None when it does."""
    what = f"The false positive {standing.id}"
    if not standing.false_positive:
        return _because(
            standing, VoidCause.OVERRULED, f"Disposition {standing.id} is the last one, and another judgement."
        )
    if standing.withdrawn:
        return _because(standing, VoidCause.WITHDRAWN, f"{what} was withdrawn.")
    if standing.entry != key.entry:
        changed = standing.changed(key)
        reason = f"{what} was on another version of the list entry: {_in_words(changed)} changed."
        return _because(standing, VoidCause.ENTRY_CHANGED, reason, changed)
    if standing.expires_at is None or transfer.occurred_at >= standing.expires_at:
        expired = "" if standing.expires_at is None else f" on {standing.expires_at.isoformat()}"
        return _because(standing, VoidCause.EXPIRED, f"{what} expired{expired}, before the transfer happened.")
    if finding.not_suppressible == NotSuppressible.IDENTIFIER_AGREES:
        return _because(standing, VoidCause.IDENTIFIER_AGREES, f"{what} does not count, because an identifier agrees.")
    if finding.not_suppressible is not None:
        reason = f"{what} does not count, because the party has no identifier, birth date or address."
        return _because(standing, VoidCause.NAME_ALONE, reason)
    return None


def _of_another_party(about: OfEntry, key: FindingKey, used: dict[str, Standing]) -> Iterable[SuppressionVoided]:
    """Yield the false positives on a party with the same names or identifiers that is not quite the same."""
    for standing in sorted(about.alike(key), key=lambda each: each.id):
        used[standing.id] = standing
        changed = standing.changed(key)
        reason = f"The false positive {standing.id} was on another party: {_in_words(changed)} differ."
        yield _because(standing, VoidCause.PARTY_CHANGED, reason, changed)


def _because(standing: Standing, cause: VoidCause, reason: str, changed: tuple[str, ...] = ()) -> SuppressionVoided:
    return SuppressionVoided(disposition=standing.id, cause=cause.value, changed=changed, reason=reason)


def _in_words(changed: Sequence[str]) -> str:
    words = [f"{what.replace('_', ' ')} of the {of}" for of, _, what in (each.partition(".") for each in changed)]
    return ", ".join(words) or "facts that this version does not know"


def key_to_bind(finding: Finding, judgement: str) -> FindingKey | None:
    """Return what a disposition of the finding binds to; None for a false positive that would suppress nothing.

    Such a judgement is recorded all the same: it says what was true.
    """
    if judgement == Judgement.FALSE_POSITIVE and finding.not_suppressible is not None:
        return None
    return finding.key


def suppressed_by_disposition(verdict: Verdict) -> dict[tuple[str, str], str]:
    """Return the id of the disposition for each finding, (rule, subject), that one suppresses."""
    return {
        (finding.rule, finding.subject): finding.suppressed_by.removeprefix(PREFIX)
        for finding in verdict.findings
        if finding.suppressed_by is not None and finding.suppressed_by.startswith(PREFIX)
    }


def without_suppressions(verdict: Verdict) -> Decision:
    """Return the decision if every disposition were void."""
    hidden = suppressed_by_disposition(verdict)
    return decide(
        finding.model_copy(update={"suppressed_by": None}) if (finding.rule, finding.subject) in hidden else finding
        for finding in verdict.findings
    )
