"""What became of a version, by the store's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.evaluation import render
from training.promotion.store.history import Event

_WORDS = {
    "promoted": "promoted",
    "rejected": "not promoted",
    "forced": "promoted by a person, whatever the gate says",
    "rolled_back": "brought back by a rollback",
    "turned_down": "turned down by a rollback",
}


@dataclass(frozen=True)
class Verdict:
    """What became of a version."""

    kind: str
    """That of the last event about it, `turned_down` for what a rollback put aside."""
    reason: str
    text: str
    """The same in words, with the champion that there is instead."""


NOT_JUDGED = Verdict("not_judged", "", render.NOT_JUDGED)


def verdicts(history: Sequence[Event]) -> dict[str, Verdict]:
    """What the history says of each version that it names."""
    named = (version for event in history for version in (event.version, *event.put_aside))
    return {version: verdict(history, version) for version in dict.fromkeys(named)}


def verdict(history: Sequence[Event], version: str) -> Verdict:
    """What the history says of a version: its last event, and which champion there is instead."""
    champion = next((event.version for event in reversed(history) if event.made_champion), None)
    told = [event for event in history if event.kind != "anchored"]
    for event in reversed(told):
        if version in event.put_aside:
            return _verdict("turned_down", event.reason, version, champion)
        if event.version == version:
            return _verdict(event.kind, event.reason, version, champion)
    return NOT_JUDGED


def _verdict(kind: str, reason: str, version: str, champion: str | None) -> Verdict:
    instead = "" if version == champion else f" (in use: {champion or 'none'})"
    return Verdict(kind, reason, f"{_WORDS[kind]}: {reason}{instead}")
