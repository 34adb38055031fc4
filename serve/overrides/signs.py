"""Signs that several rules share: each an expression with a name.

Where one finding implies another (a foot that cannot be lifted is weak) either is written, so that
a case to which nothing was added beforehand is read as safely as a completed one.
"""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Derived, Is, Not, Present, absent

FEVER = Derived("fever", "temperature_c", 38.0)
SEVERE = Derived("severe_pain", "severity", 8.0)
WEAK = Any(Present("weakness"), Present("foot_drop"))
NUMB = Any(Present("numbness"), Present("sensation_loss"))
HOT = Any(Present("warmth"), Present("redness"))
CANCER = Any(Present("active_cancer"), Present("cancer_history"))
SMOKED = Any(Is("smoking", "current"), Is("smoking", "former"), Is("smoking", "ever"))
"""Smokes or used to; `ever` is a way of recording that does not say which."""
BACK = Any(Present("site_low_back"), Present("radiates_from_back"))
CRAMP = Any(Present("muscle_spasm"), Present("quality_cramping"))

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
    Below("changed_days", 14),
    Present("swelling_sudden"),
    Present("colour_change_new"),
    Present("breathlessness_new"),
)
"""A change within two weeks on record: what is old does not explain it."""

AT_REST = Any(Present("rest_pain"), Present("night_pain"), Present("constant_pain"))
UNCEASING = Any(Present("rest_pain"), Present("constant_pain"))
COOL_PALE_PULSELESS = Any(Present("cool_limb"), Present("pale_limb"), Present("pulses_reduced"))
DISCOLOURED = Any(Present("cool_limb"), Present("pale_limb"), Present("blue_limb"))
LOW_ABI = Below("abi", 0.905)
"""An index of 0.90 or less, as it is rounded (ACC/AHA 2024)."""
STIFF_ABI = AtLeast("abi", 1.4)
"""Arteries too stiff to be pressed shut: the index says nothing about the flow."""
GOOD_ABI = All(Not(LOW_ABI), Not(STIFF_ABI))
GOOD_PULSES = absent("pulses_reduced")
WARM = Any(absent("cool_limb"), Present("warmth"))
GOOD_FLOW = All(GOOD_PULSES, WARM)
"""Pulses that can be felt in a leg that is not cool, both on record."""
CLOT_RISK = Any(
    Present("active_cancer"),
    Present("recent_immobility"),
    Present("previous_dvt"),
    Present("pregnancy_or_oestrogen"),
)
ARTERY_RISK = Any(Present("cardiovascular_disease"), Present("diabetes"), SMOKED)
BLEEDING_OR_TEAR = Any(Present("bruising"), Present("pop_felt"))
"""A visible bruise or a tear felt: what a swollen, tender calf is then mostly due to."""
SADDLE = Any(
    Present("saddle_numbness"),
    Present("seat_feels_different"),
    Present("bladder_feeling_lost"),
)
NOT_FEVERISH = Not(FEVER)
