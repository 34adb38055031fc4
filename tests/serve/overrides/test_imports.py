"""Overrides answer without anything that could be missing or broken."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "pandas", "onnxruntime", "mlflow", "yaml", "pydantic", "pyarrow", "sklearn")


def test_importing_the_overrides_loads_nothing_heavy() -> None:
    """A fresh interpreter that imports and asks the overrides has loaded no heavy package."""
    program = (
        "import sys, serve.overrides as o;"
        "assert o.evaluate({'saddle_numbness': True}).level == 'emergency';"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_importing_the_overrides_loads_nothing_else_of_the_project() -> None:
    """Overrides import neither the model nor the vocabulary, so neither can break them."""
    program = (
        "import sys, serve.overrides;"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('data_gen', 'training')"
        " or (m.startswith('serve.') and not m.startswith('serve.overrides'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
