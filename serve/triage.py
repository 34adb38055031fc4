"""The final triage: the more urgent of the fired overrides and the model's own risk estimate.

**The model's level** is that of least expected cost, given how urgent each of the causes is that it
sees: presentations and parts of conditions, each with a level of its own (of a model that knows
none, the conditions). They are weighed by a declared safety mix, whatever mix the answer is shown
under. Cost is counted in unnecessary same-day visits; the table is a stated judgement, set on
sampled patients together with the levels and the safety mix, and its consequences are these:

- needing an emergency and being told "see a doctor some time" (75) is taken to be nineteen times
  as bad as a needless trip to an emergency department (4); being seen the same day instead of at
  once (20) five times as bad;
- a chance of an emergency of about 1 / (75 - 20 + 1) = 2 % alone is enough for `urgent`; against
  `urgent`, `emergency` is called from a chance of about 3 / (20 + 3) = 13 %;
- needing the same day, or a day soon, and being told to wait for an appointment (2) is twice as bad
  as a needless same-day visit (1): `urgent` is called from a chance of about a third;
- a condition that needs a doctor and is cared for at home (2) is twice as bad as a needless
  routine appointment (1): `self_care` needs a chance of about two thirds.

Where fewer than three findings beside age, sex and place were asked, or none of them is on record,
too little is known: then the model calls no more than `routine`. Three that were asked and left
blank but for one are enough: a chance under a form is as right as under a whole record. An override
only raises this level, and no probability reaches the overrides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import NOT_ASKED, TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.condition import FRAMES_OF, TimeFrame
from serve.answer import SOURCES, Reason
from serve.dictionary_column import DictionaryColumn, distinct
from serve.model.components import Components, Ints, Matrix
from serve.model.predict import ModelOutput
from serve.overrides.hazard_log.hazards import HAZARDS
from serve.overrides.rule import WITHIN, Rule

Mask = npt.NDArray[np.bool_]

COST: Matrix = np.array(
    # told: emergency, urgent, routine, self_care
    [
        [0.0, 20.0, 75.0, 90.0],  # needs emergency
        [3.0, 0.0, 2.0, 4.0],  # needs urgent
        [4.0, 1.0, 0.0, 2.0],  # needs routine
        [5.0, 2.0, 1.0, 0.0],  # needs self_care
    ]
)
EMERGENCY, URGENT, ROUTINE, SELF_CARE = range(len(TRIAGE_LEVELS))
NONE = len(TRIAGE_LEVELS)
"""The rank of no level: no override fired, or no model answered."""
ENOUGH = 3
"""Findings asked beside age, sex and place from which on the model may call above `routine`."""
_GIVEN = ("identity", "site")
Rules = tuple[Rule, ...]
_MODEL = SOURCES.index("model")
_AMBULANCE = "Call an ambulance"
_NO_RULE = "See a doctor when convenient: no rule fires, and no model answered."
_SILENT = "no override fires on what is recorded, and no model answered"
_NO_REASON = Reason("NO_MODEL", _SILENT, _SILENT)


@dataclass(frozen=True)
class Cause:
    """One of the causes that a model tells apart, as triage sees it."""

    id: str
    name: str
    rank: int
    within: TimeFrame
    why: str


@dataclass(frozen=True)
class Causes:
    """The causes that a model tells apart, in the order of its probabilities of them."""

    listed: tuple[Cause, ...]
    weight: Matrix  # (n_causes,) the safety mix over the model's own
    hazards: Matrix  # (n_causes, n_hazards) 1 where the cause brings the harm of HAZARDS, else 0
    of_conditions: bool = False
    """Whether they are whole conditions, of a model that knows no components."""

    @property
    def rank(self) -> Ints:
        """(n_causes,) the level that each needs."""
        return np.array([cause.rank for cause in self.listed])

    @classmethod
    def of(cls, components: Components | None, vocabulary: Vocabulary) -> Causes:
        """The components of a bundle; of one that knows none the conditions, in its own mix."""
        if components is None:
            listed = tuple(
                Cause(c.id, c.name, _rank(c.triage), FRAMES_OF[c.triage][0], "")
                for c in vocabulary.conditions
            )
            return cls(listed, np.ones(len(listed)), _hazards(listed), of_conditions=True)
        listed = tuple(
            Cause(c.id, c.name, _rank(c.triage), c.within, c.why) for c in components.listed
        )
        return cls(listed, components.weights("safety"), _hazards(listed))

    def own(self, output: ModelOutput) -> Matrix:
        """Its chances (n_cases, n_causes) in its own mix; NaN where it failed, or says less."""
        own = output.own if output.own_components is None else output.own_components
        if own.shape[1] == len(self.listed):
            return own
        return np.full((len(own), len(self.listed)), np.nan)

    def weighed(self, probabilities: Matrix) -> Matrix:
        """Probabilities (n_cases, n_causes) of the model's own mix under the safety mix."""
        weighed = probabilities * self.weight
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(weighed / weighed.sum(axis=1, keepdims=True))

    def needed(self, weighed: Matrix) -> Matrix:
        """The chance that each level is the one needed: (n_cases, n_levels), row by row."""
        rank = self.rank
        return np.stack([weighed[:, rank == k].sum(axis=1) for k in range(NONE)], axis=1)

    def deciding(self, weighed: Matrix, level: Ints) -> Ints:
        """(n_cases,) the cause for which the next lower level would cost most, as it is likely."""
        lower = np.minimum(level + 1, SELF_CARE)
        rise = (COST[:, lower] - COST[:, level])[self.rank].T
        rise = np.where((level == SELF_CARE)[:, None], 1.0, rise)
        return np.asarray(np.argmax(weighed * rise, axis=1))


