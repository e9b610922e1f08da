"""How well names are matched: recall for each class of variation, false alarms, and names across scripts.

All official lists of ../shared/data/lists together, or the built-in sample. Listed and innocent names are split in two
halves by name; the policy is tuned on one and figures are reported on the other (`report=False` gives the first).
Names are printed and never written: the figures that are returned hold none.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.innocents import Innocent, innocents
from bench.listed_parties import Listed, loaded_lists, script_of, strong_names
from bench.party_speed import speed
from bench.variations import VARIATIONS
from tidewaiter.matching import Candidate, PartyIndex, PartyQuery
from tidewaiter.matching.entry import EntryType, ListEntry, PartyList
from tidewaiter.matching.names.rarity import packaged_rarity
from tidewaiter.matching.policy import BLOCK, REVIEW, Feature

A_CLASS = 2_000
ONE_IN = 100
"""Of so many parties one is taken to be a listed one, where shares of true pairs are given."""
SHOWN = 12
MISSES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Trial:
    """A listed name asked for as `asked`, and the score at which its own entry was found, 0 when it was not."""

    listed: Listed
    asked: str
    score: float


def main(report: bool = True, with_speed: bool = True, a_class: int = A_CLASS) -> dict[str, Any]:
    """Print the tables; return their figures."""
    started = time.process_time()
    lists = loaded_lists()
    read = time.process_time()
    index = PartyIndex.build(lists, packaged_rarity())
    built = time.process_time()
    parties = sum(len(party_list.entries) for party_list in lists)
    names = [name.text for party_list in lists for entry in party_list.entries for name in entry.names]
    print(f"{', '.join(p.id for p in lists)}: {parties:,} parties, {len(names):,} names")
    print(f"read in {read - started:.1f} s, indexed in {built - read:.1f} s; review at {REVIEW}, block at {BLOCK}")
    print(f"the half to {'report on' if report else 'tune on'}")
    made_up = innocents(report)
    trials = varied_trials(index, lists, report, a_class)
    answers = _answers(index, made_up)
    other = varied_trials(index, lists, not report, a_class // 2), _answers(index, innocents(not report))
    figures = {
        "lists": {party_list.id: party_list.published or "" for party_list in lists},
        "parties": parties,
        "names": len(names),
        "read_seconds": round(read - started, 3),
        "index_seconds": round(built - read, 3),
        "recall": recall(trials),
        "false_alarms": false_alarms(made_up, answers) if made_up else None,
        "calibration": calibration({"this half": (trials, answers), "the other": other}) if made_up else None,
        "across_scripts": across_scripts(lists, report),
    }
    if with_speed:
        figures["speed"] = speed(lists, names, made_up)
    return figures


def varied_trials(index: PartyIndex, lists: Sequence[PartyList], report: bool, a_class: int) -> dict[str, list[Trial]]:
    """By class of variation, listed names of one half that were varied and asked for."""
    listed = strong_names(lists, report)
    trials: dict[str, list[Trial]] = {}
    for variation, vary in VARIATIONS.items():
        draw = random.Random(f"{variation} {report}")
        varied: list[tuple[Listed, str]] = []
        for one in draw.sample(listed, len(listed)):
            if asked := vary(one.name, one.entry.type, draw):
                varied.append((one, asked))
            if len(varied) == a_class:
                break
        trials[variation] = trials_of(index, varied)
    return trials


def recall(trials: Mapping[str, Sequence[Trial]]) -> dict[str, Any]:
    """Recall by class of variation, at review and at block, and over all classes by list, type and script."""
    print(f"\n{'variation':<22}{_COLUMNS}")
    figures: dict[str, Any] = {"by_class": {name: _row(name, found) for name, found in trials.items()}}
    together = [trial for found in trials.values() for trial in found]
    for label, key in _GROUPS.items():
        figures[label] = _grouped(label, together, key)
    return figures


def _answers(index: PartyIndex, made_up: Sequence[Innocent]) -> list[tuple[Candidate, ...]]:
    return index.match([PartyQuery((innocent.name,), innocent.type.value) for innocent in made_up])


def calibration(
    halves: Mapping[str, tuple[Mapping[str, Sequence[Trial]], Sequence[Sequence[Candidate]]]],
) -> dict[str, dict[str, float]]:
    """Of parties whose best candidate is scored so and so, the share that is the listed one, in each half.

    One party in `ONE_IN` is a listed one. These are of the trials, each class as often as another; the others are the
    innocents. By name and type alone.
    """
    shares: dict[str, dict[str, float]] = {}
    print(f"\nbest by score, one party in {ONE_IN} listed\n{'score':<14}{'true':>8}{'false':>8}{'share true':>12}")
    for half, (trials, answers) in halves.items():
        print(half)
        shares[half] = {}
        listed = len(answers) / (ONE_IN - 1)
        bands: dict[int, list[float]] = {band: [0.0, 0.0] for band in range(14, 20)}
        for found in trials.values():
            for trial in found:
                if trial.score >= REVIEW:
                    bands[_band(trial.score)][0] += listed / len(trials) / len(found)
        for candidates in answers:
            if candidates:
                bands[_band(candidates[0].score)][1] += 1
        for band, (true, false) in bands.items():
            name = f"{band * 5 / 100:.2f} to {band * 5 / 100 + 0.05:.2f}"
            shares[half][name] = round(true / (true + false), 4) if true + false else 1.0
            print(f"{name:<14}{true:>8.1f}{false:>8.0f}{shares[half][name]:>12.3f}")
    return shares


def _band(score: float) -> int:
    return min(19, int(score * 20 + 1e-9))


def trials_of(index: PartyIndex, varied: Sequence[tuple[Listed, str]]) -> list[Trial]:
    """Ask for each name by name and type alone."""
    answers = index.match([PartyQuery((asked,), one.entry.type.value) for one, asked in varied])
    return [
        Trial(one, asked, _own_score(one, candidates)) for (one, asked), candidates in zip(varied, answers, strict=True)
    ]


def _own_score(one: Listed, candidates: Iterable[Candidate]) -> float:
    own = (one.list_id, one.entry.id)
    return next((c.score for c in candidates if (c.list.id, c.entry.id) == own), 0.0)


_GROUPS: dict[str, Callable[[Trial], str]] = {
    "by_list": lambda trial: trial.listed.list_id,
    "by_type": lambda trial: trial.listed.entry.type.value,
    "by_script": lambda trial: script_of(trial.asked),
}
_COLUMNS = f"{'tried':>8}{'review':>9}{'block':>8}  {'person':>8}{'organis.':>9}{'vessel':>8}  missed, for example"


def _grouped(label: str, trials: Sequence[Trial], key: Callable[[Trial], str]) -> dict[str, Any]:
    print(f"\n{label:<22}{_COLUMNS}")
    groups: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[key(trial)].append(trial)
    return {name: _row(name, groups[name], misses=0) for name in sorted(groups)}


def _row(name: str, trials: Sequence[Trial], misses: int = MISSES_SHOWN) -> dict[str, Any]:
    """Print one line of a table, with some of what was missed, and return its figures."""
    by_type: dict[str, list[bool]] = defaultdict(list)
    for trial in trials:
        type_ = trial.listed.entry.type
        by_type["vessel" if type_ is EntryType.AIRCRAFT else type_.value].append(trial.score >= REVIEW)
    rates = {type_: sum(hits) / len(hits) for type_, hits in by_type.items()}
    at_review, at_block = (_share(t.score >= least for t in trials) for least in (REVIEW, BLOCK))
    cells = "".join(
        f"{rates[type_]:>{width}.3f}" if type_ in rates else " " * width
        for type_, width in (("person", 8), ("organisation", 9), ("vessel", 8))
    )
    missed = [f"{t.asked} ({t.listed.name})" for t in trials if t.score < REVIEW][:misses]
    print(f"{name:<22}{len(trials):>8,}{at_review:>9.3f}{at_block:>8.3f}  {cells}  {'; '.join(missed)[:110]}")
    return {
        "tried": len(trials),
        "recall": round(at_review, 4),
        "recall_at_block": round(at_block, 4),
        "by_type": {type_: round(rate, 4) for type_, rate in sorted(rates.items())},
    }


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else 1.0


def across_scripts(lists: Sequence[PartyList], report: bool) -> dict[str, Any]:
    """Names in their own script, as the lists give them, asked for among the Latin names of the same lists.

    Real pairs, each made by the publisher; none comes of a table of ours.
    """
    latin = [replace(party_list, entries=tuple(map(_in_latin, party_list.entries))) for party_list in lists]
    index = PartyIndex.build(latin, packaged_rarity())
    by_script: dict[str, list[tuple[Listed, str]]] = defaultdict(list)
    for one in strong_names(lists, report):
        script = script_of(one.name)
        if script not in ("Latin", "none") and _in_latin(one.entry).names:
            by_script[script].append((one, one.name))
    print(f"\n{'script, among Latin':<22}{_COLUMNS}")
    return {script: _row(script, trials_of(index, by_script[script])) for script in sorted(by_script)}


def _in_latin(entry: ListEntry) -> ListEntry:
    return replace(entry, names=tuple(name for name in entry.names if script_of(name.text) in ("Latin", "none")))


def is_namesake(candidates: Sequence[Candidate]) -> bool:
    """Whether the first candidate's name agrees in every word: no comparison of names tells the two apart."""
    return bool(candidates) and any(
        f.name is Feature.NAME and f.detail == "the names agree" for f in candidates[0].features
    )


