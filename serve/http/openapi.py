"""The OpenAPI page: bodies, examples that run, and what every route may refuse."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from data_gen.vocabulary import Vocabulary
from serve.http.json_cases import body_schema
from serve.http.options import Options
from serve.http.schemas import EXAMPLES, FILE_EXAMPLE, Refused

_REFUSED: dict[str, str] = {
    "400": "The body ended early.",
    "401": "The key is missing or wrong.",
    "405": "The route has no such method.",
    "408": "The body came too slowly.",
    "413": "The body, its cases or its rows are more than the limits allow.",
    "415": "The body has another type than the route reads.",
    "422": "The body cannot be used; every problem has its field and remedy.",
    "500": "Our own code failed.",
    "503": "Too much is under way, or the answer took too long.",
}
_ABOUT = (
    "Tells apart the causes of leg pain on walking. Not a medical device. A finding that is left "
    "out is unknown, never absent."
)


def document(app: FastAPI, vocabulary: Vocabulary, options: Options) -> None:
    """Let the application describe itself in full."""
    app.description = _ABOUT
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            page = plain()
            _add(page, vocabulary, options)
            app.openapi_schema = page
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign] # as FastAPI's manual has it


def _add(page: dict[str, Any], vocabulary: Vocabulary, options: Options) -> None:
    shapes = page["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        shapes.pop(unused, None)
    refused = Refused.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes.update(refused.pop("$defs"), Refused=refused)
    shapes["ScoreRequest"] = body_schema(vocabulary, options.limits)
    cases = {"schema": {"$ref": "#/components/schemas/ScoreRequest"}, "examples": EXAMPLES}
    text = {"schema": {"type": "string"}, "example": FILE_EXAMPLE}
    paths = page["paths"]
    for path in ("/v1/score", "/v1/ask"):
        paths[path]["post"]["requestBody"] = _body("application/json", cases)
    paths["/v1/score-file"]["post"]["requestBody"] = _body("text/csv", text)
    _say_text(paths["/v1/score-file"]["post"], "text/csv")
    _say_text(paths["/metrics"]["get"], "text/plain")
    for path, methods in paths.items():
        for operation in methods.values():
            _say_refusals(operation, body="requestBody" in operation, health="health" in path)
    if options.api_key:
        _say_key(page)


def _body(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {kind: content}}


def _say_text(operation: dict[str, Any], kind: str) -> None:
    operation["responses"]["200"]["content"] = {kind: {"schema": {"type": "string"}}}


def _say_refusals(operation: dict[str, Any], *, body: bool, health: bool) -> None:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    told = list(_REFUSED) if body else ["401", "405", "413", "500", "503"]
    for status in told:
        operation["responses"][status] = {"description": _REFUSED[status], "content": content}
    if health:
        state = {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
        operation["responses"]["503"] = {"description": "Too much is under way.", "content": state}


def _say_key(page: dict[str, Any]) -> None:
    schemes = page["components"].setdefault("securitySchemes", {})
    schemes["key"] = {"type": "http", "scheme": "bearer"}
    for path, methods in page["paths"].items():
        for operation in methods.values():
            operation["security"] = [] if path.startswith("/health/") else [{"key": []}]
