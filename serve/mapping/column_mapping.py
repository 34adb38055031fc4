"""A column mapping: how a file with other headers, words and units is read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from data_gen.vocabulary import Finding
from serve.answer import CASE_ID
from serve.mapping.derivation import Derivation
from serve.mapping.dialect import PLAIN, Dialect, Said, dialect_of
from serve.mapping.reader import NOTHING_COMMON, ColumnReader, Common, Reader
from serve.problem import Problem


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of a file are read, by their names in lower case."""

    columns: Mapping[str, tuple[Reader, ...]] = field(default_factory=dict)
    """The findings of each column; none for one that is only passed through."""
    derivations: tuple[Derivation, ...] = ()
    case_id: str = CASE_ID
    common: Common = NOTHING_COMMON
    dialect: Dialect = PLAIN
    source: str = ""

    @property
    def inputs(self) -> frozenset[str]:
        """The columns that findings are computed from."""
        return frozenset(name for one in self.derivations for name in one.columns)

    def takes(self, key: str) -> bool:
        """Whether the mapping says what a column is, so that its name does not."""
        return key in self.columns or key == self.case_id or key in self.inputs

    def own(self, finding: Finding) -> ColumnReader:
        """How a column that is named like a finding is read."""
        return ColumnReader(finding, common=self.common)

    def missing(self, keys: Sequence[str], where: str) -> Iterator[Problem]:
        """A problem for each mapped column that the file does not have."""
        ids = [self.case_id] if self.case_id != CASE_ID else []
        for name in dict.fromkeys([*self.columns, *sorted(self.inputs), *ids]):
            if name not in keys:
                message = f"the mapping names a column {name!r} that the file lacks"
                near = difflib.get_close_matches(name, keys, n=1)
                remedy = f"did you mean {near[0]!r}?" if near else "take it out of the mapping"
                yield Problem("mapped_column_missing", where, message, remedy)


NO_MAPPING = ColumnMapping()


def file_mapping(said: Said) -> ColumnMapping:
    """A mapping that says nothing but how the file is written."""
    dialect = dialect_of(said)
    return ColumnMapping(common=Common(decimal=dialect.decimal or "."), dialect=dialect)
