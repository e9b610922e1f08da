"""Delivery: partitions, what waits, rebalances, dead letters, and what a transfer costs."""

from __future__ import annotations

from boards import Board, Panel
from panels import (
    BROKER_SILENCE,
    BROKER_TIME,
    DEAD_LETTERS,
    PROCESSOR,
    QUARANTINE,
    REBALANCES,
    WAITING,
    WAITING_BY_PARTITION,
)

ROWS = {
    "Now": (
        Panel(
            "Partitions taken",
            "Partitions that a worker has. Fewer than the topic has means transfers that nobody screens.",
            "short",
            (("count(tidewaiter_consumer_lag)", ""),),
            "no-progress",
            single=True,
        ),
        WAITING,
        Panel(
            "Oldest waits",
            "How long the oldest of them has waited, at most.",
            "s",
            (("max(tidewaiter_oldest_waiting_seconds)", ""),),
            "no-progress",
            single=True,
        ),
        Panel(
            "Last progress",
            "Time since the slowest worker finished a batch, or had nothing to do.",
            "s",
            (("max(time() - tidewaiter_last_progress_timestamp_seconds)", ""),),
            "no-progress",
            single=True,
        ),
        Panel(
            "Starts",
            "Times that a worker has started again in the last hour.",
            "short",
            (
                (
                    "sum(changes(process_start_time_seconds[1h]) and on (job, instance) tidewaiter_batch_size_count)",
                    "",
                ),
            ),
            "crash-loop",
            single=True,
        ),
        Panel(
            "Processor time a transfer",
            "Processor seconds of all workers for each transfer, over five minutes.",
            "s",
            (
                (
                    "sum(rate(process_cpu_seconds_total[5m]) and on (job, instance) tidewaiter_batch_size_count) "
                    "/ sum(rate(tidewaiter_transfers_total[5m]))",
                    "",
                ),
            ),
            "late-verdicts",
            single=True,
        ),
    ),
    "Partitions": (
        WAITING_BY_PARTITION,
        Panel(
            "Oldest by partition",
            "How long the oldest transfer without a verdict has waited, at most.",
            "s",
            (("max by (partition) (tidewaiter_oldest_waiting_seconds)", "{{partition}}"),),
            "no-progress",
        ),
        Panel(
            "Open transactions",
            "How long a partition's first open transaction has been seen. What is behind it is screened once it ends.",
            "s",
            (("max by (partition) (tidewaiter_open_transaction_seconds)", "{{partition}}"),),
            "open-transaction",
        ),
        Panel(
            "Deleted before they were read",
            "Offsets of transfers that the broker deleted before a worker read them. They have no verdict.",
            "short",
            (("sum by (partition) (increase(tidewaiter_deleted_unread_total[$__rate_interval]))", "{{partition}}"),),
            "deleted-unread",
        ),
        BROKER_SILENCE,
        BROKER_TIME,
        Panel(
            "Partitions by worker",
            "Partitions that each worker has. Workers beyond the partitions have none and are in reserve.",
            "short",
            (("count by (instance) (tidewaiter_consumer_lag)", "{{instance}}"),),
            "no-progress",
            stacked=True,
        ),
        REBALANCES,
    ),
    "Dead letters": (
        DEAD_LETTERS,
        QUARANTINE,
        Panel(
            "Share of dead letters by worker",
            "Share of events that could not be read or judged. A worker stops at TIDEWAITER_DEAD_LETTER_SHARE.",
            "percentunit",
            (
                (
                    "sum by (instance) (rate(tidewaiter_dead_letters_total[5m])) / "
                    "(sum by (instance) (rate(tidewaiter_dead_letters_total[5m])) "
                    "+ sum by (instance) (rate(tidewaiter_transfers_total[5m])))",
                    "{{instance}}",
                ),
            ),
            "dead-letters",
        ),
    ),
    "Batches": (
        Panel(
            "Where the time goes",
            "Share of a worker's time in each stage of a batch. Growing `write` is a slow broker, `acknowledge` a slow "
            "commit.",
            "percentunit",
            (("sum by (stage) (rate(tidewaiter_stage_seconds_total[$__rate_interval]))", "{{stage}}"),),
            "late-verdicts",
            stacked=True,
        ),
        Panel(
            "Events in a batch",
            "Half of the batches are smaller, and one in twenty is larger. They grow with the load.",
            "short",
            (
                (
                    "histogram_quantile(0.5, sum by (le) (rate(tidewaiter_batch_size_bucket[$__rate_interval])))",
                    "half",
                ),
                (
                    "histogram_quantile(0.95, sum by (le) (rate(tidewaiter_batch_size_bucket[$__rate_interval])))",
                    "95 %",
                ),
            ),
            "late-verdicts",
        ),
        Panel(
            "Read ahead",
            "Events read and not yet taken into a batch. At TIDEWAITER_BUFFER_EVENTS the reading stops.",
            "short",
            (("sum by (instance) (tidewaiter_buffered_events)", "{{instance}}"),),
            "late-verdicts",
        ),
        PROCESSOR,
    ),
}

BOARD = Board("delivery", "delivery", "Partitions, what waits, rebalances, dead letters, and what it costs.", ROWS)
