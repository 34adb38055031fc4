"""A bundle small enough to read: an additive softmax over the findings, in the real format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from data_gen.vocabulary import load

_SCALE = {"number": 0.01, "choice": 0.5, "yes_no": 1.0}


BREAKS_AT = 119.5
"""The age from which a brittle graph fails at a whole block of cases."""
_AGELESS = 1000.0


def model_bytes(
    n_findings: int, scales: list[float], n_conditions: int, oldest: float = _AGELESS
) -> bytes:
    """The graph: softmax of known * value * weight, plus bias; novelty is the share of known.

    The first condition gains by each finding that was asked, known or blank.

    Each condition has two components, with a quarter and three quarters of its probability.

    It picks the first of one number, or the second, which is not there, where a case is too old.
    """
    rng = np.random.default_rng(7)
    weights = (rng.normal(size=(n_findings, n_conditions)) * np.array(scales)[:, None]).astype("f4")
    constants = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(rng.normal(size=n_conditions).astype("f4"), "bias"),
        numpy_helper.from_array(np.float32(-0.5), "least"),
        numpy_helper.from_array(np.float32(-1.5), "blank"),
        numpy_helper.from_array(np.array([1]), "across"),
        numpy_helper.from_array(np.eye(1, n_conditions, dtype="f4") * np.float32(0.1), "of_asking"),
        numpy_helper.from_array(np.array([load().column("age_years")]), "age"),
        numpy_helper.from_array(np.float32(oldest), "oldest"),
        numpy_helper.from_array(np.zeros(1, "f4"), "one_number"),
        numpy_helper.from_array(np.kron(np.eye(n_conditions, dtype="f4"), PARTS), "parts"),
    ]
    nodes = [
        helper.make_node("Greater", ["cases", "least"], ["is_known"]),
        helper.make_node("Cast", ["is_known"], ["known"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["cases", "known"], ["values"]),
        helper.make_node("MatMul", ["values", "weights"], ["sums"]),
        helper.make_node("Greater", ["cases", "blank"], ["is_asked"]),
        helper.make_node("Cast", ["is_asked"], ["asked"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["asked", "across"], ["count"], keepdims=1),
        helper.make_node("Mul", ["count", "of_asking"], ["by_count"]),
        helper.make_node("Add", ["sums", "by_count"], ["evidence"]),
        helper.make_node("Add", ["evidence", "bias"], ["margins"]),
        helper.make_node("Gather", ["cases", "age"], ["ages"], axis=1),
        helper.make_node("ReduceMax", ["ages"], ["last_age"], axes=[0, 1], keepdims=0),
        helper.make_node("Greater", ["last_age", "oldest"], ["too_old"]),
        helper.make_node("Cast", ["too_old"], ["which"], to=TensorProto.INT64),
        helper.make_node("Gather", ["one_number", "which"], ["nought"]),
        helper.make_node("Add", ["margins", "nought"], ["whole"]),
        helper.make_node("Softmax", ["whole"], ["probabilities"], axis=1),
        helper.make_node("MatMul", ["probabilities", "parts"], ["components"]),
        helper.make_node("ReduceMean", ["known"], ["novelty"], axes=[1], keepdims=0),
    ]
    real = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("cases", real, [None, n_findings])],
        [
            helper.make_tensor_value_info("probabilities", real, [None, n_conditions]),
            helper.make_tensor_value_info("components", real, [None, 2 * n_conditions]),
            helper.make_tensor_value_info("novelty", real, [None]),
        ],
        constants,
    )
    opsets = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


PARTS = np.array([[0.25, 0.75]], dtype="f4")
"""What the two components of each condition have of it."""


def components_of(mix: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Two components a condition of a class mix, of which the clinic sees both alike."""
    return [
        {
            "id": f"{condition}/{kind}",
            "condition": condition,
            "name": f"{kind} {condition}",
            "icd10": "M79.6",
            "triage": level,
            "within": within,
            "why": "",
            "training": share * part,
            "clinic": mix["clinic"][condition] / 2,
            "safety": share / 2,
        }
        for condition, share in mix["training"].items()
        for kind, part, level, within in (
            ("mild", 0.25, "self_care", "when convenient"),
            ("severe", 0.75, "urgent", "today"),
        )
    ]


def manifest_bytes() -> bytes:
    """A manifest for this vocabulary."""
    vocabulary = load()
    ids = vocabulary.condition_ids
    even = dict.fromkeys(ids, 1 / len(ids))
    clinic = {condition: place + 1.0 for place, condition in enumerate(ids)}
    mix = {"training": even, "clinic": {c: w / sum(clinic.values()) for c, w in clinic.items()}}
    content = {
        "format": 1,
        "vocabulary_hash": vocabulary.hash,
        "findings": [
            {"id": f.id, "kind": f.kind, "values": list(f.values)} for f in vocabulary.findings
        ],
        "conditions": list(ids),
        "mix": mix,
        "components": components_of(mix),
        "outputs": ["probabilities", "components", "novelty"],
        "prediction_set": {
            "asked": [0],
            "highest": [[]],
            "least": {key: [[0.05]] for key in ids},
        },
        "libraries": {},
        "data_hash": "",
        "params": {},
    }
    return json.dumps(content).encode()


def write_bundle(folder: Path, files: dict[str, bytes]) -> Path:
    """A bundle of these files, with their hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    listing = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    )
    (folder / "bundle.sha256").write_text(listing)
    return folder


def tiny_files(*, brittle: bool = False) -> dict[str, bytes]:
    """The files of the tiny bundle, by name; a brittle one fails where a case is `BREAKS_AT`."""
    findings = load().findings
    scales = [_SCALE[finding.kind] for finding in findings]
    return {
        "estimator.joblib": b"never read by scoring",
        "manifest.json": manifest_bytes(),
        "model.onnx": model_bytes(
            len(findings),
            scales,
            len(load().conditions),
            oldest=BREAKS_AT - 0.25 if brittle else _AGELESS,
        ),
    }
