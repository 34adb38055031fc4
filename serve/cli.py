"""The command line: `python -m serve`. Data goes to files or standard output, talk to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from serve.in_order import WorkerLostError
from serve.problem import RefusedError

_FORMS = {"--out": (".csv", ".parquet", ".pq"), "--rejects": (".csv",), "--summary": (".json",)}
"""How the names of files end that each option can write."""
EXIT_DONE, EXIT_FAILED, EXIT_REFUSED, EXIT_REJECTS = 0, 1, 2, 4


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Score cases of leg pain: a probability for every cause, beside safety overrides.

    Example: python -m serve score examples/real_cases.csv --out scored.csv
    """


@main.command()
@click.argument("cases")
@click.option("--out", required=True, help="Scored rows: .csv, .parquet, or - for standard output.")
@click.option("--rejects", help="Rows of broken shape (default: OUT.rejects.csv, if any).")
@click.option("--summary", help="Write the counts as JSON to this file.")
@click.option("--workers", type=click.IntRange(1), help="Processes (default: by the file's size).")
@click.option("--mix", default="training", show_default=True,
              help="Class mix: training, clinic, or CONDITION=SHARE,CONDITION=SHARE.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path), help="Folder of the bundle.")
@click.option("--overrides-only", is_flag=True, help="Do not ask the model.")
@click.option("--columns", type=click.Path(path_type=Path),
              help="YAML that maps other headers, words and units.")  # fmt: skip
@click.option("--spreadsheet-safe", is_flag=True, help="Disarm cells a spreadsheet would run.")
@click.option("--explain", is_flag=True, help="Say which findings spoke for the top condition.")
@click.option("--show/--no-show", default=None, help="Show the cases (default: on a terminal).")
@click.pass_context
def score(
    context: click.Context, /, cases: str, out: str, rejects: str | None, summary: str | None,
    columns: Path | None, model: Path | None, show: bool | None, **options: Any,
) -> None:  # fmt: skip
    """Score CASES, a CSV or Parquet file, or - for standard input.

    Every row of the input is in OUT, unchanged and in order, or in the rejects file. Exit codes:
    0 done; 4 done, with rejects; 2 the file, bundle or arguments cannot be used, and nothing was
    begun; 1 anything else: among it a model that answered no row, where OUT is written, by
    overrides alone.

    \b
    Example: python -m serve score cases.csv --out scored.csv --summary counts.json
    """
    with _edge(context):
        from serve.job import Request, score_file  # heavy: not for --help

        bundle = _bundle(model, overrides_only=options["overrides_only"])
        read = {"the file of cases": cases, "the mapping": columns, "the bundle": bundle}
        _check_paths(read, {"--out": out, "--rejects": rejects, "--summary": summary})
        request = Request(
            cases, out, rejects, bundle, options["mix"], options["workers"],
            options["spreadsheet_safe"], _mapping(columns), options["explain"],
        )  # fmt: skip
        with _progress() as progress:
            beside = _SummaryBeside(summary)
            report = score_file(request, progress, beside)
        _tell(request, report, beside.counts, show=show)
        if bundle is not None and report.tally.scored and not report.tally.answered:
            click.echo(f"error: {_unanswered(bundle, report.failure)}", err=True)
            context.exit(EXIT_FAILED)
        if report.tally.rejected:
            context.exit(EXIT_REJECTS)


@main.command()
@click.option("--out", default="cases.csv", show_default=True, help="The empty case file.")
@click.option("--dictionary", default="data_dictionary.csv", show_default=True,
              help="What each column means.")  # fmt: skip
@click.pass_context
def template(context: click.Context, /, out: str, dictionary: str) -> None:
    """Write an empty case file to fill in, and a data dictionary of its columns.

    \b
    Example: python -m serve template --out cases.csv --dictionary data_dictionary.csv
    """
    with _edge(context):
        from data_gen.vocabulary.atomic import WholeFiles
        from serve.destination import check_apart, check_writable, open_output
        from serve.template import dictionary_text, header_text

        for option, path in (("--out", out), ("--dictionary", dictionary)):
            check_writable(option, path)
        check_apart({}, {"--out": out, "--dictionary": dictionary})
        with WholeFiles() as files:
            for path, text in ((out, header_text()), (dictionary, dictionary_text())):
                open_output(files, path).write(text.encode())
        click.echo(f"wrote {out} and {dictionary}", err=True)


@main.command()
@click.argument("cases")
@click.argument("out")
@click.option("--master", help="Spark master (default: as spark-submit or the machine sets it).")
@click.option("--mix", default="training", show_default=True, help="Class mix, as for score.")
@click.option("--model", type=click.Path(path_type=Path), help="Folder of the bundle.")
@click.option("--overrides-only", is_flag=True, help="Do not ask the model.")
@click.pass_context
def spark(
    context: click.Context, /, cases: str, out: str, master: str | None, mix: str,
    model: Path | None, *, overrides_only: bool,
) -> None:  # fmt: skip
    """Score CASES, a folder of CSV or Parquet files, on Spark into the Parquet folder OUT.

    Needs the extra `spark` and Java. Every row is as `score` would give it; records of broken
    shape go to the Parquet folder OUT.rejects. Exit codes are those of score.

    \b
    Example: python -m serve spark cases/ scored/ --master "local[2]"
    """
    with _edge(context):
        from data_gen.vocabulary import load
        from serve.destination import check_apart, check_new
        from serve.spark_job import score_folder
        from serve.spark_session import open_session, spark_errors
        from serve.worker import make_chain

        folder = _bundle(model, overrides_only=overrides_only)
        rejects = f"{out}.rejects"
        check_apart({"the folder of cases": cases, "the bundle": folder},
                    {"OUT": out, "OUT.rejects": rejects})  # fmt: skip
        check_new("OUT", out)
        check_new("OUT.rejects", rejects)
        failure = make_chain(load(), folder, mix).failure  # refused before Spark is started
        with open_session(master) as session, spark_errors():
            rejected = score_folder(session, cases, out, folder, mix)
        click.echo(f"scored {cases} into {out}; {rejected} records rejected", err=True)
        if folder is not None and failure:
            click.echo(f"error: {_unanswered(folder, failure)}", err=True)
            context.exit(EXIT_FAILED)
        if rejected:
            context.exit(EXIT_REJECTS)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="Port to listen on; 0 for any that is free.")  # fmt: skip
