"""Scored rows as tables of Arrow: the input's columns, then typed columns of the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from data_gen.vocabulary import Vocabulary
from serve.answer import DECIMALS, Cells, Column, Probabilities, Scores, cells_of, output_schema
from serve.dictionary_column import DictionaryColumn
from serve.model.predict import MICRO


def score_table(scores: Scores, vocabulary: Vocabulary) -> pa.Table:
    """The columns of the scores: words as strings, figures as doubles, null where there is none."""
    arrays = [array for column, cells in cells_of(scores) for array in _arrays(column, cells)]
    return pa.Table.from_arrays(arrays, schema=output_schema(vocabulary, explain=scores.explained))


def _arrays(column: Column, cells: Cells) -> list[pa.Array]:
    if isinstance(cells, DictionaryColumn):
        return [_strings(cells.map(lambda value: column.kind.text(value) or None))]
    if isinstance(cells, Probabilities):
        unknown = ~cells.parts_per_million.any(axis=1)
        return [pa.array(parts / MICRO, mask=unknown) for parts in cells.parts_per_million.T]
    return [pa.array(np.round(cells, DECIMALS), mask=np.isnan(cells))]


def _strings(column: DictionaryColumn[str | None] | DictionaryColumn[str]) -> pa.Array:
    return pa.array(column.values, pa.string()).take(pa.array(column.codes))


def text_table(columns: Mapping[int, DictionaryColumn[str]], names: Sequence[str]) -> pa.Table:
    """The rows of a CSV file as a table of strings, every cell as it stands."""
    arrays = [_strings(columns[place]) for place in range(len(names))]
    return pa.Table.from_arrays(arrays, names=list(names))


def without_dictionaries(table: pa.Table) -> pa.Table:
    """The same values without dictionary encoding, which would depend on how a file was cut."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = table.column(place).cast(field.type.value_type)
            table = table.set_column(place, field.name, plain)
    return table
