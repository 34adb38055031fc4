"""Where the stages of the pipeline find and leave their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Where the stages find and leave their files."""

    vignettes: Path = Path("build/vignettes")
    candidate: Path = Path("build/candidate")
    reports: Path = Path("reports")
    models: Path = Path("models")

    def cases(self, part: str) -> tuple[Path, Path]:
        """The cases and the truth of `train` or `test`."""
        return pair(self.vignettes, part)

    @property
    def decision(self) -> Path:
        """Where the gate leaves its decision."""
        return self.reports / "gate.json"


def pair(folder: Path, name: str) -> tuple[Path, Path]:
    """The files of the cases and of the truth."""
    return folder / f"{name}.parquet", folder / f"{name}_truth.parquet"
