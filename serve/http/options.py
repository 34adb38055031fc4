"""What the service is told when it starts: the model, the key, and how much it takes on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.problem import Problem, RefusedError

KEY_VARIABLE = "CLAUDICO_API_KEY"
_SHORTEST_KEY = 16
MOST_ASKED = 200
"""Findings that a request may have named as what to ask next: no vocabulary has more."""


@dataclass(frozen=True)
class Limits:
    """How much one request may hold and how many are taken on; each is refused before parsing."""

    body_bytes: int = 4 << 20
    """Bytes of a body of cases."""
    cases: int = 1000
    """Cases of a body."""
    explained_cases: int = 100
    """Cases of a body that asks for explanations."""
    file_bytes: int = 64 << 20
    """Bytes of a CSV file."""
    file_rows: int = 100_000
    """Lines of a CSV file."""
    explained_rows: int = 1000
    """Rows of a file that asks for explanations."""
    requests: int = 256
    """Requests under way at once; the next one is told to come again."""
    slow_requests: int = 4
    """Files and large bodies under way at once."""
    seconds: int = 30
    """From the first byte of a request to the last of its answer."""
    file_seconds: int = 300
    """The same for a file."""


@dataclass(frozen=True)
class Options:
    """Everything the service needs to know; nothing is read from elsewhere later."""

    bundle: Path | None
    """The folder of the bundle; None for overrides alone."""
    mix: str = "training"
    api_key: str | None = field(default=None, repr=False)
    limits: Limits = Limits()
    mapping: ColumnMapping = NO_MAPPING
    """How the fields of cases and the columns of files are read."""
    pages: bool = True
    """Whether there are pages for people."""


def api_key(environment: Mapping[str, str] = os.environ) -> str | None:
    """The key that requests must carry, or None where the environment sets none.

    Raises RefusedError for a key that could be guessed or cannot stand in a header.
    """
    key = environment.get(KEY_VARIABLE)
    if key is None:
        return None
    if len(key) < _SHORTEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
        message = f"a key is {_SHORTEST_KEY} or more letters, digits or signs of ASCII"
        remedy = "`openssl rand -hex 32` makes a good one; unset the variable for none"
        raise RefusedError(Problem("bad_api_key", KEY_VARIABLE, message, remedy))
    return key


def limits_of(texts: Sequence[str]) -> Limits:
    """The limits with some of them set, each as `name=number`; RefusedError names what is wrong."""
    problems = [problem for text in texts if (problem := _limit_problem(text))]
    if problems:
        raise RefusedError(*problems)
    pairs = (text.split("=") for text in texts)
    return replace(Limits(), **{name: int(number) for name, number in pairs})


def _limit_problem(text: str) -> Problem | None:
    name, _, number = text.partition("=")
    known = [limit.name for limit in fields(Limits)]
    if name not in known:
        remedy = f"use one of {', '.join(known)}"
        return Problem("bad_limit", "--limit", f"there is no limit {name!r}", remedy)
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 1 << 40):
        message = f"{number!r} is not a whole number above 0"
        return Problem("bad_limit", f"--limit {name}", message, f"write `{name}=100`")
    return None
