"""A small trained bundle of the real kind: a mixture of hidden states, and trees on top.

Its cases are random and so is what it learns; it is here for its form, which is that of the
pipeline's model, and for graphs re-evaluated in double.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from data_gen.vocabulary import load
from tests.serve.model.test_predict import random_cases
from tests.serve.tiny_bundle import tiny_files, write_bundle
from training.bundles.onnx.graph import export
from training.data.features import encode, quantile_edges, vocabulary_intervals
from training.model.classifier import LegPainClassifier

Matrix = npt.NDArray[np.float64]
_CASES, _ROUNDS = 1500, 6


def trained_bundle(folder: Path) -> Path:
    """The folder of a bundle whose model was fitted to random cases."""
    rng = np.random.default_rng(11)
    cases = encode(random_cases(_CASES, seed=11))
    n_classes = len(load().conditions)
    label = np.where(cases[:, 3] > 0, 1, rng.integers(0, n_classes, _CASES))  # one thing to learn
    model = LegPainClassifier(
        intervals=vocabulary_intervals(load(), quantile_edges(cases, load(), 5)),
        epochs=2, batch_size=100, tree_rounds=_ROUNDS, tree_min_data=20, n_jobs=1,
        learning_rate=0.05,
    )  # fmt: skip
    names = np.array(["mild", "severe"], dtype=object)
    component, trait = names[rng.integers(0, 2, _CASES)], rng.random(_CASES) < 0.5
    model.fit(
        cases,
        label,
        classes=range(n_classes),
        component=component,
        latent={"load": trait.astype(object)},
    )
    graph = export(model).SerializeToString()
    manifest = {**json.loads(tiny_files()["manifest.json"]), "components": []}
    content = json.dumps(manifest).encode()
    return write_bundle(folder, {**tiny_files(), "manifest.json": content, "model.onnx": graph})


def margins_in_double(model: Path, encoded: npt.NDArray[np.float32]) -> Matrix:
    """The margins (n_cases, n_conditions) of encoded cases, from the weights of a graph file."""
    graph = onnx.load(model).graph
    weight = {
        item.name: numpy_helper.to_array(item).astype(np.float64) for item in graph.initializer
    }
    cells = encoded[:, weight["columns"].astype(int)]
    inside = (cells >= weight["low"].ravel()) & (cells < weight["high"].ravel())
    scores = inside @ weight["weights"] + weight["bias"]
    n_components = int(weight["sizes"][0])
    combined = scores[:, n_components:] @ weight["combinations"]
    state = np.exp(combined - combined.max(axis=1, keepdims=True))
    state /= state.sum(axis=1, keepdims=True)
    of_component = scores[:, :n_components]
    joint = np.exp(of_component - of_component.max(axis=1, keepdims=True))
    joint *= state @ weight["interaction"]
    by_class = joint @ weight["membership"]
    share = np.maximum(by_class / by_class.sum(axis=1, keepdims=True), weight["tiny"])
    trees = next(node for node in graph.node if node.op_type == "TreeEnsembleRegressor")
    inputs = np.concatenate([encoded, scores], axis=1)
    return np.log(share) + _raised(trees, inputs)


def _raised(trees: onnx.NodeProto, inputs: Matrix) -> Matrix:
    """What the trees add to each margin: every case walks every tree to its leaf."""
    raw: dict[str, Any] = {a.name: onnx.helper.get_attribute_value(a) for a in trees.attribute}
    ids = zip(raw["nodes_treeids"], raw["nodes_nodeids"], strict=True)
    place = {key: k for k, key in enumerate(ids)}
    leaf = zip(raw["target_treeids"], raw["target_nodeids"], strict=True)
    values = zip(raw["target_ids"], raw["target_weights"], strict=True)
    gain = dict(zip(leaf, values, strict=True))
    raised = np.zeros((len(inputs), raw["n_targets"]))
    for tree in sorted(set(raw["nodes_treeids"])):
        for row, case in enumerate(inputs):
            node = 0
            while (tree, node) not in gain:
                k = place[tree, node]
                below = case[raw["nodes_featureids"][k]] <= raw["nodes_values"][k]
                node = raw["nodes_truenodeids" if below else "nodes_falsenodeids"][k]
            target, value = gain[tree, node]
            raised[row, target] += value
    return raised
