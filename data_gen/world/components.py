"""Components: what the world's atoms are called, and how urgent each is by itself."""

from __future__ import annotations

from dataclasses import dataclass

from data_gen.profiles import Knowledge
from data_gen.profiles.schema import Urgency
from data_gen.vocabulary.condition import TIME_FRAMES, TRIAGE_LEVELS, TimeFrame, Triage
from data_gen.world.people import Atom


@dataclass(frozen=True)
class Component:
    """A diagnosis of the world: a presentation of a condition, or a pair of them.

    `condition` is the reason for consulting, whose probability it is part of; `conditions` holds
    the second one too. Of a pair the level, time frame and reason are those of the more urgent.
    """

    id: str
    condition: str
    conditions: tuple[str, ...]
    name: str
    icd10: str
    """One code; of a pair both, with a comma between them."""
    triage: Triage
    within: TimeFrame
    why: str


def build_components(knowledge: Knowledge, atoms: tuple[Atom, ...]) -> tuple[Component, ...]:
    """The component of each atom, in their order."""
    return tuple(_component(knowledge, atom) for atom in atoms)


def _component(knowledge: Knowledge, atom: Atom) -> Component:
    sides = [(atom.condition, atom.presentation)]
    if atom.pair is not None:
        sides.append((atom.pair.second, atom.pair.second_presentation))
    held = [knowledge.profiles[condition].presentations[name] for condition, name in sides]
    urgency = min((presentation.triage for presentation in held), key=_urgency_order)
    return Component(
        id=atom.id,
        condition=atom.condition,
        conditions=tuple(condition for condition, _ in sides),
        name=" and ".join(presentation.name for presentation in held),
        icd10=", ".join(dict.fromkeys(presentation.icd10 for presentation in held)),
        triage=urgency.level,
        within=urgency.within,
        why=urgency.why,
    )


def _urgency_order(urgency: Urgency) -> tuple[int, int]:
    """Sorts the most urgent first."""
    return TRIAGE_LEVELS.index(urgency.level), TIME_FRAMES.index(urgency.within)
