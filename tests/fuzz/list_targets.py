"""Every reader of an official list. A file is refused, or what it lost is reported; what is read can be screened with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from tests.fuzz import damage
from tests.fuzz.damage import Damaged
from tests.fuzz.targets import Answer, Target
from tests.unit import test_lists_au as au
from tests.unit import test_lists_csl as csl
from tests.unit import test_lists_eu as eu
from tests.unit import test_lists_ofac_xml as ofac
from tests.unit import test_lists_others as others
from tests.unit import test_lists_uk as uk
from tests.unit import test_lists_un as un
from tidewaiter.errors import ListError
from tidewaiter.lists import load_list
from tidewaiter.matching.entry import PartyList
from tidewaiter.matching.index.party_index import PartyIndex
from tidewaiter.matching.query import PartyQuery

_WRITTEN: Final = TypeAdapter(PartyList)
_TURNED: Final = 1
"""Letters that a turned bit may take from a name: it makes something else of one."""
Write = Callable[[bytes, Path], Path]


def _as_file(name: str, content: bytes, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _beside(name: str, others: dict[str, bytes], content: bytes, folder: Path) -> Path:
    """One of OFAC's files damaged, the others whole."""
    for other, whole in {**others, name: content}.items():
        (folder / other).write_bytes(whole)
    return folder


