"""The rate of every finding in every atom: the background, and each profile's departures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.profiles import Knowledge
from data_gen.profiles.background_rates import with_odds
from data_gen.profiles.distributions import bin_probabilities
from data_gen.profiles.schema import BackgroundEntry, Band, BandEntry, Entry
from data_gen.vocabulary import Finding
from data_gen.world.people import TRAITS, Atom, People, noisy_or, shift_to, slope_of_shift

Array = npt.NDArray[np.float64]
PAINLESS = len(TRAITS)
"""The number of the hidden switch `painless`, beside the four traits."""
_BIN_LEAK = 0.003  # no bin is impossible: this share is of the background's bins
_ANY_BIN = 1e-4  # and this share is spread evenly, so that no value rules everything out
_STIFF = {1.3: 0.45, 1.4: 0.33, 1.6: 0.15, 2.0: 0.07}  # how high the index of stiff arteries is
_FEVER = {38.0: 0.45, 38.5: 0.30, 39.0: 0.21, 40.0: 0.04}  # how high a fever is, once there is one


@dataclass(frozen=True)
class Rates:
    """The tables of a knowledge: `people` with what each finding's entry says of them.

    A table has the axes stratum (or 1 where age and sex do not matter), atom, and the state of the
    hidden trait that the finding depends on (or 1).
    """

    knowledge: Knowledge
    people: People

    def entry(self, atom: Atom, finding: str) -> Entry | None:
        """What an atom's own profile says of a finding: the presentation first."""
        profile = self.knowledge.profiles[atom.condition]
        presentation = profile.presentations[atom.presentation]
        return presentation.findings.get(finding) or profile.findings.get(finding)

    def trait_of(self, finding: str) -> int | None:
        """The trait (or PAINLESS) that a finding depends on, or None."""
        if finding in self.knowledge.background.painless_excludes:
            return PAINLESS
        trait = self.knowledge.background.findings[finding].trait
        return None if trait is None else TRAITS.index(trait)

    def painless(self) -> Array:
        """P(the complaint is painless | atom): (n_atoms,)."""
        alone = self._painless_alone()
        both = alone[self.people.firsts] * alone[self.people.seconds]
        return np.concatenate([alone, both])

    def yes_no(self, finding: str, trait: int | None) -> Array:
        """P(present): (n_strata or 1, n_atoms, 1 or 2), pairs by noisy-OR."""
        background = self._background(finding, trait)
        alone = self._alone(finding, trait, background)
        first, second = alone[:, self.people.firsts], alone[:, self.people.seconds]
        pairs = noisy_or(first, second, background)
        return np.concatenate([alone, pairs], axis=1)

    def choice(self, finding: Finding, trait: int | None) -> Array:
        """P(value): (n_strata or 1, n_alone, 1 or 2, n_values)."""
        entry = self.knowledge.background.findings[finding.id]
        bands = [entry.in_band(band) for band in range(entry.bands)]
        shares = [[_shares(t or b.of or {}, finding) for t in (b.of, b.with_)] for b in bands]
        out = self._by_stratum(shares, trait)
        for k, stated in self._stated(finding.id):
            out[:, k] = _shares(stated.of or {}, finding)
        return out

    def number(self, finding: str, trait: int | None) -> tuple[Array, Array]:
        """P(bin | it has a value) (n_strata or 1, n_alone, 1 or 2, n_bins), P(value) (n_alone,)."""
        entry = self.knowledge.background.findings[finding]
        bands = [entry.in_band(band) for band in range(entry.bands)]
        with_ = [b if b.with_ is None else Band(**b.with_) for b in bands]
        tables = [[bins_of(entry, a), bins_of(entry, b)] for a, b in zip(bands, with_, strict=True)]
        out = self._by_stratum(tables, trait)
        applies = np.full(self.people.n_alone, entry.applies)
        for k, stated in self._stated(finding):
            out[:, k] = (1 - _BIN_LEAK) * bins_of(entry, stated) + _BIN_LEAK * out[:, k, :1]
            applies[k] = stated.applies if "applies" in stated.model_fields_set else entry.applies
        return out, applies

    def _by_stratum(self, bands: list[list[Array]], trait: int | None) -> Array:
        """Tables by band, without and with the trait, as (n_strata or 1, n_alone, 1 or 2, n)."""
        rows = np.array(bands)[:, : 1 if trait is None else 2]
        rows = np.repeat(rows, 2, axis=0) if len(bands) > 1 else rows  # both sexes alike
        return np.repeat(rows[:, None], self.people.n_alone, axis=1)

    def _stated(self, finding: str) -> list[tuple[int, Entry]]:
        found = (
            (k, self.entry(atom, finding))
            for k, atom in enumerate(self.people.atoms[: self.people.n_alone])
        )
        return [(k, entry) for k, entry in found if entry is not None]

    def _painless_alone(self) -> Array:
        base = self.knowledge.background.findings["painless"].p
        out = np.full(self.people.n_alone, base)
        for k, entry in self._stated("painless"):
            out[k] = entry.p
        return out

    def _background(self, finding: str, trait: int | None) -> Array:
        entry = self.knowledge.background.findings[finding]
        men = np.atleast_1d(np.array(entry.p, dtype=float))
        women = with_odds(men, np.atleast_1d(np.array(entry.female, dtype=float)))
        flat = len(men) == 1 and entry.female == 1.0
        n_bands = 1 if flat else len(self.people.bands)
        rate = np.stack(np.broadcast_arrays(women, men, np.empty(n_bands))[:2], axis=1).ravel()
        rate = rate[:1] if flat else rate
        if trait is None:
            return np.asarray(rate[:, None, None])
        if trait == PAINLESS:
            return np.stack([rate, np.zeros_like(rate)], axis=1)[:, None, :]
        return np.stack([rate, with_odds(rate, np.array(entry.odds))], axis=1)[:, None, :]

    def _alone(self, finding: str, trait: int | None, background: Array) -> Array:
        alone = self.people.n_alone
        shape = (background.shape[0], alone, background.shape[2])
        out = np.broadcast_to(background, shape).copy()
        stated = self._stated(finding)
        if not stated:
            return out
        rows, weights, target = self._targets(stated, trait, background)
        out[:, rows] = shift_to(background, weights, target)
        if trait == PAINLESS:
            out[:, :, 1] = 0
        return out

    def slope(self, finding: str, trait: int | None) -> Array:
        """How fast P(present) moves with the stated probability: (n_strata or 1, n_alone, 1 or 2).

        0 where an atom states none, and for people whom the finding cannot concern.
        """
        background = self._background(finding, trait)
        out = np.zeros((background.shape[0], self.people.n_alone, background.shape[2]))
        stated = self._stated(finding)
        if stated:
            rows, weights, target = self._targets(stated, trait, background)
            out[:, rows] = slope_of_shift(background, weights, target)
        if trait == PAINLESS:
            out[:, :, 1] = 0
        return out

    def _targets(
        self, stated: list[tuple[int, Entry]], trait: int | None, background: Array
    ) -> tuple[list[int], Array, Array]:
        """The atoms that state a rate, the weights of their strata, and the rate stated."""
        rows = [k for k, _ in stated]
        weights = self._weights(trait)[:, rows]
        if background.shape[0] == 1:
            weights = weights.sum(axis=0, keepdims=True)
        return rows, weights, np.array([entry.p for _, entry in stated])

    def _weights(self, trait: int | None) -> Array:
        """P(stratum, trait | atom alone): (n_strata, n_alone, 1 or 2).

        For the switch only those with pain count: a painless complaint has none of it.
        """
        alone = self.people.n_alone
        stratum = self.people.stratum[:, :alone]
        if trait is None:
            return np.asarray(stratum[:, :, None])
        if trait == PAINLESS:
            pain = 1 - self._painless_alone()
            return np.stack([stratum * pain, 0 * stratum], axis=2)
        has = self.people.trait[trait, :, :alone]
        return np.stack([stratum * (1 - has), stratum * has], axis=2)


