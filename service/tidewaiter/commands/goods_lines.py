"""`tidewaiter goods`: classify items, from JSON lines to JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidewaiter.commands.output import json_line
from tidewaiter.errors import NOT_THE_RECORD, EngineFault
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.recognition import CategoryHit, HeadingHit, ItemQuery, Reason, Recognition

FIELDS = ("description", "manufacturer", "model", "hs_code")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """The result of one line: the JSON to write, and whether the line could be read.

    `fault` is set when the engine failed on the line: the error is then in the engine, not in the line.
    """

    output: bytes
    readable: bool
    fault: EngineFault | None = None


def report_lines(lines: Iterable[bytes], classifier: Classifier) -> Iterator[ItemLine]:
    """Yield a recognition for each line that contains an item, and an object with `error` and `line` for any other.

    A line on which recognition fails also produces such an object, with the type and location of the error. Empty
    lines are skipped. Fields other than `FIELDS` are ignored, so that items can be copied from a transfer.
    """
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if not text:
            continue
        query = _query(text)
        if isinstance(query, str):
            yield ItemLine(json_line({"error": query, "line": number}), readable=False)
        else:
            yield _recognised(number, query, classifier)


def _recognised(number: int, query: ItemQuery, classifier: Classifier) -> ItemLine:
    try:
        return ItemLine(json_line(asjson_line(classifier.recognise(query))), readable=True)
    except NOT_THE_RECORD:
        raise
    except Exception as error:
        fault = EngineFault.of(error)
        return ItemLine(json_line({"error": f"engine_error: {fault}", "line": number}), readable=True, fault=fault)


def asjson_line(recognition: Recognition) -> dict[str, Any]:
    """Return the recognition as JSON values, with every field, even if empty."""
    return {
        "categories": [_hit("name", str(hit.category), hit) for hit in recognition.categories],
        "headings": [{**_hit("code", hit.code, hit), "declared": hit.declared} for hit in recognition.headings],
        "conflict": recognition.conflict,
        "invalid_code": recognition.invalid_code,
        "unknown_part": recognition.unknown_part,
        "dismissed": [{**_reason(gone.reason), "by": gone.by} for gone in recognition.dismissed],
        "wording": [
            {
                "category": heard.category,
                "voice": heard.voice.value,
                "words": list(heard.words),
                "certainty": heard.certainty,
            }
            for heard in recognition.wording
        ],
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
    """Return the item of a line, or what is wrong with the line."""
    try:
        item = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(item, Mapping):
        return f"not an object with {', '.join(FIELDS)}"
    given = {name: item.get(name) for name in FIELDS}
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            return f"{name}: not a string; put it in quotes"
    if not any(given.values()):
        return f"does not describe an item: give one of {', '.join(FIELDS)}"
    return ItemQuery(**given)
