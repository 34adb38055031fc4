"""Which open flags are worth asking about, and the fewest questions that settle them.

Nearly every rule is open in a real record, which names some 16 of 155 findings: to list them all
would bury a benign case. An open flag is **worth asking about** where all of this holds:

- it would raise the level already reached, to `urgent` or `emergency`;
- one answer could make it fire, and one that a warning question can give on the spot (`NOT_ASKED`
  leaves out tests of a laboratory, ages and sites);
- something points at it: a finding of `ALARMS` among those it looks at is present; or two findings
  are, of which one is in `HINTS`. What a guard looks at points at nothing. A rule may say more
  exactly what points at it (`ask_if`), or that hints do so only once a rule of some hazard has
  fired (`ask_after`): sudden, severe pain asks for a cold leg only where no injury or cramp
  explains it. Where it says both, either will do. A rule that speaks instead of a lowered
  emergency asks nothing.

A case that says nothing about the complaint, or only what is not there, has every emergency flag
open and asks about the first of them. A runner with heel pain at the first steps is asked nothing.

To **settle** a flag is to answer until it fires or is ruled out. The questions named are the fewest
whose answer "no" rules out the flags (as far as answers on the spot can); a "yes" fires one or
brings the next question. They are found by walking the flags, most urgent first, through the sets
of findings that would rule each out, and keeping the unions that fit into five: a handful, for one
answer can make each flag fire, so the sets of a flag are few. A flag that does not fit is passed
over; if places are left at the end, its first findings take them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from serve.overrides import logic
from serve.overrides.cut_sets import Block, asked_bits, bits, blocks, names, test_bits
from serve.overrides.logic import UNKNOWN, Test
from serve.overrides.rule import LEVELS, Rule
from serve.overrides.rules import RULES

MOST_QUESTIONS = 5
_LEAST_URGENT = LEVELS.index("urgent")

ALARMS = frozenset({
    "rest_pain", "foot_drop", "pulses_reduced", "cool_limb", "pale_limb", "blue_limb",
    "colour_change_new", "nonhealing_sore", "gangrene", "swelling", "swelling_sudden",
    "calf_difference_cm", "deep_calf_tenderness", "warmth", "redness", "joint_swelling",
    "bone_tenderness", "tense_compartment", "unable_to_bear_weight", "fever", "unwell",
    "weight_loss", "active_cancer", "cancer_history", "d_dimer_raised", "inflammation_raised",
    "abi",
})  # fmt: skip
"""Findings that point at danger by themselves."""
HINTS = frozenset({
    "severe_pain", "night_pain", "constant_pain", "distance_shrinking", "numbness",
    "sensation_loss", "weakness", "reflex_reduced", "unsteady", "upper_limb_symptoms", "bruit",
    "skin_break", "pop_felt", "electrolyte_abnormal", "electrolyte_high", "urinary_hesitancy",
    "dark_urine",
})  # fmt: skip
"""Findings that point at danger in company, for they are common in benign complaints too."""
NOT_ASKED = frozenset({
    "abi", "exercise_abi_drop", "d_dimer_raised", "inflammation_raised", "electrolyte_abnormal",
    "electrolyte_high", "creatine_kinase_raised", "squeeze_test_positive", "hip_part",
    "age_years", "side", "site_low_back", "site_leg", "site_hip_groin", "site_thigh", "site_knee",
    "site_calf", "site_ankle", "site_achilles", "site_heel", "site_foot",
})  # fmt: skip
"""Findings no warning question asks for: they take a device, or were asked first of all."""
BACKGROUND = frozenset({
    "age_years", "sex", "bmi", "obesity", "smoking", "diabetes", "hypertension",
    "high_cholesterol", "cardiovascular_disease", "organ_failure", "atrial_fibrillation",
    "sedentary", "regular_sport", "training_increase", "recent_leg_injury",
    "previous_leg_injury", "recent_immobility", "active_cancer", "cancer_history",
    "previous_dvt", "pregnancy_or_oestrogen", "prolonged_standing", "bone_fragility_risk",
    "neuropathy_risk", "fluid_or_salt_loss", "harmful_medicine", "immunosuppression",
    "skin_break", "gait_abnormality", "known_arthritis", "back_disorder", "same_before",
    "blood_thinner", "new_statin", "recent_infection", "leg_graft_or_stent",
})  # fmt: skip
"""Findings that describe the person, not the complaint (asked as `identity` or `habit`)."""
_ANSWERABLE = ~bits(NOT_ASKED)


@dataclass(frozen=True)
class Flag:
    """A rule that may be asked about. Sets of tests and of findings are bits."""

    place: int  # in RULES
    rank: int
    blocks: tuple[Block, ...]
    tests: int
    alarms: int
    hints: int
    ask_if: tuple[Block, ...] | None
    ask_after: tuple[int, ...]  # places in RULES


def _flag(place: int, rule: Rule) -> Flag:
    when = list(dict.fromkeys(logic.tests(rule.when)))
    after = [i for i, other in enumerate(RULES) if other.hazard == rule.ask_after]
    return Flag(
        place=place,
        rank=rule.rank,
        blocks=tuple(sorted(blocks(rule.when))),
        tests=test_bits(when),
        alarms=test_bits(_within(when, ALARMS)),
        hints=test_bits(_within(when, HINTS)),
        ask_if=None if rule.ask_if is None else tuple(blocks(rule.ask_if)),
        ask_after=tuple(after),
    )


def _within(tests: Iterable[Test], findings: Collection[str]) -> list[Test]:
    return [test for test in tests if test.finding in findings]


FLAGS = tuple(
    _flag(place, rule)
    for place, rule in enumerate(RULES)
    if rule.rank <= _LEAST_URGENT and not rule.instead
)
"""The rules that may be asked about, most urgent first."""


@dataclass(frozen=True)
class Recorded:
    """What is recorded, as bits: the tests that hold, and the findings that are blank."""

    true: int
    blank: int


def open_flags(codes: Sequence[int], reached: int, known: Recorded | None) -> list[Flag]:
    """The flags worth asking about, most urgent first.

    `codes` are those of RULES, `reached` is the rank of the level reached (len(LEVELS) for none),
    and `known` is None where nothing about the complaint is recorded.
    """
    flags = [flag for flag in FLAGS if flag.rank < reached and codes[flag.place] == UNKNOWN]
    if known is None:
        return [flag for flag in flags if flag.rank == 0]
    return [flag for flag in flags if _points_at(flag, known, codes)]


def _points_at(flag: Flag, known: Recorded, codes: Sequence[int]) -> bool:
    after = any(codes[place] & 1 for place in flag.ask_after)
    if flag.ask_if is not None:
        pointed = after or all(tests & known.true for tests, _ in flag.ask_if)
    elif flag.alarms & known.true:
        pointed = True
    elif flag.ask_after:
        pointed = after
    else:
        held = flag.tests & known.true
        pointed = bool(flag.hints & held) and held.bit_count() > 1
    return pointed and _one_answer(flag, known) != 0


def _one_answer(flag: Flag, known: Recorded) -> int:
    """The blank findings any of which could alone make a flag fire."""
    answers = known.blank & _ANSWERABLE
    for tests, findings in flag.blocks:
        if not tests & known.true:
            answers &= findings
    return answers


def questions(flags: Sequence[Flag], known: Recorded) -> tuple[str, ...]:
    """The findings to ask, at most five: the fewest that settle the flags, most urgent first."""
    unions, passed = [0], 0
    for flag in flags:
        ways = ways_to_settle(flag, known)
        longer = extended(unions, ways)
        unions = longer or unions
        passed |= 0 if longer or passed else min(ways, key=int.bit_count)
    ordered = [finding for flag in flags for finding in RULES[flag.place].findings]
    chosen = names(unions[0], ordered)
    return tuple(dict.fromkeys([*chosen, *names(passed, ordered)]))[:MOST_QUESTIONS]


def ways_to_settle(flag: Flag, known: Recorded) -> list[int]:
    """The sets of findings whose denial would each rule a flag out."""
    blank = [findings & known.blank for tests, findings in flag.blocks if not tests & known.true]
    whole = [asked_bits(findings) for findings in blank if not findings & ~_ANSWERABLE]
    return whole or [asked_bits(findings & _ANSWERABLE) for findings in blank]


def extended(unions: Sequence[int], ways: Sequence[int]) -> list[int]:
    """The unions of one of each within five findings, smallest first; empty where none fits."""
    found = {union | way for union in unions for way in ways}
    fitting = [union for union in found if union.bit_count() <= MOST_QUESTIONS]
    return sorted(fitting, key=lambda union: (union.bit_count(), union))
