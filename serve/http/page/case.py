"""One case on a page: what to ask next, and the answer with all that belongs to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data_gen.narrative import narrate
from data_gen.vocabulary import Condition, Vocabulary
from serve.answer import CASE_ID, PROBABILITIES, Column, Scores, cells_of, output_columns, value_at
from serve.asking.askable import asked_by
from serve.asking.question import Question, questions
from serve.cases.csv_quoting import quoted
from serve.cases.parse import ParsedCases
from serve.http.json_answers import answers_of, normalised_cases
from serve.http.page.form import NOT_SURE, Form
from serve.output.csv_lines import lines_of
from serve.pipeline import ScoringPipeline, score_values

_NEXT = 5  # questions that an answer names
_LEAST = 0.02  # of a probability that has a bar
_NOVEL, _ODD = 0.99, 0.95  # of novelty, from which on the case is said to be unlike what is known


@dataclass(frozen=True)
class Shown:
    """The answer to a case, as its page shows it."""

    answer: Mapping[str, Any]
    """Each column's value by its name."""
    columns: Sequence[tuple[Column, str]]
    """Every column with its text in a file; what is blank is left out."""
    bars: Sequence[tuple[Condition, float]]
    top: Condition | None
    second: Condition | None
    questions: Sequence[Question]
    certainty: Sequence[str]
    narrative: str
    json: str
    csv: str


def next_question(chain: ScoringPipeline, form: Form) -> tuple[str, Question | None]:
    """The triage so far, and the question that helps most; None where nothing is left to ask."""
    scores = _scored(chain.told(ask=1), form)
    found = questions(scores, 0, chain.worths, chain.vocabulary)
    return scores.triage[0], found[0] if found else None


def triage_so_far(chain: ScoringPipeline, form: Form) -> str:
    """The triage by the answers so far."""
    return _scored(chain, form).triage[0]


def shown(chain: ScoringPipeline, form: Form) -> Shown:
    """The answer to a case: that of `serve score` to a file of the answered columns."""
    scores = _scored(chain.told(explain=True, ask=_NEXT), form)
    vocabulary = chain.vocabulary
    cells = [(column, value_at(found, 0)) for column, found in cells_of(scores)]
    answer = {column.name: value for column, value in cells}
    probabilities: Mapping[str, float] = answer["probabilities"]
    ranked = [(vocabulary.condition(name), share) for name, share in probabilities.items()]
    return Shown(
        answer=answer,
        columns=[pair for pair in _texts(cells) if pair[1]],
        bars=[pair for pair in ranked if pair[1] >= _LEAST],
        top=ranked[0][0] if ranked else None,
        second=ranked[1][0] if ranked else None,
        questions=questions(scores, 0, chain.worths, vocabulary),
        certainty=_certainty(answer, vocabulary),
        narrative=narrate(_values(form, vocabulary), vocabulary),
        json=json.dumps({"case": form.answers, **answers_of(scores)[0]}, indent=1),
        csv=_csv(form, scores, vocabulary),
    )


def _scored(chain: ScoringPipeline, form: Form) -> Scores:
    return score_values(chain, _parsed(chain.vocabulary, form))


def _parsed(vocabulary: Vocabulary, form: Form) -> ParsedCases:
    """The case, in which what was skipped or cannot be found out here is not asked again."""
    parsed = normalised_cases(vocabulary, [form.answers])
    row = np.zeros(1, dtype=np.int64)
    barred = [f.column for f in vocabulary.findings if _barred(asked_by(f), form)]
    barred += [vocabulary.column(name) for name in form.skipped]
    return replace(parsed, not_known=[*parsed.not_known, *((place, row) for place in barred)])


def _barred(asked: str, form: Form) -> bool:
    return (asked == "examination" and not form.examined) or (asked == "test" and not form.tested)


def _texts(cells: Sequence[tuple[Column, Any]]) -> list[tuple[Column, str]]:
    """Each column as text; of probabilities the greatest, as the bars tell them all."""
    return [
        (column, "; ".join(f"{name} {share:.3f}" for name, share in list(value.items())[:3]))
        if column.kind is PROBABILITIES
        else (column, "" if value is None else column.kind.text(value))
        for column, value in cells
    ]


def _values(form: Form, vocabulary: Vocabulary) -> dict[str, bool | str | float]:
    """The answers as a narrative takes them; it tells nothing of what is not known."""
    out: dict[str, bool | str | float] = {}
    for name, word in form.answers.items():
        if word == NOT_SURE:
            continue
        kind = vocabulary.finding(name).kind
        out[name] = float(word) if kind == "number" else word == "yes" if kind == "yes_no" else word
    return out


def _csv(form: Form, scores: Scores, vocabulary: Vocabulary) -> str:
    """The case as a file of one row: its answers, then the columns of the answer."""
    names = [CASE_ID, *form.answers, *output_columns(vocabulary, explain=True)]
    row = ",".join(["case", *map(quoted, form.answers.values())]).encode()
    return f"{','.join(names)}\n{lines_of([row], scores).decode()}"


def _certainty(answer: Mapping[str, Any], vocabulary: Vocabulary) -> list[str]:
    """How sure the whole is, in words."""
    if not answer["probabilities"]:
        return ["No model answered: the warning signs alone did. That is no all-clear."]
    kept = [vocabulary.condition(name).name for name in answer["prediction_set"]]
    said = {
        0: "None of the conditions fits well.",
        1: f"All but one can be put aside: {kept[0] if kept else ''}.",
    }.get(len(kept), f"{len(kept)} conditions cannot be put aside: {', '.join(kept)}.")
    novelty = answer["novelty"]
    if novelty is None:
        return [said]
    unlike = (
        "The case is unlike nearly anything that the model has learned from: do not rely on it."
        if novelty >= _NOVEL
        else "The case is rather unlike what the model has learned from."
        if novelty >= _ODD
        else "The case is like those that the model has learned from."
    )
    return [said, unlike]
