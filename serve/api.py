"""Scoring from Python: dicts, an Arrow table or a data frame in; the columns of a file out."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary import load as load_vocabulary
from data_gen.vocabulary.condition import Condition
from data_gen.vocabulary.words import cell_text
from serve.answer import NO_MODEL, Cells, Scores, cells_of, value_at
from serve.asking.question import Question, questions
from serve.batch.block import make_pipeline
from serve.cases.arrow_columns import used_columns
from serve.cases.header import Header, match_header
from serve.cases.parse import Cache, ParsedCases, parse_cases
from serve.cases.preview import check_values
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.model.explain import Explanation
from serve.model.mixes import mix_weights, read_mix
from serve.output.tables import score_table, without_dictionaries
from serve.pipeline import ScoringPipeline, explanations, score_values
from serve.problem import Problem, RefusedError

_LOG = logging.getLogger("claudico.serve")
PROMOTED = Path(__file__).resolve().parent.parent / "models" / "leg_pain"
"""Where the pipeline puts the bundle that is in use."""


class CaseScore(SimpleNamespace):
    """The answer for one case: an attribute for each column of `serve.answer.ANSWER`, by its name.

    Words are text, several of them a tuple; `probabilities` are a dict by condition, the most
    probable first; `issues` are a tuple of `serve.issues.Issue`. Where no model answered, its
    columns are None or empty.
    """

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an answer cannot be changed: {name}")


@dataclass(frozen=True)
class ScoredCases:
    """The answers for n cases, in the order they were given."""

    input: pa.Table
    scores: Scores
    vocabulary: Vocabulary

    @property
    def model_version(self) -> str:
        """The version of the model that answered, `none` where it answered nothing."""
        answered = self.scores.known.any() or not len(self)
        return self.scores.model_version if answered else NO_MODEL

    @cached_property
    def output(self) -> pa.Table:
        """The columns of the scores, as a scored file has them."""
        return score_table(self.scores, self.vocabulary)

    @cached_property
    def _cells(self) -> list[tuple[str, Cells]]:
        return [(column.name, cells) for column, cells in cells_of(self.scores)]

    def __len__(self) -> int:
        """How many cases there are."""
        return len(self.scores.known)

    def __getitem__(self, row: int) -> CaseScore:
        """The answer for one case, counted from 0; a negative number counts from the end."""
        place = range(len(self))[row]
        return CaseScore(**{name: value_at(cells, place) for name, cells in self._cells})

    def __iter__(self) -> Iterator[CaseScore]:
        """Each answer in turn."""
        return map(self.__getitem__, range(len(self)))

    def to_table(self) -> pa.Table:
        """The input's columns, then those of a scored file: the same names, values and order."""
        table = self.input
        for name in self.output.column_names:
            table = table.append_column(name, self.output.column(name))
        return table

    def to_pandas(self) -> Any:
        """The same as a pandas data frame; needs pandas."""
        return self.to_table().to_pandas()


@dataclass(frozen=True)
class Scorer:
    """Scores cases with one bundle, loaded once. Make it with `serve.load`."""

    chain: ScoringPipeline

    @property
    def model_version(self) -> str:
        """The version of the bundle in use, `none` where overrides alone answer."""
        return self.chain.model_version

    def asked(self, mix: str = "training", *, explain: bool = False) -> Scorer:
        """The same bundle asked under another class mix, and for explanations as well.

        `mix` is what `serve score --mix` takes; RefusedError for one that means nothing.
        """
        bundle, vocabulary, mix = self.chain.bundle, self.chain.vocabulary, read_mix(mix)
        weights = None if bundle is None else mix_weights(mix, bundle, vocabulary)
        return Scorer(replace(self.chain, weights=weights, mix=mix, explain=explain))

    def score(self, cases: Any, columns: ColumnMapping = NO_MAPPING) -> ScoredCases:
        """The answers for cases given as a dict, dicts, an Arrow table or a data frame.

        A frame may be of pandas, of Polars, or anything else that streams Arrow
        (`__arrow_c_stream__`).

        A finding that is None, NaN or an empty text is blank; one without a column, or of a dict
        without a key, was not asked (`columns.unknowns` turns either round). Yes/no findings may
        be booleans, 1 and 0, or the words a file may use. A cell that is no value of its finding
        counts as not known and is told in `issues`. Cases without any column have no finding.
        Raises RefusedError for what is no case, for a column that is named like one scoring writes,
        or where there are columns and none is known.
        """
        table = without_dictionaries(table_of(cases := _listed(cases)))
        scores = score_values(self.chain, self._parsed(cases, table, columns))
        return ScoredCases(table, scores, self.chain.vocabulary)

    def condition(self, condition_id: str) -> Condition:
        """A condition's name, tests and care that the documents name, and what to be careful with.

        `safety_net` says what must bring the person back. KeyError for an unknown id.
        """
        return self.chain.vocabulary.condition(condition_id)

    def explain(self, cases: Any) -> list[Explanation | None]:
        """Why each case's top condition comes before the second; None where no model answers.

        Takes what `score` takes. Each case asks the model a hundred times or more: a few
        milliseconds.
        """
        table = table_of(cases := _listed(cases))
        return explanations(self.chain, self._parsed(cases, table).values)

    def ask(self, case: Mapping[str, Any], count: int = 5) -> tuple[Question, ...]:
        """What to ask next of a case, the most helpful first, each with its reason.

        First comes what would settle open flags, then what is expected to lower the cost of triage
        most, then what tells most about the condition, `count` in all. A finding given as `?` or
        `unknown` was asked, and is not asked again. Without a model open flags alone are asked
        about; so they are where `count` is 0. RefusedError for what is no case, or a `count` that
        is no whole number.
        """
        if not isinstance(count, Integral) or count < 0:
            message, remedy = (
                f"{count!r} is no number of questions",
                "give a whole number from 0 up",
            )
            raise RefusedError(Problem("count", "count", message, remedy))
        table = table_of(cases := _listed(case))
        chain = self.chain.told(ask=count)
        scores = score_values(chain, self._parsed(cases, table))
        return questions(scores, 0, chain.worths, chain.vocabulary)

    def _parsed(
        self, cases: Any, table: pa.Table, columns: ColumnMapping = NO_MAPPING
    ) -> ParsedCases:
        vocabulary = self.chain.vocabulary
        if not table.column_names:  # cases of which nothing was asked, or no cases
            nothing = columns.unknowns.nothing(table.num_rows, len(vocabulary.findings))
            return ParsedCases(nothing, {})
        header = match_header(table.column_names, "cases", vocabulary, columns)
        coded = used_columns(table, header)
        parsed = parse_cases(coded, header, table.num_rows, vocabulary, Cache())
        if header.mapped:
            check_values([parsed], header, "cases")
        for row, case in enumerate(cases if isinstance(cases, list) else ()):
            _leave_out(parsed.values[row], frozenset(case), header)
        return parsed


