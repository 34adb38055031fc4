"""The OpenAPI page is true: its examples run, and generated requests find no crack.

    CLAUDICO_EXAMPLES=1000 .venv/bin/pytest tests/serve/http/test_openapi.py

tries so many requests an operation, and every field's bounds besides; without it, a few.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from data_gen.vocabulary import load
from serve.http.app import create_app
from serve.http.options import Options
from tests.serve.http.conftest import Ask

TRIED = int(os.environ.get("CLAUDICO_EXAMPLES", "20"))
MAX_SHARED = TRIED < 100
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", create_app(Options(None)))
SCHEMA.config.phases.coverage.enabled = not MAX_SHARED  # some thousand requests for so many fields
_LEAKS = ("Traceback", "/serve/", "site-packages", ".py")


@SCHEMA.parametrize()
@settings(
    max_examples=TRIED,
    deadline=None,
    database=None,
    derandomize=MAX_SHARED,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_generated_requests(case: schemathesis.Case[Any]) -> None:
    """No generated request gets a 5xx, a traceback, a path, or an answer of another shape."""
    answer = case.call()
    # No schema can say that a text is a CSV file with a known column.
    file = case.operation.path == "/v1/score-file"
    case.validate_response(answer, excluded_checks=[positive_data_acceptance] if file else [])
    assert not [leak for leak in _LEAKS if leak in answer.text]


@pytest.fixture
def page(ask: Ask) -> Any:
    """The OpenAPI page."""
    return ask("GET", "/openapi.json").json()


def test_examples_run(ask: Ask, page: Any) -> None:
    """Each example of the page is answered, one result a case, explained where it asks for it."""
    body = page["paths"]["/v1/score"]["post"]["requestBody"]["content"]["application/json"]
    assert len(body["examples"]) >= 3
    for example in body["examples"].values():
        answer = ask("POST", "/v1/score", json=example["value"])
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["results"]) == len(example["value"]["cases"])
    body = page["paths"]["/v1/score-file"]["post"]["requestBody"]["content"]["text/csv"]
    headers = {"Content-Type": "text/csv"}
    answer = ask("POST", "/v1/score-file", content=body["example"], headers=headers)
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == len(body["example"].splitlines())


def test_every_finding_is_described(page: Any) -> None:
    """Each field of a case says what to ask, and what its answer may be."""
    shape = page["components"]["schemas"]["ScoreRequest"]["properties"]["cases"]["items"]
    fields = shape["properties"]
    assert len(fields) == 1 + len(load().findings)
    assert shape["additionalProperties"] is False
    assert all(field["description"] for field in fields.values())
    assert "current" in fields["smoking"]["description"]


def test_the_key_is_described(ask: Ask) -> None:
    """Where a key is set the page says which routes ask for it."""
    key = "k" * 32
    page = ask("GET", "/openapi.json", key=key, headers={"Authorization": f"Bearer {key}"}).json()
    assert page["paths"]["/v1/score"]["post"]["security"] == [{"key": []}]
    assert page["paths"]["/health/live"]["get"]["security"] == []
