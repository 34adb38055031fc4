"""One column, read: its cells in other words, units and ways of writing, as values of a finding."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from data_gen.vocabulary import Finding
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.words import (
    UNKNOWN,
    CellProblem,
    is_blank,
    parse_cell,
    shown_word,
    word_key,
)
from serve.mapping.amounts import amount
from serve.mapping.units import factor

Key = str | Decimal
NO_VALUE = frozenset({"unknown", "not asked", "blank"})
"""The words of a mapping for a cell that has no value."""
APPROXIMATE = "approximate"
"""The code of a cell that says less than a number, of which a number was read all the same."""
_WITH_COMMA = re.compile(
    r"(?<![0-9.,])([+-]?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]*),([0-9]+)(?![0-9.,])"
)
_THOUSANDS = re.compile(r"(?<![0-9.,])([+-]?[0-9]{1,3}(?:\.[0-9]{3})+)(?![0-9.,])")


@dataclass(frozen=True)
class ReadCell:
    """The value of a cell, and what there is to tell of it: a code, words and a remedy."""

    value: float
    code: str = ""
    message: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Common:
    """How all columns of a file are read, beside what a mapping says of each."""

    words: Mapping[Key, str] = field(default_factory=dict)
    """Our word for each of theirs, by `word_key`; only where the finding has that value."""
    missing: Mapping[Key, str] = field(default_factory=dict)
    """Codes that stand for a cell without a value, and which kind: blank, unknown, not asked."""
    decimal: str = "."
    blank: str = ""
    """The word that a blank cell stands for; nothing for blank."""
    written: bool = False
    """Whether amounts are read as people write them (`98.6 F`, `7/10`), not as numbers alone."""


NOTHING_COMMON = Common()


@dataclass(frozen=True)
class ColumnReader:
    """How one column is read: which finding, other words for its values, another unit."""

    finding: Finding
    words: Mapping[Key, str] = field(default_factory=dict)
    """Our word for each of theirs, by `word_key`. They replace the vocabulary's."""
    unit: str = ""
    """The unit of a number that stands alone; nothing for the finding's own."""
    common: Common = NOTHING_COMMON
    blank: str = ""
    """As that of `Common`, for this column."""

    def read(self, text: str) -> ReadCell:
        """The value of a cell's text, as `parse_cell` gives it, and what is wrong with it."""
        if self._plain:
            return parsed(self.finding, text)
        word = self._meant(text)
        if isinstance(word, ReadCell):
            return word
        if self.finding.kind == "number" and not isinstance(word, _Ours):
            return self._number(word)
        return parsed(self.finding, word)

    @property
    def _plain(self) -> bool:
        return not (self.words or self.unit or self.blank) and self.common == NOTHING_COMMON

    def _meant(self, text: str) -> str | ReadCell:
        """The vocabulary's word for a text; the text itself where the mapping has none for it."""
        if is_blank(text) and (word := self._blank(text)):
            return _Ours(word)
        if not (self.words or self.common.words or self.common.missing):
            return text
        key = word_key(with_point(text) if self.common.decimal == "," else text)
        for words in (self.words, self.common.missing, self._shared):
            if key in words:
                return _Ours(self._blank("") if words[key] == "blank" else words[key])
        return self._no_word(text) if self._replaced(text, key) else text

    def _blank(self, text: str) -> str:
        key = word_key(text)
        return self.words.get(key) or self.blank or self._own(self.common.blank)

    def _own(self, word: str) -> str:
        """A word for all columns, where it says something of this one."""
        return word if word in (*self.finding.words, "not asked", "unknown") else ""

    @property
    def _shared(self) -> Mapping[Key, str]:
        own = (*self.finding.words, "unknown", "not asked", "blank")
        return {key: word for key, word in self.common.words.items() if word in own}

    def _replaced(self, text: str, key: Key) -> bool:
        """Whether the mapping's words stand in place of the vocabulary's, which this text may be.

        Of a number they are a few codes beside the numbers themselves. Words for all columns stand
        beside the vocabulary's, but where they have codes no other code means a thing.
        """
        if self.finding.kind == "number" or text.strip().lower() in UNKNOWN:
            return False
        codes = isinstance(key, Decimal) and any(isinstance(one, Decimal) for one in self._shared)
        return bool(self.words) or codes

    def _no_word(self, text: str) -> ReadCell:
        code = "bad_word" if self.finding.kind == "yes_no" else "bad_choice"
        words = ", ".join(map(str, self.words or self._shared))
        shown = shown_word(text.strip())
        message = f"{shown} is none of the words that the mapping gives this column"
        remedy = f"write one of {words}, or add it to the mapping"
        return ReadCell(math.nan, code, message, remedy)

    def _number(self, text: str) -> ReadCell:
        word = with_point(text) if self.common.decimal == "," else text
        plain = parse_cell(replace(self.finding, low=None, high=None), word)
        if not isinstance(plain, CellProblem):
            return self._scaled(word, plain)
        if self.common.written:
            return self._written(text, word)
        return parsed(self.finding, word)

    def _scaled(self, word: str, number: float) -> ReadCell:
        """A number of the column's unit in the finding's own, or what is wrong with that."""
        if not math.isfinite(number):
            return ReadCell(number)
        if not self.unit:
            return parsed(self.finding, word)
        scale, shift = factor(self.finding.unit, self.unit)
        return parsed(self.finding, repr(round(number * scale + shift, 6)))

    def _written(self, text: str, word: str) -> ReadCell:
        base = self.finding.unit
        found = amount(word, base, self.unit or base, of=self.finding.high)
        if found is None:
            return parsed(self.finding, word)
        read = parsed(self.finding, repr(found.value))
        if read.code or not found.stands_for:
            return read
        message = f"{shown_word(text.strip())} is read as {found.value:g}, {found.stands_for}"
        return ReadCell(read.value, APPROXIMATE, message)


