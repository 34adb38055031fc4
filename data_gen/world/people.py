"""Who has what: atoms, age, sex and the hidden traits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data_gen.profiles import Knowledge
from data_gen.profiles.background_rates import with_odds
from data_gen.profiles.distributions import split_normal_cdf
from data_gen.profiles.schema import Background, Pair, Percentiles, Presentation, Profile
from data_gen.world.joint import fit_joint

Array = npt.NDArray[np.float64]
AGES = 121
_AGE_LEAK = 0.003  # no age is impossible: this share is of the background's ages
FEMALE, MALE = 0, 1  # the order of the choices of `sex`
TRAITS = ("vascular", "metabolic", "degenerative", "athletic")


@dataclass(frozen=True)
class Atom:
    """A condition in one presentation, alone or with a second, co-existing one."""

    condition: str
    presentation: str
    weight: float
    """P(atom | condition) in training."""
    pair: Pair | None = None

    @property
    def id(self) -> str:
        """The id of the component, in files and messages."""
        alone = f"{self.condition}/{self.presentation}"
        pair = self.pair
        return f"{alone}+{pair.second}/{pair.second_presentation}" if pair else alone


@dataclass(frozen=True)
class People:
    """Atoms and what they say of age, sex and traits.

    n_atoms = n_alone + n_pairs, alone first. A stratum is an age band and a sex: 2 * band + sex.
    """

    atoms: tuple[Atom, ...]
    bands: tuple[int, ...]
    age: Array  # (n_atoms, 121): P(age in years | atom)
    female: Array  # (n_atoms,)
    trait_background: Array  # (n_traits, n_strata)
    trait: Array  # (n_traits, n_strata, n_atoms): P(trait | atom, stratum)
    traits_joint: Array  # (n_strata, n_atoms, 16): bit t of the state is trait t
    firsts: npt.NDArray[np.int64]  # (n_pairs,) atom of the first condition alone
    seconds: npt.NDArray[np.int64]  # (n_pairs,)

    @cached_property
    def n_alone(self) -> int:
        """How many atoms have a single condition."""
        return len(self.atoms) - len(self.firsts)

    @cached_property
    def stratum(self) -> Array:
        """P(stratum | atom): (n_strata, n_atoms)."""
        return strata_of(self.age, self.female, self.bands)

    def stratum_of(
        self, ages: npt.NDArray[np.int64], sexes: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """The stratum of each age and sex: (n_cases,) of integers."""
        band = np.searchsorted(np.array(self.bands), ages, side="right") - 1
        return np.asarray(2 * band + sexes, dtype=np.int64)


def strata_of(age: Array, female: Array, bands: tuple[int, ...]) -> Array:
    """P(stratum | atom) from ages (n_atoms, 121) and share of women (n_atoms,)."""
    starts = np.add.reduceat(age, bands, axis=1)  # (n_atoms, n_bands)
    both = np.stack([starts * female[:, None], starts * (1 - female[:, None])], axis=2)
    return np.asarray(both.reshape(len(age), -1).T)


def shift_to(background: Array, weights: Array, target: Array) -> Array:
    """Rates whose weighted mean over strata and trait is `target`, the background as a leak.

    `background` (n_strata, 1, h), `weights` (n_strata, n_atoms, h) summing to 1 an atom, `target`
    (n_atoms,); returns (n_strata, n_atoms, h). Above the background's mean by noisy-OR (Pearl
    1988) of one cause with the background, below it in proportion.
    """
    mean = (weights * background).sum(axis=(0, 2))
    total = weights.sum(axis=(0, 2))  # 1, or the share of people whom the finding can concern
    cause = 1 - (1 - target / total) / (1 - mean / total)
    raised = 1 - (1 - cause[:, None]) * (1 - background)
    lowered = background * (target / np.maximum(mean, 1e-300))[:, None]
    return np.asarray(np.where((target >= mean)[:, None], raised, lowered))


def slope_of_shift(background: Array, weights: Array, target: Array) -> Array:
    """How fast the rates of `shift_to` move with their target: d rate / d target, as `shift_to`."""
    mean = (weights * background).sum(axis=(0, 2))
    total = weights.sum(axis=(0, 2))
    raised = (1 - background) / np.maximum(total - mean, 1e-300)[:, None]
    lowered = background / np.maximum(mean, 1e-300)[:, None]
    return np.asarray(np.where((target >= mean)[:, None], raised, lowered))


def build_people(knowledge: Knowledge) -> People:
    """The people of the knowledge: alone atoms in the order of the files, then pairs."""
    background = knowledge.background
    alone = _alone(knowledge)
    index = {(a.condition, a.presentation): i for i, a in enumerate(alone)}
    firsts = np.array([index[p.first, p.first_presentation] for p in knowledge.pairs], int)
    seconds = np.array([index[p.second, p.second_presentation] for p in knowledge.pairs], int)
    pairs = [Atom(p.first, p.first_presentation, p.p, p) for p in knowledge.pairs]
    age, female = _ages(knowledge, alone)
    age = np.concatenate([age, _pair_ages(age, firsts, knowledge.pairs)])
    female = np.concatenate([female, female[firsts]])
    rates = _trait_background(background)
    trait = _traits(knowledge, alone, rates, strata_of(age, female, background.bands))
    pair_rates = noisy_or(trait[:, :, firsts], trait[:, :, seconds], rates[:, :, None])
    trait = np.concatenate([trait, pair_rates], axis=2)
    return People(
        atoms=(*alone, *pairs),
        bands=background.bands,
        age=age,
        female=female,
        trait_background=rates,
        trait=trait,
        traits_joint=_joint(background, trait),
        firsts=firsts,
        seconds=seconds,
    )


def noisy_or(first: Array, second: Array, background: Array) -> Array:
    """The first condition's rates with the second's excess over the background added."""
    excess = np.clip(1 - (1 - second) / (1 - background), 0, 1)
    return np.asarray(1 - (1 - first) * (1 - excess))


def _alone(knowledge: Knowledge) -> list[Atom]:
    taken = dict.fromkeys(knowledge.profiles, 0.0)
    for pair in knowledge.pairs:
        taken[pair.first] += pair.p
    return [
        Atom(condition, name, presentation.weight * (1 - taken[condition]))
        for condition, profile in knowledge.profiles.items()
        for name, presentation in profile.presentations.items()
    ]


def _ages(knowledge: Knowledge, alone: list[Atom]) -> tuple[Array, Array]:
    background = knowledge.background
    base = age_pmf(background.age)
    ages, female = [], []
    for atom in alone:
        profile, presentation = _of(knowledge, atom)
        stated = presentation.age or profile.age
        ages.append((1 - _AGE_LEAK) * age_pmf(stated) + _AGE_LEAK * base if stated else base)
        female.append((presentation.female or profile.female or background.female).p)
    return np.array(ages), np.array(female)


def _of(knowledge: Knowledge, atom: Atom) -> tuple[Profile, Presentation]:
    profile = knowledge.profiles[atom.condition]
    return profile, profile.presentations[atom.presentation]


def age_pmf(stated: Percentiles) -> Array:
    """P(age in whole years) for ages 0 to 120: (121,)."""
    bounds = stated.low, stated.median, stated.high
    below = np.array([split_normal_cdf(float(age), *bounds) for age in range(AGES + 1)])
    mass = np.diff(below)
    return np.asarray(mass / mass.sum())


def _pair_ages(age: Array, firsts: npt.NDArray[np.int64], pairs: tuple[Pair, ...]) -> Array:
    out = age[firsts].copy()
    for row, pair in enumerate(pairs):
        out[row, : pair.from_age] = 0
    return np.asarray(out / out.sum(axis=1, keepdims=True)) if len(out) else out


def _trait_background(background: Background) -> Array:
    rows = []
    for trait in TRAITS:
        entry = background.traits[trait]  # type: ignore[index]
        men = np.array(entry.p)
        women = with_odds(men, np.full_like(men, entry.female))
        rows.append(np.stack([women, men], axis=1).ravel())
    return np.array(rows)


def _traits(knowledge: Knowledge, alone: list[Atom], rates: Array, stratum: Array) -> Array:
    out = np.repeat(rates[:, :, None], len(alone), axis=2)
    weights = stratum[:, : len(alone), None]
    for t, trait in enumerate(TRAITS):
        for k, atom in enumerate(alone):
            profile, presentation = _of(knowledge, atom)
            stated = presentation.traits.get(trait) or profile.traits.get(trait)  # type: ignore[call-overload]
            if stated is not None:
                target = np.array([stated.p])
                bg = rates[t][:, None, None]
                out[t, :, k] = shift_to(bg, weights[:, k : k + 1], target)[:, 0, 0]
    return out


def _joint(background: Background, trait: Array) -> Array:
    codes = (np.arange(16)[:, None] >> np.arange(len(TRAITS))) & 1
    start = np.ones(16)
    for pair in background.trait_odds_ratios:
        first, second = (TRAITS.index(name) for name in pair.traits)
        start = np.where(codes[:, first] & codes[:, second], start * pair.odds_ratio, start)
    margins = [np.stack([1 - p, p], axis=-1) for p in trait]
    return fit_joint(start, codes, margins)
