"""`check`: what the knowledge holds, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from data_gen.profiles.checks import check_knowledge, located_numbers
from data_gen.profiles.load import KNOWLEDGE, Knowledge, load_knowledge
from data_gen.profiles.problem import KnowledgeError

BASES = ("study", "document", "guideline", "judgement")


def check_report(folder: Path | None) -> tuple[str, bool]:
    """The report as text, and whether all is well."""
    from data_gen.world import build_world

    try:
        knowledge = load_knowledge(folder or KNOWLEDGE)
        world = build_world(knowledge)
    except KnowledgeError as error:
        return str(error), False
    except ValueError as error:
        return f"the numbers do not hold together: {error}; change one of them", False
    lines = [f"{check.name}: {check.items:,} looked at" for check in check_knowledge(knowledge)]
    lines += _related(knowledge)
    lines.append(
        f"{len(world.people.atoms)} atoms, {world.n_states:,} hidden states for an age band and sex"
    )
    return "\n".join([*lines, "", *_table(knowledge)]), True


def _related(knowledge: Knowledge) -> list[str]:
    cited = {cite for number in located_numbers(knowledge) for cite in number.based.cite}
    cited |= {cite for condition in knowledge.vocabulary.conditions for cite in condition.cite}
    return [
        f"statements of the documents: {len(knowledge.statements)}, "
        f"cited: {len(cited & set(knowledge.statements))}",
        f"study rows: {len(knowledge.studies)}, cited: {len(cited & set(knowledge.studies))}",
    ]


def _table(knowledge: Knowledge) -> list[str]:
    counts: dict[str, Counter[str]] = {}
    for number in located_numbers(knowledge):
        name = Path(number.file).stem
        counts.setdefault(name, Counter())[number.based.basis] += 1
    rows: list[tuple[str, ...]] = [("numbers by basis", *BASES, "all")]
    for name, count in counts.items():
        rows.append((name, *(str(count[b]) for b in BASES), str(count.total())))
    total = sum(counts.values(), Counter())
    rows.append(("all", *(str(total[b]) for b in BASES), str(total.total())))
    return [f"{row[0]:34}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows]
