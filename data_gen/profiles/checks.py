"""What must hold between the files of the knowledge; each check says how much it looked at."""

from __future__ import annotations

from data_gen.profiles.check_cover import cover_checks
from data_gen.profiles.check_numbers import number_checks
from data_gen.profiles.check_related import related_checks
from data_gen.profiles.checked import Checked
from data_gen.profiles.dead_numbers import dead_check
from data_gen.profiles.load import Knowledge
from data_gen.profiles.located import located_numbers

__all__ = ["Checked", "check_knowledge", "located_numbers"]


def check_knowledge(knowledge: Knowledge) -> list[Checked]:
    """Every check between files, in a fixed order."""
    return [
        *number_checks(knowledge),
        dead_check(knowledge),
        *related_checks(knowledge),
        *cover_checks(knowledge),
    ]
