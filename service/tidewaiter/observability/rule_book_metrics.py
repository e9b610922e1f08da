"""The metrics of the rule book and dispositions in use and of their topics, for each process that follows these."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from functools import partial
from math import inf

from prometheus_client import CollectorRegistry, Counter, Gauge, PlatformCollector, ProcessCollector

from tidewaiter.observability.disposition_metrics import DispositionMetrics
from tidewaiter.rulebook.refusal import Refusal
from tidewaiter_schemas import ListVersion, RuleBookManifest


class RuleBookMetrics:
    """A registry with the metrics of the process, of its rule book and of its dispositions."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.dispositions = DispositionMetrics(registry)
        self.rule_book = Gauge(
            "tidewaiter_rulebook_info", "1 for the rule book in use.", ["version", "sha256"], registry=registry
        )
        self.rule_book_loaded = Gauge(
            "tidewaiter_rulebook_loaded_timestamp_seconds",
            "When the rule book in use was taken up.",
            registry=registry,
        )
        self.rule_book_age = Gauge(
            "tidewaiter_rulebook_age_seconds", "Seconds since the rule book in use was taken up.", registry=registry
        )
        self.rule_book_refused = Counter(
            "tidewaiter_rulebook_refused",
            "Published rule books that were not adopted; the one in use stayed.",
            ["reason"],
            registry=registry,
        )
        self.rule_book_pending = Gauge(
            "tidewaiter_rulebook_pending_seconds",
            "Seconds since another rule book than the one in use was put in force on the topic; 0 when there is none.",
            registry=registry,
        )
        self.rule_book_topic = Gauge(
            "tidewaiter_rulebook_topic_up",
            "1 while the rule-book topic is followed; 0 when it is not there or cannot be read.",
            registry=registry,
        )
        self.rule_book_adoption = Gauge(
            "tidewaiter_rulebook_adoption_seconds",
            "Seconds from reading of the last adopted rule book to its adoption.",
            registry=registry,
        )
        self.rule_book_stall = Gauge(
            "tidewaiter_rulebook_stall_seconds",
            "The longest that the event loop stood still while the last adopted rule book was built and taken up.",
            registry=registry,
        )
        self.list_entries = Gauge(
            "tidewaiter_list_entries", "Entries of a party list in use.", ["list", "published"], registry=registry
        )
        self.list_age = Gauge(
            "tidewaiter_list_age_seconds",
            "Seconds since a party list in use was last known to be its publisher's newest: by a check of `lists "
            "sync`, else by its retrieval, else by its date. +Inf when none is known.",
            ["list"],
            registry=registry,
        )
        self._confirmed: dict[str, float] = {}
        self._checks: Mapping[str, tuple[str, float]] = {}
        self._lists: tuple[ListVersion, ...] = ()
        self.rules = Gauge(
            "tidewaiter_rules", "Rules of a rule set in use.", ["rule_set", "version"], registry=registry
        )
        # A series that appears with its first event cannot be alerted on before.
        for refusal in Refusal:
            self.rule_book_refused.labels(refusal.value)

    def uses(self, manifest: RuleBookManifest, now: float | None = None) -> None:
        """Set the rule book in use, with its lists and rule sets."""
        loaded = time.time() if now is None else now
        self.rule_book.clear()
        self.rule_book.labels(manifest.version, manifest.sha256).set(1)
        self.rule_book_loaded.set(loaded)
        self.rule_book_age.set_function(lambda: max(0.0, time.time() - loaded))
        self.list_entries.clear()
        for listed in manifest.lists:
            self.list_entries.labels(listed.id, listed.published or "").set(listed.entries)
        self._lists = tuple(listed for listed in manifest.lists if not listed.sample)
        self._confirmed = {listed.id: _newest_at(listed) for listed in self._lists}
        self.confirmed(self._checks)
        self.list_age.clear()
        for listed in self._lists:
            self.list_age.labels(listed.id).set_function(partial(self._age, listed.id))
        self.rules.clear()
        for rule_set in manifest.rule_sets:
            self.rules.labels(rule_set.id, rule_set.version).set(rule_set.rules)

    def rule_book_offered(self, since: float | None) -> None:
        """Set since when the topic has another rule book in force than the one in use; None if it has not."""
        if since is None:
            self.rule_book_pending.set_function(lambda: 0.0)
        else:
            self.rule_book_pending.set_function(lambda: max(0.0, time.time() - since))

    def adopted_rule_book(self, seconds: float, stall: float) -> None:
        """Set the duration of the last adoption and the longest stall of the event loop during it."""
        self.rule_book_adoption.set(seconds)
        self.rule_book_stall.set(stall)

    def confirmed(self, checks: Mapping[str, tuple[str, float]]) -> None:
        """Take note of when each list was found to be its publisher's newest: sha-256, and seconds of the epoch.

        It says nothing of a list in use that has another sha-256: that one has been overtaken, and ages.
        """
        self._checks = checks
        for listed in self._lists:
            sha256, when = checks.get(listed.id, ("", 0.0))
            if sha256 == listed.sha256:
                self._confirmed[listed.id] = max(self._confirmed[listed.id], when)

    def _age(self, list_id: str) -> float:
        return max(0.0, time.time() - self._confirmed.get(list_id, -inf))


def _newest_at(listed: ListVersion) -> float:
    """Return the latest time at which the list was the newest according to the manifest; minus infinity if unknown."""
    if listed.retrieved is not None:
        return listed.retrieved.timestamp()
    try:
        day = date.fromisoformat(listed.published or "")
    except ValueError:
        return -inf
    return (day - date(1970, 1, 1)).total_seconds()
