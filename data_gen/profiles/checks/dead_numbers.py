"""Numbers that change nothing: wherever they could count, another entry is read in their place."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.located import Located, located_numbers, problem_of
from data_gen.profiles.problem import Checked
from data_gen.profiles.schema import BackgroundEntry, Entry, Setting

_READ = {
    "yes_no": {"p"},
    "choice": {"of"},
    "number": {"low", "median", "high", "applies", "stiff"},
    "fever": {"fever", "applies"},
}
"""The fields of a profile's entry that count, by its form; one with `fever` has its own form."""
_OF_BACKGROUND = {
    "yes_no": {"p", "female", "trait", "odds"},
    "choice": {"of", "trait", "with_"},
    "number": {
        *("low", "median", "high", "scale", "applies", "trait", "with_", "given", "where"),
        *("edges", "least", "step", "whole_from"),
    },
}
"""The same of the background's entries, by the kind of the finding."""
_GROUND = {"basis", "cite", "word", "why"}
_TAKE_OUT = "take it out"
Dead = Iterator[tuple[str, str]]
"""Values and remedies of what is dead in an entry."""


def dead_check(knowledge: Knowledge) -> Checked:
    """The check that every number of the knowledge can change something."""
    numbers = list(located_numbers(knowledge))
    problems = [
        problem_of(knowledge, number, value, remedy)
        for number in numbers
        for value, remedy in _dead(knowledge, number)
    ]
    return Checked(
        "every number can change something", len(numbers), tuple(problems), whole_files=True
    )


def _dead(knowledge: Knowledge, number: Located) -> Dead:
    if _overridden(knowledge, number):
        value = "changes nothing: every presentation states its own"
        yield value, f"{_TAKE_OUT}, or take out those of the presentations that it should hold in"
    elif isinstance(number.based, Entry):
        form = "fever" if number.based.fever is not None else number.based.form
        yield from _unread(number.based, _READ.get(form, _given(number.based)))
    elif isinstance(number.based, BackgroundEntry):
        yield from _of_background(knowledge, number.finding, number.based)
    elif isinstance(number.based, Setting):
        yield from _of_setting(knowledge, number.based)


def _overridden(knowledge: Knowledge, number: Located) -> bool:
    """Whether it is a condition's number that each of its presentations replaces."""
    if number.condition is None or number.path[0] == "presentations":
        return False
    presentations = knowledge.profiles[number.condition].presentations.values()
    return all(_holds(presentation, *map(str, number.path)) for presentation in presentations)


def _holds(holder: BaseModel, field: str, key: str | None = None) -> bool:
    held = getattr(holder, field)
    return held is not None if key is None else key in held


def _given(entry: BaseModel) -> set[str]:
    return entry.model_fields_set - _GROUND


def _unread(entry: BaseModel, read: set[str]) -> Dead:
    for field in sorted(_given(entry) - read):
        told = field.removesuffix("_")
        yield f"its {told} changes nothing: an entry of this form does not read it", _TAKE_OUT


def _of_background(knowledge: Knowledge, finding_id: str, entry: BackgroundEntry) -> Dead:
    finding = knowledge.vocabulary._by_id.get(finding_id)
    if finding is None:
        return  # reported as computed or unknown
    yield from _unread(entry, _OF_BACKGROUND[finding.kind])
    group = _group(knowledge, finding_id)
    painless = finding_id in knowledge.background.painless_excludes
    traits = {e.trait for name in group if (e := knowledge.background.findings.get(name))} - {None}
    for field in ("odds", "with_"):
        if field in entry.model_fields_set and (painless or not traits):
            why = "it needs pain, which comes before any trait" if painless else "there is no trait"
            yield f"its {field.removesuffix('_')} changes nothing: {why}", _TAKE_OUT
    if entry.where and entry.given not in group:
        yield "its where changes nothing: `given` names no finding of its group", "mend `given`"
    elif entry.where and entry.given is not None:
        values = knowledge.vocabulary.finding(entry.given).values
        for value in sorted(set(entry.where) - set(values)):
            remedy = f"use {', '.join(values)}"
            yield f"its where.{value} changes nothing: no value of {entry.given}", remedy


def _group(knowledge: Knowledge, finding: str) -> set[str]:
    """The findings that are drawn jointly with one, itself among them."""
    groups = (set(group.members) for group in knowledge.background.groups)
    return next((members for members in groups if finding in members), {finding})


def _of_setting(knowledge: Knowledge, setting: Setting) -> Dead:
    """Rates for what is no finding, or for a kind whose findings all have rates of their own."""
    findings = knowledge.vocabulary.findings
    for name in sorted(set(setting.findings) - {finding.id for finding in findings}):
        yield f"its findings.{name} changes nothing: no such finding", "mend the id"
    used = {finding.asked for finding in findings if finding.id not in setting.findings}
    for kind in sorted(set(setting.recorded) - used):
        yield f"its recorded.{kind} changes nothing: no finding is recorded at it", _TAKE_OUT
