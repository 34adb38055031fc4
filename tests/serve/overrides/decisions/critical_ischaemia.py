"""Critical limb ischaemia."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    at_arterial_risk,
    cramps,
    narrowed,
    off_colour,
    open_arteries,
    rests_badly,
    unceasing,
    well_fed,
    worn_joint,
)
from tests.serve.overrides.decisions.table import Patient, emergency, guard, urgent


def _other_night_pain(p: Patient) -> bool:
    if cramps(p) or p["radiates_from_back"] or p["relief_bending_forward"]:
        return True
    return p["starts_hours_after_exercise"] or p["urge_to_move"] or p["stocking_pattern"]


def _foot(p: Patient) -> bool:
    return p["site_heel"] or p["site_leg"] or p["site_foot"]


@emergency("GAN-1")
def _(p: Patient) -> bool:
    if not p["gangrene"]:
        return False
    return p["fever"] or p["unwell"] or p["redness"] or p["diabetes"]


@urgent("CLI-1")
def _(p: Patient) -> bool:
    if not rests_badly(p):
        return False
    if narrowed(p) or (p["diabetes"] and p["abi"] >= 1.4):
        return True
    if not off_colour(p):
        return False
    return p["hair_loss_shiny_skin"] or p["severe_pain"] or at_arterial_risk(p)


@guard("CLI-1")
def _(p: Patient) -> bool:
    if not _foot(p) or well_fed(p) or open_arteries(p):
        return True
    return p["first_step_pain"] or worn_joint(p) or _other_night_pain(p)


@urgent("CLI-8")
def _(p: Patient) -> bool:
    return p["relief_leg_down"] and rests_badly(p)


@guard("CLI-8")
def _(p: Patient) -> bool:
    return well_fed(p) or open_arteries(p)


@urgent("CLI-2")
def _(p: Patient) -> bool:
    if not p["nonhealing_sore"]:
        return False
    return off_colour(p) or narrowed(p)


@guard("CLI-2")
def _(p: Patient) -> bool:
    return open_arteries(p)


@urgent("CLI-3", within="two days")
def _(p: Patient) -> bool:
    return p["nonhealing_sore"]


@guard("CLI-3")
def _(p: Patient) -> bool:
    if p["skin_darkening"] or p["varicose_veins"]:
        return True
    return not (p["diabetes"] or p["sensation_loss"] or p["pulses_reduced"])


@urgent("CLI-4")
def _(p: Patient) -> bool:
    return p["gangrene"]


@urgent("CLI-5")
def _(p: Patient) -> bool:
    return not p["abi"] >= 0.4


@guard("CLI-5")
def _(p: Patient) -> bool:
    if p["gangrene"] or p["nonhealing_sore"]:
        return False
    return not p["night_pain"] and not p["rest_pain"]


@urgent("CLI-6", within="two days")
def _(p: Patient) -> bool:
    if not p["distance_shrinking"]:
        return False
    return p["duration_days"] < 28 or p["changed_days"] < 14


@guard("CLI-6")
def _(p: Patient) -> bool:
    if open_arteries(p) or well_fed(p) or worn_joint(p):
        return True
    return p["recent_leg_injury"] or p["relief_bending_forward"] or p["radiates_from_back"]


@urgent("CLI-7", within="two days")
def _(p: Patient) -> bool:
    if not p["relief_standing"] or not rests_badly(p):
        return False
    return at_arterial_risk(p)


@guard("CLI-7")
def _(p: Patient) -> bool:
    if _other_night_pain(p) or worn_joint(p) or open_arteries(p) or well_fed(p):
        return True
    return p["relief_sitting"]


@urgent("RST-1", within="two days")
def _(p: Patient) -> bool:
    if not p["severe_pain"] or not p["night_pain"] or not _foot(p):
        return False
    if p["side"] == "one":
        return True
    return unceasing(p) and at_arterial_risk(p)


@guard("RST-1")
def _(p: Patient) -> bool:
    if _other_night_pain(p) or worn_joint(p) or open_arteries(p):
        return True
    return p["first_step_pain"] or p["recent_leg_injury"]


@urgent("WRS-1", within="two days")
def _(p: Patient) -> bool:
    if not p["worsening"] or not p["severe_pain"] or not unceasing(p):
        return False
    return p["duration_days"] < 14 or p["changed_days"] < 14


@guard("WRS-1")
def _(p: Patient) -> bool:
    if worn_joint(p) or cramps(p) or p["radiates_from_back"]:
        return True
    if p["starts_hours_after_exercise"]:
        return True
    return p["training_increase"] or p["recent_leg_injury"]
