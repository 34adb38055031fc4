"""The ONNX graph of a fitted classifier: what scoring runs, without any training library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.classifier import LegPainClassifier
from training.graph_trees import tree_attributes
from training.mixture import TINY

_OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
_IR_VERSION = 9  # the oldest that these operators need, so that older runtimes load it


@dataclass
class _Builder:
    """Nodes and constants of a graph as it grows; each call returns the name of its output."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def const(self, name: str, array: npt.NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def op(self, kind: str, *inputs: str, out: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, **attributes))
        return out

    def double(self, name: str) -> str:
        return self.op("Cast", name, out=f"{name}_double", to=TensorProto.DOUBLE)


def export(model: LegPainClassifier) -> onnx.ModelProto:
    """A graph from `cases` (n, n_columns) float32 to `probabilities` (n, n_classes) float32.

    What follows the scores, which are exact, is computed in double: the logarithm of the ratio of
    two probabilities is then their margins' difference to about 1e-7, as explanations need it.
    """
    builder = _Builder()
    scores = _scores(builder, model)
    margin = _margin(builder, model, builder.double(scores))
    if model.booster_ is not None:
        margin = _trees(builder, model, model.booster_, scores, margin)
    softmax = builder.op("Softmax", margin, out="softmax", axis=1)
    builder.op("Cast", softmax, out="probabilities", to=TensorProto.FLOAT)
    return _finish(builder, model.n_features_in_, len(model.classes_))


def _scores(builder: _Builder, model: LegPainClassifier) -> str:
    """Exact linear scores of the hidden states: sums of multiples of a power of two."""
    intervals, mixture = model.intervals_, model.mixture_
    cells = builder.op(
        "Gather", "cases", builder.const("columns", intervals.column), out="cells", axis=1
    )
    low, high = builder.const("low", intervals.low), builder.const("high", intervals.high)
    inside = builder.op(
        "And",
        builder.op("GreaterOrEqual", cells, low, out="not_below"),
        builder.op("Less", cells, high, out="not_above"),
        out="inside",
    )
    features = builder.op("Cast", inside, out="features", to=TensorProto.FLOAT)
    weights = np.concatenate([mixture.atoms, mixture.traits], axis=1)
    bias = np.concatenate([mixture.bias, np.zeros(mixture.traits.shape[1], dtype=np.float32)])
    product = builder.op("MatMul", features, builder.const("weights", weights), out="product")
    return builder.op("Add", product, builder.const("bias", bias), out="scores")


def _margin(builder: _Builder, model: LegPainClassifier, scores: str) -> str:
    """Log-probabilities of the classes from the scores, as `Mixture.log_margin`."""
    mixture = model.mixture_
    atoms = scores
    if mixture.traits.shape[1]:
        sizes = np.array([len(mixture.bias), mixture.traits.shape[1]], dtype=np.int64)
        split = builder.const("sizes", sizes)
        builder.nodes.append(
            helper.make_node("Split", [scores, split], ["atoms", "traits"], name="split", axis=1)
        )
        atoms = "atoms"
    top = builder.op("ReduceMax", atoms, out="top", axes=[1], keepdims=1)
    joint = builder.op("Exp", builder.op("Sub", atoms, top, out="below_top"), out="powers")
    if mixture.traits.shape[1]:
        joint = builder.op("Mul", joint, _mixed(builder, model), out="joint")
    by_class = builder.op(
        "MatMul", joint, builder.const("membership", _double(mixture.membership)), out="by_class"
    )
    axis = builder.const("axis", np.array([1], dtype=np.int64))
    total = builder.op("ReduceSum", by_class, axis, out="total", keepdims=1)
    share = builder.op("Div", by_class, total, out="share")
    tiny = builder.const("tiny", np.array(TINY, dtype=np.float64))
    return builder.op("Log", builder.op("Max", share, tiny, out="floored"), out="margin")


def _mixed(builder: _Builder, model: LegPainClassifier) -> str:
    mixture = model.mixture_
    given = np.exp(_double(mixture.coupling) @ _double(mixture.combinations)).T
    combinations = builder.const("combinations", _double(mixture.combinations))
    combined = builder.op("MatMul", "traits", combinations, out="combined")
    state = builder.op("Softmax", combined, out="state", axis=1)
    return builder.op("MatMul", state, builder.const("given", given), out="mixed")


def _double(array: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return array.astype(np.float64)


def _trees(
    builder: _Builder, model: LegPainClassifier, booster: lgb.Booster, scores: str, margin: str
) -> str:
    inputs = builder.op("Concat", "cases", scores, out="tree_inputs", axis=1)
    attributes = tree_attributes(booster, len(model.classes_))
    raised = builder.op(
        "TreeEnsembleRegressor", inputs, out="raised", domain="ai.onnx.ml", **attributes
    )
    return builder.op("Add", margin, builder.double(raised), out="raised_margin")


def _finish(builder: _Builder, n_columns: int, n_classes: int) -> onnx.ModelProto:
    graph = helper.make_graph(
        builder.nodes,
        "claudico",
        [helper.make_tensor_value_info("cases", TensorProto.FLOAT, ["n", n_columns])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", n_classes])],
        builder.constants,
    )
    model = helper.make_model(graph, opset_imports=_OPSETS, producer_name="claudico")
    model.ir_version = _IR_VERSION
    onnx.checker.check_model(model)
    return model
