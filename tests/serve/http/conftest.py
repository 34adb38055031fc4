"""What the tests of the service share: a server over a real socket, and one without any."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from serve.http.app import create_app
from serve.http.options import Limits, Options

LISTENING = re.compile(r"listening on (http://\S+)")


@dataclass(frozen=True)
class Server:
    """A service in a process of its own."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def stop(self) -> int:
        """Ask it to stop, and wait for its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def start(log: Path, *arguments: str) -> Server:
    """A service on a free port, once it listens."""
    command = [sys.executable, "-m", "serve", "http", "--port", "0", *arguments]
    with log.open("wb") as talk:
        process = subprocess.Popen(command, stderr=talk, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        found = LISTENING.search(log.read_text())
        if found:
            return Server(process, found[1], log)
        time.sleep(0.02)
    process.kill()
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def server(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with the tiny bundle, over a real socket."""
    made = start(tmp_path_factory.mktemp("http") / "log", "--model", str(tiny_bundle))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of the service."""
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as made:
        yield made


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask() -> Ask:
    """One request to a service in this process, without a model, with limits of its own."""

    def asked(
        method: str, path: str, limits: Limits | None = None, key: str | None = None, **rest: Any
    ) -> httpx.Response:
        app = create_app(Options(None, api_key=key, limits=limits or Limits()))
        return asyncio.run(_asked(app, method, path, rest))

    return asked


async def _asked(app: Any, method: str, path: str, rest: dict[str, Any]) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, **rest)
