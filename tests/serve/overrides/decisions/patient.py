"""Words that several decisions use of a complete patient."""

from __future__ import annotations

from tests.serve.overrides.decisions.table import Patient


def hours(p: Patient) -> bool:
    """Sudden means seconds to hours; less than a day old is hours too."""
    if p["onset"] == "sudden":
        return True
    return bool(p["duration_days"] < 1)


def two_weeks(p: Patient) -> bool:
    """Acute limb ischaemia is that of the last fourteen days."""
    if p["onset"] in ("sudden", "days"):
        return True
    return bool(p["duration_days"] < 14)


def four_weeks(p: Patient) -> bool:
    """Guillain-Barre syndrome reaches its worst within four weeks."""
    if p["onset"] in ("sudden", "days"):
        return True
    return bool(p["duration_days"] < 28)


def rests_badly(p: Patient) -> bool:
    """Pain at rest, at night or all the time."""
    return p["rest_pain"] or p["night_pain"] or p["constant_pain"]


def starved(p: Patient) -> bool:
    """Signs that too little blood reaches the leg."""
    for sign in (
        "blue_limb",
        "cool_limb",
        "exercise_abi_drop",
        "pale_limb",
        "pulses_reduced",
        "relief_leg_down",
    ):
        if p[sign]:
            return True
    return bool(p["abi"] < 0.9)


def had_cancer(p: Patient) -> bool:
    """Cancer now or ever."""
    return p["cancer_history"] or p["active_cancer"]


def prone_to_clots(p: Patient) -> bool:
    """A risk factor of the Wells score, or oestrogen."""
    if p["previous_dvt"] or p["pregnancy_or_oestrogen"]:
        return True
    return p["active_cancer"] or p["recent_immobility"]


def long_vein_disease(p: Patient) -> bool:
    """Three months or more in a leg with veins or skin of vein disease."""
    if p["duration_days"] < 90:
        return False
    return p["skin_darkening"] or p["varicose_veins"]


def weak(p: Patient) -> bool:
    """Weak, a drop foot included."""
    return p["foot_drop"] or p["weakness"]


def numb(p: Patient) -> bool:
    """Numb by report or on examination."""
    return p["sensation_loss"] or p["numbness"]
