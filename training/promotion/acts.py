"""What changes the model store, and tells DVC, MLflow, the card and the report of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from serve.model.bundle import HASHES
from serve.problem import Problem, RefusedError
from training.bundles.loaded import LoadedBundle, read_bundle
from training.evaluation.render import version_shown, with_verdict
from training.params import Params
from training.paths import CARD, METRICS, PAGE, Places, atomic_write, in_experiment, pair
from training.promotion.store import dvc_out
from training.promotion.store.history import Event
from training.promotion.store.model_store import ModelStore
from training.promotion.verdict import NOT_JUDGED, Verdict, verdict, verdicts

_JUDGE_AGAIN = "run `python -m training gate` again"
_MEASURE = "run `python -m training evaluate` first"
_DOCUMENTS = (CARD, PAGE)


def register(params: Params, places: Places) -> str:
    """Act on the gate's decision: promote, or write down that it refused; what was done, in words.

    MLflow is asked first: where it does not answer, nothing is done.
    """
    dvc_out.check_here(places.models)
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
        candidate = read_bundle(places.candidate)
        if candidate.version == store.champion_version():
            message = f"{candidate.version} is the champion"
            raise RefusedError(Problem("is_champion", str(store.root), message, "nothing to do"))
        files = _files(places, candidate, Event.told("forced", candidate.version, reason))
        said = store.force(files, reason, _counting(store, places.decision, candidate.version))
        return f"promoted {said}, by a person: {reason}"

    return _mirrored(params, places, act) + dvc_out.commit()


def _counting(store: ModelStore, path: Path, candidate: str) -> bytes | None:
    """The decision that lies there, if it was made for this candidate as things stand."""
    try:
        decision = path.read_bytes()
        store.check(decision, candidate)
    except (OSError, ValueError):  # none, no JSON, or of another state
        return None
    return decision


def rollback(params: Params, places: Places, version: str | None, reason: str) -> str:
    """Bring back an earlier champion and hold it there; what was done, in words."""
    candidate = read_bundle(places.candidate) if places.candidate.exists() else None

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
        store.promote(_files(places, candidate, event), decision)
        return f"promoted {candidate.version}: {said['reason']}"
    if said["checks"]:
        store.reject(candidate.manifest, decision)
    else:
        store.check(decision, candidate.version)
    return f"kept {champion or 'no champion'}: {said['reason']}"


def _tell_of_experiment(params: Params, places: Places, decision: dict[str, Any]) -> str:
    """The verdict of an experiment, which changes no store."""
    from training.tracking.client import mirrored

    store, version = ModelStore(places.models), decision["candidate"]
    store.begin()  # a pipeline's out has to be there
    said = f"an experiment promotes nothing; the gate says {decision['decision']}"
    told = Verdict("experiment", said, f"{said}: {decision['reason']}")
    known = {version: verdicts(store.history()).get(version, told)}

    mirrored(params.track.experiment, params.track.model, lambda: _told(places, None, known))
    return told.text


def _mirrored(params: Params, places: Places, act: Callable[[ModelStore], str]) -> str:
    """What an act on the store says; card, report and MLflow are told of it."""
    from training.tracking.client import mirrored

    store, said = ModelStore(places.models), []

    def whole() -> Any:
        said.append(act(store))
        return tell(store, places)

    missing = mirrored(params.track.experiment, params.track.model, whole)
    return "".join([*said, missing])


def tell(store: ModelStore, places: Places) -> Any:
    """Write the verdict into card and report; what MLflow is to say of every version."""
    return _told(places, store, verdicts(store.history()))


def _told(places: Places, store: ModelStore | None, known: dict[str, Verdict]) -> Any:
    """The same of these verdicts; without a store no alias moves."""
    from training.tracking.client import Mirror

    shown = shown_in(places)
    if shown is not None:
        for path, text in _documents(places, known.get(shown, NOT_JUDGED)).items():
            atomic_write(path, text)
    return Mirror(
        champion=None if store is None else store.champion_version(),
        moves=store is not None,
        runs={v: {"verdict": t.kind, "verdict_reason": t.reason} for v, t in known.items()},
        shown=shown,
        files=tuple(path for path in _reports_of(places, shown) if path.exists()),
    )


def _reports_of(places: Places, shown: str | None) -> list[Path]:
    """The reports about a version: decision and table only where they are about it too."""
    files = [places.decision, places.decision.with_suffix(".md")]
    if not files[0].exists() or json.loads(files[0].read_bytes())["candidate"] != shown:
        files = []
    return files + [places.reports / name for name in _DOCUMENTS]


def shown_in(places: Places) -> str | None:
    """The version that the drafts of card and report are about; None where they name no one."""
    try:
        shown = {version_shown((places.drafts / name).read_bytes()) for name in _DOCUMENTS}
    except OSError:
        return None
    return shown.pop() if len(shown) == 1 else None


def _documents(places: Places, said: Verdict) -> dict[Path, bytes]:
    """Card and report that say what became of their model."""
    drafts = {name: (places.drafts / name).read_bytes() for name in _DOCUMENTS}
    return {places.reports / name: with_verdict(drafts[name], said.text) for name in drafts}


def stale_documents(places: Places, said: Verdict) -> bool:
    """Whether the card or the report that lies there says anything else of its model."""
    there = _documents(places, said).items()
    return any(not path.exists() or path.read_bytes() != text for path, text in there)


def _files(places: Places, candidate: LoadedBundle, event: Event) -> dict[str, bytes]:
    """What a promoted version consists of: the bundle, and beside it metrics, card and hold-out.

    RefusedError unless metrics and card are its own, and the hold-out is of its knowledge.
    """
    from training.data.holdout import HOLDOUT, check_knowledge

    metrics = _read(places.reports / METRICS, _MEASURE)
    card = _read(places.drafts / CARD, _MEASURE)
    _check_own(places.reports / METRICS, json.loads(metrics)["model_version"], candidate)
    _check_own(places.drafts / CARD, version_shown(card), candidate)
    check_knowledge(places.cases("test"), candidate.manifest["knowledge_hash"])
    bundle = [places.candidate / name for name in (*candidate.files, HASHES)]
    files = {path.name: path.read_bytes() for path in bundle}
    told = verdict([event], candidate.version)
    files |= {METRICS: metrics, CARD: with_verdict(card, told.text)}
    for source, target in zip(places.cases("test"), pair(Path(), HOLDOUT), strict=True):
        files[target.name] = source.read_bytes()
    return files


def _check_own(path: Path, measured: str | None, candidate: LoadedBundle) -> None:
    if measured != candidate.version:
        message = f"it measures {measured}, and the candidate is {candidate.version}"
        remedy = "run `python -m training evaluate` again"
        raise RefusedError(Problem("stale_metrics", str(path), message, remedy))


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
