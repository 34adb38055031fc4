"""What cannot be used is refused with a field and a remedy, before any of it is parsed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from serve.http.app import create_app
from serve.http.middleware import LimitsMiddleware
from serve.http.options import Limits, Options, api_key, limits_of
from serve.problem import RefusedError
from tests.serve.http.conftest import Ask

CSV = {"Content-Type": "text/csv"}
JSON = {"Content-Type": "application/json"}
KEY = "k" * 32


def problems(answer: httpx.Response, status: int = 422) -> list[tuple[str, str]]:
    """Code and field of each problem of a refusal, all of which name a remedy."""
    assert answer.status_code == status, answer.text
    found = answer.json()["problems"]
    assert all(problem["remedy"] and problem["message"] for problem in found)
    return [(problem["code"], problem["field"]) for problem in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"cases": [{"paint": 4}]}', [("unknown_field", "cases[0].paint")]),
        ('{"cases": [{"fever": "yes", "Fever": "no"}]}', [("finding_twice", "cases[0].Fever")]),
        ('{"cases": [{"Fe-ver": [1]}]}', [("wrong_type", "cases[0].Fe-ver")]),
        ('{"cases": [{}, {"fever": [1]}]}', [("wrong_type", "cases[1].fever")]),
        ('{"cases": [{"age_years": true}]}', [("wrong_type", "cases[0].age_years")]),
        ('{"cases": [{"smoking": 1}]}', [("wrong_type", "cases[0].smoking")]),
        ('{"cases": [{"case_id": 7}]}', [("wrong_type", "cases[0].case_id")]),
        ('{"cases": [7]}', [("wrong_type", "cases[0]")]),
        ('{"cases": {}}', [("no_cases", "cases")]),
        ('{"cases": []}', [("no_cases", "cases")]),
        ('{"cases": [{}], "explain": "yes"}', [("wrong_type", "explain")]),
        ('{"cases": [{}], "mix": "clinic"}', [("unknown_field", "mix")]),
        ("[]", [("wrong_type", "body")]),
        ('{"cases": [{"fever": "yes", "fever": "no"}]}', [("field_twice", "")]),
        ('{"cases": [{"age_years": 1' + "0" * 5000 + "}]}", [("not_json", "")]),
        ("[" * 100_000, [("not_json", "")]),
        ("", [("not_json", "")]),
        ('{"cases": [{"fever": "' + "y" * 201 + '"}]}', [("too_long", "cases[0].fever")]),
        (b"\xff", [("not_utf8", "")]),
        ('{"cases": [{"x": 1, "y": 2}], "z": 3}',
         [("unknown_field", "z"), ("unknown_field", "cases[0].x"),
          ("unknown_field", "cases[0].y")]),
    ],
    ids=lambda value: None if isinstance(value, list) else str(value)[:40],
)  # fmt: skip
def test_bodies(ask: Ask, body: str | bytes, expected: list[tuple[str, str]]) -> None:
    """Each problem of a body is told with its field and a remedy."""
    assert problems(ask("POST", "/v1/score", content=body, headers=JSON)) == expected


def test_endless_problems_are_cut(ask: Ask) -> None:
    """A refusal lists the first problems and counts the others."""
    answer = ask("POST", "/v1/score", json={"cases": [{f"x{k}": 1 for k in range(500)}]})
    assert answer.json()["count"] == 500
    assert len(answer.json()["problems"]) == 50


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"), (b"a,b\n1,2\n", "no_known_column"), (b"PAR1....PAR1", "not_csv"),
        (b"\x1f\x8b\x08", "not_csv"), (b"age_years\n\xff\n", "not_utf8"),
        (b"age_years,age_years\n1,2\n", "header_twice"), (b"age_years,fever\n1\n", "cells_missing"),
        (b"age_years,triage\n1,2\n", "output_column"),
    ],
)  # fmt: skip
def test_files(ask: Ask, body: bytes, code: str) -> None:
    """A file that cannot be used is refused before a line of it is answered."""
    assert problems(ask("POST", "/v1/score-file", content=body, headers=CSV))[0][0] == code


def test_rejects_are_listed_or_skipped(ask: Ask) -> None:
    """Rows of broken shape refuse the file with their lines, or are skipped and counted."""
    body = b"age_years,fever\n40,yes\n41\n42,no\n"
    answer = ask("POST", "/v1/score-file", content=body, headers=CSV)
    assert problems(answer) == [("cells_missing", "body, line 3")]
    skipped = ask("POST", "/v1/score-file?rejects=skip", content=body, headers=CSV)
    assert skipped.headers["claudico-rows-scored"] == "2"
    assert skipped.headers["claudico-rows-rejected"] == "1"
    assert len(skipped.text.splitlines()) == 3


@pytest.mark.parametrize("query", ["rejects=maybe", "explain=7x", "speed=1"])
def test_queries(ask: Ask, query: str) -> None:
    """An unknown query or value is refused."""
    answer = ask("POST", f"/v1/score-file?{query}", content=b"age_years\n1\n", headers=CSV)
    assert problems(answer) == [("bad_query", query.partition("=")[0])]


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, CSV,
                                     {**JSON, "Content-Encoding": "gzip"}])  # fmt: skip
def test_content_types(ask: Ask, headers: dict[str, str]) -> None:
    """A body of another type, or a compressed one, is refused."""
    problems(ask("POST", "/v1/score", content=b'{"cases": [{}]}', headers=headers), 415)


async def _parts(*parts: bytes) -> Any:
    for part in parts:
        yield part


@pytest.mark.parametrize("whole", [True, False], ids=["told", "streamed"])
def test_body_size(ask: Ask, whole: bool) -> None:
    """A body beyond the limit is refused, whether its length is told or not."""
    limits = Limits(body_bytes=100, file_bytes=50)
    content: Any = b"x" * 101 if whole else _parts(b"x" * 60, b"x" * 60)
    problems(ask("POST", "/v1/score", limits, content=content, headers=JSON), 413)
    content = b"x" * 51 if whole else _parts(b"x" * 40, b"x" * 40)
    problems(ask("POST", "/v1/score-file", limits, content=content, headers=CSV), 413)


def test_counts_of_cases_and_rows(ask: Ask) -> None:
    """A body with too many cases, explained ones or rows is refused."""
    limits = Limits(cases=3, explained_cases=1, file_rows=2)
    four: Any = {"cases": [{}] * 4}
    assert problems(ask("POST", "/v1/score", limits, json=four), 413)[0][0] == "too_many_cases"
    two = {"cases": [{}] * 2, "explain": True}
    assert problems(ask("POST", "/v1/score", limits, json=two), 413)[0][0] == "too_many_cases"
    rows = b"age_years\n1\n2\n3\n"
    answer = ask("POST", "/v1/score-file", limits, content=rows, headers=CSV)
    assert problems(answer, 413)[0][0] == "too_many_rows"


def test_time(ask: Ask) -> None:
    """A body that does not come in time is refused, and the place is free again."""

    async def slowly() -> Any:
        yield b'{"cases"'
        await asyncio.sleep(5)

    answer = ask("POST", "/v1/score", Limits(seconds=1), content=slowly(), headers=JSON)
    assert problems(answer, 408)[0][0] == "body_too_slow"


def test_requests_under_way() -> None:
    """Beyond the limit a request is told to come again; health is answered all the same."""

    async def scenario(app: LimitsMiddleware) -> list[httpx.Response]:
        go = asyncio.Event()

        async def held() -> Any:
            yield b'{"cases": [{"age_years": 40}]'
            await go.wait()
            yield b"}"

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            first = asyncio.create_task(client.post("/v1/score", content=held(), headers=JSON))
            await asyncio.sleep(0.05)
            busy = await client.post("/v1/score", json={"cases": [{}]})
            full, live = [await client.get(f"/health/{name}") for name in ("ready", "live")]
            go.set()
            return [busy, full, live, await first, await client.get("/health/ready")]

    app = create_app(Options(None, limits=Limits(requests=1)))
    busy, full, live, first, ready = asyncio.run(scenario(app))
    assert problems(busy, 503)[0][0] == "busy"
    assert busy.headers["retry-after"]
    codes = [full.status_code, live.status_code, first.status_code, ready.status_code]
    assert codes == [503, 200, 200, 200]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Bearer " + "k" * 31}, 401), ({"Authorization": KEY}, 401),
     ({"Authorization": f"Bearer {KEY}"}, 200), ({"Authorization": f"bearer {KEY}"}, 200)],
)  # fmt: skip
def test_the_key(ask: Ask, headers: dict[str, str], status: int) -> None:
    """Where a key is set every route but health asks for it."""
    for path in ("/v1/model", "/metrics", "/openapi.json"):
        assert ask("GET", path, key=KEY, headers=headers).status_code == status
    assert ask("GET", "/health/live", key=KEY, headers=headers).status_code == 200


def test_keys_and_limits_from_outside() -> None:
    """A key that could be guessed, and a limit that means nothing, are refused at the start."""
    assert api_key({}) is None
    assert api_key({"CLAUDICO_API_KEY": KEY}) == KEY
    assert KEY not in repr(Options(None, api_key=KEY))
    assert limits_of(["cases=7", "seconds=2"]) == Limits(cases=7, seconds=2)
    for bad in ("short", "", "k" * 15 + "\n"):
        with pytest.raises(RefusedError, match="CLAUDICO_API_KEY"):
            api_key({"CLAUDICO_API_KEY": bad})
    with pytest.raises(RefusedError, match="no limit 'speed'"):
        limits_of(["speed=7", "cases=many"])


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nothing", 404),
                                                       ("GET", "/v1/score", 405)])  # fmt: skip
def test_unknown_routes(ask: Ask, method: str, path: str, status: int) -> None:
    """What is not there is refused in the same shape as everything else."""
    problems(ask(method, path), status)


def test_our_own_failure_tells_nothing(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where our own code fails the answer is 500 with an id, and no word of the error."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret /etc/path")

    monkeypatch.setattr("serve.http.app.answers", broken)
    answer = ask("POST", "/v1/score", json={"cases": [{}]})
    assert problems(answer, 500) == [("failed", "")]
    assert "secret" not in answer.text
    assert json.loads(answer.text)["request_id"] == answer.headers["x-request-id"]
