"""Exact posteriors of a case file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from data_gen.posterior.exact import ExactPosterior
from data_gen.sampler.files import table_file
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.table import array_of, values_from_table
from data_gen.vocabulary.words import CellProblem, parse_cell
from data_gen.world.world import World


def posterior_to_file(world: World, cases: Path, out: Path, mix: str) -> None:
    """Write case_id, log_evidence and p_<condition> of every case.

    Cases are Parquet as the sampler writes it, or CSV in the case format. Here, unlike in scoring,
    a bad cell is an error: ValueError names file, line, column and remedy, all at once.
    """
    table = read_cases(cases, world.vocabulary)
    values = values_from_table(table, world.vocabulary)
    result = ExactPosterior(world)(values, world.mix(mix), workers=2)
    ids = table["case_id"] if "case_id" in table.column_names else pa.array(range(len(values)))
    columns = {"case_id": ids, "log_evidence": pa.array(result.log_evidence)}
    for column, condition in enumerate(world.vocabulary.condition_ids):
        columns[f"p_{condition}"] = pa.array(result.probability[:, column])
    written = pa.table(columns)
    with table_file(out, written.schema) as writer:
        writer.write_table(written)


def read_cases(path: Path, vocabulary: Vocabulary) -> pa.Table:
    """The cases of a Parquet or CSV file, cells checked; other columns are kept as they are."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    table = _read_csv(path)
    known = [name for name in table.column_names if name in vocabulary.finding_ids]
    if not known:
        raise ValueError(f"{path}: no column is a finding; see docs/findings.md for their names")
    problems: list[str] = []
    for name in known:
        column = _parse(path, table.column(name), name, vocabulary, problems)
        table = table.set_column(table.column_names.index(name), name, column)
    if problems:
        raise ValueError("\n".join(problems))
    return table


def _read_csv(path: Path) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    convert = pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
    try:
        return pa.csv.read_csv(path, convert_options=convert)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path}: {error}") from None


def _parse(
    path: Path, column: pa.ChunkedArray, name: str, vocabulary: Vocabulary, problems: list[str]
) -> pa.Array:
    finding = vocabulary.finding(name)
    texts = column.combine_chunks().dictionary_encode()
    parsed = [parse_cell(finding, text or "") for text in texts.dictionary.to_pylist()]
    codes = texts.indices.to_numpy(zero_copy_only=False)
    for code, value in enumerate(parsed):
        if isinstance(value, CellProblem):
            line = 2 + int(np.flatnonzero(codes == code)[0])
            problems.append(f"{path}:{line}: column {name}: {value.message}; {value.remedy}")
    numbers = np.array([np.nan if isinstance(v, CellProblem) else v for v in parsed] + [np.nan])
    return array_of(numbers[np.nan_to_num(codes, nan=-1).astype(int)], finding)
