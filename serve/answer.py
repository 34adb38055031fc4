"""The answer to a case: its columns, each said once, and the values that they show.

Whatever shows answers reads `ANSWER`: files of CSV and Parquet, JSON and its OpenAPI page, Python,
the schemas for Spark and MLflow, the table in the README. One more column is one `Column` more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.dictionary_column import DictionaryColumn
from serve.model.predict import MICRO

if TYPE_CHECKING:
    from serve.issues import Issue
    from serve.model.components import Component
    from serve.model.explain import Explanation
    from serve.overrides.matrix.results import OpenFlags

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
CASE_ID = "case_id"
FINAL = "final_condition"
"""The condition that was established after a case was scored, where a scored file has it."""
SOURCES = ("override", "model", "both")
JOIN = " | "
NO_MODEL = "none"
"""The `model_version` of a row that no model scored."""
DECIMALS = 6
"""Of a number in a file."""


class Reason(NamedTuple):
    """One reason for the level of a case: the rule or the model that gives it, and its words."""

    by: str
    text: str
    brief: str
    """The same where the columns beside it say the rest."""

    def __str__(self) -> str:
        return f"{self.by}: {self.text}"


@dataclass(frozen=True)
class Probabilities:
    """The probability of every condition, for n cases."""

    conditions: tuple[str, ...]
    parts_per_million: Ints  # (n_cases, n_conditions) sums to a million; 0 where no model answered

    def __getitem__(self, case: int) -> dict[str, float]:
        """Those of one case, the greatest first; nothing where no model answered."""
        parts = zip(self.parts_per_million[case].tolist(), self.conditions, strict=True)
        ordered = sorted(parts, key=lambda pair: -pair[0])
        return {name: part / MICRO for part, name in ordered} if ordered[0][0] else {}


class Likely(NamedTuple):
    """A component that a case may have, and how probable it is."""

    component: Component
    percent: int

    def __str__(self) -> str:
        return f"{self.component.name} {self.percent / 100:.2f}"


@dataclass(frozen=True)
class Scores:
    """The answers for n cases as values, case by case in their order."""

    triage: DictionaryColumn[str]  # codes are places in TRIAGE_LEVELS
    triage_source: DictionaryColumn[str]  # codes are places in SOURCES
    reasons: DictionaryColumn[tuple[Reason, ...]]
    what_to_do: DictionaryColumn[str]
    risk_emergency: Matrix  # (n_cases,) NaN where no model answered
    risk_urgent: Matrix  # (n_cases,)
    open_flags: DictionaryColumn[OpenFlags]
    ask_next: DictionaryColumn[tuple[str, ...]]
    probabilities: Probabilities
    known: Mask  # (n_cases,) whether the model answered
    top: Ints  # (n_cases, 3) the likeliest conditions
    likely: DictionaryColumn[tuple[Likely, ...]]
    unexplained: DictionaryColumn[tuple[str, ...]]
    prediction_set: DictionaryColumn[tuple[str, ...]]
    novelty: Matrix  # (n_cases,) NaN for none
    issues: DictionaryColumn[tuple[Issue, ...]]
    model_version: str
    """Of the model that was asked; it has no part in the rows that it gave no answer to."""
    failure: str
    """What the model failed with, if it did."""
    explanations: DictionaryColumn[Explanation | None]
    explained: bool
    """Whether explanations were asked for; else there is none."""
    words_met: frozenset[tuple[int, Any]]  # of a mapping, each with the place of its column
    posterior: Matrix | None = None
    """(n_cases, n_components) in the model's own mix, where it tells components apart."""


Cells = DictionaryColumn[Any] | Probabilities | Matrix
"""The values of a column; numbers are (n_cases,), with NaN for none."""


@dataclass(frozen=True, eq=False)
class Kind:
    """How the values of a column are shown."""

    arrow: pa.DataType
    text: Callable[[Any], str] = str
    """A value as a cell of a CSV file, or of a table where it is text; blank for none."""
    plain: Callable[[Any], Any] = lambda value: value
    """A value in JSON."""


def _issues(issues: tuple[Issue, ...]) -> list[dict[str, str]]:
    return [{name: text for name, text in vars(issue).items() if text} for issue in issues]


def _issues_text(issues: tuple[Issue, ...]) -> str:
    return json.dumps(_issues(issues), ensure_ascii=False) if issues else ""


def _explanation(explanation: Explanation | None) -> Mapping[str, Any] | None:
    if explanation is None:
        return None
    return {**asdict(explanation), "text": str(explanation)}


WORD = Kind(pa.string(), lambda word: word or "")
WORDS = Kind(pa.string(), JOIN.join, list)
NUMBER = Kind(pa.float64())
PROBABILITIES = Kind(pa.float64(), plain=lambda shares: shares or None)
"""A column of a file for each condition, and one mapping elsewhere."""
LIKELY = Kind(
    pa.string(),
    lambda likely: JOIN.join(map(str, likely)),
    lambda likely: [{**asdict(one.component), "probability": one.percent / 100} for one in likely],
)
ISSUES = Kind(pa.string(), _issues_text, _issues)
EXPLANATION = Kind(pa.string(), lambda explanation: str(explanation or ""), _explanation)