@click.option("--mix", default="training", show_default=True, help="Class mix, as for score.")
@click.option("--model", type=click.Path(path_type=Path), help="Folder of the bundle.")
@click.option("--overrides-only", is_flag=True, help="Do not ask the model.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER",
              help="Another limit, such as cases=100; may be given several times.")  # fmt: skip
@click.pass_context
def http(
    context: click.Context, /, host: str, port: int, mix: str, model: Path | None,
    limits: tuple[str, ...], *, overrides_only: bool,
) -> None:  # fmt: skip
    """Answer HTTP requests until SIGTERM or Ctrl-C, then finish those under way.

    Needs the extra `http`. Where CLAUDICO_API_KEY is set, requests must carry that key. While no
    model can be loaded overrides alone answer, and say so; it is looked for every few seconds.

    \b
    Example: python -m serve http --port 8000
    """
    with _edge(context):
        from serve.http.options import Options, api_key, limits_of
        from serve.http.server import serve
        from serve.scorer import PROMOTED

        folder = None if overrides_only else model or PROMOTED
        serve(Options(folder, mix, api_key(), limits_of(limits)), host, port)


@contextmanager
def _edge(context: click.Context) -> Iterator[None]:
    """Turn what is raised inside into words on stderr and an exit code."""
    try:
        yield
    except RefusedError as error:
        for problem in error.problems:
            click.echo(f"error: {problem}", err=True)
        if any(problem.code.startswith("bundle_") for problem in error.problems):
            click.echo("without a model, overrides alone answer: --overrides-only", err=True)
        context.exit(EXIT_REFUSED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing is left to tell
        context.exit(EXIT_FAILED)
    except OSError as error:
        spot = f"{error.filename}: " if error.filename else ""
        _fail(context, error, f"{spot}{error.strerror or error}")
    except MemoryError as error:
        _fail(context, error, "out of memory; use fewer --workers")
    except WorkerLostError as error:
        _fail(context, error, "a worker process was killed, perhaps as memory ran out; "
              "use fewer --workers")  # fmt: skip


def _fail(context: click.Context, error: BaseException, words: str) -> None:
    """Say what went wrong and what stands after it, and exit."""
    click.echo(f"error: {'; '.join([words, *getattr(error, '__notes__', ())])}", err=True)
    context.exit(EXIT_FAILED)


def _unanswered(bundle: Path, failure: str) -> str:
    why = f" ({failure})" if failure else ""
    return (
        f"the model of {bundle} answered no row{why}: overrides alone did, and where none fires "
        "that is no all-clear; see that it runs here (`pip install` the locked requirements), "
        "train it again (`dvc repro`), or give --overrides-only"
    )


def _check_paths(read: dict[str, Any], outputs: dict[str, str | None]) -> None:
    """Raise RefusedError where an output cannot be written, or would replace another file here."""
    from serve.destination import check_apart, check_form, check_writable
    from serve.job import rejects_beside
    from serve.outputs import check_rejects

    for option, path in outputs.items():
        if path is not None:
            check_writable(option, path)
            check_form(option, path, _FORMS[option])
    beside = None
    if outputs["--rejects"] is None:
        beside = rejects_beside(outputs["--out"] or "")
        check_rejects(beside)
    check_apart(read, {**outputs, "the rejects (--rejects)": beside})


def _bundle(model: Path | None, *, overrides_only: bool) -> Path | None:
    """The folder to load: the one asked for, else the promoted one if there is one."""
    from serve.scorer import PROMOTED

    if overrides_only:
        return None
    if model is not None or PROMOTED.is_dir():
        return model or PROMOTED
    click.echo(
        f"warning: no model at {PROMOTED}: overrides alone answer; `make run` trains one", err=True
    )
    return None


def _mapping(path: Path | None) -> Any:
    from data_gen.vocabulary import load
    from serve.mapping import NO_MAPPING, read_mapping

    return NO_MAPPING if path is None else read_mapping(path, load())


@contextmanager
def _progress() -> Iterator[Callable[[float], None] | None]:
    """A progress bar on a terminal; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1000, label="scoring", file=sys.stderr) as bar:
        yield lambda part: bar.update(int(part * 1000) - bar.pos)


class _SummaryBeside:
    """Counts a report, and writes the counts as JSON, to appear together with the scored rows."""

    def __init__(self, path: str | None) -> None:
        self.counts: dict[str, Any] = {}
        self._path = path

    def __call__(self, files: Any, report: Any) -> None:
        from data_gen.vocabulary import load
        from serve.destination import open_output
        from serve.tally import summary, versions

        self.counts = summary(
            report.tally,
            report.ids.duplicated(),
            report.header.warnings,
            versions(report.model_version, load()),
        )
        if self._path:
            text = json.dumps(self.counts, indent=1) + "\n"
            open_output(files, self._path).write(text.encode())


def _tell(request: Any, report: Any, counts: dict[str, Any], *, show: bool | None) -> None:
    """Say on stderr what came of the file."""
    from data_gen.vocabulary import load

    wanted = sys.stderr.isatty() if show is None else show
    if wanted and report.short:
        from serve.screen import show_cases  # rich: only where something is shown

        show_cases(report.short, load())
    for line in _words(request, report, counts):
        click.echo(line, err=True)


def _words(request: Any, report: Any, counts: dict[str, Any]) -> Iterator[str]:
    from serve.normalise import UNREAD

    for warning in report.header.warnings:
        yield f"warning: {warning}"
    levels = ", ".join(f"{n} {level}" for level, n in counts["triage"].items() if n)
    yield f"scored {counts['scored']} of {counts['rows_in']} rows: {levels or 'none'}"
    if counts["rejected"]:
        reasons = ", ".join(f"{n} {code}" for code, n in counts["rejected_by_reason"].items())
        yield f"rejected {counts['rejected']} rows ({reasons}): {request.rejects_path}"
    if counts["issues"]:
        kinds = ", ".join(f"{n} {code}" for code, n in counts["issues"].items())
        yield f"issues in the column `issues`: {kinds}"
    if unread := sum(n for code, n in counts["issues"].items() if code in UNREAD):
        yield (
            f"warning: cells that could not be read: {unread}; they count as unknown, so overrides "
            "may miss what they say; `issues` names each and how to write it"
        )
    if request.bundle is not None and 0 < report.tally.answered < report.tally.scored:
        silent = report.tally.scored - report.tally.answered
        yield f"warning: no model answered {silent} rows: overrides alone (issue no_model)"
    if counts["duplicate_case_ids"]:
        yield f"{counts['duplicate_case_ids']} rows repeat the case_id of an earlier row"
    if counts["neutralised_cells"]:
        yield f"{counts['neutralised_cells']} cells got a leading apostrophe (--spreadsheet-safe)"
