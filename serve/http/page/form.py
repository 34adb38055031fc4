"""What a page sends back: the answers so far, and where in the questions the person is.

All of it stands in the fields of the form, so that nothing is stored here: a page that was left
open, sent twice or opened in two windows goes on from what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.words import CellProblem, parse_cell
from serve.http.json_cases import LONGEST
from serve.http.refusal import refuse
from serve.mapping.amounts import amount
from serve.mapping.units import units_of

NOT_SURE = "?"
"""The word of a file for what was asked and is not known."""
NONE_OF_THESE = "none_of_these"
_FIELDS = 1000  # of a form: each finding needs two
SIGNS = (
    "chest_pain", "breathlessness_new", "syncope_or_haemoptysis", "saddle_numbness",
    "bladder_bowel_change", "unwell", "fever", "severe_pain", "cool_limb", "weakness", "gangrene",
    "unable_to_bear_weight",
)  # fmt: skip
"""The signs of emergencies that everybody is asked for first; most matter in company."""


@dataclass(frozen=True)
class Form:
    """One person's answers, and the way to them."""

    answers: Mapping[str, str] = field(default_factory=dict)
    """By finding, what a cell of a file would say."""
    trail: tuple[str, ...] = ()
    """The findings asked one at a time, in their order."""
    at: int = 0
    """The place in the trail that is shown."""
    examined: bool = False
    """Whether somebody can examine the leg."""
    tested: bool = False
    """Whether results of tests are at hand."""
    told: bool = False
    """Whether an emergency was shown, so that the person goes on knowing of it."""
    go: str = ""
    """What the person pressed."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """By finding, why what was typed is no answer."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """By finding, what was typed there."""

    @property
    def current(self) -> str | None:
        """The finding that is asked now."""
        return self.trail[self.at] if self.at < len(self.trail) else None

    @property
    def skipped(self) -> tuple[str, ...]:
        """What was asked before and has no answer: it is not asked again."""
        return tuple(name for name in self.trail if name not in self.answers)

    def without(self, *findings: str) -> Form:
        """The form without the answers to some findings."""
        kept = {name: word for name, word in self.answers.items() if name not in findings}
        return replace(self, answers=kept)

    def hidden(self, *shown: str) -> Iterator[tuple[str, str]]:
        """The fields that carry it to the next page, but for the findings that are shown there."""
        yield from ((name, word) for name, word in self.answers.items() if name not in shown)
        yield "trail", " ".join(self.trail)
        yield "at", str(self.at)
        yield from ((name, "yes") for name in ("examined", "tested", "told") if getattr(self, name))


def read_form(body: bytes, vocabulary: Vocabulary) -> Form:
    """The form of a body; what names no finding is left out. Refusal for what no page sends."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeDecodeError):
        remedy = "go back to the first page, and begin again"
        raise refuse(422, "bad_form", "this is not a form of these pages", remedy) from None
    if any(len(text) > LONGEST and name != "trail" for name, text in pairs):
        remedy = f"write at most {LONGEST} characters"
        raise refuse(422, "too_long", "an answer is too long", remedy)
    fields = dict(pairs)
    known = {finding.id: finding for finding in vocabulary.findings}
    typed = {name: text.strip() for name, text in fields.items() if name in known and text.strip()}
    unsure = [name for name in known if fields.get(f"{name}.unsure") == "yes"]
    typed |= dict.fromkeys(unsure, NOT_SURE)
    read = {name: _word(known[name], text, fields) for name, text in typed.items()}
    trail = tuple(dict.fromkeys(name for name in fields.get("trail", "").split() if name in known))
    at = fields.get("at", "")
    return Form(
        answers={name: word for name, word in read.items() if isinstance(word, str)},
        trail=trail,
        at=min(int(at[:4]), len(trail)) if at.isascii() and at.isdigit() else 0,
        **{name: fields.get(name) == "yes" for name in ("examined", "tested", "told")},
        go=fields.get("go", ""),
        problems={n: said.message for n, said in read.items() if isinstance(said, CellProblem)},
        typed=typed,
    )


def read_ticks(body: bytes, form: Form, listed: Sequence[str]) -> Form:
    """The form with a list of boxes read: a box that was left empty is a no beside a tick.

    Where nothing is ticked, not even "none of these", none of them was answered.
    """
    none = NONE_OF_THESE in dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
    ticked = {name for name in listed if form.answers.get(name) == "yes"}
    if not ticked and not none:
        return form.without(*listed)
    said = {name: "yes" if name in ticked else "no" for name in listed}
    return replace(form, answers={**form.answers, **said})


def _word(finding: Finding, text: str, fields: Mapping[str, str]) -> str | CellProblem:
    """What a cell would say: the text itself where it is an answer, a number in the right unit."""
    if finding.kind == "number" and text != NOT_SURE:
        text = _number(finding, text, fields.get(f"{finding.id}.unit", ""))
    read = parse_cell(finding, text)
    return read if isinstance(read, CellProblem) else text


def _number(finding: Finding, text: str, unit: str) -> str:
    """A number as a file has it, where the text surely says one: `2` in `weeks` is 14 days."""
    own = unit if unit in units_of(finding.unit) else finding.unit
    own = own if own in units_of(finding.unit) else ""
    found = amount(text, finding.unit if own else "", own, of=finding.high)
    return text if found is None else f"{found.value:.6g}"
