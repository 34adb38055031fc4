"""A request that is not answered: its status, and every problem with it as a value."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from serve.problem import Problem, RefusedError

_TOLD = 50  # problems that an answer lists; more would bury the first


class Refusal(Exception):  # noqa: N818 it is an answer before it is an error
    """Why a request is refused. Its problems name fields and remedies, never a path of ours."""

    def __init__(
        self, status: int, problems: Sequence[Problem], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.problems = tuple(problems)
        self.headers = dict(headers or {})


def refuse(
    status: int, code: str, message: str, remedy: str, where: str = "", **headers: str
) -> Refusal:
    """A refusal for one problem. Header names are given with `_` for `-`."""
    named = {name.replace("_", "-").lower(): text for name, text in headers.items()}
    return Refusal(status, (Problem(code, where, message, remedy),), named)


@contextmanager
def refused_as_unusable() -> Iterator[None]:
    """Refuse a request for a file or a case that scoring cannot use at all."""
    try:
        yield
    except RefusedError as error:
        raise Refusal(422, tuple(map(_as_query, error.problems))) from None


def _as_query(problem: Problem) -> Problem:
    """A problem whose remedy names parameters of a request where it names options."""

    def query(found: re.Match[str]) -> str:
        words = shlex.split(found[1])
        pairs = zip([word.lstrip("-") for word in words[::2]], words[1::2], strict=True)
        return f"add `?{urlencode(list(pairs))}`"

    return replace(problem, remedy=re.sub(r"add `(--[^`]+)`", query, problem.remedy))


def refusal_body(refusal: Refusal, request_id: str) -> bytes:
    """The JSON of a refusal: the first problems, how many there are, and the request's id."""
    told = [problem_fields(problem) for problem in refusal.problems[:_TOLD]]
    content = {"problems": told, "count": len(refusal.problems), "request_id": request_id}
    return json.dumps(content).encode()


def problem_fields(problem: Problem) -> dict[str, Any]:
    """A problem as it stands in an answer."""
    return {
        "code": problem.code,
        "field": problem.where,
        "message": problem.message,
        "remedy": problem.remedy,
    }
