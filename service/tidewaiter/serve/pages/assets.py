"""The files that pages load: one style sheet, one script of our own, and htmx. Nothing comes from another host."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from tidewaiter.serve.problems import Problem

FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_KEPT: Final = "public, max-age=31536000, immutable"

router = APIRouter()


@router.get("/static/{name}")
def asset(name: str) -> Response:
    """Return a file. Its address has its hash, so browsers may keep it."""
    if name not in _TYPES:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such file.")
    return Response(_content(name), media_type=_TYPES[name], headers={"Cache-Control": _KEPT})


def address(name: str) -> str:
    """Return the address of a file, with its hash."""
    return f"/static/{name}?{hashlib.sha256(_content(name)).hexdigest()[:12]}"


@cache
def _content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
