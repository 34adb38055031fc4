"""The request of `docs/surfaces.md` is one that the service answers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from data_gen.vocabulary import load
from tests.serve.http.conftest import Server

PAGE = Path(__file__).parents[3] / "docs" / "surfaces.md"
_BLOCK = re.compile(r"^```sh\n(curl .*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_example_is_answered(server: Server) -> None:
    """A running service answers the block of a `curl` command with every probability."""
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 1, "the page shows one request, in a block that begins with curl"
    assert "http://127.0.0.1:8000" in blocks[0]
    command = blocks[0].replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    (answer,) = json.loads(done.stdout)["results"]
    assert len(answer["probabilities"]) == len(load().conditions)
