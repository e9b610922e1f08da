"""Apply licences and committee exemptions to findings.

A claimed authorisation turns block into review. An authorisation on the operator's register suppresses the finding
when party, goods, quantity, country and day all match; the finding then names the authorisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tidewaiter.goods.amounts.quantities import unit_of
from tidewaiter.goods.recognition import Recognition
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.phrases import fold
from tidewaiter.rulebook.policy import PermittedQuantity, VerifiedAuthorisation
from tidewaiter.screening.amounts import fits
from tidewaiter.screening.case import Case
from tidewaiter.screening.goods import RecognisedItem
from tidewaiter.screening.nexus.tie import RECIPIENTS
from tidewaiter.screening.unknowns import control_number_rule
from tidewaiter_schemas.transfer import Authorisation
from tidewaiter_schemas.verdict import AuthorisationUse, Effect, Family, Finding

CONTROL_NUMBER = control_number_rule("")
_Claim = tuple[Authorisation, VerifiedAuthorisation | None]


def apply_authorisations(findings: Sequence[Finding], case: Case) -> list[Finding]:
    """Return `findings` with every claimed authorisation applied."""
    if not case.transfer.authorisations:
        return list(findings)
    claims = _Claims(case)
    return [_apply(finding, claims, case) for finding in findings]


class _Claims:
    """The claimed authorisations of a case, each with its register entry. Looked up once for all findings."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._claims = [(claim, fold(claim.authority)) for claim in case.transfer.authorisations]
        self._of: dict[frozenset[str], list[_Claim]] = {}
        self._covered: dict[tuple[str, ...], list[RecognisedItem]] = {}
        self.items = {item.pointer: item for item in case.items}

    def of(self, authorities: frozenset[str]) -> list[_Claim]:
        """Return, in order, the claims under one of `authorities` that can change the outcome of a finding.

        Unregistered claims all have the same effect, so only the first is kept; of expired claims only the last.
        """
        known = self._of.get(authorities)
        if known is None:
            book, day = self._case.book, self._case.day
            every = [(claim, _registered(claim, authorities, book)) for claim, by in self._claims if by in authorities]
            claimed = [claim for claim, verified in every if verified is None and not _has_expired(claim, day)]
            expired = [claim for claim, verified in every if verified is None and _has_expired(claim, day)]
            telling = {id(claim) for claim in (*claimed[:1], *expired[-1:])}
            known = self._of[authorities] = [each for each in every if each[1] is not None or id(each[0]) in telling]
        return known

    def covered(self, goods: tuple[str, ...]) -> list[RecognisedItem]:
        """Return the items that an authorisation for `goods` covers: every item when it names no goods."""
        known = self._covered.get(goods)
        if known is None:
            known = [item for item in self._case.items if not goods or _covers_all(goods, item.recognition)]
            self._covered[goods] = known
        return known


def _apply(finding: Finding, claims: _Claims, case: Case) -> Finding:
    authorities = _permitting_authorities(finding, case.book)
    if not authorities:
        return finding
    expired: Finding | None = None
    doubtful: Finding | None = None
    for claim, verified in claims.of(authorities):
        against = _disagreement(verified, finding, claims, case) if verified else None
        if verified and against is None:
            return finding.model_copy(
                update={
                    "authorisation": _use(claim, True, "It is on the operator's register and agrees."),
                    "suppressed_by": f"{verified.authority} {verified.reference}",
                }
            )
        if finding.family is Family.PARTY and not (verified and verified.names(finding.rule)):
            continue  # dealing with a listed party needs an authorisation that names the listing
        if _has_expired(claim, case.day):
            expired = _noted(finding, claim, f"It had expired on {claim.expires_on}.")
        elif verified:
            doubtful = _for_review(finding, claim, f"It is on the operator's register, but {against}.")
        else:
            doubtful = doubtful or _for_review(finding, claim, "It is claimed and not on the operator's register.")
    return doubtful or expired or finding


def _permitting_authorities(finding: Finding, book: RuleBook) -> frozenset[str]:
    """Return the folded names of the authorities that may permit the transfer.

    Of the product's own rules only those on stated control numbers can be lifted by an authorisation.
    """
    if finding.rule.startswith(CONTROL_NUMBER):
        # Whoever grants the licence, the operator's register names the finding that it lifts.
        granted = book.policy.register_.authorisations
        return frozenset(fold(verified.authority) for verified in granted if verified.names(finding.rule))
    if finding.family is Family.PARTY:
        return book.permitting.get(finding.authority, frozenset())
    return book.authorising.get(finding.rule_set, frozenset())


