"""What `learn` writes: the overlay that the sampler reads, and a table that explains it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import betabinom, norm

from data_gen.profiles.overlay import NO_CASES, read_overlay
from data_gen.vocabulary.files.atomic import whole_folder
from training.data.labelled_rows import LabelledRows
from training.learn.learn import Learned
from training.learn.update import effective, interval
from training.paths import OVERLAY, ROWS, TABLE

COLUMNS = (
    "condition", "component", "finding", "value", "before", "before_low", "before_high",
    "after", "after_low", "after_high", "cases", "contradicted",
)  # fmt: skip
_CHANCE = 1e-4
"""A number is contradicted where its cases are as rare as this, be it anywhere in its interval:
of some 5,000 numbers less than one by chance."""
_SHOWN = 20
_NEAR = 2.0  # deviations within which nothing is rare
_NONE = 0.005  # cases behind a number that are none
Row = dict[str, Any]


def write_learned(
    folder: Path,
    learned: Learned | None,
    cases: int,
    held_out: int,
    rows: LabelledRows | None = None,
) -> Row:
    """Write overlay and table into `folder`; what a bundle says of them (`read_note`).

    `cases` were learned from and `held_out` were not. Without cases the overlay is empty, and
    there are no `rows` for trees.
    """
    overlay = NO_CASES if learned is None else learned.overlay
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(() if learned is None else rows_of(learned))
    scale = 0.0 if learned is None else learned.scale
    with whole_folder(folder) as new:
        text = overlay.text(cases=cases, held_out=held_out, scale=scale)
        (new / OVERLAY).write_text(text, encoding="utf-8")
        (new / TABLE).write_text(table.getvalue(), encoding="utf-8")
        if rows is not None:
            (new / ROWS).write_bytes(rows.content())
    return read_note(folder)


def read_note(folder: Path) -> Row:
    """What a bundle says of the cases it learned from; nothing where there were none.

    `fitted` and `held_out` count them, `scale` is how far the knowledge was found to be off, as a
    multiple of its intervals, and `contradicted` has the first rows of the table that are.
    """
    if not (folder / OVERLAY).exists():
        return {}
    overlay = read_overlay(folder / OVERLAY)
    if not overlay.cases + overlay.held_out:
        return {}
    with (folder / TABLE).open(encoding="utf-8", newline="") as stream:
        found = [row for row in csv.DictReader(stream) if row["contradicted"] == "yes"]
    return {
        "fitted": overlay.cases,
        "held_out": overlay.held_out,
        "scale": overlay.scale,
        "contradicted": found[:_SHOWN],
    }


def told(note: Mapping[str, Any]) -> list[str]:
    """The same as lines of text."""
    if not note:
        return ["no labelled cases: the knowledge stays as it is"]
    lines = [
        f"{note['fitted']} labelled cases learned from, {note['held_out']} held out",
        f"the knowledge is off by {note['scale']:.2g} of its intervals"
        if note["scale"]
        else "the cases agree with the knowledge: no number moves",
    ]
    return lines + [
        f"contradicted: {row['condition']} {row['component']} {row['finding']} {row['value']}: "
        f"{row['before']} stated, {row['after']} now ({row['cases']} cases)"
        for row in note["contradicted"]
    ]


def rows_of(learned: Learned) -> list[Row]:
    """The table: a row a number and value, those that the cases contradict first, rarest first."""
    rows = [pair for i in range(len(learned.numbers)) for pair in _rows(learned, i)]
    order = sorted(range(len(rows)), key=lambda k: rows[k][0] if rows[k][0] < _CHANCE else 1.0)
    return [rows[k][1] for k in order]


def _rows(learned: Learned, i: int) -> Iterator[tuple[float, Row]]:
    number, at = learned.numbers[i], learned.at[i]
    cases, _ = effective(number, at, learned.after.score[i], learned.after.information[i])
    low, high = number.interval
    if cases > _NONE:
        low, high = interval(number, at, cases, learned.scale)
    before, after = number.shown(number.start), number.shown(at)
    for v, value in enumerate(number.values):
        chance = _chance(learned, i, v)
        numbers = {
            "before": before[v], "before_low": number.interval[0][v],
            "before_high": number.interval[1][v],
            "after": after[v], "after_low": low[v], "after_high": high[v],
        }  # fmt: skip
        yield (
            chance,
            {
                "condition": number.condition,
                "component": number.component,
                "finding": number.finding,
                "value": value,
                **{name: f"{float(x):.6g}" for name, x in numbers.items()},
                "cases": f"{cases:.1f}",
                "contradicted": "yes" if chance < _CHANCE else "no",
            },
        )


def _chance(learned: Learned, i: int, v: int) -> float:
    """How rare cases such as these are by the stated number, wherever in its interval it lies."""
    number, start = learned.numbers[i], learned.numbers[i].start
    cases, share = effective(number, start, learned.before.score[i], learned.before.information[i])
    if cases < 1:
        return 1.0
    if number.kind == "shift":
        spread = np.sqrt(1 / max(cases, 1e-12) + 1 / number.patients)
        return float(2 * norm.sf(abs(share[0]) / spread))
    n, k = round(cases), round(cases * float(share[v]))
    prior = number.patients * start[v], number.patients * (1 - start[v])
    p = float(start[v])
    spread = n * p * (1 - p) * (1 + (n - 1) / (number.patients + 1))
    if (k - n * p) ** 2 < _NEAR**2 * spread:
        return 1.0
    tail = betabinom.cdf(k, n, *prior), betabinom.sf(k - 1, n, *prior)
    return float(min(1.0, 2 * min(tail)))
