"""Every state of a few findings at once, and what must be decided in each of them.

A grid has one axis a finding (a derived finding shares its axis with its measure). An axis lists
the *settings* of its cells, blanks among them, and the *answers* a complete patient could give. The
decision table answers for complete patients; `expected` spreads its answers over the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from serve.overrides import logic
from serve.overrides.compiled import compile_rules
from serve.overrides.rule import Rule
from tests.serve.overrides.decisions import BANDS, LOWERED, OLD, UNLESS, WHEN

Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Cells = Mapping[str, Any]

CHOICES = {
    "hip_part": ("groin", "outer", "back"),
    "onset": ("sudden", "days", "gradual"),
    "side": ("one", "both"),
    "smoking": ("never", "former", "current", "ever"),
    "swelling": ("none", "one", "both"),
}
MEASURES = {"fever": "temperature_c", "severe_pain": "severity"}
LARGEST = 1_000_000
"""The states of a grid that are all looked at; of a larger one, parts are."""
PARTS = 12
"""How many parts of a larger grid are looked at."""
PATIENTS = 120_000
"""How many patients the parts are chosen from."""
_INSTEAD = {instead: rule for rule, instead in LOWERED.items()}


@dataclass(frozen=True)
class Axis:
    """The cells of one finding in every state they can be in."""

    finding: str
    settings: tuple[Cells, ...]
    answers: tuple[Any, ...]
    compatible: tuple[tuple[int, ...], ...]  # for each setting, the answers it could stand for

    @property
    def complete(self) -> tuple[int, ...]:
        """The settings without a blank that matters."""
        return tuple(i for i, fits in enumerate(self.compatible) if len(fits) == 1)

    def only(self, place: int) -> Axis:
        """The axis with one setting, and the answers it could stand for."""
        answers = tuple(self.answers[k] for k in self.compatible[place])
        everything = (tuple(range(len(answers))),)
        return Axis(self.finding, (self.settings[place],), answers, everything)


@cache
def axis(finding: str) -> Axis:
    """The axis of a finding."""
    if finding in MEASURES:
        return _derived(finding, MEASURES[finding])
    return _plain(finding, BANDS.get(finding, ()))


def _plain(finding: str, bands: Sequence[float]) -> Axis:
    """The axis of a finding; a number's has one answer for each of its bands."""
    answers: tuple[Any, ...] = CHOICES.get(finding, (True, False))
    if finding in BANDS:
        answers = (0.0, *bands)
    everything = tuple(range(len(answers)))
    settings = tuple({finding: answer} for answer in answers)
    return Axis(finding, (*settings, {}), answers, (*((i,) for i in everything), everything))


def _derived(finding: str, measure: str) -> Axis:
    """Named yes, no or not; measured at, under or not: yes wherever either says so."""
    at = BANDS[measure][-1]
    settings, compatible = [], []
    for named, measured in product((True, False, None), (at, np.nextafter(at, 0), None)):
        cells = {finding: named, measure: measured}
        settings.append({key: value for key, value in cells.items() if value is not None})
        if named is True or measured == at:
            compatible.append((0,))
        elif named is None and measured is None:
            compatible.append((0, 1))
        else:
            compatible.append((1,))
    return Axis(finding, tuple(settings), (True, False), tuple(compatible))


def left_blank(full: Axis) -> Axis:
    """The axis with nothing recorded on it."""
    return Axis(full.finding, ({},), full.answers, (tuple(range(len(full.answers))),))


def axes_of(findings: Iterable[str]) -> tuple[Axis, ...]:
    """The axes of some findings; a measure lies on the axis of its finding."""
    named = list(findings)
    owner = {measure: finding for finding, measure in MEASURES.items() if finding in named}
    return tuple(axis(name) for name in dict.fromkeys(owner.get(f, f) for f in named))


def axes_of_rule(rule: Rule) -> tuple[Axis, ...]:
    """The axes of what a rule looks at, its numbers in the bands that it tells apart."""
    numbers: dict[str, set[float]] = {}
    for test in rule.tests:
        if isinstance(test, logic.AtLeast | logic.Below):
            numbers.setdefault(test.finding, set()).add(float(test.number))
    full = axes_of(rule.findings)
    return tuple(
        _plain(each.finding, sorted(numbers[each.finding])) if each.finding in numbers else each
        for each in full
    )


def parts_of(rule: Rule) -> Iterator[tuple[Axis, ...]]:
    """The grid of a rule, or parts of one that is too large: around patients, some cells move.

    In two patients of three the rule fires, so that what holds it back is seen to do so.
    """
    axes = axes_of_rule(rule)
    if size(axes) <= LARGEST:
        yield axes
        return
    patients = patients_of(rule, axes)
    fires = codes_at(rule, axes, patients) == logic.TRUE
    random = Random(rule.id)  # noqa: S311 - parts to look at, no secret
    for number in range(PARTS):
        yield _part(axes, random.choice(patients[fires == (number % 3 != 0)]), random)


def _part(axes: Sequence[Axis], patient: npt.NDArray[np.intp], random: Random) -> tuple[Axis, ...]:
    """A part within a tenth of the largest size; one still axis in five is left blank."""
    part = list(axes)
    for number in random.sample(range(len(part)), len(part)):
        if size(part) <= LARGEST // 10:
            break
        blank = len(part[number].settings) - 1
        part[number] = part[number].only(blank if random.random() < 0.2 else patient[number])
    return tuple(part)


