"""The pages of one case with eight people at once: how long a step takes, and what a page weighs.

    python -m benchmarks.page_load --model models/leg_pain --out benchmarks/page_load.txt

Each goes from the first page through signs and twelve questions to the answer, without pause.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from html import unescape

import httpx
import numpy as np

from benchmarks.output import options, tell

PEOPLE, QUESTIONS = 8, 12
_INPUT = re.compile(r"<input [^>]*>")
_NAMED = re.compile(r'(type|name|value)="([^"]*)"')
_STEP, _ANSWER = "a step", "the answer"


def fields(page: str) -> dict[str, str]:
    """What the form of a page sends with the first choice of its question."""
    found: dict[str, str] = {}
    for tag in _INPUT.findall(page):
        said = {name: unescape(value) for name, value in _NAMED.findall(tag)}
        if "name" in said and said.get("type") != "checkbox":
            found.setdefault(said["name"], said.get("value") or "7")
    return found


def person(url: str, until: float, took: dict[str, list[float]], sizes: list[int]) -> None:
    """One person, who begins again after each answer."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:

        def send(kind: str, path: str, form: Mapping[str, str]) -> str:
            begun = time.perf_counter()
            reply = client.post(path, data=dict(form)).raise_for_status()
            took[kind].append(time.perf_counter() - begun)
            sizes.append(len(reply.content))
            return reply.text

        while time.perf_counter() < until:
            page = send(_STEP, "/signs", {"age_years": "67", "sex": "male", "site_calf": "yes"})
            form = {**fields(page), "none_of_these": "yes", "go": "signs"}
            for _ in range(QUESTIONS):
                page = send(_STEP, "/question", form)
                form = {**fields(page), "go": "next" if "Question" in page else "on"}
            send(_ANSWER, "/answer", form)


def measured(url: str, seconds: float) -> str:
    """The times of all steps."""
    took: dict[str, list[float]] = {_STEP: [], _ANSWER: []}
    sizes: list[int] = []
    until = time.perf_counter() + seconds
    people = [
        threading.Thread(target=person, args=(url, until, took, sizes)) for _ in range(PEOPLE)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    lines = [f"{PEOPLE} people at once, {seconds:g} s"]
    for kind, times in took.items():
        half, most = (1000 * float(np.quantile(times, share)) for share in (0.5, 0.99))
        lines.append(f"{kind:10} {len(times):6,} times: p50 {half:.0f} ms, p99 {most:.0f} ms")
    with httpx.Client(base_url=url, trust_env=False) as client:
        style = len(client.get("/style.css").content)
    return "\n".join([*lines, f"largest page with its style: {(max(sizes) + style) / 1024:.0f} KB"])


def main() -> None:
    """Start a service, measure, and stop it."""
    parser = options(__doc__, model=True)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    command = [sys.executable, "-m", "serve", "http", "--port", "0", "--model", str(given.model)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None  # noqa: S101 narrows the type
    try:
        said = iter(process.stderr.readline, "")
        url = next(found[1] for text in said if (found := re.search(r"on (http://\S+)", text)))
        threading.Thread(target=lambda: [None for _ in said], daemon=True).start()
        tell(measured(url, given.seconds), given.out)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
