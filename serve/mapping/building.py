"""The readers and derivations of a mapping file, made from its form and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.words import CellProblem, parse_cell, word_key
from serve.mapping.dates import Order
from serve.mapping.derivation import DateReader, Derivation
from serve.mapping.reader import ColumnReader, Common, ListReader, Reader
from serve.mapping.schema import Cell, Entry, ListEntry, MappingFile, Part
from serve.mapping.wording import (
    UNKNOWNS,
    Found,
    as_blank,
    as_words,
    blank_problems,
    unit_problems,
    word_problems,
)
from serve.problem import near

Place = tuple[int | str, ...]
_NEEDS: dict[str, tuple[str, ...]] = {
    "since": ("age_years", "duration_days"),
    "weight": ("bmi",),
    "ankle": ("abi",),
    "left": ("side", "swelling"),
    "pack_years": ("smoking",),
}
"""The findings that some computations are made for."""
_KINDS = {"lowest": "number", "highest": "number", "difference": "number", "any": "yes_no",
          "which": "choice"}  # fmt: skip
_BASES = {"weight": "kg", "height": "cm", "ankle": "mmHg", "arm": "mmHg"}


@dataclass
class Builder:
    """Makes readers, and collects what is wrong with what they are made from."""

    vocabulary: Vocabulary
    common: Common
    dates: Order | None
    found: list[Found]

    def check_common(self, form: MappingFile) -> None:
        """Collect what is wrong with what is said of all columns."""
        values = {word for finding in self.vocabulary.findings for word in finding.words}
        for theirs, ours in form.words.items():
            if str(ours) not in values and str(ours) not in UNKNOWNS:
                message = f"{str(ours)!r} is no value of any finding"
                self.found.append(Found(("words", theirs), message, near(str(ours), values)))
        codes = form.missing if isinstance(form.missing, dict) else {}
        for code, word in codes.items():
            if str(word) not in UNKNOWNS:
                remedy = f"use one of {', '.join(UNKNOWNS)}"
                message = f"a missing value cannot be {str(word)!r}"
                self.found.append(Found(("missing", code), message, remedy))
        if form.blank is not None and form.blank not in (*UNKNOWNS, "no", "none"):
            remedy = "use one of blank, not asked, unknown, no"
            self.found.append(Found(("blank",), f"a blank cannot mean {form.blank!r}", remedy))

    def readers(self, name: str, entry: str | Entry | ListEntry) -> Iterator[Reader]:
        """How a column is read: as one finding, or as the findings of its list."""
        place: Place = ("columns", name)
        if isinstance(entry, ListEntry):
            yield from self._list(entry, place)
            return
        entry = Entry(finding=entry) if isinstance(entry, str) else entry
        finding = self._finding(entry.finding, place)
        if finding is not None:
            yield self._reader(entry, finding, place)

    def _finding(self, name: str, place: Place) -> Finding | None:
        if name in self.vocabulary.finding_ids:
            return self.vocabulary.finding(name)
        hint = near(name, self.vocabulary.finding_ids)
        self.found.append(Found(place, f"no finding is called {name!r}", hint))
        return None

    def _reader(self, said: Entry | Cell, finding: Finding, place: Place) -> ColumnReader:
        base = finding.unit if finding.kind == "number" else ""
        self.found += [
            *unit_problems(said.unit, base, finding.id, place),
            *word_problems(said.words, finding, (*place, "words")),
            *blank_problems(said.blank, finding, place),
        ]
        unit = "" if said.unit in (None, base) else str(said.unit)
        common = replace(self.common, blank="") if said.blank else self.common
        return ColumnReader(finding, as_words(said.words), unit, common, as_blank(said.blank))

    def _list(self, entry: ListEntry, place: Place) -> Iterator[ListReader]:
        known = frozenset(word_key(item) for item in entry.list)
        items: dict[str, set[Any]] = {}
        for item, target in entry.list.items():
            if target != "ignore":
                items.setdefault(target, set()).add(word_key(item))
        for count, (target, own) in enumerate(items.items()):
            finding = self._finding(target, (*place, "list"))
            if finding is None:
                continue
            if finding.kind != "yes_no":
                message = f"{target} is no yes/no finding, and cannot be an item of a list"
                self.found.append(Found((*place, "list"), message, "leave it out"))
            self.found += blank_problems(entry.blank, finding, place)
            blank = as_blank(entry.blank) if entry.blank else self.common.blank
            yield ListReader(
                finding, frozenset(own), known, entry.separator, as_blank(entry.others), blank,
                self.common.missing, tells=count == 0,
            )  # fmt: skip

    def derivation(self, name: str, form: Part) -> Derivation | None:
        """How a finding follows from columns."""
        place: Place = ("findings", name)
        finding = self._finding(name, place)
        if finding is None:
            return None
        how = next(iter(type(form).model_fields))
        if how == "since":
            how_said = self._since(finding, form)
        elif how == "constant":
            how_said = self._constant(finding, str(form.constant), place)  # type: ignore[attr-defined]
        else:
            how_said = self._from_cells(finding, how, form, place)
        self._check_kind(finding, how, place)
        return how_said

    def _check_kind(self, finding: Finding, how: str, place: Place) -> None:
        made_for = _NEEDS.get(how, (finding.id,))
        if finding.id not in made_for:
            message = f"{finding.id} does not follow from {how!r}"
            self.found.append(Found((*place, how), message, f"{how!r} gives {', '.join(made_for)}"))
        elif finding.kind != _KINDS.get(how, finding.kind):
            message = f"{finding.id} does not follow from {how!r}"
            remedy = f"{how!r} gives findings of the kind {_KINDS[how]}"
            self.found.append(Found((*place, how), message, remedy))

    def _constant(self, finding: Finding, word: str, place: Place) -> Derivation:
        if isinstance(problem := parse_cell(finding, word), CellProblem):
            self.found.append(Found((*place, "constant"), problem.message, problem.remedy))
        return Derivation(finding, "constant", fixed=word)

    def _since(self, finding: Finding, form: Any) -> Derivation:
        """Time between two columns, or from a column to a fixed day."""
        reader = DateReader(self.dates, coarse=finding.unit == "years", common=self.common)
        until = str(form.until)
        try:
            date.fromisoformat(until)
        except ValueError:
            columns = (_key(form.since), _key(until))
            return Derivation(finding, "since", columns, (reader, reader), ("since", "until"))
        return Derivation(finding, "since", (_key(form.since),), (reader,), ("since",), until)

    def _from_cells(self, finding: Finding, how: str, form: Any, place: Place) -> Derivation:
        cells = list(_cells(form))
        readers = [
            self._reader(cell, self._part(finding, how, part), (*place, *where))
            for part, where, cell in cells
        ]
        for part, where, cell in cells:
            if part in ("weight", "height") and cell.unit is None:
                remedy = "write it as {column: " + cell.column + ", unit: kg}, or cm, lb, in"
                self.found.append(Found((*place, *where), f"the unit of the {part} is missing",
                                        remedy))  # fmt: skip
            if how == "which" and part not in finding.values:
                remedy = f"use {', '.join(finding.values)}"
                message = f"{part!r} is no value of {finding.id}"
                self.found.append(Found((*place, *where), message, remedy))
        return Derivation(
            finding, how, tuple(_key(cell.column) for *_, cell in cells), tuple(readers),
            tuple(part for part, *_ in cells),
        )  # fmt: skip

    @staticmethod
    def _part(finding: Finding, how: str, part: str) -> Finding:
        """What one of the columns is read as: the finding itself, an amount, or a yes or no."""
        if how in ("first", "lowest", "highest", "any"):
            return finding
        if how in ("weight", "ankle", "difference") or part == "pack_years":
            unit = _BASES.get(part, finding.unit)
            return replace(finding, kind="number", values=(), low=0.0, high=None, unit=unit)
        return replace(finding, kind="yes_no", values=(), low=None, high=None, unit="")


def _cells(form: Part) -> Iterator[tuple[str, Place, Cell]]:
    """The columns of a form: what each is to it, where it stands in the form, and what is said."""
    for name in type(form).model_fields:
        said = getattr(form, name)
        if isinstance(said, dict):
            for value, cell in said.items():
                yield value, (name, value), _cell(cell)
        elif isinstance(said, Sequence) and not isinstance(said, str):
            for count, cell in enumerate(said):
                yield name, (name, count), _cell(cell)
        elif said is not None:
            yield name, (name,), _cell(said)


def _cell(said: str | Cell) -> Cell:
    return Cell(column=said) if isinstance(said, str) else said


def _key(name: str) -> str:
    return name.strip().lower()
