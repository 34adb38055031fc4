"""A number that can change nothing is a mistake, named with its file, line and remedy."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from data_gen.profiles import KNOWLEDGE, Knowledge, KnowledgeError, load_knowledge
from data_gen.profiles.checks.dead_numbers import dead_check

CALF = "conditions/tendinitis.yaml"
SETTING = "(?m)^    recorded:\n"
DEAD = {
    "age": (CALF, "(?m)^findings:\n", "age: {low: 18, median: 44, high: 70, basis: judgement}\n",
            "age", "every presentation"),
    "sex": (CALF, "(?m)^findings:\n", "female: {p: 0.5, basis: judgement}\n",
            "female", "every presentation"),
    "trait": (CALF, "(?m)^findings:\n", "traits:\n  athletic: {p: 0.5, basis: judgement}\n",
              "traits.athletic", "every presentation"),
    "yes or no": (CALF, "(?m)^(?<=findings:\n)", "  limp: {p: 0.26, basis: judgement}\n",
                  "findings.limp", "every presentation"),
    "choice": (CALF, "(?m)^(?<=findings:\n)",
               "  side: {of: {one: 0.8, both: 0.2}, basis: judgement}\n",
               "findings.side", "every presentation"),
    "number": ("conditions/sciatica.yaml", "(?m)^(?<=findings:\n)",
               "  severity: {low: 3, median: 6.5, high: 9.5, basis: judgement}\n",
               "findings.severity", "every presentation"),
    "two forms in one entry": (
        CALF, "(?m)^(?=  night_pain: )", "  abi: {low: 0.9, median: 1.1, high: 1.3, fever: 0.2, "
        "basis: judgement}\n", "findings.abi", "its high"),
    "share of those who have a yes or no": (
        CALF, r"(?m)^(?<=findings:\n)", "  bruit: {p: 0.02, applies: 0.5, basis: judgement}\n",
        "findings.bruit", "its applies"),
    "background: odds without a trait": (
        "background.yaml", r"(?<=  organ_failure: \{)", "odds: 2, ",
        "findings.organ_failure", "its odds"),
    "background: odds of what needs pain": (
        "background.yaml", r"(?<=  night_pain: \{)", "trait: vascular, odds: 2, ",
        "findings.night_pain", "its odds"),
    "background: sex of a choice": (
        "background.yaml", r"(?<=  onset: \{)", "female: 2, ", "findings.onset", "its female"),
    "background: where nothing is given": (
        "background.yaml", r"(?<=  )(calf_difference_cm: .*)given: swelling, ", r"\1",
        "findings.calf_difference_cm", "its where"),
    "background: where of no value": (
        "background.yaml", r"where: \{one:", "where: {left:",
        "findings.calf_difference_cm", "its where.left"),
    "setting: a finding that is none": (
        "settings.yaml", r"(?<=      )saddle_numbness:", "sadle_numbness:",
        "settings.primary_care", "its findings.sadle_numbness"),
    "setting: a kind that is none": (
        "settings.yaml", SETTING, "    recorded:\n      smell: {positive: 0.2, negative: 0.1}\n",
        "settings.self_report", "its recorded.smell"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "find", "put", "entry", "value"), DEAD.values(), ids=DEAD)
def test_a_dead_number_is_named(
    tmp_path: Path, file: str, find: str, put: str, entry: str, value: str
) -> None:
    """The knowledge is refused with the line and entry of a number that nothing reads."""
    folder = Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))
    text = (folder / file).read_text(encoding="utf-8")
    found = re.search(find, text)
    assert found
    if put.endswith("\n") and "{" in put and found.group() == "findings:\n":
        put += "findings:\n"
    edited = re.sub(find, put, text, count=1)
    (folder / file).write_text(edited, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    (told,) = [problem for problem in caught.value.problems if value in problem.message]
    assert (told.file, told.entry) == (file, entry)
    assert entry.split(".")[-1] in edited.splitlines()[told.line - 1]
    assert told.remedy


def test_a_number_that_one_presentation_inherits_is_alive(knowledge: Knowledge) -> None:
    """A condition's number is dead only where each presentation has its own."""
    mixed = knowledge.profiles["tendinitis"]
    presentations = mixed.presentations.values()
    inherited = [n for n in mixed.findings if any(n in p.findings for p in presentations)]
    assert inherited
    assert dead_check(knowledge).problems == ()
