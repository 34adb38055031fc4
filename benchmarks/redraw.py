"""Worlds that differ from the knowledge: every probability redrawn within its interval.

The interval of a number is the knowledge's own (`data_gen.profiles.intervals`). `scale` widens all
of them on the scale of log-odds. Findings that are drawn jointly, or that imply one another, move
together, as they must to stay possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from data_gen.profiles import Knowledge
from data_gen.profiles.intervals import log_odds, log_odds_interval
from data_gen.profiles.schema import Based, Entry, Presentation, Profile, Setting, Share
from data_gen.world import World, build_world

_PEOPLE = ("age_years", "sex", "painless", "vascular", "metabolic", "degenerative", "athletic")
_CLASH = re.compile(r"group (?P<names>.*) in (?P<condition>[a-z_]+)/")
_SINGLE = ("p", "fever", "applies")
_TRIES = 500


def other_world(knowledge: Knowledge, seed: int, scale: float = 1.0) -> tuple[World, int]:
    """A redrawn world, and how many numbers had to stay since the redrawn ones cannot be joined."""
    kept: set[tuple[str, str]] = set()
    for _ in range(_TRIES):
        try:
            return build_world(Redraw(knowledge, seed, scale, frozenset(kept)).knowledge()), len(
                kept
            )
        except ValueError as error:
            found = _CLASH.match(str(error))
            if found is None:
                raise
            clash = {(found["condition"], name) for name in found["names"].split(", ")}
            clash = clash if clash - kept else {(found["condition"], name) for name in _PEOPLE}
            if not clash - kept:
                raise
            kept |= clash
    raise ValueError(f"seed {seed}: no possible world in {_TRIES} tries")


class Redraw:
    """A knowledge with other numbers: what is drawn depends on seed and place alone."""

    def __init__(
        self, knowledge: Knowledge, seed: int, scale: float, kept: frozenset[tuple[str, str]]
    ) -> None:
        self.old, self.scale, self.kept = knowledge, scale, kept
        self._rng = np.random.default_rng(seed)
        self._moves: dict[tuple[str, str], float] = {}

    def knowledge(self) -> Knowledge:
        """The knowledge with redrawn numbers: profiles, and how settings record."""
        settings = {name: self._setting(name, s) for name, s in self.old.settings.settings.items()}
        return replace(
            self.old,
            profiles={name: self._profile(p) for name, p in self.old.profiles.items()},
            settings=self.old.settings.model_copy(update={"settings": settings}),
        )

    @cached_property
    def _cluster(self) -> dict[str, str]:
        """The finding that stands for all that must move together."""
        root = {finding: finding for finding in self.old.vocabulary.finding_ids}
        rules = self.old.vocabulary.relations.implications
        ties = [(rule.if_.finding, rule.then.finding) for rule in rules]
        ties += [(g.members[0], m) for g in self.old.background.groups for m in g.members[1:]]
        for first, second in ties:
            a, b = root[first], root[second]
            root = {finding: b if of == a else of for finding, of in root.items()}
        return root

    def _move(self, place: str, name: str) -> float:
        """From -1, the lower end of the interval, to 1: one draw for a cluster in a condition."""
        key = (place, self._cluster.get(name, name))
        if key not in self._moves:
            self._moves[key] = float(self._rng.uniform(-1, 1))
        return 0.0 if (place, name) in self.kept else self._moves[key]

    def _p(self, p: float | None, based: Based, place: str, name: str) -> float | None:
        if p is None or not 0 < p < 1:
            return p
        low, high = log_odds_interval(self.old, p, based)
        move = self._move(place, name)
        room = (high - log_odds(p)) if move > 0 else (log_odds(p) - low)
        return float(1 / (1 + np.exp(-log_odds(p) - self.scale * move * room)))

    def _shares(self, of: Mapping[str, float], place: str, name: str) -> dict[str, float]:
        width = self.scale * self.old.intervals.judgement.log_odds
        moved = {
            value: p * float(np.exp(width * self._move(place, f"{name}={value}")))
            for value, p in of.items()
        }
        total = sum(moved.values())
        return dict(of) if (place, name) in self.kept else {v: p / total for v, p in moved.items()}

    def _entry(self, entry: Entry, place: str, finding: str) -> Entry:
        moved: dict[str, Any] = {
            name: self._p(getattr(entry, name), entry, place, finding) for name in _SINGLE
        }
        if entry.of is not None:
            moved["of"] = self._shares(entry.of, place, finding)
        stated = {name: value for name, value in moved.items() if name in entry.model_fields_set}
        return entry.model_copy(update=stated)

    def _holder(self, holder: Profile | Presentation, place: str) -> dict[str, Any]:
        def share(stated: Share, name: str) -> Share:
            return stated.model_copy(update={"p": self._p(stated.p, stated, place, name)})

        return {
            "findings": {name: self._entry(e, place, name) for name, e in holder.findings.items()},
            "traits": {name: share(stated, name) for name, stated in holder.traits.items()},
            "female": None if holder.female is None else share(holder.female, "sex"),
        }

    def _profile(self, profile: Profile) -> Profile:
        place = profile.condition
        stated = {name: p.weight for name, p in profile.presentations.items()}
        weights = self._shares(stated, place, "presentation")
        presentations = {
            name: p.model_copy(update={**self._holder(p, place), "weight": weights[name]})
            for name, p in profile.presentations.items()
        }
        update = {**self._holder(profile, place), "presentations": presentations}
        return profile.model_copy(update=update)

    def _setting(self, place: str, setting: Setting) -> Setting:
        def rates(stated: Mapping[str, Any]) -> dict[str, Any]:
            return {
                name: rate.model_copy(
                    update={
                        side: self._p(getattr(rate, side), setting, place, f"{name}:{side}")
                        for side in ("positive", "negative")
                    }
                )
                for name, rate in stated.items()
            }

        update = {"recorded": rates(setting.recorded), "findings": rates(setting.findings)}
        return setting.model_copy(update=update)
