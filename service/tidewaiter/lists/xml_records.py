"""Reads the records of an official XML file one at a time, in constant memory.

Refuses document types and entities, uses no network, and allows no nesting deeper than the publisher's schema.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import cast

from lxml import etree

from tidewaiter.errors import ListError
from tidewaiter.lists.reading import Unread, clean


def local_name(element: etree._Element) -> str:
    """Return the element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def line_of(element: etree._Element) -> int:
    """Return the line at which the element begins, 0 if unknown."""
    # The stubs give this attribute no type of its own.
    line: int | None = cast("int | None", element.sourceline)
    return line or 0


def text_of(element: etree._Element, path: str) -> str:
    """Return the text at `path` of local names under `element`, cleaned; "" when nothing is there."""
    return next(texts_of(element, path), "")


def texts_of(element: etree._Element, path: str) -> Iterator[str]:
    """Yield every text at `path` that is not empty, cleaned."""
    for found in all_of(element, path):
        if text := clean(whole_text(found)):
            yield text


def whole_text(element: etree._Element) -> str:
    """Return all text within the element, unchanged."""
    return "".join(str(text) for text in element.itertext())


def all_of(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """Yield every element at `path` of local names, whatever their namespace."""
    return element.iterfind("/".join(f"{{*}}{name}" for name in path.split("/")))


def report_unknown(element: etree._Element, known: Collection[str], unread: Unread) -> None:
    """Report what is not read within `element`: elements with content that are not `known`, and text between elements.

    The former mean that the format has grown, the latter that the file is damaged.
    """
    for part in element.iter(etree.Element):
        name = local_name(part)
        if len(part) and (clean(part.text) or any(clean(child.tail) for child in part)):
            unread.fact(line_of(part), f"<{name}> has text between its elements; the text is not read")
        if name not in known and (clean(part.text) or part.attrib):
            unread.fact(line_of(part), f"element <{name}> is not known here; its content is not read")


def records(
    path: Path, what: str, url: str, root: str, tags: Collection[str], deepest: int
) -> Iterator[etree._Element]:
    """Yield the root when it opens, then each element named in `tags` when it is complete. Records are freed after use.

    Raises ListError when the XML is incomplete, has a document type or another root, or nests deeper than `deepest`.
    """
    parser = etree.iterparse(
        str(path),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = 0
    try:
        for event, element in parser:
            if event == "start":
                depth += 1
                if depth == 1:
                    if element.getroottree().docinfo.doctype:
                        raise ListError(f"{path}: has a document type declaration, which this list never has. Refused.")
                    if local_name(element) != root:
                        raise ListError(
                            f"{path}: its root is <{local_name(element)}>, so it is not {what}. Name the right "
                            f"publisher."
                        )
                    yield element
                if depth > deepest:
                    raise ListError(f"{path}: elements nest deeper than this list ever does (line {line_of(element)}).")
                continue
            depth -= 1
            if local_name(element) in tags:
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise ListError(
            f"{path}: is not complete XML ({error.msg}). The file is cut off or is not XML: fetch it again from {url}."
        ) from error
