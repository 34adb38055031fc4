"""Every state of a few findings at once, and what must be decided in each of them.

A grid has one axis a finding (a derived finding shares its axis with its measure). An axis lists
the *settings* of its cells, blanks among them, and the *answers* a complete patient could give. The
decision table answers for complete patients; `expected` spreads its answers over the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from serve.overrides import logic
from serve.overrides.compiled import compile_rules
from serve.overrides.rule import Rule
from tests.serve.overrides.decisions import BANDS, UNLESS, WHEN

Codes = npt.NDArray[np.uint8]
Cells = Mapping[str, Any]

CHOICES = {
    "onset": ("sudden", "days", "gradual"),
    "side": ("one", "both"),
    "smoking": ("never", "former", "current", "ever"),
    "swelling": ("none", "one", "both"),
}
MEASURES = {"fever": "temperature_c", "severe_pain": "severity"}


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


@cache
def axis(finding: str) -> Axis:
    """The axis of a finding."""
    if finding in MEASURES:
        return _derived(finding, MEASURES[finding])
    answers: tuple[Any, ...] = CHOICES.get(finding, (True, False))
    if finding in BANDS:
        answers = (0.0, *BANDS[finding])
    everything = tuple(range(len(answers)))
    settings = tuple({finding: answer} for answer in answers)
    return Axis(finding, (*settings, {}), answers, (*((i,) for i in everything), everything))


def _derived(finding: str, measure: str) -> Axis:
    """Named yes, no or not; measured at, under or not: yes wherever either says so."""
    (at,) = BANDS[measure]
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
    owner = {measure: finding for finding, measure in MEASURES.items()}
    return tuple(axis(name) for name in dict.fromkeys(owner.get(f, f) for f in findings))


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
    if rule_id not in UNLESS:
        return when
    held = certain(UNLESS[rule_id], axes)
    return np.where(held, np.uint8(logic.FALSE), when)


def certain(decision: Callable[[Cells], bool], axes: Sequence[Axis]) -> npt.NDArray[np.bool_]:
    """Where every way to fill the blanks of a grid makes a decision come out yes."""
    return np.asarray(_spread(_decide(decision, axes), axes) == logic.TRUE)


def _decide(decision: Callable[[Cells], bool], axes: Sequence[Axis]) -> npt.NDArray[np.bool_]:
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


def _spread(decided: npt.NDArray[np.bool_], axes: Sequence[Axis]) -> Codes:
    """From answers to settings: certain where every answer agrees, possible where one says so."""
    certain, possible = decided, decided
    for number, each in enumerate(axes):
        if decided.shape[number] == 1:
            continue
        certain = _along(certain, number, each, np.all)
        possible = _along(possible, number, each, np.any)
    return certain.astype(np.uint8) | (possible.astype(np.uint8) << 1)


def _along(
    decided: npt.NDArray[np.bool_], number: int, each: Axis, fold: Callable[..., Any]
) -> npt.NDArray[np.bool_]:
    parts = [fold(decided.take(fits, axis=number), axis=number) for fits in each.compatible]
    return np.stack(parts, axis=number)
