"""`POST /v1/screen`: verdicts on transfers in the body, without a topic."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from tidewaiter.serve.auth.callers import Caller, Role
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.service import Needs, Serving, asked

MOST: Final = 1_000
"""Most transfers of one request."""
_SMALL: Final = 65_536
"""Bytes of a body that is split in the event loop: for more, a thread costs less than the wait of others."""
_SPACE: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()

router = APIRouter(prefix="/v1", tags=["screening"])

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/TransferEvent"},
                        {
                            "type": "array",
                            "maxItems": MOST,
                            "items": {"$ref": "#/components/schemas/TransferEvent"},
                        },
                    ]
                }
            }
        },
    }
}


_VERDICT: Final = {"$ref": "#/components/schemas/Verdict"}
_VERDICTS: Final = {
    "type": "array",
    "items": {"oneOf": [_VERDICT, {"$ref": "#/components/schemas/ProblemDetails"}]},
}


@router.post(
    "/screen",
    openapi_extra=_BODY,
    response_model=None,
    responses={
        200: {
            "description": "The verdict, byte for byte that of the stream. For an array, an array with a verdict or a "
            "problem for each transfer, in order.",
            "content": {"application/json": {"schema": {"oneOf": [_VERDICT, _VERDICTS]}}},
        }
    },
)
async def screen(
    request: Request, service: Serving, _: Annotated[Caller, Depends(Needs(Role.PRODUCER, Role.ANALYST, Role.APPROVER))]
) -> Response:
    """Screen one transfer, or up to 1,000 in an array. Nothing is published and no quota is drawn on."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json", "Send Content-Type: application/json.")
    body = await request.body()
    if not body.lstrip().startswith(b"["):
        asked(request).transfers = 1
        (answer,) = await service.desk.screen([body])
        service.metrics.screened.inc()
        if isinstance(answer, Problem):
            raise answer
        return Response(answer, media_type="application/json")
    bodies = elements(body) if len(body) <= _SMALL else await run_in_threadpool(elements, body)
    asked(request).transfers = len(bodies)
    answers = await service.desk.screen(bodies)
    service.metrics.screened.inc(len(answers))
    each = b",".join(answer.body() if isinstance(answer, Problem) else answer for answer in answers)
    return Response(b"[" + each + b"]", media_type="application/json")


def elements(body: bytes) -> list[bytes]:
    """Return the elements of a JSON array, each with its own bytes: what is read is what was sent. Raises Problem.

    Parsed and written again, numbers and repeated keys would not be those that the stream reads.
    """
    try:
        text = body.decode()
        return _split(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "not-a-transfer", "not_json: the body is not a JSON array in UTF-8"
        ) from None


def _split(text: str) -> list[bytes]:
    found: list[bytes] = []
    at = _past_space(text, _past_space(text, 0) + 1)
    if text[at : at + 1] == "]" and not text[at + 1 :].strip(_SPACE):
        return found
    while True:
        _, end = _DECODER.raw_decode(text, at)
        found.append(text[at:end].encode())
        if len(found) > MOST:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "too-many",
                f"The array has more than {MOST:,} transfers; send less.",
            )
        at = _past_space(text, end)
        mark, rest = text[at : at + 1], at + 1
        if mark == "]" and not text[rest:].strip(_SPACE):
            return found
        if mark != ",":
            raise json.JSONDecodeError("expected , or ]", "", at)
        at = _past_space(text, rest)


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
