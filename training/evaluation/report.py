"""The files of an evaluation: metrics as JSON, tables as CSV, plots as PNG."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_gen.world import World
from training.data.real_cases import RealCases
from training.data.vignettes import Vignettes
from training.evaluation.documents import write_page
from training.evaluation.evaluate import Evaluation
from training.evaluation.plots import write_plots
from training.paths import METRICS, atomic_write

TABLES = ("cells.csv", "conditions.csv", "real_cases.csv")


def write_reports(
    folder: Path,
    drafts: Path,
    evaluation: Evaluation,
    vignettes: Vignettes,
    real: RealCases,
    world: World,
) -> None:
    """Write every file of an evaluation into `folder`; the page, as a draft, into `drafts`."""
    write_table(folder / "conditions.csv", evaluation.conditions)
    write_table(folder / "cells.csv", evaluation.cells)
    write_table(folder / "real_cases.csv", evaluation.real)
    write_plots(folder / "plots", evaluation, vignettes, world.vocabulary)
    write_page(drafts, folder / "plots", evaluation, vignettes, real, world)
    write_json(folder / METRICS, {"model_version": evaluation.version, **evaluation.metrics})


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as JSON, whole or not at all."""
    atomic_write(path, (json.dumps(content, indent=2) + "\n").encode())


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of the same keys as CSV, whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    atomic_write(path, text.getvalue().encode())


def flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Every number of nested metrics, by its path: `real.top1.share`."""
    out: dict[str, float] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            out.update(flat(value, f"{prefix}{key}."))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            out[f"{prefix}{key}"] = float(value)
    return out
