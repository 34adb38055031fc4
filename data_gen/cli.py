"""The command line of the generator: a parser; the work is imported where it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from data_gen.world import World

_EXISTING = click.Path(exists=True, path_type=Path)
Result = TypeVar("Result")
_NEW = click.Path(dir_okay=False, path_type=Path)
_knowledge = click.option(
    "--knowledge", type=_EXISTING, help="Folder of knowledge files [default: our own]."
)
_learned = click.option(
    "--learned", type=_EXISTING, help="Numbers that cases have updated: `training learn` writes it."
)
_mix = click.option(
    "--mix", default="training", show_default=True, help="training, clinic, safety or id=share,…"
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Synthetic patients with leg pain on walking, and the exact answer for each.

    Example: python -m data_gen sample --rows 1000 --seed 1 --out build/cases.csv
    """


@main.command()
@click.option("--moved", is_flag=True, help="List every stated number that a relation moves.")
@_knowledge
def check(knowledge: Path | None, moved: bool) -> None:
    """Validate the knowledge and count its numbers.

    Example: python -m data_gen check
    """
    from data_gen.check_report import check_report

    text, good = check_report(knowledge, moved=moved)
    click.echo(text)
    sys.exit(0 if good else 2)


@main.command()
@click.option("--rows", type=click.IntRange(1), required=True, help="How many vignettes.")
@click.option("--seed", type=click.IntRange(0), required=True, help="Same seed, same vignettes.")
@click.option("--out", type=_NEW, required=True, help="FILE.parquet or FILE.csv.")
@click.option("--truth", type=_NEW, help="Hidden states and exact posteriors, .parquet or .csv.")
@_mix
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--complete", is_flag=True, help="Every applicable cell recorded, without error.")
@click.option("--forms", is_flag=True, help="What is asked is drawn too, and written: `not asked`.")
@click.option("--narrative", is_flag=True, help="Add a paragraph of plain English for each case.")
@_knowledge
@_learned
def sample(
    rows: int,
    seed: int,
    out: Path,
    truth: Path | None,
    mix: str,
    workers: int,
    complete: bool,
    forms: bool,
    narrative: bool,
    knowledge: Path | None,
    learned: Path | None,
) -> None:
    """Sample vignettes to a file, with a card beside it.

    Example: python -m data_gen sample --rows 1000 --seed 1 --out build/cases.csv --narrative
    """
    from data_gen.sampler import Plan, sample_to_files
    from data_gen.sampler.card import card_path

    for path in (out, truth):
        if path is not None and path.suffix not in (".parquet", ".csv"):
            raise click.UsageError(f"{path}: the name must end in .parquet or .csv")
    if complete and forms:
        raise click.UsageError("--complete asks everything: leave out --forms, or --complete")
    _check_apart({"the knowledge": knowledge, "what was learned": learned},
                 {"--out": out, "--truth": truth, "the card of --out": card_path(out)})  # fmt: skip
    plan = Plan(rows, seed, mix, out, truth, workers, complete, narrative, forms)
    world = _world(knowledge, learned)
    _reporting(lambda: world.mix(mix))
    with click.progressbar(
        length=rows, label="sampling", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        _reporting(lambda: sample_to_files(world, plan, bar.update))


@main.command()
@click.argument("cases", type=_EXISTING)
@click.option("--out", type=_NEW, required=True, help="FILE.parquet or FILE.csv.")
@_mix
@click.option("--complete", is_flag=True, help="Read a blank as: does not apply.")
@click.option("--components", is_flag=True, help="Add component:<id>, the parts of conditions.")
@_knowledge
@_learned
def posterior(
    cases: Path,
    out: Path,
    mix: str,
    complete: bool,
    components: bool,
    knowledge: Path | None,
    learned: Path | None,
) -> None:
    """Write p_<condition> and log_evidence of every case of a file.

    Example: python -m data_gen posterior examples/real_cases.csv --out build/exact.csv
    """
    from data_gen.posterior_files import posterior_to_file

    read = {"the file of cases": cases, "the knowledge": knowledge, "what was learned": learned}
    _check_apart(read, {"--out": out})
    world = _world(knowledge, learned, complete=complete)
    _reporting(lambda: posterior_to_file(world, cases, out, mix, components=components))


@main.command()
@click.argument("old", type=_EXISTING)
@click.argument("new", type=_EXISTING, required=False)
@click.option("--patients", type=click.IntRange(1), default=20_000, show_default=True)
@_mix
def diff(old: Path, new: Path | None, patients: int, mix: str) -> None:
    """Say what an edit changes: numbers, patients, top diagnoses.

    OLD and NEW are knowledge folders; NEW is our own unless it is given.

    Example: python -m data_gen diff ../before/data_gen/knowledge
    """
    from data_gen.diff import difference

    found = _reporting(lambda: difference(old, new, patients, mix))
    click.echo("\n".join(found.lines()))


@main.command()
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--people", type=click.IntRange(100), default=60_000, show_default=True)
@_knowledge
def literature(seed: int, people: int, knowledge: Path | None) -> None:
    """Replay published statistics on people drawn as each study drew its own.

    Exits 1 when more than 5 % of the statistics that set no number fall outside their intervals.

    Example: python -m data_gen literature
    """
    from data_gen.literature import literature_report

    text, good = _reporting(lambda: literature_report(knowledge, seed, people))
    click.echo(text)
    sys.exit(0 if good else 1)


@main.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(__file__).resolve().parent.parent / "docs",
    help="Folder for the pages [default: the project's docs/].",
)
@_knowledge
def docs(out: Path, knowledge: Path | None) -> None:
    """Write the pages: conditions, findings, and what separates look-alikes.

    Example: python -m data_gen docs
    """
    from data_gen.pages.write import build_pages, write_pages
    from data_gen.profiles import KNOWLEDGE, load_knowledge
    from data_gen.world import build_world

    _check_apart({"the knowledge": knowledge or KNOWLEDGE}, {"--out": out})
    known = _reporting(lambda: load_knowledge(knowledge))
    pages = _reporting(lambda: build_pages(known, build_world(known)))
    changed = _reporting(lambda: write_pages(pages, out))
    click.echo(f"{len(pages)} pages in {out}, {len(changed)} of them changed", err=True)