def _rank(level: str) -> int:
    return TRIAGE_LEVELS.index(level)


def _hazards(listed: Sequence[Cause]) -> Matrix:
    return np.array([[h.brought_by(cause.id) for h in HAZARDS] for cause in listed], dtype=float)


@dataclass(frozen=True)
class Triage:
    """Ranks in TRIAGE_LEVELS for n cases, and where each came from. Arrays are (n_cases,)."""

    level: Ints
    source: Ints  # a place in answer.SOURCES
    model_level: Ints  # NONE where no model answered
    risk_emergency: Matrix  # the model's chance of an emergency, NaN where none answered
    risk_urgent: Matrix  # its chance of a cause that needs `urgent` or above
    deciding: Ints  # the cause that decides the model's level
    by_hazard: Matrix  # (n_cases, n_hazards) the model's chance of a cause of each of HAZARDS


def model_level(need: Matrix) -> Ints:
    """The level of least expected cost, the more urgent where two tie; NONE for NaN rows."""
    cost = need @ COST
    best = np.argmin(np.nan_to_num(cost, nan=np.inf), axis=1)
    return np.where(np.isnan(need).any(axis=1), NONE, best).astype(np.int64)


def combine(override_level: Ints, probabilities: Matrix, few: Mask, causes: Causes) -> Triage:
    """The final triage of n cases.

    `override_level` is the rank of the most urgent fired override, NONE where none fired;
    `probabilities` (n_cases, n_causes) are the model's own, under the mix of its training. The
    model calls a case `routine` of which too little is known, `few`. Where neither overrides nor
    model give a level it is `routine` too, on the overrides' account.
    """
    weighed = causes.weighed(probabilities)
    need = causes.needed(weighed)
    model = model_level(need)
    model = np.where(few & (model != NONE), ROUTINE, model)
    silent = (override_level == NONE) & (model == NONE)
    override = np.where(silent, ROUTINE, override_level)
    source = np.where(override < model, 0, np.where(model < override, 1, 2))
    deciding = causes.deciding(weighed, np.minimum(model, SELF_CARE))
    urgent = need[:, EMERGENCY] + need[:, URGENT]
    level = np.minimum(override, model)
    return Triage(
        level, source, model, need[:, EMERGENCY], urgent, deciding, weighed @ causes.hazards
    )


def too_little(values: Matrix, vocabulary: Vocabulary) -> Mask:
    """Which cases (n_cases, n_findings) say too little for the model to call above `routine`.

    Beside age, sex and place they were asked fewer than ENOUGH findings, or record none. A blank
    was asked; an answer of `unknown` counts as little as a question that was not.
    """
    telling = values[:, [f.column for f in vocabulary.findings if f.asked not in _GIVEN]]
    asked = (telling != NOT_ASKED).sum(axis=1)
    return np.asarray((asked < ENOUGH) | ~np.isfinite(telling).any(axis=1))


def reasons(
    fired: DictionaryColumn[Rules], triage: Triage, few: Mask, causes: Causes
) -> DictionaryColumn[tuple[Reason, ...]]:
    """Fired rules, then the model's own call where it is what decides, or decides as well."""
    ruled = fired.map(lambda rules: tuple(_reason(r.id, r.reason) for r in rules))
    silent = (_NO_REASON,)
    calls = _model_reasons(triage, few, causes)
    return ruled.joined(calls, lambda rules, called: rules + called or silent)


@cache
def _reason(rule: str, text: str) -> Reason:
    return Reason(rule, text, text)


