"""Metrics say what happened, in base units, under bounded labels."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from tests.builders import RULE_BOOK, finding, verdict
from tidewaiter.observability.metrics import MOST_SOURCES, BatchHistogram, Metrics
from tidewaiter.stream.progress import Progress
from tidewaiter_schemas import (
    DeadLetterReason,
    Decision,
    ListVersion,
    Verdict,
)


def _verdict(decision: Decision, *rule_sets: str) -> Verdict:
    return verdict(decision, [finding(rule_set=rule_set) for rule_set in rule_sets])


def _samples(metrics: Metrics) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(generate_latest(metrics.registry).decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def test_verdicts_findings_and_dead_letters_are_counted() -> None:
    metrics = Metrics()
    metrics.judged([_verdict(Decision.BLOCK, "un-kp", "un-kp"), _verdict(Decision.CLEAR), _verdict(Decision.CLEAR)])
    metrics.given_up(
        [(DeadLetterReason.SCHEMA, "/erp"), (DeadLetterReason.SCHEMA, "/erp"), (DeadLetterReason.EMPTY, None)]
    )
    samples = _samples(metrics)
    assert samples["tidewaiter_transfers_total{decision=block}"] == 1
    assert samples["tidewaiter_transfers_total{decision=clear}"] == 2
    assert samples["tidewaiter_transfers_total{decision=review}"] == 0
    assert samples["tidewaiter_findings_total{family=embargo,rule_set=un-kp}"] == 2
    assert samples["tidewaiter_dead_letters_total{reason=schema}"] == 2
    assert samples["tidewaiter_dead_letters_total{reason=too_large}"] == 0
    assert samples["tidewaiter_dead_letters_by_source_total{source=/erp}"] == 2
    assert samples["tidewaiter_dead_letters_by_source_total{source=none}"] == 1


def test_sources_that_anybody_may_write_do_not_fill_the_metrics() -> None:
    metrics = Metrics()
    metrics.given_up((DeadLetterReason.SCHEMA, f"/producer{number}") for number in range(500))
    metrics.given_up([(DeadLetterReason.SCHEMA, "/producer7")])
    samples = _samples(metrics)
    series = [name for name in samples if name.startswith("tidewaiter_dead_letters_by_source_total")]
    assert len(series) == MOST_SOURCES + 1
    assert samples["tidewaiter_dead_letters_by_source_total{source=/producer7}"] == 2
    assert samples["tidewaiter_dead_letters_by_source_total{source=others}"] == 500 - MOST_SOURCES


def test_the_rule_book_in_use_replaces_the_one_before() -> None:
    metrics = Metrics()
    metrics.uses(RULE_BOOK.model_copy(update={"version": "6"}))
    metrics.uses(RULE_BOOK, now=1_000.0)
    samples = _samples(metrics)
    assert samples[f"tidewaiter_rulebook_info{{sha256={'a' * 64},version=7}}"] == 1
    assert len([name for name in samples if name.startswith("tidewaiter_rulebook_info")]) == 1
    assert samples["tidewaiter_rulebook_loaded_timestamp_seconds{}"] == 1_000
    assert samples["tidewaiter_rulebook_age_seconds{}"] > 1_000_000
    assert samples["tidewaiter_list_entries{list=un,published=2026-08-01}"] == 900
    assert samples["tidewaiter_rules{rule_set=un-kp,version=2}"] == 31


def test_a_histogram_takes_a_whole_batch_and_counts_like_one_that_takes_each() -> None:
    registry = CollectorRegistry()
    histogram = BatchHistogram("h_seconds", "Help.", (0.1, 1.0), registry)
    histogram.observe(0.1, times=3)
    histogram.observe_all([0.5, 1.0, 7.0])
    text = generate_latest(registry).decode()
    for line in ['le="0.1"} 3.0', 'le="1.0"} 5.0', 'le="+Inf"} 6.0', "h_seconds_count 6.0"]:
        assert line in text
    assert float(re.search(r"h_seconds_sum (\S+)", text).group(1)) == pytest.approx(8.8)  # type: ignore[union-attr]


def test_every_metric_has_a_help_text_and_a_base_unit() -> None:
    metrics = Metrics()
    metrics.uses(RULE_BOOK)
    ours = [
        family
        for family in text_string_to_metric_families(generate_latest(metrics.registry).decode())
        if family.name.startswith("tidewaiter_") and not family.name.endswith("_created")
    ]
    assert len(ours) >= 14
    for family in ours:
        assert family.documentation.endswith("."), family.name
        assert not re.search(r"_(ms|millis|micros|kb|mb)(_|$)", family.name), family.name


def test_two_workers_in_one_process_do_not_share_their_metrics() -> None:
    first, second = Metrics(), Metrics()
    first.judged([_verdict(Decision.BLOCK)])
    assert _samples(second)["tidewaiter_transfers_total{decision=block}"] == 0


def _age(metrics: Metrics, list_id: str) -> float:
    return _samples(metrics)[f"tidewaiter_list_age_seconds{{list={list_id}}}"]


def test_a_list_is_as_old_as_the_last_word_that_it_is_the_newest() -> None:
    now, day = time.time(), 86_400
    lists = (
        ListVersion(id="un", publisher="un", published="2026-08-01", sha256="c" * 64, entries=900),
        ListVersion(
            id="ofac",
            publisher="ofac",
            sha256="d" * 64,
            entries=9,
            retrieved=datetime.fromtimestamp(now - 5 * day, UTC),
        ),
        ListVersion(id="eu", publisher="eu", sha256="e" * 64, entries=9),
        ListVersion(id="sample", publisher="sample", sha256="f" * 64, entries=9, sample=True),
    )
    metrics = Metrics()
    metrics.uses(RULE_BOOK.model_copy(update={"lists": lists}))
    assert _age(metrics, "un") == pytest.approx(now - datetime(2026, 8, 1, tzinfo=UTC).timestamp(), abs=60)
    assert _age(metrics, "ofac") == pytest.approx(5 * day, abs=60)
    assert _age(metrics, "eu") == float("inf")
    assert "tidewaiter_list_age_seconds{list=sample}" not in _samples(metrics)

    metrics.confirmed({"ofac": ("d" * 64, now - 100), "un": ("0" * 64, now - 100)})
    assert _age(metrics, "ofac") == pytest.approx(100, abs=60)
    assert _age(metrics, "un") > day, "another edition was confirmed: the one in use is overtaken, and ages"

    metrics.confirmed({})
    assert _age(metrics, "ofac") == pytest.approx(100, abs=60)
    metrics.uses(RULE_BOOK)
    assert "tidewaiter_list_age_seconds{list=ofac}" not in _samples(metrics)


def test_verdicts_that_rest_on_unverified_law_alone_are_counted() -> None:
    metrics = Metrics()
    verified = _verdict(Decision.BLOCK, "un-kp", "us-kp")
    known, checked = verified.findings
    open_question = known.model_copy(
        update={"citation": known.citation.model_copy(update={"verified": False, "confidence": "H"})}
    )
    cleared = checked.model_copy(update={"suppressed_by": "a letter"})
    metrics.judged(
        [
            verified,
            verified.model_copy(update={"findings": (open_question, checked)}),
            verified.model_copy(update={"findings": (open_question, cleared)}),
            verified.model_copy(update={"findings": (open_question,), "decision": Decision.REVIEW}),
            verified.model_copy(update={"findings": (open_question,), "decision": Decision.CLEAR}),
        ]
    )
    assert metrics.registry.get_sample_value("tidewaiter_unverified_verdicts_total") == 2


def test_the_oldest_event_waits_since_the_last_one_before_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    progress = Progress(60)
    assert progress.waited(0, 5) == 0.0, "nothing is known of a partition that was just assigned"
    now = 1_010.0
    assert progress.waited(0, 5) == 10.0
    progress.judged({0: 1_007.0})
    assert progress.waited(0, 3) == 3.0
    progress.judged({0: 12.0})
    assert progress.waited(0, 3) == 3.0, "an event sent again keeps its old time"
    assert progress.waited(0, 0) == 0.0
    now = 5_000.0
    assert progress.waited(0, 0) == 0.0
    now = 5_002.0
    assert progress.waited(0, 1) == 2.0, "what came after an idle hour has not waited for an hour"
