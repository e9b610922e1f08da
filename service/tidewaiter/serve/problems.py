"""Errors of the API as RFC 9457 problems. No problem repeats what the caller sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from tidewaiter.errors import trace_of
from tidewaiter.observability import logs
from tidewaiter.wire.cloudevents import location_of, message_of

MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final = "urn:tidewaiter:problem:"
_SHOWN: Final = 20
_log = logs.logger("tidewaiter.serve")


class ProblemItem(BaseModel):
    """One fault of a request."""

    pointer: str = Field(description="JSON pointer into the body, or the name of a parameter.")
    detail: str


class ProblemDetails(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(description="A URN that names the kind of problem.")
    title: str
    status: int
    detail: str
    errors: list[ProblemItem] | None = None


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is not a success. `kind` is a word of the table in docs/api.md, `detail` says what to do."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.errors, self.headers = errors, dict(headers or {})

    def body(self) -> bytes:
        """Return the problem as JSON."""
        content: dict[str, Any] = {
            "type": _TYPES + self.kind,
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.errors:
            content["errors"] = list(self.errors)
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    def response(self) -> Response:
        """Return the answer."""
        return Response(self.body(), int(self.status), self.headers, MEDIA_TYPE)


_KINDS: Final = {
    HTTPStatus.BAD_REQUEST: ("bad-request", "The request cannot be read."),
    HTTPStatus.NOT_FOUND: ("not-found", "There is nothing at this address; /v1/openapi.json lists what there is."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", "The address does not take this method; see Allow."),
}


def answer_with_problems(app: FastAPI) -> None:
    """Make `app` answer each error as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _of_starlette)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(SQLAlchemyError, _without_database)
    app.add_exception_handler(Exception, _unforeseen)


def unforeseen(error: Exception) -> Problem:
    """Log an error without its message, which may quote a request, and return what the caller is told."""
    _log.error("request failed", error=type(error).__name__, trace=trace_of(error))
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "The service failed on this request; its log says where."
    )


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for it
    return error.response()


async def _of_starlette(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    status = HTTPStatus(error.status_code)
    kind, detail = _KINDS.get(status, (status.phrase.lower().replace(" ", "-"), status.description or status.phrase))
    return Problem(status, kind, detail, headers=error.headers).response()


async def _without_database(_: Request, error: Exception) -> Response:
    # Its message quotes rows.
    _log.error("the database cannot be used", error=type(error).__name__, trace=trace_of(error))
    detail = "The database cannot be used now; ask again."
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable", detail, headers={"Retry-After": "5"}
    ).response()


async def _unforeseen(_: Request, error: Exception) -> Response:
    return unforeseen(error).response()


async def _not_valid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    return not_valid(error.errors()).response()


def not_valid(found: Sequence[Any]) -> Problem:
    """Return the problem of a body or parameter that pydantic refuses: where and why, without the value."""
    items = []
    for each in found[:_SHOWN]:
        where, *path = each["loc"]
        named = location_of(path) if where == "body" else str(path[0] if path else where)
        items.append({"pointer": named, "detail": message_of(each)})
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(status, "not-valid", "Parts of the request are missing or not valid; see errors.", errors=items)
