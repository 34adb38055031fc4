"""The hazard log, written from the rules by `python -m serve.overrides.hazard_log.page`.

One section a hazard: what harm, how scoring could cause it, the rules that control it with their
guards and sources, the tests that prove them, and what remains uncontrolled.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from serve.overrides import logic
from serve.overrides.hazard_log.hazards import HAZARDS, Hazard
from serve.overrides.logic import All, AtLeast, Below, Count, Expression, Is, Not, Present
from serve.overrides.rule import LEVELS, Rule
from serve.overrides.rules import RULES

PROOFS = {
    "test_rules.py::test_every_state_agrees": "the rule says what a decision table, written a "
    "second time from the documents and guidelines, says in every state of its inputs",
    "test_rules.py::test_every_condition_alone_decides": "each of its conditions alone decides "
    "between two complete cases (MC/DC)",
    "test_rules.py::test_a_flag_that_turns_up_never_lowers_a_rule": "no finding that turns up "
    "weakens it, but for its guard",
    "test_rules.py::test_a_lowered_emergency_is_urgent_and_no_less": "an emergency that is lowered "
    "is urgent in every state, never less (rules with a lowering)",
}
"""The tests that run for every rule, in `tests/serve/overrides/`, each with the rule's id."""

INTRODUCTION = """\
# Hazard log of the overrides

Written by `python -m serve.overrides.hazard_log.page`; a test compares this page with the rules.

Overrides are rules over the findings of a case. They see no probability, and nothing switches one
off. Each is **fired**, **ruled out**, or **open** (a blank could still make it fire). The triage of
a case is the more urgent of the fired overrides and the model's own estimate.

- Levels: `emergency` (now), `urgent` (the same day), `routine` (see a doctor), `self_care`.
- A **guard** holds a rule back where it is known to hold; unknown it holds nothing back. A rule
  that is held back still leaves the `routine` reasons to fire. A guard for **old** complaints gives
  way to a change on record: what is acute on top of what is old is not hidden.
- No emergency has a guard. One with a **lowering** is spoken for by an urgent rule where recorded
  normal signs, or weeks without change, make it less likely: `urgent` at most, never by a blank.
- Every action has a time frame. Between `urgent` (the same day) and an appointment some time the
  frame says which: today or within two days; within two weeks or some weeks.
- A **source** is a statement of `data_gen/knowledge/documents.yaml` (`000-...` to `004-...`), a row
  of `data_gen/knowledge/studies.yaml` (its flag says whether the original was read), a guideline by
  name, or a judgement, said to be one.
- This is no medical device. The rules were written by engineers from published sources; a clinician
  has to approve them before anybody relies on them. {approved}
"""

TABLE_PROOFS = """
For the table as a whole: findings that rules share are enumerated together (`test_joint.py`),
thresholds are tried at, just under and just over (`test_thresholds.py`), one case and a matrix of
cases agree with the definition (`test_compiled.py`, `test_matrix.py`), notes of dangers and of
their look-alikes come out as they should (`test_stories.py`), every flag of the documents is
called wherever it is recorded (`test_documents.py`), and no change of a rule goes unnoticed
(`make mutants`, whose last result is `benchmarks/mutants.txt`).
"""

REMAINS = """\
## What remains for every hazard

- **What nobody recorded.** A blank is never read as absent, but it fires nothing either. A case
  names what is worth asking (`open_red_flags`), and leaves the rest open without saying so.
- **What a note gets wrong.** A "no" that should be "yes" rules a flag out.
- **Frequency.** The rules prefer calling too early to calling too late. What they call, what they
  miss and why, on published cases and on millions of sampled patients, is measured by
  `benchmarks/overrides.py`; the last result is `benchmarks/overrides.md`.
- **Other complaints.** A case is taken to be about pain or another complaint of the leg.
"""


def log() -> Iterator[str]:
    """The lines of the page."""
    yield INTRODUCTION.format(approved=_approved())
    yield from _summary()
    for hazard in HAZARDS:
        yield from _section(hazard)
    yield from _guards()
    yield from _proofs()
    yield REMAINS


def _summary() -> Iterator[str]:
    count = Counter(rule.level for rule in RULES)
    levels = ", ".join(f"{count[level]} {level}" for level in LEVELS if count[level])
    yield f"{len(RULES)} rules ({levels}) against {len(HAZARDS)} hazards.\n"
    yield "| hazard | harm | rules |"
    yield "|---|---|---|"
    for hazard in HAZARDS:
        ids = " ".join(rule.id for rule in _rules(hazard))
        yield f"| [{hazard.id}](#{hazard.id}) | {hazard.harm} | {ids} |"
    yield ""


def _approved() -> str:
    signed = sum(bool(rule.approved_by and rule.approved_on) for rule in RULES)
    if not signed:
        return "Today nobody has approved any of them."
    return f"{signed} of {len(RULES)} are approved."


