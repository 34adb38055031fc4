"""What the world of a bundle expects of a file, under a class mix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from serve.model.bundle import Verified

Matrix = npt.NDArray[np.float64]
_FLOOR = 1e-12


@dataclass(frozen=True)
class Expected:
    """P(value) of each finding, whether or not anybody writes it down; by its column."""

    rates: Mapping[int, Matrix]
    """No and yes, the values of a choice, or the bins of a number and last that it has none."""
    edges: Mapping[int, Matrix]
    """Of a number, the lower edges of its bins."""

    @classmethod
    def under(
        cls, bundle: Verified, within: str, mix: Matrix, vocabulary: Vocabulary
    ) -> Expected | None:
        """What a bundle expects under a mix of conditions (n_conditions,); None if it cannot say.

        `within` is the mix that says how common components are within their condition.
        """
        components, likelihoods = bundle.components, bundle.likelihoods
        if components is None or likelihoods is None:
            return None
        own = components.mixes[within]
        sums = components.by_condition(own[None, :], len(mix))[0]
        shares = own * (mix / np.maximum(sums, _FLOOR))[components.place]
        column = {f.id: f.column for f in vocabulary.findings}
        rates = {column[k]: shares @ table for k, table in likelihoods.of.items() if k in column}
        edges = {column[k]: low for k, low in likelihoods.edges.items() if k in column}
        return cls(rates, edges)


def counted(
    finding: Finding, present: int, filled: int, values: Counter[float], edges: Matrix | None
) -> Iterator[tuple[str, int]]:
    """Each value of a finding that is expected at some rate, and in how many rows it is met.

    Of a yes/no finding that is the yes alone; of a number, its bins.
    """
    if finding.kind == "yes_no":
        yield "", present
    elif finding.kind == "choice":
        for code, word in enumerate(finding.values):
            yield word, values[float(code)]
    elif edges is not None and filled:
        met = np.array(sorted(values))
        bins = np.clip(np.searchsorted(edges, met, side="right") - 1, 0, len(edges) - 1)
        rows = np.bincount(bins, [values[value] for value in met.tolist()], len(edges))
        for place, low in enumerate(edges.tolist()):
            last = place + 1 == len(edges)
            name = f"{low:g} or more" if last else f"{low:g} to {edges[place + 1]:g}"
            yield name, int(rows[place])
