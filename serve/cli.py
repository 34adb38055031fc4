"""The command line: `python -m serve`. Data goes to files or standard output, talk to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from serve.problem import RefusedError

_FORMS = {"--out": (".csv", ".parquet", ".pq"), "--rejects": (".csv",), "--summary": (".json",)}
"""How the names of files end that each option can write."""
_LISTED = 12  # columns that are named on stderr; the summary names all
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
    0 done; 4 done, with rejects; 2 the file or arguments cannot be used; 1 anything else.

    \b
    Example: python -m serve score cases.csv --out scored.csv --summary counts.json
    """
    with _edge(context):
        from serve.job import Request, score_file  # heavy: not for --help

        _check_paths(cases, {"--out": out, "--rejects": rejects, "--summary": summary})
        request = Request(
            cases, out, rejects, _bundle(model, overrides_only=options["overrides_only"]),
            options["mix"], options["workers"], options["spreadsheet_safe"], _mapping(columns),
            options["explain"],
        )  # fmt: skip
        with _progress() as progress:
            report = score_file(request, progress)
        _tell(request, report, summary, show=show)
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
        from serve.destination import check_writable, whole_file
        from serve.template import dictionary_text, header_text

        for option, path in (("--out", out), ("--dictionary", dictionary)):
            check_writable(option, path)
        for path, text in ((out, header_text()), (dictionary, dictionary_text())):
            with whole_file(path) as stream:
                stream.write(text.encode())
        _say(f"wrote {out} and {dictionary}")


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
        from serve.spark_job import score_folder
        from serve.spark_session import open_session, spark_errors

        folder = _bundle(model, overrides_only=overrides_only)
        with open_session(master) as session, spark_errors():
            rejected = score_folder(session, cases, out, folder, mix)
        _say(f"scored {cases} into {out}; {rejected} records rejected")
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


def _say(text: str) -> None:
    """Talk on stderr, in which nothing of a file can act on the terminal."""
    from data_gen.vocabulary.terminal import printable

    click.echo(printable(text), err=True)


@contextmanager
def _edge(context: click.Context) -> Iterator[None]:
    """Turn what is raised inside into words on stderr and an exit code."""
    try:
        yield
    except RefusedError as error:
        for problem in error.problems:
            _say(f"error: {problem}")
        context.exit(EXIT_REFUSED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing is left to tell
        context.exit(EXIT_FAILED)
    except OSError as error:
        spot = f"{error.filename}: " if error.filename else ""
        _say(f"error: {spot}{error.strerror or error}; nothing was written")
        context.exit(EXIT_FAILED)
    except MemoryError:
        click.echo("error: out of memory; use fewer --workers; nothing was written", err=True)
        context.exit(EXIT_FAILED)


def _check_paths(cases: str, outputs: dict[str, str | None]) -> None:
    """Raise RefusedError where an output cannot be written, or would replace another file here."""
    from serve.destination import STDOUT, check_form, check_writable
    from serve.problem import Problem

    taken = {Path(cases).resolve(): "the file of cases"} if cases != STDOUT else {}
    for option, path in outputs.items():
        if path is None:
            continue
        check_writable(option, path)
        if path == STDOUT or not _regular(Path(path)):
            continue
        check_form(option, path, _FORMS[option])
        place = Path(path).resolve()
        if place in taken:
            message = f"this is also {taken[place]}"
            raise RefusedError(Problem("same_file", f"{option} {path}", message, "name another"))
        taken[place] = option


def _regular(path: Path) -> bool:
    return path.is_file() or not path.exists()


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


def _tell(request: Any, report: Any, summary_path: str | None, *, show: bool | None) -> None:
    """Say on stderr what came of the file, and write the counts where asked."""
    from data_gen.vocabulary import load
    from serve.destination import whole_file
    from serve.tally import columns_summary, summary, versions

    counts = summary(
        report.tally,
        report.ids.duplicated(),
        report.warnings,
        versions(report.model_version, load()),
    ) | columns_summary(report.header, report.tally)
    if summary_path:
        with whole_file(summary_path) as stream:
            stream.write(json.dumps(counts, indent=1).encode() + b"\n")
    wanted = sys.stderr.isatty() if show is None else show
    if wanted and report.short:
        from serve.screen import show_cases  # rich: only where something is shown

        show_cases(report.short, load())
    for line in _words(request, report, counts):
        _say(line)


def _words(request: Any, report: Any, counts: dict[str, Any]) -> Iterator[str]:
    from serve.normalise import UNREAD

    for warning in report.warnings:
        yield f"warning: {warning}"
    yield f"columns read: {_listed(counts['columns_read'])}"
    if counts["columns_not_read"]:
        yield f"columns not read: {_listed(counts['columns_not_read'])}"
    levels = ", ".join(f"{n} {level}" for level, n in counts["triage"].items() if n)
    yield f"scored {counts['scored']} of {counts['rows_in']} rows: {levels or 'none'}"
    if counts["rejected"]:
        reasons = ", ".join(f"{n} {code}" for code, n in counts["rejected_by_reason"].items())
        yield f"rejected {counts['rejected']} rows ({reasons}): {request.rejects_path}"
    if counts["issues"]:
        kinds = ", ".join(f"{n} {code}" for code, n in counts["issues"].items())
        yield f"issues in the column `issues`: {kinds}"
    if counts["rows_without_finding"]:
        yield f"{counts['rows_without_finding']} rows hold no finding"
    if unread := sum(n for code, n in counts["issues"].items() if code in UNREAD):
        yield (
            f"warning: cells that could not be read: {unread}; they count as unknown, so overrides "
            "may miss what they say; `issues` names each and how to write it"
        )
    if counts["duplicate_case_ids"]:
        yield f"{counts['duplicate_case_ids']} rows repeat the case_id of an earlier row"
    if counts["neutralised_cells"]:
        yield f"{counts['neutralised_cells']} cells got a leading apostrophe (--spreadsheet-safe)"


def _listed(names: list[str]) -> str:
    """How many columns there are, and the names of the first."""
    from serve.issues import quoted_name

    more = ", ..." if len(names) > _LISTED else ""
    return f"{len(names)} ({', '.join(map(quoted_name, names[:_LISTED]))}{more})"
