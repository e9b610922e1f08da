"""Items in and recognitions out as JSON lines: what `tidewaiter goods` reads and writes. Pure; one line at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.recognition import CategoryHit, HeadingHit, ItemQuery, Reason, Recognition

FIELDS = ("description", "manufacturer", "model", "hs_code")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """What became of one line: the JSON to write, and whether the line could be read.

    `fault` is there when the engine failed on it, which is no fault of the line.
    """

    output: bytes
    readable: bool
    fault: EngineFault | None = None


def report_lines(lines: Iterable[bytes], classifier: Classifier) -> Iterator[ItemLine]:
    """A recognition for each line that holds an item, an object with `error` and `line` for any other; in order.

    A line that recognition fails on is such an object too, with the error's type and place. Empty lines are passed
    over. Fields other than `FIELDS` are left alone, so that the items of a transfer can be given as they are.
    """
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if not text:
            continue
        query = _query(text)
        if isinstance(query, str):
            yield ItemLine(_json({"error": query, "line": number}), readable=False)
        else:
            yield _recognised(number, query, classifier)


def _recognised(number: int, query: ItemQuery, classifier: Classifier) -> ItemLine:
    try:
        return ItemLine(_json(as_json(classifier.recognise(query))), readable=True)
    except NOT_THE_RECORD:
        raise
    except Exception as error:
        fault = EngineFault.of(error)
        return ItemLine(_json({"error": f"engine_error: {fault}", "line": number}), readable=True, fault=fault)


def as_json(recognition: Recognition) -> dict[str, Any]:
    """The recognition as an object of the plainest types, with every field it has, empty or not."""
    return {
        "categories": [_hit("name", str(hit.category), hit) for hit in recognition.categories],
        "headings": [{**_hit("code", hit.code, hit), "declared": hit.declared} for hit in recognition.headings],
        "conflict": recognition.conflict,
        "invalid_code": recognition.invalid_code,
        "unknown_part": recognition.unknown_part,
        "dismissed": [{**_reason(gone.reason), "by": gone.by} for gone in recognition.dismissed],
    }


def _hit(key: str, name: str, hit: CategoryHit | HeadingHit) -> dict[str, Any]:
    return {key: name, "certainty": round(hit.certainty, 2), "because": [_reason(reason) for reason in hit.because]}


def _reason(reason: Reason) -> dict[str, str]:
    return {
        "source": reason.source.value,
        "field": reason.field,
        "words": reason.words,
        "entry": reason.entry,
    }


def _query(text: bytes) -> ItemQuery | str:
    """The item of a line, or what is wrong with the line."""
    try:
        item = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(item, Mapping):
        return f"not an object with {', '.join(FIELDS)}"
    given = {name: item.get(name) for name in FIELDS}
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            return f"{name}: is not text; put it in quotes"
    if not any(given.values()):
        return f"says nothing about an item: give one of {', '.join(FIELDS)}"
    return ItemQuery(**given)


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can escape and UTF-8 cannot write
        return json.dumps(value, separators=(",", ":")).encode()
