"""Where publishers keep their lists, as data: addresses, how much to expect of each, and what they ask for.

Fetches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from tidewaiter.lists import eu, opensanctions, uk, un

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a list: the name it is kept under, and its address without any secret.

    `may_be_empty` for one that only continues what others say, and may have nothing to continue.
    """

    name: str
    url: str
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher's list.

    `url` is the address that the record of the list names. A list of fewer entries than `fewest` is refused even where
    there is none to compare it with; a file of more than `largest` bytes is no list. `confidence` is of the address: V
    read in a source, C still to be checked. A list that is not `by_default` is fetched when it is named.
    """

    publisher: str
    url: str
    files: tuple[SourceFile, ...]
    fewest: int
    largest: int
    confidence: str = "V"
    by_default: bool = True
    needs_token: bool = False

    def at(self, url: str) -> Source:
        """The same list from another address: of the file, or of the folder when the list has several."""
        base = url.rstrip("/")
        several = len(self.files) > 1
        return replace(
            self,
            url=url,
            files=tuple(replace(file, url=f"{base}/{file.name}" if several else url) for file in self.files),
        )


_OFAC = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports"
_OFAC_FILES = (
    "SDN.CSV", "ALT.CSV", "ADD.CSV", "SDN_COMMENTS.CSV",
    "CONS_PRIM.CSV", "CONS_ALT.CSV", "CONS_ADD.CSV", "CONS_COMMENTS.CSV",
)  # fmt: skip
_AU = "https://www.dfat.gov.au/sites/default/files/regulation8_consolidated.xlsx"


def _one_file(publisher: str, name: str, url: str, fewest: int, largest: int) -> Source:
    return Source(publisher, url, (SourceFile(name, url),), fewest, largest)


# `fewest` is about half of the entries last seen, or the least that others' gates assert for the publisher.
_ALL = (
    _one_file("un", "consolidated.xml", un.URL, 500, 100 * MEGABYTE),
    Source(
        "ofac",
        _OFAC,
        tuple(SourceFile(name, f"{_OFAC}/{name}", "COMMENTS" in name) for name in _OFAC_FILES),
        10_000,
        200 * MEGABYTE,
    ),
    replace(_one_file("eu", "xmlFullSanctionsList_1_1.xml", eu.URL, 4_000, 400 * MEGABYTE), needs_token=True),
    _one_file("uk", "UK-Sanctions-List.csv", uk.URL, 4_000, 400 * MEGABYTE),
    replace(_one_file("au", "regulation8_consolidated.xlsx", _AU, 2_000, 100 * MEGABYTE), confidence="C"),
    replace(
        _one_file("opensanctions", "targets.simple.csv", opensanctions.URL, 20_000, 2_000 * MEGABYTE), by_default=False
    ),
)

SOURCES: Mapping[str, Source] = MappingProxyType({source.publisher: source for source in _ALL})
"""The publishers that can be fetched, in the order of the report."""
