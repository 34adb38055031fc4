"""The first sentence of a narrative: who it is, and the complaint with its place and time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from data_gen.narrative.prose import clause, sentence, series, split, with_article
from data_gen.narrative.recorded import Recorded
from data_gen.vocabulary.load import Vocabulary
from data_gen.vocabulary.quantity import counted

_FIRST_SITES = (
    "site_low_back",
    "site_buttock",
    "site_hip_groin",
    "site_thigh",
    "site_knee",
    "site_leg",
    "site_calf",
    "site_shin",
    "site_ankle",
    "site_achilles",
    "site_heel",
    "site_foot",
)
# What the first sentence says where it is present; what it denies is said later.
QUALITIES = (
    "quality_cramping",
    "quality_aching",
    "quality_burning",
    "quality_sharp",
    "quality_shooting",
    "quality_throbbing",
)
_TIMING = ("onset", "duration_days")
# Findings that can only be present where something hurts; without one of them the complaint is
# called symptoms, because a swollen or numb leg need not hurt.
_PAIN = (
    *QUALITIES,
    "severe_pain",
    "localised",
    "radiates_from_back",
    "constant_pain",
    "rest_pain",
    "night_pain",
    "distance_shrinking",
    "first_step_pain",
)
_PAIN_NUMBERS = ("walking_distance_m", "exercise_minutes", "relief_minutes")
_IRREGULAR = {"calf": "calves", "foot": "feet"}


@lru_cache(maxsize=4)
def sites(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Where it can hurt, from the back down; a site that has no place in that order comes last."""
    every = [f.id for f in vocabulary.findings if f.asked == "site" and f.kind == "yes_no"]
    return (*_FIRST_SITES, *(site for site in every if site not in _FIRST_SITES))


@dataclass(frozen=True)
class Complaint:
    """What the complaint is called, and whether that name is a plural."""

    noun: str
    plural: bool


def complaint(record: Recorded) -> Complaint:
    """Pain where the record speaks of pain, otherwise symptoms."""
    hurts = record.no("painless") or any(record.yes(finding) for finding in _PAIN)
    hurts = hurts or any(finding in record for finding in _PAIN_NUMBERS)
    hurts = hurts or (record.number("severity") or 0) > 0
    if hurts and not record.yes("painless"):
        return Complaint("pain", plural=False)
    return Complaint("symptoms", plural=True)


def opening(record: Recorded, *, complains: bool) -> str:
    """The first sentence, or "" where it has nothing to say.

    `complains` says that it has to name the complaint, because the case says something of it.
    """
    if complains:
        return sentence(_subject(record), "has " + _described(record))
    return _introduced(record)


def is_described(record: Recorded) -> bool:
    """Whether anything is recorded that the opening says of the complaint."""
    told = ("painless", "side", *_TIMING)
    return bool(
        _said_before_noun(record) or record.present((*sites(record.vocabulary), "worsening"))
    ) or any(finding in record for finding in told)


def _subject(record: Recorded) -> str:
    known = "age_years" in record or "sex" in record
    return with_article(_person(record)) if known else "the patient"


def _introduced(record: Recorded) -> str:
    if "sex" in record:
        return sentence("the patient", "is " + with_article(_person(record)))
    if "age_years" in record:
        return sentence("the patient", "is " + _age(record))
    return ""


def _person(record: Recorded) -> str:
    age = record.number("age_years")
    noun = record.words("sex") if "sex" in record else "patient"
    if age is None:
        return noun
    young = {"woman": "girl", "man": "boy"}.get(noun, noun) if age < 18 else noun
    if age < 1:
        return "baby" if noun == "patient" else f"baby {young}"
    return f"{record.words('age_years')} {young}"


def _age(record: Recorded) -> str:
    age = record.number("age_years") or 0
    return f"{counted(int(age), 'year')} old" if age >= 1 else "a baby"


def _described(record: Recorded) -> str:
    name = complaint(record)
    place = _place(record)
    noun = name.noun if place else f"leg {name.noun}"
    before = ", ".join(_said_before_noun(record))
    history = _history(record, plural=name.plural)
    said = " ".join(part for part in (before, noun, place and f"in {place}") if part)
    return f"{said}, which {history}" if history else said


def _said_before_noun(record: Recorded) -> list[str]:
    """The adjectives of the complaint: how bad, painless or not, and of what character."""
    rated = record.agreed("severe_pain") is not None  # then "severe" is said with the number
    ids = record.present(("painless", *(() if rated else ("severe_pain",)), *QUALITIES))
    return [split(record.words(finding))[1] for finding in ids]


def _place(record: Recorded) -> str:
    """The sites with the side: "both calves", "the thigh and calf on one side"."""
    side = record.choice("side")
    names = [
        record.words(site).removeprefix("the ") for site in record.present(sites(record.vocabulary))
    ]
    back = "the lower back" if record.yes("site_low_back") else ""
    limb = _limb_sites([name for name in names if name != "lower back"], side)
    if back and not limb and side:
        return f"{back}, with {_sided('leg', side)} affected"
    if not names and side:
        return _sided("leg", side)
    if back and limb and not side:
        return "the " + series(names)
    return series([part for part in (back, limb) if part])


def _limb_sites(names: list[str], side: str | None) -> str:
    if not names or side is None:
        return "the " + series(names) if names else ""
    if len(names) == 1:
        return _sided(names[0], side)
    if side == "both":
        return f"the {series([_plural(name) for name in names])} on both sides"
    return f"the {series(names)} on one side"


def _sided(name: str, side: str) -> str:
    return f"both {_plural(name)}" if side == "both" else f"one {name}"


def _plural(name: str) -> str:
    return " or ".join(_IRREGULAR.get(part, f"{part}s") for part in name.split(" or "))


def _history(record: Recorded, *, plural: bool) -> str:
    """How and when it began and whether it gets worse: "began suddenly three days ago"."""
    phrases = [record.words(finding) for finding in _TIMING if finding in record]
    if len(phrases) == 2:
        how, when = phrases
        same = how.startswith("began ")
        phrases = [f"{how} {when.removeprefix('began ')}"] if same else [when, how]
    worse = [record.words("worsening")] if record.yes("worsening") else []
    return series([*phrases, *(clause([phrase], plural=plural) for phrase in worse)])
