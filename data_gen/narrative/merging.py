"""Facts that two findings report, so that a narrative tells each fact once.

Where two findings disagree nothing is merged: the narrative then tells both, as recorded.
"""

from __future__ import annotations

from collections.abc import Callable

from data_gen.narrative.recorded import Recorded
from data_gen.vocabulary.quantity import plain, quantity


def merged(record: Recorded, said: dict[str, str]) -> dict[str, str]:
    """The words for each finding, where findings of one fact share the words of the first."""
    for merge in _MERGES:
        said = said | {key: words for key, words in merge(record).items() if key in said}
    return {key: words for key, words in said.items() if words}


def _fever(record: Recorded) -> dict[str, str]:
    """Fever and temperature as one fact: "a fever of 38.5 °C"."""
    degrees = record.agreed("fever")
    if degrees is None:
        return {}
    said = quantity(degrees, "degC")
    fever = f"a fever of {said}" if record.yes("fever") else f"no fever ({said})"
    return {"fever": fever, "temperature_c": ""}


def _weight(record: Recorded) -> dict[str, str]:
    """Obesity and body mass index as one fact: "is obese (BMI 34)"."""
    bmi = record.agreed("obesity")
    if bmi is None:
        return {}
    obese = f"is obese (BMI {plain(bmi)})"
    return {"obesity": obese, "bmi": ""} if record.yes("obesity") else {"obesity": ""}


def _severity(record: Recorded) -> dict[str, str]:
    """Severe pain and its rating as one fact: "is severe (9 out of 10 at worst)"."""
    rating = record.agreed("severe_pain")
    if rating is None:
        return {}
    severe = f"is severe ({plain(rating)} out of 10 at worst)"
    return {"severity": severe} if record.yes("severe_pain") else {"severe_pain": ""}


def _swelling(record: Recorded) -> dict[str, str]:
    """Swelling with the speed at which it came."""
    if "swelling" not in record or "swelling_sudden" not in record:
        return {}
    words, sudden = record.words("swelling"), record.yes("swelling_sudden")
    if record.denied("swelling"):
        return {} if sudden else {"swelling_sudden": ""}
    came = f"sudden {words}" if sudden else f"{words} that did not come suddenly"
    return {"swelling": came, "swelling_sudden": ""}


def _implied(record: Recorded) -> dict[str, str]:
    """What another recorded finding already says."""
    at_once = record.yes("starts_immediately")
    said_by = {
        "cancer_history": record.yes("cancer_history") and record.yes("active_cancer"),
        "active_cancer": record.no("active_cancer") and record.no("cancer_history"),
        "walking_distance_m": at_once and record.number("walking_distance_m") == 0,
        "exercise_minutes": at_once and record.number("exercise_minutes") == 0,
        "relief_rest": record.yes("relief_rest") and "relief_minutes" in record,
    }
    return {finding: "" for finding, said in said_by.items() if said}


_MERGES: tuple[Callable[[Recorded], dict[str, str]], ...] = (
    _fever,
    _weight,
    _severity,
    _swelling,
    _implied,
)
