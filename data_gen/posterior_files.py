"""Exact posteriors of a case file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from data_gen.inference import ExactPosterior
from data_gen.sampler.files import table_file
from data_gen.sampler.tables import component_columns
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.finding import Finding
from data_gen.vocabulary.problem import Problem, RefusedError
from data_gen.vocabulary.table import array_of, values_from_table
from data_gen.vocabulary.words import CellProblem, parse_cell
from data_gen.world.world import World


def posterior_to_file(
    world: World, cases: Path, out: Path, mix: str, *, components: bool = False
) -> None:
    """Write case_id, log_evidence and p_<condition> of every case, and component:<id> if wanted.

    Cases are Parquet as the sampler writes it, or CSV in the case format. Here, unlike in scoring,
    a bad cell is an error: RefusedError names file, line, column and remedy, all at once.
    """
    table = read_cases(cases, world.vocabulary)
    result = posterior_table(world, table, mix, components=components)
    ids = table["case_id"] if "case_id" in table.column_names else pa.array(range(len(table)))
    result = result.add_column(0, "case_id", ids)
    with table_file(out, result.schema) as writer:
        writer.write_table(result)


def posterior_table(
    world: World, cases: pa.Table, mix: str, *, components: bool = False
) -> pa.Table:
    """log_evidence and p_<condition> of every case of a table with clean cells.

    With `components` also component:<id>, which sum to the conditions they are parts of.
    """
    values = values_from_table(cases, world.vocabulary)
    result = ExactPosterior(world)(values, world.mix(mix), workers=2)
    columns = {"log_evidence": pa.array(result.log_evidence)}
    for column, condition in enumerate(world.vocabulary.condition_ids):
        columns[f"p_{condition}"] = pa.array(result.probability[:, column])
    return pa.table(columns | (component_columns(world, result.atoms) if components else {}))


def read_cases(path: Path, vocabulary: Vocabulary) -> pa.Table:
    """The cases of a Parquet or CSV file, cells checked; other columns are kept as they are."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    return read_cells(_read_csv(path), vocabulary, str(path), lambda row: f"{path}:{2 + row}")


def read_cells(
    table: pa.Table, vocabulary: Vocabulary, name: str, where: Callable[[int], str]
) -> pa.Table:
    """A table of texts with the cells of its findings read; other columns are kept as they are.

    RefusedError names the place of every bad cell, which `where` knows by its row, or says that no
    column of the table called `name` is a finding.
    """
    known = [column for column in table.column_names if column in vocabulary.finding_ids]
    if not known:
        raise ValueError(f"{name}: no column is a finding; see docs/findings.md for their names")
    problems: list[Problem] = []
    for column in known:
        cells = _parse(table.column(column), vocabulary.finding(column), where, problems)
        table = table.set_column(table.column_names.index(column), column, cells)
    if problems:
        raise RefusedError(*problems)
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
    column: pa.ChunkedArray, finding: Finding, where: Callable[[int], str], problems: list[Problem]
) -> pa.Array:
    texts = column.combine_chunks().dictionary_encode()
    parsed = [parse_cell(finding, text or "") for text in texts.dictionary.to_pylist()]
    codes = texts.indices.to_numpy(zero_copy_only=False)
    for code, value in enumerate(parsed):
        if isinstance(value, CellProblem):
            place = f"{where(int(np.flatnonzero(codes == code)[0]))}: column {finding.id}"
            problems.append(Problem(value.code, place, value.message, value.remedy))
    numbers = np.array([np.nan if isinstance(v, CellProblem) else v for v in parsed] + [np.nan])
    values = numbers[np.nan_to_num(codes, nan=-1).astype(int)]
    return array_of(values, finding, forms=bool(np.isneginf(values).any()))
