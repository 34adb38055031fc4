"""What is said of each labelled case by a knowledge that has not learned from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.one_thread import one_blas_thread
from data_gen.profiles import Knowledge
from data_gen.world.world import World, build_world
from training.data.labelled import LabelledCases
from training.data.labelled_rows import LabelledRows
from training.learn.expectation import Evidence, expectation
from training.learn.filed import blocks_of
from training.learn.learn import Learned, all_updated, atoms_with, built
from training.learn.statistics import Statistics, statistics_of

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
TRAINING = "training"
FOLDS = 5
_SEED = 0
_TINY = 1e-30


def rows_for_trees(
    stated: Knowledge, learned: Learned, labelled: LabelledCases, weight: float = 1.0
) -> LabelledRows:
    """The cases with their folds, and the margins that these leave."""
    n = len(labelled)
    patient = np.arange(n) if labelled.patient is None else labelled.patient
    patient = np.unique(patient, return_inverse=True)[1].astype(np.int64)
    fold = np.random.default_rng(_SEED).permutation(n)[patient] % FOLDS
    file = np.zeros(n, dtype=np.int64) if labelled.file is None else labelled.file
    given = labelled.values, labelled.label, file, fold
    margin = left_out_margins(stated, learned, *given, weight=weight)
    return LabelledRows(labelled.cases, labelled.label, patient, fold, margin)


def left_out_margins(
    stated: Knowledge,
    learned: Learned,
    values: Array,
    label: Codes,
    file: Codes,
    fold: Codes,
    *,
    weight: float = 1.0,
    threads: int = 1,
) -> Array:
    """Log-probabilities (n_cases, n_conditions) by the exact posterior, under the training mix.

    Each case is looked at by the world that the cases of the other folds lead to: from the
    numbers of all, one step of the update without what its own fold says of them. Near the mode
    of the posterior the step is one of Newton's, since it has the information that the cases
    leave. How far the knowledge is off is taken from all.
    """
    if learned.scale == 0:
        return _margin(build_world(stated), values, threads)
    out = np.empty((len(label), len(stated.vocabulary.conditions)))
    numbers, given = learned.numbers, (values, label, file)
    atoms = atoms_with(learned.knowledge, learned.world, numbers, label)
    statistics = statistics_of(learned.knowledge, learned.world, numbers, atoms)
    for one in np.unique(fold):
        rows = fold == one
        own = _said(learned, statistics, *(part[rows] for part in given)).counted(weight)
        wanted = all_updated(numbers, learned.at, learned.after.without(own), learned.scale)
        _, world, _ = built(stated, numbers, learned.at, wanted)
        out[rows] = _margin(world, values[rows], threads)
    return out


def _said(
    learned: Learned, statistics: Statistics, values: Array, label: Codes, file: Codes
) -> Evidence:
    """What some of the cases say of the numbers that all have led to."""
    with one_blas_thread():
        blocks = blocks_of(learned.world, values, label, file)
        recordings = {f: learned.recordings[f] for f in np.unique(file).tolist()}
        return expectation(learned.world, recordings, blocks, learned.numbers, statistics)


def _margin(world: World, values: Array, threads: int) -> Array:
    found = ExactPosterior(world)(values, world.mix(TRAINING), threads).probability
    return np.asarray(np.log(np.maximum(found, _TINY)))
