"""The nodes and constants of an ONNX graph as it grows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper


@dataclass
class Builder:
    """Nodes and constants of a graph as it grows; each call returns the name of its output."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def const(self, name: str, array: npt.NDArray[np.generic]) -> str:
        """A constant."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def op(self, kind: str, *inputs: str, out: str, **attributes: Any) -> str:
        """A node of one output."""
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, **attributes))
        return out

    def split(self, name: str, sizes: str, outs: tuple[str, ...]) -> tuple[str, ...]:
        """Parts of a matrix, side by side."""
        node = helper.make_node("Split", [name, sizes], list(outs), name=f"split_{name}", axis=1)
        self.nodes.append(node)
        return outs

    def linear(
        self,
        turned: str,
        weights: npt.NDArray[np.generic],
        bias: npt.NDArray[np.generic],
        name: str,
        out: str,
    ) -> str:
        """Linear scores (n, n_out) of features (n_features, n); `name` stands before constants."""
        constants = self.const(f"{name}weights", weights), self.const(f"{name}bias", bias)
        return self.op("Gemm", turned, *constants, out=out, transA=1)

    def double(self, name: str) -> str:
        """The same in double precision."""
        return self.op("Cast", name, out=f"{name}_double", to=TensorProto.DOUBLE)

    def single(self, name: str, out: str) -> str:
        """The same in single precision."""
        return self.op("Cast", name, out=out, to=TensorProto.FLOAT)
