"""Findings that follow from several columns, and columns that hold several findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data_gen.vocabulary import Vocabulary
from serve.mapping.dates import ORDERS, DateProblem, Order, read_date
from serve.mapping.units import factor
from serve.suggestion.matching import NEAR, SURE, family, scores_of, unit_said, without_unit
from serve.suggestion.phrases import is_turned, lexicon, likeness, phrases, plain, turning, words_of
from serve.suggestion.profile import Column, is_dated
from serve.suggestion.redcap import Field
from serve.suggestion.values import FILL_IN, meant, yes_no_words

_LEFT = frozenset({"left", "l", "lt", "links", "li", "linkes", "linke", "linker"})
_RIGHT = frozenset({"right", "r", "rt", "rechts", "re", "rechtes", "rechte", "rechter"})
_SPLIT = re.compile(r"[;,|/+\n]")
_ITEMS = 30  # distinct items beyond which a column holds text, and no list
_LISTED = 0.05  # of the cells of a list that have more than one item
_BODY = (15.0, 45.0)  # the body mass index that half of any group of people is within
_UNITS = {"weight": ("kg", "lb"), "height": ("cm", "in", "m", "ft")}


@dataclass(frozen=True)
class Computed:
    """A finding that follows from columns, as the mapping says it; with a doubt where not sure."""

    finding: str
    form: Mapping[str, Any]
    columns: tuple[Column, ...]
    why: str
    doubt: str = ""


@dataclass(frozen=True)
class Listed:
    """A column whose cells are lists, with the finding of each item."""

    column: Column
    form: Mapping[str, Any]
    why: str


def date_order(columns: Sequence[Column]) -> Order | None:
    """The one order in which every date of digits can be read; None where no date needs one."""
    texts = [text for column in columns for text in column.counts if is_dated(column)]
    unsure = [text for text in texts if isinstance(read_date(text, None), DateProblem)]
    able = [o for o in ORDERS if not any(isinstance(read_date(t, o), DateProblem) for t in unsure)]
    if not unsure:
        return None
    if any("." in text for text in unsure) and "dmy" in able:
        return "dmy"
    sure = [o for o in able if not any(isinstance(read_date(t, o), DateProblem) for t in texts)]
    return sure[0] if len(sure) == 1 else None


def like(column: Column, what: str, vocabulary: Vocabulary) -> float:
    """How much a column resembles one that findings are computed from, 0 to 1."""
    wanted = [words_of(phrase) for phrase in lexicon()["inputs"][what]]
    texts = [text for text in (column.name, column.field.label) if text]
    bare = [_bare(text) for text in texts]
    return max(likeness(words_of(text), wanted, vocabulary) for text in (*texts, *bare))


def _bare(text: str) -> str:
    """A name without the unit and the leg that stand in it."""
    words = [word for word in plain(text).split() if word not in _LEFT | _RIGHT]
    return without_unit(words, ("cm", "kg", "mmHg"))


def computed(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Computed]:
    """Every finding that columns of a file give together."""
    yield from _times(columns, vocabulary)
    yield from _bmi(columns, vocabulary)
    yield from _abi(columns, vocabulary)
    yield from _smoking(columns, vocabulary)
    yield from _pairs(columns, vocabulary)


def _most_like(columns: Sequence[Column], what: str, vocabulary: Vocabulary) -> Column | None:
    scored = [(like(column, what, vocabulary), column) for column in columns]
    best = max(scored, key=lambda one: one[0], default=(0.0, None))
    return best[1] if best[0] >= SURE else None


def _times(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Computed]:
    dated = [column for column in columns if is_dated(column)]
    years = [c for c in columns if c.median is not None and 1880 < c.median < 2100]
    until = _most_like(dated, "visit", vocabulary)
    for what, finding in (("birth", "age_years"), ("begun", "duration_days")):
        since = _most_like(dated if what == "begun" else [*dated, *years], what, vocabulary)
        if since is None or since is until:
            continue
        form = {"since": since.name, "until": until.name if until else FILL_IN}
        doubt = "" if until else "the reference date is not clear: name its column, or a day"
        both = (since, until) if until else (since,)
        yield Computed(finding, form, both, "the time from one date to the other", doubt)


def _bmi(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Computed]:
    numbered = [c for c in columns if c.filled and any(ch.isdigit() for ch in next(iter(c.counts)))]
    weight, height = (_most_like(numbered, what, vocabulary) for what in ("weight", "height"))
    if weight is None or height is None or weight is height:
        return
    every = [(w, h) for w in _units(weight, "weight") for h in _units(height, "height")]
    able = [pair for pair in every if _plausible(weight, height, pair)] or every
    form = {
        "weight": {"column": weight.name, "unit": able[0][0]},
        "height": {"column": height.name, "unit": able[0][1]},
    }
    doubt = "" if len(able) == 1 else f"the units may also be {' and '.join(able[1])}"
    yield Computed("bmi", form, (weight, height), "weight and height; units by their values", doubt)


def _units(column: Column, what: str) -> tuple[str, ...]:
    base = _UNITS[what][0]
    if (named := unit_said(column, base)) is not None:
        return (named,)
    return _UNITS[what] if column.median is not None else (base,)  # beside each number


def _plausible(weight: Column, height: Column, units: tuple[str, str]) -> bool:
    if weight.median is None or not height.median:
        return True
    kilos = weight.median * factor("kg", units[0])[0]
    metres = height.median * factor("cm", units[1])[0] / 100
    return _BODY[0] <= kilos / metres**2 <= _BODY[1] and 1.4 < metres < 2.1


def _abi(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Computed]:
    numbered = [column for column in columns if column.median is not None]
    ankles = [c for c in numbered if like(c, "ankle", vocabulary) >= SURE]
    arms = [c for c in numbered if like(c, "arm", vocabulary) >= SURE and c not in ankles]
    if ankles and arms:
        form = {"ankle": [c.name for c in ankles], "arm": [c.name for c in arms]}
        yield Computed("abi", form, (*ankles, *arms), "pressures at ankle and arm")


def _smoking(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Computed]:
    packs = _most_like([c for c in columns if c.median is not None], "packs", vocabulary)
    if packs is not None:
        yield Computed("smoking", {"pack_years": packs.name}, (packs,), "pack-years")


def _leg(text: str) -> tuple[str, str] | None:
    """Which leg a name speaks of, and the rest of it."""
    words = plain(text).split()
    for leg, said in (("left", _LEFT), ("right", _RIGHT)):
        if any(word in said for word in words):
            return leg, " ".join(word for word in words if word not in said)
    return None


def _pairs(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Computed]:
    """Columns of which one is of the left leg and one of the right."""
    legs: dict[str, dict[str, Column]] = {}
    for column in columns:
        text = column.field.choice or column.name
        if (found := _leg(text)) is not None:
            rest = f"{column.field.group} {found[1]}" if column.field.choice else found[1]
            legs.setdefault(rest, {}).setdefault(found[0], column)
    for rest, pair in legs.items():
        if len(pair) == 2 and rest.strip():
            yield from _pair(rest, pair["left"], pair["right"], vocabulary)


def _pair(rest: str, left: Column, right: Column, vocabulary: Vocabulary) -> Iterator[Computed]:
    both, names = (left, right), [left.name, right.name]
    if like(left, "calf", vocabulary) >= SURE and left.median is not None:
        difference = {"difference": names}
        yield Computed("calf_difference_cm", difference, both, "the calves of both legs")
        return
    bare = replace(left, name=rest, field=replace(left.field, choice=""))
    scores = scores_of(bare, vocabulary)
    best = max(scores, key=lambda one: scores[one])
    if like(bare, "leg", vocabulary) >= max(SURE, scores[best]) or best == "side":
        yield Computed("side", {"left": _flag(left), "right": _flag(right)}, both,
                       "the left leg and the right")  # fmt: skip
    elif scores[best] >= SURE and not is_turned(rest, "", phrases(vocabulary)[best], vocabulary):
        finding = vocabulary.finding(best)
        forms: Mapping[str, Mapping[str, Any]] = {
            "yes_no": {"any": [_flag(left), _flag(right)]},
            "number": {"lowest": names},
            "choice": {"left": _flag(left), "right": _flag(right)},
        }
        if finding.kind != "choice" or best == "swelling":
            yield Computed(best, forms[finding.kind], both, "the left leg and the right")


def _flag(column: Column) -> Any:
    """A column of yes and no, with its words where they are not the vocabulary's own."""
    words = yes_no_words(column)
    return {"column": column.name, "words": words} if words else column.name


