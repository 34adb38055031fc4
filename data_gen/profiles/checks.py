"""What must hold between the files of the knowledge; each check says how much it looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from data_gen.profiles.load import Knowledge
from data_gen.profiles.problem import Problem
from data_gen.profiles.schema import Based, Entry
from data_gen.vocabulary import Finding
from data_gen.vocabulary.yaml_lines import line_of

_COMPUTED = ("age_years", "sex")


@dataclass(frozen=True)
class Checked:
    """The outcome of one check: its name, how many items it looked at, what is wrong."""

    name: str
    items: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Located:
    """One number of the knowledge and where it stands."""

    file: str
    path: tuple[str | int, ...]
    based: Based

    @property
    def entry(self) -> str:
        """The dotted path of the entry."""
        return ".".join(str(part) for part in self.path)


Verdict = str | None
"""`value; remedy` of a mistake, or None where all is well."""


def check_knowledge(knowledge: Knowledge) -> list[Checked]:
    """Every check between files, in a fixed order."""
    checks: dict[str, Callable[[Knowledge, Located], Verdict]] = {
        "findings exist and entries have their form": _form,
        "citations exist": _citation,
        "studies cited as a basis were seen": _seen,
        "probabilities leave room for doubt": _doubt,
        "frequency words are within their bands": _band,
    }
    numbers = list(located_numbers(knowledge))
    done = [_run(name, check, numbers, knowledge) for name, check in checks.items()]
    return [*done, _background_covers(knowledge), _mix_covers(knowledge), _pairs(knowledge)]


def located_numbers(knowledge: Knowledge) -> Iterator[Located]:
    """Every number of the knowledge with its place: profiles, background, settings, mix, pairs."""
    for condition, profile in knowledge.profiles.items():
        file = f"conditions/{condition}.yaml"
        yield from _of_profile(file, (), profile)
        for name, presentation in profile.presentations.items():
            path = ("presentations", name)
            yield Located(file, path, presentation)
            yield from _of_profile(file, path, presentation)
    yield from _of_background(knowledge)
    for condition, share in knowledge.mix.mix.items():
        yield Located("mix.yaml", ("mix", condition), share)
    for position, pair in enumerate(knowledge.pairs):
        yield Located("pairs.yaml", ("pairs", position), pair)
    for name, setting in knowledge.settings.settings.items():
        yield Located("settings.yaml", ("settings", name), setting)


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


def _of_profile(file: str, path: tuple[str | int, ...], holder: object) -> Iterator[Located]:
    for name in ("age", "female"):
        value = getattr(holder, name)
        if value is not None:
            yield Located(file, (*path, name), value)
    for trait, share in getattr(holder, "traits").items():  # noqa: B009 shared by two models
        yield Located(file, (*path, "traits", trait), share)
    for finding, entry in getattr(holder, "findings").items():  # noqa: B009 as above
        yield Located(file, (*path, "findings", finding), entry)


def _run(
    name: str,
    check: Callable[[Knowledge, Located], Verdict],
    numbers: list[Located],
    knowledge: Knowledge,
) -> Checked:
    problems = []
    for number in numbers:
        verdict = check(knowledge, number)
        if verdict is not None:
            problems.append(_problem(knowledge, number, verdict))
    return Checked(name, len(numbers), tuple(problems))


def _problem(knowledge: Knowledge, number: Located, verdict: str) -> Problem:
    value, _, remedy = verdict.partition("; ")
    line = line_of(knowledge.folder / number.file, number.path)
    return Problem(number.file, line, number.entry, value, remedy)


def _form(knowledge: Knowledge, number: Located) -> Verdict:
    if not isinstance(number.based, Entry):
        return None
    try:
        finding = knowledge.vocabulary.finding(str(number.path[-1]))
    except KeyError as error:
        return f"{error.args[0]}; use an id of findings.yaml"
    derived = {d.finding for d in knowledge.vocabulary.relations.derived}
    second = {a.second for a in knowledge.vocabulary.relations.alternatives}
    if finding.id in derived | second or finding.id in _COMPUTED:
        return "is computed from another finding; give that one instead"
    return _form_of(finding, number.based)


def _form_of(finding: Finding, entry: Entry) -> Verdict:
    if entry.form != finding.kind:
        return f"has the form of {entry.form}, but {finding.id} is {finding.kind}; write it so"
    if entry.of is not None and set(entry.of) - set(finding.values):
        return f"has values {sorted(entry.of)}; {finding.id} has {', '.join(finding.values)}"
    for value in (entry.low, entry.high):
        if value is not None and not (finding.low or 0) <= value <= (finding.high or 0):
            return f"{value:g} is out of range; {finding.low:g} to {finding.high:g}"
    return None


def _citation(knowledge: Knowledge, number: Located) -> Verdict:
    for cited in number.based.cite:
        if cited not in knowledge.statements and cited not in knowledge.studies:
            return f"cites {cited!r}; no statement of documents.yaml and no row of studies.yaml"
    return None


def _seen(knowledge: Knowledge, number: Located) -> Verdict:
    if number.based.basis != "study":
        return None
    flags = [knowledge.studies[c].get("flag") for c in number.based.cite if c in knowledge.studies]
    if "seen" in flags:
        return None
    return "basis study without a row that was seen; cite one, or make it a judgement"


def _doubt(_: Knowledge, number: Located) -> Verdict:
    p = getattr(number.based, "p", None)
    if isinstance(number.based, Entry) and p is not None and not 0.0005 <= p <= 0.9995:
        return f"p is {p:g}; nothing is certain: 0.0005 to 0.9995"
    return None


def _band(_: Knowledge, number: Located) -> Verdict:
    p = getattr(number.based, "p", None)
    if number.based.basis != "document" or not isinstance(p, float):
        return None
    if 0.01 <= p <= 0.99:
        return None
    return f"p is {p:g}, outside every band of a frequency word; use 0.01 to 0.99"


def _background_covers(knowledge: Knowledge) -> Checked:
    computed = {*_COMPUTED, *(d.finding for d in knowledge.vocabulary.relations.derived)}
    computed |= {a.second for a in knowledge.vocabulary.relations.alternatives}
    wanted = set(knowledge.vocabulary.finding_ids) - computed
    found = set(knowledge.background.findings)
    problems = [
        Problem("background.yaml", 1, f"findings.{finding}", "is missing or not wanted", "mend it")
        for finding in sorted(wanted ^ found)
    ]
    return Checked("the background covers every finding", len(wanted), tuple(problems))


def _mix_covers(knowledge: Knowledge) -> Checked:
    strange = set(knowledge.mix.mix) ^ set(knowledge.vocabulary.condition_ids)
    problems = tuple(
        Problem("mix.yaml", 1, condition, "is missing or unknown", "list each condition once")
        for condition in sorted(strange)
    )
    return Checked("the mixes cover every condition", len(knowledge.mix.mix), problems)


def _pairs(knowledge: Knowledge) -> Checked:
    problems = []
    for position, pair in enumerate(knowledge.pairs):
        sides = ((pair.first, pair.first_presentation), (pair.second, pair.second_presentation))
        for condition, presentation in sides:
            profile = knowledge.profiles.get(condition)
            if profile is None or presentation not in profile.presentations:
                line = line_of(knowledge.folder / "pairs.yaml", ("pairs", position))
                value = f"{condition} has no presentation {presentation!r}"
                problems.append(
                    Problem("pairs.yaml", line, f"pairs.{position}", value, "name one it has")
                )
    return Checked("pairs name presentations that exist", len(knowledge.pairs), tuple(problems))
