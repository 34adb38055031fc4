"""The gate's decision as a table to read, on the terminal and in `reports/gate.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training.promotion.checks.check import Check
from training.promotion.wording import allowed

_HEADS = ("", "candidate", "", "difference", "interval", "allowed", "set by", "")
_SIDES = "<>>>><<<"
_GROUPS = {"limit": "limits", "champion": "beside the champion", "anchor": "beside the anchor"}


def show(path: Path) -> str:
    """The decision of a file, with one line a check."""
    decision = json.loads(path.read_text(encoding="utf-8"))
    lines = list(_table(decision))
    if decision.get("note"):
        lines.append(f"not compared: {decision['note']}")
    return "\n".join([*lines, *_verdict(decision)])


def as_page(path: Path) -> str:
    """The same as a small Markdown page, `reports/gate.md`."""
    return f"# The gate's decision\n\n```text\n{show(path)}\n```\n"


def _verdict(decision: dict[str, Any]) -> Iterator[str]:
    versions = f"candidate {decision['candidate']}, champion {decision['champion'] or 'none'}"
    if decision.get("anchor"):
        versions += f", anchor {decision['anchor']}"
    yield f"{decision['decision']}: {decision['reason']}"
    yield f"({versions})"


def _table(decision: dict[str, Any]) -> Iterator[str]:
    """Groups of checks under their heads; all columns aligned."""
    checks = [Check(**check) for check in decision["checks"]]
    rows: list[Sequence[str]] = []
    for against, title in _GROUPS.items():
        here = [check for check in checks if check.against == against]
        if here:
            version = decision["champion"] if against == "champion" else decision.get("anchor")
            name = title if against == "limit" else f"{title} {version}"
            other = "" if against == "limit" else against
            rows += [(name, *_HEADS[1:2], other, *_HEADS[3:]), *map(_row, here)]
    widths = [max((len(row[k]) for row in rows), default=0) for k in range(len(_HEADS))]
    for row in rows:
        cells = (f"{cell:{side}{w}}" for cell, side, w in zip(row, _SIDES, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(check: Check) -> Sequence[str]:
    signed = "+" if check.difference is not None else ""
    ends = "" if check.low is None else f"{check.low:{signed}.4g} to {check.high:{signed}.4g}"
    return (
        f"  {check.what}",
        f"{check.candidate:.4g}",
        "" if check.champion is None else f"{check.champion:.4g}",
        "" if check.difference is None else f"{check.difference:+.4g}",
        ends,
        allowed(check),
        f"gate.{check.knob}" if check.knob else "",
        "yes" if check.passed else "NO",
    )
