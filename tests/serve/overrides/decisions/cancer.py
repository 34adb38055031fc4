"""Cancer and unexplained night pain."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import had_cancer, rests_badly, two_weeks, weak
from tests.serve.overrides.decisions.table import Patient, guard, urgent


@urgent("CAN-1")
def _(p: Patient) -> bool:
    if not had_cancer(p):
        return False
    return rests_badly(p) or p["weight_loss"] or p["bone_tenderness"]


@urgent("CAN-2")
def _(p: Patient) -> bool:
    if not weak(p) or not had_cancer(p):
        return False
    return p["worsening"] or two_weeks(p)


@urgent("CAN-3")
def _(p: Patient) -> bool:
    return (p["worsening"] or rests_badly(p)) if p["weight_loss"] else False


@urgent("CAN-4")
def _(p: Patient) -> bool:
    return (p["rest_pain"] or p["night_pain"]) if p["bone_tenderness"] else False


@guard("CAN-4")
def _(p: Patient) -> bool:
    return p["recent_leg_injury"] or p["training_increase"] or p["regular_sport"]


@urgent("CAN-5")
def _(p: Patient) -> bool:
    if p["age_years"] >= 25 or not p["night_pain"]:
        return False
    return p["swelling"] == "one" or p["joint_swelling"] or p["severe_pain"]


@urgent("RST-1")
def _(p: Patient) -> bool:
    return p["side"] == "one" and p["night_pain"] and p["severe_pain"]


@guard("RST-1")
def _(p: Patient) -> bool:
    return p["quality_cramping"] or p["muscle_spasm"]
