"""The plots of an evaluation, as PNG files that DVC and MLflow show."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from data_gen.vocabulary import Vocabulary
from training.data.vignettes import Vignettes
from training.evaluation.evaluate import Evaluation
from training.evaluation.groups import AGE_BANDS
from training.evaluation.metrics import confusion, reliability
from training.evaluation.render import words
from training.paths import atomic_write

Matrix = npt.NDArray[np.float64]
_OURS, _START, _RIGHT, _NEAR, _WRONG = "#1b6ca8", "#c9c9c9", "#2a9d5c", "#e0a526", "#c43d3d"
_STYLE: Any = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
_DPI = 110
_COLOURS = 255
_SHOWN_FROM = 0.015  # shares below this are left blank in the confusion table
_WHITE_FROM = 0.5
_DARK_FROM = 0.7


def write_plots(
    folder: Path, evaluation: Evaluation, vignettes: Vignettes, vocabulary: Vocabulary
) -> None:
    """Write every plot into `folder`."""
    with mpl.rc_context(_STYLE):
        figures = {
            "confusion": _confusion(evaluation.probabilities, vignettes.label, vocabulary),
            "reliability": _reliability(evaluation.probabilities, vignettes.label, vocabulary),
            "excess_by_condition": _excess(evaluation.conditions),
            "excess_by_age_and_sex": _cells(evaluation.cells, vocabulary),
            "real_cases": _real(evaluation.real),
        }
        for name, figure in figures.items():
            atomic_write(folder / f"{name}.png", _png(figure))


def _png(figure: Figure) -> bytes:
    """The figure in few colours, for it lies in git; without time or version, so it repeats."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_DPI, metadata={"Software": None})
    picture = (
        Image.open(drawn)
        .convert("RGB")
        .quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    picture.save(small, format="png", optimize=True)
    return small.getvalue()


def _confusion(model: Matrix, label: npt.NDArray[np.int64], vocabulary: Vocabulary) -> Figure:
    names = [words(condition) for condition in vocabulary.condition_ids]
    table = confusion(label, model)
    figure = Figure(figsize=(10.5, 9.5), layout="constrained")
    axes = figure.subplots()
    axes.imshow(table, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(table >= _SHOWN_FROM):
        shade = "white" if table[row, column] > _WHITE_FROM else "black"
        text = f"{100 * table[row, column]:.0f}"
        axes.text(column, row, text, ha="center", va="center", color=shade, fontsize=8)
    axes.set_xticks(range(len(names)), names, rotation=55, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("most probable condition")
    axes.set_ylabel("condition of the vignette")
    axes.set_title("Confusion: % of each condition's vignettes (1 % and less left blank)")
    return figure


def _reliability(model: Matrix, label: npt.NDArray[np.int64], vocabulary: Vocabulary) -> Figure:
    figure = Figure(figsize=(11, 9), layout="constrained")
    rows = -(-len(vocabulary.condition_ids) // 5)
    grid = figure.subplots(rows, 5, sharex=True, sharey=True).ravel()
    for axes in grid[len(vocabulary.condition_ids) :]:
        axes.set_axis_off()
    for place, (axes, condition) in enumerate(zip(grid, vocabulary.condition_ids, strict=False)):
        stated, observed, count = reliability(label == place, model[:, place])
        error = np.sqrt(np.maximum(observed * (1 - observed), 1e-4) / count)
        axes.plot([0, 1], [0, 1], color=_START, linewidth=1)
        axes.errorbar(stated, observed, 2 * error, fmt="o", markersize=3, color=_OURS, linewidth=1)
        axes.set_title(words(condition), fontsize=8.5)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
    figure.supxlabel("stated probability")
    figure.supylabel("observed frequency")
    figure.suptitle("Reliability by condition (bars: two standard errors)")
    return figure


def _excess(conditions: list[dict[str, Any]]) -> Figure:
    ordered = sorted(conditions, key=lambda row: float(row["kl_to_exact"]))
    place = np.arange(len(ordered))
    figure = Figure(figsize=(8, 7), layout="constrained")
    axes = figure.subplots()
    key = "kl_to_exact_of_additive_start"
    if key in ordered[0]:
        start = [row[key] for row in ordered]
        axes.barh(place, start, 0.8, color=_START, label="additive start")
    axes.barh(place, [row["kl_to_exact"] for row in ordered], 0.5, color=_OURS, label="model")
    axes.set_yticks(place, [words(row["condition"]) for row in ordered])
    axes.set_xlabel("mean excess over the exact posterior, nats")
    axes.set_title("What is lost against the exact posterior")
    axes.legend(frameon=False, loc="lower right")
    return figure


def _cells(cells: list[dict[str, Any]], vocabulary: Vocabulary) -> Figure:
    columns = [(band, sex) for band, *_ in AGE_BANDS for sex in ("female", "male")]
    table = np.full((len(vocabulary.conditions), len(columns)), np.nan)
    for cell in cells:
        if (cell["age"], cell["sex"]) in columns and cell["judged"]:
            row = vocabulary.condition_ids.index(cell["condition"])
            table[row, columns.index((cell["age"], cell["sex"]))] = cell["kl_to_exact"]
    figure = Figure(figsize=(8, 8), layout="constrained")
    axes = figure.subplots()
    shown = axes.imshow(table, cmap="Oranges", vmin=0, aspect="auto")
    for row, column in np.argwhere(~np.isnan(table)):
        text = f"{table[row, column]:.3f}"
        shade = "white" if table[row, column] > _DARK_FROM * np.nanmax(table) else "black"
        axes.text(column, row, text, ha="center", va="center", color=shade, fontsize=8)
    axes.set_xticks(range(len(columns)), [f"{band}\n{sex}" for band, sex in columns])
    axes.set_yticks(range(len(vocabulary.conditions)), [words(c) for c in vocabulary.condition_ids])
    axes.set_title("Excess in nats, in cells that hold 1 % of the vignettes")
    figure.colorbar(shown, ax=axes, shrink=0.6)
    return figure


def _real(rows: list[dict[str, str]]) -> Figure:
    named = [row for row in rows if row["diagnosis"] != "other_cause"]
    named.sort(key=lambda row: (row["diagnosis"], -float(row["p_diagnosis"])), reverse=True)
    figure = Figure(figsize=(9, 2 + 0.17 * len(named)), layout="constrained")
    axes = figure.subplots()
    for verdict, colour in (("right", _RIGHT), ("in the top three", _NEAR), ("wrong", _WRONG)):
        _dots(axes, named, verdict, colour)
    texts = [f"{words(row['diagnosis'])}  ({row['case_id']})" for row in named]
    axes.set_yticks(range(len(named)), texts, fontsize=7)
    axes.set_ylim(-1, len(named))
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("probability given to the diagnosis of the source")
    axes.set_title("Real cases of the named conditions")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.05), ncols=3)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
    return figure


def _dots(axes: Axes, rows: list[dict[str, str]], verdict: str, colour: str) -> None:
    places = [place for place, row in enumerate(rows) if row["verdict"] == verdict]
    chances = [float(rows[place]["p_diagnosis"]) for place in places]
    axes.scatter(chances, places, s=26, color=colour, label=f"{verdict} ({len(places)})")
