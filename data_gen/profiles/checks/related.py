"""What must hold between numbers: related findings agree, and no part exceeds its whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data_gen.profiles.checks.effective import Effective, effective_background, effective_in
from data_gen.profiles.checks.person_rates import person_rates
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.located import Located, problem_of
from data_gen.profiles.problem import Checked, KnowledgeProblem
from data_gen.vocabulary.relation import Implication, Statement

_SLACK = 1e-9


@dataclass(frozen=True)
class _Place:
    """One presentation, or the background where `condition` is None."""

    condition: str | None
    presentation: str | None


def related_checks(knowledge: Knowledge) -> list[Checked]:
    """The checks between numbers."""
    return [_agreement(knowledge), _parts(knowledge)]


def _agreement(knowledge: Knowledge) -> Checked:
    """P(premise) <= P(what it implies), in every presentation, inherited numbers included."""
    rules = [rule for rule in knowledge.vocabulary.relations.implications if _in_words(rule)]
    found: dict[tuple[str, str, str], KnowledgeProblem] = {}
    places = list(_places(knowledge))
    for place in places:
        for rule in rules:
            problem = _clash(knowledge, place, rule)
            if problem is not None:
                found.setdefault((problem.file, problem.entry, rule.text), problem)
    items = len(places) * len(rules)
    return Checked("related findings agree", items, tuple(found.values()), whole_files=True)


def _in_words(rule: Implication) -> bool:
    return {rule.if_.test, rule.then.test} <= {"is", "is_not"}


def _places(knowledge: Knowledge) -> Iterator[_Place]:
    yield _Place(None, None)
    for condition, profile in knowledge.profiles.items():
        for presentation in profile.presentations:
            yield _Place(condition, presentation)


def _effective(knowledge: Knowledge, place: _Place, finding: str) -> Effective | None:
    if place.condition is None or place.presentation is None:
        return effective_background(knowledge, finding)
    return effective_in(knowledge, place.condition, place.presentation, finding)


def _clash(knowledge: Knowledge, place: _Place, rule: Implication) -> KnowledgeProblem | None:
    premise = _effective(knowledge, place, rule.if_.finding)
    then = _effective(knowledge, place, rule.then.finding)
    if premise is None or then is None:
        return None
    least, room = premise.share(rule.if_)[0], then.share(rule.then)[1]
    if least <= room + _SLACK:
        return None
    by_then = then.rank > premise.rank
    here, other = (then, premise) if by_then else (premise, then)
    value = f"{_says(rule.if_, least)}, but {_says(rule.then, room)} ({other.where(knowledge)})"
    remedy = f"{rule.text}: lower the first to {room:.4g} or less, or raise the second"
    return problem_of(knowledge, here.located, value, remedy)


def _says(statement: Statement, share: float) -> str:
    opposite = (statement.value == 0) == (statement.test == "is")
    return f"P({'no ' if opposite else ''}{statement.finding}) is {share:.4g}"


def _parts(knowledge: Knowledge) -> Checked:
    """P(F) >= P(D) P(F|D) for facts about a person, which have a rate among all who consult.

    F is a habit or an item of history, a trait, or a sex. Of symptoms and signs the background
    gives the rate in those whose condition has no bearing on them, not in all.
    """
    problems = []
    items = 0
    for condition in knowledge.profiles:
        share = knowledge.mix.mix.get(condition)
        for rate in person_rates(knowledge, condition) if share is not None else ():
            items += 1
            part = (share.clinic if share is not None else 0) * rate.given
            if part > rate.overall + _SLACK:
                problems.append(_too_many(knowledge, rate.located, part, rate.overall))
    return Checked("P(F) is at least P(D) P(F|D)", items, tuple(problems), whole_files=True)


def _too_many(
    knowledge: Knowledge, number: Located, part: float, overall: float
) -> KnowledgeProblem:
    value = (
        f"with the clinic's share of {number.condition} it makes {part:.3g} of all who consult, "
        f"but the background says {overall:.3g} in all"
    )
    remedy = "lower it or the share in mix.yaml, or raise the background"
    return problem_of(knowledge, number, value, remedy)
