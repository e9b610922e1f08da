"""The overview: decisions, latency, lag, and how fresh what decides is."""

from __future__ import annotations

from boards import Board, Panel


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
            (('sum(up{job="tidewaiter"})', ""),),
            "no-worker",
            single=True,
        ),
        Panel(
            "Waiting",
            "Transfers on the topic that have no verdict yet.",
            "short",
            (("sum(tidewaiter_consumer_lag)", ""),),
            "no-progress",
            single=True,
        ),
        Panel(
            "Late",
            "Share of verdicts that took more than a second, over the last hour. 1 % is allowed.",
            "percentunit",
            (("tidewaiter:late_verdicts:ratio_rate1h", ""),),
            "late-verdicts",
            single=True,
        ),
        Panel(
            "Unreadable",
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
        Panel(
            "Rule books",
            "Rule books in use at once. More than one for longer than a roll-out is a fault.",
            "short",
            (("count(count by (sha256) (tidewaiter_rulebook_info == 1))", ""),),
            "different-rule-books",
            single=True,
        ),
        Panel(
            "Sample entries",
            "Entries of the packaged sample list in use. It is no official list.",
            "short",
            (('max(tidewaiter_list_entries{list="sample"}) or vector(0)', ""),),
            "sample-list",
            single=True,
        ),
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
        Panel(
            "Dead letters by reason",
            "Events a second that could not be read.",
            "ops",
            (("sum by (reason) (rate(tidewaiter_dead_letters_total[$__rate_interval]))", "{{reason}}"),),
            "dead-letters",
            stacked=True,
        ),
    ),
    "Time": (
        Panel(
            "From event to verdict",
            "From the timestamp of the event's record to the broker's acknowledgement of its verdict.",
            "s",
            ((quantile("0.5"), "half"), (quantile("0.95"), "95 %"), (quantile("0.99"), "99 %")),
            "late-verdicts",
        ),
        Panel(
            "Waiting by partition",
            "Transfers without a verdict. One partition that grows alone has a stuck worker.",
            "short",
            (("sum by (partition) (tidewaiter_consumer_lag)", "{{partition}}"),),
            "no-progress",
        ),
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
    "Workers": (
        Panel(
            "Processor",
            "Processor seconds a second. A worker uses at most about one.",
            "short",
            (('rate(process_cpu_seconds_total{job="tidewaiter"}[$__rate_interval])', "{{instance}}"),),
            "late-verdicts",
        ),
        Panel(
            "Memory",
            "Resident memory.",
            "bytes",
            (('process_resident_memory_bytes{job="tidewaiter"}', "{{instance}}"),),
            "crash-loop",
        ),
        Panel(
            "Rebalances",
            "Times in the last hour that partitions were handed out anew. Each one stops the group for a moment.",
            "short",
            (("increase(tidewaiter_rebalances_total[1h])", "{{instance}}"),),
            "crash-loop",
        ),
        Panel(
            "List entries",
            "Entries of each party list in use.",
            "short",
            (("max by (list, published) (tidewaiter_list_entries)", "{{list}} {{published}}"),),
            "sample-list",
        ),
        Panel(
            "Age of lists",
            "Time since each list in use was last known to be its publisher's newest. The sample has none.",
            "s",
            (("max by (list) (tidewaiter_list_age_seconds)", "{{list}}"),),
            "list-old",
        ),
        Panel(
            "Quotas",
            "Share of each cap that is used up in the window of today: published and counted.",
            "percentunit",
            (("max by (quota, window) (tidewaiter_quota_share)", "{{quota}} from {{window}}"),),
            "quota-near-its-cap",
        ),
    ),
}

BOARD = Board("overview", "overview", "Decisions, latency, lag and what decides.", ROWS)
