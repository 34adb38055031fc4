"""The page of the sparse records: what a few typical findings alone come to."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from data_gen.look_alikes.sparse import SIZES, Sparse, sparse_records
from data_gen.pages.markdown import percent, table
from data_gen.vocabulary import Finding
from data_gen.world import World

_INTRO = """# What a few typical findings come to

Most real records are short. For each presentation of each condition, the exact posterior of the
clinic mix on records of its three, five and eight most typical findings alone, with nothing else
asked, not even age or sex. **Typical** is what is met often there and seldom elsewhere; the first
three, the next two and the last three are divided by strokes. A row names the condition that comes
first instead, where another one does.

[All pages](README.md)
"""


def sparse_page(world: World) -> str:
    """The page in Markdown."""
    out, records = [_INTRO], sparse_records(world)
    head = ("Presentation", "Typical findings", *(f"{size} findings" for size in SIZES))
    for condition in world.vocabulary.conditions:
        rows = [_row(world, record) for record in records if record.condition == condition.id]
        out += [f"## {condition.name}", "", *table(head, rows)]
    return "\n".join(out).rstrip() + "\n"


def _row(world: World, record: Sparse) -> tuple[str, ...]:
    own = world.vocabulary.condition_ids.index(record.condition)
    shown = [_shown(world.vocabulary.finding(name), value) for name, value in record.findings]
    cuts = [0, *SIZES]
    parts = [", ".join(shown[a:b]) for a, b in pairwise(cuts)]
    cells = [_cell(world, row, own) for row in record.probability]
    return f"`{record.presentation}`", " / ".join(parts), *cells


def _shown(finding: Finding, value: float) -> str:
    word = finding.words[int(value)]
    return f"`{finding.id}`" if word == "yes" else f"`{finding.id}` {word.replace('_', ' ')}"


def _cell(world: World, row: np.ndarray, own: int) -> str:
    first = int(np.argmax(row))
    if first == own:
        return percent(float(row[own]))
    name = world.vocabulary.conditions[first].name
    return f"{percent(float(row[own]))}; first {name} {percent(float(row[first]))}"
