"""Boosted trees, LightGBM's and scikit-learn's, as the attributes of an ONNX tree ensemble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier


@dataclass(frozen=True)
class _Node:
    """A node of a tree: a leaf has a value, a branch a feature, a threshold and two children."""

    tree: int
    number: int
    feature: int = 0
    threshold: float = 0.0
    yes: int = 0
    no: int = 0
    leaf: float | None = None


def tree_attributes(booster: lgb.Booster, n_classes: int) -> dict[str, Any]:
    """Attributes of a `TreeEnsembleRegressor` that sums the trees of each class."""
    trees = booster.dump_model()["tree_info"]
    nodes = [node for tree in trees for node in _nodes(tree["tree_structure"], tree["tree_index"])]
    return _attributes(nodes, n_classes)


def histogram_attributes(model: HistGradientBoostingClassifier) -> dict[str, Any]:
    """The same of scikit-learn's trees for three classes or more, none of them by category."""
    rounds = model._predictors
    trees = [tree.nodes for of_classes in rounds for tree in of_classes]
    nodes = [node for number, tree in enumerate(trees) for node in _rows(tree, number)]
    return _attributes(nodes, len(rounds[0]))


def _attributes(nodes: Sequence[_Node], n_classes: int) -> dict[str, Any]:
    """Trees follow each other class by class, round after round."""
    leaves = [node for node in nodes if node.leaf is not None]
    return {
        "n_targets": n_classes,
        "aggregate_function": "SUM",
        "post_transform": "NONE",
        "nodes_treeids": [node.tree for node in nodes],
        "nodes_nodeids": [node.number for node in nodes],
        "nodes_featureids": [node.feature for node in nodes],
        "nodes_modes": ["BRANCH_LEQ" if node.leaf is None else "LEAF" for node in nodes],
        "nodes_values": [node.threshold for node in nodes],
        "nodes_truenodeids": [node.yes for node in nodes],
        "nodes_falsenodeids": [node.no for node in nodes],
        "nodes_missing_value_tracks_true": [0] * len(nodes),
        "target_treeids": [node.tree for node in leaves],
        "target_nodeids": [node.number for node in leaves],
        "target_ids": [node.tree % n_classes for node in leaves],
        "target_weights": [float(node.leaf or 0.0) for node in leaves],
    }


def _nodes(root: dict[str, Any], tree: int) -> Iterator[_Node]:
    """The nodes of a tree, numbered from 0 at the root, level by level."""
    queue, number = [root], 0
    while number < len(queue):
        raw = queue[number]
        if "leaf_value" in raw:
            yield _Node(tree, number, leaf=float(raw["leaf_value"]))
        else:
            yes = len(queue)
            queue += [raw["left_child"], raw["right_child"]]
            threshold = _not_above(float(raw["threshold"]))
            yield _Node(tree, number, int(raw["split_feature"]), threshold, yes, yes + 1)
        number += 1


def _rows(tree: npt.NDArray[np.void], number: int) -> Iterator[_Node]:
    """The nodes of a tree of scikit-learn's, which holds one a row, the root first."""
    for place, row in enumerate(tree):
        if row["is_leaf"]:
            yield _Node(number, place, leaf=float(row["value"]))
        else:
            threshold = _not_above(float(row["num_threshold"]))
            feature, yes, no = (int(row[name]) for name in ("feature_idx", "left", "right"))
            yield _Node(number, place, feature, threshold, yes, no)


def _not_above(threshold: float) -> float:
    """The largest float32 that is not above a double: cases split alike on either side of it."""
    near = np.float32(threshold)
    return float(np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near)
