"""Novelty as nodes of the ONNX graph: log-evidence, then its rank among cases as well known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from serve.model.predict import BLANK
from training.bundles.onnx.builder import Builder
from training.bundles.onnx.mixture import add_mixture
from training.bundles.onnx.trees import tree_attributes
from training.model.log_evidence import Evidence
from training.model.novelty import Novelty

Real = npt.NDArray[np.float64]


def add_novelty(builder: Builder, novelty: Novelty, n_columns: int) -> str:
    """The output `novelty` (n,), from the nodes `cases` and `features`."""
    unlikely = builder.op("Neg", _evidence(builder, novelty.evidence), out="unlikely")  # (n, 1)
    group = _group(builder, novelty, n_columns)
    low, high = novelty.knots[:, :-1], novelty.knots[:, 1:]
    lows = builder.op("Gather", builder.const("novelty_low", low), group, out="lows", axis=0)
    slopes = builder.const("novelty_slope", 1.0 / (high - low))
    slope = builder.op("Gather", slopes, group, out="slopes", axis=0)
    above = builder.op("Sub", unlikely, lows, out="above_knots")
    steep = builder.op("Mul", above, slope, out="steep")
    zero, one = builder.const("zero", np.array(0.0)), builder.const("one", np.array(1.0))
    inside = builder.op("Clip", steep, zero, one, out="clipped")
    shares = builder.const("novelty_share", np.diff(novelty.levels)[:, None])
    rank = builder.op("MatMul", inside, shares, out="rank")
    flat = builder.op("Squeeze", rank, builder.const("last", np.array([1])), out="rank_flat")
    return builder.single(flat, "novelty")


def _group(builder: Builder, novelty: Novelty, n_columns: int) -> str:
    """(n,) the group of each case, as `Novelty.group`."""
    builder.const("across", np.array([1]))
    recorded = _at_least(builder, "cases", np.array(0.0), "recorded")
    asked = _at_least(builder, "cases", np.array(BLANK), "asked")
    band = _at_least(builder, asked, novelty.asked[None, 1:], "band")
    width = builder.const("places_a_band", np.array(n_columns + 1, dtype=np.float32))
    place = builder.op(
        "Add", builder.op("Mul", band, width, out="band_place"), recorded, out="place"
    )
    group = _at_least(builder, place, novelty.starts[None, 1:], "group")
    whole = builder.op("Cast", group, out="group_code", to=TensorProto.INT64)
    return builder.op("Squeeze", whole, "across", out="group_flat")


def _at_least(builder: Builder, table: str, floor: npt.NDArray[np.floating], name: str) -> str:
    """(n, 1) how many of a row's entries, or of the floors that its one entry reaches."""
    least = builder.const(f"{name}_floor", floor.astype(np.float32))
    reached = builder.op("GreaterOrEqual", table, least, out=f"{name}_reached")
    ones = builder.op("Cast", reached, out=f"{name}_ones", to=TensorProto.FLOAT)
    return builder.op("ReduceSum", ones, "across", out=name, keepdims=1)


def _evidence(builder: Builder, evidence: Evidence) -> str:
    """(n, 1) log-evidence, as `Evidence.predict`."""
    raw = builder.linear("features", *evidence.mixture.linear, name="e_", out="e_raw")
    scores = builder.double(raw)
    nodes = add_mixture(builder, evidence.mixture, scores, "e_")
    axis = builder.const("e_axis", np.array([1]))
    total = builder.op("ReduceSum", nodes.joint, axis, out="e_total", keepdims=1)
    parts = [nodes.top, builder.op("Log", total, out="e_log")]
    if nodes.combined is not None:
        parts.append(
            builder.op("ReduceLogSumExp", nodes.combined, out="e_log_factor", axes=[1], keepdims=1)
        )
    if evidence.booster is not None:
        attributes = tree_attributes(evidence.booster, 1)
        raised = builder.op(
            "TreeEnsembleRegressor", "cases", out="e_raised", domain="ai.onnx.ml", **attributes
        )
        parts.append(builder.double(raised))
    return builder.op("Sum", *parts, out="log_evidence")
