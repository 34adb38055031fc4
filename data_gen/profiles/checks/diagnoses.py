"""What must hold of conditions and presentations as diagnoses: names, levels, and what is cited."""

from __future__ import annotations

from collections.abc import Iterator

from data_gen.profiles.checks.unfinished import VOCABULARY
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.problem import Checked, KnowledgeProblem, problem_at, problem_in
from data_gen.profiles.schema import Profile
from data_gen.vocabulary import TRIAGE_LEVELS, Condition
from data_gen.vocabulary.yaml_lines import line_of

_NAME = "conditions.yaml"
Place = tuple[str | int, ...]


def diagnosis_checks(knowledge: Knowledge) -> list[Checked]:
    """The checks of what people read as diagnoses."""
    return [_names(knowledge), _levels(knowledge), _citations(knowledge)]


def _names(knowledge: Knowledge) -> Checked:
    """No two presentations read alike, also not of different conditions."""
    first: dict[str, str] = {}
    problems = []
    items = 0
    for condition, profile in knowledge.profiles.items():
        for name, presentation in profile.presentations.items():
            items += 1
            here = f"{condition}/{name}"
            other = first.setdefault(presentation.name.casefold(), here)
            if other != here:
                path = ("presentations", name, "name")
                value = f"{presentation.name!r} is the name of {other} too"
                file = f"conditions/{condition}.yaml"
                remedy = "give each its own, so that a reader can tell them apart"
                problems.append(problem_at(knowledge.folder, file, path, value, remedy))
    return Checked("presentations have names of their own", items, tuple(problems))


def _levels(knowledge: Knowledge) -> Checked:
    """A condition's own level is the one that most of those who consult with it have."""
    problems = []
    for condition, profile in knowledge.profiles.items():
        stated, found = knowledge.vocabulary.condition(condition).triage, _usual_level(profile)
        if stated != found:
            value = f"triage is {stated}, but most of those who consult are {found}"
            remedy = "mend it, or the levels or clinic shares of its presentations"
            problems.append(_at(knowledge, (condition, "triage"), value, remedy))
    items = len(knowledge.profiles)
    return Checked("levels agree", items, tuple(problems), whole_files=True)


def _usual_level(profile: Profile) -> str:
    share = dict.fromkeys(TRIAGE_LEVELS, 0.0)
    for presentation in profile.presentations.values():
        share[presentation.triage.level] += presentation.clinic_share
    return max(share, key=lambda level: share[level])


def _citations(knowledge: Knowledge) -> Checked:
    """What conditions cite, with each line of advice, exists."""
    known = knowledge.statements.keys() | knowledge.studies.keys()
    cited = [found for c in knowledge.vocabulary.conditions for found in _cited(c)]
    what = "no statement of documents.yaml and no row of studies.yaml"
    problems = [
        _at(knowledge, place, f"cites {cite!r}: {what}", "mend the id, or write the row first")
        for place, cite in cited
        if cite not in known
    ]
    return Checked("conditions cite what exists", len(cited), tuple(problems), whole_files=True)


def _cited(condition: Condition) -> Iterator[tuple[Place, str]]:
    """Each citation of a condition, with its place."""
    for cite in condition.cite:
        yield (condition.id, "cite"), cite
    for name, lines in (("caution", condition.caution), ("safety_net", condition.safety_net)):
        for position, advice in enumerate(lines):
            for cite in advice.cite:
                yield (condition.id, name, position), cite


def _at(knowledge: Knowledge, place: Place, value: str, remedy: str) -> KnowledgeProblem:
    """A mistake of the vocabulary's conditions, with its line."""
    condition, *inside = place
    beside = knowledge.folder.resolve().parent / "vocabulary"
    path = (beside if (beside / _NAME).is_file() else VOCABULARY) / _NAME
    position = knowledge.vocabulary.condition_ids.index(str(condition))
    line = line_of(path, ("conditions", position, *inside))
    entry = ".".join(map(str, place))
    return problem_in(f"vocabulary/{_NAME}", line, entry, value, remedy)