def _sheet(part: str, content: bytes, folder: Path) -> Path:
    """A workbook that is a whole zip, and its content is not."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        if part != "xl/worksheets/sheet1.xml":
            book.writestr("xl/worksheets/sheet1.xml", _SHARED_SHEET)
        book.writestr(part, content)
    return _as_file("list.xlsx", packed.getvalue(), folder)


class _Reading:
    """Reads one list, and holds what comes against what its whole file holds."""

    def __init__(self, publisher: str, write: Write, in_prose: str = "") -> None:
        self._publisher = publisher
        self._write = write
        self._turned = max(_TURNED, len(in_prose))
        self._whole: dict[bytes, int] = {}

    def letters_in(self, seed: bytes, folder: Path) -> int:
        if seed not in self._whole:
            self._whole[seed] = _letters(load_list(self._publisher, self._write(seed, folder)))
        return self._whole[seed]

    def feed(self, seed: bytes, damaged: Damaged, folder: Path) -> Answer:
        path = self._write(damaged.content, folder)
        try:
            found = load_list(self._publisher, path)
        except ListError as refusal:
            assert str(path) in str(refusal), "a refusal names the file"
            return Answer.REFUSED
        assert found.entries, "a list without entries would clear everybody"
        assert all(entry.id and entry.names for entry in found.entries), "an entry without id or name matches nobody"
        _WRITTEN.dump_json(found)  # what cannot be written cannot be evidence
        PartyIndex.build([found]).match([PartyQuery(names=(found.entries[0].names[0].text,))])
        # A file of lines that was cut off after one of them is a whole file: only its predecessor tells.
        between = damaged.content.endswith(b"\n") or self._publisher == "sample"
        if damaged.lossy and not (damaged.how == "cut" and between) and not found.unread:
            lost = self.letters_in(seed, folder) - _letters(found)
            assert lost <= self._turned, f"{lost} letters of names are lost in silence ({damaged.how})"
        return Answer.REPORTED if found.unread else Answer.READ


def _letters(found: PartyList) -> int:
    """Return how many letters and digits all names have. A turned separator makes one name of two, and loses none."""
    return sum(each.isalnum() for entry in found.entries for name in entry.names for each in name.text)


def _target(
    name: str, publisher: str, write: Write, hostile: tuple[bytes, ...], seed: bytes, in_prose: str = ""
) -> Target:
    """`in_prose`: the letters of a name that a sentence introduces, which a turned bit makes another sentence."""
    return Target(name, "lists", (seed,), hostile, partial(_Reading(publisher, write, in_prose).feed, seed))


def _workbook(*rows: tuple[au.Cell, ...]) -> bytes:
    body = "".join(f"<row>{''.join(au.cell(v, i) for i, v in enumerate(row))}</row>" for row in rows)
    return au.SHEET.format(body).encode()


_ADDRESSES: Final = (
    b'9001,1,"1 Test Street","Testgrad","Russia",-0- \r\n9002,2,-0- ,"Panama City","Panama",-0- \r\n\x1a\r\n'
)
_COMMENTS: Final = b'9001," Secondary sanctions risk; DOB 1971."\r\n\x1a\r\n'
_OFAC: Final = {
    "SDN.CSV": ofac.CSV.encode(),
    "ALT.CSV": ofac.ALT.encode(),
    "ADD.CSV": _ADDRESSES,
    "SDN_COMMENTS.CSV": _COMMENTS,
}
_SHEET: Final = _workbook(au.HEADER, au.MAN, au.ALIAS, au.SHIP)
_SHARED: Final = ("<sst>" + "".join(f"<si><t>{text}</t></si>" for text in au.HEADER[:4]) + "</sst>").encode()
_SHARED_SHEET: Final = au.SHEET.format(
    "<row>" + "".join(f'<c r="{letter}1" t="s"><v>{i}</v></c>' for i, letter in enumerate("ABCD")) + "</row>"
    "<row>" + "".join(au.cell(value, i) for i, value in enumerate(au.MAN[:4])) + "</row>"
).encode()
_PACKED: Final = io.BytesIO()
with zipfile.ZipFile(_PACKED, "w", zipfile.ZIP_DEFLATED) as _book:
    _book.writestr("xl/workbook.xml", "<workbook/>")
    _book.writestr("xl/worksheets/sheet1.xml", _SHEET)

LIST_TARGETS: Final = (
    _target("UN, XML", "un", partial(_as_file, "un.xml"), damage.XML, un.whole().encode()),
    _target("EU, XML", "eu", partial(_as_file, "eu.xml"), damage.XML, (eu.HEAD + eu.MAN + eu.FIRM + "</export>").encode()),
    _target("UK, CSV", "uk", partial(_as_file, "uk.csv"), damage.CSV, uk.table(*uk.ROWS).encode()),
    _target("UK, XML", "uk", partial(_as_file, "uk.xml"), damage.XML, uk.XML.encode()),
    _target("OFSI, CSV", "uk-conlist", partial(_as_file, "c.csv"), damage.CSV, ("Last Updated,10/04/2025\n" + uk.CONLIST).encode()),
    _target("OFAC, SDN.CSV", "ofac", partial(_as_file, "SDN.CSV"), damage.CSV, _OFAC["SDN.CSV"]),
    *(_target(f"OFAC, {name} beside the others", "ofac", partial(_beside, name, _OFAC), damage.CSV, whole) for name, whole in _OFAC.items()),
    _target("OFAC, SDN.XML", "ofac", partial(_as_file, "sdn.xml"), damage.XML, ofac.BASIC.encode()),
    _target("OFAC, SDN_ADVANCED.XML", "ofac", partial(_as_file, "a.xml"), damage.XML, ofac.ADVANCED.encode()),
    _target("Australia, the workbook", "au", partial(_as_file, "au.xlsx"), (), _PACKED.getvalue()),
    _target("Australia, its sheet", "au", partial(_sheet, "xl/worksheets/sheet1.xml"), damage.XML, _SHEET, "OLDSHIP"),
    _target("Australia, its strings", "au", partial(_sheet, "xl/sharedStrings.xml"), damage.XML, _SHARED),
    _target("Consolidated Screening List, CSV", "csl", partial(_as_file, "consolidated.csv"), damage.CSV, (csl.HEADER + csl.PLANT + csl.MAN).encode()),
    _target("OpenSanctions, CSV", "opensanctions", partial(_as_file, "targets.simple.csv"), damage.CSV, (others.HEADER + others.SHIP + others.MAN).encode()),
    _target("the sample list", "sample", partial(_as_file, "sample.yaml"), damage.YAML, others.SAMPLE.read_bytes()[:6_000].rpartition(b"\n  - ")[0] + b"\n"),
)  # fmt: skip
