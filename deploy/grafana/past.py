"""Time: the rule book's age, past transfers that are rescreened, what changes, and a candidate's drift."""

from __future__ import annotations

from boards import Board, Panel
from panels import RULE_BOOKS

ROWS = {
    "Now": (
        Panel(
            "Rule book in use for",
            "How long the newest rule book in use has been so.",
            "s",
            (("min(tidewaiter_rulebook_age_seconds)", ""),),
            "different-rule-books",
            single=True,
        ),
        RULE_BOOKS,
        Panel(
            "Rescreeners",
            "Rescreeners that Prometheus reaches. Without one, no past verdict follows a new rule book.",
            "short",
            (("count(tidewaiter_rescreening_paused) or vector(0)", ""),),
            "rescreening",
            single=True,
        ),
        Panel(
            "Behind for",
            "Time since the rule book of the oldest rescreening that has not ended was put in force; 0 without one.",
            "s",
            (("max(tidewaiter_rescreening_pending_seconds)", ""),),
            "rescreening",
            single=True,
        ),
        Panel(
            "Left to read",
            "Offsets of past transfers still to be read, over all rescreenings that have begun.",
            "short",
            (("sum(tidewaiter_rescreening_left)", ""),),
            "rescreening",
            single=True,
        ),
        Panel(
            "Changed in a day",
            "Past verdicts issued anew in the last day.",
            "short",
            (('sum(increase(tidewaiter_rescreening_transfers_total{result="changed"}[1d]))', ""),),
            "rescreening",
            single=True,
        ),
    ),
    "Rescreening": (
        Panel(
            "Left by partition",
            "Offsets still to be read. A partition that stays while others fall has a rescreener that is stuck.",
            "short",
            (("sum by (partition) (tidewaiter_rescreening_left)", "{{partition}}"),),
            "rescreening",
        ),
        Panel(
            "Past transfers",
            "Transfers a second that were read, and that the change could affect and were judged by both rule books.",
            "ops",
            (
                (
                    'sum by (result) (rate(tidewaiter_rescreening_transfers_total{result=~"read|judged"}'
                    "[$__rate_interval]))",
                    "{{result}}",
                ),
            ),
            "rescreening",
        ),
        Panel(
            "Changed verdicts by cause",
            "Verdicts issued anew in the last hour, by what changed in the rule book.",
            "short",
            (("sum by (kind, change) (increase(tidewaiter_rescreening_causes_total[1h]))", "{{kind}} {{change}}"),),
            "rescreening",
            stacked=True,
        ),
        Panel(
            "Changed verdicts by decision",
            "Verdicts issued anew in the last hour, by the decision before and now. Opposite changes are not netted.",
            "short",
            (
                (
                    "sum by (before, now) (increase(tidewaiter_rescreening_decisions_total[1h]))",
                    "{{before}} to {{now}}",
                ),
            ),
            "rescreening",
            stacked=True,
        ),
        Panel(
            "Failed and unavailable",
            "Past transfers on which the engine failed, and rescreenings without one of their rule books, in a day.",
            "short",
            (
                ('sum(increase(tidewaiter_rescreening_transfers_total{result="failed"}[1d]))', "failed"),
                ('sum(increase(tidewaiter_rescreening_runs_total{state="unavailable"}[1d]))', "unavailable"),
            ),
            "rescreening",
        ),
        Panel(
            "Pauses",
            "Rescreeners that pause because transfers wait for the workers.",
            "short",
            (("sum(tidewaiter_rescreening_paused)", "pausing"),),
            "rescreening",
        ),
        Panel(
            "From rule book to end",
            "Seconds from the moment at which a rule book was put in force to the end of the last rescreening.",
            "s",
            (("max(tidewaiter_rescreening_last_run_seconds)", ""),),
            "rescreening",
        ),
        Panel(
            "Not read",
            "Offsets that the last rescreening did not read: before the look-back, or deleted by the topic's "
            "retention.",
            "short",
            (("sum by (reason) (tidewaiter_rescreening_not_read)", "{{reason}}"),),
            "rescreening",
        ),
    ),
    "Candidate": (
        Panel(
            "Decisions that would change",
            "Live transfers in the last hour on which the candidate rule book decides otherwise.",
            "short",
            (
                (
                    "sum by (live, candidate) (increase(tidewaiter_shadow_decisions_total[1h]))",
                    "{{live}} to {{candidate}}",
                ),
            ),
            "rescreening",
            stacked=True,
        ),
        Panel(
            "Not judged by the candidate",
            "Live transfers without a verdict of the candidate, a second. Live verdicts are not affected.",
            "ops",
            (("sum by (reason) (rate(tidewaiter_shadow_dropped_total[$__rate_interval]))", "{{reason}}"),),
            "rescreening",
            stacked=True,
        ),
    ),
}

BOARD = Board("time", "time", "The rule book's age, rescreening of past transfers, and a candidate's drift.", ROWS)
