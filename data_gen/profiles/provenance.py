"""What the numbers rest on: which statements nothing cites, and the ground of a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_gen.profiles.background_rates import mean_rate
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.located import Located, located_in, located_numbers
from data_gen.profiles.schema import Entry, Percentiles

STUDY, MEASURED, WORD, DIRECTION = "study", "measured", "word", "direction"
STATED = "stated"
GROUNDS = (STUDY, MEASURED, WORD, DIRECTION, STATED)
"""A study's number; a study's measurement of just this, cited for a judgement; a document's
frequency word; a document's statement of the direction, which the number follows; such a statement
in a guideline, a set of criteria or a paper that was read."""
_MEASURES = (
    "hazard_ratio",
    "likelihood_ratio_negative",
    "likelihood_ratio_positive",
    "mean",
    "odds_ratio",
    "probability",
    "relative_risk",
    "sensitivity",
    "specificity",
)
BASES = ("study", "document", "guideline", "judgement")


def cited_ids(knowledge: Knowledge) -> set[str]:
    """The statements and study rows that an entry or a condition cites."""
    conditions = knowledge.vocabulary.conditions
    advice = (line for c in conditions for line in (*c.caution, *c.safety_net))
    return _encoded_ids(knowledge) | {cite for line in advice for cite in line.cite}


def _encoded_ids(knowledge: Knowledge) -> set[str]:
    """The same without what is only told as advice."""
    cited = {cite for number in located_numbers(knowledge) for cite in number.based.cite}
    return cited | {
        cite for condition in knowledge.vocabulary.conditions for cite in condition.cite
    }


def uncited(knowledge: Knowledge) -> tuple[str, ...]:
    """Statements that no entry and no condition cites, and that do not say why.

    Red flags are for the safety overrides to cite, which this package does not know: see
    `for_overrides`.
    """
    left = _open(knowledge, cited_ids(knowledge))
    return tuple(i for i in left if knowledge.statements[i].get("kind") != "red_flag")


def for_overrides(knowledge: Knowledge) -> tuple[str, ...]:
    """Red flags that only a safety override can act on. A test holds that one does.

    Advice to come back with a red flag acts on nothing by itself.
    """
    left = _open(knowledge, _encoded_ids(knowledge))
    return tuple(i for i in left if knowledge.statements[i].get("kind") == "red_flag")


def not_encoded(knowledge: Knowledge) -> tuple[str, ...]:
    """Statements that say why nothing can use them."""
    return tuple(i for i, row in knowledge.statements.items() if row.get("not_encoded"))


def _open(knowledge: Knowledge, cited: set[str]) -> list[str]:
    done = cited | set(not_encoded(knowledge))
    return [statement for statement in knowledge.statements if statement not in done]


def grounds(knowledge: Knowledge, condition: str, finding: str) -> frozenset[str]:
    """What the numbers of a finding in a condition rest on, beside bare judgement: of GROUNDS."""
    names = _names(knowledge, finding)
    found: set[str] = set()
    for number in located_in(knowledge, condition):
        if number.finding != finding:
            continue
        found |= {STUDY} if number.based.basis == "study" else set()
        found |= {WORD} if number.based.basis == "document" else set()
        more = _more_than_background(knowledge, number)
        for cited in number.based.cite:
            statement, study = knowledge.statements.get(cited), knowledge.studies.get(cited)
            if statement is not None and _agrees(statement, names, more):
                found.add(DIRECTION)
            if study is not None and _measures(study, names, condition):
                found.add(MEASURED)
            if study is not None and _states(study, condition) and _agrees(study, names, more):
                found.add(STATED)
    return frozenset(found)


def bases(knowledge: Knowledge, condition: str, finding: str) -> tuple[str, ...]:
    """The bases of a finding's numbers in a condition, best first; empty: all from background."""
    found = {n.based.basis for n in located_in(knowledge, condition) if n.finding == finding}
    return tuple(basis for basis in BASES if basis in found)


def _agrees(row: Mapping[str, Any], names: set[str], more: bool | None) -> bool:
    """Whether a row speaks of the finding, in the direction that the number takes.

    The direction of a choice without an order stands in the words of the row.
    """
    if not names & set(row.get("findings") or ()):
        return False
    return more is None or row.get("direction") == ("raises" if more else "lowers")


def _measures(row: Mapping[str, Any], names: set[str], condition: str) -> bool:
    """Whether somebody read, in the study itself, a measurement of this finding alone."""
    alone = len(row.get("findings") or ()) == 1 and set(row["findings"]) <= names
    return alone and _read(row, condition) and row["kind"] in _MEASURES


def _states(row: Mapping[str, Any], condition: str) -> bool:
    """Whether somebody read, in the source itself, which way its findings speak."""
    return _read(row, condition) and (row["kind"] == "definition" or bool(row.get("direction")))


def _read(row: Mapping[str, Any], condition: str) -> bool:
    about = row.get("condition")
    return row["flag"] == "seen" and condition in (
        [about] if isinstance(about, str) else about or ()
    )


def _names(knowledge: Knowledge, finding: str) -> set[str]:
    """A finding with those computed from it, or reporting the same fact in another unit."""
    relations = knowledge.vocabulary.relations
    derived = {rule.finding for rule in relations.derived if rule.from_ == finding}
    return {finding} | derived | {p.second for p in relations.alternatives if p.first == finding}


def _more_than_background(knowledge: Knowledge, number: Located) -> bool | None:
    """Whether an entry says "more often" (a higher number) than the background, or less.

    None for a choice without an order and for what the background does not speak of. A choice with
    `none` is more where there is any; numbers are compared by their medians.
    """
    stated, background = number.based, knowledge.background
    if isinstance(stated, Percentiles):
        return stated.median > background.age.median
    entry = background.findings.get(number.finding)
    if entry is None or not isinstance(stated, Entry):
        return None
    if stated.p is not None and entry.p is not None:
        return stated.p > mean_rate(background, entry)
    middle = entry.in_band(entry.bands // 2)
    if stated.of is not None and middle.of is not None and "none" in middle.of:
        return stated.of.get("none", 0.0) < middle.of["none"]
    if stated.median is not None and middle.median is not None:
        return stated.median > middle.median
    return True if stated.fever is not None else None
