"""Asks a service again and again over kept connections, and prints times and statuses as JSON.

    .venv/bin/python -m benchmarks.http_load PORT PATH BODIES CLIENTS SECONDS

BODIES is a JSON list of bodies. Each client sends the next one as soon as it has its answer. The
client is as thin as can be, and a process of its own: on the machine of the service, what it uses
is taken from the service.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LENGTH = b"content-length: "


@dataclass
class Summary:
    """Seconds of each answer, statuses, and connections that broke."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


def request(path: str, body: object) -> bytes:
    """One request as it goes over the wire."""
    text = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


async def client(port: int, requests: list[bytes], place: int, end: float, tally: Summary) -> None:
    """One client, until its time is over; a broken connection is counted and made again."""
    while time.perf_counter() < end:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while time.perf_counter() < end:
                place += 1
                started = time.perf_counter()
                writer.write(requests[place % len(requests)])
                status, closing = await answer(reader)
                tally.seconds.append(time.perf_counter() - started)
                tally.statuses[status] += 1
                if closing:
                    break
            writer.close()
        except (OSError, asyncio.IncompleteReadError):
            tally.statuses["broken"] += 1


async def answer(reader: asyncio.StreamReader) -> tuple[str, bool]:
    """The status of one answer, read to its end, and whether the connection ends with it."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    start = head.index(_LENGTH) + len(_LENGTH)
    await reader.readexactly(int(head[start : head.index(b"\r", start)]))
    return head[9:12].decode(), b"connection: close" in head


def measure(
    port: int, path: str, bodies: list[object], clients: int, seconds: float
) -> dict[str, Any]:
    """Requests a second, percentiles in milliseconds, and statuses."""
    tally = Summary()
    requests = [request(path, body) for body in bodies]

    async def all_clients() -> None:
        end = time.perf_counter() + seconds
        works = (client(port, requests, 7 * k, end, tally) for k in range(clients))
        await asyncio.gather(*works)

    started = time.perf_counter()
    asyncio.run(all_clients())
    took = time.perf_counter() - started
    times = sorted(tally.seconds) or [float("nan")]
    places = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
    figures = {f"{n}_ms": round(times[int(p * len(times))] * 1000, 2) for n, p in places.items()}
    rate = round(tally.statuses["200"] / took, 1)
    return {"clients": clients, "answered_per_second": rate, **figures,
            "longest_ms": round(times[-1] * 1000, 1), "statuses": dict(tally.statuses)}  # fmt: skip


if __name__ == "__main__":
    port, path, bodies, clients, seconds = sys.argv[1:]
    content = json.loads(Path(bodies).read_text())
    print(json.dumps(measure(int(port), path, content, int(clients), float(seconds))))
