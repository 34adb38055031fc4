"""The service starts, logs, finds its model and stops as an operator expects."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from data_gen.vocabulary import load
from serve.http.batching import QuickLane
from serve.http.json_answers import answers
from serve.http.model import Model
from serve.http.options import Options
from tests.serve.http.conftest import Ask, Server, start
from tests.serve.tiny_bundle import tiny_files, write_bundle

REAL = Path(__file__).parents[3] / "examples" / "real_cases.csv"
CSV = {"Content-Type": "text/csv"}


def test_a_stop_finishes_what_was_begun(tiny_bundle: Path, tmp_path: Path) -> None:
    """After SIGTERM a file under way is answered to its last row, and the exit code is 0."""
    made = start(tmp_path / "log", "--model", str(tiny_bundle))
    head, *rows = REAL.read_bytes().splitlines(keepends=True)
    body = head + b"".join(rows) * 60
    content = bytearray()
    with httpx.stream(
        "POST", f"{made.url}/v1/score-file", content=body, headers=CSV, timeout=30
    ) as answer:
        parts = answer.iter_bytes(1000)
        content += next(parts)
        stopping = threading.Thread(target=made.stop)
        stopping.start()
        for part in parts:
            content += part
    stopping.join()
    assert len(list(csv.reader(content.decode().splitlines()))) == 1 + 183 * 60
    assert made.process.returncode == 0
    assert made.log.read_text().splitlines()[-1].endswith("stopped")


def test_an_answer_that_is_cut_looks_cut(tiny_bundle: Path, tmp_path: Path) -> None:
    """A file that is not done in time ends in a broken transfer, never in a short whole one."""
    made = start(tmp_path / "log", "--model", str(tiny_bundle), "--limit", "file_seconds=3")
    head, *rows = REAL.read_bytes().splitlines(keepends=True)
    body = head + b"".join(rows) * 500
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{made.url}/v1/score-file", content=body, headers=CSV, timeout=30)
    made.stop()
    assert "status=cut" in made.log.read_text()
    assert "Traceback" not in made.log.read_text()


def test_logs_hold_ids_and_no_findings(server: Server, client: httpx.Client) -> None:
    """Logs name the request's id, route, status and time, and no word that a caller sent."""
    word = "zebrafinding"
    asked = {"X-Request-Id": "my-own-id.7"}
    case = {"age_years": 61.625, "fever": word, "case_id": word}
    answer = client.post("/v1/score", json={"cases": [case]}, headers=asked)
    assert answer.headers["x-request-id"] == "my-own-id.7"
    client.post("/v1/score", json={"cases": [{word: word}]})
    client.post(f"/v1/score-file?{word}={word}", content=f"{word}\n{word}\n", headers=CSV)
    client.post("/v1/score-file", content=f"age_years,{word}\n1,{word}\n", headers=CSV)
    client.get(f"/{word}?{word}")
    client.request(word.upper(), "/v1/score")
    bad = {"X-Request-Id": f"{word} 7"}
    assert client.get("/health/live", headers=bad).headers["x-request-id"] != bad["X-Request-Id"]
    log = server.log.read_text()
    assert "id=my-own-id.7 method=POST route=/v1/score status=200 cases=1 ms=" in log
    assert word not in log.lower()
    assert "61.625" not in log


def test_metrics_count(client: httpx.Client) -> None:
    """Metrics count requests by route and status, and cases by triage, without any value."""
    client.post("/v1/score", json={"cases": [{"saddle_numbness": "yes"}]})
    text = client.get("/metrics").text
    assert 'claudico_requests_total{route="/v1/score",status="200"}' in text
    assert 'claudico_cases_total{triage="emergency"}' in text
    assert "claudico_model_loaded 1.0" in text


def test_a_model_that_comes_later_is_found(tmp_path: Path) -> None:
    """While there is no usable model overrides answer; one that is put there is found."""
    folder = tmp_path / "bundle"
    model = Model(Options(folder), load())
    model.open()
    assert not model.loaded

    async def scenario() -> None:
        looking = asyncio.create_task(model.keep_looking(0.01))
        await asyncio.sleep(0.05)
        write_bundle(folder, {**tiny_files(), "model.onnx": b"damaged"})
        await asyncio.sleep(0.05)
        assert not model.loaded
        write_bundle(folder, tiny_files())
        await asyncio.wait_for(looking, 10)

    asyncio.run(scenario())
    assert model.loaded
    assert answers(model.chain, [{"age_years": 50}])[0]["probabilities"]


def test_one_that_fails_harms_none() -> None:
    """Where a shared run fails each body is scored alone, and only the bad one fails."""

    def score(cases: object) -> list[dict[str, object]]:
        assert isinstance(cases, list)
        if {"bad": 1} in cases:
            raise RuntimeError
        return [dict(case) for case in cases]

    async def scenario() -> list[object]:
        lane = QuickLane(score, lambda _: None)
        bodies = [[{"a": 1}], [{"bad": 1}], [{"b": 1}, {"c": 1}]]
        return list(await asyncio.gather(*map(lane.score, bodies), return_exceptions=True))

    first, second, third = asyncio.run(scenario())
    assert first == [{"a": 1}]
    assert isinstance(second, RuntimeError)
    assert third == [{"b": 1}, {"c": 1}]


def test_two_hundred_at_once(server: Server) -> None:
    """Two hundred clients at once are each answered or told to come again."""

    async def one(client: httpx.AsyncClient) -> int:
        return (await client.post("/v1/score", json={"cases": [{"age_years": 60}]})).status_code

    async def scenario() -> list[int]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(
            base_url=server.url, limits=limits, timeout=30, trust_env=False
        ) as client:
            return list(await asyncio.gather(*(one(client) for _ in range(200))))

    codes = asyncio.run(scenario())
    assert set(codes) <= {200, 503}
    assert codes.count(200) > 100


def test_garbage_is_no_crash(server: Server, client: httpx.Client) -> None:
    """Bytes that are no HTTP, and half a request, leave the service answering."""
    host, port = server.url.removeprefix("http://").split(":")
    for text in (b"\x16\x03\x01garbage\r\n\r\n", b"POST /v1/score HTTP/1.1\r\nContent-"):
        with socket.create_connection((host, int(port)), 5) as raw:
            raw.sendall(text)
            time.sleep(0.02)
    assert client.get("/health/live").status_code == 200
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize(
    ("arguments", "key", "message"),
    [(["--limit", "speed=1"], None, "no limit 'speed'"), (["--mix", "x=1"], None, "--mix"),
     ([], "short", "CLAUDICO_API_KEY"), (["--host", "256.1.1.1"], None, "cannot listen")],
)  # fmt: skip
def test_bad_arguments(
    tiny_bundle: Path, arguments: list[str], key: str | None, message: str
) -> None:
    """Arguments that cannot be used end in exit 2, with what to do."""
    command = [sys.executable, "-m", "serve", "http", "--port", "0", "--model", str(tiny_bundle)]
    environment = {**os.environ, **({"CLAUDICO_API_KEY": key} if key else {})}
    run = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, timeout=20,
        env=environment,
    )  # fmt: skip
    assert run.returncode == 2, run.stderr
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_loopback_unless_told_otherwise(server: Server) -> None:
    """Without --host only this machine can reach the service."""
    assert server.url.startswith("http://127.0.0.1:")


def test_the_page_is_json(ask: Ask) -> None:
    """The service describes itself, and has no page that would fetch scripts from elsewhere."""
    assert json.loads(ask("GET", "/openapi.json").text)["openapi"]
    assert ask("GET", "/docs").status_code == 404
