"""The gate's decision as a table to read."""

from __future__ import annotations

import json
from pathlib import Path


def show(path: Path) -> str:
    """The decision of a file, with one line a check."""
    decision = json.loads(path.read_text(encoding="utf-8"))
    lines = [_line(check) for check in decision["checks"]]
    head = f"{'candidate':>10} {'champion':>10} {'worse by':>10} {'margin':>8}  passed  check"
    verdict = f"{decision['decision']}: {decision['reason']} (candidate {decision['candidate']}, "
    verdict += f"champion {decision['champion'] or 'none'})"
    note = [f"not compared: {decision['note']}"] if decision.get("note") else []
    return "\n".join([head, *lines, *note, verdict] if lines else [verdict])


def _line(check: dict[str, object]) -> str:
    margin = "-" if check["margin"] is None else f"{check['margin']:g}"
    passed = "-" if check["margin"] is None else "yes" if check["passed"] else "NO"
    numbers = " ".join(f"{check[key]:>10.5g}" for key in ("candidate", "champion", "worse"))
    return f"{numbers} {margin:>8}  {passed:<6}  {check['what']}"
