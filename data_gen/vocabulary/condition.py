"""A condition: one of the reasons for consulting that the model tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Triage = Literal["emergency", "urgent", "routine", "self_care"]
TRIAGE_LEVELS: tuple[Triage, ...] = get_args(Triage)
"""Most urgent first: now, same day, see a doctor, self-care."""


@dataclass(frozen=True)
class Condition:
    """What a cause of leg pain is called, what it indicates, and what the documents do about it."""

    id: str
    name: str
    icd10: str
    triage: Triage
    indicates: str
    tests: tuple[str, ...]
    care: tuple[str, ...]
    cite: tuple[str, ...]
