"""Facts about a person: how often they hold in a condition, and among all who consult."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data_gen.profiles.background_rates import mean_rate, mean_traits
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.located import Located
from data_gen.profiles.schema import Based, Presentation, Profile

Path = tuple[str, ...]
Holder = Profile | Presentation


@dataclass(frozen=True)
class PersonRate:
    """A habit or item of history, a trait, or a sex.

    `given` is its rate in a condition, `overall` among all who consult; `located` is the entry of
    the condition with the greatest rate.
    """

    located: Located
    given: float
    overall: float


def person_rates(knowledge: Knowledge, condition: str) -> Iterator[PersonRate]:
    """The facts that a profile speaks of."""
    profile = knowledge.profiles[condition]
    for trait, overall in mean_traits(knowledge.background).items():
        yield from _rates(condition, profile, ("traits", trait), overall)
    background = knowledge.background
    for finding in knowledge.vocabulary.findings:
        entry = background.findings.get(finding.id)
        if finding.asked == "habit" and entry is not None and entry.p is not None:
            overall = mean_rate(background, entry)
            yield from _rates(condition, profile, ("findings", finding.id), overall)
    for women in _rates(condition, profile, ("female",), background.female.p):
        yield women
        yield PersonRate(women.located, 1 - women.given, 1 - women.overall)


def _rates(condition: str, profile: Profile, key: Path, overall: float) -> Iterator[PersonRate]:
    file, shared = f"conditions/{condition}.yaml", _entry(profile, key)
    given = 0.0
    places = [Located(file, key, shared)] if shared is not None else []
    for name, presentation in profile.presentations.items():
        own = _entry(presentation, key)
        stated = own or shared
        given += presentation.clinic_share * (overall if stated is None else _p(stated))
        if own is not None:
            places.append(Located(file, ("presentations", name, *key), own))
    if places:
        yield PersonRate(max(places, key=lambda place: _p(place.based)), given, overall)


def _entry(holder: Holder, key: Path) -> Based | None:
    found = getattr(holder, key[0])
    entry: Based | None = found.get(key[1]) if len(key) > 1 else found
    return entry


def _p(entry: Based) -> float:
    return float(getattr(entry, "p", None) or 0.0)
