"""What the tests of serving share: a tiny bundle, files of cases, and the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from serve.cli.commands import main
from tests.made_once import made_once
from tests.serve.asking_bundle import asking_bundle
from tests.serve.tiny_bundle import tiny_files, write_bundle


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small bundle for the vocabulary of this installation."""
    return write_bundle(tmp_path_factory.mktemp("bundle"), tiny_files())


@pytest.fixture(scope="session")
def fitted_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small bundle of the form that the pipeline trains."""
    from tests.serve.trained_bundle import trained_bundle  # heavy: not for every test

    return made_once(tmp_path_factory, "trained", trained_bundle)


@pytest.fixture(scope="session")
def asking_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small bundle that knows what each answer would be worth."""
    return asking_bundle(tmp_path_factory.mktemp("asking"))


@dataclass(frozen=True)
class Run:
    """What a command did: its exit code, its talk, and the files it was asked to write."""

    code: int
    talk: str
    out: Path
    rejects: Path

    @property
    def rows(self) -> list[dict[str, str]]:
        """The scored rows."""
        return read_rows(self.out)

    @property
    def rejected(self) -> list[dict[str, str]]:
        """The rejected records."""
        return read_rows(self.rejects) if self.rejects.exists() else []


Score = Callable[..., Run]


@pytest.fixture
def score(tiny_bundle: Path, tmp_path: Path) -> Score:
    """Score bytes, or the file at a path, through the command line."""

    def run(cases: bytes | Path | str, *arguments: str, out: str = "out.csv") -> Run:
        path = cases
        if isinstance(cases, bytes):
            path = tmp_path / "cases.csv"
            path.write_bytes(cases)
        target = tmp_path / out
        if "--overrides-only" not in arguments and "--model" not in arguments:
            arguments = (*arguments, "--model", str(tiny_bundle))
        command = ["score", str(path), "--out", str(target), *arguments]
        result = CliRunner().invoke(main, command, catch_exceptions=False)
        return Run(result.exit_code, result.stderr, target, Path(f"{target}.rejects.csv"))

    return run


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
