"""Samples: the same for any chunk and worker, true to the relations, true to the posterior."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from data_gen.inference import ExactPosterior
from data_gen.profiles import Knowledge
from data_gen.sampler import Plan, files, sample_to_files
from data_gen.sampler.draw import Tables
from data_gen.sampler.keyed import Draws, pick
from data_gen.sampler.recording_process import Sample, sample_chunk
from data_gen.vocabulary.complete import complete
from data_gen.vocabulary.table import values_from_table
from data_gen.world import World, build_world

Array = npt.NDArray[np.float64]
GOLDEN = "8f85b1ea365882f8"
"""Trips when a library or an edit changes the stream of draws for the toy table below."""


def chunk(world: World, start: int, size: int, seed: int = 3) -> Sample:
    """Patients start to start + size under the training mix."""
    return sample_chunk(Tables.of(world, world.mix("training")), Draws(seed, start, size))


def same(first: Array, second: Array) -> bool:
    """Whether two arrays are equal, blanks included."""
    return np.array_equal(first, second, equal_nan=True)


def quiet(_: int) -> None:
    """Progress that nobody watches."""


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 777])
def test_values_do_not_depend_on_chunks(world: World, cut: int) -> None:
    """A patient has the same record wherever the chunk begins."""
    whole, rest = chunk(world, 0, 1000), chunk(world, cut, 1000 - cut)
    assert same(whole.values[cut:], rest.values)
    assert same(whole.truth[cut:], rest.truth)


def test_files_do_not_depend_on_workers(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker and two write the same bytes."""
    monkeypatch.setattr(files, "ROW_GROUP", 500)
    digests = set()
    for workers in (1, 2):
        out, truth = tmp_path / "cases.parquet", tmp_path / "truth.parquet"
        plan = Plan(1700, 9, "training", out, truth, workers=workers)
        sample_to_files(world, plan, quiet)
        digests.add((_digest(out), _digest(truth)))
    assert len(digests) == 1


def test_golden_stream() -> None:
    """The keyed draws are what they have always been."""
    draws = Draws(7, 5, 1000)
    table = np.cumsum([[0.1, 0.2, 0.3, 0.4]], axis=1)
    picked = pick(table, np.zeros(1000, dtype=np.int64), draws.uniform("a variable"))
    high, low = draws.pair("another")
    digest = hashlib.sha256(picked.tobytes() + high.tobytes() + low.tobytes()).hexdigest()
    assert digest[:16] == GOLDEN