class _Ours(str):
    """A word of the vocabulary, which a mapping has put in place of a cell's text."""

    __slots__ = ()


@dataclass(frozen=True)
class ListReader:
    """One item of a column whose cells are lists, as a yes/no finding."""

    finding: Finding
    items: frozenset[Key]
    """The items that say yes."""
    known: frozenset[Key]
    """Every item that the mapping names."""
    separator: str = ""
    others: str = ""
    """The word for a finding that a filled list does not have among its items; nothing: blank."""
    blank: str = ""
    missing: Mapping[Key, str] = field(default_factory=dict)
    tells: bool = False
    """Whether this is the finding that tells of items without a name: one of the list's."""

    @property
    def words(self) -> Mapping[Key, str]:
        """No words: items may be in any cell or in none."""
        return {}

    def read(self, text: str) -> ReadCell:
        """Yes where an item says it; else what the mapping says of items that are not there."""
        if is_blank(text) or word_key(text) in self.missing:
            kind = self.missing.get(word_key(text), "blank")
            return parsed(self.finding, self.blank if kind == "blank" else kind)
        found = [word_key(item) for item in self._items(text)]
        if any(key in self.items for key in found):
            return ReadCell(1.0)
        strange = [key for key in found if key not in self.known]
        if not strange:
            return parsed(self.finding, self.others)
        message = f"{shown_word(str(strange[0]))} is no item that the mapping names"
        if not self.tells:
            return ReadCell(NOT_ASKED)
        return ReadCell(math.nan, "bad_word", message, "add it to the mapping's `list`")

    def _items(self, text: str) -> list[str]:
        split = text.split(self.separator) if self.separator else re.split(r"[;,|/+\n]", text)
        return [item.strip() for item in split if item.strip()]


Reader = ColumnReader | ListReader


def parsed(finding: Finding, word: str) -> ReadCell:
    """A word of the vocabulary as a value, or what is wrong with it."""
    value = parse_cell(finding, word)
    if isinstance(value, CellProblem):
        return ReadCell(math.nan, value.code, value.message, value.remedy)
    return ReadCell(value)


def with_point(text: str) -> str:
    """A text whose numbers have a decimal comma, and points between thousands, with a point."""
    plain = _WITH_COMMA.sub(lambda m: f"{m[1]}{m[2].replace('.', '')}.{m[3]}", text)
    return _THOUSANDS.sub(lambda m: m[1].replace(".", ""), plain) if plain == text else plain
