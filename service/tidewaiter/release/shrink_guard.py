"""The shrink guard: what a rule book lost compared with another. Uses only their manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tidewaiter_schemas.rulebook import RuleBookManifest


def shrinkage(old: RuleBookManifest, new: RuleBookManifest, share: float) -> list[str]:
    """Return one sentence per rule set or list that is missing in `new` or lost more than `share` of its size in `old`.

    The cause may be a truncated file that can still be read, or a folder missing from the settings. The packaged sample
    list may be removed.
    """
    had, has = ({each.id: each.rules for each in manifest.rule_sets} for manifest in (old, new))
    before = {each.id: each.entries for each in old.lists if not each.sample}
    after = {each.id: each.entries for each in new.lists}
    return [*_lost("rule set", "rules", had, has, share), *_lost("list", "entries", before, after, share)]


def _lost(what: str, of: str, before: Mapping[str, int], after: Mapping[str, int], share: float) -> Iterator[str]:
    for name, had in sorted(before.items()):
        has = after.get(name)
        if has is None:
            yield f"{what} {name} is gone; it had {had:,} {of}"
        elif has < had * (1 - share):
            yield f"{what} {name} has {has:,} {of} and had {had:,}"
