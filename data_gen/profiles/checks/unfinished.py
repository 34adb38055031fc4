"""What is still missing after a finding or a condition was added, beside the knowledge itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from data_gen.profiles.knowledge import KNOWLEDGE, Knowledge
from data_gen.profiles.located import located_in
from data_gen.profiles.problem import KnowledgeProblem, problem_at, problem_in
from data_gen.profiles.schema import ICD10
from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.finding import ASKED, KINDS, Finding

VOCABULARY = KNOWLEDGE.parent / "vocabulary"
CONTRACT = VOCABULARY / "contract.csv"
TODO = "TODO"
"""Stands in a skeleton for what its author has to write."""


def unfinished(
    folder: Path, vocabulary: Vocabulary, contract: Path = CONTRACT, docs: Path | None = None
) -> list[KnowledgeProblem]:
    """What the vocabulary, its contract, the skeletons of a folder and the pages still lack.

    `docs` is the folder of the pages; they are looked at where there are any.
    """
    return [
        *_vocabulary(vocabulary),
        *_contract(vocabulary, contract),
        *_skeletons(folder),
        *(_pages(vocabulary, docs) if docs is not None and (docs / "findings.md").exists() else ()),
    ]


def unused(knowledge: Knowledge) -> list[KnowledgeProblem]:
    """Findings that no condition's profile speaks of, which separate nothing from anything."""
    stated = {
        n.finding for condition in knowledge.profiles for n in located_in(knowledge, condition)
    }
    said = ("no profile departs from it", "state it in the profiles that it speaks for or against")
    return [
        problem_at(knowledge.folder, "background.yaml", ("findings", finding), *said)
        for finding in knowledge.background.findings
        if finding not in stated
    ]


def contract_lines(vocabulary: Vocabulary) -> list[str]:
    """What files and trained models rely on, one line each: findings, conditions, and the hash."""
    findings = [",".join(("finding", f.id, f.kind, _values(f))) for f in vocabulary.findings]
    conditions = [f"condition,{condition}" for condition in vocabulary.condition_ids]
    return [*findings, *conditions, f"hash,{vocabulary.hash}"]


def _values(finding: Finding) -> str:
    if finding.kind == "number":
        return f"{finding.low:g}..{finding.high:g} {finding.unit}".strip()
    return "|".join(finding.values)


def _contract(vocabulary: Vocabulary, path: Path) -> Iterator[KnowledgeProblem]:
    """Lines that the contract lacks, has too many, or has in another order."""
    file, held = f"vocabulary/{path.name}", path.read_text(encoding="utf-8").splitlines()
    wanted = contract_lines(vocabulary)
    for line in wanted:
        if line not in held:
            remedy = f"write the line `{line}`; models trained before are then refused"
            yield problem_in(file, 1, line.split(",")[1][:40], "is missing", remedy)
    for number, line in enumerate(held, start=1):
        if line not in wanted:
            remedy = "take the line out; files and models that have it no longer fit"
            yield problem_in(file, number, line, "is not in the vocabulary", remedy)
    if sorted(held) == sorted(wanted) and held != wanted:
        yield problem_in(file, 1, "order", "is another", "add at the end: files rely on the order")


def _vocabulary(vocabulary: Vocabulary) -> Iterator[KnowledgeProblem]:
    for finding in vocabulary.findings:
        wanted = {"yes_no": ("present", "absent"), "number": ("number",)}
        values = wanted.get(finding.kind, finding.values)
        unsaid = [value for value in values if not dict(finding.phrases).get(value)]
        lacks = {
            f"kind {finding.kind!r}": (finding.kind in KINDS, f"use one of {', '.join(KINDS)}"),
            f"asked {finding.asked!r}": (finding.asked in ASKED, f"use one of {', '.join(ASKED)}"),
            "meaning": (finding.meaning, "say what the finding says"),
            "question": (finding.question.endswith("?"), "ask it, with a question mark"),
            f"words for {', '.join(unsaid)}": (not unsaid, "a narrative says them: give them"),
        }
        yield from _lacking("vocabulary/findings.yaml", finding.id, lacks)
    for condition in vocabulary.conditions:
        levels = ", ".join(TRIAGE_LEVELS)
        lacks = {
            "name": (condition.name, "give it"),
            f"icd10 {condition.icd10!r}": (re.match(ICD10, condition.icd10), "give one code"),
            f"triage {condition.triage!r}": (condition.triage in TRIAGE_LEVELS, f"use {levels}"),
            "indicates": (condition.indicates, "say what having it means"),
            "safety_net": (condition.safety_net, "say what must bring the person back"),
        }
        yield from _lacking("vocabulary/conditions.yaml", condition.id, lacks)


def _lacking(
    file: str, entry: str, lacks: dict[str, tuple[object, str]]
) -> Iterator[KnowledgeProblem]:
    for what, (good, remedy) in lacks.items():
        if not good:
            yield problem_in(file, 1, entry, f"{what} is missing or wrong", remedy)


def _skeletons(folder: Path) -> Iterator[KnowledgeProblem]:
    """What an author has not filled in yet."""
    files = [(path, str(path.relative_to(folder))) for path in sorted(folder.rglob("*.yaml"))]
    files += [(path, f"vocabulary/{path.name}") for path in sorted(VOCABULARY.glob("*.yaml"))]
    for path, name in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            said = line.partition("#")[0]
            if re.search(rf"\b{TODO}\b", said):
                yield problem_in(name, number, said.strip(), "is not written yet", f"mend {TODO}")


def _pages(vocabulary: Vocabulary, docs: Path) -> Iterator[KnowledgeProblem]:
    again = "run python -m data_gen docs"
    told = (docs / "findings.md").read_text(encoding="utf-8")
    for finding in vocabulary.finding_ids:
        if f"| `{finding}` |" not in told:
            yield problem_in("docs/findings.md", 1, finding, "has no row", again)
    pages = {path.stem for path in (docs / "conditions").glob("*.md")}
    for condition in sorted(pages ^ set(vocabulary.condition_ids)):
        value = "is no condition's" if condition in pages else "has no page"
        remedy = "take the page away" if condition in pages else again
        yield problem_in(f"docs/conditions/{condition}.md", 1, condition, value, remedy)