def _registered(claim: Authorisation, authorities: frozenset[str], book: RuleBook) -> VerifiedAuthorisation | None:
    for verified in book.policy.register_.authorisations:
        if fold(verified.reference) == fold(claim.reference) and fold(verified.authority) in authorities:
            return verified
    return None


def _noted(finding: Finding, claim: Authorisation, reason: str) -> Finding:
    return finding.model_copy(update={"authorisation": _use(claim, False, reason)})


def _for_review(finding: Finding, claim: Authorisation, reason: str) -> Finding:
    effect = Effect.REVIEW if finding.effect is Effect.BLOCK else finding.effect
    return finding.model_copy(update={"authorisation": _use(claim, False, reason), "effect": effect})


def _disagreement(verified: VerifiedAuthorisation, finding: Finding, claims: _Claims, case: Case) -> str | None:
    """Return why the authorisation does not cover the finding, phrased as a predicate; None when it covers it."""
    transfer = case.transfer
    named = verified.names(finding.rule)
    if verified.rules and not named:
        return f"does not cover {finding.rule}"
    if not verified.valid.covers(case.day):
        return f"is not valid on {case.day}"
    permitted = {fold(name) for name in verified.parties}
    receiving = [party for party in transfer.parties if party.role in RECIPIENTS]
    if not receiving or not all(
        {fold(name) for name in (party.name, *party.aliases) if name} & permitted for party in receiving
    ):
        return "names other parties"
    destination = transfer.route.destination if transfer.route else None
    if verified.countries and (destination is None or destination.country not in verified.countries):
        return "is for another destination"
    item = claims.items.get(finding.subject)
    if item is None:
        return None if named else "covers goods, and this finding is not about an item"
    if verified.goods and not _covers_all(verified.goods, item.recognition):
        return "covers other goods"
    return _too_much(verified.quantity, claims.covered(verified.goods))


def _covers_all(codes: tuple[str, ...], recognition: Recognition) -> bool:
    """Return whether `codes` cover everything that the item names.

    8713 does not cover "wheelchairs and a limousine". A declared code can resolve an ambiguous description: 8605
    covers a carriage (chapter 86) declared as 8605, and 9018 covers an apparatus that could be 9018 or 9022 when it is
    declared as 9018.
    """
    declared = [heading.code for heading in recognition.headings if heading.declared]
    things: dict[str, bool] = {}
    for heading in recognition.headings:
        covered = heading.code.startswith(codes)
        if heading.declared and not covered:
            return False
        within = covered or any(code.startswith(heading.code) for code in declared)
        for reason in heading.because:
            things[reason.entry] = things.get(reason.entry, False) or within
    return bool(things) and all(things.values())


def _too_much(permitted: PermittedQuantity | None, covered: Sequence[RecognisedItem]) -> str | None:
    """Return why the total quantity of `covered` is not permitted, phrased as a predicate; None when it is."""
    if permitted is None:
        return None
    limit, total = f"{permitted.amount:f} {permitted.unit}", Decimal(0)
    for item in covered:
        quantity, unit = item.item.quantity, item.item.unit
        read = item.stated_total() if quantity is None or unit is None else None
        if read is not None and fits(read, quantity, unit or ""):
            quantity, unit = read.amount, unit or read.unit
        if quantity is None or unit is None:
            return f"covers {limit}, and {item.pointer} does not say how much it is"
        if fold(unit) != fold(permitted.unit) and (unit_of(unit) is None or unit_of(unit) != unit_of(permitted.unit)):
            return f"covers {limit}, and {item.pointer} is counted in {unit}"
        total += quantity
    return None if total <= permitted.amount else f"covers {limit} at most, and here are {total:f}"


def _has_expired(claim: Authorisation, day: date) -> bool:
    return claim.expires_on is not None and claim.expires_on < day.isoformat()[: len(claim.expires_on)]


def _use(claim: Authorisation, verified: bool, reason: str) -> AuthorisationUse:
    return AuthorisationUse(authority=claim.authority, reference=claim.reference, verified=verified, reason=reason)
