"""What a worker process does: one block of a file scored, from text to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_gen.vocabulary import Vocabulary, load
from serve.answer import Scores
from serve.cases.arrow_columns import used_columns, without_blank_rows
from serve.cases.csv_records import Block
from serve.cases.csv_rows import Reject, coded_columns, rows_of, strings
from serve.cases.header import Header
from serve.dictionary_column import DictionaryColumn
from serve.model.bundle import Verified, open_bundle, verify_bundle
from serve.model.mixes import MixWeights, check_mix, mix_weights
from serve.model.predict import failure, predict
from serve.output.chosen import chosen
from serve.output.csv_lines import legible, lines_of, lines_of_table, spreadsheet_safe_text
from serve.output.summary import Summary, tally_of
from serve.output.tables import score_table, text_table, without_dictionaries
from serve.pipeline import ScoringPipeline, score_columns
from serve.request import Request

Columns = Mapping[int, DictionaryColumn[str]]
SHOWN = 200
"""Cases of the longest file whose every case is shown on a terminal."""


@dataclass(frozen=True)
class BlockScorer:
    """What scores the blocks of one file."""

    request: Request
    header: Header
    where: str
    """What the file is called in problems."""
    header_text: bytes
    """The header's line, to know a row that repeats it."""
    pipeline: ScoringPipeline

    @cached_property
    def places(self) -> tuple[int, ...] | None:
        """The columns to write, among those of the input and those of the scores; None for all."""
        return places_of(self.request, self.header)


@dataclass(frozen=True)
class Scored:
    """A block that is done: what to write, what to count, what to show."""

    payload: bytes | pa.Table
    rejects: tuple[Reject, ...]
    tally: Summary
    case_ids: pa.Array | None
    scores: Scores | None  # of short blocks only


def places_of(request: Request, header: Header) -> tuple[int, ...] | None:
    """The places of the columns to write, None for all; RefusedError for one that there is not."""
    if request.columns_out is None:
        return None
    return chosen(request.columns_out, [*header.names, *request.outputs])


def prepare(given: tuple[Request, Header, str, bytes]) -> BlockScorer:
    """A scorer with its own copy of the model; RefusedError as `make_pipeline` raises it."""
    request = given[0]
    pipeline = make_pipeline(load(), request.bundle, request.mix)
    return BlockScorer(*given, pipeline.told(explain=request.explain, ask=request.ask))


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
) -> tuple[Verified, MixWeights | None] | None:
    """The bundle of a folder and the weights of a mix, before a runtime is needed; None for None.

    Raises RefusedError for a damaged bundle, one for another vocabulary, or a mix that means
    nothing, also where no model is asked.
    """
    check_mix(mix, vocabulary)
    if folder is None:
        return None
    verified = verify_bundle(folder, vocabulary)
    return verified, mix_weights(mix, verified, vocabulary)


def score_block(scorer: BlockScorer, block: Block | pa.RecordBatch) -> Scored:
    """The scored rows of a block of CSV or of a batch of Parquet."""
    if isinstance(block, Block):
        return _score_text(scorer, block)
    return _score_batch(scorer, block)


def _score_text(scorer: BlockScorer, block: Block) -> Scored:
    request, header = scorer.request, scorer.header
    width = len(header.names)
    # Of a table every column is written, of text the rows as they stand.
    wanted = list(range(width) if request.parquet else header.used)
    rows = rows_of(block, width, scorer.where, scorer.header_text)
    columns = coded_columns(rows, width, wanted)
    scored = _scored(
        scorer, columns, len(rows.texts), rows.rejects,
        lambda: rows.texts if rows.plain else legible(rows.texts),
        lambda: text_table(columns, header.names),
    )  # fmt: skip
    scored.tally.blank_lines = rows.blank_lines
    return scored


def _score_batch(scorer: BlockScorer, batch: pa.RecordBatch) -> Scored:
    batch, rejects = without_blank_rows(batch)
    return _scored(
        scorer, used_columns(batch, scorer.header), batch.num_rows, rejects,
        lambda: lines_of_table(batch, scorer.header.yes_no),
        lambda: without_dictionaries(pa.Table.from_batches([batch])),
    )  # fmt: skip


def _scored(
    scorer: BlockScorer, columns: Columns, n_cases: int, rejects: tuple[Reject, ...],
    lines: Callable[[], list[bytes]], table: Callable[[], pa.Table],
) -> Scored:  # fmt: skip
    """Cases given by their columns, scored; what stands in the input is `lines` or a `table`."""
    scores = score_columns(scorer.pipeline, columns, scorer.header, n_cases)
    tally = tally_of(scores)
    tally.rejected.update(reject.code for reject in rejects)
    payload: bytes | pa.Table
    if scorer.request.parquet:
        payload = _joined(table(), scores, scorer)
    else:
        texts = lines()
        if scorer.request.spreadsheet_safe:
            texts, tally.spreadsheet_safe_text = spreadsheet_safe_text(texts)
        payload = lines_of(texts, scores, scorer.places)
    ids = _case_ids(columns, scorer.header)
    return Scored(payload, rejects, tally, ids, scores if n_cases <= SHOWN else None)


def _joined(table: pa.Table, scores: Scores, scorer: BlockScorer) -> pa.Table:
    answers = score_table(scores, scorer.pipeline.vocabulary)
    for name, column in zip(answers.column_names, answers.columns, strict=True):
        table = table.append_column(name, column)
    return table if scorer.places is None else table.select(list(scorer.places))


def _case_ids(columns: Columns, header: Header) -> pa.Array | None:
    """The id of each case, blank where it has none."""
    if header.case_id is None:
        return None
    return strings(columns[header.case_id].each())
