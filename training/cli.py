"""The command line of training: a parser; the work is imported where it is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from serve.problem import RefusedError, extra_needed

if TYPE_CHECKING:
    from training.params import Params
    from training.paths import Places

Result = TypeVar("Result")
KEPT = 3
"""Exit code of `gate` where the champion is kept."""

_PROJECT = Path(__file__).resolve().parent.parent


def _in_project(_: click.Context, __: click.Parameter, path: Path | None) -> Path:
    """The file asked for; else that of the working folder, or of the project, which is entered.

    The paths of the pipeline count from the folder that it runs in.
    """
    if path is None and not Path(_PARAMS).exists():
        os.chdir(_PROJECT)
    return path or Path(_PARAMS)


_PARAMS = "params.yaml"
_params = click.option(
    "--params", "path", type=click.Path(path_type=Path), callback=_in_project,
    help=f"The knobs [default: {_PARAMS}, here or in the project's folder].",
)  # fmt: skip


class _Commands(click.Group):
    """Commands that say what to install where something is missing."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command; exit 2 with a remedy where a package is not installed."""
        try:
            with extra_needed("train"):
                return super().invoke(context)
        except RefusedError as error:
            _say(str(error))
            sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """From vignettes to a tracked, gated, promoted model. `dvc repro` runs every stage in turn.

    Example: python -m training train
    """


@main.command()
@click.argument("labelled", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for learned.yaml and learned.csv [default: build/learned].",
)
@_params
def learn(labelled: Path | None, out: Path | None, path: Path) -> None:
    """Let labelled cases update the numbers of the knowledge.

    LABELLED is a folder of case files with `condition`; left out, the one that the knobs name.

    Example: python -m training learn labelled --out build/learned
    """
    from dataclasses import replace

    from training import pipeline

    def work(params: Params, places: Places) -> list[str]:
        places = places if out is None else replace(places, learned=out)
        return pipeline.learn(params, places, labelled)

    _say("\n".join(_done(work, path)))


@main.command()
@_params
def train(path: Path) -> None:
    """Fit a classifier to build/vignettes/ and write its bundle to build/candidate/.

    Example: python -m training train
    """
    from training import pipeline

    _say(f"candidate {_done(pipeline.train, path)} in build/candidate/")


@main.command(name="check-labelled")
@_params
def check_labelled(path: Path) -> None:
    """Read the labelled cases as `learn` would, and say what is to be known of them.

    Exits with 2 where they cannot be used.

    Example: python -m training check-labelled
    """
    from training.data.labelled import check_labelled

    _say("\n".join(_done(lambda params, _: check_labelled(params), path)))


@main.command()
@_params
def evaluate(path: Path) -> None:
    """Measure the candidate into reports/, and record the run in MLflow.

    Example: python -m training evaluate
    """
    from training import pipeline

    metrics = _done(pipeline.evaluate, path)
    seen, real = metrics["vignettes"], metrics["real"]
    _say(
        f"excess {seen['kl_to_exact']:.4f} nats over the exact posterior; "
        f"top-1 {seen['top1']:.3f} (exact {seen['top1_of_exact']:.3f})"
    )
    _say(
        f"real cases: top-1 {real['top1']['k']} and top-3 {real['top3']['k']} "
        f"of {real['top1']['n']}; emergencies below urgent: {real['emergencies_below_urgent']}"
    )


@main.command()
@click.argument("runs", nargs=-1, required=True)
@_params
def compare(runs: tuple[str, ...], path: Path) -> None:
    """Hold RUNS against the first of them, case by case, in one table.

    Each is the folder of a bundle, or a version of the model store or of a run in MLflow. Excess is
    on the validation part of the vignettes, which is there to compare on; intervals hold 95 %.

    Example: python -m training compare 0123456789ab build/candidate
    """
    from data_gen.pages.markdown import table
    from training import pipeline

    head, *rows = _done(lambda knobs, places: pipeline.compare(knobs, places, runs), path)
    click.echo("\n".join(table(head, rows)).rstrip())


@main.command()
@click.option("--stage", is_flag=True, help="As a pipeline stage: exit 0 whatever is decided.")
@_params
def gate(path: Path, stage: bool) -> None:
    """Judge the candidate; the decision goes to reports/gate.json, its table to reports/gate.md.

    Exits 0 where the candidate is better, 3 where the champion is kept.

    Example: python -m training gate
    """
    from training import pipeline
    from training.paths import Places
    from training.promotion.gate_table import show

    found = _done(pipeline.gate, path)
    if found.same:
        _say(f"nothing to decide: the candidate is the champion, {found.champion}")
    else:
        _say(show(Places().decision))
    sys.exit(0 if found.promote or stage else KEPT)


