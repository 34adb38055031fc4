"""Which rules a file can fire at all, by the findings that it asks."""

from __future__ import annotations

from collections.abc import Collection

from data_gen.vocabulary import Vocabulary
from serve.overrides.logic import All, Any, Count, Expression, findings
from serve.overrides.rule import LEVELS, Rule
from serve.overrides.rules import RULES


def silent_emergencies(asked: Collection[str], vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """The rules of emergencies that nothing in these findings can fire, whatever they say."""
    known = _with_implied(frozenset(asked), vocabulary)
    return tuple(r for r in RULES if r.level == LEVELS[0] and not _reaches(r.when, known))


def _reaches(expression: Expression, known: Collection[str]) -> bool:
    """Whether an expression can hold where these findings may say anything.

    There is no negation, so that each test can be taken to hold by itself.
    """
    match expression:
        case All():
            return all(_reaches(part, known) for part in expression.parts)
        case Any():
            return any(_reaches(part, known) for part in expression.parts)
        case Count():
            return sum(_reaches(part, known) for part in expression.parts) >= expression.least
    return any(finding in known for finding in findings(expression))


def _with_implied(asked: frozenset[str], vocabulary: Vocabulary) -> frozenset[str]:
    """These findings and what a yes or a number among them makes present."""
    relations = vocabulary.relations
    steps = [(derived.from_, derived.finding) for derived in relations.derived]
    steps += [(i.if_.finding, i.then.finding) for i in relations.implications]
    steps += [(applies.finding, applies.only_if) for applies in relations.applies]
    reached = asked
    while more := {to for given, to in steps if given in reached} - reached:
        reached |= more
    return reached
