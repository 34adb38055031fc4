"""Cauda equina and spinal cord."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    back,
    four_weeks,
    had_cancer,
    numb,
    two_weeks,
    weak,
)
from tests.serve.overrides.decisions.table import Patient, emergency, guard, lowering, old, urgent


def _leg_nerves(p: Patient) -> bool:
    return p["reflex_reduced"] or p["tingling"] or weak(p) or numb(p)


def _worse_lately(p: Patient) -> bool:
    return p["worsening"] or p["changed_days"] < 28


old("CES-8", 90, _worse_lately)
old("CES-2", 28)
old("CES-3", 90, _worse_lately)
old("CES-4", 28)
old("CES-5", 90)
old("CES-9", 90)


@emergency("CES-1")
def _(p: Patient) -> bool:
    if p["saddle_numbness"] or p["bladder_bowel_change"]:
        return True
    if not p["seat_feels_different"] and not p["bladder_feeling_lost"]:
        return False
    if back(p) or p["site_buttock"]:
        return True
    return weak(p)


@emergency("CES-8")
def _(p: Patient) -> bool:
    if p["bladder_bowel_change"]:
        if back(p) and (p["slr_positive"] or _leg_nerves(p) or four_weeks(p)):
            return True
        if p["side"] == "both" and weak(p) and four_weeks(p):
            return True
    if not p["urinary_hesitancy"] and not p["sexual_change"]:
        return False
    if p["side"] != "both" or not back(p) or not four_weeks(p):
        return False
    return _leg_nerves(p)


@lowering("CES-8", "CES-7")
def _(p: Patient) -> bool:
    return not p["saddle_numbness"] and not p["weakness"]


@emergency("CES-2")
def _(p: Patient) -> bool:
    if p["side"] != "both" or not back(p) or not two_weeks(p):
        return False
    if weak(p):
        return True
    return (p["urinary_hesitancy"] or p["reflex_reduced"]) if numb(p) else False


@lowering("CES-2", "CES-6")
def _(p: Patient) -> bool:
    return not (p["weakness"] or p["saddle_numbness"] or p["bladder_bowel_change"])


@emergency("CES-3")
def _(p: Patient) -> bool:
    if not back(p) or not had_cancer(p):
        return False
    if not weak(p) and not p["unsteady"]:
        return False
    if p["active_cancer"]:
        return True
    return p["night_pain"] + p["worsening"] + two_weeks(p) >= 2


@lowering("CES-3", "CAN-6")
def _(p: Patient) -> bool:
    return not p["weakness"] and not p["bladder_bowel_change"]


@urgent("CES-4")
def _(p: Patient) -> bool:
    return p["side"] == "both" and p["radiates_from_back"] and two_weeks(p)


@guard("CES-4")
def _(p: Patient) -> bool:
    if p["weakness"] or p["numbness"] or p["reflex_reduced"]:
        return False
    return not p["saddle_numbness"] and not p["bladder_bowel_change"]


@urgent("CES-5")
def _(p: Patient) -> bool:
    if not (p["slr_positive"] or p["reflex_reduced"] or back(p) or weak(p)):
        return False
    if p["bladder_bowel_change"]:
        return True
    return numb(p) if p["urinary_hesitancy"] or p["sexual_change"] else False


@urgent("CES-9")
def _(p: Patient) -> bool:
    return p["bladder_feeling_lost"] or p["seat_feels_different"]


@guard("CES-5")
def _(p: Patient) -> bool:
    if p["weakness"] or p["numbness"]:
        return False
    return not (p["site_low_back"] and p["radiates_from_back"] and p["saddle_numbness"])
