"""A mapping suggested for a file: which of its columns are which findings, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.words import word_key
from serve.answer import CASE_ID
from serve.cases.names import named
from serve.mapping.dialect import PLAIN, Dialect, Said
from serve.mapping.reader import Common
from serve.suggestion.draft import Draft, Line
from serve.suggestion.inputs import computed, date_order, like, listed
from serve.suggestion.matching import SURE, Match, Matcher
from serve.suggestion.profile import Column, Table, is_dated, read_table
from serve.suggestion.redcap import Field
from serve.suggestion.values import FILL_IN, missing_codes

_SHARED = 2  # columns from which on the words of yes and no are said once for all


def suggest(path: str, vocabulary: Vocabulary, said: Said, dictionary: Mapping[str, Field]) -> str:
    """The text of a mapping for a file of cases, with comments on what is not sure.

    `said` is how the file is written, as far as that is given; `dictionary` has what a REDCap data
    dictionary says of its columns, by their names. Raises RefusedError for a file that cannot be
    read at all.
    """
    table = read_table(path, said, dictionary)
    return _Suggestion(table, vocabulary, path).draft().text()


class _Suggestion:
    """The columns of a file, each given to what it is; what is given once is not given again."""

    def __init__(self, table: Table, vocabulary: Vocabulary, path: str) -> None:
        self._table = table
        self._vocabulary = vocabulary
        self._path = path
        self._free = list(table.columns)
        self._taken: dict[str, str] = {}
        self._sure: set[str] = set()
        self._draft = Draft()
        self._missing = missing_codes(table.columns)
        missing = dict.fromkeys(map(word_key, self._missing), "blank")
        common = Common(missing=missing, written=True)
        self._matcher = Matcher(vocabulary, self._missing, common)

    def draft(self) -> Draft:
        """Every part of the mapping, each claiming columns from those that are left."""
        self._case_id()
        self._own_names()
        self._computed()
        self._listed()
        found = self._matcher.matches(self._free, self._taken)
        self._head(found)
        for match in found:
            self._column(match)
        self._draft.unknown = [column.name for column in self._free]
        order = [column.name for column in self._table.columns]
        self._draft.columns.sort(key=lambda line: order.index(line.key))
        self._title()
        return self._draft

    def _claim(self, columns: Sequence[Column], finding: str, by: str) -> None:
        self._free = [column for column in self._free if column not in columns]
        self._sure |= {column.name for column in columns}
        self._taken[finding] = by

    def _case_id(self) -> None:
        ids = [(like(column, "case_id", self._vocabulary), column) for column in self._free]
        score, column = max(ids, key=lambda one: one[0], default=(0.0, None))
        if column is None or score < SURE or len(column.counts) < column.filled / 2:
            return
        self._claim([column], CASE_ID, column.name)
        if column.key != CASE_ID:
            self._draft.columns.append(Line(column.name, CASE_ID, "each value stands for a case"))

    def _own_names(self) -> None:
        """Columns whose name and values are the vocabulary's own need no line."""
        for column in list(self._free):
            found = named(column.name, self._vocabulary)
            if found is None or found.likeness != "same":
                continue
            (match,) = self._matcher.matches([column], ()) or (None,)
            if match and match.sure and match.finding.id == found.finding and not match.words:
                self._claim([column], found.finding, column.name)
                self._draft.own.append(column.name)

    def _computed(self) -> None:
        for one in computed(self._free, self._vocabulary):
            free = all(column in self._free or is_dated(column) for column in one.columns)
            better = one.finding in self._taken
            if better or not free:
                continue
            why = f"{one.why}; {one.doubt}" if one.doubt else one.why
            self._draft.findings.append(Line(one.finding, one.form, why, not one.doubt))
            self._claim(one.columns, one.finding, "")
            self._sure -= {column.name for column in one.columns if one.doubt}

    def _listed(self) -> None:
        for one in listed(self._free, self._vocabulary):
            name = one.column.name
            told = {*self._vocabulary.finding_ids} & {*one.form["list"].values()}
            twice = sorted(told & self._taken.keys())
            why = f"; {', '.join(twice)} has a column of its own as well" if twice else ""
            self._draft.columns.append(Line(name, one.form, one.why + why, sure=not twice))
            self._claim([one.column], name, name)
            if not twice:
                self._taken |= dict.fromkeys(told, name)

    def _head(self, found: Sequence[Match]) -> None:
        head = self._draft.head
        if form := _file(self._table.dialect):
            head.append(Line("file", form, "how the file seems to be written"))
        order = date_order(self._table.columns)
        if any(map(is_dated, self._table.columns)):
            unsure = order is None
            why = (
                "say dmy or mdy where dates of digits can be read both ways"
                if unsure
                else "the order of day and month in the dates"
            )
            head.append(Line("dates", order or "dmy", why, not unsure))
        self._words = _shared_words(found)
        if self._words:
            why = "words of several columns"
            if FILL_IN in self._words.values():
                why = f"say yes or no for each code in place of {FILL_IN}"
            head.append(Line("words", self._words, why))
        if self._missing:
            why = "codes that stand for a blank; or {-99: unknown}"
            head.append(Line("missing", list(self._missing), why))
        why = "or `not asked`, or `no`: what a blank cell means"
        head.append(Line("blank", "blank", why))

    def _column(self, match: Match) -> None:
        column, finding = match.column, match.finding
        self._free = [other for other in self._free if other is not column]
        words = {} if self._all_shared(match) else dict(match.words)
        said: Any = finding.id
        if words or match.unit:
            said = {"finding": finding.id}
            said |= {"unit": match.unit} if match.unit else {}
            said |= {"words": words} if words else {}
        label = f"{column.field.choice or column.field.label}" or ""
        why = "; ".join(filter(None, (label, match.doubt)))
        if FILL_IN in words.values() and match.sure:
            why = "; ".join(filter(None, (why, f"say a value in place of {FILL_IN}")))
        self._draft.columns.append(Line(column.name, said, why, match.sure))

    def _all_shared(self, match: Match) -> bool:
        return match.finding.kind != "choice" and all(
            self._words.get(theirs) == ours for theirs, ours in match.words.items()
        )

    def _title(self) -> None:
        sure = {line.key for line in self._draft.columns if line.sure} | self._sure
        self._draft.title = (
            f"Suggested for {self._path}: {len(sure)} of "
            f"{len(self._table.columns)} columns are filled in.",
            "Look through every line. One behind # is not sure: take the # away where it is right.",
            f"Where {FILL_IN} stands, only you know what is meant: it is refused until you say it.",
        )


def _file(dialect: Dialect) -> dict[str, str]:
    """What is to be said of how a file is written; nothing of a plain one."""
    marks = {"\t": "tab", ";": "semicolon", "|": "pipe"}
    said = {name: str(value) for name, value in vars(dialect).items() if value}
    said = {name: value for name, value in said.items() if value != getattr(PLAIN, name)}
    if "delimiter" in said:
        said["delimiter"] = marks.get(said["delimiter"], said["delimiter"])
    return said if said.get("decimal") != "." else {k: v for k, v in said.items() if k != "decimal"}


def _shared_words(found: Sequence[Match]) -> dict[str, str]:
    """The words for yes and no that several columns have, and mean the same by."""
    meant: dict[str, list[str]] = {}
    for match in found:
        if match.sure and match.finding.kind == "yes_no" and not match.column.field.choices:
            for theirs, ours in match.words.items():
                meant.setdefault(theirs, []).append(ours)
    return {
        theirs: ours[0]
        for theirs, ours in meant.items()
        if len(ours) >= _SHARED and len(set(ours)) == 1
    }
