"""Which finding a column is: by its name, its label, what it is asked under, and its values."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from data_gen.vocabulary import Finding, Vocabulary
from serve.cases.preview import MIDDLES
from serve.mapping.reader import ColumnReader, Common
from serve.mapping.units import unit_named, units_of
from serve.mapping.wording import as_words
from serve.suggestion.phrases import (
    Words,
    common_words,
    is_turned,
    lexicon,
    likeness,
    phrases,
    plain,
    spelled_like,
    words_of,
)
from serve.suggestion.profile import Column, is_dated
from serve.suggestion.values import FILL_IN, SHORT_MISSING, words_for

SURE, CLEAR, NEAR = 0.6, 0.15, 0.38
"""From where a likeness is sure if no other finding comes as close; and from where it is told."""
_READ = 0.9  # of a column's values must be read for a match to be sure
_CODES, _WORDS = 10, 12  # codes are below the one, and not more than the other
_BESIDE_A_LABEL = 0.8  # what a name counts where a label says more
_ALONE = 0.8  # from where one word alone is sure
_BRIEF = 3  # words up to which each word of a name counts
_VAGUE = 0.5  # the likeness of a word that means a finding only under a question


_BASES = ("degC", "m", "min", "days", "cm", "years", "kg", "mmHg")
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")


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


@dataclass(frozen=True)
class Matcher:
    """Finds what columns are, given what is known of the whole file."""

    vocabulary: Vocabulary
    missing: Sequence[str]
    """The codes that stand for no value."""
    common: Common

    def matches(self, columns: Sequence[Column], taken: Collection[str]) -> list[Match]:
        """The best match of each column with a finding that is not taken, in their order.

        The likeliest match takes its finding, so that the next column looks for another.
        """
        scores = {column.name: scores_of(column, self.vocabulary) for column in columns}
        done: dict[str, Match] = {}
        gone = set(taken)
        best = {c.name: self.best(c, scores[c.name], gone) for c in columns}
        while match := max(filter(None, best.values()), key=_likelihood, default=None):
            done[match.column.name] = match
            del best[match.column.name]
            if match.sure:
                gone.add(match.finding.id)
                for name, other in best.items():
                    if other is not None and other.finding == match.finding:
                        best[name] = self.best(other.column, scores[name], gone)
        return [done[column.name] for column in columns if column.name in done]

    def best(
        self, column: Column, scores: Mapping[str, float], taken: Collection[str]
    ) -> Match | None:
        """The best match of one column; None where it resembles nothing that is not taken."""
        ranked = sorted(scores.keys() - taken, key=lambda one: (-scores[one], one))
        fits = [
            one
            for one in ranked
            if scores[one] >= NEAR and _fits(self.vocabulary.finding(one), column)
        ]
        return self._match(column, scores, fits) if fits else None

    def _match(
        self, column: Column, scores: Mapping[str, float], fits: Sequence[str]
    ) -> Match | None:
        finding = self.vocabulary.finding(fits[0])
        lead = scores[fits[0]] - max((scores[one] for one in fits[1:]), default=0.0)
        words = words_for(finding, column, column.field.choices, self.missing)
        unit = _unit(finding, column, self.common)
        reader = ColumnReader(finding, as_words(_known(words)), unit, self.common)
        score, others = scores[fits[0]], fits[1:2]
        doubt = _doubt(column, finding.id, score, lead, others, self.vocabulary)
        doubt = doubt or _unread(reader, column)
        empty = set(words.values()) <= {FILL_IN, "unknown", "not asked"}
        if doubt and words and empty and finding.kind != "number":
            return None  # neither its name nor any of its words is like the finding's
        return Match(column, finding, score, lead, words, unit, doubt)


def _likelihood(match: Match) -> tuple[bool, float, float]:
    return match.sure, match.score, match.lead


def _known(words: Mapping[str, str]) -> dict[str, str]:
    return {theirs: "unknown" if ours == FILL_IN else ours for theirs, ours in words.items()}


def scores_of(column: Column, vocabulary: Vocabulary) -> dict[str, float]:
    """How much each finding resembles a column, 0 to 1."""
    field = column.field
    named = [words_of(text) for text in _bare_forms(column.name)]
    trust = _BESIDE_A_LABEL if field.label else 1.0
    labels = [words_of(text) for text in _bare_forms(field.label)]
    asked = f"{field.section} {field.label}" if field.choice else field.section
    group = family(asked) if asked.strip() else ""
    if field.choice:
        labels = [words_of(field.choice), words_of(f"{field.label} {field.choice}")]
        named = [] if field.label or "___" in column.name else named
    scores = {}
    for finding, wanted in phrases(vocabulary).items():
        known = _in_context(finding, wanted, group)
        by_name = max((likeness(words, known, vocabulary) for words in named), default=0.0)
        by_label = max((likeness(words, known, vocabulary) for words in labels), default=0.0)
        score = max(trust * by_name, by_label)
        if group and finding.startswith(group):
            score = min(1.0, score + CLEAR)
        elif group or _vague(finding, named, vocabulary):
            score = min(score, _VAGUE)
        scores[finding] = score
    like = None if field.choice else spelled_like(column.name, vocabulary)
    if like is not None and max(scores.values()) < NEAR:
        scores[like] = NEAR
    if column.key in scores:
        scores[column.key] = 2.0
    return scores


def _in_context(finding: str, wanted: Iterable[Words], group: str) -> tuple[Words, ...]:
    """The phrases of a finding; under a question about others, none of a single word."""
    if not group or finding.startswith(group):
        return tuple(wanted)
    return tuple(words for words in wanted if len(words) > 1)


def _vague(finding: str, named: Sequence[Words], vocabulary: Vocabulary) -> bool:
    """Whether a name is one word of both what eases and what worsens, as `standing` is."""
    if not finding.startswith(("relief_", "worse_")):
        return False
    return any(len(words) == 1 and words <= _either_way(vocabulary) for words in named)


@cache
def _either_way(vocabulary: Vocabulary) -> Words:
    """The words that stand in phrases both of what eases and of what worsens."""

    def words(family: str) -> Words:
        sets = [p for one, p in phrases(vocabulary).items() if one.startswith(family)]
        return frozenset(word for wanted in sets for phrase in wanted for word in phrase)

    return words("relief_") & words("worse_")


def _bare_forms(name: str) -> tuple[str, ...]:
    """A name, and what is left of it without a unit or what stands in brackets."""
    forms = (name, without_unit(plain(name).split()), _BRACKETS.sub(" ", name))
    return tuple(dict.fromkeys(form for form in forms if form.strip()))


def without_unit(words: Sequence[str], bases: Sequence[str] = _BASES) -> str:
    """Words as one text, without a unit at its end."""
    if len(words) > 1 and any(unit_named(words[-1], base) for base in bases):
        words = words[:-1]
    return " ".join(words)


def _fits(finding: Finding, column: Column) -> bool:
    """Whether the values are of the kind that the finding has."""
    if not column.counts:
        return True
    if finding.kind == "number":
        return column.median is not None or _amounts(column)
    known = {*lexicon()["missing"], *SHORT_MISSING}
    codes = all(f"{n:g}" in known or 0 <= n < _CODES for n in set(column.numbers))
    return len(column.counts) <= _WORDS and codes and not is_dated(column)


def _amounts(column: Column) -> bool:
    digits = sum(n for text, n in column.counts.items() if any(c.isdigit() for c in text))
    return digits >= 0.5 * column.told


def unit_said(column: Column, base: str) -> str | None:
    """The unit for what is computed in `base` that the name or the label ends in."""
    texts = (column.name, column.field.label)
    words = (word for text in texts for word in reversed(plain(text).split()[-3:]))
    return next(filter(None, (unit_named(word, base) for word in words)), None)


def _unit(finding: Finding, column: Column, common: Common) -> str:
    """The unit that the name, the label or the values say; nothing for the finding's own."""
    if finding.kind != "number" or not finding.unit:
        return ""
    if (named := unit_said(column, finding.unit)) is not None:
        return "" if named == finding.unit else named
    for unit in ("", *units_of(finding.unit)[1:]):
        if not _unread(ColumnReader(finding, {}, unit, common), column):
            return unit
    return ""


