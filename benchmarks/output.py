"""How a benchmark is asked, and what becomes of its figures: options, tables, a file."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.case_files import ROOT
from serve.model.bundle import bundle_folder


def options(
    doc: str | None, *, model: bool = False, vignettes: bool = False, out: str | None = None
) -> argparse.ArgumentParser:
    """A parser with the options that benchmarks share; `out` is the file that keeps the result."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
    if model:
        parser.add_argument("--model", type=_bundle, default=str(ROOT / "models" / "leg_pain"))
    if vignettes:
        parser.add_argument("--vignettes", type=Path, default=ROOT / "build" / "vignettes")
    kept = None if out is None else ROOT / "benchmarks" / out
    parser.add_argument("--out", type=Path, default=kept)
    return parser


def _bundle(text: str) -> Path:
    """A bundle's folder, or that of the champion of a store."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no bundle at {text}: `make run` trains one")
    return bundle_folder(Path(text).resolve())


def tell(text: str, out: Path | None) -> None:
    """Print the result, and keep it where a file is named."""
    print(text)
    if out:
        out.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def table(rows: Sequence[Mapping[str, object]], formats: Mapping[str, str]) -> str:
    """A table in plain text; None is blank, and columns with a format hold numbers."""
    grid = Table(box=None, pad_edge=False, header_style="")
    for head in rows[0]:
        grid.add_column(head, justify="right" if head in formats else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*("" if v is None else format(v, formats.get(k, "")) for k, v in row.items()))
    text = StringIO()
    Console(file=text, width=200, markup=False, highlight=False, color_system=None).print(grid)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
