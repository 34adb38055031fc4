"""The stages: what reads which files, does the work, and writes which others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_gen.profiles import load_knowledge
from data_gen.sampler import Origin
from data_gen.vocabulary import load
from data_gen.world import World, build_world
from training.bundles.loaded import read_bundle
from training.bundles.write import manifest, write_bundle
from training.data.labelled import labelled_cases
from training.data.vignettes import Vignettes, hash_of_files, read_vignettes
from training.params import FORMS, Params, Part
from training.paths import ROWS, Places, atomic_write, labelled_folder
from training.promotion.acts import force, register, rollback
from training.promotion.store.dvc_out import check_here
from training.promotion.store.model_store import ModelStore

if TYPE_CHECKING:
    from training.promotion.gate import Decision

__all__ = [
    "Places", "compare", "evaluate", "force", "gate", "learn", "register", "rollback",
    "train",
]  # fmt: skip


def learn(params: Params, places: Places, folder: Path | None = None) -> list[str]:
    """Let labelled cases update the knowledge; writes overlay and table to `places.learned`.

    The cases are those of a folder, or that the knobs name; those held out for the gate are not
    looked at. Returns what to know of them: lines of text.
    """
    from training.data.labelled import read_labelled
    from training.data.real_cases import read_real_cases
    from training.learn.files import told, write_learned
    from training.learn.learn import learn as update
    from training.learn.left_out import rows_for_trees

    vocabulary = load()
    real = read_real_cases(params.evaluate.real_cases, vocabulary)
    labelled = read_labelled(folder or labelled_folder(params), vocabulary, real)
    own, found, rows = labelled.of(~labelled.held_out), None, None
    if len(own):
        stated, weight = load_knowledge(), params.learn.labelled_weight
        found = update(stated, own.values, own.label, own.file, weight=weight)
        rows = rows_for_trees(stated, found, own, weight)
    note = write_learned(places.learned, found, len(own), len(labelled) - len(own), rows)
    return [*map(str, labelled.told), *told(note)]


def train(params: Params, places: Places) -> str:
    """Fit the estimator that the knobs name to vignettes, and write its bundle; its version."""
    from training.data.knowledge_facts import read_facts
    from training.data.labelled_rows import read_rows
    from training.learn.files import read_note
    from training.model.fit import fit

    vocabulary = load()
    facts = read_facts(places.overlay)
    vignettes = _vignettes("train", params, places, facts.world)
    shape = len(vocabulary.findings), len(vocabulary.conditions)
    rows = read_rows(places.learned / ROWS, *shape)
    fitted = fit(vignettes, facts, params.train, rows, params.learn.labelled_weight)
    knobs = {
        section: getattr(params, section).model_dump(mode="json")
        for section in ("learn", "sample", "train")
    }
    data, note = hash_of_files(*places.cases("train")), read_note(places.learned)
    if note:
        note["tree_rounds"] = fitted.labelled_rounds
    description = manifest(vocabulary, facts, data, knobs, fitted, note)
    return write_bundle(places.candidate, fitted.model, description, facts.likelihoods[1])


def _vignettes(part: Part, params: Params, places: Places, world: World) -> Vignettes:
    """A part of the vignettes; RefusedError unless they are of this world and these knobs."""
    from training.model.calibrate import TRAINING

    hashes = world.knowledge_hash, world.vocabulary.hash
    seed, rows = params.sample.drawn(part)
    expected = Origin(*hashes, TRAINING, seed, rows, forms=part in FORMS)
    return read_vignettes(*places.cases(part), world.vocabulary, expected)


def evaluate(params: Params, places: Places) -> dict[str, Any]:
    """Measure the candidate, write the reports, record the run; the metrics."""
    from training.data.features import encoded
    from training.data.real_cases import read_real_cases
    from training.evaluation.documents import write_card
    from training.evaluation.evaluate import evaluate as measure
    from training.evaluation.evaluate import form_metrics, vignette_metrics
    from training.evaluation.groups import by_asked
    from training.evaluation.parts import Measured, parts, worse_records
    from training.evaluation.report import write_reports
    from training.evaluation.triage import levelled
    from training.evaluation.triage_metrics import of_vignettes
    from training.promotion.checks.published import LITERATURE, published
    from training.promotion.judge import check_knowledge
    from training.tracking.run import record

    knowledge = load_knowledge(learned=places.overlay)
    world, vocabulary = build_world(knowledge), knowledge.vocabulary
    bundle = read_bundle(places.candidate)
    check_knowledge(bundle, world)
    vignettes, validation, forms = (
        levelled(_vignettes(part, params, places, world), world)
        for part in ("test", "validation", "forms")
    )
    real = read_real_cases(params.evaluate.real_cases, vocabulary)
    labelled = labelled_cases(params, vocabulary)
    held_out = labelled.of(labelled.held_out)
    evaluation = measure(bundle, vignettes, real, held_out, vocabulary)
    evaluation.metrics["validation"] = vignette_metrics(
        validation, bundle.answer(validation.cases, vocabulary), vocabulary
    )
    answer = bundle.answer(forms.cases, vocabulary)
    evaluation.metrics["forms"] = form_metrics(forms, answer, vocabulary)
    by_form = of_vignettes(bundle, forms, answer, vocabulary).grouped(
        by_asked(forms.cases, vocabulary)
    )
    evaluation.metrics["triage"]["by_form"] = by_form
    evaluation.metrics[LITERATURE] = published(knowledge, world).as_metrics()
    worse = worse_records(world, len(vignettes) // 5)
    known = {"fresh": vignettes, "forms": forms, **dict(worse)}
    evaluation.metrics["parts"] = parts(
        bundle.estimator(),
        {
            **{name: Measured.exactly(cases) for name, cases in known.items()},
            "labelled": Measured.by_label(held_out.cases, held_out.label),
            "real": Measured.by_label(encoded(real.values, vocabulary), real.label),
        },
    )
    folders = places.reports, places.drafts
    write_reports(*folders, evaluation, vignettes, real, world)
    write_card(places.drafts, evaluation, bundle.manifest, params.sample.model_dump())
    record(params, places, evaluation.metrics, bundle.version, bundle.manifest)
    return evaluation.metrics


def compare(params: Params, places: Places, names: Sequence[str]) -> list[list[str]]:
    """The rows of a table that holds runs against the first of them, on the validation part."""
    from training.data.real_cases import read_real_cases
    from training.promotion.compare import HEAD, compared_runs, open_run

    world = build_world(load_knowledge(learned=places.overlay))
    store = ModelStore(places.models)
    runs = [open_run(name, store, params.track.experiment) for name in names]
    vignettes = _vignettes("validation", params, places, world)
    real = read_real_cases(params.evaluate.real_cases, world.vocabulary)
    return [list(HEAD), *compared_runs(runs, vignettes, real, world.vocabulary)]


def gate(params: Params, places: Places) -> Decision:
    """The gate's decision about the candidate, which is written with its table.

    A decision that was acted on is left as it is where nothing is new since.
    """
    from training.evaluation.report import write_json
    from training.promotion.gate import decide
    from training.promotion.gate_table import as_page
    from training.promotion.judge import read_comparison_data, standing_of

    check_here(places.models)
    vocabulary = load()
    candidate = read_bundle(places.candidate)
    store = ModelStore(places.models)
    standing = standing_of(store)
    given = candidate, standing.champion, vocabulary, places.overlay
    data = partial(read_comparison_data, params, *given)
    found = decide(candidate, standing, data, vocabulary, params.gate)
    if not _stands(found, store, places.decision):
        write_json(places.decision, found.as_dict())
        atomic_write(places.decision.with_suffix(".md"), as_page(places.decision).encode())
    return found


def _stands(found: Decision, store: ModelStore, path: Path) -> bool:
    """Whether the decision that lies there is to stay: it was acted on, and nothing is new since.

    Acting on it made the history another, and that alone makes no other decision.
    """
    try:
        content = path.read_bytes()
        before = json.loads(content)
    except (OSError, ValueError):
        return False
    if found.same:
        return bool(before.get("candidate") == found.candidate)
    acted = store.acted_on(content)
    if acted is None or acted != store.history()[-1]:
        return False
    now = json.loads(json.dumps(found.as_dict()))
    return {**before, "history": ""} == {**now, "history": ""}
