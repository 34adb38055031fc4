"""Scored rows as tables of Arrow: the input's columns, then typed columns of the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.answer import EXPLANATION, NO_MODEL, SOURCES, probability_columns
from serve.cases.csv_rows import DictionaryColumn
from serve.model.predict import MICRO
from serve.pipeline import Scores


def score_table(scores: Scores, vocabulary: Vocabulary) -> pa.Table:
    """The columns of the scores: words as strings, figures as doubles, null where there is none."""
    known = scores.known
    tops = np.where(known, scores.top[:, 0], len(vocabulary.condition_ids))
    novelty = np.full(len(known), np.nan) if scores.novelty is None else scores.novelty
    figures = [pa.array(column / MICRO, mask=~known) for column in scores.parts_per_million.T]
    told = {} if scores.explanations is None else {EXPLANATION: _strings(scores.explanations)}
    return pa.table(
        {
            "triage": _picked(TRIAGE_LEVELS, scores.triage.level),
            "triage_source": _picked(SOURCES, scores.triage.source),
            "triage_reasons": _strings(scores.reasons),
            "open_red_flags": _picked(*scores.open_red_flags),
            "top_condition": _picked([*vocabulary.condition_ids, ""], tops),
            **dict(zip(probability_columns(vocabulary), figures, strict=True)),
            "prediction_set": _picked(*scores.prediction_set),
            "novelty": pa.array(np.round(novelty, 6), mask=np.isnan(novelty)),
            "issues": _strings(scores.issues),
            "model_version": _picked([NO_MODEL, scores.model_version], known.astype(np.int64)),
            **told,
        }
    )


def _picked(words: Sequence[str], codes: npt.NDArray[np.int64]) -> pa.Array:
    return _strings(words).take(pa.array(codes))


def _strings(texts: Sequence[str]) -> pa.Array:
    return pa.array([text or None for text in texts], pa.string())


def text_table(columns: Mapping[int, DictionaryColumn], names: Sequence[str]) -> pa.Table:
    """The rows of a CSV file as a table of strings, every cell as it stands."""
    cells = (columns[place] for place in range(len(names)))
    arrays = [pa.array(c.texts, pa.string()).take(pa.array(c.codes)) for c in cells]
    return pa.Table.from_arrays(arrays, names=list(names))


def without_dictionaries(table: pa.Table) -> pa.Table:
    """The same values without dictionary encoding, which would depend on how a file was cut."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = table.column(place).cast(field.type.value_type)
            table = table.set_column(place, field.name, plain)
    return table
