"""How well and how fast names are matched: recall for each class of variation, false alarms, parties a second.

Lists: the official files in ../shared/data/lists when they are there, otherwise the built-in sample. Innocent names
come from Faker's locales in their own scripts; an innocent whose name is a listed one as it stands is a namesake,
counted by itself. The baseline of the same run is a RapidFuzz scan over the same names, without an index.
"""

from __future__ import annotations

import gc
import importlib
import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bench.variations import VARIATIONS
from service.lists import load_list
from service.matching import PartyIndex, PartyQuery
from service.matching.entry import EntryType, PartyList
from service.matching.policy import BLOCK, REVIEW, Feature

ROOT = Path(__file__).resolve().parents[1]
OFFICIAL = ROOT.parent / "shared" / "data" / "lists"
SAMPLE = ROOT / "service/rulebook/builtin/lists/sample.yaml"
A_CLASS = 2_000
INNOCENTS = 50_000
SCANNED = 40
SHOWN = 12
LOCALES = (
    "en_US en_GB en_IN en_NG de_DE fr_FR es_ES es_MX pt_BR it_IT nl_NL pl_PL cs_CZ ro_RO ru_RU uk_UA tr_TR "
    "ar_AA fa_IR he_IL hi_IN bn_BD zh_CN zh_TW ja_JP ko_KR vi_VN th_TH id_ID sv_SE fi_FI el_GR hu_HU az_AZ "
    "ka_GE hy_AM"
).split()


def loaded_lists() -> list[PartyList]:
    """The official lists together, or the sample."""
    if not OFFICIAL.is_dir():
        return [load_list("sample", SAMPLE)]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("SDN_2024-05-03", "alt_2026-08-01", "add_2026-08-01", "sdn_comments_2026-08-01"):
            shutil.copy(OFFICIAL / "ofac" / f"{name}.csv", folder)
        ofac = load_list("ofac", Path(folder))
    return [load_list("un", OFFICIAL / "un" / "consolidated_2026-08-01.xml"), ofac]


def main() -> dict[str, Any]:
    """Print the tables; return their figures."""
    started = time.perf_counter()
    lists = loaded_lists()
    read = time.perf_counter()
    index = PartyIndex.build(lists)
    built = time.perf_counter()
    parties = sum(len(party_list.entries) for party_list in lists)
    names = [name.text for party_list in lists for entry in party_list.entries for name in entry.names]
    print(f"{', '.join(p.instrument for p in lists)}: {parties:,} parties, {len(names):,} names")
    print(f"read in {read - started:.1f} s, indexed in {built - read:.1f} s; review at {REVIEW}, block at {BLOCK}")
    innocents = list(_innocents())
    return {
        "parties": parties,
        "names": len(names),
        "read_seconds": round(read - started, 3),
        "index_seconds": round(built - read, 3),
        "recall": _recall(index, lists),
        "false_alarms": _false_alarms(index, innocents) if innocents else None,
        "speed": _speed(lists, names, innocents),
    }


def _recall(index: PartyIndex, lists: Sequence[PartyList]) -> dict[str, Any]:
    listed = [
        (party_list.id, entry, name.text)
        for party_list in lists
        for entry in party_list.entries
        for name in entry.names
        if not name.weak
    ]
    print(
        f"\n{'variation':<20}{'tried':>8}{'recall':>9}  {'person':>8}{'organis.':>9}{'vessel':>8}  missed, for example"
    )
    figures: dict[str, Any] = {}
    for variation, vary in VARIATIONS.items():
        draw = random.Random(f"variation {variation}")
        tried: list[tuple[str, str, EntryType, str, str]] = []
        for list_id, entry, name in draw.sample(listed, len(listed)):
            varied = vary(name, entry.type, draw)
            if varied:
                tried.append((list_id, entry.id, entry.type, name, varied))
            if len(tried) == A_CLASS:
                break
        answers = index.match([PartyQuery((varied,), type_.value) for _, _, type_, _, varied in tried])
        by_type: dict[str, list[bool]] = defaultdict(list)
        missed = []
        for (list_id, id_, type_, name, varied), found in zip(tried, answers, strict=True):
            hit = any((c.list.id, c.entry.id) == (list_id, id_) for c in found)
            by_type["vessel" if type_ is EntryType.AIRCRAFT else type_.value].append(hit)
            if not hit:
                missed.append(f"{varied} ({name})" if varied != name else name)
        rates = {kind: sum(hits) / len(hits) for kind, hits in by_type.items()}
        recall = sum(map(sum, by_type.values())) / len(tried) if tried else 1.0
        cells = "".join(
            f"{rates[kind]:>{width}.3f}" if kind in rates else " " * width
            for kind, width in (("person", 8), ("organisation", 9), ("vessel", 8))
        )
        print(f"{variation:<20}{len(tried):>8,}{recall:>9.3f}  {cells}  {'; '.join(missed[:2])[:110]}")
        figures[variation] = {
            "tried": len(tried),
            "recall": round(recall, 4),
            "by_type": rates,
            "missed": missed[:SHOWN],
        }
    return figures