def false_alarms(made_up: Sequence[Innocent], answers: Sequence[Sequence[Candidate]]) -> dict[str, Any]:
    """How many innocents are shown or blocked, by type and by source; namesakes are counted by themselves."""
    figures: dict[str, Any] = {}
    by_source: dict[str, list[bool]] = defaultdict(list)
    by_script: dict[str, list[bool]] = defaultdict(list)
    print(f"\n{'innocents':<14}{'tried':>8}{'namesakes':>11}{'review':>8}{'block':>8}{'false alarms':>14}")
    for type_ in (EntryType.PERSON, EntryType.ORGANISATION, None):
        tried = namesakes = review = block = 0
        worst = []
        for innocent, found in zip(made_up, answers, strict=True):
            if type_ not in (innocent.type, None):
                continue
            tried += 1
            same = is_namesake(found)
            namesakes += same
            alarm = bool(found) and not same
            if type_ is None:
                by_source[innocent.source].append(alarm)
                by_script[script_of(innocent.name)].append(alarm)
            if alarm:
                review += found[0].score < BLOCK
                block += found[0].score >= BLOCK
                worst.append((-found[0].score, innocent.name, found[0].listed_name))
        rate = (review + block) / tried if tried else 0.0
        name = type_.value if type_ else "all"
        print(f"{name:<14}{tried:>8,}{namesakes:>11,}{review:>8,}{block:>8,}{rate:>14.3%}")
        figures[name] = {"tried": tried, "namesakes": namesakes, "review": review, "block": block,
                         "rate": round(rate, 6)}  # fmt: skip
        if type_:
            worst.sort()
            print("".join(f"    {asked} = {listed} {-score:.2f}\n" for score, asked, listed in worst[:SHOWN]), end="")
    figures["by_source"] = _most("source", by_source)
    figures["by_script"] = _most("script", by_script)
    return figures


def _most(label: str, groups: dict[str, list[bool]]) -> dict[str, float]:
    rates = sorted(((sum(v) / len(v), name) for name, v in groups.items()), reverse=True)
    print(f"most by {label}: " + ", ".join(f"{name} {rate:.2%}" for rate, name in rates[:8]))
    return {name: round(rate, 5) for rate, name in rates}


if __name__ == "__main__":
    main()
