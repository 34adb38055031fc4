"""A bundle of an older vocabulary answers today's cases by its own findings and words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_gen.vocabulary import load
from data_gen.vocabulary.finding import NOT_ASKED
from serve.model.bundle import Bundle, load_bundle
from serve.model.mixes import mix_weights
from serve.model.predict import predict
from tests.serve.tiny_bundle import components_of, model_bytes, tiny_files, write_bundle

VOCABULARY = load()
_SCALE = {"number": 0.01, "choice": 0.5, "yes_no": 1.0}
_LACKED = VOCABULARY.finding("site_calf")
_CHOICE = next(f for f in VOCABULARY.findings if f.kind == "choice" and len(f.values) > 2)


def _older(change: dict[str, Any], folder: Path, scales: list[float] | None = None) -> Bundle:
    files = tiny_files()
    manifest = {**json.loads(files["manifest.json"]), "vocabulary_hash": "0" * 64, **change}
    if scales is None:
        scales = [_SCALE[finding["kind"]] for finding in manifest["findings"]]
    manifest["components"] = components_of(manifest["mix"])
    graph = model_bytes(len(manifest["findings"]), scales, len(manifest["conditions"]))
    files |= {"manifest.json": json.dumps(manifest).encode(), "model.onnx": graph}
    return load_bundle(write_bundle(folder, files), VOCABULARY)


def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(tiny_files()["manifest.json"])
    return manifest


def _cases(seed: int = 5) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Cases in today's columns, with every code and some blanks."""
    rng = np.random.default_rng(seed)
    sizes = [100 if f.kind == "number" else max(2, len(f.values)) for f in VOCABULARY.findings]
    values = np.stack([rng.integers(0, size, 60) for size in sizes], axis=1).astype(float)
    values[rng.random(values.shape) < 0.2] = np.nan
    return values


def test_a_bundle_that_lacks_a_finding_answers_by_the_others(tmp_path: Path) -> None:
    """It gives what its graph gives on its own columns; the new finding changes nothing."""
    findings = [f for f in _manifest()["findings"] if f["id"] != _LACKED.id]
    older = _older({"findings": findings}, tmp_path / "older")
    cases = _cases()
    own = np.delete(cases, _LACKED.column, axis=1)
    encoded = np.where(np.isnan(own), -1.0, own).astype(np.float32)
    expected = older.session.run(["probabilities"], {"cases": encoded})[0]
    found = predict(older, cases)
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-6)
    cases[:, _LACKED.column] = 1 - np.nan_to_num(cases[:, _LACKED.column])
    assert (predict(older, cases).probabilities == found.probabilities).all()


@pytest.mark.parametrize("dropped", range(len(_CHOICE.values)), ids=_CHOICE.values)
def test_a_word_that_the_bundle_lacks_is_unknown_to_it(dropped: int, tmp_path: Path) -> None:
    """Words keep their meaning where their codes shift; one it has not learned is not known."""
    findings = _manifest()["findings"]
    words = [word for word in _CHOICE.values if word != _CHOICE.values[dropped]]
    findings[_CHOICE.column]["values"] = words
    older = _older({"findings": findings}, tmp_path / "older")
    cases = np.repeat(_cases()[:1], len(_CHOICE.values) + 1, axis=0)
    cases[:, _CHOICE.column] = [*range(len(_CHOICE.values)), NOT_ASKED]
    encoded = np.where(np.isnan(cases), -1.0, cases).astype(np.float32)
    codes = [words.index(w) if w in words else -2 for w in _CHOICE.values]
    encoded[:, _CHOICE.column] = [*codes, -2]
    expected = older.session.run(["probabilities"], {"cases": encoded})[0]
    found = predict(older, cases).probabilities
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert (found[dropped] == found[-1]).all()
    known = [k for k in range(len(codes)) if k != dropped and codes[k]]
    assert (found[known] != found[-1]).any()


@pytest.mark.parametrize(
    ("change", "blind"),
    [
        pytest.param(lambda m: m["findings"].reverse(), (), id="another order"),
        pytest.param(
            lambda m: m["findings"].append({"id": "third_leg", "kind": "yes_no", "values": []}),
            ("third_leg",),
            id="a finding that is gone",
        ),
        pytest.param(
            lambda m: m["findings"][0].update(kind="yes_no"), ("age_years",), id="another kind"
        ),
    ],
)
def test_findings_are_found_by_id_and_kind(
    change: Any, blind: tuple[str, ...], tmp_path: Path
) -> None:
    """Order means nothing; what is gone or of another kind is unknown."""
    manifest = _manifest()
    change(manifest)
    older = _older({"findings": manifest["findings"]}, tmp_path / "older")
    assert older.recoding is not None
    cases = _cases()
    shown = older.recoding.cases(cases)
    for place, finding in enumerate(manifest["findings"]):
        if finding["id"] in blind:
            assert (shown[:, place] == NOT_ASKED).all()
        else:
            column = VOCABULARY.finding(finding["id"]).column
            np.testing.assert_array_equal(shown[:, place], cases[:, column])


def test_conditions_are_found_by_id(tmp_path: Path) -> None:
    """A condition it does not know has probability 0, stands in no set, and weighs nothing."""
    manifest = _manifest()
    new, *known = manifest["conditions"]
    known.reverse()
    even = dict.fromkeys(known, 1 / len(known))
    mix = {"training": even, "clinic": even}
    older = _older({"conditions": known, "mix": mix}, tmp_path / "older")
    cases = _cases()
    found = predict(older, cases, mix_weights("clinic", older, VOCABULARY)).probabilities
    place = VOCABULARY.condition_ids.index(new)
    assert (found[:, place] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)
    encoded = np.where(np.isnan(cases), -1.0, cases).astype(np.float32)
    own = older.session.run(["probabilities"], {"cases": encoded})[0]
    for k, condition in enumerate(known):
        column = found[:, VOCABULARY.condition_ids.index(condition)]
        np.testing.assert_allclose(column, own[:, k], atol=1e-6)
    assert older.thresholds is not None
    sets = older.thresholds.sets(found, np.full(len(cases), 50))
    assert not sets[:, place].any()
    assert sets.any()
