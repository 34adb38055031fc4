"""A share of a count, and how sure it is."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of a share of n, of the given confidence (Wilson 1927, JASA 22:209)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half
