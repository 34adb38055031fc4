"""The vignettes of the pipeline, as the benchmarks of models read them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from data_gen.vocabulary import load
from serve.problem import RefusedError
from training.data.features import Intervals
from training.data.knowledge_facts import read_facts
from training.data.vignettes import Vignettes, read_vignettes
from training.model import fit
from training.paths import pair


def read_part(folder: Path, part: str) -> Vignettes:
    """The vignettes `train`, `validation` or `test` of a folder; ends where they are missing."""
    files = pair(folder, part)
    for path in files:
        if not path.is_file():
            sys.exit(f"{path} is missing: `.venv/bin/dvc repro sample` draws the vignettes")
    try:
        return read_vignettes(*files, load())
    except RefusedError as error:
        sys.exit(f"error: {error}")


def first(vignettes: Vignettes, rows: int) -> Vignettes:
    """The first vignettes; rows are independent, so that they are a sample of fewer."""
    some = slice(None, rows)
    return replace(
        vignettes,
        cases=vignettes.cases[some],
        label=vignettes.label[some],
        exact=vignettes.exact[some],
        log_evidence=vignettes.log_evidence[some],
        component=vignettes.component[some],
        latent={name: cells[some] for name, cells in vignettes.latent.items()},
        posterior=vignettes.posterior[some],
    )


def intervals_of(vignettes: Vignettes) -> Intervals:
    """The 0/1 intervals that our classifier would use on these vignettes."""
    return fit.intervals_of(vignettes, read_facts())
