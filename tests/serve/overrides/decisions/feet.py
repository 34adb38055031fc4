"""The diabetic or neuropathic foot."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import hot, numb
from tests.serve.overrides.decisions.table import Patient, emergency, guard, old, urgent

old("FOT-3", 90)


@emergency("FOT-1")
def _(p: Patient) -> bool:
    if not (p["nonhealing_sore"] and p["diabetes"]):
        return False
    if hot(p):
        return True
    if p["abi"] < 0.905 or p["pulses_reduced"]:
        return True
    return p["blue_limb"] or p["pale_limb"] or p["cool_limb"]


@urgent("FOT-2", within="two days")
def _(p: Patient) -> bool:
    if not p["diabetes"]:
        return False
    if p["nonhealing_sore"] and numb(p):
        return True
    if p["skin_break"] or p["nonhealing_sore"]:
        return p["site_heel"] or p["site_foot"]
    return False


@urgent("FOT-3")
def _(p: Patient) -> bool:
    if not p["site_foot"] and not p["site_ankle"]:
        return False
    if hot(p) and (p["diabetes"] or p["stocking_pattern"] or numb(p)):
        return True
    if not p["joint_swelling"] and p["swelling"] != "one":
        return False
    if p["diabetes"]:
        return p["painless"] or p["sensation_loss"]
    return p["painless"] and p["sensation_loss"]


@guard("FOT-3")
def _(p: Patient) -> bool:
    return p["recent_leg_injury"] or p["varicose_veins"] or p["skin_darkening"]
