"""The official lists of ../shared/data/lists, all together, and their halves: one to tune on, one to report on.

What has an official format is read by our importers. What its collector only kept as names is read here, for the bench
alone, and its parties have names and a guessed type but no dates, countries or identifiers.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tidewaiter.lists import load_list
from tidewaiter.matching.entry import EntryType, ListedName, ListEntry, PartyList
from tidewaiter.matching.names.legal_forms import LEGAL_ANYWHERE
from tidewaiter.matching.names.vocabulary import ABBREVIATIONS, GENERIC_CAP
from tidewaiter.matching.scripts.folding import fold
from tidewaiter.text.latin import words

ROOT = Path(__file__).resolve().parents[1]
OFFICIAL = ROOT.parent / "shared" / "data" / "lists"
SAMPLE = ROOT / "service/tidewaiter/rulebook/builtin/lists/sample.yaml"
_NOTHING = "-0- "
_TYPES = {"individual": EntryType.PERSON, "vessel": EntryType.VESSEL, "aircraft": EntryType.AIRCRAFT}
_SDN_TYPES = {"entity": _NOTHING}
_NAME_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """One name of one listed party, not a weak alias."""

    list_id: str
    entry: ListEntry
    name: str


def loaded_lists() -> list[PartyList]:
    """All official lists, or the sample when they are not there."""
    if not OFFICIAL.is_dir():
        return [load_list("sample", SAMPLE)]
    with tempfile.TemporaryDirectory() as name:
        lists = [load_list(publisher, path) for publisher, path in official_files(Path(name)).items()]
    types = {key: entry.type for listed in lists for entry in listed.entries for key in _keys(entry)}
    in_the_conlist = {key for entry in lists[2].entries for key in _keys(entry)}
    eu = _names_alone("eu", "EU", OFFICIAL / "eu" / "eu_fsf_names_2026-06-05.json", types, frozenset())
    uk = _names_alone("uk", "UK", OFFICIAL / "uk" / "uk_sanctions_list_names_2026-06-10.json", types, in_the_conlist)
    return [*lists, eu, uk]


def official_files(folder: Path) -> dict[str, Path]:
    """The official lists that our importers read, by publisher; those unpacked or put together are in `folder`."""
    conlist = folder / "ConList.csv"
    with gzip.open(OFFICIAL / "uk" / "ConList_2025-04-10.csv.gz") as packed, conlist.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
    return {
        "un": OFFICIAL / "un" / "consolidated_2026-08-01.xml",
        "ofac": _ofac_of_2026(folder / "ofac"),
        "uk-conlist": conlist,
        "au": OFFICIAL / "other" / "au_dfat_regulation8_consolidated_2026-08.xlsx",
    }


def _ofac_of_2026(folder: Path) -> Path:
    """The SDN list of 2026 in its official layout: names of July 2026, remarks of 2024 where there are."""
    folder.mkdir()
    for name in ("alt_2026-08-01", "add_2026-08-01", "sdn_comments_2026-08-01"):
        shutil.copy(OFFICIAL / "ofac" / f"{name}.csv", folder)
    old: dict[str, list[str]] = {}
    with (OFFICIAL / "ofac" / "SDN_2024-05-03.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.reader(file):
            if len(row) == _NAME_COLUMNS:
                old[row[0]] = row
    entries = json.loads((OFFICIAL / "ofac" / "sdn_names_2026-07-11.json").read_text(encoding="utf-8"))["entries"]
    with (folder / "SDN.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for entry in sorted(entries, key=lambda e: int(e["uid"])):
            rest = old.get(entry["uid"], [_NOTHING] * _NAME_COLUMNS)[4:]
            type_ = _SDN_TYPES.get(entry["type"], entry["type"])
            writer.writerow([entry["uid"], entry["name"], type_, entry["program"] or _NOTHING, *rest])
    return folder


def _names_alone(
    id_: str, authority: str, path: Path, types: Mapping[str, EntryType], without: frozenset[str] | set[str]
) -> PartyList:
    """A list of which only names were kept. A party of a name in `without` is left out: it is there already."""
    content = path.read_bytes()
    entries = []
    for row in json.loads(content):
        names = tuple(dict.fromkeys(name for name in (row["full_name"], *row["aliases"]) if words(name)))
        if not names or (without and any(name_key(name) in without for name in names)):
            continue
        listed = tuple(ListedName(name) for name in names)
        entries.append(ListEntry(id=f"{id_}.{row['id']}", type=_guessed(names, types), names=listed))
    sha256 = hashlib.sha256(content).hexdigest()
    return PartyList(id_, authority, authority, f"{authority} names", "", None, sha256, tuple(entries))


def _guessed(names: Sequence[str], types: Mapping[str, EntryType]) -> EntryType:
    """The type of a party of these names on another list, else what its words say."""
    for name in names:
        if (known := types.get(name_key(name))) is not None:
            return known
    spoken = {word for name in names for word in words(name)}
    telling = spoken & LEGAL_ANYWHERE or any(ABBREVIATIONS.get(word, word) in GENERIC_CAP for word in spoken)
    return EntryType.ORGANISATION if telling else EntryType.PERSON


def _keys(entry: ListEntry) -> Iterator[str]:
    return (name_key(name.text) for name in entry.names)


def name_key(name: str) -> str:
    """What the spellings of one name have in common, whatever the order of its words."""
    return " ".join(sorted(map(fold, words(name))))


def in_report_half(name: str) -> bool:
    """Whether a name, listed or not, is of the half that figures are reported on; the other half is to tune on.

    By the name alone, so that a party which stands on two lists is not in both halves by the same name.
    """
    return hashlib.sha256(name_key(name).encode()).digest()[0] % 2 == 1


def strong_names(lists: Iterable[PartyList], report: bool) -> list[Listed]:
    """The names of one half that their publisher does not call weak."""
    return [
        Listed(party_list.id, entry, name.text)
        for party_list in lists
        for entry in party_list.entries
        for name in entry.names
        if not name.weak and in_report_half(name.text) == report
    ]


def script_of(name: str) -> str:
    """`Latin`, `Cyrillic`, `Arabic` (with Persian), `Han`, `Hangul`, ... : that of most letters beyond ASCII."""
    counts: dict[str, int] = {}
    for char in name:
        if char.isalpha():
            script = _script(char)
            counts[script] = counts.get(script, 0) + 1
    return max(sorted(counts), key=lambda script: counts[script]) if counts else "none"


_SCRIPTS = (
    (0x0370, "Latin"), (0x0400, "Greek"), (0x0530, "Cyrillic"), (0x0590, "Armenian"), (0x0600, "Hebrew"),
    (0x0700, "Arabic"), (0x0750, "Syriac"), (0x0780, "Arabic"), (0x0900, "other"), (0x0E00, "Indic"),
    (0x1000, "Thai and Lao"), (0x10A0, "Burmese"), (0x1100, "Georgian"), (0x1200, "Hangul"), (0x1780, "other"),
    (0x1800, "Khmer"), (0x1E00, "other"), (0x2000, "Latin"), (0x3040, "other"), (0x3100, "Kana"),
    (0x3400, "other"), (0xAC00, "Han"), (0xD7B0, "Hangul"), (0xF900, "other"), (0xFB00, "Han"),
    (0xFB07, "Latin"), (0xFB50, "Hebrew"), (0xFF00, "Arabic"), (0x20000, "other"),
)  # fmt: skip
"""The end of each range of code points, and the script of most letters in it."""


def _script(char: str) -> str:
    return next((script for end, script in _SCRIPTS if ord(char) < end), "Han")
