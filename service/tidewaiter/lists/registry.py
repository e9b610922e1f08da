"""The table of publishers whose lists can be read: names, formats, addresses and order of detection.

It reads and fetches nothing and imports no reader: the command line names publishers before it loads anything. To add a
publisher, add a module `lists/NAME.py` with a function `read` and one row here (docs/lists.md, "Another publisher").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a list: its name in the store, and its address without any secret.

    `may_be_empty` is for a file that only continues other files and may have nothing to continue.
    """

    name: str
    url: str
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class ListSource:
    """Where one publisher's list is fetched, and the limits that it must meet.

    `url` is the address that the record of the list names. A list with fewer entries than `fewest` is refused even
    when there is no earlier one to compare it with: about half of the entries last seen. A file of more than `largest`
    bytes is no list. `confidence` is that of the address: V when it was read in a source, C when it is still to be
    checked. A list that is not `by_default` is fetched only when it is named.
    """

    publisher: str
    url: str
    files: tuple[SourceFile, ...]
    fewest: int
    largest: int
    confidence: str = "V"
    by_default: bool = True
    needs_token: bool = False

    def at(self, url: str) -> ListSource:
        """Return the same list at another address: of its file, or of the folder when it has several files."""
        base = url.rstrip("/")
        several = len(self.files) > 1
        return replace(
            self,
            url=url,
            files=tuple(replace(file, url=f"{base}/{file.name}" if several else url) for file in self.files),
        )


@dataclass(frozen=True, slots=True)
class Publisher:
    """One publisher's list.

    `name` is the word for it on the command line and in the store. Its reader is the module of that name, with `_` for
    `-`. `formats` says which files the reader accepts, for help texts. `url` is where the list is published: in error
    messages, and in findings without an address of their own. `detected` is the turn of its reader when a file is tried
    on all of them, None when content never tells. `source` is None for a list that is not fetched.
    """

    name: str
    formats: str
    url: str
    detected: int | None = None
    source: ListSource | None = None

    @property
    def module(self) -> str:
        """Return the name of the reader's module."""
        return f"tidewaiter.lists.{self.name.replace('-', '_')}"


_UN = "https://scsanctions.un.org/resources/xml/en/consolidated.xml"
_OFAC = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports"
_OFAC_FILES = (
    "SDN.CSV", "ALT.CSV", "ADD.CSV", "SDN_COMMENTS.CSV",
    "CONS_PRIM.CSV", "CONS_ALT.CSV", "CONS_ADD.CSV", "CONS_COMMENTS.CSV",
)  # fmt: skip
_EU = "https://webgate.ec.europa.eu/fsd/fsf/public/files/xmlFullSanctionsList_1_1/content"
_UK = "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv"
_UK_CONLIST = "https://www.gov.uk/government/publications/financial-sanctions-consolidated-list-of-targets"
_AU = "https://www.dfat.gov.au/international-relations/security/sanctions/consolidated-list"
_AU_FILE = "https://www.dfat.gov.au/sites/default/files/regulation8_consolidated.xlsx"
_CSL = "https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.csv"
_OPENSANCTIONS = "https://data.opensanctions.org/datasets/latest/sanctions/targets.simple.csv"

_TABLE = (
    Publisher(
        "un", "the official XML", _UN, detected=1,
        source=ListSource("un", _UN, (SourceFile("consolidated.xml", _UN),), fewest=500, largest=100 * MEGABYTE),
    ),
    Publisher(
        "ofac",
        "SDN.CSV, SDN.XML, SDN_ADVANCED.XML, or a folder with the CSV files of the SDN and consolidated lists",
        f"{_OFAC}/SDN.CSV",
        # Last: its CSV has no header to be detected by, so its reader looks at every row.
        detected=8,
        source=ListSource(
            "ofac", _OFAC, tuple(SourceFile(name, f"{_OFAC}/{name}", "COMMENTS" in name) for name in _OFAC_FILES),
            fewest=10_000, largest=200 * MEGABYTE,
        ),
    ),
    Publisher(
        "eu", "FSF XML 1.1", _EU, detected=2,
        source=ListSource(
            "eu", _EU, (SourceFile("xmlFullSanctionsList_1_1.xml", _EU),), fewest=4_000, largest=400 * MEGABYTE,
            needs_token=True,
        ),
    ),
    Publisher(
        "uk", "UK Sanctions List, CSV or XML", _UK, detected=3,
        source=ListSource(
            "uk", _UK, (SourceFile("UK-Sanctions-List.csv", _UK),), fewest=4_000, largest=400 * MEGABYTE,
        ),
    ),
    Publisher("uk-conlist", "archives of OFSI's closed list, CSV or xlsx", _UK_CONLIST, detected=4),
    Publisher(
        "au", "DFAT xlsx", _AU, detected=5,
        source=ListSource(
            "au", _AU_FILE, (SourceFile("regulation8_consolidated.xlsx", _AU_FILE),), fewest=2_000,
            largest=100 * MEGABYTE, confidence="C",
        ),
    ),
    Publisher(
        "csl", "`consolidated.csv` of the Consolidated Screening List", _CSL, detected=6,
        source=ListSource(
            "csl", _CSL, (SourceFile("consolidated.csv", _CSL),), fewest=10_000, largest=400 * MEGABYTE,
            by_default=False,
        ),
    ),
    Publisher(
        "opensanctions", "`targets.simple.csv`", _OPENSANCTIONS, detected=7,
        source=ListSource(
            "opensanctions", _OPENSANCTIONS, (SourceFile("targets.simple.csv", _OPENSANCTIONS),), fewest=20_000,
            largest=2_000 * MEGABYTE, by_default=False,
        ),
    ),
    Publisher("own", "a CSV of your own, as `lists add` keeps it", ""),
    # Our own file in YAML, detected by its name.
    Publisher("sample", "the packaged sample, YAML", ""),
)  # fmt: skip

PUBLISHERS: Mapping[str, Publisher] = MappingProxyType({row.name: row for row in _TABLE})
"""The publishers by name, in the order of every report."""

SOURCES: Mapping[str, ListSource] = MappingProxyType({row.name: row.source for row in _TABLE if row.source is not None})
"""Where to fetch the lists that are fetched, by publisher."""

DETECTABLE = tuple(row.name for row in sorted(_TABLE, key=lambda row: row.detected or 0) if row.detected is not None)
"""The publishers whose files are detected by content, in the order in which their readers are tried."""
