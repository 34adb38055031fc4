"""A service in this process with a bundle that can ask, and its forms sent as a browser does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from serve.http.app import create_app
from serve.http.options import Limits, Options

_INPUT = re.compile(r"<input [^>]*>")
_NAMED = re.compile(r'(type|name|value)="([^"]*)"')
Send = Callable[..., httpx.Response]


def fields(page: str) -> dict[str, str]:
    """What a form on a page would send as it stands: hidden, typed, and what is ticked."""
    found = {}
    for tag in _INPUT.findall(page):
        said = {name: unescape(value) for name, value in _NAMED.findall(tag)}
        picked = said.get("type") in ("radio", "checkbox")
        if "name" in said and (not picked or " checked" in tag):
            found[said["name"]] = said.get("value", "")
    return found


@pytest.fixture(scope="session")
def send(asking_folder: Path) -> Send:
    """One request to the pages: `send(path)` opens one, `send(path, {...})` posts a form."""

    def sent(
        path: str, form: Mapping[str, str] | None = None, *, folder: Path | None = asking_folder,
        limits: Limits | None = None, pages: bool = True, **rest: Any,
    ) -> httpx.Response:  # fmt: skip
        app = create_app(Options(folder, limits=limits or Limits(), pages=pages))

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                if form is None and not rest:
                    return await client.get(path)
                return await client.post(path, data=dict(form or {}), **rest)

        return asyncio.run(ask())

    return sent
