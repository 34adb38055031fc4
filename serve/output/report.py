"""What came of a run: its counts as a summary holds them, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from data_gen.vocabulary import load
from serve.cases.header import Header
from serve.cases.parse import UNREAD
from serve.issues import quoted_name
from serve.mapping.column_mapping import ColumnMapping
from serve.output.made_by import made_by
from serve.output.summary import Summary, summary
from serve.problem import Problem

FAIL_ON = {
    "issues": "rows have something wrong with them",
    "unread": "cells could not be read",
    "near-miss": "columns are nearly named like a finding",
}
"""What a run can be asked to fail on, and the words for it."""
_NAMED = 12  # columns that are named on stderr; the summary names all


class Asked(Protocol):
    """The part of a request that an answer names."""

    @property
    def mix(self) -> str:
        """The class mix."""

    @property
    def mapping(self) -> ColumnMapping:
        """How columns are read."""

    @property
    def rejects_path(self) -> str:
        """Where rejected records go."""


class Outcome(Protocol):
    """What is counted of a run, on one machine or on Spark."""

    @property
    def tally(self) -> Summary:
        """The running counts."""

    @property
    def duplicates(self) -> int:
        """Rows that repeat the case id of an earlier row."""

    @property
    def headers(self) -> Sequence[Header]:
        """Each different header."""

    @property
    def warnings(self) -> Sequence[Problem]:
        """What is told beside the rows' own issues."""

    @property
    def model_version(self) -> str:
        """The version of the model that answered."""


def made(asked: Asked, outcome: Outcome) -> dict[str, Any]:
    """What made the answers of a run."""
    columns = columns_of(outcome.headers)
    return made_by(outcome.model_version, asked.mix, load(), asked.mapping, columns)


def columns_of(headers: Iterable[Header]) -> dict[str, list[str]]:
    """The columns that were read and those that were not, each once."""
    own = list(headers)
    read = dict.fromkeys(name for header in own for name in header.read)
    not_read = dict.fromkeys(name for header in own for name in header.not_read)
    return {"columns_read": [*read], "columns_not_read": [*not_read]}


def counts_of(asked: Asked, outcome: Outcome) -> dict[str, Any]:
    """The counts of a run as they are written to a summary file, and what made it."""
    own = made(asked, outcome)
    counts = summary(outcome.tally, outcome.duplicates, tuple(outcome.warnings), own["versions"])
    return {**counts, "rows_without_finding": outcome.tally.issues["no_findings"], **own}


def failures(counts: Mapping[str, Any], fail_on: Iterable[str]) -> list[str]:
    """What a run was asked to fail on and has, in words: nothing where all is well."""
    near = [warning for warning in counts["warnings"] if warning["code"] == "near_miss"]
    found = {
        "issues": sum(counts["issues"].values()),
        "unread": unread(counts),
        "near-miss": len(near),
    }
    return [f"{what}: {found[what]} {FAIL_ON[what]}" for what in fail_on if found[what]]


def unread(counts: Mapping[str, Any]) -> int:
    """How many cells could not be read."""
    return sum(n for code, n in counts["issues"].items() if code in UNREAD)


def words(counts: Mapping[str, Any], rejects_path: str) -> Iterator[str]:
    """The counts of a run, a sentence a line."""
    for warning in counts["warnings"]:
        yield f"warning: {Problem(**warning)}"
    yield f"columns read: {_named(counts['columns_read'])}"
    if counts["columns_not_read"]:
        yield f"columns not read: {_named(counts['columns_not_read'])}"
    levels = ", ".join(f"{n} {level}" for level, n in counts["triage"].items() if n)
    yield f"scored {counts['scored']} of {counts['rows_in']} rows: {levels or 'none'}"
    if counts["rejected"]:
        reasons = ", ".join(f"{n} {code}" for code, n in counts["rejected_by_reason"].items())
        yield f"rejected {counts['rejected']} rows ({reasons}): {rejects_path}"
    if counts["issues"]:
        kinds = ", ".join(f"{n} {code}" for code, n in counts["issues"].items())
        yield f"issues in the column `issues`: {kinds}"
    if counts["rows_without_finding"]:
        yield f"{counts['rows_without_finding']} rows hold no finding"
    silent = counts["issues"].get("no_model", 0)
    if 0 < silent < counts["scored"]:
        yield f"warning: no model answered {silent} rows: overrides alone (issue no_model)"
    if cells := unread(counts):
        yield (
            f"warning: cells that could not be read: {cells}; they count as unknown, so overrides "
            "may miss what they say; `issues` names each and how to write it"
        )
    if counts["duplicate_case_ids"]:
        yield f"{counts['duplicate_case_ids']} rows repeat the case_id of an earlier row"
    if counts["neutralised_cells"]:
        yield f"{counts['neutralised_cells']} cells got a leading apostrophe (--spreadsheet-safe)"


def _named(names: Sequence[str]) -> str:
    """How many columns there are, and the names of the first."""
    more = ", ..." if len(names) > _NAMED else ""
    return f"{len(names)} ({', '.join(map(quoted_name, names[:_NAMED]))}{more})"