def _innocents() -> Iterator[tuple[str, str, str]]:
    """(name, type, locale) of made-up persons and companies."""
    try:
        faker = importlib.import_module("faker")
    except ImportError:
        print("no innocent names: Faker is not installed (pip install faker)")
        return
    for locale in LOCALES:
        source = faker.Faker(locale)
        source.seed_instance(1718)
        for _ in range(INNOCENTS * 4 // 5 // len(LOCALES) + 1):
            yield source.name(), "person", locale
        for _ in range(INNOCENTS // 5 // len(LOCALES) + 1):
            yield source.company(), "organisation", locale


def _false_alarms(index: PartyIndex, innocents: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    answers = index.match([PartyQuery((name,), type_) for name, type_, _ in innocents])
    figures: dict[str, Any] = {}
    by_locale: dict[str, list[bool]] = defaultdict(list)
    print(f"\n{'innocents':<14}{'tried':>8}{'namesakes':>11}{'review':>8}{'block':>8}{'false alarms':>14}")
    for type_ in ("person", "organisation"):
        tried = namesakes = review = block = 0
        worst = []
        for (name, kind, locale), found in zip(innocents, answers, strict=True):
            if kind != type_:
                continue
            tried += 1
            same = bool(found) and any(f.name is Feature.NAME and "agree" in f.detail for f in found[0].features)
            namesakes += same
            alarm = bool(found) and not same
            by_locale[locale].append(alarm)
            if alarm:
                review += found[0].score < BLOCK
                block += found[0].score >= BLOCK
                worst.append((-found[0].score, name, found[0].listed_name))
        rate = (review + block) / tried if tried else 0.0
        print(f"{type_:<14}{tried:>8,}{namesakes:>11,}{review:>8,}{block:>8,}{rate:>14.3%}")
        worst.sort()
        figures[type_] = {
            "tried": tried, "namesakes": namesakes, "review": review, "block": block, "rate": round(rate, 6),
            "worst": [f"{name} = {listed} {-score:.2f}" for score, name, listed in worst[:SHOWN]],
        }  # fmt: skip
        print("".join(f"    {line}\n" for line in figures[type_]["worst"][:5]), end="")
    rates = sorted(((sum(v) / len(v), locale) for locale, v in by_locale.items()), reverse=True)
    print("most by locale: " + ", ".join(f"{locale} {rate:.2%}" for rate, locale in rates[:6]))
    figures["by_locale"] = {locale: round(rate, 5) for rate, locale in rates}
    return figures


def _speed(
    lists: Sequence[PartyList], names: Sequence[str], innocents: Sequence[tuple[str, str, str]]
) -> dict[str, Any]:
    draw = random.Random(1718)
    asked = [PartyQuery((name,), type_) for name, type_, _ in draw.sample(list(innocents), min(len(innocents), 20_000))]
    asked = asked or [PartyQuery((name,)) for name in draw.sample(list(names), min(len(names), 5_000))]
    index = PartyIndex.build(lists)
    # A loaded index is millions of objects that never die: without this the collector walks them again and again.
    gc.collect()
    gc.freeze()
    half = len(asked) // 2
    index.match(asked[:half])
    fresh = _microseconds(index, asked[half:])
    common = [asked[min(int(draw.paretovariate(0.9)) - 1, 1_999) % len(asked)] for _ in range(20_000)]
    repeated = _microseconds(index, common)
    folded = [name.lower() for name in names]
    started = time.perf_counter()
    for query in asked[:SCANNED]:
        process.extractOne(query.names[0].lower(), folded, scorer=fuzz.token_sort_ratio, score_cutoff=85)
    scan = (time.perf_counter() - started) / SCANNED * 1e6
    print(f"\n{'one core':<34}{'microseconds a party':>22}{'parties a second':>18}{'times the scan':>16}")
    for label, cost in (
        ("never seen before" if innocents else "listed names: the slowest", fresh),
        ("repeated as in traffic (Zipf)", repeated),
        ("RapidFuzz scan, no index", scan),
    ):
        print(f"{label:<34}{cost:>22,.1f}{1e6 / cost:>18,.0f}{scan / cost:>16,.0f}")
    return {"fresh_us": round(fresh, 1), "repeated_us": round(repeated, 2), "scan_us": round(scan, 1),
            "fresh_times_scan": round(scan / fresh, 1)}  # fmt: skip


def _microseconds(index: PartyIndex, queries: Sequence[PartyQuery]) -> float:
    started = time.perf_counter()
    index.match(queries)
    return (time.perf_counter() - started) / len(queries) * 1e6


if __name__ == "__main__":
    main()
