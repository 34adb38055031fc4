"""What the schema refuses: each refusal as a problem with its remedy, and the file without it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data_gen.profiles.problem import KnowledgeProblem, problem_at

Place = Sequence[int | str]
_REMEDIES = {
    "missing": "give it",
    "extra_forbidden": "take it out, or mend its name",
    "float_parsing": "write the number alone, in the unit of docs/findings.md",
    "less_than_equal": "a probability is a share from 0 to 1: 0.85, not 85",
    "greater_than_equal": "a probability is a share from 0 to 1",
    "greater_than": "write a number above 0",
    "string_pattern_mismatch": "give one code, such as M10.9",
}
_HOLDERS = ("findings", "traits", "mix", "settings", "pairs", "groups", "trait_odds_ratios")


def schema_problems(folder: Path, name: str, error: ValidationError) -> list[KnowledgeProblem]:
    """Every refusal of a file, with the line it stands on."""
    return [_problem(folder, name, item) for item in error.errors()]


def without(raw: Any, places: Sequence[Place]) -> Any:
    """A copy of a file's content without the entries that hold these places.

    An entry is one finding, trait, share or pair; a presentation goes as a whole.
    """
    out = copy.deepcopy(raw)
    for place in sorted({_entry(place) for place in places if place}, key=str, reverse=True):
        holder: Any = out
        for part in place[:-1]:
            holder = holder[part]
        if isinstance(holder, list):
            holder[int(place[-1])] = None
        elif isinstance(holder, dict):
            holder.pop(place[-1], None)
    return _without_none(out)


def _entry(place: Place) -> tuple[int | str, ...]:
    for depth in range(len(place) - 2, -1, -1):
        if place[depth] in _HOLDERS and depth + 1 < len(place):
            return tuple(place[: depth + 2])
    return tuple(place[:2] if place[0] == "presentations" else place[:1])


def _without_none(out: Any) -> Any:
    for key in ("pairs", "groups", "trait_odds_ratios"):
        if isinstance(out, dict) and isinstance(out.get(key), list):
            out[key] = [item for item in out[key] if item is not None]
    return out


def _problem(folder: Path, name: str, item: Any) -> KnowledgeProblem:
    place, given = tuple(item["loc"]), item["input"]
    shown = "is missing" if item["type"] == "missing" else f"{given!r} is not valid"
    value = "this entry is not valid" if isinstance(given, dict) and shown[0] == "{" else shown
    message = item["msg"].removeprefix("Value error, ")
    stated, _, remedy = message.partition("; ")
    if item["type"] == "value_error" and remedy:
        return problem_at(folder, name, place, stated, remedy)
    return problem_at(folder, name, place, value[:80], _REMEDIES.get(item["type"], message))
