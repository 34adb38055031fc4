"""Whether model store, DVC and MLflow name the same champion, and how they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serve.problem import Problem, RefusedError
from training.params import Params
from training.paths import Places
from training.promotion.acts import shown_in, stale_documents, tell
from training.promotion.store import dvc_out
from training.promotion.store.history import Event
from training.promotion.store.model_store import ModelStore
from training.promotion.verdict import Verdict, verdicts


@dataclass(frozen=True)
class Status:
    """The champion by each of those who name one."""

    lines: tuple[str, ...]
    differences: tuple[str, ...]


def status(params: Params, places: Places) -> Status:
    """Which champion the store, DVC and MLflow name, and what differs."""
    from training.tracking.client import champion_alias

    store = ModelStore(places.models)
    events, champion = store.history(), store.champion_version()
    alias = champion_alias(params.track.experiment, params.track.model)
    lines = [f"model store  {champion or 'none'}  ({len(events)} events)"]
    differences = []
    if dvc_out.in_project():
        try:
            recorded = dvc_out.recorded(places.models) or ()
        except RefusedError as error:
            lines.append("dvc.lock     not in the cache")
            differences.append(str(error))
        else:
            lines.append(f"dvc.lock     {_champion(recorded) or 'none'}  ({len(recorded)} events)")
            differences += _beside(events, recorded)
    lines.append(f"MLflow       {alias or 'none'}")
    if alias != champion:
        differences.append(f"MLflow's alias `champion` is {alias or 'none'}, not {champion}")
    differences += _untold(params, places, verdicts(events))
    return Status(tuple(lines), tuple(differences))


def _untold(params: Params, places: Places, known: Mapping[str, Verdict]) -> Iterator[str]:
    """The runs, the card and the report that do not say what became of their model."""
    from training.tracking.client import told_verdicts

    for version, told in told_verdicts(params.track.experiment):
        if version in known and told != known[version].kind:
            own = known[version].kind
            yield f"a run of {version} in MLflow says {told or 'nothing'}, the store {own}"
    shown = shown_in(places)
    if shown is not None and shown in known and stale_documents(places, known[shown]):
        yield f"card and report do not say of {shown}: {known[shown].text}"


def mend(params: Params, places: Places) -> Status:
    """Let store, DVC and MLflow name the same champion; how they stand then.

    Of store and dvc.lock the one whose history goes on from the other's wins; MLflow follows the
    store. RefusedError where each has events that the other has not: a person chooses.
    """
    from training.tracking.client import has_run, mirrored
    from training.tracking.run import record_kept

    store = ModelStore(places.models)
    store.adopt()
    failed = ""
    if dvc_out.in_project():
        events, recorded = store.history(), dvc_out.recorded(places.models) or ()
        way = _beside(events, recorded)
        if way and len(recorded) > len(events):
            dvc_out.checkout(places.models)
    champion = store.champion()
    if champion is not None and not has_run(params.track.experiment, champion.version):
        record_kept(params, champion.folder, champion.manifest)

    def act() -> Any:
        with store.lock():
            return tell(store, places)

    mirrored(params.track.experiment, params.track.model, act)
    if store.history():
        failed = dvc_out.commit()
    now = status(params, places)
    return Status(now.lines, (*now.differences, *([failed.lstrip("; ")] if failed else [])))


def _beside(events: Sequence[Event], recorded: Sequence[Event]) -> list[str]:
    """How the store's history stands to the one that `dvc.lock` names; nothing where they agree."""
    here, there = tuple(events), tuple(recorded)
    if here == there:
        return []
    if here[: len(there)] == there:
        return [f"dvc.lock lacks the last {len(here) - len(there)} events of the store"]
    if there[: len(here)] == here:
        return [f"the store lacks the last {len(there) - len(here)} events of dvc.lock"]
    message = "its history and the one that dvc.lock names went different ways"
    remedy = "choose: `dvc commit -f register` keeps this store, `dvc checkout -f models/leg_pain` "
    remedy += "that of dvc.lock; then `python -m training status --mend`"
    raise RefusedError(Problem("two_histories", "models/leg_pain", message, remedy))


def _champion(events: Sequence[Event]) -> str | None:
    return next((event.version for event in reversed(events) if event.made_champion), None)
