"""The model card, and the page: plots, tables, real cases told, and what separates look-alikes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from data_gen.narrative import narrate
from data_gen.pages.markdown import percent
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.table import case_of
from data_gen.world import World
from training.data.real_cases import RealCases
from training.data.vignettes import Vignettes
from training.evaluation.evaluate import Evaluation
from training.evaluation.look_alikes import ConfusedPair, confused_pairs
from training.evaluation.metrics import confusion, reliability
from training.evaluation.parts import WORDS
from training.evaluation.render import rate, render, words
from training.paths import CARD, PAGE, atomic_write

Row = dict[str, Any]
_CLASS = {"wrong": "wrong", "in the top three": "near", "right": "right"}  # as they are shown
_SHOWN_FROM = 0.005
_PARTS = {"additive": "additive start", "mixture": "mixture of components", "trees": "with trees"}
_STAGES = {
    "kl_to_exact_of_additive_start": "additive start",
    "kl_to_exact_of_mixture_start": "mixture before the trees",
}
_REAL_SHARES = {
    "top1": "right condition first (named conditions)",
    "top3": "right condition among three (named conditions)",
    "emergencies_urgent_or_above": "emergencies at urgent or above",
    "as_urgent_as_expected": "at least as urgent as the case needs",
    "benign_raised_to_urgent": "benign cases raised to urgent or above",
}


def write_card(
    folder: Path, evaluation: Evaluation, manifest: Mapping[str, Any], sample: Mapping[str, Any]
) -> None:
    """Write `MODEL_CARD.md` into `folder`: use, limits, data, figures, and how to reproduce.

    `sample` holds the section of the parameters that says what was drawn.
    """
    labelled = manifest.get("labelled")
    content = render(
        CARD,
        version=evaluation.version,
        manifest=manifest,
        sample=sample,
        labelled=labelled,
        held_out=evaluation.metrics.get("labelled_held_out"),
        contradicted=list(_contradicted(labelled)) if labelled else [],
        headline=headline(evaluation.metrics),
        parts=_parts(evaluation.metrics["parts"]),
        by_form=[{"form": name, **row} for name, row in evaluation.metrics["forms"].items()],
        real=evaluation.metrics["real"],
        real_shares=_real_shares(evaluation.metrics["real"]),
        triage=_triage(evaluation.metrics, ("by_form",)),
        by_condition=list(map(_in_words, evaluation.conditions)),
        by_cell=[_in_words(cell) for cell in evaluation.cells if cell["judged"]],
    )
    atomic_write(folder / CARD, content)


def write_page(
    folder: Path,
    plots: Path,
    evaluation: Evaluation,
    vignettes: Vignettes,
    real: RealCases,
    world: World,
) -> None:
    """Write `report.html` into `folder`, with the pictures of the folder `plots` inside.

    `world` is that of the vignettes.
    """
    vocabulary = world.vocabulary
    judged = [cell for cell in evaluation.cells if cell["judged"]]
    content = render(
        PAGE,
        version=evaluation.version,
        plots={path.stem: b64encode(path.read_bytes()).decode() for path in plots.glob("*.png")},
        n_vignettes=len(vignettes),
        headline=headline(evaluation.metrics),
        parts=_parts(evaluation.metrics["parts"]),
        real_shares=_real_shares(evaluation.metrics["real"]),
        triage=_triage(evaluation.metrics, ("by_age", "by_sex", "by_form")),
        triage_by_level=_by_level(evaluation.metrics["triage"]["by_level"]),
        confusion=list(_confusion(evaluation, vignettes, vocabulary)),
        reliability=list(_reliability(evaluation, vignettes, vocabulary)),
        by_condition=[
            {**_figures(row), "calibration error": row["calibration_error"]}
            for row in _worst_first(evaluation.conditions)
        ],
        by_cell=[
            {"condition": "", "age": row["age"], "sex": row["sex"], **_figures(row)}
            for row in _worst_first(judged)
        ],
        cases=_told(evaluation, real, vocabulary),
        pairs=list(map(_pair, confused_pairs(vignettes, evaluation.probabilities, world))),
    )
    atomic_write(folder / PAGE, content)


def headline(metrics: Mapping[str, Any]) -> list[Row]:
    """The figures of a model on vignettes, beside those of the exact posterior."""
    seen = metrics["vignettes"]
    rows: list[tuple[str, object, object]] = [
        ("excess log-loss over the exact posterior, nats", seen["kl_to_exact"], 0.0),
        *((f"the same of the {stage}", metrics[key], 0.0) for key, stage in _before(metrics)),
        ("log-loss, nats", seen["log_loss"], seen["log_loss_of_exact"]),
        ("right condition first", rate(seen["top1"]), rate(seen["top1_of_exact"])),
        ("right condition among three", rate(seen["top3"]), rate(seen["top3_of_exact"])),
        ("class-wise calibration error", seen["calibration_error"], ""),
        ("emergencies placed below urgent", rate(seen["emergencies_below_urgent"]), ""),
    ]
    return [{"figure": name, "model": own, "exact posterior": best} for name, own, best in rows]


def _parts(metrics: Mapping[str, Row]) -> list[Row]:
    """What each part brings on every kind of case, in words where it brings nothing."""
    return [
        {
            "on": WORDS[name],
            "cases": row["cases"],
            "nats": row["figure"],
            **{words: row[stage] for stage, words in _PARTS.items() if stage in row},
            **({"the last part brings": _brings(row)} if "change" in row else {}),
        }
        for name, row in metrics.items()
    ]


def _brings(row: Row) -> str:
    ends = f"({row['low']:+.4f} to {row['high']:+.4f})"
    if row["low"] <= 0 <= row["high"]:
        return f"nothing beyond chance {ends}"
    return f"{abs(row['change']):.4f} {'less' if row['change'] < 0 else 'MORE'} {ends}"


def _before(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The stages before the whole model that there are figures of: their key, and in words."""
    return ((key, stage) for key, stage in _STAGES.items() if key in figures)


