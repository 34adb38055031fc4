"""`check`: what the knowledge holds, what it rests on, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from data_gen.look_alikes.deciding import Deciding, count_grounds, find_deciding, judgements
from data_gen.moved import by_relation, moved_numbers
from data_gen.profiles import KNOWLEDGE, Knowledge, KnowledgeError, load_knowledge
from data_gen.profiles.checks import check_knowledge
from data_gen.profiles.checks.unfinished import unfinished, unused
from data_gen.profiles.located import located_numbers
from data_gen.profiles.provenance import BASES, cited_ids, for_overrides, not_encoded, uncited
from data_gen.vocabulary import load as load_vocabulary
from data_gen.vocabulary.problem import RefusedError
from data_gen.world import World, build_world

_WIDTH = 34
_SHOWN = 12


def check_report(folder: Path | None, *, moved: bool = False) -> tuple[str, bool]:
    """The report as text, and whether all is well; with `moved` every moved number is listed."""
    docs = KNOWLEDGE.parent.parent / "docs" if folder is None else None
    try:
        left = unfinished(folder or KNOWLEDGE, load_vocabulary(), docs=docs)
    except RefusedError as error:
        return str(error), False
    try:
        knowledge = load_knowledge(folder)
        left += unused(knowledge)
        world = build_world(knowledge)
    except KnowledgeError as error:
        return str(KnowledgeError(*error.problems, *left)), False
    except ValueError as error:
        return f"the numbers do not hold together: {error}; change one of them", False
    if left:
        return str(KnowledgeError(*left)), False
    lines = [f"{check.name}: {check.items:,} looked at" for check in check_knowledge(knowledge)]
    states = f"{world.n_states:,} hidden states for an age band and sex"
    lines += ["", *_cited(knowledge), f"{len(world.people.atoms)} atoms, {states}"]
    lines += _moved(knowledge, world, whole=moved)
    return "\n".join([*lines, "", *_deciding(knowledge, world), "", *_table(knowledge)]), True


def _moved(knowledge: Knowledge, world: World, *, whole: bool) -> list[str]:
    moved = list(moved_numbers(knowledge, world))
    more = "" if whole or not moved else " (`check --moved` lists them)"
    head = f"stated numbers that a relation moves: {len(moved)}{more}"
    return [head, *by_relation(moved, whole=whole)]


def _cited(knowledge: Knowledge) -> list[str]:
    cited, left = cited_ids(knowledge), uncited(knowledge)
    flags = for_overrides(knowledge)
    return [
        f"statements of the documents: {len(knowledge.statements)}; cited by an entry or a "
        f"condition {len(cited & set(knowledge.statements))}, red flags for the overrides alone "
        f"{len(flags)}, not encoded and saying why {len(not_encoded(knowledge))}",
        f"statements uncited: {', '.join(left) or 'none'}",
        f"study rows: {len(knowledge.studies)}, cited: {len(cited & set(knowledge.studies))}",
    ]


def _deciding(knowledge: Knowledge, world: World) -> list[str]:
    """What the findings that decide rest on."""
    found = find_deciding(world)
    count = count_grounds(knowledge, found)
    total = count["all"]
    rows = [
        ("a study's number", count["study"]),
        ("a document's frequency word", count["word"]),
        ("a document's statement of the direction", count["direction"]),
        ("a guideline's or paper's statement of it", count["stated"]),
        ("one of these four", count["cited"]),
        ("a study's measurement, cited for a judgement", count["measured"]),
        ("one of these five", count["any"]),
    ]
    per_pair = total // len(found.pairs)
    head = (
        f"findings that decide, {per_pair} for each of the {len(found.pairs)} most confused "
        f"pairs: {total}; for one of the two conditions they have"
    )
    counted = [f"  {what:46}{n:>5} {n / total:>6.0%}" for what, n in rows]
    return [head, *counted, *_judgements(knowledge, found)]


def _judgements(knowledge: Knowledge, found: Deciding) -> list[str]:
    """The judgements that would gain most from a source."""
    bare = judgements(knowledge, found)
    shown = (f"  {s.bits:>4.0%}  {s.finding:26}{a} or {b}" for (a, b), s in bare[:_SHOWN])
    return [f"the rest, judgements alone: {len(bare)}; of the doubt settle most", *shown]


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
    return [f"{row[0]:{_WIDTH}}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows]
