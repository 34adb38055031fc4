"""Acute limb ischaemia."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    at_arterial_risk,
    bled_or_torn,
    cramps,
    good_index,
    hot,
    hours,
    numb,
    off_colour,
    rests_badly,
    two_weeks,
    unceasing,
    weak,
    well_fed,
)
from tests.serve.overrides.decisions.table import Patient, emergency, guard, lowering, old, urgent


def _warm_and_alive(p: Patient) -> bool:
    if p["pale_limb"] or p["numbness"] or p["weakness"]:
        return False
    return p["warmth"] or not p["cool_limb"]


old("ALI-1", 28)
old("ALI-2", 28)
old("ALI-3", 28)
old("ALI-4", 28)
old("ALI-6", 28)
old("ALI-7", 28)
old("SUD-1", 28)


@emergency("ALI-1")
def _(p: Patient) -> bool:
    if not hours(p) or not p["severe_pain"]:
        return False
    if off_colour(p) or p["pulses_reduced"]:
        return True
    if not numb(p) and not weak(p):
        return False
    if numb(p) and weak(p):
        return True
    return p["age_years"] >= 60 or p["atrial_fibrillation"] or at_arterial_risk(p)


@lowering("ALI-1", "ALI-8")
def _(p: Patient) -> bool:
    return well_fed(p) or _warm_and_alive(p)


@emergency("ALI-2")
def _(p: Patient) -> bool:
    if p["colour_change_new"] and (p["cool_limb"] or p["pale_limb"]):
        return True
    if not hours(p):
        return False
    if off_colour(p):
        return True
    if not p["pulses_reduced"]:
        return False
    if p["atrial_fibrillation"] or p["severe_pain"] or unceasing(p):
        return True
    return numb(p) or weak(p)


@lowering("ALI-2", "ALI-9")
def _(p: Patient) -> bool:
    if p["muscle_spasm"] or well_fed(p) or _warm_and_alive(p):
        return True
    return bled_or_torn(p) and not p["cool_limb"]


@emergency("ALI-3")
def _(p: Patient) -> bool:
    if not two_weeks(p):
        return False
    signs = p["cool_limb"] + p["pale_limb"] + p["blue_limb"] + p["pulses_reduced"]
    if signs >= 2:
        return True
    hurts = p["severe_pain"] or p["rest_pain"]
    nerves = numb(p) or weak(p)
    if p["pulses_reduced"]:
        return hurts and nerves
    if p["cool_limb"] or p["pale_limb"]:
        return hurts or nerves
    return False


@lowering("ALI-3", "ALI-10")
def _(p: Patient) -> bool:
    if p["pulses_reduced"]:
        return False
    return p["warmth"] or good_index(p)


@emergency("ALI-4")
def _(p: Patient) -> bool:
    return p["atrial_fibrillation"] and p["severe_pain"] and hours(p)


@lowering("ALI-4", "ALI-11")
def _(p: Patient) -> bool:
    if p["muscle_spasm"] or hot(p) or well_fed(p):
        return True
    return p["quality_cramping"] and not p["constant_pain"]


@emergency("ALI-6")
def _(p: Patient) -> bool:
    if p["cool_limb"] + p["pale_limb"] + p["pulses_reduced"] < 2:
        return False
    if weak(p):
        return p["severe_pain"] or rests_badly(p)
    return p["severe_pain"] and numb(p)


@lowering("ALI-6", "ALI-12")
def _(p: Patient) -> bool:
    return p["stocking_pattern"]


@urgent("ALI-7")
def _(p: Patient) -> bool:
    if not two_weeks(p):
        return False
    if off_colour(p):
        return True
    if not p["pulses_reduced"]:
        return False
    if numb(p) or weak(p):
        return True
    return p["severe_pain"] and unceasing(p)


@guard("ALI-7")
def _(p: Patient) -> bool:
    if good_index(p) or well_fed(p):
        return True
    return bled_or_torn(p) and not p["pulses_reduced"]


@urgent("ALI-13")
def _(p: Patient) -> bool:
    if p["duration_days"] >= 14 and p["changed_days"] >= 14:
        return False
    if not p["worse_walking"] or not p["relief_standing"]:
        return False
    if p["pulses_reduced"] or p["leg_graft_or_stent"] or p["atrial_fibrillation"]:
        return True
    return at_arterial_risk(p)


@guard("ALI-13")
def _(p: Patient) -> bool:
    if good_index(p) or well_fed(p) or p["recent_leg_injury"] or p["training_increase"]:
        return True
    return p["relief_bending_forward"] or p["radiates_from_back"]


old("ALI-14", 90)


@urgent("ALI-14")
def _(p: Patient) -> bool:
    return p["severe_pain"] and (p["pale_limb"] or p["cool_limb"])


@guard("ALI-14")
def _(p: Patient) -> bool:
    if good_index(p) or not p["pulses_reduced"] or cramps(p):
        return True
    return p["radiates_from_back"] or hot(p)


@urgent("SUD-1")
def _(p: Patient) -> bool:
    return p["severe_pain"] and hours(p)


@guard("SUD-1")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"] or p["pop_felt"] or cramps(p):
        return True
    return p["radiates_from_back"] or well_fed(p)