@main.command(name="new-condition")
@click.argument("condition")
@click.option("--from", "source", help="CONDITION/PART whose numbers it takes over.")
def new_condition(condition: str, source: str | None) -> None:
    """Write the skeleton of a new condition; `check` then names what it still lacks.

    Example: python -m data_gen new-condition morton_neuroma --from other_cause/forefoot
    """
    from data_gen.new_condition import new_condition

    for path in _reporting(lambda: new_condition(condition, source)):
        click.echo(path)


def _world(folder: Path | None, learned: Path | None, *, complete: bool = False) -> World:
    from data_gen.world import load_world

    return _reporting(lambda: load_world(folder, learned, complete=complete))


def _check_apart(read: dict[str, Path | None], outputs: dict[str, Path | None]) -> None:
    """Exit with 2 where an output would replace what is read, or another output."""
    from data_gen.vocabulary.files.apart import clashes

    found = clashes(read, outputs)
    for clash in found:
        _say(f"error: {clash}")
    if found:
        sys.exit(2)


def _say(text: str) -> None:
    from data_gen.vocabulary.terminal import printable  # not for --help

    click.echo(printable(text), err=True)


def _reporting(work: Callable[[], Result]) -> Result:
    """The result of `work`; a mistake of the user's or the disk's becomes one clear message."""
    try:
        return work()
    except ValueError as error:
        _say(f"error: {error}")
        sys.exit(2)
    except OSError as error:
        told = [error.strerror or str(error), *getattr(error, "__notes__", ())]
        _say(f"error: {error.filename or ''}: {'; '.join(told)}")
        sys.exit(1)
