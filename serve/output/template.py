"""An empty case file, and a dictionary of its columns."""

from __future__ import annotations

from collections.abc import Iterator

from data_gen.vocabulary import Finding, load
from serve.answer import CASE_ID
from serve.cases.csv_quoting import quoted

_FIELDS = ("column", "kind", "values", "unit", "meaning", "question")


def header_text() -> str:
    """The header of a case file: `case_id`, then every finding."""
    return ",".join([CASE_ID, *load().finding_ids]) + "\n"


def dictionary_text() -> str:
    """One line for each column of a case file: kind, values, unit, meaning and question."""
    return "".join(",".join(map(quoted, line)) + "\n" for line in _lines())


def _lines() -> Iterator[tuple[str, ...]]:
    yield _FIELDS
    yield CASE_ID, "text", "", "", "your own name for the case; optional", ""
    for finding in load().findings:
        allowed = _allowed(finding)
        yield finding.id, finding.kind, allowed, finding.unit, finding.meaning, finding.question


def _allowed(finding: Finding) -> str:
    """The values a cell may have, in words; a blank is always allowed and means unknown."""
    if finding.kind == "yes_no":
        return "yes | no"
    if finding.kind == "choice":
        return " | ".join(finding.values)
    return f"{finding.low:g} to {finding.high:g}"
