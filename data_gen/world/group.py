"""Findings drawn jointly: their combinations, and the probability of each in every atom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from data_gen.profiles.schema import Group as GroupEntry
from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.relation import Statement
from data_gen.world.joint import InfeasibleError, fit_joint
from data_gen.world.people import Atom
from data_gen.world.rates import PAINLESS, Rates, bins_of

Array = npt.NDArray[np.float64]
Edges = dict[str, Array]
BEGAN, CHANGED = "duration_days", "changed_days"
_ROOM = 0.98  # the rarer of two related findings has at most this share of the other's rate
_CROSSING = 0.05  # how far two related rates may cross in one stratum before it is a mistake


class ClashError(ValueError):
    """The stated numbers of some findings cannot hold together in an atom."""

    def __init__(self, findings: tuple[str, ...], atom: Atom, error: InfeasibleError) -> None:
        self.findings, self.condition = findings, atom.condition
        super().__init__(f"group {', '.join(findings)} in {atom.id}: {error}")


@dataclass(frozen=True)
class Group:
    """Findings with a joint table.

    `codes` (n_rows, n_members) is each member's value in each combination: 0 or 1, a choice's
    position, or the bin of a number (NaN: it has no value). `prob` is (n_strata or 1, n_atoms,
    1 or 2, n_rows); the third axis is the state of `trait`.
    """

    members: tuple[Finding, ...]
    codes: Array
    prob: Array
    trait: int | None
    errs: bool
    """Whether a record of it can be wrong: a lone yes/no finding that no relation binds."""

    @property
    def lone(self) -> bool:
        """Whether it is a single yes/no finding."""
        return len(self.members) == 1 and self.members[0].kind == "yes_no"

    @cached_property
    def id(self) -> str:
        """The id of the first member, which keys its draws."""
        return self.members[0].id


@dataclass(frozen=True)
class GroupBuilder:
    """Builds groups from the rates of a knowledge."""

    rates: Rates
    vocabulary: Vocabulary
    edges: Edges

    def build(self, entry: GroupEntry) -> Group:
        """The joint table of a group; ValueError names group and atom where margins clash."""
        findings = [self.vocabulary.finding(member) for member in entry.members]
        derived = {d.finding: d for d in self.vocabulary.relations.derived}
        drawn = [f for f in findings if f.id not in self.vocabulary.relations.computed]
        trait = self._trait(drawn)
        words = [f for f in drawn if not self._may_be_void(f)]
        codes = self._combinations(words)
        prob = self._fit(entry, words, codes, trait)
        members = list(words)
        for finding in (f for f in drawn if self._may_be_void(f)):
            codes, prob = self._append(finding, members, codes, prob, trait)
            members.append(finding)
        if trait == PAINLESS:
            prob = _nothing_without_pain(codes, prob)
        for finding in (f for f in findings if f.id in derived):
            source = derived[finding.id]
            number = codes[:, [m.id for m in members].index(source.from_)]
            low = self.edges[source.from_][np.where(np.isnan(number), 0, number).astype(int)]
            holds = (low >= source.bound) == (source.test == "at_least")
            column = np.where(np.isnan(number), 0.0, holds)
            codes, members = np.column_stack([codes, column]), [*members, finding]
        lone = len(members) == 1 and members[0].kind == "yes_no"
        errs = lone and members[0].id not in self._related()
        prob = self._with_pairs(members, codes, prob)
        return Group(tuple(members), codes, prob, trait, errs)

    def _related(self) -> set[str]:
        rules = self.vocabulary.relations.implications
        return {s.finding for rule in rules for s in (rule.if_, rule.then)}

    def _may_be_void(self, finding: Finding) -> bool:
        """Whether it can have no value: a number, or a choice that only some people can make."""
        rules = self.vocabulary.relations.applies
        return finding.kind == "number" or any(rule.finding == finding.id for rule in rules)

    def _trait(self, findings: list[Finding]) -> int | None:
        traits = {self.rates.trait_of(f.id) for f in findings} - {None}
        if len(traits) > 1:
            names = ", ".join(f.id for f in findings)
            raise ValueError(f"group {names}: depends on more than one trait; leave one")
        return traits.pop() if traits else None

    def _combinations(self, findings: list[Finding]) -> Array:
        recorded = {r.finding: r.value for r in self.vocabulary.relations.recorded_as}
        values = [[v for v in range(len(f.words)) if v != recorded.get(f.id)] for f in findings]
        every = list(product(*values))
        rows = np.array(every, dtype=float).reshape(len(every), len(findings))
        return rows[[self._possible(findings, row) for row in rows]]

    def _possible(self, findings: list[Finding], row: Array) -> bool:
        value = {f.id: float(v) for f, v in zip(findings, row, strict=True)}
        for rule in self.vocabulary.relations.implications:
            if rule.if_.finding in value and rule.then.finding in value:
                premise = self._true(rule.if_, value[rule.if_.finding])
                then = self._true(rule.then, value[rule.then.finding])
                if premise and then is False:
                    return False
        return True

    def _true(self, statement: Statement, code: float) -> bool | None:
        if np.isnan(code):
            return None
        if statement.test in ("is", "is_not"):
            return (code == statement.value) == (statement.test == "is")
        low = self.edges[statement.finding][int(code)]
        return bool(low >= statement.value) == (statement.test == "at_least")

    def _fit(
        self, entry: GroupEntry, words: list[Finding], codes: Array, trait: int | None
    ) -> Array:
        if not words:
            return np.ones((1, self.rates.people.n_alone, 1 if trait is None else 2, 1))
        alone = self.rates.people.n_alone
        shares: dict[str, Array] = {}
        for finding in words:
            if finding.kind == "choice":
                shares[finding.id] = self.rates.choice(finding, trait)
            else:
                p = self.rates.yes_no(finding.id, trait)
                p = p if self._simple(words, entry) else p[:, :alone]
                shares[finding.id] = np.stack([1 - p, p], axis=-1)
        margins = list(self._reconcile(shares).values())
        start = np.ones(len(codes))
        names = [f.id for f in words]
        for pair in entry.odds_ratios:
            first, second = (codes[:, names.index(name)] == 1 for name in pair.of)
            start = np.where(first & second, start * pair.odds_ratio, start)
        try:
            return fit_joint(start, codes.astype(np.int64), margins)
        except InfeasibleError as error:
            atom = self.rates.people.atoms[error.where[1]]
            raise ClashError(tuple(names), atom, error) from None

    def _reconcile(self, shares: dict[str, Array]) -> dict[str, Array]:
        """Margins that the relations allow: what implies another is no commoner than it.

        The leak of the background moves two findings differently with age, sex and trait, so that
        rates which agree on average can cross by a little in one stratum; there the yes/no
        finding of the rule gives way. A larger clash is left for the fit to report.
        """
        out = dict(shares)
        for rule in self.vocabulary.relations.implications:
            if rule.if_.finding not in out or rule.then.finding not in out:
                continue
            premise, then = (_share(out[s.finding], s) for s in (rule.if_, rule.then))
            binary = rule.if_ if out[rule.if_.finding].shape[-1] == 2 else rule.then
            rare, room = (premise, then) if binary is rule.if_ else (1 - then, 1 - premise)
            rare = rare - np.clip(rare - _ROOM * room, 0, _CROSSING)
            held = rare if binary is rule.if_ else 1 - rare
            held = held if (binary.value == 1.0) == (binary.test == "is") else 1 - held
            out[binary.finding] = np.stack([1 - held, held], axis=-1)
        return out

    def _simple(self, words: list[Finding], entry: GroupEntry) -> bool:
        """Whether noisy-OR margins of a pair can always be joined: yes/no findings, no relation."""
        names = {f.id for f in words}
        bound = any(
            rule.if_.finding in names and rule.then.finding in names
            for rule in self.vocabulary.relations.implications
        )
        all_yes_no = all(f.kind == "yes_no" for f in words)
        return all_yes_no and len(names) == len(entry.members) and not bound

    def _append(
        self,
        finding: Finding,
        members: list[Finding],
        codes: Array,
        prob: Array,
        trait: int | None,
    ) -> tuple[Array, Array]:
        bins, applies = self._values(finding, trait)
        n_bins = bins.shape[-1]
        rows, parts = [], []
        for r, row in enumerate(codes):
            share = np.concatenate(
                [bins * applies[:, None, None], np.zeros_like(bins[..., :1])], -1
            )
            share[..., -1] = 1 - applies[:, None]
            share = self._given(finding, members, row, share)
            allowed = self._allowed(finding, members, row, n_bins)
            share = share * allowed
            total = share.sum(-1, keepdims=True)
            share = np.where(total > 0, share / np.where(total > 0, total, 1), _nothing(n_bins))
            for b in np.flatnonzero(allowed):
                rows.append([*row, b if b < n_bins else np.nan])
                parts.append(prob[..., r] * share[..., b])
        return np.array(rows), np.stack(parts, axis=-1)

    def _values(self, finding: Finding, trait: int | None) -> tuple[Array, Array]:
        """P(value or bin | it has one) (n_strata or 1, n_alone, 1 or 2, n), P(one) (n_alone,)."""
        if finding.kind == "number":
            return self.rates.number(finding.id, trait)
        return self.rates.choice(finding, trait), np.ones(self.rates.people.n_alone)

    def _given(self, finding: Finding, members: list[Finding], row: Array, share: Array) -> Array:
        """The number's distribution where another member has the value it has in this row.

        A profile's own percentiles speak of the first of the values named under `where`.
        """
        entry = self.rates.knowledge.background.findings[finding.id]
        names = [m.id for m in members]
        if entry.given is None or entry.given not in names:
            return share
        other = members[names.index(entry.given)]
        value = other.values[int(row[names.index(entry.given)])]
        stated = [k for k, _ in self.rates._stated(finding.id)]
        plain = np.append(bins_of(entry, entry.in_band(0)), 0.0)
        out = share.copy()
        if value in entry.where:
            fresh = np.setdiff1d(np.arange(out.shape[1]), stated)
            out[:, fresh] = np.append(bins_of(entry, entry.where[value]), 0.0)
        else:
            out[:, stated] = plain
        return out

    def _allowed(
        self, finding: Finding, members: list[Finding], row: Array, n_bins: int
    ) -> npt.NDArray[np.bool_]:
        value = {m.id: float(v) for m, v in zip(members, row, strict=True)}
        for applies in self.vocabulary.relations.applies:
            if applies.finding == finding.id and value.get(applies.only_if) == 0.0:
                return np.asarray(np.arange(n_bins + 1) == n_bins)
        codes = np.array([*range(n_bins), np.nan])
        possible = [self._possible([*members, finding], np.array([*row, code])) for code in codes]
        return np.array(possible) & self._in_order(finding, value, codes)

    def _in_order(
        self, finding: Finding, value: dict[str, float], codes: Array
    ) -> npt.NDArray[np.bool_]:
        """Which bins of a number keep to the bounds that other numbers of the row are to it."""
        allowed = np.ones(len(codes), dtype=np.bool_)
        for pair in self.vocabulary.relations.at_most:
            if finding.id == pair.finding:
                allowed &= ~(codes > value.get(pair.than, np.nan))
            if finding.id == pair.than:
                allowed &= ~(codes < value.get(pair.finding, np.nan))
        return allowed

    def _with_pairs(self, members: list[Finding], codes: Array, prob: Array) -> Array:
        people = self.rates.people
        if prob.shape[1] > people.n_alone or not len(people.firsts):
            alone, pairs = prob[:, : people.n_alone], prob[:, people.n_alone :]
        else:
            alone, pairs = prob, prob[:, people.firsts]
        pairs = pairs.copy()
        names = [m.id for m in members]
        for row, atom in enumerate(people.atoms[people.n_alone :]):
            second = alone[:, people.seconds[row]]
            if atom.pair is not None and set(names) & set(atom.pair.second_gives):
                pairs[:, row] = second
            elif atom.pair is not None and names == [BEGAN, CHANGED]:
                later = _on_top(second, pairs[:, row], codes)
                pairs[:, row] += atom.pair.on_top * (later - pairs[:, row])
        return np.concatenate([alone, pairs], axis=1)


def _on_top(older: Array, newer: Array, codes: Array) -> Array:
    """P(row) of people whose newer trouble came on top of an older one: (..., n_rows).

    It began when the older one did, and changed when the newer one began.
    """
    began, changed = np.where(np.isnan(codes), 0, codes).astype(int).T
    starts = np.eye(began.max() + 1)[began]  # (n_rows, n_bins)
    share = (older @ starts)[..., began] * (newer @ starts)[..., changed]
    share = np.where(np.isnan(codes).any(axis=1), 0, share)
    return np.asarray(share / share.sum(axis=-1, keepdims=True))


def _share(margin: Array, statement: Statement) -> Array:
    """P(the statement holds) from a margin (..., n_values)."""
    p = margin[..., int(statement.value)]
    return np.asarray(p if statement.test == "is" else 1 - p)


def _nothing(n_bins: int) -> Array:
    out = np.zeros(n_bins + 1)
    out[-1] = 1
    return out


def _nothing_without_pain(codes: Array, prob: Array) -> Array:
    """In a painless complaint every member is absent, and a number is in its first bin."""
    zero = np.all(codes == 0, axis=1)
    out = prob.copy()
    out[:, :, 1, :] = zero / zero.sum()
    return out
