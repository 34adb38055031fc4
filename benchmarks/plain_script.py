"""The script a data scientist would write: pandas in, LightGBM, pandas out. For comparison only.

It reads cells as pandas does, knows no overrides, and checks nothing.
"""

from __future__ import annotations

import sys

import lightgbm as lgb
import pandas as pd
import yaml

from benchmarks.case_files import ROOT
from data_gen.vocabulary import load

_NUMBERS = [finding.id for finding in load().findings if finding.kind == "number"]


def features(cases: pd.DataFrame) -> pd.DataFrame:
    """The findings as numbers and categories."""
    frame = cases[list(load().finding_ids)].copy()
    for finding in load().findings:
        if finding.kind != "number":
            words = list(finding.values) or ["no", "yes"]
            frame[finding.id] = frame[finding.id].map({word: k for k, word in enumerate(words)})
    return frame.astype("float32")


def fit(cases: str, model: str) -> None:
    """Fit a model on sampled cases, as plainly as that can be done; keep it for MLflow too.

    It has as many trees of the same size as the pipeline's.
    """
    knobs = yaml.safe_load((ROOT / "params.yaml").read_text())["train"]
    frame = pd.read_parquet(cases)
    ids = load().condition_ids
    label = frame["condition"].map({name: place for place, name in enumerate(ids)}).astype(int)
    settings = {"objective": "multiclass", "num_class": len(ids), "verbosity": -1, "num_threads": 2,
                "num_leaves": knobs["tree_leaves"]}  # fmt: skip
    booster = lgb.train(settings, lgb.Dataset(features(frame), label), knobs["tree_rounds"])
    import mlflow.lightgbm  # not at the top: a script that scores would not import it

    booster.save_model(f"{model}.txt")
    mlflow.lightgbm.save_model(booster, model)


def score(cases: str, model: str, out: str) -> None:
    """Score a CSV: the input columns and twenty probabilities."""
    frame = pd.read_csv(cases)
    probabilities = lgb.Booster(model_file=model).predict(features(frame), num_threads=2)
    names = [f"p_{condition}" for condition in load().condition_ids]
    scored = pd.concat([frame, pd.DataFrame(probabilities, columns=names)], axis=1)
    scored.to_csv(out, index=False)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    fit(*arguments) if command == "fit" else score(*arguments)
