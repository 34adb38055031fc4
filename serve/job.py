"""Scoring a file: blocks in, blocks out, every row accounted for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from data_gen.vocabulary import load
from serve.columns import NO_MODEL, output_columns
from serve.csv_lines import header_line, neutralised
from serve.destination import STDOUT, whole_file
from serve.header import Header, match_header
from serve.in_order import in_order
from serve.inputs import CHUNK, Cases, read_cases
from serve.mapping import NO_MAPPING, ColumnMapping
from serve.outputs import CsvRows, ParquetRows, Rejects, Rows
from serve.problem import Problem
from serve.rows import BOM
from serve.source import Source, open_source
from serve.tally import CaseIds, Tally, words_never_met
from serve.worker import SHOWN, Scored, Settings, prepare, score_block

_SMALL = 8 << 20  # bytes below which starting more processes costs more than it saves


@dataclass(frozen=True)
class Request:
    """One file to score, and how. Without a bundle, overrides alone answer."""

    cases: str
    out: str
    rejects: str | None = None
    bundle: Path | None = None
    mix: str = "training"
    workers: int | None = None
    spreadsheet_safe: bool = False
    mapping: ColumnMapping = NO_MAPPING
    explain: bool = False
    chunk: int = CHUNK

    @property
    def parquet(self) -> bool:
        """Whether the scored rows are written as Parquet."""
        return self.out.lower().endswith((".parquet", ".pq"))

    def match(self, names: Sequence[str], where: str) -> Header:
        """The header of a file with these columns; RefusedError for one that cannot be used."""
        return match_header(names, where, load(), self.mapping, explain=self.explain)

    @property
    def rejects_path(self) -> str:
        """Where rejected records go."""
        return self.rejects or f"{'scored' if self.out == STDOUT else self.out}.rejects.csv"


@dataclass
class Report:
    """What came of a file: counts, and the cases of a short one."""

    header: Header
    tally: Tally = field(default_factory=Tally)
    ids: CaseIds = field(default_factory=CaseIds)
    short: list[Scored] = field(default_factory=list)
    """The blocks of a file of at most `SHOWN` cases; nothing for a longer one."""
    model_version: str = NO_MODEL
    warnings: tuple[Problem, ...] = ()
    """What the header gave reason to warn of, and what the whole file did."""


def score_file(request: Request, progress: Callable[[float], None] | None = None) -> Report:
    """Score a file; the outputs appear only once all of it is done.

    `progress` is called with the part of the file that is done, 0 to 1, after each block. Raises
    RefusedError for a file or bundle that cannot be used at all, OSError where a disk fails.
    """
    with open_source(request.cases) as source:
        cases = read_cases(source, request.match, request.chunk)
        settings = Settings(
            source.where, cases.header, request.bundle, request.mix, request.parquet,
            request.spreadsheet_safe, request.explain, cases.header_text.removeprefix(BOM),
        )  # fmt: skip
        report = Report(cases.header)
        workers = _workers(request.workers, source)
        with _outputs(request, cases) as (rows, rejects):
            for scored in in_order(score_block, prepare, settings, cases.items, workers):
                rows.add(scored.payload)
                before = report.tally.rows_in if source.kind == "parquet" else 0
                rejects.add([r._replace(line=r.line + before) for r in scored.rejects])
                _count(report, scored)
                if progress:
                    progress(cases.done(report.tally.rows_in))
            rows.close()
        never = words_never_met(cases.header, report.tally, source.where)
        report.warnings = (*cases.header.warnings, *never)
    return report


@contextmanager
def _outputs(request: Request, cases: Cases) -> Iterator[tuple[Rows, Rejects]]:
    """The two files to write. The scored one is renamed last: where it is, both are whole."""
    rejects = Rejects(
        request.rejects_path, always=request.rejects is not None, safe=request.spreadsheet_safe
    )
    with whole_file(request.out) as stream, rejects:
        yield _rows(stream, request, cases), rejects


def _rows(stream: BinaryIO, request: Request, cases: Cases) -> Rows:
    if request.parquet:
        return ParquetRows(stream)
    text = cases.header_text
    if request.spreadsheet_safe:
        text = neutralised([text])[0][0]
    return CsvRows(stream, header_line(text, output_columns(load(), explain=request.explain)))


def _count(report: Report, scored: Scored) -> None:
    report.tally.add(scored.tally)
    report.ids.add(scored.case_ids)
    report.model_version = scored.model_version
    if report.tally.scored > SHOWN:
        report.short.clear()
    elif scored.scores is not None:
        report.short.append(scored)


def _workers(wanted: int | None, source: Source) -> int:
    """As many processes as asked for; else one for a small file and one a processor otherwise."""
    if wanted is not None:
        return max(1, wanted)
    if source.size is not None and source.size < _SMALL:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
