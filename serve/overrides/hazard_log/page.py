"""The hazard log, written from the rules by `python -m serve.overrides.hazard_log.page`.

One section a hazard: what harm, how scoring could cause it, the rules that control it with their
guards and sources, the tests that prove them, and what remains uncontrolled.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from serve.overrides.hazard_log.hazards import HAZARDS, Hazard
from serve.overrides.hazard_log.phrase import phrase
from serve.overrides.rule import LEVELS, Rule
from serve.overrides.rules import RULES

PROOFS = {
    "test_rules.py::test_every_state_agrees": "the rule says what a decision table, written a "
    "second time from the documents and guidelines, says in every state of its inputs",
    "test_rules.py::test_every_condition_alone_decides": "each of its conditions alone decides "
    "between two complete cases (MC/DC)",
    "test_rules.py::test_a_flag_that_turns_up_never_lowers_a_rule": "no finding that turns up "
    "weakens it, but for its guard",
}
"""The tests that run for every rule, in `tests/serve/overrides/`, each with the rule's id."""

INTRODUCTION = """\
# Hazard log of the overrides

Written by `python -m serve.overrides.hazard_log.page`; a test compares this page with the rules.

Overrides are rules over the findings of a case. They see no probability, and nothing switches one
off. Each is **fired**, **ruled out**, or **open** (a blank could still make it fire). The triage of
a case is the more urgent of the fired overrides and the model's own estimate.

- Levels: `emergency` (now), `urgent` (the same day), `routine` (see a doctor), `self_care`.
- A **guard** holds a rule back where it is known to be present; unknown it holds nothing back.
  No emergency has one. A rule that is held back still leaves the `routine` reasons to fire.
- A **source** is a statement of `data_gen/knowledge/documents.yaml` (`000-...` to `004-...`), a row
  of `data_gen/knowledge/studies.yaml` (its flag says whether the original was read), a guideline by
  name, or a judgement, said to be one.
- This is no medical device. The rules were written by engineers from published sources; a clinician
  has to approve them before anybody relies on them.
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
    yield INTRODUCTION
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
    yield f"- Guard: {phrase(rule.unless) if rule.unless else 'none'}"
    yield f"- What to do: {rule.action}"
    yield f"- Sources: {'; '.join(rule.sources)}"
    yield f"- Asked about: {_asked(rule)}"
    yield f"- Tests: [three](#tests), each with `[{rule.id}]`\n"


def _asked(rule: Rule) -> str:
    if rule.level == "routine":
        return "never; it is no warning sign"
    if rule.ask_if is not None:
        return f"where {phrase(rule.ask_if)}"
    if rule.ask_after:
        return (
            f"where an alarming finding it looks at is present, or after a rule of {rule.ask_after}"
        )
    return "where an alarming finding it looks at is present, or two findings with a hint"


def _guards() -> Iterator[str]:
    guards = [(rule, rule.unless) for rule in RULES if rule.unless]
    yield "## Guards\n"
    yield f"{len(guards)} of {len(RULES)} rules have one.\n"
    yield "| rule | level | held back by |"
    yield "|---|---|---|"
    for rule, guard in guards:
        yield f"| {rule.id} | {rule.level} | {phrase(guard)} |"
    yield ""


def _proofs() -> Iterator[str]:
    yield "## Tests\n"
    yield "For each rule, in `tests/serve/overrides/`, with its id in brackets:\n"
    for test, says in PROOFS.items():
        yield f"- `{test}`: {says}."
    yield TABLE_PROOFS


if __name__ == "__main__":  # pragma: no cover - a test runs it in a process of its own
    sys.stdout.write("\n".join(log()).rstrip("\n") + "\n")
