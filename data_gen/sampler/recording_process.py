"""Records: what is written down of a patient, and why the rest is blank."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data_gen.sampler.draw import Hidden, Tables, draw_hidden, draw_rows
from data_gen.sampler.forms import draw_forms
from data_gen.sampler.keyed import Draws
from data_gen.vocabulary import NOT_ASKED, Finding
from data_gen.vocabulary.complete import fill_implied
from data_gen.world.group import Group
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
_COARSE = 5.0  # below it the second of two units is written in halves, above in whole numbers


@dataclass(frozen=True)
class Sample:
    """A chunk of patients: their hidden states, the truth, and the record.

    `truth` and `values` are (n_cases, n_findings), stored by column; NaN in `truth` means that the
    cell does not apply, in `values` that it is blank; NOT_ASKED there, that no one asked.
    """

    start: int
    hidden: Hidden
    truth: Array | None
    values: Array


def sample_chunk(
    tables: Tables, draws: Draws, with_truth: bool = True, forms: bool = False
) -> Sample:
    """The patients of a chunk and their records, completed by what the records imply.

    Without the truth the chunk takes less time and memory. With `forms` each patient is asked
    only what a form of their own asks.
    """
    world = tables.world
    hidden = draw_hidden(tables, draws)
    shape = (len(world.vocabulary.findings), draws.size)
    values = np.full(shape, np.nan)
    truth = np.full(shape, np.nan) if with_truth else None
    writer = _Writer(world, hidden, draws, truth, values)
    writer.identity()
    for position, group in enumerate(world.groups):
        u, record = draws.pair(group.id)
        rows = draw_rows(tables, hidden, position, u)
        writer.group(group, rows, record)
    writer.alternatives()
    asked = draw_forms(world, draws, ~np.isnan(values)) if forms else None
    if asked is not None:
        values[~asked] = np.nan
    fill_implied(values.T, world.vocabulary)
    if asked is not None:
        values[~asked] = NOT_ASKED
    return Sample(draws.start, hidden, None if truth is None else truth.T, values.T)


@dataclass(frozen=True)
class _Writer:
    """Writes the findings of a chunk, one column after the other."""

    world: World
    hidden: Hidden
    draws: Draws
    truth: Array | None  # (n_findings, n_cases)
    values: Array
    firsts: dict[str, Array] = field(default_factory=dict)
    """True values of the numbers that have an alternative."""

    def identity(self) -> None:
        """Age, sex, and whether the complaint is painless."""
        vocabulary = self.world.vocabulary
        painless = self.hidden.traits[-1]
        known = (("age_years", self.hidden.age), ("sex", self.hidden.sex), ("painless", painless))
        for name, value in known:
            finding = vocabulary.finding(name)
            codes = np.zeros_like(value) if finding.kind == "number" else value
            u = self.draws.uniform(f"record/{name}")
            self._write(finding, value.astype(float), codes, u)

    def group(self, group: Group, rows: npt.NDArray[np.int64], first: Array) -> None:
        """The members of a group; `first` decides whether its first member is written down."""
        for m, finding in enumerate(group.members):
            code = group.codes[rows, m]
            u = first if m == 0 else self.draws.uniform(f"record/{finding.id}")
            if finding.kind == "number":
                value = self._in_order(finding, self._number(finding, code))
                self.firsts[finding.id] = value
                self._write(finding, value, np.zeros(len(code), dtype=np.int64), u)
            else:
                index = np.where(np.isnan(code), 0, code).astype(np.int64)
                self._write(finding, code, index, u, errs=group.errs)
        for m, finding in enumerate(group.members):
            if finding.id in self.world.recording.coarse:
                self._blur(finding, group.codes[rows, m])

    def alternatives(self) -> None:
        """The second of two numbers that report one fact, worked out from the first."""
        vocabulary = self.world.vocabulary
        for pair in vocabulary.relations.alternatives:
            first, second = vocabulary.finding(pair.first), vocabulary.finding(pair.second)
            exact = self.firsts[first.id] / pair.factor
            value = np.where(exact < _COARSE, np.floor(exact * 2) / 2, np.floor(exact))
            value = np.minimum(value, second.high or np.inf)
            u = self.draws.uniform(f"record/{second.id}")
            self._write(second, value, np.zeros(len(value), dtype=np.int64), u)

    def _in_order(self, finding: Finding, value: Array) -> Array:
        """The value, within what other numbers drawn before it allow: they share its bin."""
        for pair in self.world.vocabulary.relations.at_most:
            if finding.id == pair.finding and pair.than in self.firsts:
                value = np.where(value > self.firsts[pair.than], self.firsts[pair.than], value)
            if finding.id == pair.than and pair.finding in self.firsts:
                value = np.where(
                    value < self.firsts[pair.finding], self.firsts[pair.finding], value
                )
        return value

    def _number(self, finding: Finding, code: Array) -> Array:
        u = self.draws.uniform(f"within/{finding.id}")
        return self.world.bins[finding.id].value_at(code, u)

    def _write(
        self,
        finding: Finding,
        value: Array,
        index: npt.NDArray[np.int64],
        u: Array,
        errs: bool = False,
    ) -> None:
        recording = self.world.recording
        rate = recording.rate[finding.id][self.hidden.setting, index]
        if self.truth is not None:
            self.truth[finding.column] = value
        written = np.where(u < rate, value, np.nan)
        if errs:
            wrong = u < rate * recording.error[self.hidden.setting]
            written = np.where(wrong, 1 - value, written)
        self.values[finding.column] = written

    def _blur(self, finding: Finding, code: Array) -> None:
        share = self.world.recording.coarse[finding.id]
        for coarse in self.world.vocabulary.relations.recorded_as:
            if coarse.finding == finding.id:
                covered = np.isin(code, coarse.means)
                # the key keeps its old word: another would draw other records
                u = self.draws.uniform(f"vague/{finding.id}")
                column = self.values[finding.column]
                hit = covered & (u < share) & ~np.isnan(column)
                column[hit] = coarse.value