def _doubt(
    column: Column, finding: str, score: float, lead: float, others: Sequence[str],
    vocabulary: Vocabulary,
) -> str:  # fmt: skip
    also = f"; it may also be {others[0]}" if others and lead < CLEAR else ""
    enough = SURE if len(words_of(column.field.label or column.name)) > 1 else _ALONE
    if score < enough or lead < min(CLEAR, 1.05 - score):
        return f"its name is only like that of the finding{also}"
    strange = _strange(column, finding, vocabulary)
    if strange and score < 2:
        return f"is it still the finding with {' and '.join(sorted(strange))}?"
    if score < 2 and (turned := _turned(column, finding, vocabulary)):
        return f"is it still the finding with{turned}?"
    unit = vocabulary.finding(finding).unit
    said = " ".join(_BRACKETS.findall(column.name))
    if score < 2 and unit and said and plain(unit) not in plain(said):
        return "" if unit_said(column, unit) else f"are they {unit}?"
    return ""


def _turned(column: Column, finding: str, vocabulary: Vocabulary) -> str:
    field = column.field
    text = field.choice or field.label or _BRACKETS.sub(" ", column.name)
    around = f"{field.section} {field.label}" if field.choice else ""
    found = is_turned(text, around, phrases(vocabulary)[finding], vocabulary)
    return found if not found or found.startswith("out ") else f" {found}"


def _strange(column: Column, finding: str, vocabulary: Vocabulary) -> Words:
    """The words of a short name that neither a finding's phrases have nor those of many."""
    field = column.field
    texts = _bare_forms(field.choice) or _bare_forms(field.label) or _bare_forms(column.name)
    found = [words_of(text) for text in texts]
    if any(len(words) > _BRIEF for words in found):
        return frozenset()
    own = frozenset().union(*phrases(vocabulary)[finding], common_words(vocabulary))
    return min((words - own for words in found), key=len)


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
