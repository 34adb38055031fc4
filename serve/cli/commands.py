"""The command line: `python -m serve`. Data goes to files or standard output, talk to stderr."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click

from serve.cli.running import (
    FORMS,
    bundle_folder,
    check_paths,
    edge,
    end_run,
    mapping_of,
    progress_bar,
    request_of,
    say,
    show_short,
    summarise,
)
from serve.mapping.dialect import DECIMALS, DIALECT, Sayable
from serve.problem import extra_needed


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


_MODEL = click.option("--model", type=click.Path(path_type=Path), help="Folder of the bundle.")
_OVERRIDES_ONLY = click.option("--overrides-only", is_flag=True, help="Do not ask the model.")
_WORKERS = click.option(
    "--workers", type=click.IntRange(1), help="Processes (default: by the file's size)."
)


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
        _MODEL,
        _OVERRIDES_ONLY,
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
@_WORKERS
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
    with edge(context):
        from serve.batch.job import rejects_beside, score_file  # heavy: not for --help

        bundle = bundle_folder(model, overrides_only=options["overrides_only"])
        read = {"the file of cases": cases, "the mapping": columns, "the bundle": bundle}
        check_paths(read, {"--out": out, "--rejects": rejects, "--summary": summary})
        request = request_of(cases, out, bundle, columns, options, rejects=rejects)
        with progress_bar() as progress:
            report = score_file(request, progress, partial(summarise, summary, request))
        show_short(report, show=show)
        end_run(context, request, report, options["fail_on"], rejects or rejects_beside(out))


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
    with edge(context):
        from serve.output.destination import check_apart, check_writable, write_files
        from serve.output.template import dictionary_text, header_text

        for option, path in (("--out", out), ("--dictionary", dictionary)):
            check_writable(option, path)
        check_apart({}, {"--out": out, "--dictionary": dictionary})
        write_files({out: header_text(), dictionary: dictionary_text()})
        say(f"wrote {out} and {dictionary}")


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
    with edge(context):
        from data_gen.vocabulary import load
        from serve.output.destination import check_apart, check_writable, write_files

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
        write_files({out: text})


@main.command()
@click.argument("scored")
@click.option("--reference", help="Another scored file to compare with, or the word bundle: what "
              "the model was made for.")  # fmt: skip
@click.option("--out", help="The page: .html, or - for standard output.")
@click.option("--json", "facts", help="The facts: .json, for `score --mix` and for programs.")
@click.option("--mix", help="Mix that SCORED was scored under (default: as a Parquet file says "
              "itself, else training).")  # fmt: skip
@click.option("--reference-mix", help="The same for the reference.")
@_MODEL
@click.option("--columns", type=click.Path(path_type=Path),
              help="The mapping that the files were scored with.")  # fmt: skip
@click.option("--decimal", type=click.Choice(DECIMALS), help="As it was scored with.")
@_WORKERS
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
    with edge(context):
        from serve.output.destination import check_apart, check_outputs, write_files

        if out is None and facts is None:
            raise click.UsageError("give --out PAGE.html, --json FACTS.json, or both")
        outputs = {"--out": out, "--json": facts}
        check_outputs(outputs, {"--out": (".html", ".htm"), "--json": (".json",)})
        read = {"the scored file": scored, "the reference": reference, "the mapping": columns}
        check_apart(read, outputs)
        with extra_needed("report"):
            from serve.report.page import render_page
        told = _reported(scored, reference, columns, decimal, options)
        texts = {} if facts is None else {facts: json.dumps(told, indent=1) + "\n"}
        if out is not None:
            texts[out] = render_page(told, Path(facts).name if facts else None)
        write_files(texts)
        from serve.report.report import words

        for line in words(told, out):
            say(line)


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
    mapping = mapping_of(columns, {"decimal": decimal})
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
    with edge(context):
        from data_gen.vocabulary import load
        from data_gen.vocabulary.files.atomic import WholeFiles
        from serve.batch.block import make_pipeline
        from serve.output.destination import check_apart, check_new, check_outputs
        from serve.spark.job import rejects_folder, score_folder
        from serve.spark.session import open_session, spark_errors

        bundle = bundle_folder(model, overrides_only=options["overrides_only"])
        request = request_of(cases, out, bundle, columns, options)
        rejects = rejects_folder(request)
        read = {"the folder of cases": cases, "the mapping": columns, "the bundle": request.bundle}
        check_apart(read, {"OUT": out, "OUT.rejects": rejects, "--summary": summary})
        check_new("OUT", out)
        check_new("OUT.rejects", rejects)
        check_outputs({"--summary": summary}, FORMS)
        make_pipeline(load(), request.bundle, request.mix)  # refused before Spark is started
        with open_session(options["master"]) as session, spark_errors():
            report = score_folder(session, request)
        with WholeFiles() as files:
            summarise(summary, request, files, report)
        end_run(context, request, report, options["fail_on"], rejects)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="Port to listen on; 0 for any that is free.")  # fmt: skip
@click.option("--mix", default="training", show_default=True, help="Class mix, as for score.")
@_MODEL
@_OVERRIDES_ONLY
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
    with edge(context):
        from serve.api import PROMOTED

        with extra_needed("http"):
            from serve.http.options import Options, api_key, limits_of
            from serve.http.server import serve
        from serve.model.mixes import read_mix

        folder = None if overrides_only else model or PROMOTED
        mapping = mapping_of(columns, {})
        serve(
            Options(folder, read_mix(mix), api_key(), limits_of(limits), mapping, pages), host, port
        )
