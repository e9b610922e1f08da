"""The overview: decisions, latency, lag, and how fresh what decides is."""

from __future__ import annotations

from boards import Board, Panel
from panels import (
    BROKER_SILENCE,
    BROKER_TIME,
    DEAD_LETTERS,
    FOLLOWED,
    LIST_AGES,
    LIST_ENTRIES,
    PROCESSOR,
    QUOTAS,
    REBALANCES,
    RULE_BOOKS,
    SAMPLE_ENTRIES,
    WAITING,
    WAITING_BY_PARTITION,
)


def quantile(share: str) -> str:
    """The time within which this share of the transfers had their verdict."""
    return (
        f"histogram_quantile({share}, sum by (le) (rate(tidewaiter_event_to_verdict_seconds_bucket[$__rate_interval])))"
    )


ROWS = {
    "Now": (
        Panel(
            "Workers",
            "Workers that Prometheus reaches.",
            "short",
            (("count(tidewaiter_batch_size_count) or vector(0)", ""),),
            "no-worker",
            single=True,
        ),
        WAITING,
        Panel(
            "Late",
            "Share of verdicts that took more than a second, over the last hour. 1 % is allowed.",
            "percentunit",
            (
                (
                    '1 - sum(rate(tidewaiter_event_to_verdict_seconds_bucket{le="1.0"}[1h])) '
                    "/ sum(rate(tidewaiter_event_to_verdict_seconds_count[1h]))",
                    "",
                ),
            ),
            "late-verdicts",
            single=True,
        ),
        Panel(
            "Dead letters",
            "Share of events that became dead letters, over the last five minutes.",
            "percentunit",
            (
                (
                    "sum(rate(tidewaiter_dead_letters_total[5m])) / "
                    "(sum(rate(tidewaiter_dead_letters_total[5m])) + sum(rate(tidewaiter_transfers_total[5m])))",
                    "",
                ),
            ),
            "dead-letters",
            single=True,
        ),
        RULE_BOOKS,
        SAMPLE_ENTRIES,
    ),
    "Decisions": (
        Panel(
            "Transfers by decision",
            "Verdicts a second that are on the verdict topic.",
            "ops",
            (("sum by (decision) (rate(tidewaiter_transfers_total[$__rate_interval]))", "{{decision}}"),),
            "decisions-shifted",
            stacked=True,
        ),
        Panel(
            "Share of each decision",
            "A shift without a new rule book or a new producer wants an explanation.",
            "percentunit",
            (
                (
                    "sum by (decision) (rate(tidewaiter_transfers_total[15m])) "
                    "/ ignoring (decision) group_left () sum(rate(tidewaiter_transfers_total[15m]))",
                    "{{decision}}",
                ),
            ),
            "decisions-shifted",
        ),
        Panel(
            "Findings by rule set",
            "Findings a second, reported and counting ones.",
            "ops",
            (
                (
                    "sum by (rule_set, family) (rate(tidewaiter_findings_total[$__rate_interval]))",
                    "{{rule_set}} {{family}}",
                ),
            ),
            "decisions-shifted",
            stacked=True,
        ),
        DEAD_LETTERS,
    ),
    "Time": (
        Panel(
            "From event to verdict",
            "From the timestamp of the event's record to the broker's acknowledgement of its verdict.",
            "s",
            ((quantile("0.5"), "half"), (quantile("0.95"), "95 %"), (quantile("0.99"), "99 %")),
            "late-verdicts",
        ),
        WAITING_BY_PARTITION,
        Panel(
            "Where the time goes",
            "Share of a worker's time in each stage of a batch, all workers together.",
            "percentunit",
            (("sum by (stage) (rate(tidewaiter_stage_seconds_total[$__rate_interval]))", "{{stage}}"),),
            "late-verdicts",
            stacked=True,
        ),
        Panel(
            "Screening a transfer",
            "Seconds of screening alone, on average.",
            "s",
            (
                (
                    "sum(rate(tidewaiter_screening_seconds_sum[$__rate_interval])) "
                    "/ sum(rate(tidewaiter_screening_seconds_count[$__rate_interval]))",
                    "average",
                ),
            ),
            "late-verdicts",
        ),
    ),
    "Broker": (
        BROKER_SILENCE,
        BROKER_TIME,
        FOLLOWED,
        REBALANCES,
    ),
    "Workers": (
        PROCESSOR,
        Panel(
            "Memory",
            "Resident memory.",
            "bytes",
            (("process_resident_memory_bytes", "{{job}} {{instance}}"),),
            "crash-loop",
        ),
        LIST_ENTRIES,
        LIST_AGES,
        QUOTAS,
    ),
}

BOARD = Board("overview", "overview", "Decisions, latency, lag and what decides.", ROWS)
