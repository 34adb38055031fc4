"""The header of a case file, matched to the vocabulary before any row is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from data_gen.vocabulary import Vocabulary
from serve.answer import CASE_ID, output_columns
from serve.cases.names import Named, is_case_id, key_of, named
from serve.issues import Issue, near_miss, quoted_name, read_as
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.mapping.derivation import Derivation
from serve.mapping.reader import Reader
from serve.mapping.unknowns import AS_FILES_SAY, Unknowns
from serve.problem import Problem, RefusedError


@dataclass(frozen=True)
class Header:
    """Which column of a file holds which finding. Places count from 0."""

    names: tuple[str, ...]
    readings: tuple[tuple[int, Reader], ...]
    case_id: int | None
    warnings: tuple[Problem, ...]
    told: tuple[tuple[int, Issue], ...] = ()
    """Columns whose names are not quite a finding's: the issue of every row that fills them."""
    unknowns: Unknowns = AS_FILES_SAY
    derived: tuple[tuple[tuple[int, ...], Derivation], ...] = ()
    """Findings that follow from several columns, or from none, and the places of those."""
    mapped: bool = False
    """Whether a mapping says how columns are read."""

    @property
    def used(self) -> tuple[int, ...]:
        """The places of all columns whose cells are looked at."""
        ids = () if self.case_id is None else (self.case_id,)
        inputs = [place for places, _ in self.derived for place in places]
        single = [place for place, _ in (*self.readings, *self.told)]
        return tuple(dict.fromkeys([*single, *inputs, *ids]))

    @property
    def yes_no(self) -> frozenset[int]:
        """The places of the columns that are read as a yes or a no."""
        return frozenset(p for p, reading in self.readings if reading.finding.kind == "yes_no")

    @property
    def read(self) -> tuple[str, ...]:
        """The names of the columns that are read, as findings or as the case's id."""
        return tuple(name for place, name in enumerate(self.names) if place in self._read)

    @property
    def not_read(self) -> tuple[str, ...]:
        """The names of the columns that only pass through."""
        return tuple(name for place, name in enumerate(self.names) if place not in self._read)

    @property
    def _read(self) -> frozenset[int | None]:
        inputs = {place for places, _ in self.derived for place in places}
        return frozenset({place for place, _ in self.readings} | inputs | {self.case_id})


def match_header(
    names: Sequence[str],
    where: str,
    vocabulary: Vocabulary,
    mapping: ColumnMapping = NO_MAPPING,
    *,
    explain: bool = False,
    scored: bool = False,
    mapped_by: str = "--columns",
) -> Header:
    """The header of a file whose columns have these names.

    `mapped_by` is how the reader of a message maps a column; blank where there is no way to. Of a
    `scored` file the columns that scoring wrote are passed over, and none need be left to read.

    Raises RefusedError, with every problem at once, for two columns of one finding or of the case's
    id, a column named like one that scoring writes, or no known column at all. Columns that
    nothing reads may have any name, or none, or the same.
    """
    keys = [key_of(name) for name in names]
    ours = frozenset(output_columns(vocabulary, explain=explain or scored))
    found = [
        None if mapping.takes(key) or (scored and key in ours) else named(name, vocabulary)
        for name, key in zip(names, keys, strict=True)
    ]
    readings = tuple(_readings(keys, found, mapping, vocabulary))
    derived = tuple(_derived(keys, mapping))
    ids = _case_ids(names, keys, mapping)
    problems = [
        *_twice(names, keys, [(p, r.finding.id) for p, r in readings], where),
        *_twice(names, keys, [(place, CASE_ID) for place in ids], where),
        *_taken(names, keys, where, () if scored else ours),
        *mapping.missing(keys, where),
        *_both_ways(names, readings, mapping, where),
    ]
    if not problems and not readings and not derived and not scored:
        problems = [_none_known(names, where, found, mapped_by)]
    if problems:
        raise RefusedError(*problems)
    return Header(
        tuple(names),
        readings,
        ids[0] if ids else None,
        tuple(_warnings(names, where, found, mapped_by)),
        tuple(_told(names, found)),
        mapping.unknowns,
        derived,
        bool(mapping.source),
    )


