"""The diabetic or neuropathic foot."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import numb
from tests.serve.overrides.decisions.table import Patient, emergency, urgent


@emergency("FOT-1")
def _(p: Patient) -> bool:
    if not (p["nonhealing_sore"] and p["diabetes"]):
        return False
    if p["redness"] or p["warmth"]:
        return True
    if p["abi"] < 0.9 or p["pulses_reduced"]:
        return True
    return p["blue_limb"] or p["pale_limb"] or p["cool_limb"]


@urgent("FOT-2")
def _(p: Patient) -> bool:
    if not p["diabetes"]:
        return False
    if not p["skin_break"] and not p["nonhealing_sore"]:
        return False
    return numb(p) or p["site_heel"] or p["site_foot"]


@urgent("FOT-3")
def _(p: Patient) -> bool:
    if not p["site_foot"] and not p["site_ankle"]:
        return False
    unfeeling = p["stocking_pattern"] or p["sensation_loss"]
    if unfeeling and (p["joint_swelling"] or p["swelling"] == "one"):
        return True
    if p["redness"] or p["warmth"]:
        return unfeeling or p["diabetes"] or p["neuropathy_risk"]
    return False