def _leave_out(values: np.ndarray[Any, np.dtype[np.float64]], keys: Collection[str],
               header: Header) -> None:  # fmt: skip
    """Put into a case's values (n_findings,) which of its findings have no key."""
    there = [name in keys for name in header.names]
    for place, reading in header.readings:
        if not there[place]:
            values[reading.finding.column] = header.unknowns.absent_value
    for places, derivation in header.derived:
        column = derivation.finding.column
        if not np.isfinite(values[column]) and not all(there[place] for place in places):
            values[column] = header.unknowns.absent_value


def open_scorer(
    bundle: Path | str | None, mix: str = "training", *, overrides_only: bool = False
) -> Scorer:
    """A scorer with the bundle of a folder; for None the promoted one, or none if there is none."""
    folder = Path(bundle) if bundle is not None else PROMOTED if PROMOTED.is_dir() else None
    folder = None if overrides_only else folder
    chain = make_pipeline(load_vocabulary(), folder, read_mix(mix))
    if chain.failure:
        _LOG.warning("the model of %s cannot be run (%s): overrides alone", folder, chain.failure)
    return Scorer(chain)


def _listed(cases: Any) -> Any:
    """Dicts as a list, a frame as it is; RefusedError for anything else."""
    if isinstance(cases, Mapping):
        return [cases]
    frame = isinstance(cases, pa.Table | pa.RecordBatch) or hasattr(cases, "__arrow_c_stream__")
    if frame or _is_pandas(cases):
        return cases
    if isinstance(cases, str | bytes) or not isinstance(cases, Iterable):
        raise RefusedError(_no_case("cases", cases))
    listed = list(cases)
    for place, case in enumerate(listed):
        if not isinstance(case, Mapping):
            raise RefusedError(_no_case(f"cases[{place}]", case))
    return listed


def _no_case(where: str, given: Any) -> Problem:
    remedy = "give a dict from findings to values, a list of dicts, an Arrow table or a data frame"
    return Problem("no_case", where, f"{type(given).__name__} is no case", remedy)


def _is_pandas(cases: Any) -> bool:
    """Whether this is a pandas frame, without importing pandas."""
    return hasattr(cases, "iloc") and hasattr(cases, "columns")


def table_of(cases: Any) -> pa.Table:
    """Cases as an Arrow table. Dicts become text, so that words, numbers and booleans may mix."""
    if isinstance(cases, pa.Table):
        return cases
    if isinstance(cases, pa.RecordBatch):
        return pa.Table.from_batches([cases])
    if _is_pandas(cases):
        return _from_pandas(cases)
    if hasattr(cases, "__arrow_c_stream__"):
        return _from_stream(cases)
    return _from_dicts(cases)


def _from_dicts(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _table(names, [_column([row.get(name) for row in rows]) for name in names], len(rows))


def _from_pandas(frame: Any) -> pa.Table:
    """A pandas frame by the places of its columns, whose labels may be anything, and twice."""
    columns = [_series(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return _table(list(frame.columns), columns, len(frame))


def _from_stream(cases: Any) -> pa.Table:
    try:
        return pa.RecordBatchReader.from_stream(cases).read_all()
    except (pa.ArrowException, ValueError, TypeError) as error:
        message = f"{type(cases).__name__} cannot be read as a table: {str(error)[:200]}"
        remedy = "give a data frame, an Arrow table or dicts"
        raise RefusedError(Problem("not_a_table", "cases", message, remedy)) from None


def _table(names: Sequence[Any], columns: Sequence[pa.Array], n_cases: int) -> pa.Table:
    """A table of so many rows, even where it has no column."""
    if columns:
        return pa.Table.from_arrays(list(columns), names=[str(name) for name in names])
    rows = pa.array([{}] * n_cases, pa.struct([]))
    return pa.Table.from_batches([pa.RecordBatch.from_struct_array(rows)])


def _series(series: Any) -> pa.Array:
    """A pandas column in its own type where Arrow has it, as text where it has not.

    Whatever a type writes for missing (None, NaN, NA, NaT) is null. Columns of mere objects are
    text: Arrow would guess one type for values of several.
    """
    if series.dtype != object:
        try:
            array = pa.array(series, from_pandas=True)
        except (pa.ArrowException, ValueError, TypeError, OverflowError):
            array = None
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if array is not None and not isinstance(array.type, pa.BaseExtensionType):
            return array
    return _column(series.astype(object).where(series.notna(), None).tolist())


def _column(values: list[Any]) -> pa.Array:
    return pa.array([None if value is None else cell_text(value) for value in values], pa.string())
