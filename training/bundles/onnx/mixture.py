"""A mixture of hidden states as nodes of the ONNX graph, as `Mixture.forward` computes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.bundles.onnx.builder import Builder
from training.model.mixture import Mixture


@dataclass(frozen=True)
class Nodes:
    """Names of what `Forward` calls alike; `top` and `combined` make its factor."""

    joint: str  # (n, a)
    top: str  # (n, 1) the highest score of a component
    combined: str | None  # (n, z) scores of the combinations; None where there is only one


def add_mixture(builder: Builder, mixture: Mixture, scores: str, name: str) -> Nodes:
    """The nodes from `scores` (n, a + t) in double on, each named with `name` in front."""
    n_latent = mixture.latent.shape[1]
    if not n_latent:
        return Nodes(*_powers(builder, scores, name, "joint"), None)
    sizes = builder.const(f"{name}sizes", np.array([len(mixture.bias), n_latent], dtype=np.int64))
    parts = (f"{name}of_components", f"{name}of_latent")
    component, latent = builder.split(scores, sizes, parts)
    combinations = builder.const(f"{name}combinations", mixture.combinations.astype(np.float64))
    combined = builder.op("MatMul", latent, combinations, out=f"{name}combined")
    state = builder.op("Softmax", combined, out=f"{name}state", axis=1)
    interaction = builder.const(f"{name}interaction", mixture.interaction(np.float64).T)
    expected = builder.op("MatMul", state, interaction, out=f"{name}expected")
    powers, top = _powers(builder, component, name, "powers")
    return Nodes(builder.op("Mul", powers, expected, out=f"{name}joint"), top, combined)


def _powers(builder: Builder, scores: str, name: str, out: str) -> tuple[str, str]:
    top = builder.op("ReduceMax", scores, out=f"{name}top", axes=[1], keepdims=1)
    below = builder.op("Sub", scores, top, out=f"{name}below_top")
    return builder.op("Exp", below, out=f"{name}{out}"), top
