"""What came of a run: its counts as a summary holds them, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from data_gen.vocabulary import load
from serve.answer import Scores
from serve.cases.header import Header
from serve.cases.parse import UNREAD
from serve.issues import quoted_name
from serve.model.bundle import verify_bundle
from serve.model.likelihoods import most_telling
from serve.output.made_by import made_by
from serve.output.summary import Summary, summary
from serve.overrides.reach import silent_emergencies
from serve.problem import Problem
from serve.request import Request

FAIL_ON = {
    "issues": "rows have something wrong with them",
    "unread": "cells could not be read",
    "near-miss": "columns are nearly named like a finding",
}
"""What a run can be asked to fail on, and the words for it."""
_HELPFUL = 5  # missing columns that are named
_NAMED = 12  # columns that are named on stderr; the summary names all


@dataclass
class Report:
    """What came of a run, on one machine or on Spark."""

    tally: Summary
    headers: Sequence[Header]
    """Each different one."""
    duplicates: int = 0
    """Rows that repeat the case id of an earlier row."""
    warnings: Sequence[Problem] = ()
    """What is told beside the rows' own issues."""
    short: list[tuple[pa.Array | None, Scores]] = field(default_factory=list)
    """The blocks of a short file, each with the ids of its cases; nothing for a long one."""
    counts: dict[str, Any] = field(default_factory=dict)
    """What `counts_of` counts, once it is known."""


def made(request: Request, report: Report) -> dict[str, Any]:
    """What made the answers of a run; each column that was read or not stands once."""
    read = dict.fromkeys(name for header in report.headers for name in header.read)
    not_read = dict.fromkeys(name for header in report.headers for name in header.not_read)
    columns = {"columns_read": [*read], "columns_not_read": [*not_read]}
    return made_by(report.tally.model_version, request.mix, load(), request.mapping, columns)


def counts_of(request: Request, report: Report) -> dict[str, Any]:
    """The counts of a run as they are written to a summary file, and what made it."""
    own = made(request, report)
    counts = summary(report.tally, report.duplicates, tuple(report.warnings), own["versions"])
    without = report.tally.issues["no_findings"]
    return {**counts, "rows_without_finding": without, **_unseen(request, report), **own}


def _unseen(request: Request, report: Report) -> dict[str, Any]:
    """What a file cannot show for want of columns: emergencies, by hazard; and what would help.

    Of files that differ in their columns, what all of them ask.
    """
    vocabulary = load()
    found = [{r.finding.id for _, r in header.readings} for header in report.headers]
    known = set.intersection(*found) if found else set()
    hazards: dict[str, list[str]] = {}
    for rule in silent_emergencies(known, vocabulary):
        hazards.setdefault(rule.hazard, []).append(rule.id)
    bundle = None if request.bundle is None else verify_bundle(request.bundle, vocabulary)
    help_most: list[str] = []
    if bundle and bundle.components and bundle.likelihoods:
        mix = request.mix if request.mix in bundle.components.mixes else "training"
        shares = bundle.components.mixes[mix]
        help_most = most_telling(bundle.likelihoods, bundle.components, shares, known, _HELPFUL)
    return {"emergencies_out_of_reach": hazards, "columns_that_would_help": help_most}


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
    yield from _of_columns(counts)
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


def _of_columns(counts: Mapping[str, Any]) -> Iterator[str]:
    """What was read, and what cannot be seen for want of columns."""
    yield f"columns read: {_named(counts['columns_read'])}"
    if counts["columns_not_read"]:
        yield f"columns not read: {_named(counts['columns_not_read'])}"
    if reach := counts["emergencies_out_of_reach"]:
        named = ", ".join(f"{h.replace('_', ' ')} ({', '.join(r)})" for h, r in reach.items())
        yield f"for want of columns no override can call these emergencies: {named}"
    if counts["columns_that_would_help"]:
        yield f"columns that would help most: {', '.join(counts['columns_that_would_help'])}"


def _named(names: Sequence[str]) -> str:
    """How many columns there are, and the names of the first."""
    more = ", ..." if len(names) > _NAMED else ""
    return f"{len(names)} ({', '.join(map(quoted_name, names[:_NAMED]))}{more})"
