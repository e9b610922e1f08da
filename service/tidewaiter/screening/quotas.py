"""Compute what a transfer draws on quotas, and apply the total: review below the cap, block at the cap.

Reads no clock and keeps no totals: `draws_of` returns what to count, `apply_quotas` takes the tallies before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

from tidewaiter.goods.amounts.cap_quantities import MILLIONTH, PRECISION, CapQuantity, cap_quantity
from tidewaiter.rulebook.book import RuleBook
from tidewaiter.rulebook.compiled_rule import CompiledRule
from tidewaiter.rulebook.policy import PublishedTotal
from tidewaiter.rulebook.quota import Quota, UnitConversion
from tidewaiter.screening.amounts import fits
from tidewaiter.screening.case import Case
from tidewaiter.screening.goods import RecognisedItem, match_goods
from tidewaiter.screening.identity import content_sha256
from tidewaiter.screening.ledger import QuotaLedger, Tally
from tidewaiter_schemas.quota import QuotaAmount, QuotaClaim, QuotaUnit
from tidewaiter_schemas.verdict import Effect, Evidence, Family, Finding

ALLEGED = frozenset({"alleged"})
"""Report statuses whose amounts never cause another transfer to be blocked."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The contribution of one item to a claim, as stated and in the unit of a cap.

    `measure` is None when the quantity is unknown.
    """

    measure: CapQuantity | None
    amount: QuotaAmount | None = None
    conversion: UnitConversion | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """A quota that a transfer draws on.

    `items` maps pointers to the goods that certainly meet the rule. `own` has their amounts, assumed to be true. In
    `claim`, which affects other transfers, the amounts of an alleged transfer are inexact.
    """

    quota: Quota
    claim: QuotaClaim
    own: tuple[QuotaAmount, ...]
    published: PublishedTotal | None
    items: Mapping[str, Counted]

    @property
    def published_until(self) -> date | None:
        """Return the last day that the published total includes; None without a total."""
        return self.published.as_of if self.published else None


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """The usage of a quota: `exact` is the certain share of the cap, `share` also includes doubtful amounts."""

    quota: str
    window: date
    exact: Fraction
    share: Fraction
    tally: Tally


def draws_of(case: Case, findings: Iterable[Finding]) -> tuple[Draw, ...]:
    """Return a draw for each rule with a quota among the findings, ordered by rule id."""
    book = case.book
    met: dict[str, dict[str, bool]] = {}
    for finding in findings:
        if finding.family is Family.QUOTA and finding.rule in book.quotas:
            subjects = met.setdefault(finding.rule, {})
            sure = finding.certainty >= book.policy.block_at
            subjects[finding.subject] = subjects.get(finding.subject, False) or sure
    if not met:
        return ()
    return tuple(_draw(book.quotas[rule], subjects, case) for rule, subjects in sorted(met.items()))


def apply_quotas(
    findings: Sequence[Finding], draws: Sequence[Draw], before: Mapping[QuotaClaim, Tally]
) -> Sequence[Finding]:
    """Return the findings, with the total added to those on a quota. They block only when the cap is reached."""
    if not draws:
        return findings
    by_rule = {draw.claim.quota: draw for draw in draws}
    applied = []
    for finding in findings:
        draw = by_rule.get(finding.rule)
        applied.append(_with_total(finding, draw, before[draw.claim]) if draw else finding)
    return applied


def quota_usage(book: RuleBook, ledger: QuotaLedger, day: date) -> list[QuotaUsage]:
    """Return the usage of each quota in force on `day`, in the window of that day."""
    found = []
    for quota, compiled in sorted(book.quotas.items()):
        if compiled.rule.in_force.covers(day):
            of = _quota(compiled)
            window = of.window(day)
            published = book.published.get((quota, window))
            used = ledger.so_far(quota, window, published.as_of if published else None)
            found.append(_usage(quota, of, window, published, used))
    return found


def _quota(compiled: CompiledRule) -> Quota:
    assert compiled.rule.quota is not None  # noqa: S101 - `RuleBook.quotas` has those alone
    return compiled.rule.quota


def _draw(compiled: CompiledRule, subjects: Mapping[str, bool], case: Case) -> Draw:
    transfer, quota = case.transfer, _quota(compiled)
    window = quota.window(case.day)
    sure = {item.pointer: _counted(item, quota, compiled) for item in case.items if subjects.get(item.pointer)}
    own = tuple(_summed(counted.amount for counted in sure.values() if counted.amount))
    alleged = transfer.report.status in ALLEGED
    claim = QuotaClaim(
        quota=compiled.rule.id,
        window=window,
        transfer_id=transfer.id,
        content_sha256=content_sha256(transfer),
        day=case.day,
        counted=bool(sure),
        amounts=tuple(_summed(amount.model_copy(update={"exact": False}) for amount in own)) if alleged else own,
        unmeasured=any(counted.amount is None for counted in sure.values()),
    )
    return Draw(quota, claim, own, case.book.published.get((compiled.rule.id, window)), sure)


def _summed(amounts: Iterable[QuotaAmount]) -> Iterator[QuotaAmount]:
    """Yield one sum for each unit, with exact and inexact amounts separate, in order."""
    sums: dict[tuple[QuotaUnit, bool], Decimal] = {}
    with localcontext(prec=PRECISION):
        for amount in amounts:
            at = (amount.unit, amount.exact)
            sums[at] = sums.get(at, Decimal()) + amount.amount
    for (unit, exact), total in sorted(sums.items()):
        yield QuotaAmount(amount=total, unit=unit, exact=exact)


def _counted(item: RecognisedItem, quota: Quota, compiled: CompiledRule) -> Counted:
    measured = _measure(item, compiled)
    if measured is None:
        return Counted(None)
    if quota.cap(measured.unit):
        return Counted(measured, QuotaAmount(amount=measured.amount, unit=measured.unit, exact=measured.exact))
    for conversion, words in zip(quota.conversions, compiled.conversion_words, strict=True):
        if conversion.unit == measured.unit and (
            not (conversion.hs or conversion.words)
            or any(heading.code.startswith(conversion.hs) for heading in item.recognition.headings if conversion.hs)
            or any(words.find_in(text) for _, text in item.texts)
        ):
            with localcontext(prec=PRECISION):
                converted = (measured.amount * conversion.factor).quantize(MILLIONTH, ROUND_HALF_EVEN)
            exact = measured.exact and conversion.confidence != "C"
            return Counted(measured, QuotaAmount(amount=converted, unit=conversion.into, exact=exact), conversion)
    return Counted(measured)


def _measure(item: RecognisedItem, compiled: CompiledRule) -> CapQuantity | None:
    """Return the quantity of the goods of the rule. When an item names several goods, words apply to one of them."""
    quantity, unit = item.item.quantity, item.item.unit
    if not item.several or (quantity is not None and unit is not None):
        return cap_quantity(quantity, unit, item.item.description)
    match = match_goods(compiled, item)
    read = item.amounts_of(match.because).quantity if match is not None else None
    return cap_quantity(read.amount, read.unit, None) if read is not None and fits(read, quantity, unit or "") else None


def _usage(quota: str, of: Quota, window: date, published: PublishedTotal | None, tally: Tally) -> QuotaUsage:
    exact = dict(tally.exact)
    if published:
        exact[published.unit] = exact.get(published.unit, Decimal()) + published.total
    tally = Tally(exact, tally.inexact, tally.transfers, tally.unmeasured)
    sure = _share(of, exact)
    return QuotaUsage(quota, window, sure, sure + _share(of, tally.inexact), tally)


def _share(quota: Quota, amounts: Mapping[str, Decimal]) -> Fraction:
    return sum((Fraction(amounts.get(cap.unit, Decimal())) / Fraction(cap.amount) for cap in quota.caps), Fraction())


def _with_total(finding: Finding, draw: Draw, before: Tally) -> Finding:
    claim = draw.claim
    with_itself = before.plus(claim.model_copy(update={"amounts": draw.own})) if claim.counted else before
    earlier = _usage(claim.quota, draw.quota, claim.window, draw.published, before)
    now = _usage(claim.quota, draw.quota, claim.window, draw.published, with_itself)
    effect, outcome = _outcome(draw, earlier, now)
    itself = draw.items.get(finding.subject)
    return finding.model_copy(
        update={
            "effect": Effect.REVIEW if effect is Effect.REVIEW else finding.effect,
            "reason": " ".join((finding.reason, *_measured(itself), _total(draw, now), *_basis(draw, before), outcome)),
            "evidence": (*finding.evidence, *_evidence(finding.subject, draw, now, itself)),
        }
    )


def _outcome(draw: Draw, earlier: QuotaUsage, now: QuotaUsage) -> tuple[Effect, str]:
    stop = draw.quota.stops_at
    if stop and stop.confidence != "C" and earlier.exact >= stop.share:
        known = {"V": "", "H": " (known well, not verified in a source)"}[stop.confidence]
        stood = f"It stood at {_percent(earlier.exact)} before"
        return Effect.BLOCK, f"{stood}, and at {_percent(stop.share)} all supply stops{known}."
    if now.exact >= 1:
        return Effect.BLOCK, "The cap is reached."
    unsure = "reached only with amounts that are not sure, which somebody has to check."
    if now.share >= 1:
        return Effect.REVIEW, f"The cap is {unsure}"
    if stop and earlier.share >= stop.share:
        return Effect.REVIEW, f"{_percent(stop.share)} of the cap, at which all supply stops, are {unsure}"
    if not draw.claim.counted:
        return Effect.REVIEW, "It is not in the total, because it is not sure that the rule is met."
    return Effect.REVIEW, "Below the cap, somebody has to see that the conditions of the law are met."


def _measured(itself: Counted | None) -> Iterator[str]:
    if itself is None:
        return
    if itself.measure is None:
        yield "How much it is, is not stated in a known unit, so it is not in the total."
    elif itself.amount is None:
        yield f"{itself.measure.words} cannot be converted into the unit of the cap, so it is not in the total."
    elif itself.conversion is not None and not itself.amount.exact:
        yield (
            f"{itself.measure.words} are taken for {_amount(itself.amount.amount, itself.amount.unit)}, "
            "by a factor that is still to be checked."
        )
    elif not itself.amount.exact:
        yield f"{itself.measure.words} may be meant in another way; the larger amount is taken."


def _total(draw: Draw, now: QuotaUsage) -> str:
    own = " and ".join(_amount(amount.amount, amount.unit) for amount in draw.own)
    included = f", this transfer's {own} included" if own and draw.claim.counted else ""
    return f"Counted from {now.window} on{included}: {_of_cap(draw.quota, now)} ({_percent(now.share)})."


def _basis(draw: Draw, before: Tally) -> Iterator[str]:
    published = draw.published
    if published:
        yield f"{_amount(published.total, published.unit)} of it are published, as of {published.as_of}."
    else:
        yield "No published total is set, so what others supplied is not in it."
    if before.transfers:
        yield f"Transfers counted before: {before.transfers}" + (
            f", {before.unmeasured} of them of unknown quantity." if before.unmeasured else "."
        )


def _evidence(subject: str, draw: Draw, now: QuotaUsage, itself: Counted | None) -> Iterator[Evidence]:
    if itself is not None and itself.measure is not None:
        into = _amount(itself.amount.amount, itself.amount.unit) if itself.amount else "no unit of the cap"
        if itself.conversion is not None:
            into += f" by {itself.conversion.factor} {itself.conversion.into}/{itself.conversion.unit}"
            into += f", confidence {itself.conversion.confidence}"
        yield Evidence(kind="quantity", subject=subject, value=itself.measure.words, matched=into)
    yield Evidence(
        kind="quota",
        subject=subject,
        value=_of_cap(draw.quota, now),
        matched=f"{_percent(now.share)} of the cap from {now.window}",
    )
    if draw.published:
        published = draw.published
        yield Evidence(
            kind="published_total",
            subject=subject,
            value=f"{_amount(published.total, published.unit)} as of {published.as_of}",
            matched=published.source,
        )


def _of_cap(quota: Quota, now: QuotaUsage) -> str:
    sums = {cap.unit: now.tally.exact.get(cap.unit, 0) + now.tally.inexact.get(cap.unit, 0) for cap in quota.caps}
    used = [_amount(Decimal(total), unit) for unit, total in sums.items() if total] or [
        _amount(Decimal(), quota.caps[0].unit)
    ]
    return f"{' and '.join(used)} of {' or '.join(_amount(cap.amount, cap.unit) for cap in quota.caps)}"


def _amount(amount: Decimal, unit: str) -> str:
    with localcontext(prec=PRECISION):
        text = f"{amount.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,f}"
    return f"{text.rstrip('0').rstrip('.')} {unit}"


def _percent(share: Fraction | Decimal) -> str:
    """Return the share rounded down, so that usage below the cap never reads as 100 %."""
    tenths = int(Fraction(share) * 1000)
    return f"{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''} %"
