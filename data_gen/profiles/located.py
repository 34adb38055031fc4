"""The numbers of the knowledge, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.problem import KnowledgeProblem, problem_at
from data_gen.profiles.schema import Based, Presentation, Profile

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
    yield from _of_background(knowledge)
    for condition, share in knowledge.mix.mix.items():
        yield Located("mix.yaml", ("mix", condition), share)
    for position, pair in enumerate(knowledge.pairs):
        yield Located("pairs.yaml", ("pairs", position), pair)
    for name, setting in knowledge.settings.settings.items():
        yield Located("settings.yaml", ("settings", name), setting)


def located_in(knowledge: Knowledge, condition: str) -> Iterator[Located]:
    """Every number of one condition's profile, those of its presentations last."""
    file, profile = f"conditions/{condition}.yaml", knowledge.profiles[condition]
    yield from _of_profile(file, (), profile)
    for name, presentation in profile.presentations.items():
        path = ("presentations", name)
        yield Located(file, path, presentation)
        yield from _of_profile(file, path, presentation)


def _of_background(knowledge: Knowledge) -> Iterator[Located]:
    file, background = "background.yaml", knowledge.background
    yield Located(file, ("age",), background.age)
    yield Located(file, ("female",), background.female)
    for trait, rate in background.traits.items():
        yield Located(file, ("traits", trait), rate)
    for position, odds in enumerate(background.trait_odds_ratios):
        yield Located(file, ("trait_odds_ratios", position), odds)
    for finding, entry in background.findings.items():
        yield Located(file, ("findings", finding), entry)
    for place, group in enumerate(background.groups):
        for position, pair in enumerate(group.odds_ratios):
            yield Located(file, ("groups", place, "odds_ratios", position), pair)


def _of_profile(file: str, path: Path, holder: Profile | Presentation) -> Iterator[Located]:
    if holder.age is not None:
        yield Located(file, (*path, "age"), holder.age)
    if holder.female is not None:
        yield Located(file, (*path, "female"), holder.female)
    for trait, share in holder.traits.items():
        yield Located(file, (*path, "traits", trait), share)
    for finding, entry in holder.findings.items():
        yield Located(file, (*path, "findings", finding), entry)