def _real_shares(real: Mapping[str, Any]) -> list[Row]:
    return [
        {
            "on real published cases": name,
            "cases": f"{real[key]['k']} of {real[key]['n']}",
            "share": rate(real[key]["share"]),
            "interval": f"{rate(real[key]['low'])} to {rate(real[key]['high'])}",
        }
        for key, name in _REAL_SHARES.items()
    ]


def _triage(metrics: Mapping[str, Any], by: tuple[str, ...]) -> list[Row]:
    """Triage on all vignettes, on some kinds of groups of them, and on the cases of people."""
    found = metrics["triage"]
    groups = {"vignettes": found["all"]}
    for kind in by:
        groups |= {f"{kind.removeprefix('by_')}: {words(k)}": row for k, row in found[kind].items()}
    groups["real cases"] = metrics["real"]["triage"]
    if "labelled_held_out" in metrics:
        groups["labelled cases of a known level"] = metrics["labelled_held_out"]["triage"]
    return [{"group": name, **_triaged(row)} for name, row in groups.items()]


def _triaged(row: Row) -> Row:
    return {
        "cases": row["cases"],
        "emergencies": row["emergencies"],
        "at urgent or above": rate(row["sensitivity"]),
        "without hurry": row["without_hurry"],
        "raised by overrides": rate(row["raised_by_overrides"]),
        "by model": rate(row["raised_by_model"]),
        "together": rate(row["raised"]),
        "error of risk: emergency": row["risk_emergency_error"],
        "urgent or above": row["risk_urgent_or_above_error"],
    }


def _by_level(levels: Mapping[str, Row]) -> list[Row]:
    return [
        {
            "needs": words(level),
            "vignettes": row["cases"],
            "urgent or above by overrides": rate(row["by_overrides"]),
            "by model": rate(row["by_model"]),
            "together": rate(row["together"]),
            "called an emergency": rate(row["as_emergency"]),
        }
        for level, row in levels.items()
    ]


def _contradicted(labelled: Mapping[str, Any]) -> Iterator[Row]:
    for row in labelled["contradicted"]:
        told = {name: row[name] or "all" for name in ("condition", "component", "finding")}
        finding = " ".join([told["finding"], row["value"]]).strip()
        numbers = {name: row[name] for name in ("before", "after", "cases")}
        yield {**told, "finding": finding, **numbers}


def _in_words(row: Row) -> Row:
    return {k.replace("kl_to_exact", "excess"): v for k, v in row.items() if k != "judged"}


def _confusion(
    evaluation: Evaluation, vignettes: Vignettes, vocabulary: Vocabulary
) -> Iterator[Row]:
    names = [words(condition) for condition in vocabulary.condition_ids]
    shares = confusion(vignettes.label, evaluation.probabilities)
    for place, (name, count) in enumerate(
        zip(names, np.bincount(vignettes.label, minlength=len(names)), strict=True)
    ):
        share = shares[place]
        others = [k for k in np.argsort(-share, kind="stable") if k != place][:4]
        taken = [f"{names[k]} {rate(share[k])}" for k in others if share[k] >= _SHOWN_FROM]
        yield {
            "condition": name,
            "vignettes": count,
            "recognised": rate(share[place]),
            "otherwise most often taken for": ", ".join(taken),
        }


def _reliability(
    evaluation: Evaluation, vignettes: Vignettes, vocabulary: Vocabulary
) -> Iterator[Row]:
    for place, condition in enumerate(vocabulary.condition_ids):
        stated = evaluation.probabilities[:, place]
        found = reliability(vignettes.label == place, stated)
        for mean, seen, count in zip(*found, strict=True):
            told = {"condition": words(condition), "stated": rate(mean), "observed": rate(seen)}
            yield {**told, "vignettes": int(count)}


def _worst_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row["kl_to_exact"])


def _figures(row: Row) -> Row:
    return {
        "condition": words(row["condition"]),
        "vignettes": row["rows"],
        "excess": row["kl_to_exact"],
        **{stage: row[key] for key, stage in _before(row)},
        "top-1": rate(row["top1"]),
        "exact top-1": rate(row["top1_of_exact"]),
    }


def _told(evaluation: Evaluation, real: RealCases, vocabulary: Vocabulary) -> list[Row]:
    """Every real case with its paragraph, wrong answers first."""
    cases = [
        {
            **row,
            "kind": _CLASS[row["verdict"]],
            "told": narrate(case_of(values, vocabulary), vocabulary),
            "answers": [_answer(row[f"answer_{rank}"]) for rank in (1, 2, 3)],
        }
        for row, values in zip(evaluation.real, real.values, strict=True)
    ]
    return sorted(cases, key=lambda case: list(_CLASS).index(str(case["verdict"])))


def _answer(text: str) -> str:
    condition, _, chance = text.rpartition(" ")
    return f"{words(condition)} {100 * float(chance):.0f} %"


def _pair(pair: ConfusedPair) -> Row:
    a, b = (words(condition) for condition in pair.conditions)
    rows = [
        {
            "finding": found.finding,
            a: found.meets[0],
            b: found.meets[1],
            "settles": percent(found.settles),
            "recorded": rate(found.recorded),
            "in the mistaken": rate(found.recorded_in_mistakes),
        }
        for found in pair.separating
    ]
    return {"first": a, "second": b, "pair": pair, "separating": rows}
