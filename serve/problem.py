"""What is wrong with an input: the project's one `Problem`, under the name that serving uses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from data_gen.vocabulary.problem import Problem, RefusedError

__all__ = ["Problem", "RefusedError", "extra_needed", "near"]


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


def near(name: str, known: Iterable[str]) -> str:
    """A question whether a similar name was meant; nothing where there is none."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
