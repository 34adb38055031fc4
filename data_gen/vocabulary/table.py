"""Cases in an Arrow table, and the same cases as a matrix."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_gen.vocabulary.finding import NOT_ASKED, Finding
from data_gen.vocabulary.load import Vocabulary
from data_gen.vocabulary.words import WORD_NOT_ASKED, write_cell

Matrix = npt.NDArray[np.float64]


"""What a file says in the cell of a finding that was not asked."""


def words_of(finding: Finding) -> tuple[str, ...]:
    """The words of a finding's cells, in the order of their values: no, yes for yes/no."""
    return ("no", "yes") if finding.kind == "yes_no" else finding.values


def columns_from_values(
    values: Matrix, vocabulary: Vocabulary, *, forms: bool = False
) -> dict[str, pa.Array]:
    """One Arrow array a finding: doubles, or words in a dictionary; NaN becomes null.

    `values` is (n_cases, n_findings). With `forms` all columns are words, and NOT_ASKED is one.
    """
    return {f.id: array_of(values[:, f.column], f, forms=forms) for f in vocabulary.findings}


def array_of(column: npt.NDArray[np.float64], finding: Finding, *, forms: bool = False) -> pa.Array:
    """The Arrow array of one finding from its cell values (n_cases,), as `columns_from_values`."""
    blank, silent = np.isnan(column), np.isneginf(column)
    if finding.kind != "number":
        words: tuple[str, ...] = words_of(finding)
        with np.errstate(invalid="ignore"):  # what NaN becomes is masked
            codes = np.where(silent, len(words), column).astype(np.int8)
    elif forms:
        numbers, places = np.unique(np.where(blank, NOT_ASKED, column), return_inverse=True)
        codes = places.reshape(-1).astype(np.int16)
        words = tuple(
            WORD_NOT_ASKED if number == NOT_ASKED else write_cell(finding, float(number))
            for number in numbers
        )
    else:
        return pa.array(column, mask=blank)
    words = (*words, WORD_NOT_ASKED) if forms and finding.kind != "number" else words
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=blank), pa.array(words, pa.string()))


def values_from_table(table: pa.Table, vocabulary: Vocabulary) -> Matrix:
    """The matrix of cases of a table: (n_cases, n_findings).

    Null is blank, NaN; a missing column, and the word for it, is NOT_ASKED. The table's cells must
    already be clean, as the sampler writes them: ValueError names the column and the word
    otherwise. Files from elsewhere go through `serve`.
    """
    out = np.full((table.num_rows, len(vocabulary.findings)), NOT_ASKED)
    for finding in vocabulary.findings:
        if finding.id in table.column_names:
            out[:, finding.column] = _column(table.column(finding.id), finding)
    return out


def _column(column: pa.ChunkedArray, finding: Finding) -> npt.NDArray[np.float64]:
    if finding.kind == "number" and not _is_text(column.type):
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
    texts = column.cast(pa.string()).combine_chunks().dictionary_encode()
    values = [_value(text, finding) for text in texts.dictionary.to_pylist()]
    codes = texts.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
    return np.asarray(np.array([*values, np.nan])[codes])


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind) or pa.types.is_string(kind))


def _value(text: str, finding: Finding) -> float:
    if text == WORD_NOT_ASKED:
        return NOT_ASKED
    if finding.kind == "number":
        return float(text)
    if text not in words_of(finding):
        raise ValueError(f"column {finding.id}: {text!r} is not one of {words_of(finding)}")
    return float(words_of(finding).index(text))


def case_of(row: npt.NDArray[np.float64], vocabulary: Vocabulary) -> dict[str, float | str | bool]:
    """The known cells of one row (n_findings,): bool for yes/no, the word of a choice, a number."""
    known = np.flatnonzero(np.isfinite(row))
    return {vocabulary.findings[c].id: _plain(vocabulary.findings[c], row[c]) for c in known}


def _plain(finding: Finding, value: float) -> float | str | bool:
    if finding.kind == "yes_no":
        return bool(value)
    return float(value) if finding.kind == "number" else finding.values[int(value)]
