"""The manifest of a rule book: its version, and the hash of everything that decides a verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.goods.model.wording_model import WordingModel
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.names.rarity import WordRarity
from tidewaiter.rulebook.country_knowledge import KnownTies
from tidewaiter.rulebook.party_file import sha256_of
from tidewaiter.rulebook.policy import Policy
from tidewaiter.rulebook.rules import RuleSet
from tidewaiter_schemas.rulebook import ListVersion, RuleBookManifest, RuleSetVersion


def manifest_of(
    rule_sets: Sequence[RuleSet],
    lists: Sequence[PartyList],
    lexicon: Lexicon,
    policy: Policy,
    ties: KnownTies,
    rarity: WordRarity | None = None,
    wording: WordingModel | None = None,
) -> RuleBookManifest:
    """Return the manifest of these parts, which must be in the order of their ids.

    Hashes leave out fields at their default, so that a later version with one more optional field gives the same hash.
    The hash of a list in the manifest is that of the official file; the hash of the book also covers the entries as
    they were read.
    """
    set_versions = tuple(
        RuleSetVersion(
            id=rule_set.rule_set,
            version=rule_set.version,
            sha256=_sha256(_stated(rule_set)),
            rules=len(rule_set.rules),
        )
        for rule_set in rule_sets
    )
    list_versions = tuple(
        ListVersion(
            id=party_list.id,
            publisher=party_list.publisher,
            published=party_list.published,
            sha256=party_list.sha256,
            entries=len(party_list.entries),
            sample=party_list.sample,
            retrieved=datetime.fromisoformat(party_list.retrieved) if party_list.retrieved else None,
            url=party_list.retrieved_from,
        )
        for party_list in lists
    )
    sha256 = _sha256(
        {
            "rule_sets": [version.model_dump(mode="json") for version in set_versions],
            "lists": [_stated(version) for version in list_versions],
            "entries": [sha256_of(party_list.entries) for party_list in lists],
            # They decide under whose law a party is listed, and what a finding cites.
            "cited": [[one.authority, one.instrument, one.url] for one in lists],
            "unread": [[[row.line, row.reason] for row in one.unread] for one in lists],
            "goods": lexicon.sha256,
            "ties": ties.sha256,
            "policy": _stated(policy),
            **({} if rarity is None else {"rarity": rarity.sha256}),
            **({} if wording is None else {"wording": wording.sha256}),
        }
    )
    newest = max((version.version for version in set_versions), default="none")
    return RuleBookManifest(
        version=f"{newest}-{sha256[:8]}", sha256=sha256, rule_sets=set_versions, lists=list_versions
    )


def _stated(model: BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_defaults=True)


def _sha256(value: Any) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