@main.command()
@click.option("--force", metavar="REASON", help="Promote whatever the gate says; REASON is kept.")
@_params
def register(path: Path, force: str | None) -> None:
    """Act on the gate's decision: move the candidate to models/leg_pain/, or keep the champion.

    Example: python -m training register --force "the ward needs it, 2 of 3 reviewed it"
    """
    from training import pipeline

    if force is None:
        _say(_done(pipeline.register, path))
    else:
        _say(_done(lambda knobs, places: pipeline.force(knobs, places, force), path))


@main.command()
@click.option("--to", "version", help="The version to bring back [default: the one before].")
@click.option("--reason", default="by hand", show_default=True, help="Why; kept and shown.")
@_params
def rollback(path: Path, version: str | None, reason: str) -> None:
    """Bring back an earlier champion, and hold it until a different candidate appears.

    Example: python -m training rollback --reason "misses acute ischaemia"
    """
    from training import pipeline

    _say(_done(lambda knobs, places: pipeline.rollback(knobs, places, version, reason), path))


@main.command()
@click.argument("version")
@click.option("--reason", default="by hand", show_default=True, help="Why; kept and shown.")
@_params
def anchor(path: Path, version: str, reason: str) -> None:
    """Name the VERSION that no candidate of its knowledge may fall behind by a margin.

    Example: python -m training anchor 0123456789ab --reason "reviewed case by case"
    """
    from training.paths import Places
    from training.promotion.acts import name_anchor

    _say(_reporting(lambda: name_anchor(Places(params=path), version, reason)))


@main.command()
@_params
def challenger(path: Path) -> None:
    """Put the candidate into MLflow's registry, with the alias `challenger`.

    Example: python -m training challenger
    """
    from training.bundles.loaded import read_bundle
    from training.tracking.client import name_challenger

    def work(params: Params, places: Places) -> str:
        version = read_bundle(places.candidate).version
        name_challenger(params.track.experiment, params.track.model, version)
        return version

    _say(f"challenger is {_done(work, path)}")


@main.command()
@click.option("--mend", is_flag=True, help="Let them agree: the longer history wins.")
@_params
def status(path: Path, mend: bool) -> None:
    """Show which champion model store, dvc.lock and MLflow name; exit 1 where they differ.

    Example: python -m training status --mend
    """
    from training.promotion import status as states

    found = _done(states.mend if mend else states.status, path)
    for line in found.lines:
        click.echo(line)
    for line in found.differences:
        _say(line)
    if found.differences and not mend:
        _say("`python -m training status --mend` lets them agree")
    sys.exit(1 if found.differences else 0)


@main.command(name="list")
def list_() -> None:
    """Show the history of the model store, one event a line, and which version is in use.

    Example: python -m training list
    """
    from training.paths import Places
    from training.promotion.store.model_store import ModelStore

    store = ModelStore(Places().models)
    for event in _reporting(store.history):
        click.echo(f"{event.number:>4}  {event.kind:<11}  {event.version}  {event.reason}")
    _say(f"in use: {_reporting(store.champion_version) or 'none'}")


@main.command()
@click.option("--keep", type=click.IntRange(1), required=True, help="How many champions to keep.")
def prune(keep: int) -> None:
    """Remove all but the last champions, the one in use and its anchor from the model store.

    Example: python -m training prune --keep 5
    """
    from training.paths import Places
    from training.promotion import acts

    _say(_reporting(lambda: acts.prune(Places(), keep)))


def _done(work: Callable[[Params, Places], Result], path: Path) -> Result:
    """The result of work by the knobs of a file, in the places of the pipeline."""
    from training.params import read_params
    from training.paths import Places

    return _reporting(lambda: work(read_params(path), Places(params=path)))


def _say(text: str) -> None:
    from data_gen.vocabulary.terminal import printable  # not for --help

    click.echo(printable(text), err=True)


def _reporting(work: Callable[[], Result]) -> Result:
    """The result of the work; a message and exit 2 for bad input, 1 for a failing machine."""
    try:
        return work()
    except RefusedError as error:
        _say(str(error))
        sys.exit(2)
    except OSError as error:
        what = error.strerror or str(error) or type(error).__name__
        _say(f"{error.filename or 'a file'}: {what}; free space or correct the path")
        sys.exit(1)
