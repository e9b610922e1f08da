"""Panels that stand on more than one dashboard."""

from __future__ import annotations

from boards import Panel

BROKER_SILENCE = Panel(
    "Silence of the broker",
    "How long the group's broker, or the leader of a partition, has not answered a worker. Near 0 is healthy, above 15 "
    "the worker is not ready, above 60 an alert fires.",
    "s",
    (("max by (instance) (tidewaiter_broker_silence_seconds)", "{{instance}}"),),
    "broker-silent",
)
BROKER_TIME = Panel(
    "Waiting for the broker",
    "Seconds of a batch, on average, until the broker has acknowledged its verdicts (`write`) and until its offsets "
    "are handed over (`acknowledge`).",
    "s",
    (
        (
            'sum by (stage) (rate(tidewaiter_stage_seconds_total{stage=~"write|acknowledge"}[$__rate_interval])) '
            "/ ignoring (stage) group_left () sum(rate(tidewaiter_batch_size_count[$__rate_interval]))",
            "{{stage}}",
        ),
    ),
    "late-verdicts",
)
FOLLOWED = Panel(
    "Topics followed",
    "Processes that follow the topic of rule books, and that of dispositions. Those that do not keep what they have.",
    "short",
    (
        ("sum(tidewaiter_rulebook_topic_up)", "rule books"),
        ("sum(tidewaiter_dispositions_topic_up)", "dispositions"),
    ),
    "broker-silent",
)
DEAD_LETTERS = Panel(
    "Dead letters by reason",
    "Events a second that could not be read or judged.",
    "ops",
    (("sum by (reason) (rate(tidewaiter_dead_letters_total[$__rate_interval]))", "{{reason}}"),),
    "dead-letters",
    stacked=True,
)
QUARANTINE = Panel(
    "Transfers the engine failed on",
    "Transfers that became dead letters in the last hour for a fault of ours. Each wants somebody to look at it.",
    "short",
    (
        (
            "sum by (instance, reason) "
            '(increase(tidewaiter_dead_letters_total{reason=~"engine_error|verdict_too_large"}[1h]))',
            "{{instance}} {{reason}}",
        ),
    ),
    "quarantine",
)
LIST_AGES = Panel(
    "Age of lists",
    "Time since each list in use was last known to be its publisher's newest. The sample has none.",
    "s",
    (("max by (list) (tidewaiter_list_age_seconds)", "{{list}}"),),
    "list-old",
)
LIST_ENTRIES = Panel(
    "List entries",
    "Entries of each party list in use.",
    "short",
    (("max by (list, published) (tidewaiter_list_entries)", "{{list}} {{published}}"),),
    "sample-list",
)
PROCESSOR = Panel(
    "Processor",
    "Processor seconds a second. A worker uses at most about one.",
    "short",
    (("rate(process_cpu_seconds_total[$__rate_interval])", "{{job}} {{instance}}"),),
    "late-verdicts",
)
QUOTAS = Panel(
    "Quotas",
    "Share of each cap that is used up in the window of today: published and counted.",
    "percentunit",
    (("max by (quota, window) (tidewaiter_quota_share)", "{{quota}} from {{window}}"),),
    "quota-near-its-cap",
)
REBALANCES = Panel(
    "Rebalances",
    "Times in the last hour that partitions were handed out anew. Each one stops the group for a moment.",
    "short",
    (("increase(tidewaiter_rebalances_total[1h])", "{{instance}}"),),
    "crash-loop",
)
RULE_BOOKS = Panel(
    "Rule books",
    "Rule books in use at once. More than one for longer than a roll-out is a fault.",
    "short",
    (("count(count by (sha256) (tidewaiter_rulebook_info == 1))", ""),),
    "different-rule-books",
    single=True,
)
SAMPLE_ENTRIES = Panel(
    "Sample entries",
    "Entries of the packaged sample list in use. It is no official list.",
    "short",
    (('max(tidewaiter_list_entries{list="sample"}) or vector(0)', ""),),
    "sample-list",
    single=True,
)
WAITING = Panel(
    "Waiting",
    "Transfers on the topic that have no verdict yet.",
    "short",
    (("sum(tidewaiter_consumer_lag)", ""),),
    "no-progress",
    single=True,
)
WAITING_BY_PARTITION = Panel(
    "Waiting by partition",
    "Transfers without a verdict. One partition that grows alone has a stuck worker.",
    "short",
    (("sum by (partition) (tidewaiter_consumer_lag)", "{{partition}}"),),
    "no-progress",
)