def is_scored(names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether a file with these columns was scored: it has several that scoring writes."""
    return len(set(output_columns(vocabulary, explain=True)) & set(map(key_of, names))) > 1


def _readings(
    keys: Sequence[str],
    found: Sequence[Named | None],
    mapping: ColumnMapping,
    vocabulary: Vocabulary,
) -> Iterator[tuple[int, Reader]]:
    for place, (key, name) in enumerate(zip(keys, found, strict=True)):
        if key in mapping.columns:
            yield from ((place, reader) for reader in mapping.columns[key])
        elif name is not None and name.likeness != "near":
            yield place, mapping.own(vocabulary.finding(name.finding))


def _derived(
    keys: Sequence[str], mapping: ColumnMapping
) -> Iterator[tuple[tuple[int, ...], Derivation]]:
    """Each computed finding with the places of its columns; one that lacks some is told before."""
    places = {key: place for place, key in reversed([*enumerate(keys)])}
    for derivation in mapping.derivations:
        if all(name in places for name in derivation.columns):
            yield tuple(places[name] for name in derivation.columns), derivation


def _both_ways(
    names: Sequence[str],
    readings: Sequence[tuple[int, Reader]],
    mapping: ColumnMapping,
    where: str,
) -> Iterator[Problem]:
    """A problem for each finding that a column gives, and a computation as well."""
    columns = {reading.finding.id: place for place, reading in readings}
    for finding in (derivation.finding.id for derivation in mapping.derivations):
        if finding in columns:
            name = quoted_name(names[columns[finding]])
            message = f"{name} gives {finding}, and the mapping computes it as well"
            remedy = "leave one of them out of the mapping, or say `ignore` of the column"
            yield Problem("finding_twice", where, message, remedy)


def _case_ids(names: Sequence[str], keys: Sequence[str], mapping: ColumnMapping) -> list[int]:
    """The places of the case's id: of that very name, else of one that differs in its spelling."""
    exact = [place for place, key in enumerate(keys) if key == mapping.case_id]
    if exact or mapping.case_id != CASE_ID:
        return exact
    free = [place for place, key in enumerate(keys) if not mapping.takes(key)]
    return [place for place in free if is_case_id(names[place])]


def _told(names: Sequence[str], found: Sequence[Named | None]) -> Iterator[tuple[int, Issue]]:
    for place, name in enumerate(found):
        if name is not None and name.likeness != "same":
            yield place, told(names[place], name)


def told(name: str, found: Named) -> Issue:
    """The issue of a case that fills a column of this name, which is not quite a finding's."""
    tell = read_as if found.likeness == "squeezed" else near_miss
    return tell(name, found.finding)


def _twice(
    names: Sequence[str], keys: Sequence[str], read: Sequence[tuple[int, str]], where: str
) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for place, what in read:
        other = first.setdefault(what, place)
        if other == place:
            continue
        spot = f"columns {other + 1} and {place + 1}"
        if keys[other] == keys[place]:
            message = f"column {quoted_name(names[place])} stands twice, in {spot}"
            yield Problem("header_twice", where, message, "rename or delete one of them")
        else:
            both = f"{quoted_name(names[other])} and {quoted_name(names[place])}"
            message = f"{both} both give {what}, in {spot}"
            yield Problem("finding_twice", where, message, "delete one of them, or its mapping")


def _taken(
    names: Sequence[str], keys: Sequence[str], where: str, ours: Collection[str]
) -> Iterator[Problem]:
    taken = [place for place, key in enumerate(keys) if key in ours]
    if len(taken) > 1:
        shown = ", ".join(names[place] for place in taken[:3]) + ", ..." * (len(taken) > 3)
        message = f"it was scored before: {len(taken)} of its columns scoring wrote ({shown})"
        remedy = "score the file that it was made from, or delete these columns"
        yield Problem("scored_before", where, message, remedy)
        return
    for place in taken:
        message = f"column {place + 1} is named {quoted_name(names[place])}, as one scoring writes"
        yield Problem("output_column", where, message, "rename or delete it")


def _none_known(
    names: Sequence[str], where: str, found: Sequence[Named | None], mapped_by: str
) -> Problem:
    message = "no column is the name of a finding"
    close = " ".join(str(problem) for problem in _warnings(names, where, found, mapped_by))
    if close:
        return Problem("no_known_column", where, message, close)
    remedy = "the first line must name the columns; `python -m serve template` writes one"
    return Problem("no_known_column", where, message, remedy)


def _warnings(
    names: Sequence[str], where: str, found: Sequence[Named | None], mapped_by: str
) -> Iterator[Problem]:
    rename = f"rename it, or map it with {mapped_by}" if mapped_by else "rename it"
    for name, near in zip(names, found, strict=True):
        if near is None or near.likeness == "same":
            continue
        if near.likeness == "squeezed":
            message = f"column {quoted_name(name)} is read as {near.finding!r}"
            yield Problem("read_as", where, message, "name it so, to be sure")
        else:
            message = f"column {quoted_name(name)} is not read; did you mean {near.finding!r}?"
            yield Problem("near_miss", where, message, rename)
