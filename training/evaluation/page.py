"""The evaluation on one page: plots, tables, real cases told, and what separates look-alikes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.pages.markdown import percent
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.narrative import narrate
from training.data.real_cases import RealCases
from training.data.vignettes import Vignettes
from training.evaluation.evaluate import Evaluation
from training.evaluation.html import folded, image, page, paragraph, section, table
from training.evaluation.look_alikes import ConfusedPair, confused_pairs
from training.evaluation.mark import marked
from training.evaluation.metrics import reliability
from training.evaluation.plots import words
from training.folders import atomic_write
from training.paths import PAGE

Matrix = npt.NDArray[np.float64]
_PARTS = {
    "figures": "Figures",
    "confusion": "Confusion",
    "reliability": "Reliability",
    "excess": "Excess",
    "real": "Real cases",
    "pairs": "Look-alikes",
}
_CLASS = {"right": "right", "in the top three": "near", "wrong": "wrong"}
_SHOWN_FROM = 0.005


def write_page(
    folder: Path,
    plots: Path,
    evaluation: Evaluation,
    vignettes: Vignettes,
    real: RealCases,
    vocabulary: Vocabulary,
    n_bins: int,
) -> None:
    """Write `report.html` into `folder`, with the pictures of the folder `plots` inside."""
    pictures = {path.stem: path.read_bytes() for path in sorted(plots.glob("*.png"))}
    pairs = confused_pairs(vignettes, evaluation.probabilities)
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title in _PARTS.items())
    body = [
        f"<h1>Evaluation of model {escape(evaluation.version)}</h1>",
        f"<p><strong>Verdict:</strong> {marked()}</p>",
        f"<nav>{links}</nav>",
        _figures(evaluation.metrics),
        _confusion(evaluation, vignettes, vocabulary, pictures),
        _reliability(evaluation, vignettes, vocabulary, n_bins, pictures),
        _excess(evaluation, pictures),
        _real(evaluation, real, vocabulary, pictures),
        _pairs(pairs),
    ]
    text = page(f"Evaluation of {evaluation.version}", body)
    atomic_write(folder / PAGE, text.encode())


def _figures(metrics: Mapping[str, Any]) -> str:
    seen = metrics["vignettes"]
    rows = [
        ["excess over the exact posterior, nats", seen["excess"], 0.0],
        ["the same of the additive start", metrics["excess_of_additive_start"], 0.0],
        [
            "the same of the mixture that the trees start from",
            metrics["excess_of_mixture_start"],
            0.0,
        ],
        ["log-loss, nats", seen["log_loss"], seen["log_loss_of_exact"]],
        ["right condition first", _rate(seen["top1"]), _rate(seen["top1_of_exact"])],
        ["right condition among three", _rate(seen["top3"]), _rate(seen["top3_of_exact"])],
        ["class-wise calibration error", seen["calibration_error"], ""],
        ["emergencies placed below urgent", _rate(seen["emergencies_below_urgent"]), ""],
    ]
    intro = (
        f"{seen['rows']} fresh vignettes that the model was not fitted to. No model can beat the "
        "exact posterior on them: excess is what this one loses against it."
    )
    heads = ["On vignettes", "model", "exact posterior"]
    return section(
        "figures",
        _PARTS["figures"],
        paragraph(intro),
        table(heads, rows),
        _on_real(metrics["real"]),
    )


def _on_real(real: Mapping[str, Any]) -> str:
    names = {
        "top1": "right condition first (named conditions)",
        "top3": "right condition among three (named conditions)",
        "emergencies_urgent_or_above": "emergencies at urgent or above",
        "as_urgent_as_expected": "at least as urgent as the case needs",
        "benign_raised_to_urgent": "benign cases raised to urgent or above",
    }
    rows = []
    for key, name in names.items():
        found = real[key]
        span = f"{_rate(found['low'])} to {_rate(found['high'])}"
        rows.append([name, f"{found['k']} of {found['n']}", _rate(found["share"]), span])
    return table(["On real published cases", "cases", "share", "interval"], rows)


def _confusion(
    evaluation: Evaluation,
    vignettes: Vignettes,
    vocabulary: Vocabulary,
    plots: Mapping[str, bytes],
) -> str:
    answer = evaluation.probabilities.argmax(axis=1)
    rows = []
    for place, condition in enumerate(vocabulary.condition_ids):
        given = np.bincount(answer[vignettes.label == place], minlength=len(vocabulary.conditions))
        share = given / max(given.sum(), 1)
        others = [k for k in np.argsort(-share, kind="stable") if k != place][:4]
        taken = [
            f"{words(vocabulary.condition_ids[k])} {_rate(float(share[k]))}"
            for k in others
            if share[k] >= _SHOWN_FROM
        ]
        rows.append(
            [words(condition), int(given.sum()), _rate(float(share[place])), ", ".join(taken)]
        )
    heads = ["condition", "vignettes", "recognised", "otherwise most often taken for"]
    plot = image(plots["confusion"], "confusion of conditions, in percent of each row")
    return section("confusion", _PARTS["confusion"], plot, folded("As a table", table(heads, rows)))


def _reliability(
    evaluation: Evaluation,
    vignettes: Vignettes,
    vocabulary: Vocabulary,
    n_bins: int,
    plots: Mapping[str, bytes],
) -> str:
    intro = "Where the model says 30 %, about 30 % should have the condition: points on the line."
    rows = []
    for place, condition in enumerate(vocabulary.condition_ids):
        stated = evaluation.probabilities[:, place]
        for mean, seen, count in zip(
            *reliability(vignettes.label == place, stated, n_bins), strict=True
        ):
            rows.append([words(condition), _rate(float(mean)), _rate(float(seen)), int(count)])
    heads = ["condition", "stated", "observed", "vignettes"]
    plot = image(plots["reliability"], "stated against observed frequency, by condition")
    details = folded("As a table", table(heads, rows))
    return section("reliability", _PARTS["reliability"], paragraph(intro), plot, details)


def _excess(evaluation: Evaluation, plots: Mapping[str, bytes]) -> str:
    ordered = sorted(evaluation.conditions, key=lambda row: -row["excess"])
    by_condition = [
        [words(row["condition"]), *_of(row), row["calibration_error"]] for row in ordered
    ]
    judged = sorted(
        (row for row in evaluation.cells if row["judged"]), key=lambda row: -row["excess"]
    )
    by_cell = [[words(row["condition"]), row["age"], row["sex"], *_of(row)] for row in judged]
    figures = ["vignettes", "excess", "additive start", "top-1", "exact top-1"]
    return section(
        "excess",
        "Excess by condition, age and sex",
        image(plots["excess_by_condition"], "excess over the exact posterior, by condition"),
        folded("As a table", table(["condition", *figures, "calibration error"], by_condition)),
        image(plots["excess_by_age_and_sex"], "excess by condition, age band and sex"),
        folded("As a table", table(["condition", "age", "sex", *figures], by_cell)),
    )


def _of(row: Mapping[str, Any]) -> list[object]:
    start = row["excess_of_additive_start"]
    return [row["rows"], row["excess"], start, _rate(row["top1"]), _rate(row["top1_of_exact"])]


def _real(
    evaluation: Evaluation, real: RealCases, vocabulary: Vocabulary, plots: Mapping[str, bytes]
) -> str:
    told = [
        (list(_CLASS).index(row["verdict"]), _case(row, narrate(case, vocabulary)))
        for row, case in zip(evaluation.real, real.as_mappings(vocabulary), strict=True)
    ]
    told.sort(key=lambda item: -item[0])
    intro = (
        "Published cases, encoded as findings and told here from these; never trained on. "
        "Wrong answers first."
    )
    plot = image(plots["real_cases"], "probability of the right diagnosis in each real case")
    shown = [text for place, text in told if place > 0]
    right = folded(f"{len(told) - len(shown)} right answers", "".join(t for p, t in told if p == 0))
    return section("real", _PARTS["real"], paragraph(intro), plot, *shown, right)


def _case(row: Mapping[str, str], told: str) -> str:
    answers = ", ".join(_answer(row[f"answer_{rank}"]) for rank in (1, 2, 3))
    head = (
        f'<span class="tag">{row["verdict"]}</span> · <b>{escape(words(row["diagnosis"]))}</b> '
        f'<span class="quiet">({escape(row["case_id"])})</span>'
    )
    place = "" if row["rank"] == "1" else f" The diagnosis is number {row['rank']}."
    said = f"Model: {escape(answers)}.{place}"
    triage = f"Triage {words(row['triage'])}, the case needs {words(row['triage_expected'])}."
    kind = _CLASS[row["verdict"]]
    return (
        f'<div class="case {kind}"><p>{head}</p><p class="told">{escape(told)}</p>'
        f"<p>{said} {triage}</p></div>"
    )


def _answer(text: str) -> str:
    condition, _, chance = text.rpartition(" ")
    return f"{words(condition)} {100 * float(chance):.0f} %"


def _pairs(pairs: list[ConfusedPair]) -> str:
    intro = (
        "The pairs that take most probability from each other, with the findings that would "
        "separate them most. What the exact posterior gives away too is doubt that the records "
        "leave; the rest is the model's. Settles: the share of the doubt between the two that the "
        "answer removes on average, both being as likely. Recorded: how often the vignettes of the "
        "pair hold the answer, and how often those that the model took for the other do."
    )
    return section("pairs", "What separates look-alikes", paragraph(intro), *_each(pairs))


def _each(pairs: list[ConfusedPair]) -> Iterator[str]:
    for number, pair in enumerate(pairs, start=1):
        a, b = (words(condition) for condition in pair.conditions)
        rows = [
            [
                found.finding,
                *found.meets,
                percent(found.settles),
                _rate(found.recorded),
                _rate(found.recorded_in_mistakes),
            ]
            for found in pair.separating
        ]
        (to, back), (to_exact, back_exact) = pair.by_model, pair.by_exact
        said = (
            f"{a} gives {_rate(to)} of its probability to {b} (exact posterior {_rate(to_exact)}), "
            f"which gives back {_rate(back)} ({_rate(back_exact)}). "
            f"{pair.mistakes} vignettes were taken for the other."
        )
        heads = ["finding", a, b, "settles", "recorded", "in the mistaken"]
        yield f"<h3>{number}. {escape(a)} or {escape(b)}?</h3>"
        yield paragraph(said) + table(heads, rows)


def _rate(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.1f} %"  # noqa: RUF001