@dataclass(frozen=True)
class Column:
    """One column of an answer."""

    name: str
    kind: Kind
    meaning: str
    cells: Callable[[Scores], Cells]
    words: tuple[str, ...] = ()
    """Every word that a cell may be, where they are few; then it is one of them always."""
    on_request: bool = False
    """Whether only those who ask for it get it."""
    told_once: bool = False
    """Whether JSON tells it once, beside the answers of all cases."""

    def names(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The names of its columns in a file."""
        if self.kind is PROBABILITIES:
            return tuple(f"p_{condition}" for condition in vocabulary.condition_ids)
        return (self.name,)


def _top_condition(scores: Scores) -> Cells:
    conditions = scores.probabilities.conditions
    codes = np.where(scores.known, scores.top[:, 0], len(conditions))
    return DictionaryColumn(codes, (*conditions, None))


def _version(scores: Scores) -> Cells:
    return DictionaryColumn(scores.known.astype(np.int64), (NO_MODEL, scores.model_version))


ANSWER = (
    Column(
        "triage", WORD, "how soon the case needs care, overrides and model together",
        lambda scores: scores.triage, words=TRIAGE_LEVELS,
    ),
    Column(
        "triage_source", WORD, "what decided the level",
        lambda scores: scores.triage_source, words=SOURCES,
    ),
    Column(
        "triage_reasons", WORDS, "why: each rule that fired, then the model where it decides too",
        lambda scores: scores.reasons.map(lambda reasons: tuple(map(str, reasons))),
    ),
    Column(
        "what_to_do", WORD, "what to do and how soon: by the rule that decides, or by the cause "
        "for which waiting would cost most", lambda scores: scores.what_to_do,
    ),
    Column(
        "risk_emergency", NUMBER, "the model's chance that the case needs emergency care, where "
        "every cause is as common as the safety mix has it (`--mix` changes nothing in it)",
        lambda scores: scores.risk_emergency,
    ),
    Column(
        "risk_urgent_or_above", NUMBER, "the same for that or a doctor the same day or within days",
        lambda scores: scores.risk_urgent,
    ),
    Column(
        "open_red_flags", WORDS,
        "red flags that an unknown leaves open and something recorded points at; where nothing "
        "does, those of every emergency (`docs/hazards.md` has the rules)",
        lambda scores: scores.open_flags.map(lambda flags: flags.ids),
    ),
    Column(
        "ask_next", WORDS, "what to ask next: the fewest findings that would settle the open "
        "flags (with `--ask N` filled up to N: dangers first, then what tells most)",
        lambda scores: scores.ask_next,
    ),
    Column("top_condition", WORD, "the likeliest condition", _top_condition),
    Column(
        "likely_components", LIKELY, "what it could be, up to three, each with its probability: "
        "presentations of conditions, diagnoses among other causes, or two together",
        lambda scores: scores.likely,
    ),
    Column(
        "probabilities", PROBABILITIES, "how probable each condition is; together they sum to 1",
        lambda scores: scores.probabilities,
    ),
    Column(
        "prediction_set", WORDS,
        "conditions that cannot be put aside: the set holds the cause in about 95 % of simulated "
        "cases of each condition (92 to 98 % on any one form), always of the training mix (it "
        "rules out none of the rest, and a rare case fits none)",
        lambda scores: scores.prediction_set,
    ),
    Column(
        "unexplained", WORDS, "what is recorded and the likeliest condition leaves unexplained: "
        "uncommon, and five times as likely under the others", lambda scores: scores.unexplained,
    ),
    Column(
        "novelty", NUMBER, "how unlike anything known the case is, 0 to 1",
        lambda scores: scores.novelty,
    ),
    Column(
        "issues", ISSUES, "what was wrong with the case, as JSON in a file",
        lambda scores: scores.issues,
    ),
    Column(
        "model_version", WORD, f"the bundle that answered, `{NO_MODEL}` where overrides alone did",
        _version, told_once=True,
    ),
    Column(
        "explanation", EXPLANATION,
        "which findings spoke for the likeliest condition (with `--explain`)",
        lambda scores: scores.explanations, on_request=True,
    ),
)  # fmt: skip
"""The columns of an answer, in the order of a file; all are blank where there is nothing to say."""


def answer_columns(*, explain: bool) -> tuple[Column, ...]:
    """The columns of an answer, with what is on request or without it."""
    return tuple(column for column in ANSWER if explain or not column.on_request)


def output_schema(vocabulary: Vocabulary, *, explain: bool = False) -> pa.Schema:
    """The columns that scoring adds behind those of the input, each with its type in a table."""
    columns = answer_columns(explain=explain)
    return pa.schema([(n, c.kind.arrow) for c in columns for n in c.names(vocabulary)])


def output_columns(vocabulary: Vocabulary, *, explain: bool = False) -> tuple[str, ...]:
    """The names of these columns."""
    return tuple(output_schema(vocabulary, explain=explain).names)


def cells_of(scores: Scores) -> Iterator[tuple[Column, Cells]]:
    """Each column of the scores with its values."""
    for column in answer_columns(explain=scores.explained):
        yield column, column.cells(scores)


def value_at(cells: Cells, case: int) -> Any:
    """The value of one case as Python has it: None, or nothing in it, for none."""
    if not isinstance(cells, np.ndarray):
        return cells[case]
    number = float(cells[case])
    return None if math.isnan(number) else round(number, DECIMALS)


def readme_table() -> str:
    """The columns and their meaning, as the README has them."""
    lines = ["| column | what it says |", "|---|---|"]
    for column in ANSWER:
        name = "p_<condition>" if column.kind is PROBABILITIES else column.name
        words = f": {', '.join(f'`{word}`' for word in column.words)}" if column.words else ""
        lines.append(f"| `{name}` | {column.meaning}{words} |")
    return "\n".join(lines)
