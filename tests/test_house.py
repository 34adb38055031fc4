"""The rooms of the house: which package may import which, and what a light import may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("data_gen", "training", "serve")
HEAVY = ("mlflow", "pandas", "sklearn", "lightgbm", "scipy", "matplotlib", "onnx")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def files(package: str) -> list[Path]:
    """The modules of a package."""
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", files("data_gen"), ids=str)
def test_data_gen_imports_neither_training_nor_serve(path: Path) -> None:
    """Knowledge and vignettes know nothing of models and scores."""
    assert not [name for name in imports(path) if name.split(".")[0] in ("training", "serve")]


@pytest.mark.parametrize("path", files("serve"), ids=str)
def test_serve_imports_only_the_vocabulary(path: Path) -> None:
    """Serving needs the contract for a case, and nothing else of the project."""
    ours = [name for name in imports(path) if name.split(".")[0] in OURS]
    allowed = ("data_gen.vocabulary", "serve")
    assert all(any(name == a or name.startswith(f"{a}.") for a in allowed) for name in ours)


@pytest.mark.parametrize("package", OURS)
def test_a_package_imports_nothing_heavy(package: str) -> None:
    """`import data_gen`, `training` or `serve` alone loads no library of weight."""
    code = f"import {package}, sys; print(*[m for m in {(*HEAVY, 'numpy')} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_scoring_loads_no_training_library() -> None:
    """The scoring chain runs without mlflow, pandas, scikit-learn, lightgbm or training code."""
    code = (
        "import serve.job, sys;"
        f"print(*[m for m in {(*HEAVY, 'training', 'data_gen.world')} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
