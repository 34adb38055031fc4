"""The rooms of the house: which may import which, how many modules each has, what loads lightly."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("data_gen", "training", "serve")
MODULES = 14
"""So many modules a folder has at most."""
HEAVY = ("mlflow", "pandas", "sklearn", "lightgbm", "scipy", "matplotlib", "onnx")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def imported_modules(path: Path) -> Iterator[Path]:
    """The files of the project that a file imports; of `from room import name`, the module."""
    yield from modules_behind(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def modules_behind(nodes: Iterable[ast.AST]) -> Iterator[Path]:
    """The files of the project that imports among some nodes name."""
    for node in nodes:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            whole = ROOT / name.replace(".", "/")
            places = (whole.with_suffix(".py"), whole / "__init__.py")
            places += (whole.parent.with_suffix(".py"), whole.parent / "__init__.py")
            yield from [place for place in places if place.exists()][:1]


def circle(arrows: Mapping[str, set[str]]) -> list[str]:
    """A way from a node back to itself, or nothing where the arrows have no circle."""
    try:
        tuple(TopologicalSorter(arrows).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


def files(package: str) -> list[Path]:
    """The modules of a package."""
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", files("data_gen"), ids=str)
def test_data_gen_imports_neither_training_nor_serve(path: Path) -> None:
    """Knowledge and vignettes know nothing of models and scores."""
    assert not [name for name in imports(path) if name.split(".")[0] in ("training", "serve")]


@pytest.mark.parametrize("path", files("serve"), ids=str)
def test_serve_imports_only_the_vocabulary(path: Path) -> None:
    """Serving needs the contract for a case and its words in English, and nothing else."""
    ours = [name for name in imports(path) if name.split(".")[0] in OURS]
    allowed = ("data_gen.vocabulary", "data_gen.narrative", "serve")
    assert all(any(name == a or name.startswith(f"{a}.") for a in allowed) for name in ours)


@pytest.mark.parametrize("path", files("training"), ids=str)
def test_training_imports_what_is_below_it(path: Path) -> None:
    """Training may use the generator and what is served, and no test or benchmark."""
    assert not [name for name in imports(path) if name.split(".")[0] in ("benchmarks", "tests")]


@pytest.mark.parametrize("package", OURS)
def test_modules_import_in_no_circle(package: str) -> None:
    """No module imports itself by way of others, not even inside a function."""
    assert circle({str(p): set(map(str, imported_modules(p))) for p in files(package)}) == []


@pytest.mark.parametrize("package", OURS)
def test_rooms_import_in_no_circle(package: str) -> None:
    """Seen as whole folders, the rooms of a package import one way; inside a room modules do."""
    rooms: dict[str, set[str]] = {}
    for path in files(package):
        for target in imported_modules(path):
            if ROOT / package not in target.parents:
                continue
            here, there = (_room(package, p) for p in (path, target))
            if here != there:
                rooms.setdefault(here, set()).add(there)
    assert circle(rooms) == []


def _room(package: str, path: Path) -> str:
    """The folder of a package that a file stands in; a file beside the folders is its own room."""
    return path.relative_to(ROOT / package).parts[0]


@pytest.mark.parametrize("package", OURS)
def test_a_folder_has_few_modules(package: str) -> None:
    """A newcomer reads the names of a folder at a glance."""
    sizes = Counter(str(path.parent.relative_to(ROOT)) for path in files(package))
    assert {name: size for name, size in sizes.items() if size > MODULES} == {}


def test_a_circle_is_found() -> None:
    """The search for circles finds one where there is one."""
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert circle({"a": {"b"}, "c": {"a", "b"}}) == []


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
        "import serve.batch.job, sys;"
        f"print(*[m for m in {(*HEAVY, 'training', 'data_gen.world')} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
