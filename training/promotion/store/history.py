"""What happened in a model store: its events, and what follows from them.

Events hold no clock and no user, so that clones agree; those are tags of the MLflow runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["promoted", "rejected", "rolled_back", "forced", "anchored"]
_MADE_CHAMPION = ("promoted", "rolled_back", "forced")


@dataclass(frozen=True)
class Event:
    """One line of the history."""

    number: int
    """Counted from 1."""
    kind: Kind
    version: str
    """What was promoted, rejected, brought back or named as the anchor."""
    before: str | None
    """The champion until then; None where there was none."""
    decision: str | None
    """SHA-256 of the decision file that it came from; None for what a person did without one."""
    reason: str
    knowledge_hash: str
    """Of the knowledge that the version was trained on."""
    put_aside: tuple[str, ...] = ()
    """What a rollback turned down: the champion it left, and the candidate of that day."""
    models_aside: tuple[str, ...] = ()
    """The models of these versions, which another version may hold too."""

    @property
    def made_champion(self) -> bool:
        """Whether `version` is the champion from here on."""
        return self.kind in _MADE_CHAMPION

    @classmethod
    def told(cls, kind: Kind, version: str, reason: str) -> Event:
        """An event as far as a card tells of it, before it is written."""
        return cls(0, kind, version, None, None, reason, "")

    def line(self) -> str:
        """The event as a line of JSON, with its end."""
        return json.dumps(asdict(self)) + "\n"


def parse(line: str) -> Event:
    """The event of a line; ValueError, KeyError or TypeError where it is none."""
    held = json.loads(line)
    lists = {name: tuple(held.get(name, ())) for name in ("put_aside", "models_aside")}
    return Event(**{**held, **lists})


def state_of(history: Sequence[Event]) -> str:
    """A hash of all events: two stores of one state have the same past."""
    return hashlib.sha256("".join(event.line() for event in history).encode()).hexdigest()[:12]


def succession(history: Sequence[Event]) -> list[str]:
    """The champions that led to the present one, which is the last.

    A rollback takes away those after the one it brings back: the next goes further back.
    """
    champions: list[str] = []
    for event in history:
        if event.kind == "rolled_back":
            kept = champions[:-1]
            place = kept.index(event.version) if event.version in kept else len(kept)
            champions = [*kept[:place], event.version]
        elif event.made_champion:
            champions.append(event.version)
    return champions


def rejected_versions(history: Sequence[Event]) -> frozenset[str]:
    """Versions that a rollback has put aside, and that nothing made champion since."""
    down: set[str] = set()
    for event in history:
        down |= set(event.put_aside)
        if event.made_champion:
            down.discard(event.version)
    return frozenset(down)


def rejected_models(history: Sequence[Event]) -> frozenset[str]:
    """The models of these versions: one trained again with other threads has another version."""
    down = rejected_versions(history)
    pairs = (zip(event.put_aside, event.models_aside, strict=False) for event in history)
    models = {model for each in pairs for version, model in each if version in down}
    return frozenset(models - {""})


def rejected(history: Sequence[Event]) -> frozenset[str]:
    """Versions turned down, or refused by the gate when it judged them last."""
    refused: set[str] = set()
    for event in history:
        if event.kind == "rejected":
            refused.add(event.version)
        elif event.made_champion:
            refused.discard(event.version)
    return rejected_versions(history) | refused


def anchor(history: Sequence[Event], knowledge_hash: str) -> str | None:
    """The version that no candidate of this knowledge may fall behind: named by hand, or the first.

    A version that a rollback has put aside is none.
    """
    down = rejected_versions(history)
    of_it = [e for e in history if e.knowledge_hash == knowledge_hash and e.version not in down]
    named = [event.version for event in of_it if event.kind == "anchored"]
    first = [event.version for event in of_it if event.made_champion]
    return named[-1] if named else first[0] if first else None
