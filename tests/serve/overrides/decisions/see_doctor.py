"""The documents' list of reasons to see a doctor."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import numb, rests_badly
from tests.serve.overrides.decisions.table import Patient, routine


@routine("SEE-1")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 14


@routine("SEE-2")
def _(p: Patient) -> bool:
    return p["worsening"]


@routine("SEE-3")
def _(p: Patient) -> bool:
    return p["distance_shrinking"]


@routine("SEE-4")
def _(p: Patient) -> bool:
    return p["weakness"] or p["tingling"] or numb(p)


@routine("SEE-5")
def _(p: Patient) -> bool:
    if p["colour_change_new"] or p["blue_limb"] or p["pale_limb"] or p["redness"]:
        return True
    return p["cool_limb"] or p["warmth"] or p["pulses_reduced"]


@routine("SEE-6")
def _(p: Patient) -> bool:
    return p["nonhealing_sore"]


@routine("SEE-7")
def _(p: Patient) -> bool:
    return p["bruit"] or p["exercise_abi_drop"] or p["abi"] < 0.9


@routine("SEE-8")
def _(p: Patient) -> bool:
    return rests_badly(p)


@routine("SEE-9")
def _(p: Patient) -> bool:
    return p["severe_pain"]


@routine("SEE-10")
def _(p: Patient) -> bool:
    return p["swelling"] == "one"


@routine("SEE-11")
def _(p: Patient) -> bool:
    return p["walking_distance_m"] < 10


@routine("SEE-12")
def _(p: Patient) -> bool:
    return p["relief_rest"] and p["worse_walking"]
