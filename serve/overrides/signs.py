"""Signs that several rules share: each an expression with a name.

Where one finding implies another (a foot that cannot be lifted is weak) either is written, so that
a case to which nothing was added beforehand is read as safely as a completed one.
"""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Derived, Is, Not, absent

FEVER = Derived("fever", "temperature_c", 38.0)
SEVERE = Derived("severe_pain", "severity", 8.0)
WEAK = Any("weakness", "foot_drop")
NUMB = Any("numbness", "sensation_loss")
HOT = Any("warmth", "redness")
CANCER = Any("active_cancer", "cancer_history")
SMOKED = Any(Is("smoking", "current"), Is("smoking", "former"), Is("smoking", "ever"))
"""Smokes or used to; `ever` is a way of recording that does not say which."""
BACK = Any("site_low_back", "radiates_from_back")
CRAMP = Any("muscle_spasm", "quality_cramping")

ONE_SWOLLEN = Is("swelling", "one")
BOTH_LEGS = Is("side", "both")
THREE_CM = AtLeast("calf_difference_cm", 3)
"""Calf circumference 3 cm or more over the other side, as the Wells score counts it."""

IN_HOURS = Any(Is("onset", "sudden"), Below("duration_days", 1), Below("changed_days", 1))
"""Began within seconds to hours, or began or changed less than a day ago."""
IN_DAYS = Any(
    Is("onset", "sudden"),
    Is("onset", "days"),
    Below("duration_days", 14),
    Below("changed_days", 14),
)
"""Began over hours or days, or began or changed less than two weeks ago."""
IN_FOUR_WEEKS = Any(
    Is("onset", "sudden"),
    Is("onset", "days"),
    Below("duration_days", 28),
    Below("changed_days", 28),
)
"""Began over hours or days, or began or changed within four weeks, as Guillain-Barre does."""
FOR_WEEKS = AtLeast("duration_days", 28)
"""Four weeks or more: however it began, nothing that threatens within hours began it."""
FOR_MONTHS = AtLeast("duration_days", 90)
CHANGED = Any(
    Below("changed_days", 14), "swelling_sudden", "colour_change_new", "breathlessness_new"
)
"""A change within two weeks on record: what is old does not explain it."""

AT_REST = Any("rest_pain", "night_pain", "constant_pain")
UNCEASING = Any("rest_pain", "constant_pain")
COOL_PALE_PULSELESS = Any("cool_limb", "pale_limb", "pulses_reduced")
DISCOLOURED = Any("cool_limb", "pale_limb", "blue_limb")
LOW_ABI = Below("abi", 0.905)
"""An index of 0.90 or less, as it is rounded (ACC/AHA 2024)."""
STIFF_ABI = AtLeast("abi", 1.4)
"""Arteries too stiff to be pressed shut: the index says nothing about the flow."""
GOOD_ABI = All(Not(LOW_ABI), Not(STIFF_ABI))
GOOD_PULSES = absent("pulses_reduced")
WARM = Any(absent("cool_limb"), "warmth")
GOOD_FLOW = All(GOOD_PULSES, WARM)
"""Pulses that can be felt in a leg that is not cool, both on record."""
CLOT_RISK = Any("active_cancer", "recent_immobility", "previous_dvt", "pregnancy_or_oestrogen")
ARTERY_RISK = Any("cardiovascular_disease", "diabetes", SMOKED)
BLEEDING_OR_TEAR = Any("bruising", "pop_felt")
"""A visible bruise or a tear felt: what a swollen, tender calf is then mostly due to."""
SADDLE = Any("saddle_numbness", "seat_feels_different", "bladder_feeling_lost")
NOT_FEVERISH = Not(FEVER)
