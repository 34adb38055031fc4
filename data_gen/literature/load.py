"""literature.yaml, read and checked against the studies and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from pydantic import ValidationError

from data_gen.literature.claim import findings_of
from data_gen.literature.schema import Literature, Population, Statistic
from data_gen.profiles import Knowledge
from data_gen.profiles.located import located_numbers
from data_gen.profiles.problem import KnowledgeError, problem_at
from data_gen.vocabulary.yaml_lines import read_yaml

NAME = "literature.yaml"
_WORDS = ("definition", "disposition", "frequency_word")


def load_literature(knowledge: Knowledge) -> Literature:
    """The statistics of a knowledge folder; KnowledgeError lists every mistake at once."""
    path = knowledge.folder / NAME
    try:
        literature = Literature.model_validate(read_yaml(path))
    except ValidationError as error:
        refused = [
            (item["loc"], "is not valid", item["msg"].removeprefix("Value error, "))
            for item in error.errors()
        ]
        raise _error(refused, knowledge) from None
    mistakes = list(_mistakes(literature, knowledge))
    if mistakes:
        raise _error(mistakes, knowledge)
    return literature


Mistake = tuple[tuple[str | int, ...], str, str]


def _error(mistakes: list[Mistake], knowledge: Knowledge) -> KnowledgeError:
    return KnowledgeError(*(problem_at(knowledge.folder, NAME, *one) for one in mistakes))


def _mistakes(literature: Literature, knowledge: Knowledge) -> Iterator[Mistake]:
    for name, population in literature.populations.items():
        yield from _of_population(("populations", name), population, knowledge)
    setting = _set_numbers(knowledge)
    for position, statistic in enumerate(literature.statistics):
        place = ("statistics", position)
        if statistic.population not in literature.populations:
            yield place, f"no population {statistic.population!r}", "name one of the file"
        yield from _unknown_findings(place, statistic, knowledge)
        yield from _of_study(place, statistic, knowledge)
        if statistic.study in setting and not statistic.used:
            yield place, f"{statistic.study} sets a number (basis study)", "write `used: yes`"
    yield from _of_left_out(literature, knowledge)


def _of_population(
    place: tuple[str | int, ...], population: Population, knowledge: Knowledge
) -> Iterator[Mistake]:
    for key in (*population.cases, *population.others, *population.without):
        condition, _, presentation = key.partition("/")
        profile = knowledge.profiles.get(condition)
        if profile is None or (presentation and presentation not in profile.presentations):
            yield place, f"no condition or presentation {key!r}", "name one that exists"


def _unknown_findings(
    place: tuple[str | int, ...], statistic: Statistic, knowledge: Knowledge
) -> Iterator[Mistake]:
    for finding in spoken_of(statistic):
        if finding not in knowledge.vocabulary.finding_ids:
            yield place, f"no finding {finding!r}", "use an id of findings.yaml"


def _of_study(
    place: tuple[str | int, ...], statistic: Statistic, knowledge: Knowledge
) -> Iterator[Mistake]:
    row = knowledge.studies.get(statistic.study)
    if row is None:
        yield place, f"no study row {statistic.study!r}", "use an id of studies.yaml"
    elif row["flag"] != "seen":
        yield place, f"{statistic.study} was not seen", "check the original first"
    elif statistic.value is None and row.get("value") is None:
        yield place, f"{statistic.study} has no value", "give `value` and `why`"


def _of_left_out(literature: Literature, knowledge: Knowledge) -> Iterator[Mistake]:
    """Patterns that name nothing, and numbers that are neither replayed nor left out."""
    numbers = {key for key, row in knowledge.studies.items() if _is_number(row)}
    left = numbers - {statistic.study for statistic in literature.statistics}
    for position, impossible in enumerate(literature.not_reproduced):
        for pattern in impossible.studies:
            named = {key for key in knowledge.studies if fnmatchcase(key, pattern)}
            if not named:
                place = ("not_reproduced", position)
                yield place, f"no study row {pattern!r}", "use an id of studies.yaml"
            left -= named
    for study in sorted(left):
        yield ("not_reproduced",), f"{study} is passed over", "replay it, or say why it cannot be"


def _is_number(row: Mapping[str, object]) -> bool:
    return row["flag"] == "seen" and row["kind"] not in _WORDS


def spoken_of(statistic: Statistic) -> set[str]:
    """The findings that a statistic needs."""
    claims = [claim for claim in (statistic.claim, statistic.against) if claim is not None]
    named = {finding for claim in claims for finding in findings_of(claim)}
    return named | ({statistic.mean_of} if statistic.mean_of else set())


def _set_numbers(knowledge: Knowledge) -> set[str]:
    """The study rows that an entry of basis study gives as its source."""
    return {
        cite
        for number in located_numbers(knowledge)
        if number.based.basis == "study"
        for cite in number.based.cite
    }