def listed(columns: Sequence[Column], vocabulary: Vocabulary) -> Iterator[Listed]:
    """Columns whose cells are lists of things that are findings."""
    for column in columns:
        several = sum(n for text, n in column.counts.items() if _SPLIT.search(text))
        items = {
            item.strip(): None
            for text in column.counts
            for item in _SPLIT.split(text)
            if item.strip()
        }
        fever = vocabulary.finding("fever")
        words = not any(
            any(c.isdigit() for c in item) or meant(fever, item) == "yes" for item in items
        )
        if not words or len(items) > _ITEMS or several < max(1, _LISTED * column.filled):
            continue
        found = {item: _item(column, item, vocabulary) for item in items}
        if sum(target not in ("ignore", FILL_IN) for target in found.values()) >= len(found) / 2:
            yield Listed(column, {"list": found}, "a list in a cell")


def _item(column: Column, item: str, vocabulary: Vocabulary) -> str:
    """The finding that an item of a list is; `FILL_IN` where it is none for sure."""
    if meant(vocabulary.finding("fever"), item) in ("no", "unknown"):
        return "ignore"
    asked = Field(label=f"{column.name} {column.field.label}", group=column.key, choice=item)
    if not family(asked.label):
        asked = replace(asked, label="")
    if turning(item):
        return FILL_IN
    scores = scores_of(replace(column, name=f"{column.name}___", field=asked), vocabulary)
    scores = {one: s for one, s in scores.items() if vocabulary.finding(one).kind == "yes_no"}
    best = max(scores, key=lambda one: scores[one])
    return best if scores[best] >= max(SURE, NEAR) else FILL_IN
