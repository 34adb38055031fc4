"""Critical limb ischaemia."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import four_weeks, rests_badly, starved
from tests.serve.overrides.decisions.table import Patient, emergency, guard, urgent


@emergency("GAN-1")
def _(p: Patient) -> bool:
    if not p["gangrene"]:
        return False
    return p["fever"] or p["unwell"] or p["redness"] or p["diabetes"]


@urgent("CLI-1")
def _(p: Patient) -> bool:
    return starved(p) if rests_badly(p) else False


@urgent("CLI-2")
def _(p: Patient) -> bool:
    if not p["nonhealing_sore"]:
        return False
    return rests_badly(p) or starved(p)


@urgent("CLI-3")
def _(p: Patient) -> bool:
    return p["nonhealing_sore"]


@guard("CLI-3")
def _(p: Patient) -> bool:
    return p["skin_darkening"] or p["varicose_veins"]


@urgent("CLI-4")
def _(p: Patient) -> bool:
    return p["gangrene"]


@urgent("CLI-5")
def _(p: Patient) -> bool:
    return not p["abi"] >= 0.4


@urgent("CLI-6")
def _(p: Patient) -> bool:
    return starved(p) if p["distance_shrinking"] and four_weeks(p) else False


@urgent("CLI-7")
def _(p: Patient) -> bool:
    if not rests_badly(p):
        return False
    if not p["relief_standing"] and not p["distance_shrinking"]:
        return False
    if p["smoking"] != "never":
        return True
    return p["diabetes"] or p["cardiovascular_disease"]


@guard("CLI-7")
def _(p: Patient) -> bool:
    if p["stocking_pattern"] or p["muscle_spasm"]:
        return True
    return p["relief_bending_forward"] or p["relief_sitting"]
