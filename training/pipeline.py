"""The stages: what reads which files, does the work, and writes which others."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_gen.profiles import load_knowledge
from data_gen.sampler import Origin
from data_gen.vocabulary import Vocabulary, load
from data_gen.world import World, build_world
from serve.problem import Problem, RefusedError
from training.bundle import HASHED, manifest, write_bundle
from training.contender import open_contender
from training.folders import whole_file
from training.labelled import LabelledCases, case_files, read_labelled
from training.params import Params, Part
from training.places import Places, in_experiment, labelled_folder, pair
from training.promotion.model_store import ModelStore
from training.vignettes import Vignettes, hash_of_files, read_vignettes

if TYPE_CHECKING:
    from training.promotion.gate import Decision

__all__ = ["Places", "decision", "evaluate", "gate", "register", "rollback", "train"]


def train(params: Params, places: Places) -> tuple[str, list[str]]:
    """Fit a classifier to vignettes and labelled cases, and write its bundle.

    Returns its version, and what to know of the labelled cases: lines of text, or none.
    """
    from training.conflict import told
    from training.facts import read_facts
    from training.fit import fit

    vocabulary = load()
    facts = read_facts()
    vignettes = _vignettes("train", params, places, facts.world)
    labelled = _labelled(params, vocabulary)
    fitted = fit(vignettes, labelled.of(~labelled.held_out), facts, params.train)
    knobs = {"sample": params.sample.model_dump(), "train": params.train.model_dump(mode="json")}
    note = {**fitted.labelled, "held_out": int(labelled.held_out.sum())} if len(labelled) else {}
    data = hash_of_files(*places.cases("train"), *case_files(labelled_folder(params)))
    description = manifest(vocabulary, facts, data, knobs, fitted.prediction_set, note)
    version = write_bundle(places.candidate, fitted.model, description)
    return version, told(note) if note else []


def _vignettes(part: Part, params: Params, places: Places, world: World) -> Vignettes:
    """A part of the vignettes; RefusedError unless they are of this world and these knobs."""
    from training.calibrate import TRAINING

    hashes = world.knowledge_hash, world.vocabulary.hash
    expected = Origin(*hashes, TRAINING, *params.sample.drawn(part))
    return read_vignettes(*places.cases(part), world.vocabulary, expected)


def _labelled(params: Params, vocabulary: Vocabulary) -> LabelledCases:
    """The labelled cases; RefusedError where one repeats a case of the evaluation."""
    from training.real import read_real_cases

    real = read_real_cases(params.evaluate.real_cases, vocabulary)
    return read_labelled(labelled_folder(params), vocabulary, real)


def evaluate(params: Params, places: Places) -> dict[str, Any]:
    """Measure the candidate, write the reports, record the run; the metrics."""
    from training.card import model_card
    from training.evaluate import evaluate as measure
    from training.evaluate import vignette_metrics
    from training.promotion.judge import check_knowledge
    from training.promotion.published import LITERATURE, published
    from training.real import read_real_cases
    from training.record import record
    from training.report import write_reports

    knowledge = load_knowledge()
    world, vocabulary = build_world(knowledge), knowledge.vocabulary
    bundle = open_contender(places.candidate)
    check_knowledge(bundle, world)
    vignettes = _vignettes("test", params, places, world)
    validation = _vignettes("validation", params, places, world)
    real = read_real_cases(params.evaluate.real_cases, vocabulary)
    labelled = _labelled(params, vocabulary)
    held_out = labelled.of(labelled.held_out)
    evaluation = measure(bundle, vignettes, real, held_out, vocabulary, params.evaluate)
    n_bins = params.evaluate.calibration_bins
    evaluation.metrics["validation"] = vignette_metrics(
        validation, bundle.probabilities(validation.cases, vocabulary), vocabulary, n_bins
    )
    evaluation.metrics[LITERATURE] = published(knowledge, world).as_metrics()
    write_reports(places.reports, evaluation, vignettes, real, vocabulary, n_bins)
    card = model_card(evaluation, bundle.manifest, params.sample.model_dump())
    whole_file(places.reports / "MODEL_CARD.md", card.encode())
    record(params, places, evaluation.metrics, bundle.version, bundle.manifest)
    return evaluation.metrics


def gate(params: Params, places: Places) -> bool:
    """Judge the candidate and write the decision; whether to promote."""
    return decision(params, places).promote


def decision(params: Params, places: Places) -> Decision:
    """The gate's decision about the candidate, which is written with its table.

    Where the candidate is the champion already, the decision that promoted it is left as it is.
    """
    from training.promotion.gate import decide
    from training.promotion.gate_table import as_page
    from training.promotion.judge import read_grounds, standing_of
    from training.report import write_json

    vocabulary = load()
    candidate = open_contender(places.candidate)
    standing = standing_of(ModelStore(places.models))
    grounds = partial(read_grounds, params, candidate, standing.champion, vocabulary)
    found = decide(candidate, standing, grounds, vocabulary, params.gate)
    if not (found.same and _decided(places) == candidate.version):
        write_json(places.decision, found.as_dict())
        whole_file(places.decision.with_suffix(".md"), as_page(places.decision).encode())
    return found


def register(params: Params, places: Places) -> str:
    """Act on the gate's decision and move the registry's aliases; what was done, in words.

    The registry is asked first: where it does not answer, nothing is promoted.
    """
    from training.track import Aliases, move_aliases

    decision = _json(places.decision, "run `python -m training gate` first")
    store = ModelStore(places.models)
    candidate, before = open_contender(places.candidate).version, store.champion_version()
    _check_decision(decision, places, candidate)
    if in_experiment():
        return f"an experiment promotes nothing; the gate says {decision['decision']}"
    promote = decision["decision"] == "promote" and before != candidate
    if promote:
        _check_metrics(places, candidate)
    champion = candidate if promote else before
    aliases = Aliases(champion, None if candidate == champion else candidate)
    act = (lambda: _promote(store, places)) if promote else (lambda: None)
    said = move_aliases(params.track.experiment, params.track.model, aliases, act)
    if champion == candidate and not promote:
        return f"kept {champion}: the candidate is the champion{said}"
    return f"{'promoted' if promote else 'kept'} {champion}: {decision['reason']}{said}"


def rollback(params: Params, places: Places, version: str | None) -> str:
    """Bring back an earlier champion and hold it there; what was done, in words."""
    from training.track import Aliases, move_aliases

    store = ModelStore(places.models)
    candidate = open_contender(places.candidate).version if places.candidate.exists() else None
    back = store.earlier(version)
    aliases = Aliases(back, None if candidate == back else candidate)
    said = move_aliases(
        params.track.experiment,
        params.track.model,
        aliases,
        lambda: store.roll_back(back, "by hand", candidate),
    )
    return f"champion is {back} again{said}"


def _check_decision(decision: dict[str, Any], places: Places, candidate: str) -> None:
    """RefusedError unless the decision is about this candidate."""
    if decision["candidate"] != candidate:
        message = f"it judged {decision['candidate']}, and the candidate is {candidate}"
        remedy = "run `python -m training gate` again"
        raise RefusedError(Problem("stale_decision", str(places.decision), message, remedy))


def _decided(places: Places) -> str | None:
    """The candidate that the last decision was about, or None where there is no decision."""
    try:
        content = _json(places.decision, "")
    except RefusedError:
        return None
    return str(content.get("candidate"))


def _check_metrics(places: Places, candidate: str) -> None:
    """RefusedError unless the metrics that go with the bundle are its own."""
    from training.report import METRICS

    path = places.reports / METRICS
    measured = _json(path, "run `python -m training evaluate` first")["model_version"]
    if measured != candidate:
        message = f"it measures {measured}, and the candidate is {candidate}"
        remedy = "run `python -m training evaluate` again"
        raise RefusedError(Problem("stale_metrics", str(path), message, remedy))


def _promote(store: ModelStore, places: Places) -> None:
    """The candidate with its metrics, card and hold-out becomes the champion."""
    store.promote(_files(places), places.decision.read_bytes())


def _files(places: Places) -> dict[str, bytes]:
    """What a promoted version consists of: the bundle, and beside it metrics, card and hold-out."""
    from training.holdout import HOLDOUT
    from training.report import METRICS

    bundle = [places.candidate / name for name in (*HASHED, "bundle.sha256")]
    beside = [places.reports / name for name in (METRICS, "MODEL_CARD.md")]
    files = {path.name: path.read_bytes() for path in (*bundle, *beside)}
    for source, target in zip(places.cases("test"), pair(Path(), HOLDOUT), strict=True):
        files[target.name] = source.read_bytes()
    return files


def _json(path: Path, remedy: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        message = "it is missing or no JSON"
        raise RefusedError(Problem("no_report", str(path), message, remedy)) from None
    return content
