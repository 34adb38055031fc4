"""The hold-out that lies beside a champion, read with today's vocabulary."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_gen.sampler import origin_of
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.words import WORD_NOT_ASKED
from serve.problem import Problem, RefusedError
from training.data.vignettes import Vignettes, read_vignettes
from training.paths import pair

HOLDOUT = "holdout"


def read_holdout(folder: Path, vocabulary: Vocabulary) -> Vignettes:
    """The vignettes stored when the champion was promoted.

    A finding that has come since was not asked of any; one that has gone is left out. Raises
    RefusedError where they are missing, damaged, or of other conditions.
    """
    cases, truth = pair(folder, HOLDOUT)
    try:
        names = set(pq.read_schema(cases).names)
    except (OSError, pa.ArrowException) as error:
        raise RefusedError(Problem("no_holdout", str(cases), str(error).splitlines()[0])) from None
    if names == {"case_id", "condition", *vocabulary.finding_ids}:
        return read_vignettes(cases, truth, vocabulary)
    with tempfile.TemporaryDirectory() as scratch:
        adapted = Path(scratch) / cases.name
        pq.write_table(_adapted(pq.read_table(cases), vocabulary), adapted)
        return read_vignettes(adapted, truth, vocabulary)


def check_knowledge(files: tuple[Path, Path], learned: str) -> None:
    """RefusedError where vignettes are not of the knowledge (its hash) that a candidate learned."""
    for path in files:
        origin = origin_of(pq.read_schema(path).metadata)
        if origin is None or origin.knowledge_hash != learned:
            message = "these vignettes are not of the knowledge that the candidate learned"
            remedy = "run `dvc repro`, so that they are sampled, learned and measured together"
            raise RefusedError(Problem("other_knowledge", str(path), message, remedy))


def _adapted(table: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    """The table with today's columns: not asked where it has none."""
    unasked = pa.repeat(pa.scalar(WORD_NOT_ASKED), len(table))
    names = ["case_id", "condition", *vocabulary.finding_ids]
    held = {name: table[name] if name in table.column_names else unasked for name in names}
    return pa.table(held)
