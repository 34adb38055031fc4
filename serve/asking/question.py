"""A question to ask next, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from serve.answer import Scores
from serve.asking.askable import Asked, asked_by
from serve.asking.order import DANGER
from serve.asking.worth import Answers, Worth
from serve.overrides.rule import Rule
from serve.triage import URGENT

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """One finding to ask for."""

    finding: str
    question: str
    """What to ask, in words that a person can answer, or an examiner."""
    asked_by: Asked
    why: str
    """What the answer could change."""
    fall: float
    """Expected fall of the expected cost of triage, in needless same-day visits; 0 if unknown."""
    information: float
    """Expected information about the condition, in nats; 0 where no model answers."""


def questions(
    scores: Scores, row: int, worths: Answers | None, vocabulary: Vocabulary
) -> tuple[Question, ...]:
    """What `ask_next` names for a case, each with its question and its reason.

    What it is worth is worked out for the case alone, so that no digit depends on its company.
    """
    posterior = None if scores.posterior is None else scores.posterior[row : row + 1]
    if worths is None or posterior is None or np.isnan(posterior).any():
        worths = posterior = None
    found = [vocabulary.finding(name) for name in scores.ask_next[row]]
    flags = scores.open_flags[row]
    settling = flags.rules if flags.questions else ()
    worth = None if worths is None or posterior is None else worths.worth(posterior)
    return tuple(
        Question(
            finding=one.id,
            question=one.question,
            asked_by=asked_by(one),
            why=next((_of_flag(rule) for rule in settling if one.id in rule.findings), "")
            or _of_worth(one, worth, worths, posterior, vocabulary),
            fall=0.0 if worth is None else float(worth.fall[0, one.column]),
            information=0.0 if worth is None else float(worth.information[0, one.column]),
        )
        for one in found
    )


def _of_flag(rule: Rule) -> str:
    return f"It would settle a warning sign: {rule.reason}."


def _of_worth(
    finding: Finding, worth: Worth | None, worths: Answers | None, posterior: Matrix | None,
    vocabulary: Vocabulary,
) -> str:  # fmt: skip
    """The danger whose chance an answer moves most, or the two conditions that it tells apart."""
    if worth is None or worths is None or posterior is None:
        return ""
    moved = worths.moved(finding.column, posterior[0])
    if moved is None:
        return ""
    causes = worths.causes
    if worth.fall[0, finding.column] >= DANGER:
        dangers = np.where(causes.rank <= URGENT, moved * causes.weight, -1.0)
        name = causes.listed[int(dangers.argmax())].name
        return f"Of what would be urgent, it moves the chance of one most: {name}."
    by_condition = np.bincount(worths.place, moved, len(vocabulary.conditions))
    first, second = np.argsort(-by_condition, kind="stable")[:2]
    names = [vocabulary.conditions[int(place)].name for place in (first, second)]
    return f"It tells {names[0]} from {names[1]}."
