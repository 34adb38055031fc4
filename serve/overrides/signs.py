"""Signs that several rules share: each an expression with a name.

Where one finding implies another (a foot that cannot be lifted is weak) either is written, so that
a case to which nothing was added beforehand is read as safely as a completed one.
"""

from __future__ import annotations

from serve.overrides.logic import All, Any, AtLeast, Below, Derived, Is, Present

FEVER = Derived("fever", "temperature_c", 38.0)
SEVERE = Derived("severe_pain", "severity", 8.0)
WEAK = Any(Present("weakness"), Present("foot_drop"))
NUMB = Any(Present("numbness"), Present("sensation_loss"))
HOT = Any(Present("warmth"), Present("redness"))
CANCER = Any(Present("active_cancer"), Present("cancer_history"))
SMOKED = Any(Is("smoking", "current"), Is("smoking", "former"), Is("smoking", "ever"))
"""Smokes or used to; `ever` is a way of recording that does not say which."""
BACK = Any(Present("site_low_back"), Present("radiates_from_back"))

ONE_SWOLLEN = Is("swelling", "one")
BOTH_LEGS = Is("side", "both")
THREE_CM = AtLeast("calf_difference_cm", 3)
"""Calf circumference 3 cm or more over the other side, as the Wells score counts it."""

IN_HOURS = Any(Is("onset", "sudden"), Below("duration_days", 1))
"""Began within seconds to hours, or less than a day ago."""
IN_DAYS = Any(Is("onset", "sudden"), Is("onset", "days"), Below("duration_days", 14))
"""Began over hours or days, or less than two weeks ago (limb ischaemia is acute for two weeks)."""
IN_FOUR_WEEKS = Any(Is("onset", "sudden"), Is("onset", "days"), Below("duration_days", 28))
"""Began over hours or days, or less than four weeks ago (Guillain-Barre peaks within four)."""
FOR_MONTHS = AtLeast("duration_days", 90)

AT_REST = Any(Present("rest_pain"), Present("night_pain"), Present("constant_pain"))
COOL_PALE_PULSELESS = Any(Present("cool_limb"), Present("pale_limb"), Present("pulses_reduced"))
LOW_ABI = Below("abi", 0.9)
# A bruit is left out: it is common in old arteries that still feed the leg.
POOR_CIRCULATION = Any(
    Present("pulses_reduced"),
    Present("cool_limb"),
    Present("pale_limb"),
    Present("blue_limb"),
    Present("relief_leg_down"),
    Present("exercise_abi_drop"),
    LOW_ABI,
)
CLOT_RISK = Any(
    Present("active_cancer"),
    Present("recent_immobility"),
    Present("previous_dvt"),
    Present("pregnancy_or_oestrogen"),
)
OLD_VEIN_DISEASE = All(FOR_MONTHS, Any(Present("varicose_veins"), Present("skin_darkening")))
"""Three months or more in a leg with varicose veins or the skin of chronic venous disease."""
BLEEDING_OR_TEAR = Any(Present("bruising"), Present("pop_felt"))
"""A visible bruise or a tear felt: what a swollen, tender calf is then mostly due to."""
