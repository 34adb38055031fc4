"""The documents' list of reasons to see a doctor."""

from __future__ import annotations

from tests.serve.overrides.decisions.patient import (
    had_cancer,
    hot,
    numb,
    off_colour,
    rests_badly,
    weak,
)
from tests.serve.overrides.decisions.table import Patient, routine


@routine("SEE-1", within="some weeks")
def _(p: Patient) -> bool:
    return p["duration_days"] >= 14


@routine("SEE-2")
def _(p: Patient) -> bool:
    return p["worsening"]


@routine("SEE-3")
def _(p: Patient) -> bool:
    return p["distance_shrinking"]


@routine("SEE-4")
def _(p: Patient) -> bool:
    return p["tingling"] or numb(p) or weak(p)


@routine("SEE-5")
def _(p: Patient) -> bool:
    if p["colour_change_new"] or p["pulses_reduced"]:
        return True
    return off_colour(p) or hot(p)


@routine("SEE-6")
def _(p: Patient) -> bool:
    return p["nonhealing_sore"]


@routine("SEE-7")
def _(p: Patient) -> bool:
    return p["bruit"] or p["exercise_abi_drop"] or p["abi"] < 0.905


@routine("SEE-8")
def _(p: Patient) -> bool:
    return rests_badly(p)


@routine("SEE-9")
def _(p: Patient) -> bool:
    return p["severe_pain"]


@routine("SEE-10")
def _(p: Patient) -> bool:
    return p["swelling_sudden"] or p["swelling"] == "one"


@routine("SEE-11", within="some weeks")
def _(p: Patient) -> bool:
    return p["starts_immediately"] or p["walking_distance_m"] < 10


@routine("SEE-12", within="some weeks")
def _(p: Patient) -> bool:
    return p["relief_rest"] and p["worse_walking"]


@routine("SEE-13")
def _(p: Patient) -> bool:
    return p["syncope_or_haemoptysis"] or p["breathlessness"] or p["chest_pain"]


@routine("SEE-14")
def _(p: Patient) -> bool:
    return p["electrolyte_high"] or p["electrolyte_abnormal"]


@routine("SEE-15")
def _(p: Patient) -> bool:
    if p["weight_loss"] or p["lump"]:
        return True
    return rests_badly(p) if had_cancer(p) else False


@routine("SEE-16")
def _(p: Patient) -> bool:
    if p["saddle_numbness"] or p["seat_feels_different"] or p["bladder_feeling_lost"]:
        return True
    return p["sexual_change"] or p["urinary_hesitancy"] or p["bladder_bowel_change"]


@routine("SEE-17")
def _(p: Patient) -> bool:
    return p["age_years"] < 16


@routine("SEE-18")
def _(p: Patient) -> bool:
    return p["push_off_lost"] or p["tendon_gap"] or p["pop_felt"]
