"""The application: the API under /v1 and the console, behind the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode
from starlette.types import ASGIApp

from tidewaiter import __version__
from tidewaiter.serve.api import auditing, dispositions, law, names, queue, screening, verdicts
from tidewaiter.serve.gate import Gate
from tidewaiter.serve.pages import add_pages
from tidewaiter.serve.problems import MEDIA_TYPE, ProblemDetails, answer_with_problems
from tidewaiter_schemas.transfer import TransferEvent
from tidewaiter_schemas.verdict import Verdict

if TYPE_CHECKING:
    from tidewaiter.serve.service import Service

_MODELS: tuple[tuple[type[BaseModel], JsonSchemaMode], ...] = (
    (ProblemDetails, "serialization"),
    (TransferEvent, "validation"),
    (Verdict, "serialization"),
)
_DESCRIPTION = """\
Screens transfers in line, and reads and decides what the stream has screened.

Every error is a problem of RFC 9457, `application/problem+json`. No problem repeats what was sent.
"""


def build_app(service: Service) -> ASGIApp:
    """Return the whole application."""
    app = _routed()
    app.state.service = service
    return Gate(app, service)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document, the same on every machine."""
    return _document(_routed())


def _routed() -> FastAPI:
    app = FastAPI(
        title="Tidewaiter",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    answer_with_problems(app)
    for routes in (screening, verdicts, queue, dispositions, law, names, auditing):
        app.include_router(routes.router)
    document: dict[str, Any] = {}

    @app.get("/v1/openapi.json", include_in_schema=False)
    async def described() -> dict[str, Any]:
        if not document:
            document.update(_document(app))
        return document

    add_pages(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=_DESCRIPTION,
        routes=app.routes,
    )
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model, mode in _MODELS:
        schemas.update(_schemas_of(model, mode))
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of `tidewaiter tokens new`."}
    }
    document["security"] = [{"token": []}]
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"description": "A problem of RFC 9457."} | problem
    return document


def _schemas_of(model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode=mode)
    return {**schema.pop("$defs", {}), model.__name__: schema}
