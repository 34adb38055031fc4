"""The notebook of the examples runs to its end, and is small."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.training.projects import ROOT
from tests.training.quiet import QUIET

pytestmark = QUIET
NOTEBOOK = ROOT / "examples" / "notebook.ipynb"
_SIZES = "TRAIN_ROWS, TEST_ROWS, ROUNDS = 8_000, 2_000, 60"
_LARGEST = 150_000  # bytes


@pytest.fixture(scope="module")
def notebook() -> nbformat.NotebookNode:
    """The notebook as it lies in the folder."""
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_runs(notebook: nbformat.NotebookNode, project: Path) -> None:
    """On fewer rows, with the model of a small project, every cell runs; tables are there."""
    first = next(cell for cell in notebook.cells if _SIZES in cell.source)
    small = first.source.replace(_SIZES, _SIZES.split("=")[0] + "= 1_500, 200, 2")
    model = project / "models" / "leg_pain"
    assert small.count("serve.load()") == 1
    first.source = small.replace("serve.load()", f"serve.load({str(model)!r})")
    folder = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=100, kernel_name="python3", resources=folder).execute()
    shown = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    table = next(out for out in shown if "excess, nats" in str(out.get("data", {})))
    assert "champion" in table["data"]["text/plain"]
    assert sum("image/png" in out.get("data", {}) for out in shown) == 2
    assert not [out for out in shown if out.get("name") == "stderr"]


def test_the_notebook_is_kept_small_and_whole(notebook: nbformat.NotebookNode) -> None:
    """Its outputs are those of one run, in order, and few bytes."""
    nbformat.validate(notebook)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert NOTEBOOK.stat().st_size < _LARGEST
