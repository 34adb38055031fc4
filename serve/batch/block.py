"""What a worker process does: the chain for one block of a file, from text to text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_gen.vocabulary import Vocabulary, load
from serve.cases.arrow_columns import used_columns, without_blank_rows
from serve.cases.csv_records import Block
from serve.cases.csv_rows import DictionaryColumn, Reject, coded_columns, rows_of, strings
from serve.cases.header import Header
from serve.model.bundle import Verified, open_bundle, verify_bundle
from serve.model.failing import failure
from serve.model.predict import Matrix, check_mix, mix_weights, predict
from serve.output.csv_lines import legible, lines_of, lines_of_table, spreadsheet_safe_text
from serve.output.summary import Summary, tally_of
from serve.output.tables import score_table, text_table, without_dictionaries
from serve.pipeline import Scores, ScoringPipeline, score_columns

SHOWN = 200
"""Cases of the longest file whose every case is shown on a terminal."""


@dataclass(frozen=True)
class Settings:
    """How a file is scored; small, and the same for every block."""

    where: str
    header: Header
    bundle: Path | None
    mix: str = "training"
    parquet: bool = False
    spreadsheet_safe: bool = False
    explain: bool = False
    places: tuple[int, ...] | None = None
    """The columns to write, among those of the input and those of the scores; None for all."""
    header_text: bytes = b""
    """The header's line, to know a row that repeats it."""


@dataclass(frozen=True)
class BlockScorer:
    """Settings, and the chain that was made for them."""

    settings: Settings
    chain: ScoringPipeline


@dataclass(frozen=True)
class Scored:
    """A block that is done: what to write, what to count, what to show."""

    payload: bytes | pa.Table
    rejects: tuple[Reject, ...]
    tally: Summary
    case_ids: pa.Array | None
    model_version: str
    failure: str
    """What the model failed with, if it did."""
    scores: Scores | None  # of short blocks only


def prepare(settings: Settings) -> BlockScorer:
    """A worker with its own copy of the model; RefusedError as `make_pipeline` raises it."""
    chain = make_pipeline(load(), settings.bundle, settings.mix)
    return BlockScorer(settings, replace(chain, explain=settings.explain))


def make_pipeline(vocabulary: Vocabulary, folder: Path | None, mix: str) -> ScoringPipeline:
    """The chain with the bundle of a folder, or without a model for None.

    A bundle that is whole, and whose graph cannot be opened or run all the same (or no runtime can
    be imported), gives a chain without a model that says why. RefusedError as `checked` raises it.
    """
    found = checked(vocabulary, folder, mix)
    if found is None:
        return ScoringPipeline(vocabulary)
    verified, weights = found
    try:
        bundle = open_bundle(verified)
        predict(bundle, np.full((1, len(vocabulary.findings)), np.nan))
    except Exception as error:  # whatever a runtime raises: overrides must answer
        reason = f"{failure(error)}: {next(iter(str(error).splitlines()), '')[:200]}"
        return ScoringPipeline(vocabulary, failure=reason)
    return ScoringPipeline(vocabulary, bundle, weights, mix=mix)


def checked(
    vocabulary: Vocabulary, folder: Path | None, mix: str
) -> tuple[Verified, Matrix | None] | None:
    """The bundle of a folder and the weights of a mix, before a runtime is needed; None for None.

    Raises RefusedError for a damaged bundle, one for another vocabulary, or a mix that means
    nothing, also where no model is asked.
    """
    check_mix(mix, vocabulary)
    if folder is None:
        return None
    verified = verify_bundle(folder, vocabulary)
    return verified, mix_weights(mix, verified, vocabulary)


def score_block(worker: BlockScorer, block: Block | pa.RecordBatch) -> Scored:
    """The scored rows of a block of CSV or of a batch of Parquet."""
    if isinstance(block, Block):
        return _score_text(worker, block)
    return _score_batch(worker, block)


def _score_text(worker: BlockScorer, block: Block) -> Scored:
    settings, header = worker.settings, worker.settings.header
    rows = rows_of(block, len(header.names), settings.where, settings.header_text)
    wanted = list(header.used)
    if settings.parquet:  # every column is written as a column
        wanted = list(range(len(header.names)))
    columns = coded_columns(rows, len(header.names), wanted)
    scores = score_columns(worker.chain, columns, header, len(rows.texts))
    tally = tally_of(scores)
    tally.blank_lines = rows.blank_lines
    tally.rejected.update(reject.code for reject in rows.rejects)
    payload: bytes | pa.Table
    if settings.parquet:
        payload = _joined(text_table(columns, header.names), scores, worker)
    else:
        texts = rows.texts if rows.plain else legible(rows.texts)
        if settings.spreadsheet_safe:
            texts, tally.spreadsheet_safe_text = spreadsheet_safe_text(texts)
        payload = lines_of(texts, scores, worker.chain.vocabulary, settings.places)
    ids = _case_ids(columns, header)
    return Scored(
        payload, rows.rejects, tally, ids, scores.model_version, scores.failure, _short(scores)
    )


def _score_batch(worker: BlockScorer, batch: pa.RecordBatch) -> Scored:
    settings, header = worker.settings, worker.settings.header
    batch, rejects = without_blank_rows(batch)
    columns = used_columns(batch, header)
    scores = score_columns(worker.chain, columns, header, batch.num_rows)
    tally = tally_of(scores)
    tally.rejected.update(reject.code for reject in rejects)
    payload: bytes | pa.Table
    if settings.parquet:
        table = without_dictionaries(pa.Table.from_batches([batch]))
        payload = _joined(table, scores, worker)
    else:
        texts = lines_of_table(batch, header.yes_no)
        if settings.spreadsheet_safe:
            texts, tally.spreadsheet_safe_text = spreadsheet_safe_text(texts)
        payload = lines_of(texts, scores, worker.chain.vocabulary, settings.places)
    ids = _case_ids(columns, header)
    return Scored(
        payload, rejects, tally, ids, scores.model_version, scores.failure, _short(scores)
    )


def _joined(table: pa.Table, scores: Scores, worker: BlockScorer) -> pa.Table:
    for name, column in zip(*_named(score_table(scores, worker.chain.vocabulary)), strict=True):
        table = table.append_column(name, column)
    places = worker.settings.places
    return table if places is None else table.select(list(places))


def _named(table: pa.Table) -> tuple[list[str], list[pa.ChunkedArray]]:
    return table.column_names, table.columns


def _case_ids(columns: dict[int, DictionaryColumn], header: Header) -> pa.Array | None:
    """The id of each case, blank where it has none."""
    if header.case_id is None:
        return None
    column = columns[header.case_id]
    return strings([column.texts[code] for code in column.codes.tolist()])


def _short(scores: Scores) -> Scores | None:
    return scores if len(scores.known) <= SHOWN else None
