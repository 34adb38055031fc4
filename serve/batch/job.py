"""Scoring a file: blocks in, blocks out, every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data_gen.vocabulary import load
from data_gen.vocabulary.files.atomic import WholeFiles
from serve.answer import NO_MODEL, output_columns
from serve.batch.block import SHOWN, Scored, Settings, checked, prepare, score_block
from serve.batch.pool import map_ordered
from serve.batch.processors import processors
from serve.cases.blocks import CHUNK, Cases, read_cases
from serve.cases.csv_rows import BOM
from serve.cases.header import Header, match_header
from serve.cases.source import Source, open_source
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.output.chosen import chosen
from serve.output.csv_lines import header_line, picked, spreadsheet_safe_text
from serve.output.destination import STDOUT, open_output
from serve.output.files import CsvRows, ParquetRows, Rejects, Rows
from serve.output.made_by import as_metadata
from serve.output.report import made
from serve.output.summary import CaseIds, Summary, words_never_met
from serve.problem import Problem

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
    columns_out: str | None = None
    """Names of the columns to write, with commas between them; None for all."""
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
        return self.rejects or rejects_beside(self.out)


def rejects_beside(out: str) -> str:
    """Where rejected records go unless a path is given."""
    return f"{'scored' if out == STDOUT else out}.rejects.csv"


@dataclass
class Report:
    """What came of a file: counts, and the cases of a short one."""

    header: Header
    tally: Summary = field(default_factory=Summary)
    ids: CaseIds = field(default_factory=CaseIds)
    short: list[Scored] = field(default_factory=list)
    """The blocks of a file of at most `SHOWN` cases; nothing for a longer one."""
    where: str = ""
    """What the file is called in problems."""
    asked: str = NO_MODEL
    """The version of the model that was asked."""
    failure: str = ""
    """What the model failed with last, if it did."""

    @property
    def headers(self) -> tuple[Header, ...]:
        """The one header."""
        return (self.header,)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the header gave reason to warn of, and what the whole file did."""
        return (*self.header.warnings, *words_never_met(self.header, self.tally, self.where))

    @property
    def duplicates(self) -> int:
        """Rows that repeat the case id of an earlier row."""
        return self.ids.duplicated()

    @property
    def model_version(self) -> str:
        """The version of the model that answered, `none` where it answered nothing."""
        return self.asked if self.tally.answered or not self.tally.scored else NO_MODEL


def score_file(
    request: Request,
    progress: Callable[[float], None] | None = None,
    beside: Callable[[WholeFiles, Report], None] | None = None,
) -> Report:
    """Score a file; the outputs appear only once all of it is done.

    `beside` may open and write more files, which appear together with the scored rows.

    `progress` is called with the part of the file that is done, 0 to 1, after each block. Raises
    RefusedError for a file or bundle that cannot be used at all, OSError where a disk fails.
    """
    checked(load(), request.bundle, request.mix)
    with open_source(request.cases, request.mapping.dialect) as source:
        cases = read_cases(source, request.match, request.chunk)
        settings = Settings(
            source.where, cases.header, request.bundle, request.mix, request.parquet,
            request.spreadsheet_safe, request.explain, _places(request, cases.header),
            cases.header_text.removeprefix(BOM),
        )  # fmt: skip
        report = Report(cases.header, where=source.where)
        workers = _workers(request.workers, source)
        with WholeFiles() as files:
            rows, rejects = _outputs(files, request, cases, settings, report)
            for scored in map_ordered(score_block, prepare, settings, cases.items, workers):
                before = report.tally.rows_in if source.kind == "parquet" else 0
                _count(report, scored)
                rows.add(scored.payload)
                rejects.add([r._replace(line=r.line + before) for r in scored.rejects])
                if progress:
                    progress(cases.done(report.tally.rows_in))
            rows.close()
            if beside:
                beside(files, report)
    return report


def _places(request: Request, header: Header) -> tuple[int, ...] | None:
    """The places of the columns to write; None for all."""
    if request.columns_out is None:
        return None
    names = [*header.names, *output_columns(load(), explain=request.explain)]
    return chosen(request.columns_out, names)


def _outputs(
    files: WholeFiles, request: Request, cases: Cases, settings: Settings, report: Report
) -> tuple[Rows, Rejects]:
    """The two files to write. The scored one is opened first: where it appears, both are whole."""
    stream = open_output(files, request.out)
    rows: Rows
    if request.parquet:
        rows = ParquetRows(stream, lambda: as_metadata(made(request, report)))
    else:
        rows = CsvRows(stream, _first_line(request, cases, settings))
    asked = request.rejects is not None
    return rows, Rejects(files, request.rejects_path, always=asked, safe=request.spreadsheet_safe)


def _first_line(request: Request, cases: Cases, settings: Settings) -> bytes:
    text = cases.header_text
    if request.spreadsheet_safe:
        text = spreadsheet_safe_text([text])[0][0]
    names = output_columns(load(), explain=request.explain)
    return picked(header_line(text, names), settings.places)


def _count(report: Report, scored: Scored) -> None:
    report.tally.add(scored.tally)
    report.ids.add(scored.case_ids)
    report.asked = scored.model_version
    report.failure = scored.failure or report.failure
    if report.tally.scored > SHOWN:
        report.short.clear()
    elif scored.scores is not None:
        report.short.append(scored)


def _workers(wanted: int | None, source: Source) -> int:
    """As many processes as asked for; else one for a small file, or as many as may run at once."""
    if wanted is not None:
        return max(1, wanted)
    if source.size is not None and source.size < _SMALL:
        return 1
    return processors()
