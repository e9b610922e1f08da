"""The topics: their names, their configuration, and the explicit step that creates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError, for_code

from tidewaiter.errors import BrokerError
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import admin

_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of the topics."""

    transfers: str
    verdicts: str
    dead_letters: str
    quotas: str
    rulebook: str
    dispositions: str
    rescreenings: str
    shadow: str

    @classmethod
    def of(cls, settings: Settings) -> Topics:
        """Return the names with the prefix of the settings."""
        prefix = settings.topic_prefix
        return cls(
            transfers=f"{prefix}transfers",
            verdicts=f"{prefix}verdicts",
            dead_letters=f"{prefix}transfers.dead-letters",
            quotas=f"{prefix}quotas",
            rulebook=f"{prefix}rulebook",
            dispositions=settings.dispositions_topic or f"{prefix}dispositions",
            rescreenings=f"{prefix}rescreenings",
            shadow=settings.shadow_topic or f"{prefix}verdicts-shadow",
        )


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """The intended configuration of one topic."""

    name: str
    partitions: int
    config: Mapping[str, str]


def plans(settings: Settings) -> tuple[TopicPlan, ...]:
    """Return the intended configuration of the topics.

    Verdicts are kept for ever unless `verdict_retention_days` says otherwise, and never compacted: a later verdict on a
    transfer must not erase the earlier one, which somebody may have acted on.
    Dead letters keep their originals, so they take records larger than an event by its headers. The quotas are a log
    in one order, of which the first record of a claim counts: kept for ever, and never compacted, which keeps the last.
    The rescreenings are such a log, and so are the dispositions: with compaction, the record that ends one could be
    erased by overwriting its key, and a verdict that used an earlier record could not be computed again. The rule book
    is state, in order. Verdicts of a candidate rule book are kept as long as transfers.
    """
    names = Topics.of(settings)
    size = {"max.message.bytes": str(settings.max_record_bytes)}
    return (
        TopicPlan(names.transfers, settings.partitions, _kept(settings.retention_days) | size),
        TopicPlan(names.verdicts, settings.partitions, _kept(settings.verdict_retention_days) | size),
        TopicPlan(names.dead_letters, settings.partitions, _kept(settings.dead_letter_retention_days) | size),
        TopicPlan(names.quotas, 1, _kept(-1) | size),
        TopicPlan(names.rulebook, 1, {"cleanup.policy": "compact", **size}),
        TopicPlan(names.dispositions, 1, _kept(-1) | size),
        TopicPlan(names.rescreenings, 1, _kept(-1) | size),
        TopicPlan(names.shadow, settings.partitions, _kept(settings.retention_days) | size),
    )


async def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing and return one line for each.

    Safe to repeat. A topic that exists is left as it is; when its number of partitions differs from the settings the
    line says so, because changing it moves keys between partitions. Raises BrokerError.
    """
    lines = []
    async with admin(settings) as client:
        present = await _partitions(client, [plan.name for plan in plans(settings)])
        for plan in plans(settings):
            have = present.get(plan.name)
            if have is None:
                have = await _create(client, plan, settings)
                if have is None:
                    lines.append(f"{plan.name}: created, {plan.partitions} partitions")
                    continue
            lines.append(_comparison(plan, have))
    return lines


async def check_topics(settings: Settings, *, worker: bool = False, rescreener: bool = False) -> dict[str, int]:
    """Return the partitions of the topics that either end needs, or a `worker`, or a `rescreener`.

    BrokerError names the missing ones.
    """
    names = Topics.of(settings)
    needed = [names.transfers, names.verdicts, names.dead_letters, *([names.quotas] if worker else [])]
    if rescreener:
        needed = [names.transfers, names.verdicts, names.quotas, names.rulebook, names.rescreenings]
    both = "Read and Write"
    rights = {names.transfers: "Read", names.quotas: both, names.rulebook: "Read", names.rescreenings: both}
    async with admin(settings) as client:
        present = await _partitions(client, needed)
    missing = [name for name in needed if name not in present]
    if missing:
        who = "rescreener" if rescreener else "worker"
        needs = " and ".join(f"{rights.get(name, 'Write')} on {name}" for name in missing)
        raise BrokerError(
            f"topics are missing at {', '.join(settings.broker)}: {', '.join(missing)}; "
            "create them with: tidewaiter topics create"
            + (f"; or this user may not see them (a {who} needs {needs})" if settings.sasl or settings.tls else "")
        )
    return present


async def partitions_of(settings: Settings, names: list[str]) -> dict[str, int]:
    """Return the partitions of those of the topics that are there and may be seen. Raises BrokerError."""
    async with admin(settings) as client:
        return await _partitions(client, names)


async def _partitions(client: Any, names: list[str]) -> dict[str, int]:
    try:
        # Asked by name, a missing topic is created by brokers that create on demand, with their defaults.
        there = set(await client.list_topics())
        described = await client.describe_topics([name for name in names if name in there])
    except KafkaError as error:
        raise BrokerError(f"the topics cannot be looked up: {error}") from error
    present = {}
    for topic in described:
        if code := topic["error_code"]:
            raise BrokerError(f"topic {topic['topic']}: {_named(code)}")
        present[topic["topic"]] = len(topic["partitions"])
    return present


async def _create(client: Any, plan: TopicPlan, settings: Settings) -> int | None:
    new = NewTopic(plan.name, plan.partitions, settings.replication, topic_configs=dict(plan.config))
    try:
        response = await client.create_topics([new], timeout_ms=15_000)
        code, message = _outcome(response)
        if code:
            raise for_code(code)(message or _named(code))
    except TopicAlreadyExistsError:  # somebody else was faster
        return (await _partitions(client, [plan.name])).get(plan.name, plan.partitions)
    except TopicAuthorizationFailedError as error:
        raise BrokerError(f"topic {plan.name}: this user may not create it (needs Create on the topic)") from error
    except KafkaError as error:
        raise BrokerError(f"topic {plan.name} cannot be created: {error}") from error
    return None


def _outcome(response: Any) -> tuple[int, str | None]:
    for _, code, *rest in response.topic_errors:
        return code, rest[0] if rest else None
    return 0, None


def _comparison(plan: TopicPlan, have: int) -> str:
    if have == plan.partitions:
        return f"{plan.name}: there, {have} partitions"
    return (
        f"{plan.name}: there with {have} partitions, the settings say {plan.partitions}; left alone, because "
        "changing it would move keys to other partitions"
    )


def _kept(days: int) -> dict[str, str]:
    return {"cleanup.policy": "delete", "retention.ms": str(days * _DAY_MS if days > 0 else -1)}


def _named(code: int) -> str:
    return str(for_code(code).__name__)
