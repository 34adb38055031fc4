"""Words that several decisions use of a complete patient."""

from __future__ import annotations

from tests.serve.overrides.decisions.table import Patient


def hours(p: Patient) -> bool:
    """Sudden means seconds to hours; begun or changed less than a day ago is hours too."""
    if p["onset"] == "sudden" or p["changed_days"] < 1:
        return True
    return bool(p["duration_days"] < 1)


def two_weeks(p: Patient) -> bool:
    """Acute limb ischaemia is that of the last fourteen days."""
    if p["onset"] in ("sudden", "days") or p["changed_days"] < 14:
        return True
    return bool(p["duration_days"] < 14)


def four_weeks(p: Patient) -> bool:
    """Guillain-Barre syndrome reaches its worst within four weeks."""
    if p["onset"] in ("sudden", "days") or p["changed_days"] < 28:
        return True
    return bool(p["duration_days"] < 28)


def rests_badly(p: Patient) -> bool:
    """Pain at rest, at night or all the time."""
    return p["night_pain"] or unceasing(p)


def unceasing(p: Patient) -> bool:
    """Pain at rest or all the time."""
    return p["constant_pain"] or p["rest_pain"]


def narrowed(p: Patient) -> bool:
    """Signs that an artery is narrow."""
    if p["abi"] < 0.905 or p["exercise_abi_drop"]:
        return True
    return p["relief_leg_down"] or p["pulses_reduced"]


def off_colour(p: Patient) -> bool:
    """Cold, pale or blue."""
    return p["blue_limb"] or p["cool_limb"] or p["pale_limb"]


def at_arterial_risk(p: Patient) -> bool:
    """Diabetes, disease of heart or arteries, or smoking now or ever."""
    if p["smoking"] != "never":
        return True
    return p["cardiovascular_disease"] or p["diabetes"]


def good_index(p: Patient) -> bool:
    """An ankle index above 0.90 that no stiff artery feigns."""
    return bool(0.905 <= p["abi"] < 1.4)


def well_fed(p: Patient) -> bool:
    """Pulses that can be felt in a leg that is warm, or at least not cool."""
    if p["pulses_reduced"]:
        return False
    return p["warmth"] or not p["cool_limb"]


def open_arteries(p: Patient) -> bool:
    """A good ankle index, which counts in diabetes only beside good pulses."""
    if not good_index(p):
        return False
    return not p["diabetes"] or not p["pulses_reduced"]


def had_cancer(p: Patient) -> bool:
    """Cancer now or ever."""
    return p["cancer_history"] or p["active_cancer"]


def prone_to_clots(p: Patient) -> bool:
    """A risk factor of the Wells score, or oestrogen."""
    if p["previous_dvt"] or p["pregnancy_or_oestrogen"]:
        return True
    return p["active_cancer"] or p["recent_immobility"]


def weak(p: Patient) -> bool:
    """Weak, a drop foot included."""
    return p["foot_drop"] or p["weakness"]


def numb(p: Patient) -> bool:
    """Numb by report or on examination."""
    return p["sensation_loss"] or p["numbness"]


def back(p: Patient) -> bool:
    """Pain in or from the back."""
    return p["radiates_from_back"] or p["site_low_back"]


def cramps(p: Patient) -> bool:
    """A cramp seen or told."""
    return p["quality_cramping"] or p["muscle_spasm"]


def hot(p: Patient) -> bool:
    """Warm or red."""
    return p["redness"] or p["warmth"]


def bled_or_torn(p: Patient) -> bool:
    """A bruise, or a tear felt."""
    return p["pop_felt"] or p["bruising"]


def two_sided(p: Patient) -> bool:
    """Both legs, up from the feet, or hands as well."""
    if p["stocking_pattern"] or p["upper_limb_symptoms"]:
        return True
    return bool(p["side"] == "both")


def tired_or_torn(p: Patient) -> bool:
    """What makes muscles weak for some days: training, injury, a tear."""
    if p["pop_felt"] or p["recent_leg_injury"]:
        return True
    return p["starts_hours_after_exercise"] or p["training_increase"]


def worn_joint(p: Patient) -> bool:
    """A joint that hurts at night by itself."""
    if p["known_arthritis"] and (p["site_knee"] or p["site_hip_groin"]):
        return True
    return p["joint_motion_pain"] or p["bony_enlargement"] or p["crepitus"]
