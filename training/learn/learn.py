"""Cases update the knowledge: from labelled cases to the numbers that fit them and it best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.one_thread import one_blas_thread
from data_gen.profiles import Knowledge
from data_gen.profiles.overlay import Overlay, laid_over
from data_gen.world.group import ClashError
from data_gen.world.recording import Recording
from data_gen.world.world import World, build_world
from training.learn.expectation import Evidence, expectation
from training.learn.filed import Block, blocks_of
from training.learn.numbers import PRESENTATION, Number, numbers_of
from training.learn.statistics import PEOPLE, atoms_of, statistics_of
from training.learn.update import fitted_scale, updated, updated_recordings

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
_RECORDING_STEPS = 20
_HELPS = 0.02  # nats a case, below which a step is the last
_STEPS = 5
_CLOSE = 0.1  # the farthest that a number moves in the last step, in standard errors of its prior


@dataclass(frozen=True)
class Learned:
    """The numbers of a knowledge after cases, and what the cases say of each."""

    knowledge: Knowledge
    """With the updated numbers."""
    world: World
    """Theirs."""
    numbers: tuple[Number, ...]
    before: Evidence
    """At the stated numbers."""
    after: Evidence
    """At the updated ones."""
    at: tuple[Array, ...]
    """Where each number is: its shares, or how far it is shifted."""
    scale: float
    """How far the knowledge was found to be off, as a multiple of its intervals."""
    overlay: Overlay
    recordings: Mapping[int, Recording]
    """How each file writes down."""


def learn(
    knowledge: Knowledge,
    values: Array,
    label: Codes,
    file: Codes | None = None,
    *,
    weight: float = 1.0,
    scale: float | None = None,
    component: Codes | None = None,
    recording: Recording | None = None,
    close: float = _CLOSE,
) -> Learned:
    """What labelled cases (n_cases, n_findings) make of a knowledge: the mode of the posterior.

    `label` (n_cases,) holds the place of each case's condition, `file` the number of the file it
    came in, which has its own way of writing down (None: one file). Each counts `weight` times.
    Expectation and maximisation take turns (Dempster, Laird and Rubin 1977, J R Stat Soc B 39:1),
    in steps as long as the information left allows, until no number moves by more than `close`
    deviations of its prior. `scale` of the intervals is found by empirical Bayes unless it is
    given; so are the `component` (n_cases,) and the `recording`, which are known of made cases.
    """
    cases = values, label, np.zeros(len(label), dtype=np.int64) if file is None else file
    with one_blas_thread():
        return _Learner(knowledge, *cases, component, weight).learn(scale, recording, close)


class _Learner:
    def __init__(
        self,
        knowledge: Knowledge,
        values: Array,
        label: Codes,
        file: Codes,
        component: Codes | None,
        weight: float,
    ) -> None:
        self.stated, self.weight = knowledge, weight
        self.numbers = numbers_of(knowledge)
        self.world = build_world(knowledge)
        self.atoms = atoms_with(knowledge, self.world, self.numbers, label)
        self.blocks: tuple[Block, ...] = blocks_of(self.world, values, label, file, component)
        self.files = np.unique(file).tolist()
        self.recordings: dict[int, Recording] = {}

    def learn(self, scale: float | None, recording: Recording | None, close: float) -> Learned:
        self.known = recording is not None
        self.recordings = dict.fromkeys(self.files, recording or self.world.recording)
        self._fit_recordings()
        before = found = self._expect(self.stated, self.world)
        scale = fitted_scale(self.numbers, before) if scale is None else scale
        at = tuple(number.start for number in self.numbers)
        knowledge, world = self.stated, self.world
        pace = _Pace(len(at))
        for _ in range(_STEPS if scale > 0 else 0):
            self._record(found)
            wanted = pace.held(at, all_updated(self.numbers, at, found, scale))
            far = self._farthest(at, wanted, scale)
            knowledge, world, at = built(self.stated, self.numbers, at, wanted)
            found = self._expect(knowledge, world)
            if far < close:
                break
        overlay = overlay_of(self.stated, self.numbers, at)
        return Learned(
            knowledge, world, self.numbers, before, found, at, scale, overlay, self.recordings
        )

    def _fit_recordings(self) -> None:
        """How each file writes down what the stated knowledge says: steps while these help."""
        best, cases = -np.inf, sum(block.n_cases for block in self.blocks)
        for _ in range(0 if self.known else _RECORDING_STEPS):
            found = self._expect(self.stated, self.world, told=False)
            if found.log_evidence - best < _HELPS * cases:
                return
            best = found.log_evidence
            self._record(found)

    def _expect(self, knowledge: Knowledge, world: World, *, told: bool = True) -> Evidence:
        statistics = statistics_of(knowledge, world, self.numbers, self.atoms) if told else None
        found = expectation(world, self.recordings, self.blocks, self.numbers, statistics)
        return found.counted(self.weight)

    def _record(self, found: Evidence) -> None:
        if not self.known:
            self.recordings = updated_recordings(self.world.recording, found, self.recordings)

    def _farthest(self, at: Sequence[Array], wanted: Sequence[Array], scale: float) -> float:
        """How far any number moves, in deviations of its prior."""
        return max(
            float((np.abs(new - old) / _deviation(number, scale)).max())
            for number, old, new in zip(self.numbers, at, wanted, strict=True)
        )


def atoms_with(
    knowledge: Knowledge, world: World, numbers: Sequence[Number], label: Codes
) -> list[tuple[int, ...]]:
    """As `atoms_of`; none of the numbers of a condition that is not among the labels."""
    ids = {knowledge.vocabulary.condition_ids[k] for k in np.unique(label)}
    return [
        atoms if number.condition in ids else ()
        for number, atoms in zip(numbers, atoms_of(world, numbers, knowledge), strict=True)
    ]


def all_updated(
    numbers: Sequence[Number], at: Sequence[Array], found: Evidence, scale: float
) -> tuple[Array, ...]:
    """Where the evidence found puts each of the numbers, which are `at`."""
    return tuple(
        updated(number, now, score, information, scale)
        for number, now, score, information in zip(
            numbers, at, found.score, found.information, strict=True
        )
    )


def built(
    stated: Knowledge, numbers: Sequence[Number], at: Sequence[Array], wanted: Sequence[Array]
) -> tuple[Knowledge, World, tuple[Array, ...]]:
    """The world of the wanted numbers; those that cannot hold together stay where they are."""
    at_last = list(wanted)
    while True:
        knowledge = laid_over(stated, overlay_of(stated, numbers, at_last))
        try:
            return knowledge, build_world(knowledge), tuple(at_last)
        except ClashError as clash:
            moved = [
                i
                for i, number in enumerate(numbers)
                if number.condition == clash.condition and at_last[i] is not at[i]
            ]
            own = [i for i in moved if numbers[i].finding in clash.findings]
            # else it is who has the condition that makes them clash
            held = own or [i for i in moved if numbers[i].finding in PEOPLE]
            if not held:
                raise
            for i in held:
                at_last[i] = at[i]


class _Pace:
    """Shorter steps for a number that goes to and fro, as it does where its slope has a jump."""

    def __init__(self, n: int) -> None:
        self.size = np.ones(n)
        self.last: list[Array | None] = [None] * n

    def held(self, at: Sequence[Array], wanted: Sequence[Array]) -> tuple[Array, ...]:
        """Where each number goes instead."""
        out = []
        for i, (old, new) in enumerate(zip(at, wanted, strict=True)):
            move, last = new - old, self.last[i]
            back = last is not None and float(move @ last) < 0 and _alike(move, last)
            self.size[i] *= 0.5 if back else 1.0
            self.last[i] = move
            out.append(old + self.size[i] * move if self.size[i] < 1 else new)
        return tuple(out)


def _alike(move: Array, last: Array) -> bool:
    """Whether a step back is nearly as long as the step before."""
    return float(np.abs(move).max()) > float(np.abs(last).max()) / 2


def _deviation(number: Number, scale: float) -> Array:
    single = np.ones(1) if number.kind == "shift" else number.start * (1 - number.start)
    return np.asarray(np.sqrt(single / number.patients) * scale)


def overlay_of(knowledge: Knowledge, numbers: Sequence[Number], at: Sequence[Array]) -> Overlay:
    """What differs from the knowledge where each number is `at`."""
    conditions: dict[str, dict[str, object]] = {}
    for number, now in zip(numbers, at, strict=True):
        if np.array_equal(now, number.start):
            continue
        tree = conditions.setdefault(number.condition, {})
        if number.finding == PRESENTATION:
            for name, share in number.entry(now)["of"].items():
                _within(tree, "presentations", name)["weight"] = share
            continue
        if number.component:
            tree = _within(tree, "presentations", number.component)
        *path, last = _path(number)
        _within(tree, *path)[last] = number.entry(now)
    return Overlay(knowledge.hash(), conditions)


def _path(number: Number) -> tuple[str, ...]:
    if number.trait:
        return "traits", number.finding
    people = {"age_years": "age", "sex": "female"}
    return (people[number.finding],) if number.finding in people else ("findings", number.finding)


def _within(tree: dict[str, object], *path: str) -> dict[str, object]:
    for key in path:
        tree = tree.setdefault(key, {})  # type: ignore[assignment]
    return tree
