"""A bundle is used whole and for its own vocabulary, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from data_gen.vocabulary import load
from serve.model.bundle import HASHES, differences, load_bundle, verify
from serve.problem import RefusedError
from tests.serve.tiny_bundle import tiny_files, write_bundle

FLIPS = int(os.environ.get("CLAUDICO_FLIPS", "100"))
"""Bits flipped in the quick form; `CLAUDICO_FLIPS=1000` is the long one."""


def test_version_names_the_content(tiny_bundle: Path) -> None:
    """A bundle's version is the beginning of the hash of its list of hashes."""
    listing = (tiny_bundle / HASHES).read_bytes()
    bundle = load_bundle(tiny_bundle, load())
    assert bundle.model_version == hashlib.sha256(listing).hexdigest()[:12]
    assert bundle.outputs == ("probabilities", "components", "novelty")


def test_any_flipped_bit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One wrong bit anywhere is found before anything inside is read."""
    folder = write_bundle(tmp_path / "bundle", tiny_files())
    monkeypatch.setattr("serve.model.bundle._session", _never)
    monkeypatch.setattr("serve.model.bundle._manifest", _never)
    chance = random.Random(5)  # noqa: S311 - which bits to flip is no secret
    files = sorted(folder.iterdir())
    for _ in range(FLIPS):
        path = chance.choice(files)
        whole = path.read_bytes()
        place = chance.randrange(len(whole))
        broken = bytearray(whole)
        broken[place] ^= 1 << chance.randrange(8)
        path.write_bytes(broken)
        with pytest.raises(RefusedError):
            load_bundle(folder, load())
        path.write_bytes(whole)


def _never(*_: Any) -> None:
    raise AssertionError("something of a damaged bundle was read")


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "estimator.joblib", HASHES])
def test_missing_file(name: str, tmp_path: Path) -> None:
    """A bundle that lacks a file is refused, and the file is named."""
    folder = write_bundle(tmp_path / "bundle", tiny_files())
    (folder / name).unlink()
    with pytest.raises(RefusedError, match=name):
        verify(folder)


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx"])
def test_unlisted_file(name: str, tmp_path: Path) -> None:
    """A file that scoring needs must be among those that are hashed."""
    files = tiny_files()
    del files[name]
    with pytest.raises(RefusedError, match=f"{name} is not listed"):
        verify(write_bundle(tmp_path / "bundle", files))


def test_files_beside_are_free(tmp_path: Path) -> None:
    """Metrics and a card may lie beside the bundle without being part of it."""
    folder = write_bundle(tmp_path / "bundle", tiny_files())
    version = verify(folder)[1]
    (folder / "MODEL_CARD.md").write_text("about the model")
    assert verify(folder)[1] == version


@pytest.mark.parametrize("name", ["../model.onnx", "/etc/passwd", "a b", ""])
def test_only_plain_names(name: str, tmp_path: Path) -> None:
    """A list of hashes names files of its own folder and no others."""
    folder = write_bundle(tmp_path / "bundle", tiny_files())
    listing = (folder / HASHES).read_text()
    (folder / HASHES).write_text(f"{'0' * 64}  {name}\n{listing}")
    with pytest.raises(RefusedError, match="sorted list of hashes"):
        verify(folder)


def _changed(change: str) -> Mapping[str, Any]:
    manifest: dict[str, Any] = json.loads(tiny_files()["manifest.json"])
    findings, conditions = manifest["findings"], manifest["conditions"]
    match change:
        case "lacks":
            findings.pop(3)
        case "more":
            findings.append({"id": "third_leg", "kind": "yes_no", "values": []})
        case "kind":
            findings[0]["kind"] = "yes_no"
        case "order":
            findings.reverse()
        case "condition":
            conditions[0] = "gout"
        case "condition order":
            conditions.reverse()
    return {**manifest, "vocabulary_hash": "0" * 64}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("lacks", "findings the bundle lacks: obesity"),
        ("more", "findings only the bundle has: third_leg"),
        ("kind", "findings of another kind or values: age_years"),
        ("order", "the same findings in another order"),
        ("condition", "conditions: gout, peripheral_artery_disease"),
        ("condition order", "the same conditions in another order"),
        ("", "ranges of numbers or relations between findings"),
    ],
)
def test_other_vocabulary(change: str, says: str) -> None:
    """What differs between a bundle's vocabulary and this one is said in words."""
    assert differences(_changed(change), load()) == says


def test_a_condition_that_the_vocabulary_lacks(tmp_path: Path) -> None:
    """A bundle that answers in conditions of another vocabulary is refused with what differs."""
    files = {**tiny_files(), "manifest.json": json.dumps(_changed("condition")).encode()}
    with pytest.raises(RefusedError, match="another vocabulary: conditions: gout, peripheral_"):
        load_bundle(write_bundle(tmp_path / "bundle", files), load())


def test_other_format(tmp_path: Path) -> None:
    """A bundle of a later format is refused rather than guessed at."""
    files = {**tiny_files(), "manifest.json": b'{"format": 2}'}
    with pytest.raises(RefusedError, match="reads format 1"):
        load_bundle(write_bundle(tmp_path / "bundle", files), load())


def _set(asked: list[int], highest: list[list[float]], least: list[list[Any]]) -> dict[str, Any]:
    """Thresholds as a manifest has them, the same for every condition."""
    each = dict.fromkeys(load().condition_ids, least)
    return {"asked": asked, "highest": highest, "least": each}


@pytest.mark.parametrize(
    "held",
    [
        {"doms": 0.1},  # a threshold a condition, as bundles once had
        {
            "recorded": [0],
            "least": {name: [0.1] for name in load().condition_ids},
        },  # as before forms
        _set([0, 10], [[], []], [[0.1]]),
        _set([0], [[]], [[0.1, 0.2]]),
        _set([5], [[]], [[0.1]]),
        _set([0], [[]], [["low"]]),
        {**_set([0], [[]], [[0.1]]), "least": {"doms": [[0.1]]}},
    ],
)
def test_prediction_sets_of_another_kind(held: dict[str, Any], tmp_path: Path) -> None:
    """Thresholds that do not fit are refused before a case is scored, not while it is."""
    files = tiny_files()
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps({**manifest, "prediction_set": held}).encode()
    folder = write_bundle(tmp_path / "bundle", files)
    with pytest.raises(RefusedError, match="prediction sets"):
        load_bundle(folder, load())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"triage": "soon"}, id="level"),
        pytest.param({"within": "a year"}, id="time frame"),
        pytest.param({"name": None}, id="no name"),
        pytest.param({"condition": "third_leg"}, id="condition"),
        pytest.param({"id": "doms/mild"}, id="twice"),
        pytest.param({"safety": 0.0}, id="no share"),
        pytest.param({"clinic": 0.5}, id="no mix"),
    ],
)
def test_components_of_another_kind(change: dict[str, Any], tmp_path: Path) -> None:
    """Components that do not fit are refused before a case is scored, not while it is."""
    files = tiny_files()
    manifest = json.loads(files["manifest.json"])
    manifest["components"][0] |= change
    files["manifest.json"] = json.dumps(manifest).encode()
    with pytest.raises(RefusedError, match="components"):
        load_bundle(write_bundle(tmp_path / "bundle", files), load())