def patients_of(rule: Rule, axes: Sequence[Axis]) -> npt.NDArray[np.intp]:
    """Random patients, some with few findings and some with many, a third of them with blanks.

    One row each, the setting of each axis: (n_patients, n_axes).
    """
    random = np.random.default_rng([*rule.id.encode()])
    present = random.choice([0.04, 0.1, 0.25, 0.5], size=PATIENTS)
    unknown = random.choice([0.0, 0.0, 0.5], size=PATIENTS)
    columns = []
    for each in axes:
        places = random.choice(each.complete, size=PATIENTS)
        if each.answers == (True, False):
            yes, no = (places_of(each, answer) for answer in (0, 1))
            chosen = random.random(PATIENTS) < present
            places = np.where(chosen, random.choice(yes, PATIENTS), random.choice(no, PATIENTS))
        blank = random.random(PATIENTS) < unknown
        columns.append(np.where(blank, len(each.settings) - 1, places))
    return np.stack(columns, axis=1)


def places_of(each: Axis, answer: int) -> list[int]:
    """The complete settings of an axis that stand for an answer."""
    return [i for i in each.complete if each.compatible[i] == (answer,)]


def codes_at(rule: Rule, axes: Sequence[Axis], rows: npt.NDArray[np.intp]) -> Codes:
    """What a rule says of patients given by the setting of each axis: (n_patients,)."""
    place = {each.finding: number for number, each in enumerate(axes)}
    codes = []
    for test in rule.tests:
        number = place[test.finding]
        along = [logic.read(test, cells) for cells in axes[number].settings]
        codes.append(np.array(along, dtype=np.uint8)[rows[:, number]])
    (result,) = compile_rules([rule], rule.tests)(codes)
    return np.asarray(result)


def size(axes: Sequence[Axis]) -> int:
    """How many states a grid has."""
    return int(np.prod([len(each.settings) for each in axes]))


def codes_of(tests: Sequence[logic.Test], axes: Sequence[Axis]) -> list[Any]:
    """The code of each test over a grid, shaped to broadcast; unknown off the grid."""
    place = {}
    for number, each in enumerate(axes):
        place[each.finding] = number
    codes: list[Any] = []
    for test in tests:
        if test.finding not in place:
            codes.append(np.full([1] * len(axes), logic.UNKNOWN, dtype=np.uint8))
            continue
        number = place[test.finding]
        along = [logic.read(test, cells) for cells in axes[number].settings]
        shape = [1] * len(axes)
        shape[number] = len(along)
        codes.append(np.array(along, dtype=np.uint8).reshape(shape))
    return codes


def actual(rule: Rule, axes: Sequence[Axis]) -> Codes:
    """What a rule says in every state of a grid."""
    tests = rule.tests
    (codes,) = compile_rules([rule], tests)(codes_of(tests, axes))
    return np.broadcast_to(codes, [len(each.settings) for each in axes]).astype(np.uint8)


def expected(rule_id: str, axes: Sequence[Axis]) -> Codes:
    """What the decision table says a rule must say in every state of a grid."""
    when = _spread(_decide(WHEN[rule_id], axes), axes)
    held = held_back(rule_id, axes)
    return np.where(held == (rule_id in _INSTEAD), when, np.uint8(logic.FALSE))


def held_back(rule_id: str, axes: Sequence[Axis]) -> Mask:
    """Where a guard of the decision table is certain to hold."""
    held = np.zeros([1] * len(axes), dtype=np.bool_)
    if rule_id in UNLESS:
        held = held | certain(UNLESS[rule_id], axes)
    if rule_id in OLD:
        old, changed = OLD[rule_id]
        held = held | (certain(old, axes) & ~certain(changed, axes))
    return held


def certain(decision: Callable[[Cells], bool], axes: Sequence[Axis]) -> Mask:
    """Where every way to fill the blanks of a grid makes a decision come out yes."""
    return np.asarray(_spread(_decide(decision, axes), axes) == logic.TRUE)


def _decide(decision: Callable[[Cells], bool], axes: Sequence[Axis]) -> Mask:
    """The decision for every complete patient, with an axis of length one where it never looks."""
    used = [each for each in axes if each.finding in asked(decision)]
    shape = [len(each.answers) if each in used else 1 for each in axes]
    answers = product(*(each.answers for each in used))
    patients = (dict(zip((each.finding for each in used), row, strict=True)) for row in answers)
    return np.array([bool(decision(patient)) for patient in patients]).reshape(shape)


@cache
def asked(decision: Callable[[Cells], bool]) -> frozenset[str]:
    """The findings that a decision asks for, found by walking every branch it can take."""
    seen: set[str] = set()
    waiting: list[dict[str, Any]] = [{}]
    known: set[frozenset[tuple[str, Any]]] = set()
    while waiting:
        patient = waiting.pop()
        try:
            decision(patient)
        except KeyError as missing:
            finding = missing.args[0]
            seen.add(finding)
            for answer in axis(finding).answers:
                longer = {**patient, finding: answer}
                if frozenset(longer.items()) not in known:
                    known.add(frozenset(longer.items()))
                    waiting.append(longer)
    return frozenset(seen)


def _spread(decided: Mask, axes: Sequence[Axis]) -> Codes:
    """From answers to settings: certain where every answer agrees, possible where one says so."""
    certain, possible = decided, decided
    for number, each in enumerate(axes):
        if decided.shape[number] == 1 and len(each.answers) > 1:
            continue
        certain = _along(certain, number, each, np.all)
        possible = _along(possible, number, each, np.any)
    return certain.astype(np.uint8) | (possible.astype(np.uint8) << 1)


def _along(decided: Mask, number: int, each: Axis, fold: Callable[..., Any]) -> Mask:
    parts = [fold(decided.take(fits, axis=number), axis=number) for fits in each.compatible]
    return np.stack(parts, axis=number)
