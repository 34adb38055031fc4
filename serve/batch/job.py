"""Scoring a file: blocks in, blocks out, every row accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable

from data_gen.vocabulary import load
from data_gen.vocabulary.files.atomic import WholeFiles
from serve.batch.block import SHOWN, Scored, checked, places_of, prepare, score_block
from serve.batch.pool import map_ordered, workers_for
from serve.cases.blocks import Cases, read_cases
from serve.cases.csv_rows import BOM
from serve.cases.source import open_source
from serve.output.csv_lines import header_line, picked
from serve.output.destination import STDOUT, open_output
from serve.output.files import CsvRows, ParquetRows, Rejects
from serve.output.made_by import KEY
from serve.output.report import Report, made
from serve.output.summary import CaseIds, Summary, words_never_met
from serve.request import Request


def rejects_beside(out: str) -> str:
    """Where rejected records go unless a path is given."""
    return f"{'scored' if out == STDOUT else out}.rejects.csv"


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
        given = request, cases.header, source.where, cases.header_text.removeprefix(BOM)
        report, ids = Report(Summary(), (cases.header,)), CaseIds()
        workers = workers_for(source.size, request.workers)
        with WholeFiles() as files:
            rows, rejects = _outputs(files, request, cases, report)
            for scored in map_ordered(score_block, prepare, given, cases.items, workers):
                before = report.tally.rows_in if source.kind == "parquet" else 0
                _count(report, scored)
                ids.add(scored.case_ids)
                rows.add(scored.payload)
                rejects.add([r._replace(line=r.line + before) for r in scored.rejects])
                if progress:
                    progress(cases.done(report.tally.rows_in))
            rows.close()
            report.duplicates = ids.duplicated()
            unmet = words_never_met(cases.header, report.tally, source.where)
            report.warnings = (*cases.header.warnings, *unmet)
            if beside:
                beside(files, report)
    return report


def _outputs(
    files: WholeFiles, request: Request, cases: Cases, report: Report
) -> tuple[CsvRows | ParquetRows, Rejects]:
    """The two files to write. The scored one is opened first: where it appears, both are whole."""
    places = places_of(request, cases.header)
    stream = open_output(files, request.out)
    rows: CsvRows | ParquetRows
    if request.parquet:
        rows = ParquetRows(stream, lambda: {KEY: json.dumps(made(request, report))})
    else:
        line = header_line(cases.header_text, request.outputs, safe=request.spreadsheet_safe)
        rows = CsvRows(stream, picked(line, places))
    path = request.rejects or rejects_beside(request.out)
    always = request.rejects is not None
    return rows, Rejects(files, path, always=always, safe=request.spreadsheet_safe)


def _count(report: Report, scored: Scored) -> None:
    report.tally.add(scored.tally)
    if report.tally.scored > SHOWN:
        report.short.clear()
    elif scored.scores is not None:
        report.short.append((scored.case_ids, scored.scores))
