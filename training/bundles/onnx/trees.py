"""LightGBM's trees as the attributes of an ONNX tree ensemble."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np


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


def _not_above(threshold: float) -> float:
    """The largest float32 that is not above a double: cases split alike on either side of it."""
    near = np.float32(threshold)
    return float(np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near)
