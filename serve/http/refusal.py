"""A request that is not answered: its status, and every problem with it as a value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

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


def unusable(error: RefusedError) -> Refusal:
    """The refusal of a file that scoring cannot use at all."""
    return Refusal(422, error.problems)


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
