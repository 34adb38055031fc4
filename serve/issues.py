"""What was wrong with a case, and which overrides it may silence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from serve.overrides.rule import LEVELS
from serve.overrides.rules import RULES

_URGENT = LEVELS.index("urgent")
_TOLD = 3  # hazards that are named
_NAME_SHOWN = 60  # characters of a column's name that a message quotes


@dataclass(frozen=True)
class Issue:
    """One thing to report about a case: a stable code, the finding it is about, and words."""

    code: str
    finding: str
    message: str


def read_as(name: str, finding: str) -> Issue:
    """The issue of a row whose column has a finding's name but for its spelling."""
    return Issue("read_as", finding, f"column {quoted_name(name)} is read as {finding}")


def near_miss(name: str, finding: str) -> Issue:
    """The issue of a row that fills a column which nearly has a finding's name, and is not read."""
    message = f"column {quoted_name(name)} is not read; did you mean {finding}? rename it"
    return Issue("near_miss", finding, "; ".join(filter(None, (message, silenced(finding)))))


def quoted_name(name: str) -> str:
    """The name of a column as a message quotes it: nothing in it can act, and never endless."""
    return repr(name if len(name) <= _NAME_SHOWN else f"{name[:_NAME_SHOWN]}...")


@lru_cache(maxsize=1024)
def silenced(finding_id: str) -> str:
    """What may be missed where a cell of this finding is not read; nothing where no rule looks."""
    looking = [rule for rule in RULES if finding_id in rule.findings and rule.rank <= _URGENT]
    hazards = list(dict.fromkeys(rule.hazard.replace("_", " ") for rule in looking))
    if not hazards:
        return ""
    others = f" and {len(hazards) - _TOLD} more" if len(hazards) > _TOLD else ""
    return (
        f"unread, it may keep overrides silent ({', '.join(hazards[:_TOLD])}{others}): correct it"
    )
