"""The command line: `python -m serve`. Data goes to files or standard output, talk to stderr."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click

from serve.batch.pool import WorkerLostError
from serve.mapping.dialect import DECIMALS, DIALECT, Sayable
from serve.problem import RefusedError, extra_needed

_FORMS = {"--out": (".csv", ".parquet", ".pq"), "--rejects": (".csv",), "--summary": (".json",)}
"""How the names of files end that each option can write."""
EXIT_DONE, EXIT_FAILED, EXIT_REFUSED, EXIT_REJECTS = 0, 1, 2, 4


class _Remembering(click.Group):
    """A group that remembers its arguments, so that a command can be told once more."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, and keep them as they were given."""
        ctx.meta["arguments"] = list(args)
        return super().parse_args(ctx, args)


@click.group(
    cls=_Remembering,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def main() -> None:
    """Score cases of leg pain: a probability for every cause, beside safety overrides.

    Example: python -m serve score examples/real_cases.csv --out scored.csv
    """


def _dialect_options(command: Any) -> Any:
    """The options of every command that reads a file of cases: how its text is written."""
    for name, hint in reversed(get_type_hints(Sayable, include_extras=True).items()):
        kind, told = get_args(hint)
        words = get_args(get_args(kind)[0])
        choice = click.Choice(words) if words else None
        command = click.option(f"--{name}", type=choice, help=told)(command)
    return command


def _scoring_options(command: Any) -> Any:
    """The options of every command that scores files."""
    command = _dialect_options(command)
    options = (
        click.option("--summary", help="Write the counts, and what made the scores, as JSON."),
        click.option("--mix", default="training", show_default=True,
                     help="Class mix: training, clinic, CONDITION=SHARE,CONDITION=SHARE, or the "
                     "JSON file of report."),
        click.option("--model", type=click.Path(path_type=Path), help="Folder of the bundle."),
        click.option("--overrides-only", is_flag=True, help="Do not ask the model."),
        click.option("--columns", type=click.Path(path_type=Path),
                     help="YAML that maps other headers, words and units."),
        click.option("--blank", type=click.Choice(["blank", "not-asked"]),
                     help="How an empty cell is read (default: blank, left out of a record; "
                     "not-asked for exports that leave none empty on purpose)."),
        click.option("--absent", type=click.Choice(["not-asked", "blank"]),
                     help="How a finding without a column is read (default: not-asked)."),
        click.option("--explain", is_flag=True,
                     help="Say which findings spoke for the top condition."),
        click.option("--ask", type=click.IntRange(0), default=0, metavar="N",
                     help="Name N findings to ask next: what settles open flags, then dangers, "
                     "then what tells most (default: what settles open flags)."),
        click.option("--columns-out", metavar="NAME,NAME",
                     help="Write these columns alone, in this order; * stands for any letters."),
        click.option("--fail-on", multiple=True,
                     type=click.Choice(["issues", "unread", "near-miss"]),
                     help="Exit with 1 where a row has an issue, a cell could not be read, or a "
                     "column is nearly named like a finding; may be given several times."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.argument("cases")
@click.option("--out", required=True, help="Scored rows: .csv, .parquet, or - for standard output.")
@click.option("--rejects", help="Rows of broken shape (default: OUT.rejects.csv, if any).")
@click.option("--workers", type=click.IntRange(1), help="Processes (default: by the file's size).")
@click.option("--spreadsheet-safe", is_flag=True, help="Disarm cells a spreadsheet would run.")
@click.option("--show/--no-show", default=None, help="Show the cases (default: on a terminal).")
@_scoring_options
@click.pass_context
def score(
    context: click.Context, /, cases: str, out: str, rejects: str | None, summary: str | None,
    columns: Path | None, model: Path | None, show: bool | None, **options: Any,
) -> None:  # fmt: skip
    """Score CASES, a CSV or Parquet file, or - for standard input.

    Every row of the input is in OUT, unchanged and in order, or in the rejects file. Exit codes:
    0 done; 4 done, with rejects; 2 the file, bundle or arguments cannot be used, and nothing was
    begun; 1 anything else: among it a model that answered no row, where OUT is written, by
    overrides alone, and what --fail-on names, where OUT is written as without it.

    \b
    Example: python -m serve score cases.csv --out scored.csv --summary counts.json
    """
    with _edge(context):
        from serve.batch.job import rejects_beside, score_file  # heavy: not for --help

        bundle = _bundle(model, overrides_only=options["overrides_only"])
        read = {"the file of cases": cases, "the mapping": columns, "the bundle": bundle}
        _check_paths(read, {"--out": out, "--rejects": rejects, "--summary": summary})
        request = _request(cases, out, bundle, columns, options, rejects=rejects)
        beside = _SummaryBeside(summary, request)
        with _progress() as progress:
            report = score_file(request, progress, beside)
        _show(report, show=show)
        rejected = rejects or rejects_beside(out)
        _end(context, request, report, beside.counts, options["fail_on"], rejected)


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
        from data_gen.vocabulary.files.atomic import WholeFiles
        from serve.output.destination import check_apart, check_writable, open_output
        from serve.output.template import dictionary_text, header_text

        for option, path in (("--out", out), ("--dictionary", dictionary)):
            check_writable(option, path)
        check_apart({}, {"--out": out, "--dictionary": dictionary})
        with WholeFiles() as files:
            for path, text in ((out, header_text()), (dictionary, dictionary_text())):
                open_output(files, path).write(text.encode())
        _say(f"wrote {out} and {dictionary}")


@main.command()
@click.argument("cases", required=False)
@click.option("--suggest", "suggested", is_flag=True, help="Write a mapping for CASES.")
@click.option(
    "--dictionary",
    type=click.Path(path_type=Path),
    help="The REDCap data dictionary of CASES, as CSV.",
)
@click.option("--schema", is_flag=True, help="Write the JSON Schema of mappings.")
@click.option(
    "--out",
    default="-",
    show_default=True,
    help="Where to: .yaml, .json, or - for standard output.",
)
@_dialect_options
@click.pass_context
def mapping(
    context: click.Context, /, cases: str | None, dictionary: Path | None, out: str, *,
    suggested: bool, schema: bool, **options: Any,
) -> None:  # fmt: skip
    """Suggest how the columns of CASES, a file with other headers and words, are to be read.

    What is sure is filled in; what is near stands behind #, with its reason. Look through it, then
    give it to `score --columns`.

    \b
    Example: python -m serve mapping export.csv --suggest --out mapping.yaml
    """
    with _edge(context):
        from data_gen.vocabulary import load
        from data_gen.vocabulary.files.atomic import WholeFiles
        from serve.output.destination import check_apart, check_writable, open_output

        if schema == suggested or (suggested and cases is None):
            raise click.UsageError("give CASES and --suggest, or --schema alone")
        check_writable("--out", out)
        check_apart({"the file of cases": cases, "the dictionary": dictionary}, {"--out": out})
        if suggested:
            from serve.suggestion.redcap import read_dictionary
            from serve.suggestion.suggest import suggest

            fields = {} if dictionary is None else read_dictionary(dictionary)
            text = suggest(cases or "", load(), {one: options[one] for one in DIALECT}, fields)
        else:
            from serve.mapping.schema import json_schema

            text = json.dumps(json_schema(load().finding_ids), indent=1) + "\n"
        with WholeFiles() as files:
            open_output(files, out).write(text.encode())


@main.command()
@click.argument("scored")
@click.option("--reference", help="Another scored file to compare with, or the word bundle: what "
              "the model was made for.")  # fmt: skip
@click.option("--out", help="The page: .html, or - for standard output.")
@click.option("--json", "facts", help="The facts: .json, for `score --mix` and for programs.")
@click.option("--mix", help="Mix that SCORED was scored under (default: as a Parquet file says "
              "itself, else training).")  # fmt: skip
@click.option("--reference-mix", help="The same for the reference.")
@click.option("--model", type=click.Path(path_type=Path), help="Folder of the bundle.")
@click.option("--columns", type=click.Path(path_type=Path),
              help="The mapping that the files were scored with.")  # fmt: skip
@click.option("--decimal", type=click.Choice(DECIMALS), help="As it was scored with.")
@click.option("--workers", type=click.IntRange(1), help="Processes (default: by the file's size).")
@click.pass_context
def report(
    context: click.Context, /, scored: str, reference: str | None, out: str | None,
    facts: str | None, columns: Path | None, decimal: str | None, **options: Any,
) -> None:  # fmt: skip
    """Report on SCORED, a file that `score` wrote: its class mix, and what changed.

    A column `final_condition`, filled in later, says how right the answers were.

    \b
    Example: python -m serve report scored.csv --reference bundle --out report.html
    """
    with _edge(context):
        from data_gen.vocabulary.files.atomic import WholeFiles
        from serve.output.destination import check_apart, check_form, check_writable, open_output

        if out is None and facts is None:
            raise click.UsageError("give --out PAGE.html, --json FACTS.json, or both")
        outputs = {"--out": (out, (".html", ".htm")), "--json": (facts, (".json",))}
        for option, (path, forms) in outputs.items():
            if path is not None:
                check_writable(option, path)
                check_form(option, path, forms)
        read = {"the scored file": scored, "the reference": reference, "the mapping": columns}
        check_apart(read, {"--out": out, "--json": facts})
        with extra_needed("report"):
            from serve.report.page import render_page
        told = _reported(scored, reference, columns, decimal, options)
        with WholeFiles() as files:
            if facts is not None:
                open_output(files, facts).write((json.dumps(told, indent=1) + "\n").encode())
            if out is not None:
                name = Path(facts).name if facts else None
                open_output(files, out).write(render_page(told, name).encode())
        from serve.report.report import words

        for line in words(told, out):
            _say(line)


def _reported(
    scored: str, reference: str | None, columns: Path | None, decimal: str | None,
    options: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """The facts of a scored file."""
    from serve.api import PROMOTED
    from serve.model.mixes import read_mix
    from serve.report.report import Asked, report

    model = options["model"] or (PROMOTED if PROMOTED.is_dir() else None)
    mix, other = (options[name] and read_mix(options[name]) for name in ("mix", "reference_mix"))
    mapping = _mapping(columns, {"decimal": decimal})
    return report(Asked(scored, reference, model, mix, other, mapping, options["workers"]))


@main.command()
@click.argument("cases")
@click.argument("out")
@click.option("--master", help="Spark master (default: as spark-submit or the machine sets it).")
@_scoring_options
@click.pass_context
def spark(
    context: click.Context, /, cases: str, out: str, summary: str | None, columns: Path | None,
    model: Path | None, **options: Any,
) -> None:  # fmt: skip
    """Score CASES, a folder of CSV or Parquet files, on Spark into the Parquet folder OUT.

    Needs the extra `spark` and Java. Every row is as `score` would give it; records of broken
    shape go to the Parquet folder OUT.rejects. Files may differ in their columns and lie in folders
    of folders; those that are not read are named. Exit codes are those of score.

    \b
    Example: python -m serve spark cases/ scored/ --master "local[2]"
    """
    with _edge(context):
        from data_gen.vocabulary import load
        from data_gen.vocabulary.files.atomic import WholeFiles
        from serve.batch.block import make_pipeline
        from serve.output.destination import check_apart, check_form, check_new, check_writable
        from serve.spark.job import rejects_folder, score_folder
        from serve.spark.session import open_session, spark_errors

        bundle = _bundle(model, overrides_only=options["overrides_only"])
        request = _request(cases, out, bundle, columns, options)
        rejects = rejects_folder(request)
        read = {"the folder of cases": cases, "the mapping": columns, "the bundle": request.bundle}
        check_apart(read, {"OUT": out, "OUT.rejects": rejects, "--summary": summary})
        check_new("OUT", out)
        check_new("OUT.rejects", rejects)
        if summary is not None:
            check_writable("--summary", summary)
            check_form("--summary", summary, _FORMS["--summary"])
        make_pipeline(load(), request.bundle, request.mix)  # refused before Spark is started
        with open_session(options["master"]) as session, spark_errors():
            report = score_folder(session, request)
        beside = _SummaryBeside(summary, request)
        with WholeFiles() as files:
            beside(files, report)
        _end(context, request, report, beside.counts, options["fail_on"], rejects)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="Port to listen on; 0 for any that is free.")  # fmt: skip
@click.option("--mix", default="training", show_default=True, help="Class mix, as for score.")
@click.option("--model", type=click.Path(path_type=Path), help="Folder of the bundle.")
@click.option("--overrides-only", is_flag=True, help="Do not ask the model.")
@click.option(
    "--columns",
    type=click.Path(path_type=Path),
    help="YAML that maps other fields, columns, words and units, in every request.",
)
@click.option("--page/--no-page", "pages", default=True, help="Whether there are pages for people.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER",
              help="Another limit, such as cases=100; may be given several times.")  # fmt: skip
@click.pass_context
def http(
    context: click.Context, /, host: str, port: int, mix: str, model: Path | None,
    limits: tuple[str, ...], columns: Path | None, *, overrides_only: bool, pages: bool,
) -> None:  # fmt: skip
    """Answer HTTP requests until SIGTERM or Ctrl-C, then finish those under way.

    Needs the extra `http`. Where CLAUDICO_API_KEY is set, requests must carry that key. While no
    model can be loaded overrides alone answer, and say so; it is looked for every few seconds.

    \b
    Example: python -m serve http --port 8000
    """
    with _edge(context):
        from serve.api import PROMOTED

        with extra_needed("http"):
            from serve.http.options import Options, api_key, limits_of
            from serve.http.server import serve
        from serve.model.mixes import read_mix

        folder = None if overrides_only else model or PROMOTED
        mapping = _mapping(columns, {})
        serve(
            Options(folder, read_mix(mix), api_key(), limits_of(limits), mapping, pages), host, port
        )


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
        for options in filter(None, map(_options_in, error.problems)):
            again = shlex.join(["python", "-m", "serve", *context.meta["arguments"]])
            _say(f"the same with that: {again} {options}")
        if any(problem.code.startswith("bundle_") for problem in error.problems):
            _say("without a model, overrides alone answer: --overrides-only")
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
    _say(f"error: {'; '.join([words, *getattr(error, '__notes__', ())])}")
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
    from serve.batch.job import rejects_beside
    from serve.output.destination import check_apart, check_form, check_writable
    from serve.output.files import check_rejects

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
    from serve.api import PROMOTED

    if overrides_only:
        return None
    if model is not None or PROMOTED.is_dir():
        return model or PROMOTED
    click.echo(
        f"warning: no model at {PROMOTED}: overrides alone answer; `make run` trains one", err=True
    )
    return None


def _request(
    cases: str, out: str, bundle: Path | None, columns: Path | None, options: dict[str, Any],
    rejects: str | None = None,
) -> Any:  # fmt: skip
    from serve.model.mixes import read_mix
    from serve.request import Request

    mapping = _mapping(columns, options)
    options["mix"] = read_mix(options["mix"])
    names = ("mix", "workers", "spreadsheet_safe", "explain", "ask", "columns_out")
    own = {name: options[name] for name in names if name in options}
    return Request(cases, out, rejects, bundle, mapping=mapping, **own)


def _mapping(path: Path | None, options: Mapping[str, Any]) -> Any:
    """How a file is written and its columns are read; options outdo the mapping's own lines."""
    from data_gen.vocabulary import load
    from serve.mapping.column_mapping import file_mapping

    said = {name: options.get(name) for name in (*DIALECT, "blank", "absent")}
    if path is None:
        return file_mapping(said)
    from serve.mapping.reading import read_mapping  # pydantic: only for --columns

    return read_mapping(path, load(), said)


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

    def __init__(self, path: str | None, request: Any) -> None:
        self.counts: dict[str, Any] = {}
        self._path = path
        self._request = request

    def __call__(self, files: Any, report: Any) -> None:
        from serve.output.destination import open_output
        from serve.output.report import counts_of

        self.counts = counts_of(self._request, report)
        if self._path:
            text = json.dumps(self.counts, indent=1) + "\n"
            open_output(files, self._path).write(text.encode())


def _show(report: Any, *, show: bool | None) -> None:
    """Show the cases of a short file on stderr."""
    from data_gen.vocabulary import load

    wanted = sys.stderr.isatty() if show is None else show
    if wanted and report.short:
        from serve.cli.terminal import show_cases  # rich: only where something is shown

        show_cases(report.short, load())


def _end(
    context: click.Context, request: Any, report: Any, counts: dict[str, Any], fail_on: Any,
    rejects: str,
) -> None:  # fmt: skip
    """Say on stderr what came of a run, and exit by it."""
    from serve.output.report import failures, words

    for line in words(counts, rejects):
        _say(line)
    errors = failures(counts, fail_on)
    if errors:
        errors = [f"{', '.join(errors)} (--fail-on); all the same, {request.out} is written"]
    if request.bundle is not None and report.tally.scored and not report.tally.answered:
        errors.append(_unanswered(request.bundle, report.tally.failure))
    for error in errors:
        _say(f"error: {error}")
    if errors:
        context.exit(EXIT_FAILED)
    if report.tally.rejected:
        context.exit(EXIT_REJECTS)