def _rules(hazard: Hazard) -> list[Rule]:
    return [rule for rule in RULES if rule.hazard == hazard.id]


def _section(hazard: Hazard) -> Iterator[str]:
    yield f"## {hazard.id}\n"
    yield f"**Harm.** {hazard.harm}\n"
    yield f"**Cause.** {hazard.cause}\n"
    for rule in _rules(hazard):
        yield from _rule(rule)
    yield f"**Remains uncontrolled.** {hazard.remains}\n"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id} ({rule.level})\n"
    yield f"- Says: {rule.reason}."
    yield f"- Fires on: {phrase(rule.when)}"
    yield from _held_back(rule)
    yield f"- What to do: {rule.what_to_do}"
    yield f"- Sources: {'; '.join(rule.sources)}"
    yield f"- Asked about: {_asked(rule)}"
    yield f"- Approved: {_signed(rule)}"
    yield f"- Tests: [these](#tests), each with `[{rule.id}]`\n"


def _held_back(rule: Rule) -> Iterator[str]:
    """What holds a rule back, or which emergency it speaks instead of."""
    word = "Lowered by" if rule.lowering else "Guard"
    if rule.instead:
        yield f"- Speaks instead of {rule.instead}, where that is lowered"
        return
    yield f"- {word}: {phrase(rule.unless) if rule.unless else 'none'}"
    if rule.old is not None:
        yield f"- {word} as old: {phrase(rule.old)}, unless {phrase(rule.changed)}"


def _signed(rule: Rule) -> str:
    if not rule.approved_by:
        return "by nobody yet"
    return f"by {rule.approved_by} on {rule.approved_on}"


def _asked(rule: Rule) -> str:
    if rule.level == "routine":
        return "never; it is no warning sign"
    if rule.instead:
        return f"never; {rule.instead} is"
    if rule.ask_if is not None and rule.ask_after:
        return f"where {phrase(rule.ask_if)}, or after a rule of {rule.ask_after}"
    if rule.ask_if is not None:
        return f"where {phrase(rule.ask_if)}"
    if rule.ask_after:
        return (
            f"where an alarming finding it looks at is present, or after a rule of {rule.ask_after}"
        )
    return "where an alarming finding it looks at is present, or two findings with a hint"


def _guards() -> Iterator[str]:
    guarded = [rule for rule in RULES if rule.guards and not rule.lowering and not rule.instead]
    lowered = [rule for rule in RULES if rule.lowering]
    yield "## Guards\n"
    yield f"{len(guarded)} of {len(RULES)} rules have one.\n"
    yield "| rule | level | held back by | as old |"
    yield "|---|---|---|---|"
    for rule in guarded:
        yield f"| {rule.id} | {rule.level} | {_guard(rule.unless)} | {_guard(rule.old)} |"
    yield "\n## Lowerings\n"
    yield f"{len(lowered)} of {sum(rule.rank == 0 for rule in RULES)} emergencies have one.\n"
    yield "| emergency | lowered to urgent by | as old | spoken for by |"
    yield "|---|---|---|---|"
    for rule in lowered:
        instead = rule.lowering.id if rule.lowering else ""
        yield f"| {rule.id} | {_guard(rule.unless)} | {_guard(rule.old)} | {instead} |"
    yield ""


def _guard(guard: Expression | None) -> str:
    return phrase(guard) if guard is not None else ""


def phrase(expression: Expression) -> str:
    """An expression in words, with the ids of findings in backticks."""
    match expression:
        case All():
            return " **and** ".join(_within(part, All) for part in expression.parts)
        case logic.Any():
            return " or ".join(_within(part, logic.Any) for part in expression.parts)
        case Count():
            of = ", ".join(_within(part, Count) for part in expression.parts)
            return f"at least {expression.least} of: {of}"
        case Present():
            return f"`{expression.finding}`"
        case Not():
            return f"no {_within(expression.part, Not)}"
        case Is():
            return f"`{expression.finding}` = {expression.word}"
        case AtLeast():
            return f"`{expression.finding}` ≥ {expression.number:g}"
        case Below():
            return f"`{expression.finding}` < {expression.number:g}"
    return f"`{expression.finding}` (or `{expression.measure}` ≥ {expression.least:g})"


def _within(part: Expression, joined: type) -> str:
    """A part in words, in brackets where it is joined in another way than the whole."""
    if isinstance(part, All | logic.Any | Count) and not isinstance(part, joined):
        return f"({phrase(part)})"
    return phrase(part)


def _proofs() -> Iterator[str]:
    yield "## Tests\n"
    yield "For each rule, in `tests/serve/overrides/`, with its id in brackets:\n"
    for test, says in PROOFS.items():
        yield f"- `{test}`: {says}."
    yield TABLE_PROOFS


if __name__ == "__main__":  # pragma: no cover - a test runs it in a process of its own
    sys.stdout.write("\n".join(log()).rstrip("\n") + "\n")
