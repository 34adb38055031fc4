"""What the stages of `dvc.yaml` depend on: all that they use, and no more."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from dvc.repo import Repo

from tests.test_house import imported_modules, modules_behind
from tests.training.projects import ROOT

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
_COPIED = ("data_gen", "serve", "training", "examples", "labelled", "dvc.yaml", "params.yaml")
_FOLDERS = {"build", "models", "plots"}  # outs that are folders, by a part of their path
_NOT_USED = {
    "data_gen/narrative": "the vignettes of the pipeline hold no paragraph",
    "serve/answer.py": "of it, reading cases takes the names of columns alone",
    "serve/overrides": "what an issue silences changes no value of a case",
}
"""Imported by what samples and trains, and without effect on what they make."""


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose lock says that every stage has run."""
    folder = tmp_path_factory.mktemp("project")
    skipped = shutil.ignore_patterns("__pycache__")
    for name in _COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name, **({"ignore": skipped} if source.is_dir() else {}))
    for stage in STAGES.values():
        for out in _paths([*stage["outs"], *stage.get("metrics", ()), *stage.get("plots", ())]):
            place = folder / out
            place = place / "made" if _FOLDERS & set(place.parts) else place
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("made\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with Repo.init(no_scm=True) as repo:
            repo.commit(force=True)
    return folder


def _paths(entries: Iterable[str | dict[str, object]]) -> Iterator[str]:
    for entry in entries:
        yield from [entry] if isinstance(entry, str) else entry


@pytest.mark.parametrize(
    ("edited", "runs"),
    [
        ("training/evaluation/plots.py", {"evaluate"}),
        ("training/evaluation/documents.py", {"evaluate"}),
        ("training/evaluation/templates/report.html", {"evaluate"}),
        ("training/evaluation/templates/MODEL_CARD.md", {"evaluate"}),
        ("training/promotion/gate_table.py", {"evaluate"}),
        ("data_gen/narrative/narrate.py", {"evaluate"}),
        ("data_gen/pages/condition_page.py", {"evaluate"}),
        ("training/model/classifier.py", {"evaluate", "train"}),
        ("training/learn/learn.py", {"evaluate", "learn", "train"}),
        ("serve/cases/parse.py", {"evaluate", "learn"}),
        ("data_gen/knowledge/mix.yaml", {"evaluate", "learn", "train", "sample"}),
    ],
)
def test_an_edit_runs_what_uses_the_file(
    committed: Path, monkeypatch: pytest.MonkeyPatch, edited: str, runs: set[str]
) -> None:
    """An edit of a plot, page, card or narrative samples and fits nothing; that of a model fits."""
    monkeypatch.chdir(committed)
    path = committed / edited
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    try:
        with Repo() as repo:
            changed = {name for name, what in repo.status().items() if what != ["always changed"]}
    finally:
        path.write_bytes(before)
    assert changed - {"gate"} == runs


@pytest.mark.parametrize("stage", ["learn", "sample", "train"])
def test_a_stage_depends_on_what_it_imports(stage: str) -> None:
    """Each module that a stage imports, in whatever way, stands among its dependencies."""
    roots = {
        "sample": [ROOT / "data_gen/sampler/sample.py", ROOT / "data_gen/world/world.py"],
        "learn": list(_behind(ROOT / "training/pipeline.py", {"learn"})),
        "train": list(_behind(ROOT / "training/pipeline.py", {"train", "_vignettes"})),
    }
    listed = [*_paths(STAGES[stage]["deps"]), *_NOT_USED]
    missing = [
        path
        for path in _closure(roots[stage])
        if not any(path == name or path.startswith(f"{name}/") for name in listed)
    ]
    assert missing == []


def _behind(path: Path, functions: set[str]) -> Iterator[Path]:
    """The modules behind the names that some functions of a module use."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in functions]
    within = [node for body in bodies for node in ast.walk(body)]
    used = {node.id for node in within if isinstance(node, ast.Name)}
    imports = (node for node in (*tree.body, *within) if isinstance(node, ast.ImportFrom))
    return modules_behind(n for n in imports if used & {alias.name for alias in n.names})


def _closure(paths: Iterable[Path]) -> set[str]:
    """The files of the project that some files import, and these, and so on."""
    seen: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        name = path.relative_to(ROOT).as_posix()
        if name in seen or any(name.startswith(other) for other in _NOT_USED):
            continue
        seen.add(name)
        waiting += imported_modules(path)
    return seen
