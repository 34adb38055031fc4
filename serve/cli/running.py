"""What commands share: how they begin, what they say, and how they end."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from serve.batch.pool import WorkerLostError
from serve.mapping.dialect import DIALECT
from serve.problem import RefusedError

FORMS = {"--out": (".csv", ".parquet", ".pq"), "--rejects": (".csv",), "--summary": (".json",)}
"""How the names of files end that each option can write."""
EXIT_FAILED, EXIT_REFUSED, EXIT_REJECTS = 1, 2, 4


def say(text: str) -> None:
    """Talk on stderr, in which nothing of a file can act on the terminal."""
    from data_gen.vocabulary.terminal import printable

    click.echo(printable(text), err=True)


@contextmanager
def edge(context: click.Context) -> Iterator[None]:
    """Turn what is raised inside into words on stderr and an exit code."""
    try:
        yield
    except RefusedError as error:
        for problem in error.problems:
            say(f"error: {problem}")
        for options in filter(None, map(_options_in, error.problems)):
            again = shlex.join(["python", "-m", "serve", *context.meta["arguments"]])
            say(f"the same with that: {again} {options}")
        if any(problem.code.startswith("bundle_") for problem in error.problems):
            say("without a model, overrides alone answer: --overrides-only")
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


def _options_in(problem: Any) -> str:
    """The options that the remedy of a problem names."""
    found = re.search(r"add `(--[^`]+)`", problem.remedy)
    return found[1] if found else ""


def _fail(context: click.Context, error: BaseException, words: str) -> None:
    """Say what went wrong and what stands after it, and exit."""
    say(f"error: {'; '.join([words, *getattr(error, '__notes__', ())])}")
    context.exit(EXIT_FAILED)


def _unanswered(bundle: Path, failure: str) -> str:
    why = f" ({failure})" if failure else ""
    return (
        f"the model of {bundle} answered no row{why}: overrides alone did, and where none fires "
        "that is no all-clear; see that it runs here (`pip install` the locked requirements), "
        "train it again (`dvc repro`), or give --overrides-only"
    )


def check_paths(read: dict[str, Any], outputs: dict[str, str | None]) -> None:
    """Raise RefusedError where an output cannot be written, or would replace another file here."""
    from serve.batch.job import rejects_beside
    from serve.output.destination import check_apart, check_outputs
    from serve.output.files import check_rejects

    check_outputs(outputs, FORMS)
    beside = None
    if outputs["--rejects"] is None:
        beside = rejects_beside(outputs["--out"] or "")
        check_rejects(beside)
    check_apart(read, {**outputs, "the rejects (--rejects)": beside})


def bundle_folder(model: Path | None, *, overrides_only: bool) -> Path | None:
    """The folder to load: the one asked for, else the promoted one if there is one."""
    from serve.api import PROMOTED

    if overrides_only:
        return None
    if model is not None or PROMOTED.is_dir():
        return model or PROMOTED
    click.echo(
        f"warning: no model at {PROMOTED}: overrides alone answer; `make run` trains one", err=True
    )
    return None


def request_of(
    cases: str, out: str, bundle: Path | None, columns: Path | None, options: dict[str, Any],
    rejects: str | None = None,
) -> Any:  # fmt: skip
    """What is asked for, by the options of a command."""
    from serve.model.mixes import read_mix
    from serve.request import Request

    mapping = mapping_of(columns, options)
    options["mix"] = read_mix(options["mix"])
    names = ("mix", "workers", "spreadsheet_safe", "explain", "ask", "columns_out")
    own = {name: options[name] for name in names if name in options}
    return Request(cases, out, rejects, bundle, mapping=mapping, **own)


def mapping_of(path: Path | None, options: Mapping[str, Any]) -> Any:
    """How a file is written and its columns are read; options outdo the mapping's own lines."""
    from data_gen.vocabulary import load
    from serve.mapping.column_mapping import file_mapping

    said = {name: options.get(name) for name in (*DIALECT, "blank", "absent")}
    if path is None:
        return file_mapping(said)
    from serve.mapping.reading import read_mapping  # pydantic: only for --columns

    return read_mapping(path, load(), said)


@contextmanager
def progress_bar() -> Iterator[Callable[[float], None] | None]:
    """A progress bar on a terminal; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1000, label="scoring", file=sys.stderr) as bar:
        yield lambda part: bar.update(int(part * 1000) - bar.pos)


def summarise(path: str | None, request: Any, files: Any, report: Any) -> None:
    """Count a report, and write the counts as JSON, to appear together with the scored rows."""
    from serve.output.destination import open_output
    from serve.output.report import counts_of

    report.counts = counts_of(request, report)
    if path:
        text = json.dumps(report.counts, indent=1) + "\n"
        open_output(files, path).write(text.encode())


def show_short(report: Any, *, show: bool | None) -> None:
    """Show the cases of a short file on stderr."""
    from data_gen.vocabulary import load

    wanted = sys.stderr.isatty() if show is None else show
    if wanted and report.short:
        from serve.cli.terminal import show_cases  # rich: only where something is shown

        show_cases(report.short, load())


def end_run(
    context: click.Context, request: Any, report: Any, fail_on: Any, rejects: str
) -> None:  # fmt: skip
    """Say on stderr what came of a run, and exit by it."""
    from serve.output.report import failures, words

    for line in words(report.counts, rejects):
        say(line)
    errors = failures(report.counts, fail_on)
    if errors:
        errors = [f"{', '.join(errors)} (--fail-on); all the same, {request.out} is written"]
    if request.bundle is not None and report.tally.scored and not report.tally.answered:
        errors.append(_unanswered(request.bundle, report.tally.failure))
    for error in errors:
        say(f"error: {error}")
    if errors:
        context.exit(EXIT_FAILED)
    if report.tally.rejected:
        context.exit(EXIT_REJECTS)
