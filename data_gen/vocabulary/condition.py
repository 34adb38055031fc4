"""A condition: one of the reasons for consulting that the model tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Triage = Literal["emergency", "urgent", "routine", "self_care"]
TRIAGE_LEVELS: tuple[Triage, ...] = get_args(Triage)
"""Most urgent first: now, same day, see a doctor, self-care."""
TimeFrame = Literal[
    "now",
    "today",
    "within 2 days",
    "within 2 weeks",
    "within 6 weeks",
    "when convenient",
    "if it does not settle",
]
TIME_FRAMES: tuple[TimeFrame, ...] = get_args(TimeFrame)
"""How soon to be seen, soonest first."""
FRAMES_OF: dict[Triage, tuple[TimeFrame, ...]] = {
    "emergency": ("now",),
    "urgent": ("today", "within 2 days", "within 2 weeks"),
    "routine": ("within 2 weeks", "within 6 weeks", "when convenient"),
    "self_care": ("if it does not settle",),
}
"""The time frames that fit each level."""


@dataclass(frozen=True)
class Advice:
    """One line for the person who asked or their doctor, with the statements behind it."""

    says: str
    cite: tuple[str, ...] = ()


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
    caution: tuple[Advice, ...]
    """What must not be done, or not before something else is known."""
    safety_net: tuple[Advice, ...]
    """What must bring the person back, and how fast."""
    cite: tuple[str, ...]
