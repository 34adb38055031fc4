"""The ONNX graph of a fitted estimator: what scoring runs, without any training library."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import lightgbm as lgb
import numpy as np
import onnx
from onnx import TensorProto, helper

from training.bundles.onnx.builder import Builder
from training.bundles.onnx.mixture import add_mixture
from training.bundles.onnx.novelty import add_novelty
from training.bundles.onnx.trees import histogram_attributes, tree_attributes
from training.model.classifier import LegPainClassifier
from training.model.mixture import TINY, Mixture
from training.model.plain_boosting import (
    PlainBoosting,
    SampledHistGradientBoosting,
    SoftLightGBM,
)

_OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
_IR_VERSION = 9  # the oldest that these operators need, so that older runtimes load it


@singledispatch
def export(model: Any) -> onnx.ModelProto:
    """A graph from `cases` (n, n_columns) float32 to `probabilities` (n, n_classes) float32.

    With `components` (n, n_components) and `novelty` (n,), where the model has learned them. What
    follows the scores, which are exact, is computed in double: the logarithm of the ratio of two
    probabilities is then their margins' difference to about 1e-7, as explanations need it.
    """
    raise TypeError(f"no graph is known for a {type(model).__name__}: register one here")


@export.register
def _(model: LegPainClassifier) -> onnx.ModelProto:
    builder = Builder()
    scores = _scores(builder, model)
    margin = _margin(builder, model, builder.double(scores))
    if model.booster_ is not None:
        inputs = builder.op("Concat", "cases", scores, out="tree_inputs", axis=1)
        margin = _trees(builder, model.booster_, inputs, margin, "")
    if model.labelled_booster_ is not None:
        margin = _trees(builder, model.labelled_booster_, "cases", margin, "labelled_")
    softmax = builder.op("Softmax", margin, out="softmax", axis=1)
    outputs: dict[str, list[str | int]] = {
        builder.single(softmax, "probabilities"): ["n", len(model.classes_)]
    }
    if model.components_ is not None:
        outputs[_components(builder, model.mixture_)] = ["n", len(model.components_)]
    if model.novelty_ is not None:
        outputs[add_novelty(builder, model.novelty_, model.n_features_in_)] = ["n"]
    return _finish(builder, model.n_features_in_, outputs)


@export.register
def _(model: SoftLightGBM) -> onnx.ModelProto:
    return _plain(model, tree_attributes(model.trees_, len(model.classes_)))


@export.register
def _(model: SampledHistGradientBoosting) -> onnx.ModelProto:
    return _plain(model, histogram_attributes(model.trees_))


def _plain(model: PlainBoosting, attributes: Mapping[str, Any]) -> onnx.ModelProto:
    """Trees alone, above the margin that they begin from."""
    builder = Builder()
    start = builder.const("start", model.start_[None, :].astype(np.float64))
    margin = _raised(builder, "cases", attributes, start)
    softmax = builder.op("Softmax", margin, out="softmax", axis=1)
    told = builder.single(softmax, "probabilities")
    return _finish(builder, model.n_features_in_, {told: ["n", len(model.classes_)]})


def _scores(builder: Builder, model: LegPainClassifier) -> str:
    """Exact linear scores of the hidden states: sums of multiples of a power of two.

    Features are worked out column by column, (n_features, n): a column is gathered in one piece.
    """
    intervals, mixture = model.intervals_, model.mixture_
    turned = builder.op("Transpose", "cases", out="turned", perm=[1, 0])
    columns = builder.const("columns", intervals.column)
    cells = builder.op("Gather", turned, columns, out="cells", axis=0)
    low = builder.const("low", intervals.low[:, None])
    high = builder.const("high", intervals.high[:, None])
    inside = builder.op(
        "And",
        builder.op("GreaterOrEqual", cells, low, out="not_below"),
        builder.op("Less", cells, high, out="not_above"),
        out="inside",
    )
    features = builder.op("Cast", inside, out="features", to=TensorProto.FLOAT)
    return builder.linear(features, *mixture.linear, name="", out="scores")


def _margin(builder: Builder, model: LegPainClassifier, scores: str) -> str:
    """Log-probabilities of the classes from the scores, as `Mixture.log_margin`."""
    mixture = model.mixture_
    joint = add_mixture(builder, mixture, scores, "").joint
    membership = builder.const("membership", mixture.membership.astype(np.float64))
    by_class = builder.op("MatMul", joint, membership, out="by_class")
    axis = builder.const("axis", np.array([1], dtype=np.int64))
    total = builder.op("ReduceSum", by_class, axis, out="total", keepdims=1)
    share = builder.op("Div", by_class, total, out="share")
    tiny = builder.const("tiny", np.array(TINY, dtype=np.float64))
    return builder.op("Log", builder.op("Max", share, tiny, out="floored"), out="margin")


def _components(builder: Builder, mixture: Mixture) -> str:
    """Probabilities of the components, as `Mixture.split`."""
    floored = builder.op("Max", "by_class", "tiny", out="by_class_floored")
    ratio = builder.op("Div", "softmax", floored, out="of_class")
    shared = builder.const("shared", mixture.membership.T.astype(np.float64))
    of_component = builder.op("MatMul", ratio, shared, out="of_component")
    return builder.single(builder.op("Mul", "joint", of_component, out="parts"), "components")


def _trees(builder: Builder, booster: lgb.Booster, inputs: str, margin: str, name: str) -> str:
    """The margin with the trees' scores added; `name` stands in front of the nodes."""
    attributes = tree_attributes(booster, booster.num_model_per_iteration())
    return _raised(builder, inputs, attributes, margin, name)


def _raised(
    builder: Builder, inputs: str, attributes: Mapping[str, Any], margin: str, name: str = ""
) -> str:
    raised = builder.op(
        "TreeEnsembleRegressor", inputs, out=f"{name}raised", domain="ai.onnx.ml", **attributes
    )
    return builder.op("Add", margin, builder.double(raised), out=f"{name}raised_margin")


def _finish(
    builder: Builder, n_columns: int, outputs: Mapping[str, list[str | int]]
) -> onnx.ModelProto:
    graph = helper.make_graph(
        builder.nodes,
        "claudico",
        [helper.make_tensor_value_info("cases", TensorProto.FLOAT, ["n", n_columns])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in outputs.items()
        ],
        builder.constants,
    )
    model = helper.make_model(graph, opset_imports=_OPSETS, producer_name="claudico")
    model.ir_version = _IR_VERSION
    onnx.checker.check_model(model)
    return model
