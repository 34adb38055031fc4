"""The generative model once more, as a Bayesian network that pyAgrum solves.

It shares the tables with the project and none of its inference: every hidden state and every cell
of a record is a node, and the posterior comes from lazy propagation.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyagrum as gum

from data_gen.world.group import Group
from data_gen.world.people import TRAITS, People
from data_gen.world.rates import PAINLESS
from data_gen.world.recording import emission
from data_gen.world.world import World

Array = npt.NDArray[np.float64]


PLAIN = (  # groups without relations: lone findings of every trait, joint ones, a choice, a number
    "site_calf",
    "diabetes",
    "hypertension",
    "crepitus",
    "regular_sport",
    "varicose_veins",
    "pulses_reduced",
    "numbness",
    "onset",
    "abi",
)


def reduced(world: World, ids: tuple[str, ...]) -> World:
    """The world with only the groups that are named by their first member."""
    kept = tuple(group for group in world.groups if group.id in ids)
    return replace(world, groups=kept)


def only(world: World, values: Array) -> Array:
    """The cells of the world's own groups; all others blank."""
    kept = [m.column for group in world.groups for m in group.members]
    kept += [world.vocabulary.column(name) for name in ("age_years", "sex", "painless")]
    out = np.full_like(values, np.nan)
    out[:, kept] = values[:, kept]
    return out


class Referee:
    """P(condition | record) of a reduced world whose groups hold no relation.

    `mix` (n_atoms,) is that of its components.
    """

    def __init__(self, world: World, mix: Array) -> None:
        self.world = world
        self.net = gum.BayesNet("claudico")
        self._hidden(mix)
        for group in world.groups:
            self._group(group)
        self.engine = gum.LazyPropagation(self.net)
        self.engine.addTarget("condition")
        self.engine.addTarget("atom")

    def posterior(self, row: Array, of: str = "condition") -> Array:
        """P(condition | the recorded cells of one case): (n_conditions,); or of each `atom`."""
        self.engine.setEvidence(self._evidence(row))
        self.engine.makeInference()
        return np.asarray(self.engine.posterior(of).toarray())

    def _node(self, name: str, size: int, parents: dict[str, int], table: Array) -> None:
        """A node whose `table` has the axes of the parents in order, then its own."""
        self.net.add(gum.LabelizedVariable(name, name, size))
        for parent in parents:
            self.net.addArc(parent, name)
        # pyAgrum lists the axes of a table last parent first
        order = [*reversed(range(len(parents))), len(parents)]
        self.net.cpt(name)[:] = np.ascontiguousarray(table.transpose(order))

    def _hidden(self, mix: Array) -> None:
        people = self.world.people
        classes = np.bincount(self.world.condition_of, mix)
        hot = self.world.condition_of == np.arange(len(classes))[:, None]
        n_atoms, n_strata = len(people.atoms), people.stratum.shape[0]
        self._node("condition", len(classes), {}, classes / classes.sum())
        self._node("atom", n_atoms, {"condition": 0}, _rows(hot * mix))
        self._node("stratum", n_strata, {"atom": 0}, _rows(people.stratum.T))
        joint = _rows(people.traits_joint.transpose(1, 0, 2))
        self._node("traits", 2 ** len(TRAITS), {"atom": 0, "stratum": 0}, joint)
        switch = np.stack([1 - self.world.painless, self.world.painless], axis=1)
        self._node("painless", 2, {"atom": 0}, switch)
        self._node("setting", len(self.world.recording.settings), {}, self.world.recording.weight)
        for name, sizes in (("age_years", 1), ("sex", 1)):
            rate = self.world.recording.rate[name][:, 0]
            self._node(f"asked_{name}", 1 + sizes, {"setting": 0}, np.stack([1 - rate, rate], 1))
        rate = self.world.recording.rate["painless"]
        cell = np.zeros((2, len(rate), 3))
        for state in (0, 1):
            cell[state, :, 0] = 1 - rate[:, state]
            cell[state, :, 1 + state] = rate[:, state]
        self._node("cell_painless", 3, {"painless": 0, "setting": 0}, cell)

    def _group(self, group: Group) -> None:
        n_rows = group.prob.shape[-1]
        strata = self.world.people.stratum.shape[0]
        prob = np.broadcast_to(group.prob, (strata, *group.prob.shape[1:])).transpose(1, 0, 2, 3)
        parents = {"atom": 0, "stratum": 0}
        if group.trait is None:
            prob = prob[:, :, 0]
        elif group.trait == PAINLESS:
            parents["painless"] = 0
        else:
            parents["traits"] = 0
            prob = prob[:, :, [(state >> group.trait) & 1 for state in range(2 ** len(TRAITS))]]
        self._node(f"row_{group.id}", n_rows, parents, _rows(prob))
        for m, finding in enumerate(group.members):
            n_bins = self.world.n_bins(finding.id)
            cell = emission(
                self.world.recording, self.world.vocabulary, finding, n_bins, group.errs
            )
            codes = group.codes[:, m]
            value = np.where(np.isnan(codes), 0, codes).astype(int)
            table = cell[:, value].transpose(1, 0, 2).copy()
            table[np.isnan(codes)] = np.eye(cell.shape[2])[0]
            parents = {f"row_{group.id}": 0, "setting": 0}
            self._node(f"cell_{finding.id}", cell.shape[2], parents, table)

    def _evidence(self, row: Array) -> dict[str, int | list[float]]:
        vocabulary, people = self.world.vocabulary, self.world.people
        evidence: dict[str, int | list[float]] = {}
        for group in self.world.groups:
            for finding in group.members:
                value = row[finding.column]
                if np.isneginf(value):
                    continue  # not asked: no evidence
                if np.isnan(value):
                    evidence[f"cell_{finding.id}"] = 0
                elif finding.id in self.world.bins:
                    bins = self.world.bins[finding.id].bin_of(np.array([value]))
                    evidence[f"cell_{finding.id}"] = 1 + int(bins[0])
                else:
                    evidence[f"cell_{finding.id}"] = 1 + int(value)
        painless = row[vocabulary.column("painless")]
        if not np.isneginf(painless):
            evidence["cell_painless"] = 0 if np.isnan(painless) else 1 + int(painless)
        age, sex = row[vocabulary.column("age_years")], row[vocabulary.column("sex")]
        if not np.isneginf(age):
            evidence["asked_age_years"] = int(not np.isnan(age))
        if not np.isneginf(sex):
            evidence["asked_sex"] = int(not np.isnan(sex))
        age, sex = (cell if np.isfinite(cell) else np.nan for cell in (age, sex))
        evidence["stratum"] = [
            float(
                (np.isnan(sex) or s % 2 == sex) and (np.isnan(age) or _band(people, age) == s // 2)
            )
            for s in range(people.stratum.shape[0])
        ]
        if not np.isnan(age):  # within its band, an age speaks for atoms by its share of the band
            band = np.add.reduceat(people.age, people.bands, axis=1)[:, _band(people, age)]
            likelihood = people.age[:, int(age)] / np.maximum(band, 1e-300)
            evidence["atom"] = list(likelihood / likelihood.max())
        return evidence


def _band(people: People, age: float) -> int:
    return int(np.searchsorted(np.array(people.bands), age, side="right") - 1)


def _rows(table: Array) -> Array:
    """Rows that sum to exactly 1, as pyAgrum wants them."""
    total = table.sum(axis=-1, keepdims=True)
    return np.where(total > 0, table / np.where(total > 0, total, 1), 1 / table.shape[-1])
