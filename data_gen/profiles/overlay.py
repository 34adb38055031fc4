"""An overlay: numbers of the knowledge as cases have updated them, laid over the stated ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.schema import Profile
from data_gen.vocabulary.yaml_lines import YamlError, read_yaml

Tree = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)
_HEAD = (
    "# Numbers of the knowledge as labelled cases have updated them; learned.csv explains each.\n"
)
_AGAIN = "run `python -m training learn` again"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Overlay:
    """What cases have changed.

    `conditions` has the shape of the profiles: condition -> `findings`, `traits`, `age`, `female`
    and `presentations`, down to the numbers that differ.
    """

    knowledge: str
    """The hash of the knowledge that it belongs to."""
    conditions: dict[str, dict[str, Any]]
    cases: int = 0
    """How many it was learned from."""
    held_out: int = 0
    """How many beside them were not looked at."""
    scale: float = 0.0
    """How far the knowledge was found to be off, as a multiple of its intervals."""
    name: str = "overlay"
    """Its file, for messages."""

    def text(self, cases: int, held_out: int, scale: float) -> str:
        """The file, with the cases that it was learned from."""
        content = {
            "knowledge": self.knowledge if self.conditions else "",
            "cases": cases,
            "held_out": held_out,
            "scale": scale,
            "conditions": self.conditions,
        }
        return _HEAD + yaml.safe_dump(content, sort_keys=False)


NO_CASES = Overlay("", {})
"""The overlay that changes nothing."""


def read_overlay(path: Path) -> Overlay:
    """The overlay of a file. Raises ValueError for one that is none, OSError where none is."""
    try:
        found = TypeAdapter(Overlay).validate_python(read_yaml(path))
    except (YamlError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise ValueError(f"{path}: it is no overlay ({first}); {_AGAIN}") from None
    return replace(found, name=str(path))


def laid_over(knowledge: Knowledge, overlay: Overlay) -> Knowledge:
    """The knowledge with the numbers of an overlay in place of its own; an empty one changes none.

    Raises ValueError for an overlay of another knowledge, of a number that the profiles do not
    state, and of one that is not possible.
    """
    if not overlay.conditions:
        return knowledge
    if overlay.knowledge != knowledge.hash():
        raise ValueError(f"{overlay.name}: it was learned on other knowledge; {_AGAIN}")
    unknown = sorted(set(overlay.conditions) - set(knowledge.profiles))
    if unknown:
        raise ValueError(f"{overlay.name}: no condition is called {unknown[0]!r}; {_AGAIN}")
    changed = {
        name: _valid(_laid(knowledge.profiles[name], tree, (overlay.name, name)), overlay.name)
        for name, tree in overlay.conditions.items()
    }
    digest = hashlib.sha256(json.dumps(overlay.conditions, sort_keys=True).encode()).hexdigest()
    return replace(knowledge, profiles={**knowledge.profiles, **changed}, overlay=digest)


def _laid(model: Model, tree: Tree, place: tuple[str, ...]) -> Model:
    update = {
        key: _part(getattr(model, key, None), new, (*place, key)) for key, new in tree.items()
    }
    return model.model_copy(update=update)


def _part(old: Any, new: Any, place: tuple[str, ...]) -> Any:
    if old is None:
        raise ValueError(f"{': '.join(place)}: no such number is stated; {_AGAIN}")
    if isinstance(old, BaseModel):
        return _laid(old, new, place)
    if isinstance(old, Mapping):
        return {**old, **{k: _part(old.get(k), v, (*place, k)) for k, v in new.items()}}
    return new


def _valid(profile: Profile, name: str) -> Profile:
    try:
        Profile.model_validate(profile.model_dump(exclude_unset=True, by_alias=True))
    except ValidationError as error:
        item = error.errors()[0]
        where = ".".join(str(part) for part in item["loc"])
        raise ValueError(f"{name}: {profile.condition}: {where}: {item['msg']}; {_AGAIN}") from None
    return profile
