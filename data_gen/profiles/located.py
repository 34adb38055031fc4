"""The numbers of the knowledge, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.problem import KnowledgeProblem, problem_at
from data_gen.profiles.schema import Based

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Located:
    """One number of the knowledge and where it stands."""

    file: str
    path: Path
    based: Based

    @property
    def entry(self) -> str:
        """The dotted path of the entry."""
        return ".".join(str(part) for part in self.path)

    @property
    def finding(self) -> str:
        """The id of the finding it is about; age and sex are `age_years` and `sex`."""
        return {"age": "age_years", "female": "sex"}.get(str(self.path[-1]), str(self.path[-1]))

    @property
    def condition(self) -> str | None:
        """The condition whose profile it stands in, or None."""
        folder, _, name = self.file.partition("/")
        return name.removesuffix(".yaml") if folder == "conditions" else None


def problem_of(knowledge: Knowledge, number: Located, value: str, remedy: str) -> KnowledgeProblem:
    """A mistake in a number, with the line that it stands on."""
    return problem_at(knowledge.folder, number.file, number.path, value, remedy)


def located_numbers(knowledge: Knowledge) -> Iterator[Located]:
    """Every number of the knowledge with its place: profiles, background, settings, mix, pairs."""
    for condition in knowledge.profiles:
        yield from located_in(knowledge, condition)
    yield from _within("background.yaml", (), knowledge.background)
    yield from _within("mix.yaml", (), knowledge.mix)
    yield from _within("pairs.yaml", ("pairs",), knowledge.pairs)
    yield from _within("settings.yaml", ("settings",), knowledge.settings.settings)


def located_in(knowledge: Knowledge, condition: str) -> Iterator[Located]:
    """Every number of one condition's profile, those of its presentations last."""
    yield from _within(f"conditions/{condition}.yaml", (), knowledge.profiles[condition])


def _within(file: str, path: Path, held: object) -> Iterator[Located]:
    """The numbers of an entry and of all that it holds, in the order of the schema."""
    if isinstance(held, Based):
        yield Located(file, path, held)
    parts: Iterable[tuple[int | str, object]] = ()
    if isinstance(held, BaseModel | Mapping):
        parts = held.items() if isinstance(held, Mapping) else held
    elif isinstance(held, tuple):
        parts = enumerate(held)
    for name, part in parts:
        yield from _within(file, (*path, name), part)