def _shares(shares: dict[str, float], finding: Finding) -> Array:
    return np.array([float(shares.get(value, 0.0)) for value in finding.values])


def bins_of(background: BackgroundEntry, stated: Entry | BandEntry | Band) -> Array:
    """P(bin) of a number that is stated so: (n_bins,)."""
    fever = getattr(stated, "fever", None)
    percentiles = background.in_band(0) if fever is not None else stated
    low, median, high = percentiles.low, percentiles.median, percentiles.high
    if low is None or median is None or high is None:
        raise ValueError("percentiles are missing; give low, median and high")
    bins = bin_probabilities(background.edges, low, median, high, background.scale)
    bins = np.where(np.array(background.edges[:-1]) < background.least, 0, bins)
    bins = bins / bins.sum()
    bins = bins if fever is None else _with_fever(bins, background.edges, fever)
    bins = _with_stiff(bins, background.edges, getattr(stated, "stiff", 0.0))
    return (1 - _ANY_BIN) * bins + _ANY_BIN / len(bins)


def _with_fever(bins: Array, edges: tuple[float, ...], fever: float) -> Array:
    """The bins of body temperature with this share at 38 degrees or more."""
    hot = np.array([_FEVER.get(edge, 0.0) for edge in edges[:-1]])
    cool = np.where(np.array(edges[:-1]) < min(_FEVER), bins, 0)
    return np.asarray((1 - fever) * cool / cool.sum() + fever * hot)


def _with_stiff(bins: Array, edges: tuple[float, ...], stiff: float) -> Array:
    """The bins of the ankle-brachial index with this share of stiff arteries, at 1.3 or more."""
    high = np.array([_STIFF.get(edge, 0.0) for edge in edges[:-1]])
    return np.asarray((1 - stiff) * bins + stiff * high)
