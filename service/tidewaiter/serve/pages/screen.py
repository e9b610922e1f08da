"""Screen one transfer, pasted or filled in. Nothing is published."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from tidewaiter.serve.auth.sessions import Session
from tidewaiter.serve.pages.alert import shown_verdict
from tidewaiter.serve.pages.policy import SCREENERS, ConsoleRoute, page
from tidewaiter.serve.problems import Problem
from tidewaiter.serve.service import Serving, SignedIn, asked
from tidewaiter_schemas.transfer import KINDS, PARTY_TYPES
from tidewaiter_schemas.verdict import Verdict

router = APIRouter(route_class=ConsoleRoute)
Screening = Annotated[Session, Depends(SignedIn(*SCREENERS))]
Short = Annotated[str, Form(max_length=1_000)]
EXAMPLE: Final = """{
  "id": "example-1",
  "occurred_at": "2024-02-18T12:00:00+09:00",
  "kind": "gift",
  "parties": [
    {"role": "transferor", "name": "Example Motors", "countries": ["RU"]},
    {"role": "transferee", "name": "Example Guest House", "countries": ["KP"]}
  ],
  "items": [{"description": "Aurus limousine", "quantity": 1}]
}"""


@router.get("/screen", name="screen_page")
def show_form(request: Request, session: Screening) -> HTMLResponse:
    """Show the forms."""
    return page(
        request, "screen.html", session, example=EXAMPLE, kinds=sorted(KINDS), types=sorted(PARTY_TYPES), result=None
    )


@router.post("/screen/pasted")
async def screen_pasted(
    request: Request, service: Serving, session: Screening, transfer: Annotated[str, Form(max_length=1_000_000)]
) -> HTMLResponse:
    """Screen a transfer that was pasted as JSON."""
    return await _screened(request, service, session, transfer.encode("utf-8", "replace"))


@router.post("/screen/filled")
async def screen_filled(
    request: Request,
    service: Serving,
    session: Screening,
    occurred_on: Annotated[str, Form(pattern=r"^\d{4}-\d\d-\d\d$")],
    kind: Short = "sale",
    from_name: Short = "",
    from_type: Short = "unknown",
    from_country: Short = "",
    to_name: Short = "",
    to_type: Short = "unknown",
    to_country: Short = "",
    goods: Short = "",
    hs_code: Annotated[str, Form(max_length=32)] = "",
    destination: Short = "",
    purpose: Short = "",
) -> HTMLResponse:
    """Screen a transfer whose facts were filled in."""
    transfer: dict[str, Any] = {"id": "filled-in", "occurred_at": f"{occurred_on}T12:00:00Z", "kind": kind.strip()}
    parties = [
        _party("transferor", from_name, from_type, from_country),
        _party("transferee", to_name, to_type, to_country),
    ]
    transfer["parties"] = [party for party in parties if party is not None]
    item = {"description": goods.strip(), "hs_code": hs_code.strip()}
    if item := {name: value for name, value in item.items() if value}:
        transfer["items"] = [item]
    if destination.strip():
        transfer["route"] = {"destination": {"country": destination.strip().upper()}}
    if purpose.strip():
        transfer["purpose"] = purpose.strip()
    return await _screened(request, service, session, json.dumps(transfer, ensure_ascii=False).encode())


def _party(role: str, name: str, kind: str, country: str) -> dict[str, Any] | None:
    if not name.strip():
        return None
    party: dict[str, Any] = {"role": role, "name": name.strip(), "type": kind.strip() or "unknown"}
    if country.strip():
        party["countries"] = [each.upper() for each in country.replace(",", " ").split()]
    return party


async def _screened(request: Request, service: Serving, session: Session, body: bytes) -> HTMLResponse:
    asked(request).transfers = 1
    (answer,) = await service.desk.screen([body])
    service.metrics.screened.inc()
    if isinstance(answer, Problem):
        raise answer
    verdict = Verdict.model_validate_json(answer)
    result = await run_in_threadpool(shown_verdict, service, verdict, body)
    if request.headers.get("hx-request"):
        return page(request, "parts/screened.html", session, **result)
    return page(
        request,
        "screen.html",
        session,
        example=body.decode("utf-8", "replace"),
        kinds=sorted(KINDS),
        types=sorted(PARTY_TYPES),
        result=result,
        **result,
    )
