"""Other arteries in danger."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    back,
    bled_or_torn,
    good_index,
    hours,
    off_colour,
    rests_badly,
    two_weeks,
)
from tests.serve.overrides.decisions.table import (
    Patient,
    emergency,
    guard,
    lowering,
    newly,
    old,
    urgent,
)

old("ALI-5", 90)
old("AAA-1", 28)
old("AAA-3", 90, lambda p: back(p) or p["severe_pain"] or newly(p))
old("COL-1", 90)


@emergency("ALI-5")
def _(p: Patient) -> bool:
    if not p["blue_limb"] or not p["cool_limb"]:
        return False
    if not (p["severe_pain"] or p["colour_change_new"] or rests_badly(p) or two_weeks(p)):
        return False
    if p["pulses_reduced"] or p["bruit"] or p["abi"] < 0.905:
        return True
    return p["atrial_fibrillation"] or p["cardiovascular_disease"]


@lowering("ALI-5", "COL-3")
def _(p: Patient) -> bool:
    return p["side"] == "both" and not p["pulses_reduced"]


@emergency("AAA-1")
def _(p: Patient) -> bool:
    if p["age_years"] < 60 or not hours(p) or not p["severe_pain"]:
        return False
    if p["pulsating_lump"]:
        return True
    if p["site_low_back"] and p["site_hip_groin"]:
        return True
    return (p["unwell"] or p["syncope_or_haemoptysis"]) if back(p) else False


@lowering("AAA-1", "AAA-2")
def _(p: Patient) -> bool:
    return not (p["unwell"] or p["syncope_or_haemoptysis"] or p["pulsating_lump"])


@urgent("AAA-3")
def _(p: Patient) -> bool:
    return p["pulsating_lump"]


@urgent("ART-1", within="two days")
def _(p: Patient) -> bool:
    if p["age_years"] >= 40:
        return False
    if p["pulses_reduced"]:
        return True
    return (p["abi"] < 0.905) + p["exercise_abi_drop"] + p["bruit"] >= 2


@guard("ART-1")
def _(p: Patient) -> bool:
    return good_index(p) and not p["exercise_abi_drop"]


@urgent("COL-1")
def _(p: Patient) -> bool:
    if not p["blue_limb"]:
        return False
    if p["cool_limb"] or p["severe_pain"]:
        return True
    return p["cardiovascular_disease"] or p["atrial_fibrillation"]


@guard("COL-1")
def _(p: Patient) -> bool:
    if bled_or_torn(p):
        return True
    return p["side"] == "both" and not p["pulses_reduced"]


@urgent("COL-2")
def _(p: Patient) -> bool:
    return p["colour_change_new"]


@guard("COL-2")
def _(p: Patient) -> bool:
    if p["recent_leg_injury"] or bled_or_torn(p):
        return True
    return not off_colour(p) and not p["warmth"] and not p["redness"]
