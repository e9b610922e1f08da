"""`tidewaiter dispositions`: record judgements on findings, end them, and see what they hide."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import uuid4

import typer
from rich.console import Console
from rich.table import Table

from tidewaiter.commands.judgements import HELP, TOPIC, Judged, Status, judged_of
from tidewaiter.commands.options import Json, complain, notes, progress_shown, source
from tidewaiter.commands.output import wants_json, write_json
from tidewaiter.commands.past_transfers import HELP as TRANSFERS
from tidewaiter.commands.past_transfers import past_transfers
from tidewaiter.errors import DispositionError
from tidewaiter.exit_codes import ExitCode
from tidewaiter.settings import load
from tidewaiter_schemas.disposition import Disposition, Judgement, Withdrawal
from tidewaiter_schemas.verdict import Finding, Verdict

DEFAULT_DAYS: Final = 365
"""When a false positive expires that names no time."""
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S%z"]

app = typer.Typer(name="dispositions", help="Record and end judgements on findings.", no_args_is_help=True)

Source = Annotated[str, typer.Option("--from", metavar="SOURCE", help=HELP)]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why. It stays on the topic for ever.")]


@app.command("list")
def list_dispositions(
    name: Source = TOPIC,
    status: Annotated[Status | None, typer.Option(help="Only those with this status.")] = None,
    as_json: Json = None,
) -> None:
    """List the dispositions with their status for the workers of these settings. They contain personal data."""
    judged, _, unreadable = judged_of(load(), name, datetime.now(UTC))
    chosen = [each for each in judged if status is None or each.status is status]
    if wants_json(as_json):
        for each in chosen:
            write_json(_as_json(each))
    else:
        _print(chosen)
    notes.print(f"{len(chosen):,} dispositions" + (f", {unreadable:,} records that cannot count" if unreadable else ""))


@app.command("add")
def add(
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="The verdict as JSON; - for standard input.")],
    rule: Annotated[str, typer.Option(help="The rule of the finding, such as ofac-sdn:47956.")],
    judgement: Annotated[Judgement, typer.Option(help="What was decided.")],
    reason: Why,
    by: By,
    approved_by: Annotated[str | None, typer.Option(metavar="NAME", help="The second person.")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="POINTER", help="The subject of the finding, where several have its rule.")
    ] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(formats=_FORMATS, metavar="TIME", help=f"When it expires. Default: in {DEFAULT_DAYS} days."),
    ] = None,
    as_json: Json = None,
) -> None:
    """Record a judgement on one finding of a verdict, and print the disposition that was written.

    A false positive suppresses the finding from then on, while the party and the list entry stay as they are.
    """
    from tidewaiter.screening.suppression import key_to_bind
    from tidewaiter.stream.dispositions import publish

    judged = _verdict(verdict)
    finding, now = _finding(judged, rule, subject), datetime.now(UTC)
    key = key_to_bind(finding, judgement)
    if judgement is Judgement.FALSE_POSITIVE and key is None:
        why = finding.not_suppressible or "it is not on a party or an owner"
        notes.print(f"recorded, and suppresses nothing: {why}", markup=False, style="yellow")
    if expires is None and judgement is Judgement.FALSE_POSITIVE:
        expires = now + timedelta(days=DEFAULT_DAYS)
    disposition = Disposition(
        id=str(uuid4()),
        verdict_id=judged.id,
        transfer_id=judged.transfer_id,
        rule=finding.rule,
        subject=finding.subject,
        judgement=judgement.value,
        reason=reason,
        decided_by=by,
        approved_by=approved_by,
        decided_at=now,
        expires_at=_with_zone(expires),
        key=key,
    )
    asyncio.run(publish(load(), [disposition]))
    _say(disposition, as_json)


@app.command("expire")
def expire(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The id of the disposition.")],
    reason: Why,
    by: By,
    as_json: Json = None,
) -> None:
    """End a disposition now. Nothing brings it back; record a new one instead."""
    from tidewaiter.stream.dispositions import publish

    settings, now = load(), datetime.now(UTC)
    judged, _, _ = judged_of(settings, TOPIC, now)
    found = next((each for each in judged if each.disposition.id == identity and each.refusal is None), None)
    if found is None:
        raise DispositionError(f"{identity}: no disposition on the topic that counts has this id")
    if found.disposition.withdrawn is not None:
        raise DispositionError(f"{identity}: {found.disposition.withdrawn.by} has ended it already")
    ended = found.disposition.model_copy(update={"withdrawn": Withdrawal(by=by, at=now, reason=reason)})
    asyncio.run(publish(settings, [ended]))
    _say(ended, as_json)


@app.command("what-if")
def what_if(
    book: Annotated[
        str, typer.Argument(metavar="BOOK", help="A file from `rulebook build`, a published sha-256, or `live`.")
    ],
    transfers: Annotated[str, typer.Option("--transfers", metavar="SOURCE", help=TRANSFERS)],
    name: Source = TOPIC,
    as_json: Json = None,
) -> None:
    """Show which past transfers would alert, or alert more strongly, if all suppressions were void.

    Print one JSON object for each such transfer; at a terminal, the number of findings and alerts by disposition.
    """
    from tidewaiter.commands.publishing import sources_of
    from tidewaiter.errors import EngineFault
    from tidewaiter.rulebook.index_store import IndexStore
    from tidewaiter.screening.isolation import judge_each
    from tidewaiter.screening.ledger import QuotaLedger
    from tidewaiter.screening.screener import Assessment, Screener
    from tidewaiter.screening.suppression import suppressed_by_disposition, without_suppressions

    settings, json = load(), wants_json(as_json)
    read, failed, found = 0, 0, Counter[str]()
    findings: Counter[str] = Counter()
    alerts: Counter[str] = Counter()
    judged, state, _ = judged_of(settings, name, datetime.now(UTC))
    with progress_shown() as progress, past_transfers(settings, transfers, progress=progress) as past:
        progress("the rule book")
        indexes = IndexStore(settings.indexes, complain)
        screener = Screener(asyncio.run(sources_of(settings, book)).compile(indexes), state)
        ledger = QuotaLedger()
        if json:
            progress.before_output()
        for batch in past():
            for transfer, answer in zip(batch, judge_each(screener, batch), strict=True):
                read += 1
                if isinstance(answer, EngineFault):
                    failed += 1
                    continue
                verdict = answer
                if isinstance(answer, Assessment):
                    verdict = screener.conclude(answer, ledger.settle(answer.draws))
                assert isinstance(verdict, Verdict)  # noqa: S101 - a fault and an assessment are dealt with
                hidden = suppressed_by_disposition(verdict)
                if not hidden:
                    continue
                void = without_suppressions(verdict)
                changed = void is not verdict.decision
                found[f"{verdict.decision.value} -> {void.value}"] += 1
                findings.update(hidden.values())
                alerts.update(set(hidden.values()) if changed else ())
                if json and changed:
                    write_json(_hidden(transfer.id, verdict, void.value, hidden))
            progress(f"{read:,} transfers")
    if not json:
        _print_hidden(judged, findings, alerts)
    notes.print(f"{read:,} transfers, {found.total():,} with a suppressed finding")
    for flip, count in sorted(found.items()):
        notes.print(f"{count:>9,} {flip}", markup=False)
    if past.unreadable:
        notes.print(f"{past.unreadable:,} records are not transfers and were left out", style="yellow")
    if failed:
        notes.print(f"the engine failed on {failed:,}", style="red")
        raise typer.Exit(ExitCode.PARTLY_FAILED)


def _hidden(transfer_id: str, verdict: Verdict, void: str, hidden: dict[tuple[str, str], str]) -> dict[str, Any]:
    return {
        "transfer_id": transfer_id,
        "decision": verdict.decision.value,
        "without_suppressions": void,
        "suppressed": [
            {"rule": rule, "subject": subject, "disposition": id_} for (rule, subject), id_ in hidden.items()
        ],
    }


def _print_hidden(judged: Sequence[Judged], findings: Counter[str], alerts: Counter[str]) -> None:
    table = Table("disposition", "entry", "decided by", "expires", "findings", "alerts", box=None, pad_edge=False)
    for each in judged:
        known = each.disposition
        if known.id in findings and each.refusal is None:
            expires = f"{known.expires_at:%Y-%m-%d}" if known.expires_at else ""
            counts = f"{findings[known.id]:,}", f"{alerts[known.id]:,}"
            table.add_row(known.id, known.rule, known.decided_by, expires, *counts)
    Console(highlight=False).print(table)


def _verdict(name: str) -> Verdict:
    with source(name) as stream:
        content = stream.read()
    try:
        return Verdict.model_validate_json(content)
    except ValueError as error:
        raise DispositionError(
            f"{name}: is not one verdict in JSON; `tidewaiter tail --json` prints one a line"
        ) from error


def _finding(verdict: Verdict, rule: str, subject: str | None) -> Finding:
    found = [each for each in verdict.findings if each.rule == rule and subject in (None, each.subject)]
    if not found:
        rules = ", ".join(dict.fromkeys(each.rule for each in verdict.findings)) or "none"
        raise DispositionError(f"--rule {rule}: the verdict has no such finding; its findings are: {rules}")
    if len(found) > 1:
        subjects = ", ".join(each.subject for each in found)
        raise DispositionError(f"--rule {rule}: several findings have it; give --subject: {subjects}")
    return found[0]


def _with_zone(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC. Typer drops the zone of a time that ends in Z."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _say(disposition: Disposition, as_json: bool | None) -> None:
    if wants_json(as_json):
        write_json(disposition)
    else:
        what = "ended" if disposition.withdrawn else "recorded"
        until = f", until {disposition.expires_at:%Y-%m-%d}" if disposition.expires_at else ""
        print(f"{what}: {disposition.id}, {disposition.judgement} on {disposition.rule}{until}")


def _as_json(judged: Judged) -> dict[str, Any]:
    refusal = {} if judged.refusal is None else {"refused": judged.refusal.value}
    return {
        "status": judged.status.value,
        **refusal,
        **judged.disposition.model_dump(mode="json", exclude_none=True),
        "content_sha256": judged.disposition.content_sha256,
    }


def _print(chosen: Sequence[Judged]) -> None:
    table = Table(
        "id", "status", "judgement", "entry", "decided by", "approved by", "expires", box=None, pad_edge=False
    )
    for each in chosen:
        known = each.disposition
        status = each.status.value if each.refusal is None else f"{each.status.value}: {each.refusal.value}"
        expires = f"{known.expires_at:%Y-%m-%d}" if known.expires_at else ""
        table.add_row(known.id, status, known.judgement, known.rule, known.decided_by, known.approved_by or "", expires)
    Console(highlight=False).print(table)
