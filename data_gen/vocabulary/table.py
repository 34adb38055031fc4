"""Cases in an Arrow table, and the same cases as a matrix."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_gen.vocabulary.finding import Finding
from data_gen.vocabulary.load import Vocabulary

Matrix = npt.NDArray[np.float64]


def finding_type(finding: Finding) -> pa.DataType:
    """The Arrow type of a finding's column: double, or words in a dictionary."""
    return pa.float64() if finding.kind == "number" else pa.dictionary(pa.int8(), pa.string())


def words_of(finding: Finding) -> tuple[str, ...]:
    """The words of a finding's cells, in the order of their values: no, yes for yes/no."""
    return ("no", "yes") if finding.kind == "yes_no" else finding.values


def columns_from_values(values: Matrix, vocabulary: Vocabulary) -> dict[str, pa.Array]:
    """One Arrow array a finding; NaN becomes null. `values` is (n_cases, n_findings)."""
    return {f.id: array_of(values[:, f.column], f) for f in vocabulary.findings}


def array_of(column: npt.NDArray[np.float64], finding: Finding) -> pa.Array:
    """The Arrow array of one finding from its cell values (n_cases,), NaN for unknown."""
    unknown = np.isnan(column)
    if finding.kind == "number":
        return pa.array(column, mask=unknown)
    with np.errstate(invalid="ignore"):  # what NaN becomes is masked
        codes = column.astype(np.int8)
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=unknown), pa.array(words_of(finding), pa.string())
    )


def values_from_table(table: pa.Table, vocabulary: Vocabulary) -> Matrix:
    """The matrix of cases of a table: (n_cases, n_findings), NaN for null and missing columns.

    The table's cells must already be clean, as the sampler writes them: ValueError names the
    column and the word otherwise. Files from elsewhere go through `serve`.
    """
    out = np.full((table.num_rows, len(vocabulary.findings)), np.nan)
    for finding in vocabulary.findings:
        if finding.id in table.column_names:
            out[:, finding.column] = _column(table.column(finding.id), finding)
    return out


def _column(column: pa.ChunkedArray, finding: Finding) -> npt.NDArray[np.float64]:
    if finding.kind == "number":
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
    text = column.cast(pa.string())
    codes = pc.index_in(text, pa.array(words_of(finding), pa.string()))
    strange = pc.and_(pc.is_null(codes), pc.is_valid(text))
    if pc.any(strange).as_py():
        word = text.filter(strange)[0].as_py()
        raise ValueError(f"column {finding.id}: {word!r} is not one of {words_of(finding)}")
    return np.asarray(codes.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def case_of(row: npt.NDArray[np.float64], vocabulary: Vocabulary) -> dict[str, float | str | bool]:
    """The known cells of one row (n_findings,): bool for yes/no, the word of a choice, a number."""
    known = np.flatnonzero(~np.isnan(row))
    return {vocabulary.findings[c].id: _plain(vocabulary.findings[c], row[c]) for c in known}


def _plain(finding: Finding, value: float) -> float | str | bool:
    if finding.kind == "yes_no":
        return bool(value)
    return float(value) if finding.kind == "number" else finding.values[int(value)]
