"""What is wrong with an input, as a value: collected where it is found, raised only at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a stable code, where, what happened, and what to do next."""

    code: str
    where: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.where}: {self.message}{remedy}"


class RefusedError(ValueError):
    """The file, bundle or arguments cannot be used at all: exit code 2."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[RefusedError], tuple[Problem, ...]]:
        return RefusedError, self.problems  # a worker process hands it to its parent


@contextmanager
def extra_needed(name: str) -> Iterator[None]:
    """RefusedError with a remedy where a package of an optional extra is not installed.

    A module of our own that is missing is a fault of the code, and is raised as it is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "data_gen", "serve", "training"):
            raise
        remedy = f"install the extra: `pip install '.[{name}]'` in the project's folder"
        problem = Problem("extra_missing", name, f"{missing} is not installed", remedy)
        raise RefusedError(problem) from None
