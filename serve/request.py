"""What is asked for: cases to score, how, and where the answers go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_gen.vocabulary import load
from serve.answer import output_columns
from serve.cases.blocks import CHUNK
from serve.cases.header import Header, match_header
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping


@dataclass(frozen=True)
class Request:
    """One file or folder to score, and how; small, and the same from the command to each block.

    Without a bundle, overrides alone answer.
    """

    cases: str
    out: str
    rejects: str | None = None
    bundle: Path | None = None
    mix: str = "training"
    workers: int | None = None
    spreadsheet_safe: bool = False
    mapping: ColumnMapping = NO_MAPPING
    explain: bool = False
    ask: int = 0
    columns_out: str | None = None
    """Names of the columns to write, with commas between them; None for all."""
    chunk: int = CHUNK
    as_table: bool = False
    """Whether scored rows are wanted as tables, whatever `out` is called."""

    mapped_by: str = "--columns"
    """How a reader of problems maps a column; blank where there is no way to."""

    @property
    def parquet(self) -> bool:
        """Whether scored rows are made as tables, not as text."""
        return self.as_table or self.out.lower().endswith((".parquet", ".pq"))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the columns that scoring adds."""
        return output_columns(load(), explain=self.explain)

    def match(self, names: Sequence[str], where: str) -> Header:
        """The header of a file with these columns; RefusedError for one that cannot be used."""
        return match_header(
            names, where, load(), self.mapping, explain=self.explain, mapped_by=self.mapped_by
        )
