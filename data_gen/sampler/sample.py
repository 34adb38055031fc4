"""`sample`: vignettes to files, with their truth and a card that says what they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from data_gen.inference import ExactPosterior
from data_gen.sampler.card import Summary, card_path, card_text
from data_gen.sampler.draw import Tables
from data_gen.sampler.files import Span, map_ordered, spans, table_writer
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.sampler.tables import cases_table, truth_table
from data_gen.vocabulary.files.atomic import WholeFiles
from data_gen.world.world import World

_KEY = b"claudico"


@dataclass(frozen=True)
class Origin:
    """All that decides the content of a file, without the order in which it was written."""

    knowledge_hash: str
    vocabulary_hash: str
    mix: str
    seed: int
    rows: int
    complete: bool = False
    """Whether every applicable cell is recorded, without error."""
    forms: bool = False
    """Whether what is asked was drawn too."""

    def as_metadata(self) -> dict[bytes, bytes]:
        """What goes into the metadata of a schema."""
        return {_KEY: json.dumps(asdict(self), sort_keys=True).encode()}


def origin_of(metadata: Mapping[bytes, bytes] | None) -> Origin | None:
    """The origin that the metadata of a schema names; None where they name none."""
    try:
        return Origin(**json.loads((metadata or {})[_KEY]))
    except (KeyError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Plan:
    """What to sample and where to put it. Paths end in .parquet or .csv."""

    rows: int
    seed: int
    mix: str
    out: Path
    truth: Path | None = None
    workers: int = 1
    complete: bool = False
    narrative: bool = False
    forms: bool = False
    """Whether each patient is asked only what a form of their own asks."""

    def origin(self, world: World) -> Origin:
        """What its Parquet files say of themselves."""
        hashes = world.knowledge_hash, world.vocabulary.hash
        return Origin(*hashes, self.mix, self.seed, self.rows, self.complete, self.forms)


def sample_to_files(world: World, plan: Plan, done: Callable[[int], None]) -> None:
    """Write the cases, their truth if wanted, and a card beside them; all whole or not at all.

    The same plan gives the same bytes for any number of workers. `done` is told of finished rows.
    Raises ValueError for an unknown mix, OSError where a file cannot be written.
    """
    world = world.complete() if plan.complete else world
    with_truth = plan.truth is not None
    work = _SpanSampler(world, plan.seed, plan.mix, with_truth, plan.narrative, plan.forms)
    first = work(Span(0, 1))
    paths = [plan.out] if plan.truth is None else [plan.out, plan.truth]
    tally = Summary(world.vocabulary)
    origin = plan.origin(world).as_metadata()
    with WholeFiles() as files:
        with ExitStack() as stack:
            writers = [
                stack.enter_context(table_writer(files, path, table.schema.with_metadata(origin)))
                for path, table in zip(paths, first, strict=True)
            ]
            for tables in map_ordered(work, plan.rows, plan.workers, done):
                tally.add(tables[0])
                for writer, table in zip(writers, tables, strict=True):
                    writer.write_table(table)
        card = card_text(world, plan.mix, plan.seed, _how(plan), plan.out, tally)
        files.open(card_path(plan.out)).write(card.encode())


def _how(plan: Plan) -> str:
    """The option that says how cases are written down, or nothing."""
    return "--complete" if plan.complete else "--forms" if plan.forms else ""


def sample_tables(
    world: World, rows: int, seed: int, mix: str, truth: bool, narrative: bool
) -> tuple[pa.Table, ...]:
    """The cases, and with `truth` what is hidden of them, whole and in memory.

    ValueError for an unknown mix, or for fewer rows than one.
    """
    if rows < 1:
        raise ValueError(f"{rows} rows cannot be sampled; ask for 1 or more")
    work = _SpanSampler(world, seed, mix, truth, narrative)
    parts = [work(span) for span in spans(rows)]
    return tuple(pa.concat_tables(tables) for tables in zip(*parts, strict=True))


class _SpanSampler:
    """Makes the tables of a span: the cases, and with `truth` what is hidden of them."""

    def __init__(
        self, world: World, seed: int, mix: str, truth: bool, narrative: bool, forms: bool = False
    ) -> None:
        self.world, self.seed, self.narrative, self.forms = world, seed, narrative, forms
        self.mix = world.mix(mix)
        self.tables = Tables.of(world, self.mix)
        self.posterior = ExactPosterior(world) if truth else None

    def __call__(self, span: Span) -> tuple[pa.Table, ...]:
        draws = Draws(self.seed, span.start, span.size)
        with_truth = self.posterior is not None
        sample = sample_chunk(self.tables, draws, with_truth=with_truth, forms=self.forms)
        cases = cases_table(
            self.world, sample, self.seed, narrative=self.narrative, forms=self.forms
        )
        if self.posterior is None:
            return (cases,)
        posterior = self.posterior(sample.values, self.mix)
        return cases, truth_table(self.world, sample, self.seed, posterior)
