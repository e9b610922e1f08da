"""Rules and lists: what is found, by what, how sure, how old it is, and who decides by it."""

from __future__ import annotations

from boards import Board, Panel
from panels import LIST_AGES, LIST_ENTRIES, QUOTAS, RULE_BOOKS, SAMPLE_ENTRIES

ROWS = {
    "What decides": (
        RULE_BOOKS,
        Panel(
            "Not adopted for",
            "How long the longest waiting worker has known of a rule book in force that it does not use.",
            "s",
            (("max(tidewaiter_rulebook_pending_seconds)", ""),),
            "rule-book-refused",
            single=True,
        ),
        Panel(
            "Refused",
            "Published rule books refused in the last day, all workers and reasons together.",
            "short",
            (("sum(increase(tidewaiter_rulebook_refused_total[1d]))", ""),),
            "rule-book-refused",
            single=True,
        ),
        Panel(
            "Oldest list",
            "Time since the oldest list in use was last known to be its publisher's newest.",
            "s",
            (("max(tidewaiter_list_age_seconds)", ""),),
            "list-old",
            single=True,
        ),
        SAMPLE_ENTRIES,
        Panel(
            "On unverified law",
            "Share of the verdicts to block or review, in the last hour, that rest on no citation held against "
            "its text.",
            "percentunit",
            (
                (
                    "sum(increase(tidewaiter_unverified_verdicts_total[1h])) / "
                    'sum(increase(tidewaiter_transfers_total{decision!="clear"}[1h]))',
                    "",
                ),
            ),
            "decisions-shifted",
            single=True,
        ),
    ),
    "What is found": (
        Panel(
            "Findings of goods and dealings by rule set",
            "Findings a second. One that falls silent after a new rule book wants an explanation.",
            "ops",
            (
                (
                    'sum by (rule_set) (rate(tidewaiter_findings_total{family!="party"}[$__rate_interval]))',
                    "{{rule_set}}",
                ),
            ),
            "decisions-shifted",
            stacked=True,
        ),
        Panel(
            "Findings of parties by list",
            "Findings a second. A list that finds much more than yesterday has a new entry with a common name.",
            "ops",
            (
                (
                    'sum by (rule_set) (rate(tidewaiter_findings_total{family="party"}[$__rate_interval]))',
                    "{{rule_set}}",
                ),
            ),
            "decisions-shifted",
            stacked=True,
        ),
        Panel(
            "How sure the findings are",
            "Share of the findings of the last quarter of an hour that are at most so sure.",
            "percentunit",
            (
                (
                    "sum by (le) (rate(tidewaiter_finding_certainty_ratio_bucket[15m])) "
                    "/ ignoring (le) group_left () sum(rate(tidewaiter_finding_certainty_ratio_count[15m]))",
                    "{{le}}",
                ),
            ),
            "decisions-shifted",
        ),
        QUOTAS,
    ),
    "Lists": (
        LIST_AGES,
        LIST_ENTRIES,
    ),
    "Adoption": (
        Panel(
            "Workers by rule book",
            "Workers that decide by each rule book. During a roll-out one line falls as the other rises.",
            "short",
            (("count by (version, sha256) (tidewaiter_rulebook_info == 1)", "{{version}} {{sha256}}"),),
            "different-rule-books",
            stacked=True,
        ),
        Panel(
            "Refused, by reason",
            "Published rule books that were not adopted, in the last hour. The one in use stayed.",
            "short",
            (("sum by (reason) (increase(tidewaiter_rulebook_refused_total[1h]))", "{{reason}}"),),
            "rule-book-refused",
            stacked=True,
        ),
        Panel(
            "Time to adopt",
            "Seconds from reading a rule book to its adoption, and the longest that the worker stood still for it.",
            "s",
            (
                ("max(tidewaiter_rulebook_adoption_seconds)", "adoption"),
                ("max(tidewaiter_rulebook_stall_seconds)", "longest stall"),
            ),
            "rule-book-refused",
        ),
        Panel(
            "Follows the topic",
            "Workers that follow the rule-book topic. Without it a worker keeps the rule book that it has.",
            "short",
            (("sum(tidewaiter_rulebook_topic_up)", "workers"),),
            "rule-book-refused",
        ),
    ),
}

BOARD = Board("rules-and-lists", "rules and lists", "What is found, by what, how sure, and how old it is.", ROWS)
