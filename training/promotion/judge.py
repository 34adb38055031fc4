"""Gathers what the gate judges on: from the model store, the candidate, and files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data_gen.profiles import load_knowledge
from data_gen.vocabulary import Vocabulary
from data_gen.world import World, build_world
from serve.problem import Problem, RefusedError
from training.bundles.loaded import LoadedBundle
from training.data.holdout import read_holdout
from training.data.labelled import read_labelled
from training.data.real_cases import read_real_cases
from training.evaluation.triage import fresh_vignettes, levelled
from training.params import Params
from training.paths import labelled_folder
from training.promotion.checks.comparison_data import (
    Change,
    ComparisonData,
    knowledge_of,
    moved_answers,
    seed_of,
)
from training.promotion.checks.published import Published, published, published_of
from training.promotion.gate import Standing
from training.promotion.store.model_store import ModelStore


def standing_of(store: ModelStore) -> Standing:
    """What the store says when a candidate comes."""
    anchor = store.anchor()
    return Standing(
        champion=store.champion(),
        anchor=None if anchor is None else store.open(anchor),
        history=store.history(),
    )


def read_comparison_data(
    params: Params,
    candidate: LoadedBundle,
    champion: LoadedBundle | None,
    vocabulary: Vocabulary,
    learned: Path | None = None,
) -> ComparisonData:
    """What candidate and champion are compared on; `learned` is what cases changed for the one.

    Raises RefusedError where the candidate learned other knowledge than this installation's.
    """
    knowledge = load_knowledge(learned=learned)
    world = build_world(knowledge)
    check_knowledge(candidate, world)
    real = read_real_cases(params.evaluate.real_cases, vocabulary)
    labelled = read_labelled(labelled_folder(params), vocabulary, real)
    seed = seed_of(candidate.version, None if champion is None else champion.version)
    fresh = fresh_vignettes(world, params.gate.rows, seed, forms=True)
    held_out = labelled.of(labelled.held_out)
    if champion is not None and knowledge_of(champion) == knowledge_of(candidate):
        return ComparisonData(fresh, real, held_out)
    told = published(knowledge, world)
    if champion is None:
        return ComparisonData(fresh, real, held_out, change=Change(told, None, None))
    return _with_holdout(ComparisonData(fresh, real, held_out), champion, told, world)


def _with_holdout(
    data: ComparisonData, champion: LoadedBundle, told: Published, world: World
) -> ComparisonData:
    """The same data with what the champion's own knowledge says, as far as it lies beside it."""
    holdout, missing = None, ""
    try:
        holdout = levelled(read_holdout(champion.folder, world.vocabulary), world)
    except RefusedError as error:
        missing = f"the champion's own vignettes, beside it: {error}"
    before = published_of(champion.folder)
    note = "" if before else "published statistics with the champion's: its metrics hold none"
    moved = None if holdout is None else moved_answers(world, holdout)
    change = Change(told, before, moved)
    return replace(data, holdout=holdout, change=change, missing=missing, note=note)


def check_knowledge(candidate: LoadedBundle, world: World) -> None:
    """RefusedError where a candidate learned other knowledge than this world's."""
    learned = knowledge_of(candidate)
    if learned != world.knowledge_hash:
        message = f"it learned knowledge {learned[:12]}, and today's is {world.knowledge_hash[:12]}"
        remedy = "run `dvc repro`, or sample and train again, so that it learns today's"
        raise RefusedError(Problem("other_knowledge", str(candidate.folder), message, remedy))
