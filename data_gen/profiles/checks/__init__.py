"""What must hold between the files of the knowledge; each check says how much it looked at."""

from __future__ import annotations

from data_gen.profiles.checks.cover import cover_checks
from data_gen.profiles.checks.dead_numbers import dead_check
from data_gen.profiles.checks.diagnoses import diagnosis_checks
from data_gen.profiles.checks.numbers import number_checks
from data_gen.profiles.checks.related import related_checks
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.problem import Checked

__all__ = ["Checked", "check_knowledge"]


def check_knowledge(knowledge: Knowledge) -> list[Checked]:
    """Every check between files, in a fixed order."""
    return [
        *number_checks(knowledge),
        dead_check(knowledge),
        *related_checks(knowledge),
        *cover_checks(knowledge),
        *diagnosis_checks(knowledge),
    ]
