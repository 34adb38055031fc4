"""Which finding a column is: by its name, its label, what it is asked under, and its values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from data_gen.vocabulary import Finding, Vocabulary
from serve.cases.preview import MIDDLES
from serve.mapping.reader import ColumnReader, Common
from serve.mapping.units import unit_named, units_of
from serve.mapping.wording import as_words
from serve.suggestion.phrases import Words, lexicon, likeness, phrases, plain, words_of
from serve.suggestion.profile import Column
from serve.suggestion.values import FILL_IN, words_for

SURE, CLEAR, NEAR = 0.6, 0.15, 0.38
"""From where a likeness is sure if no other finding comes as close; and from where it is told."""
_READ = 0.9  # of a column's values must be read for a match to be sure
_VAGUE = 0.5  # the likeness of a word that means a finding only under a question


class Match(NamedTuple):
    """A finding that a column may be, how likely, and how its cells are read."""

    column: Column
    finding: Finding
    score: float
    lead: float
    """How much further the next finding is away."""
    words: Mapping[str, str]
    unit: str
    doubt: str
    """Why the match is not sure; nothing where it is."""

    @property
    def sure(self) -> bool:
        """Whether the match needs nobody's eye."""
        return not self.doubt


def family(text: str) -> str:
    """The beginning of the ids of the findings that a question is about; nothing for any."""
    words = set(plain(text).split())
    for prefix, asked in lexicon()["questions"].items():
        if any(set(plain(phrase).split()) <= words for phrase in asked):
            return str(prefix)
    return ""


def matches(
    columns: Sequence[Column], vocabulary: Vocabulary, missing: Sequence[str], common: Common
) -> list[Match]:
    """The best match of each column that resembles a finding, the likeliest first."""
    found = [match for c in columns if (match := _best(c, vocabulary, missing, common))]
    return sorted(found, key=lambda match: (-match.score, -match.lead))


def _best(
    column: Column, vocabulary: Vocabulary, missing: Sequence[str], common: Common
) -> Match | None:
    scores = scores_of(column, vocabulary)
    ranked = sorted(scores, key=lambda one: -scores[one])
    fits = [one for one in ranked if scores[one] >= NEAR and _fits(vocabulary.finding(one), column)]
    if not fits:
        return None
    best = fits[0]
    lead = scores[best] - max((scores[one] for one in fits[1:]), default=0.0)
    finding = vocabulary.finding(best)
    words = words_for(finding, column, column.field.choices, missing)
    unit = _unit(finding, column, common)
    doubt = _doubt(scores[best], lead, [*fits[1:2]])
    doubt = doubt or _unread(ColumnReader(finding, as_words(_known(words)), unit, common), column)
    return Match(column, finding, scores[best], lead, words, unit, doubt)


def _known(words: Mapping[str, str]) -> dict[str, str]:
    return {theirs: "unknown" if ours == FILL_IN else ours for theirs, ours in words.items()}


def scores_of(column: Column, vocabulary: Vocabulary) -> dict[str, float]:
    """How much each finding resembles a column, 0 to 1."""
    field = column.field
    named = [words_of(column.name), words_of(_without_unit(column.name))]
    labels = [words_of(field.label), words_of(_without_unit(field.label))] if field.label else []
    asked = f"{field.section} {field.label}" if field.choice else field.section
    group = family(asked) if asked.strip() else ""
    if field.choice:
        labels = [words_of(field.choice), words_of(f"{field.label} {field.choice}")]
        named = [] if field.label or "___" in column.name else named
    scores = {}
    for finding, wanted in phrases(vocabulary).items():
        known = _in_context(finding, wanted, group)
        scores[finding] = max(
            (likeness(w, known, vocabulary) for w in (*named, *labels)), default=0
        )
        if group and finding.startswith(group):
            scores[finding] = min(1.0, scores[finding] + CLEAR)
        elif not known or (
            not group and scores[finding] > _VAGUE and _vague(finding, wanted, named)
        ):
            scores[finding] = min(scores[finding], _VAGUE)
    if column.key in scores:
        scores[column.key] = 2.0
    return scores


def _in_context(finding: str, wanted: Iterable[Words], group: str) -> tuple[Words, ...]:
    """The phrases of a finding; under a question about others, none of a single word."""
    if not group or finding.startswith(group):
        return tuple(wanted)
    return tuple(words for words in wanted if len(words) > 1)


def _vague(finding: str, wanted: Iterable[Words], named: Sequence[Words]) -> bool:
    """Whether a name is but one word of what eases or worsens, without saying which of the two."""
    return finding.startswith(("relief_", "worse_")) and any(
        len(words) == 1 and words in wanted for words in named
    )


def _without_unit(name: str) -> str:
    words = plain(name).split()
    bases = ("degC", "m", "min", "days", "cm", "years", "kg", "mmHg")
    if len(words) > 1 and any(unit_named(words[-1], base) for base in bases):
        words = words[:-1]
    return " ".join(words)


def _fits(finding: Finding, column: Column) -> bool:
    """Whether the values are of the kind that the finding has."""
    if not column.counts:
        return True
    numbers = column.numbers
    if finding.kind == "number":
        return column.median is not None or _amounts(column)
    return len(column.counts) <= 12 and len(set(numbers)) <= 10


def _amounts(column: Column) -> bool:
    digits = sum(n for text, n in column.counts.items() if any(c.isdigit() for c in text))
    return digits >= 0.5 * column.filled


def _unit(finding: Finding, column: Column, common: Common) -> str:
    """The unit that the name, the label or the values say; nothing for the finding's own."""
    if finding.kind != "number" or not finding.unit:
        return ""
    for text in (column.name, column.field.label):
        for word in reversed(plain(text).split()[-3:]):
            named = unit_named(word, finding.unit)
            if named is not None:
                return "" if named == finding.unit else named
    for unit in ("", *units_of(finding.unit)[1:]):
        if not _unread(ColumnReader(finding, {}, unit, common), column):
            return unit
    return ""


def _doubt(score: float, lead: float, others: Sequence[str]) -> str:
    if score >= SURE and lead >= min(CLEAR, 1.05 - score):
        return ""
    also = f"; it may also be {others[0]}" if others and lead < CLEAR else ""
    return f"its name is only like that of the finding{also}"


def _unread(reader: ColumnReader, column: Column) -> str:
    """Why values cannot be those of the finding; nothing where they can."""
    read = {text: reader.read(text) for text in column.counts}
    bad = [text for text, cell in read.items() if cell.code and math.isnan(cell.value)]
    lost = sum(column.counts[text] for text in bad)
    if lost > (1 - _READ) * column.filled:
        return f"{lost} of {column.filled} values cannot be read, as {bad[0]!r}"
    values = [cell.value for cell in read.values() if math.isfinite(cell.value)]
    if values and reader.finding.id in MIDDLES:
        low, high = MIDDLES[reader.finding.id]
        if not low <= float(np.median(values)) <= high:
            return f"half of the values are beyond {np.median(values):g}"
    return ""