def _model_reasons(
    triage: Triage, few: Mask, causes: Causes
) -> DictionaryColumn[tuple[Reason, ...]]:
    """The model's own call, nothing where the overrides alone decide."""

    def reason(row: int) -> tuple[Reason, ...]:
        chances = int(emergency[row]), int(urgent[row])
        return (model_reason(*chances, few=bool(few[row]), of_conditions=causes.of_conditions),)

    risks = triage.risk_emergency, triage.risk_urgent
    emergency, urgent = (np.rint(np.nan_to_num(risk) * 100).astype(np.int64) for risk in risks)
    called = np.where(triage.source > 0, (emergency * 101 + urgent) * 2 + few, -1)
    return distinct(called, reason, ())


def advice(
    fired: DictionaryColumn[Rules], triage: Triage, few: Mask, causes: Causes
) -> DictionaryColumn[str]:
    """What the rule that decides asks for, where the model is no more urgent; else what it does.

    Of several rules that call the same level as soon, one that calls an ambulance decides. Where
    several do, or none, it is the one whose hazard is likeliest to the model, or of whose hazard it
    knows no cause; without a model, the one whose hazard is the most dangerous.
    """
    level, deciding = triage.model_level, triage.deciding
    code = (level * len(causes.listed) + deciding) * 2 + few
    said = distinct(
        np.where(triage.source == _MODEL, code, -1),
        lambda row: what_to_do(int(level[row]), causes.listed[deciding[row]], few=bool(few[row])),
        "",
    )
    soonest = fired.map(_soonest)
    asked = soonest.joined(_likeliest(soonest, triage), _asked)
    return asked.joined(said, lambda rule, model: model or rule)


def _soonest(rules: Rules) -> Rules:
    """Of fired rules, most urgent first, those of the first one's level that ask for most."""
    level = [rule for rule in rules if rule.level == rules[0].level]
    frames = [WITHIN[rule.level].index(rule.within) for rule in level]
    soon = [rule for rule, frame in zip(level, frames, strict=True) if frame == min(frames)]
    return tuple(rule for rule in soon if rule.action.startswith(_AMBULANCE)) or tuple(soon)


def _likeliest(rules: DictionaryColumn[Rules], triage: Triage) -> DictionaryColumn[str]:
    """The id of the likeliest of the hazards that the rules of each case control."""
    ids = [hazard.id for hazard in HAZARDS]
    controlled = np.zeros((len(rules.values), len(ids)), dtype=np.bool_)
    for place, fired in enumerate(rules.values):
        controlled[place, [ids.index(rule.hazard) for rule in fired]] = True
    known = np.array([bool(hazard.of) for hazard in HAZARDS])
    chance = np.where(known, np.nan_to_num(triage.by_hazard), 1.0)
    chance = np.where(controlled[rules.codes], chance, -1.0)
    return DictionaryColumn(chance.argmax(axis=1), ids)


def _asked(rules: Rules, hazard: str) -> str:
    return next((rule.what_to_do for rule in rules if rule.hazard == hazard), _NO_RULE)


def model_reason(emergency: int, urgent: int, *, few: bool, of_conditions: bool = False) -> Reason:
    """Why the model calls its level, in a layperson's words; the chances are in percent.

    Of a model that knows no components it says so: its chances take each condition as a whole.
    """
    risks = (
        f"of 100 people with such a record {_about(emergency)} would need emergency care, and "
        f"{_about(urgent)} that or a doctor the same day or within days"
    )
    if of_conditions:
        risks += ", by whole conditions, within which this model tells nothing apart"
    if few:
        text = f"too little was asked or recorded to call more than a visit to a doctor ({risks})"
        return Reason("MODEL", text, "model: too little was asked or recorded")
    return Reason("MODEL", risks, f"model (emergency {emergency} %, urgent or above {urgent} %)")


def _about(percent: int) -> str:
    return f"about {percent}" if percent else "fewer than 1"


def what_to_do(level: int, cause: Cause, *, few: bool) -> str:
    """What the model's level asks for, how soon, and what it is called for."""
    if few:
        return "See a doctor when convenient, and record more: too little is known."
    if level == SELF_CARE:
        return f"Care for it yourself; see a doctor if it does not settle. Likeliest: {cause.name}."
    when = cause.within if cause.rank == level else FRAMES_OF[TRIAGE_LEVELS[level]][0]
    why = f" ({cause.why})" if cause.why and cause.rank <= URGENT else ""
    if level == EMERGENCY:
        return f"Get emergency care now: it may be {cause.name}{why}."
    if cause.rank < level:
        return f"See a doctor {when}, to rule out {cause.name}{why}; go at once if it gets worse."
    return f"See a doctor {when}: it may be {cause.name}{why}."


def top(probabilities: Matrix, count: int) -> Ints:
    """The `count` most probable conditions of each case, the earlier one where two tie."""
    order: Sequence[int] | Ints = np.argsort(-probabilities, axis=1, kind="stable")
    return np.asarray(order)[:, :count]
