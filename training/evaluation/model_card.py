"""The model card that lies beside a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.evaluation.evaluate import Evaluation
from training.evaluation.mark import marked

_INTENDED = """\
**Intended use.** Research and teaching on the causes of leg pain on walking in adults: to rank
the causes for a case file, beside safety overrides that do not depend on this model. **Not a
medical device**; not for deciding about a patient.

**Limits.** Trained on synthetic vignettes, sampled from documented symptom profiles whose numbers
are partly the authors' judgement. On real people it is only as good as those profiles, and the
real cases below are few, published, and not a random sample. Probabilities hold for the training
mix of conditions unless re-weighted (`--mix`). A blank is unknown and no answer; but the model has
learned that what stands out is usually written down, so that it counts as weak evidence. Ages under
18 are outside its scope.
"""


def model_card(evaluation: Evaluation, manifest: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """MODEL_CARD.md: use, limits, data, figures by condition, age and sex, and how to reproduce.

    `data` holds the `sample` section of the parameters.
    """
    metrics = evaluation.metrics
    return "\n".join(
        [
            f"# Model card: {evaluation.version}",
            "",
            f"**Verdict:** {marked()}",
            "",
            _INTENDED,
            "## Data",
            "",
            f"{data['train_rows']} vignettes (seed {data['train_seed']}) to learn from, "
            f"{data['test_rows']} (seed {data['test_seed']}) to measure on.",
            f"Knowledge `{manifest['knowledge_hash'][:12]}`, vocabulary "
            f"`{manifest['vocabulary_hash'][:12]}`, training files `{manifest['data_hash'][:12]}`.",
            "",
            *_labelled(manifest.get("labelled"), metrics.get("labelled_held_out")),
            "## Figures on fresh vignettes",
            "",
            *_corrected(manifest.get("labelled")),
            *_figures(metrics),
            "",
            "## Real cases",
            "",
            *_real(metrics["real"]),
            "",
            "## By condition",
            "",
            *_table(evaluation.conditions),
            "",
            "## By condition, age band and sex (cells that hold 1 % of the vignettes)",
            "",
            *_table([_without(cell, "judged") for cell in evaluation.cells if cell["judged"]]),
            "",
            "## Reproduce",
            "",
            "`dvc repro` with the parameters, seed and library versions of `manifest.json` gives",
            "the same `model_version` on the same kind of machine.",
            "",
        ]
    )


def _labelled(labelled: Mapping[str, Any] | None, held_out: Mapping[str, Any] | None) -> list[str]:
    """The labelled cases that it learned from, and where they and the knowledge disagree."""
    if labelled is None:
        return []
    lines = [
        "## Labelled cases",
        "",
        f"{labelled['fitted']} cases were fitted: each condition's vignettes are weighed until "
        "they resemble its cases more.",
    ]
    if held_out:
        first, three = (f"{100 * held_out[name]:.0f} %" for name in ("top1", "top3"))
        lines.append(
            f"{held_out['cases']} were held out: log-loss {held_out['log_loss']:.4f}, diagnosis "
            f"first in {first}, among three in {three}."
        )
    rows = [
        {
            **{name: row[name] for name in ("condition", "cases", "right_first", "expected")},
            "disagreements": "; ".join(row["disagreements"]) or "none",
        }
        for row in labelled["conditions"]
    ]
    said = "`right first` is how often the knowledge alone puts the diagnosis first, `expected` how"
    return [*lines, "", f"{said} often in its own vignettes.", "", *_table(rows), ""]


def _corrected(labelled: Mapping[str, Any] | None) -> list[str]:
    if labelled is None:
        return []
    return ["They are of the knowledge alone: what labelled cases taught shows as excess.", ""]


def _figures(metrics: Mapping[str, Any]) -> list[str]:
    v = metrics["vignettes"]
    rows = [
        {"figure": "excess over the exact posterior, nats", "model": v["excess"], "exact": 0},
        {
            "figure": "the additive start's excess",
            "model": metrics["excess_of_additive_start"],
            "exact": 0,
        },
        {
            "figure": "the excess of the mixture that the trees start from",
            "model": metrics["excess_of_mixture_start"],
            "exact": 0,
        },
        {"figure": "log-loss", "model": v["log_loss"], "exact": v["log_loss_of_exact"]},
        {"figure": "top-1", "model": v["top1"], "exact": v["top1_of_exact"]},
        {"figure": "top-3", "model": v["top3"], "exact": v["top3_of_exact"]},
        {"figure": "class-wise calibration error", "model": v["calibration_error"], "exact": ""},
        {
            "figure": "emergencies placed below urgent",
            "model": v["emergencies_below_urgent"],
            "exact": "",
        },
    ]
    return _table(rows)


def _real(real: Mapping[str, Any]) -> list[str]:
    lines = [f"{real['cases']} published cases, {real['named_cases']} of a named condition."]
    for name, text in (
        ("top1", "diagnosis first"),
        ("top3", "diagnosis among three"),
        ("emergencies_urgent_or_above", "emergencies at urgent or above"),
        ("benign_raised_to_urgent", "benign cases raised to urgent or above"),
    ):
        p = real[name]
        interval = f"{100 * p['low']:.0f} to {100 * p['high']:.0f} %"
        lines.append(f"- {text}: {p['k']} of {p['n']} ({100 * p['share']:.0f} %, {interval})")
    return [lines[0], "", *lines[1:]]


def _without(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["None."]
    heads = [name.replace("_", " ") for name in rows[0]]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(_text(v) for v in row.values())} |" for row in rows)]


def _text(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
