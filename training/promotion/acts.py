"""What changes the model store, and tells DVC, MLflow, the card and the report of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from serve.problem import Problem, RefusedError
from training.bundles.loaded import LoadedBundle, read_bundle
from training.bundles.write import HASHED
from training.evaluation.render import with_verdict
from training.folders import atomic_write
from training.params import Params
from training.paths import CARD, METRICS, PAGE, Places, in_experiment, pair
from training.promotion.store import dvc_out
from training.promotion.store.history import Event
from training.promotion.store.model_store import ModelStore
from training.promotion.verdict import Verdict, verdict

_JUDGE_AGAIN = "run `python -m training gate` again"
_DOCUMENTS = (CARD, PAGE)


def register(params: Params, places: Places) -> str:
    """Act on the gate's decision: promote, or write down that it refused; what was done, in words.

    MLflow is asked first: where it does not answer, nothing is done.
    """
    content = _read(places.decision, "run `python -m training gate` first")
    decision: dict[str, Any] = json.loads(content)
    candidate = read_bundle(places.candidate)
    if decision["candidate"] != candidate.version:
        message = f"it judged {decision['candidate']}, and the candidate is {candidate.version}"
        problem = Problem("stale_decision", str(places.decision), message, _JUDGE_AGAIN)
        raise RefusedError(problem)
    if in_experiment():
        return _tell_of_experiment(params, places, decision)
    return _mirrored(params, places, lambda store: _act(store, places, candidate, content))


def force(params: Params, places: Places, reason: str) -> str:
    """Promote the candidate because a person says so; what was done, in words."""

    def act(store: ModelStore) -> str:
        candidate = read_bundle(places.candidate).version
        if candidate == store.champion_version():
            message = f"{candidate} is the champion"
            raise RefusedError(Problem("is_champion", str(store.root), message, "nothing to do"))
        decision = places.decision.read_bytes() if places.decision.exists() else None
        if decision is not None and json.loads(decision)["candidate"] != candidate:
            decision = None
        files = _files(places, candidate, Event.told("forced", candidate, reason))
        return f"promoted {store.force(files, reason, decision)}, by a person: {reason}"

    return _mirrored(params, places, act) + dvc_out.commit()


def rollback(params: Params, places: Places, version: str | None, reason: str) -> str:
    """Bring back an earlier champion and hold it there; what was done, in words."""
    candidate = read_bundle(places.candidate).version if places.candidate.exists() else None

    def act(store: ModelStore) -> str:
        back = store.roll_back(version, reason, candidate)
        return f"champion is {back} again: {reason}"

    return _mirrored(params, places, act) + dvc_out.commit()


def name_anchor(places: Places, version: str, reason: str) -> str:
    """Name the version that no candidate may fall behind; what was done, in words."""
    store = ModelStore(places.models)
    return f"anchor is {store.name_anchor(version, reason)}: {reason}" + dvc_out.commit()


def prune(places: Places, keep: int) -> str:
    """Remove all but the last champions; what went, in words."""
    gone = ModelStore(places.models).prune(keep)
    return f"removed: {', '.join(gone) or 'none'}" + (dvc_out.commit() if gone else "")


def _act(store: ModelStore, places: Places, candidate: LoadedBundle, decision: bytes) -> str:
    """Promote the candidate, write down that it was refused, or see that there is nothing to do."""
    said = json.loads(decision)
    champion, done = store.champion_version(), store.acted_on(decision)
    if champion == candidate.version:
        return f"nothing to do: the candidate is the champion, {champion}"
    if done is not None and done == store.history()[-1]:
        return f"nothing to do: {done.version} was refused already; in use: {champion or 'none'}"
    if said["decision"] == "promote":
        event = Event.told("promoted", candidate.version, said["reason"])
        store.promote(_files(places, candidate.version, event), decision)
        return f"promoted {candidate.version}: {said['reason']}"
    if said["checks"]:
        store.reject(candidate.manifest, decision)
    else:
        store.check(decision, candidate.version)
    return f"kept {champion or 'no champion'}: {said['reason']}"


def _tell_of_experiment(params: Params, places: Places, decision: dict[str, Any]) -> str:
    """The verdict of an experiment, which changes no store."""
    from training.tracking.client import mirrored

    ModelStore(places.models).begin()  # a pipeline's out has to be there
    said = f"an experiment promotes nothing; the gate says {decision['decision']}"
    told = Verdict("experiment", said, f"{said}: {decision['reason']}")
    version = decision["candidate"]

    def act() -> Any:
        _write_documents(places, told)
        return _mirror(places, None, {version: told}, version)

    mirrored(params.track.experiment, params.track.model, act)
    return told.text


def _mirrored(params: Params, places: Places, act: Callable[[ModelStore], str]) -> str:
    """What an act on the store says; card, report and MLflow are told of it."""
    from training.tracking.client import mirrored

    store, said = ModelStore(places.models), []

    def whole() -> Any:
        said.append(act(store))
        return tell(store, places, _concerned(store.history()))

    missing = mirrored(params.track.experiment, params.track.model, whole)
    return "".join([*said, missing])


def tell(store: ModelStore, places: Places, versions: Iterable[str]) -> Any:
    """Write the verdict into card and report; what MLflow is to say, also of these versions."""
    history, shown = store.history(), _shown(places)
    if shown is not None:
        _write_documents(places, verdict(history, shown))
    wanted = dict.fromkeys([*versions, *([shown] if shown else [])])
    verdicts = {version: verdict(history, version) for version in wanted}
    return _mirror(places, store, verdicts, shown)


def _mirror(
    places: Places, store: ModelStore | None, verdicts: dict[str, Verdict], shown: str | None
) -> Any:
    from training.tracking.client import Mirror

    files = [places.decision, places.decision.with_suffix(".md")]
    if not files[0].exists() or json.loads(files[0].read_bytes())["candidate"] != shown:
        files = []
    files += [places.reports / name for name in _DOCUMENTS]
    return Mirror(
        champion=None if store is None else store.champion_version(),
        moves=store is not None,
        runs={v: {"verdict": t.kind, "verdict_reason": t.reason} for v, t in verdicts.items()},
        shown=shown,
        files=tuple(path for path in files if path.exists()),
    )


def _concerned(history: tuple[Event, ...]) -> list[str]:
    """The versions whose verdict the last event changes."""
    if not history:
        return []
    last = history[-1]
    return [v for v in (last.version, last.before, *last.put_aside) if v is not None]


def _shown(places: Places) -> str | None:
    """The version that card and report are about; None where there are no drafts of them."""
    if not all((places.drafts / name).exists() for name in _DOCUMENTS):
        return None
    if not (places.reports / METRICS).exists():
        return None
    return str(json.loads((places.reports / METRICS).read_bytes())["model_version"])


def _write_documents(places: Places, said: Verdict) -> None:
    for name in _DOCUMENTS:
        draft = (places.drafts / name).read_bytes()
        atomic_write(places.reports / name, with_verdict(draft, said.text))


def _files(places: Places, candidate: str, event: Event) -> dict[str, bytes]:
    """What a promoted version consists of: the bundle, and beside it metrics, card and hold-out.

    RefusedError unless the metrics, and with them the card, are its own.
    """
    from training.data.holdout import HOLDOUT

    path = places.reports / METRICS
    metrics = _read(path, "run `python -m training evaluate` first")
    measured = json.loads(metrics)["model_version"]
    if measured != candidate:
        message = f"it measures {measured}, and the candidate is {candidate}"
        remedy = "run `python -m training evaluate` again"
        raise RefusedError(Problem("stale_metrics", str(path), message, remedy))
    bundle = [places.candidate / name for name in (*HASHED, "bundle.sha256")]
    files = {path.name: path.read_bytes() for path in bundle}
    card = _read(places.drafts / CARD, "run `python -m training evaluate` first")
    files |= {METRICS: metrics, CARD: with_verdict(card, verdict([event], candidate).text)}
    for source, target in zip(places.cases("test"), pair(Path(), HOLDOUT), strict=True):
        files[target.name] = source.read_bytes()
    return files


def _read(path: Path, remedy: str) -> bytes:
    """A JSON file of the reports; RefusedError where it is none."""
    try:
        content = path.read_bytes()
        if path.suffix == ".json":
            json.loads(content)
    except (OSError, ValueError):
        message = "it is missing or no JSON"
        raise RefusedError(Problem("no_report", str(path), message, remedy)) from None
    return content
