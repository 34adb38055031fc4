"""What a request may cost the service is bounded."""

from __future__ import annotations

import difflib
import json

import pytest

from serve.http.options import Limits
from tests.serve.http.conftest import Ask


def test_unknown_fields_are_hardly_compared(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many unknown fields a body has, few are spelt out against a finding's name."""
    compared: list[str] = []

    class Counted(difflib.SequenceMatcher[str]):
        def ratio(self) -> float:
            compared.append(str(self.a))
            return super().ratio()

    monkeypatch.setattr("serve.cases.names.difflib.SequenceMatcher", Counted)
    answer = ask("POST", "/v1/score", json={"cases": [{f"x{k}": 1 for k in range(3000)}]})
    assert answer.json()["count"] == 3000
    assert len(compared) < 3000


def test_a_field_twice_among_many(ask: Ask) -> None:
    """A field that stands twice behind thousands of others is found in one pass."""
    fields = ",".join(f'"x{k}":1' for k in range(20_000))
    body = f'{{"cases":[{{{fields},"age_years":1,"age_years":2}}]}}'
    answer = ask("POST", "/v1/score", content=body, headers={"content-type": "application/json"})
    assert answer.json()["problems"][0]["code"] == "field_twice"
    assert "age_years" in json.dumps(answer.json())


def test_explanations_of_a_file_are_bounded(ask: Ask) -> None:
    """A file that asks for explanations may have fewer rows than one that does not."""
    limits = Limits(explained_rows=3)
    rest = {"content": b"age_years\n" + b"60\n" * 4, "headers": {"content-type": "text/csv"}}
    assert ask("POST", "/v1/score-file?explain=true", limits, **rest).status_code == 413
    assert ask("POST", "/v1/score-file", limits, **rest).status_code == 200
