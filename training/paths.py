"""Where the stages of the pipeline find and leave their files, and how they leave one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from data_gen.vocabulary.files import atomic
from training.params import PARAMS, Params

CARD = "MODEL_CARD.md"
PAGE = "report.html"
OVERLAY = "learned.yaml"
TABLE = "learned.csv"
ROWS = "labelled_rows.npz"
METRICS = "metrics.json"


@dataclass(frozen=True)
class Places:
    """Where the stages find and leave their files."""

    vignettes: Path = Path("build/vignettes")
    candidate: Path = Path("build/candidate")
    drafts: Path = Path("build/report")
    """Card and report before it is known what became of the model."""
    reports: Path = Path("reports")
    models: Path = Path("models/leg_pain")
    params: Path = PARAMS
    """The file that the knobs were read from."""
    learned: Path = Path("build/learned")
    """What labelled cases have changed of the knowledge."""

    def cases(self, part: str) -> tuple[Path, Path]:
        """The cases and the truth of `train`, `validation`, `test` or `forms`."""
        return pair(self.vignettes, part)

    @property
    def overlay(self) -> Path | None:
        """What cases have updated of the knowledge; None where `learn` has not been run."""
        path = self.learned / OVERLAY
        return path if path.exists() else None

    @property
    def decision(self) -> Path:
        """Where the gate leaves its decision."""
        return self.reports / "gate.json"


def pair(folder: Path, name: str) -> tuple[Path, Path]:
    """The files of the cases and of the truth."""
    return folder / f"{name}.parquet", folder / f"{name}_truth.parquet"


def atomic_write(target: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all, in a folder that is made where it is not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic.atomic_write(target) as stream:
        stream.write(content)


def project_root() -> Path:
    """The folder of the project, also from the temporary copy of `dvc exp run --temp`."""
    return Path(os.environ.get("DVC_ROOT", Path.cwd())).resolve()


def in_experiment() -> bool:
    """Whether this is a stage of `dvc exp run`, here, queued or in a temporary copy."""
    return "DVC_EXP_BASELINE_REV" in os.environ


def labelled_folder(params: Params) -> Path:
    """The folder of labelled cases, counted from the project's own: a copy has none of them."""
    folder = params.learn.labelled_cases
    return folder if project_root() == Path.cwd().resolve() else project_root() / folder