def test_pick_follows_the_table() -> None:
    """Categories come as often as their probabilities say, in every row of the table."""
    table = np.array([[0.2, 0.5, 0.3], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    rows = np.repeat([0, 1, 2], 20_000)
    picked = pick(np.cumsum(table, axis=1), rows, Draws(1, 0, 60_000).uniform("x"))
    shares = [np.bincount(picked[rows == r], minlength=3) / 20_000 for r in range(3)]
    assert np.abs(np.array(shares) - table).max() < 0.015


def test_records_never_contradict_the_relations(world: World) -> None:
    """No sampled record or truth has a conflict, and records are complete as they stand."""
    sample = chunk(world, 0, 30_000)
    for values in (sample.values, sample.truth):
        assert complete(values, world.vocabulary).conflicts == ()
    kept = [c for c in range(sample.values.shape[1]) if c not in _alternatives(world)]
    again = complete(sample.values, world.vocabulary).values
    assert same(again[:, kept], sample.values[:, kept])


def test_editing_one_number_changes_only_its_cells(knowledge: Knowledge, world: World) -> None:
    """An edited probability changes that finding, in that condition's patients, and no other."""
    profile = knowledge.profiles["plantar_fasciitis"]
    entry = profile.findings["gait_abnormality"]
    findings = {**profile.findings, "gait_abnormality": entry.model_copy(update={"p": 0.11})}
    edited = profile.model_copy(update={"findings": findings})
    other = build_world(
        replace(knowledge, profiles={**knowledge.profiles, "plantar_fasciitis": edited})
    )
    before, after = chunk(world, 0, 20_000), chunk(other, 0, 20_000)
    differs = ~(
        (before.values == after.values) | (np.isnan(before.values) & np.isnan(after.values))
    )
    rows, columns = np.nonzero(differs)
    assert set(columns) == {world.vocabulary.column("gait_abnormality")}
    fasciitis = world.vocabulary.condition_ids.index("plantar_fasciitis")
    with_it = {
        k
        for k, atom in enumerate(world.people.atoms)
        if atom.condition == "plantar_fasciitis"
        or (atom.pair is not None and atom.pair.second == "plantar_fasciitis")
    }
    assert set(before.hidden.atom[rows]) <= with_it
    assert fasciitis in before.hidden.condition[rows]


def test_posterior_of_sampled_cases_is_calibrated(world: World) -> None:
    """The log-loss of the exact posterior is its own entropy, within sampling error."""
    sample = chunk(world, 0, 6000)
    result = ExactPosterior(world)(sample.values, world.mix("training"))
    right = result.probability[np.arange(6000), sample.hidden.condition]
    surprise = -np.log(right)
    entropy = -(result.probability * np.log(np.maximum(result.probability, 1e-300))).sum(axis=1)
    off = surprise - entropy
    assert abs(off.mean()) < 4 * off.std() / np.sqrt(len(off))
    assert result.log_evidence.min() > -5000


def test_complete_records_leave_only_what_does_not_apply(world: World) -> None:
    """With --complete every applicable cell is recorded and true."""
    sample = chunk(world.complete(), 0, 3000)
    assert same(sample.values, sample.truth)


def test_csv_and_parquet_hold_the_same_cases(world: World, tmp_path: Path) -> None:
    """Both formats give the same values, condition and ids back."""
    for name in ("cases.csv", "cases.parquet"):
        sample_to_files(world, Plan(300, 2, "clinic", tmp_path / name), quiet)
    parquet = pq.read_table(tmp_path / "cases.parquet")
    text = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(
            [f.id for f in world.vocabulary.findings if f.kind != "number"], pa.string()
        ),
        strings_can_be_null=True,
    )
    csv = pa.csv.read_csv(tmp_path / "cases.csv", convert_options=text)
    first, second = (values_from_table(table, world.vocabulary) for table in (parquet, csv))
    assert same(first, second)
    assert csv["case_id"].to_pylist() == parquet["case_id"].to_pylist()
    assert csv["condition"].to_pylist() == parquet["condition"].cast(pa.string()).to_pylist()


def test_an_error_leaves_no_half_file(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When sampling stops in the middle, neither file nor temporary file is left."""
    monkeypatch.setattr(files, "ROW_GROUP", 100)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sample_to_files(world, Plan(1000, 1, "training", tmp_path / "cases.parquet"), interrupt)
    assert list(tmp_path.iterdir()) == []


def test_truth_says_why_a_cell_is_blank(world: World, tmp_path: Path) -> None:
    """A blank reason stands exactly where the record is blank, and names what does not apply."""
    out, truth = tmp_path / "cases.parquet", tmp_path / "truth.parquet"
    sample_to_files(world, Plan(2000, 4, "training", out, truth), quiet)
    cases, hidden = pq.read_table(out), pq.read_table(truth)
    assert cases["case_id"].equals(hidden["case_id"])
    relief = cases["relief_rest"].cast(pa.string()).to_pylist()
    reasons = hidden["blank_relief_minutes"].cast(pa.string()).to_pylist()
    minutes = cases["relief_minutes"].to_pylist()
    assert all(
        (reason is None) == (value is not None)
        for reason, value in zip(reasons, minutes, strict=True)
    )
    assert {r for r, rest in zip(reasons, relief, strict=True) if rest == "no"} == {
        "does not apply"
    }


@pytest.mark.parametrize("mix", ["lumbar_spinal_stenosis=0.6,sciatica=0.4", "clinic", "safety"])
def test_another_mix_reweights_and_changes_nothing_else(world: World, mix: str) -> None:
    """P of a component under another mix is P under the first times new over old, renormalised."""
    sample = chunk(world, 0, 500)
    posterior = ExactPosterior(world)
    old, new = world.mix("training"), world.mix(mix)
    first = posterior(sample.values, old).atoms * new / old
    second = posterior(sample.values, new).atoms
    assert np.abs(first / first.sum(axis=1, keepdims=True) - second).max() < 1e-12


def _alternatives(world: World) -> set[int]:
    pairs = world.vocabulary.relations.alternatives
    return {world.vocabulary.column(x) for pair in pairs for x in (pair.first, pair.second)}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("domz=1", "did you mean doms"),
        ("foo=1", "no condition is called 'foo'"),
        ("doms=x", "'x' is no number"),
        ("nearly", "use clinic, training, safety or condition=share"),
        ("doms=-1,sciatica=2", "0 or more"),
        ("doms=0", "not all 0"),
    ],
)
def test_a_mix_that_cannot_be_used_says_why(world: World, text: str, says: str) -> None:
    """Each mistake in a mix is named with its remedy."""
    with pytest.raises(ValueError, match=re.escape(says)):
        world.mix(text)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_forms_say_what_was_not_asked(world: World, tmp_path: Path, suffix: str) -> None:
    """A sample of forms reads back as it was drawn: answers, blanks, and what nobody asked."""
    out = tmp_path / f"cases{suffix}"
    sample_to_files(world, Plan(300, 3, "training", out, forms=True), quiet)
    drawn = sample_chunk(
        Tables.of(world, world.mix("training")), Draws(3, 0, 300), with_truth=False, forms=True
    ).values
    table = pq.read_table(out) if suffix == ".parquet" else pa.csv.read_csv(
        out, convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(world.vocabulary.finding_ids, pa.string()),
            strings_can_be_null=True, null_values=[""],
        )
    )  # fmt: skip
    assert np.array_equal(values_from_table(table, world.vocabulary), drawn, equal_nan=True)
    silent = np.isneginf(drawn)
    assert 0.2 < silent.mean() < 0.8
    assert 0.2 < (~silent).all(axis=1).mean() < 0.6  # some are asked everything


def test_a_form_changes_no_answer(world: World) -> None:
    """What a form asks is answered as it would be in a whole record."""
    tables = Tables.of(world, world.mix("training"))
    whole = sample_chunk(tables, Draws(3, 0, 500), with_truth=False).values
    forms = sample_chunk(tables, Draws(3, 0, 500), with_truth=False, forms=True).values
    asked = ~np.isneginf(forms)
    both = asked & np.isfinite(forms)
    assert np.array_equal(forms[both], whole[both])
