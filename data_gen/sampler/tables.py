"""A sample as Arrow tables: the cases, and the truth behind them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_gen.inference import Posterior
from data_gen.narrative import narrate
from data_gen.sampler.recording_process import Sample
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.table import case_of, columns_from_values
from data_gen.world.people import TRAITS
from data_gen.world.world import World

_WORDS = pa.dictionary(pa.int16(), pa.string())
_DUST = 1e-6
BLANKS = ("not written down", "does not apply", "not asked")


def cases_table(
    world: World, sample: Sample, seed: int, *, narrative: bool, forms: bool
) -> pa.Table:
    """`case_id`, the findings, `condition`, and with `narrative` a paragraph a case.

    With `forms` every finding is in words, among which `not asked`.
    """
    columns = {"case_id": _case_ids(sample, seed)}
    columns |= columns_from_values(sample.values, world.vocabulary, forms=forms)
    columns["condition"] = _words(sample.hidden.condition, world.vocabulary.condition_ids)
    if narrative:
        cases = (case_of(row, world.vocabulary) for row in sample.values)
        told = [narrate(case, world.vocabulary) for case in cases]
        columns["narrative"] = pa.array(told, pa.string())
    return pa.table(columns)


def truth_table(world: World, sample: Sample, seed: int, posterior: Posterior) -> pa.Table:
    """The hidden states, the exact posterior, log-evidence, and the reason of each blank cell.

    The posterior stands twice: p_<condition>, and in single precision component:<id> over the
    components that make up the conditions, what is below a millionth as 0.
    """
    hidden = sample.hidden
    components = tuple(component.id for component in world.components)
    columns = {
        "case_id": _case_ids(sample, seed),
        "condition": _words(hidden.condition, world.vocabulary.condition_ids),
        "component": _words(hidden.atom, components),
        "setting": _words(hidden.setting, world.recording.settings),
    }
    for t, trait in enumerate(TRAITS):
        columns[trait] = pa.array(hidden.traits[t].astype(bool))
    columns["log_evidence"] = pa.array(posterior.log_evidence)
    for c, condition in enumerate(world.vocabulary.condition_ids):
        columns[f"p_{condition}"] = pa.array(posterior.probability[:, c])
    shares = np.where(posterior.atoms < _DUST, 0, posterior.atoms).astype(np.float32)
    columns |= component_columns(world, shares)
    return pa.table(columns | _blanks(world.vocabulary, sample))


def component_columns(world: World, shares: npt.NDArray[np.floating]) -> dict[str, pa.Array]:
    """The posterior (n_cases, n_atoms) as columns: component:<id>."""
    return {
        f"component:{component.id}": pa.array(shares[:, k])
        for k, component in enumerate(world.components)
    }


def _case_ids(sample: Sample, seed: int) -> pa.Array:
    ids = range(sample.start, sample.start + len(sample.values))
    return pa.array([f"S{seed}-{i:08d}" for i in ids], pa.string())


def _words(codes: npt.NDArray[np.int64], words: tuple[str, ...]) -> pa.Array:
    indices = pa.array(np.maximum(codes, 0).astype(np.int16), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string())).cast(_WORDS)


def _blanks(vocabulary: Vocabulary, sample: Sample) -> dict[str, pa.Array]:
    if sample.truth is None:
        raise ValueError("this sample was drawn without its truth")
    out = {}
    for finding in vocabulary.findings:
        cell = sample.values[:, finding.column]
        reason = np.isnan(sample.truth[:, finding.column]).astype(np.int64)
        reason = np.where(np.isneginf(cell), BLANKS.index("not asked"), reason)
        out[f"blank_{finding.id}"] = _words(np.where(np.isfinite(cell), -1, reason), BLANKS)
    return out
