"""A small project: vignettes of the real knowledge, and every stage run on them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from data_gen.literature.replay import replay
from data_gen.profiles import KNOWLEDGE, load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.world import build_world
from training import pipeline
from training.params import FORMS, Params, read_params

ROOT = Path(__file__).parents[2]
ROWS = {"train": 1500, "validation": 400, "test": 500, "forms": 500}
_SEEDS = {"train": 1, "validation": 3, "test": 2, "forms": 4}
NO_LIMITS: dict[str, float] = {
    **dict.fromkeys(("limit_kl_to_exact", "limit_calibration"), 9.0),
    **dict.fromkeys(("limit_real_top3", "limit_emergencies", "limit_published"), 1.0),
    "limit_real_emergencies": 999,
}
"""What a model of so few vignettes can reach."""


def params(**knobs: Any) -> Params:
    """The project's own knobs, with few passes and trees; `knobs` of train and learn override."""
    raw = read_params(ROOT / "params.yaml").model_dump()
    learn = {name: knobs.pop(name) for name in list(knobs) if name in raw["learn"]}
    raw["learn"] |= learn
    raw["train"] |= {"epochs": 2, "first_epochs": 1, "batch_size": 100, "learning_rate": 0.05}
    raw["train"] |= {"calibration_rows": 6000, "complete_rows": 500, "novelty_rounds": 2}
    raw["train"] |= {"tree_rounds": 1, "threads": 1, **knobs}
    raw["sample"] |= {f"{part}_rows": rows for part, rows in ROWS.items()}
    raw["gate"] |= {"rows": 2000, **NO_LIMITS}
    raw["evaluate"]["real_cases"] = ROOT / "examples" / "real_cases.csv"
    return Params.model_validate(raw)


def sample(folder: Path, knowledge: Path = KNOWLEDGE, learned: Path | None = None) -> None:
    """Draw the vignettes of a small project into `folder`."""
    world = build_world(load_knowledge(knowledge, learned))
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in ROWS.items():
        cases, truth = pipeline.Places(folder).cases(part)
        plan = Plan(rows, _SEEDS[part], "training", cases, truth, forms=part in FORMS)
        sample_to_files(world, plan, lambda _: None)


def few_people(patch: pytest.MonkeyPatch) -> None:
    """Published statistics are replayed on fewer people, which says the same in less time."""
    patch.setattr("training.promotion.checks.published.replay", partial(replay, wanted=8000))
    patch.setattr("data_gen.literature.people._CHUNK", 8192)


def run_all(knobs: Params) -> str:
    """Every stage from train to register; what register said."""
    places = pipeline.Places()
    pipeline.train(knobs, places)
    pipeline.evaluate(knobs, places)
    pipeline.gate(knobs, places)
    return pipeline.register(knobs, places)
