"""People: what waits to be decided, who decides, how often the engine is wrong, and what is suppressed."""

from __future__ import annotations

from boards import Board, Panel

ROWS = {
    "The queue": (
        Panel(
            "In the queue",
            "Reviews and blocks that nobody has decided.",
            "short",
            (("sum(max by (decision, state) (tidewaiter_queue_items))", ""),),
            "queue-overdue",
            single=True,
        ),
        Panel(
            "Oldest",
            "How long the oldest item of the queue has waited.",
            "s",
            (("max(tidewaiter_queue_oldest_seconds)", ""),),
            "queue-overdue",
            single=True,
        ),
        Panel(
            "Overdue",
            "Items that wait for longer than TIDEWAITER_SERVE_OVERDUE_HOURS.",
            "short",
            (("max(tidewaiter_queue_overdue_items)", ""),),
            "queue-overdue",
            single=True,
        ),
        Panel(
            "For a second person",
            "Items of which a false positive waits for an approver.",
            "short",
            (('sum(max by (decision) (tidewaiter_queue_items{state="awaiting_approval"}))', ""),),
            "queue-overdue",
            single=True,
        ),
        Panel(
            "Suppressions in force",
            "False positives that keep a finding on the same party and entry from counting.",
            "short",
            (('max(tidewaiter_false_positives{state="in_force"})', ""),),
            "queue-overdue",
            single=True,
        ),
        Panel(
            "Voided in a week",
            "Findings of seven days that an earlier false positive no longer suppresses: party or entry has changed.",
            "short",
            (("max(tidewaiter_voided_suppressions)", ""),),
            "queue-overdue",
            single=True,
        ),
    ),
    "Over time": (
        Panel(
            "Queue by decision and state",
            "Items that nobody has decided. A line that only rises means more comes in than is decided.",
            "short",
            (("max by (decision, state) (tidewaiter_queue_items)", "{{decision}} {{state}}"),),
            "queue-overdue",
            stacked=True,
        ),
        Panel(
            "Age of the oldest item",
            "How long the oldest item of each decision has waited.",
            "s",
            (("max by (decision) (tidewaiter_queue_oldest_seconds)", "{{decision}}"),),
            "queue-overdue",
        ),
        Panel(
            "Queue by list and rule set",
            "Items with a finding of each. An item may have several, so the lines add up to more than the queue.",
            "short",
            (("topk(10, max by (rule_set) (tidewaiter_queue_items_by_rule_set))", "{{rule_set}}"),),
            "queue-overdue",
        ),
        Panel(
            "Decisions by role",
            "Dispositions recorded through API and console in the last hour, by judgement and role of who decided.",
            "short",
            (
                (
                    "sum by (judgement, role) (increase(tidewaiter_serve_decisions_total[1h]))",
                    "{{judgement}} {{role}}",
                ),
            ),
            "queue-overdue",
            stacked=True,
        ),
    ),
    "How often the engine is wrong": (
        Panel(
            "False positives by list and rule set",
            "Share of the judged findings of each that people found to be false.",
            "percentunit",
            (
                (
                    "sum by (rule_set) "
                    '(max by (rule_set, rule) (tidewaiter_judged_findings{judgement="false_positive"}))'
                    " / sum by (rule_set) (max by (rule_set, rule, judgement) (tidewaiter_judged_findings))",
                    "{{rule_set}}",
                ),
            ),
            "queue-overdue",
        ),
        Panel(
            "False positives by rule",
            "The same for the rules on goods and dealings, the ten with most.",
            "percentunit",
            (
                (
                    'topk(10, max by (rule) (tidewaiter_judged_findings{judgement="false_positive",rule!=""})'
                    ' / sum by (rule) (max by (rule, judgement) (tidewaiter_judged_findings{rule!=""})))',
                    "{{rule}}",
                ),
            ),
            "queue-overdue",
        ),
        Panel(
            "Suppressions",
            "False positives by whether they stand.",
            "short",
            (("max by (state) (tidewaiter_false_positives)", "{{state}}"),),
            "queue-overdue",
            stacked=True,
        ),
        Panel(
            "Suppressed and voided findings",
            "Findings of seven days that are suppressed, and those that an earlier false positive suppresses no more.",
            "short",
            (
                ("max(tidewaiter_suppressed_findings)", "suppressed"),
                ("max(tidewaiter_voided_suppressions)", "voided"),
            ),
            "queue-overdue",
        ),
    ),
    "The service": (
        Panel(
            "Requests by route",
            "Requests a second to the API and console.",
            "reqps",
            (("sum by (route) (rate(tidewaiter_serve_requests_total[$__rate_interval]))", "{{route}}"),),
            "serve-behind",
            stacked=True,
        ),
        Panel(
            "Time to screen in line",
            "Seconds in which 99 % of the answers of /v1/screen were given.",
            "s",
            (
                (
                    "histogram_quantile(0.99, sum by (le) "
                    '(rate(tidewaiter_serve_request_seconds_bucket{route="/v1/screen"}[$__rate_interval])))',
                    "99 %",
                ),
            ),
            "serve-behind",
        ),
        Panel(
            "Errors",
            "Answers a second that are errors of ours, or refusals of a caller, by status.",
            "reqps",
            (
                (
                    'sum by (status) (rate(tidewaiter_serve_requests_total{status=~"[45].."}[$__rate_interval]))',
                    "{{status}}",
                ),
            ),
            "serve-behind",
            stacked=True,
        ),
        Panel(
            "Behind the topics",
            "Records that are on the topics and not yet in the database. It is high while a database is built.",
            "short",
            (("max by (instance) (tidewaiter_serve_projection_behind)", "{{instance}}"),),
            "serve-behind",
        ),
    ),
}

BOARD = Board("people", "people", "What waits to be decided, who decides, and how often the engine is wrong.", ROWS)
