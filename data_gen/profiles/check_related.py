"""What must hold between numbers: related findings agree, and no part exceeds its whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data_gen.profiles.checked import Checked
from data_gen.profiles.facts import facts_of
from data_gen.profiles.known import Known, known_background, known_in
from data_gen.profiles.load import Knowledge
from data_gen.profiles.located import Located, problem_at
from data_gen.profiles.problem import Problem
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
    found: dict[tuple[str, str, str], Problem] = {}
    places = list(_places(knowledge))
    for place in places:
        for rule in rules:
            problem = _clash(knowledge, place, rule)
            if problem is not None:
                found.setdefault((problem.file, problem.entry, rule.text), problem)
    items = len(places) * len(rules)
    return Checked("related findings agree", items, tuple(found.values()), whole=True)


def _in_words(rule: Implication) -> bool:
    return {rule.if_.test, rule.then.test} <= {"is", "is_not"}


def _places(knowledge: Knowledge) -> Iterator[_Place]:
    yield _Place(None, None)
    for condition, profile in knowledge.profiles.items():
        for presentation in profile.presentations:
            yield _Place(condition, presentation)


def _known(knowledge: Knowledge, place: _Place, finding: str) -> Known | None:
    if place.condition is None or place.presentation is None:
        return known_background(knowledge, finding)
    return known_in(knowledge, place.condition, place.presentation, finding)


def _clash(knowledge: Knowledge, place: _Place, rule: Implication) -> Problem | None:
    premise = _known(knowledge, place, rule.if_.finding)
    then = _known(knowledge, place, rule.then.finding)
    if premise is None or then is None:
        return None
    least, room = premise.share(rule.if_)[0], then.share(rule.then)[1]
    if least <= room + _SLACK:
        return None
    by_then = then.rank > premise.rank
    here, other = (then, premise) if by_then else (premise, then)
    value = f"{_says(rule.if_, least)}, but {_says(rule.then, room)} ({other.where(knowledge)})"
    remedy = f"{rule.text}: lower the first to {room:.4g} or less, or raise the second"
    return problem_at(knowledge, here.located, value, remedy)


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
        for fact in facts_of(knowledge, condition) if share is not None else ():
            items += 1
            part = (share.clinic if share is not None else 0) * fact.given
            if part > fact.whole + _SLACK:
                problems.append(_too_many(knowledge, fact.located, part, fact.whole))
    return Checked("P(F) is at least P(D) P(F|D)", items, tuple(problems), whole=True)


def _too_many(knowledge: Knowledge, number: Located, part: float, whole: float) -> Problem:
    value = (
        f"with the clinic's share of {number.condition} it makes {part:.3g} of all who consult, "
        f"but the background says {whole:.3g} in all"
    )
    remedy = "lower it or the share in mix.yaml, or raise the background"
    return problem_at(knowledge, number, value, remedy)
