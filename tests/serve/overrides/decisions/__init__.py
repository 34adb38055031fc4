"""The decisions that the rules must make, written a second time from the documents and guidelines.

Each function answers for one *complete* patient, in whom every finding is known, in plain Python:
no expression, no third value. What a rule must say of a patient with blanks follows by definition:
it fires where every way to fill the blanks fires, is ruled out where none does, and is open
otherwise. The one exception is a guard (`UNLESS`, `OLD`), which holds a rule back only where every
way to fill the blanks holds it back; what is `OLD` gives way where every way to fill them says that
it has changed. Where an emergency is held back, the rule in `LOWERED` speaks instead of it.

`p` is a mapping from finding to value. A fever counts by name or by thermometer, severe pain by
name or on the scale; these are asked of the patient as `p["fever"]` and `p["severe_pain"]`, which
the grid works out from both cells.
"""

from tests.serve.overrides.decisions import (
    acute_ischaemia,
    arteries,
    cancer,
    clots,
    critical_ischaemia,
    feet,
    infection,
    injuries,
    joints,
    muscles,
    nerves,
    see_doctor,
    spine,
)
from tests.serve.overrides.decisions.table import BANDS, LEVEL, LOWERED, OLD, UNLESS, WHEN, WITHIN

CHAPTERS = (
    clots,
    acute_ischaemia,
    arteries,
    critical_ischaemia,
    spine,
    nerves,
    muscles,
    injuries,
    joints,
    infection,
    feet,
    cancer,
    see_doctor,
)

__all__ = ["BANDS", "CHAPTERS", "LEVEL", "LOWERED", "OLD", "UNLESS", "WHEN", "WITHIN"]
