"""A column mapping: how a file with other headers, words and units is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from data_gen.vocabulary import Finding
from serve.answer import CASE_ID
from serve.mapping.derivation import DateReader, Derivation
from serve.mapping.dialect import PLAIN, Dialect, Said, dialect_of
from serve.mapping.reader import NOTHING_COMMON, ColumnReader, Common, ListReader, Reader
from serve.mapping.unknowns import AS_FILES_SAY, Unknowns, unknowns_of
from serve.problem import Problem, near


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
    digest: str = ""
    """The SHA-256 of the file."""
    unknowns: Unknowns = AS_FILES_SAY
    """What a blank cell means, and a finding without a column."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the mapping names, in lower case."""
        ids = [self.case_id] if self.case_id != CASE_ID else []
        return tuple(dict.fromkeys([*self.columns, *sorted(self.inputs), *ids]))

    def within(self, keys: Collection[str]) -> ColumnMapping:
        """What of the mapping is of columns that a file has."""
        columns = {name: readers for name, readers in self.columns.items() if name in keys}
        derivations = tuple(one for one in self.derivations if {*one.columns} <= {*keys})
        case_id = self.case_id if self.case_id in keys else CASE_ID
        return replace(self, columns=columns, derivations=derivations, case_id=case_id)

    @property
    def inputs(self) -> frozenset[str]:
        """The columns that findings are computed from."""
        return frozenset(name for one in self.derivations for name in one.columns)

    def takes(self, key: str) -> bool:
        """Whether the mapping says what a column is, so that its name does not."""
        return key in self.columns or key == self.case_id or key in self.inputs

    def written(self, said: Said) -> ColumnMapping:
        """The same mapping for a file that is written as it is said, where anything is."""
        given = {name: value for name, value in said.items() if value is not None}
        if not given:
            return self
        dialect = dialect_of(vars(self.dialect) | given)
        common = replace(self.common, decimal=dialect.decimal or ".")
        columns = {
            name: tuple(_with(reader, common) for reader in readers)
            for name, readers in self.columns.items()
        }
        derivations = tuple(
            replace(one, readers=tuple(_with(reader, common) for reader in one.readers))
            for one in self.derivations
        )
        return replace(
            self, columns=columns, derivations=derivations, common=common, dialect=dialect
        )

    def own(self, finding: Finding) -> ColumnReader:
        """How a column that is named like a finding is read."""
        return ColumnReader(finding, common=self.common)

    def missing(
        self, keys: Sequence[str], where: str, lacking: str = "the file lacks"
    ) -> Iterator[Problem]:
        """A problem for each mapped column that the file, or all files together, do not have."""
        for name in self.names:
            if name not in keys:
                message = f"the mapping names a column {name!r} that {lacking}"
                remedy = near(name, keys) or "take it out of the mapping"
                yield Problem("mapped_column_missing", where, message, remedy)


_Any = TypeVar("_Any", bound=ColumnReader | ListReader | DateReader)


def _with(reader: _Any, common: Common) -> _Any:
    """A reader whose numbers are written in another way."""
    if not isinstance(reader, ColumnReader):
        return reader
    return replace(reader, common=replace(reader.common, decimal=common.decimal))


NO_MAPPING = ColumnMapping()


def file_mapping(said: Said) -> ColumnMapping:
    """A mapping that says nothing of columns: how a file is written, and what silences mean."""
    dialect = dialect_of(said)
    common = Common(decimal=dialect.decimal or ".")
    return ColumnMapping(common=common, dialect=dialect, unknowns=unknowns_of(said))
