"""Worlds whose structure the knowledge lacks: an interaction with sex, presentations, a burden.

An interaction and a burden split presentations in halves whose rates mean to those stated, so that
every number that the knowledge states still holds. Presentations are lacking where the knowledge
has lost the largest of each condition that no pair of conditions needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from scipy.optimize import brentq
from scipy.special import expit

from data_gen.profiles import Knowledge
from data_gen.profiles.schema import Presentation, Profile, Share
from data_gen.world import World, build_world

_BY_SEX, _BY_BURDEN = 2.5, 6.0  # log-odds that lie between the halves of a presentation
_MIDDLE = (0.1, 0.9)  # probabilities that have room
_MANY = 10  # presentations of a condition that stands for many: its own are left
_BEARS = 0.35  # the share of a presentation's patients who bear the burden


@dataclass(frozen=True)
class Lacking:
    """A knowledge, and the world that has something beside it."""

    name: str
    knowledge: Knowledge
    world: World


def lacking(knowledge: Knowledge) -> Iterator[Lacking]:
    """Knowledge that lacks an interaction, presentations, and a burden, one after the other."""
    yield Lacking("Findings whose rates differ by sex", knowledge, build_world(_by_sex(knowledge)))
    less = {name: _without_largest(knowledge, one) for name, one in knowledge.profiles.items()}
    lost = sum(less[name] is not one for name, one in knowledge.profiles.items())
    yield Lacking(
        f"A presentation more in {lost} conditions",
        replace(knowledge, profiles=less),
        build_world(knowledge),
    )
    yield Lacking(
        f"A burden that {100 * _BEARS:.0f} % bear, with more of all findings",
        knowledge,
        build_world(_burdened(knowledge)),
    )


@dataclass(frozen=True)
class _Half:
    """A part of those with a presentation, and how its log-odds differ: by sign, in turn."""

    name: str
    share: float
    signs: tuple[int, int]
    female: float | None = None


def _by_sex(knowledge: Knowledge) -> Knowledge:
    paired = _paired(knowledge)

    def halves(profile: Profile, name: str) -> tuple[_Half, ...]:
        if (profile.condition, name) in paired:
            return ()
        one = profile.presentations[name]
        women = (one.female or profile.female or knowledge.background.female).p
        if not _MIDDLE[0] < women < _MIDDLE[1]:
            return ()
        return (
            _Half(f"{name}_women", women, (1, -1), 1.0),
            _Half(f"{name}_men", 1 - women, (-1, 1), 0.0),
        )

    return _halved(knowledge, _BY_SEX, halves)


def _burdened(knowledge: Knowledge) -> Knowledge:
    def halves(_: Profile, name: str) -> tuple[_Half, ...]:
        return (
            _Half(name, 1 - _BEARS, (-1, -1)),
            _Half(f"{name}_burdened", _BEARS, (1, 1)),
        )

    return _halved(knowledge, _BY_BURDEN, halves)


def _halved(
    knowledge: Knowledge, apart: float, halves: Callable[[Profile, str], tuple[_Half, ...]]
) -> Knowledge:
    """The same with presentations in two halves, whose rates mean to those stated."""
    profiles = {}
    for condition, profile in knowledge.profiles.items():
        split: dict[str, Presentation] = {}
        for name, one in profile.presentations.items():
            parts = halves(profile, name) if len(profile.presentations) < _MANY else ()
            split |= _parts(knowledge, profile, name, parts, apart) if parts else {name: one}
        profiles[condition] = profile.model_copy(update={"presentations": split})
    return replace(knowledge, profiles=profiles)


def _parts(
    knowledge: Knowledge, profile: Profile, name: str, halves: tuple[_Half, ...], apart: float
) -> dict[str, Presentation]:
    one = profile.presentations[name]
    bound = {member for group in knowledge.background.groups for member in group.members}
    rules = knowledge.vocabulary.relations.implications
    bound |= {said.finding for rule in rules for said in (rule.if_, rule.then)}
    stated = {**profile.findings, **one.findings}
    free = {
        finding: entry.p
        for finding, entry in stated.items()
        if entry.p is not None and _MIDDLE[0] < entry.p < _MIDDLE[1] and finding not in bound
    }
    found = {}
    for half in halves:
        findings = dict(one.findings)
        update: dict[str, object] = {
            "weight": one.weight * half.share,
            "clinic": one.clinic and one.clinic.model_copy(update={"p": one.clinic.p * half.share}),
            "findings": findings,
        }
        if half.female is not None:
            update["female"] = Share(p=half.female)
        for place, (finding, p) in enumerate(free.items()):
            middle = brentq(_off, -12, 12, args=(p, halves, place, apart))
            rate = float(expit(middle + half.signs[place % 2] * apart / 2))
            findings[finding] = stated[finding].model_copy(update={"p": rate})
        found[half.name] = one.model_copy(update=update)
    return found


def _off(middle: float, p: float, halves: tuple[_Half, ...], place: int, apart: float) -> float:
    rates = (h.share * expit(middle + h.signs[place % 2] * apart / 2) for h in halves)
    return float(sum(rates)) - p


def _paired(knowledge: Knowledge) -> set[tuple[str, str]]:
    found = {(p.first, p.first_presentation) for p in knowledge.pairs}
    return found | {(p.second, p.second_presentation) for p in knowledge.pairs}


def _without_largest(knowledge: Knowledge, profile: Profile) -> Profile:
    """A profile without its largest presentation that no pair needs, where others remain."""
    paired = _paired(knowledge)
    free = [n for n in profile.presentations if (profile.condition, n) not in paired]
    if not free or len(profile.presentations) < 2:
        return profile
    gone = max(free, key=lambda name: profile.presentations[name].weight)
    kept = {name: one for name, one in profile.presentations.items() if name != gone}
    total = sum(one.weight for one in kept.values())
    clinic = sum(one.clinic_share for one in kept.values())
    return profile.model_copy(
        update={"presentations": {n: _larger(one, total, clinic) for n, one in kept.items()}}
    )


def _larger(one: Presentation, total: float, clinic: float) -> Presentation:
    update: dict[str, object] = {"weight": one.weight / total}
    if one.clinic is not None:
        update["clinic"] = one.clinic.model_copy(update={"p": one.clinic.p / clinic})
    return one.model_copy(update=update)


__all__ = ["Lacking", "lacking"]
