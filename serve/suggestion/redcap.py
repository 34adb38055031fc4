"""A REDCap data dictionary: the names, labels and choices of an export's columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from serve.problem import Problem, RefusedError

_NAME, _TYPE, _LABEL = "Variable / Field Name", "Field Type", "Field Label"
_SECTION, _CHOICES = "Section Header", "Choices, Calculations, OR Slider Labels"
_NOTE = "Field Note"
_TAG = re.compile(r"<[^>]*>")
_CHECKBOX = re.compile(r"(?P<field>.+?)___(?P<code>.+)")
_LABELLED = re.compile(r"(?P<label>.*?)\s*\(choice=(?P<choice>.*)\)\s*", re.DOTALL)
_ALWAYS = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}


@dataclass(frozen=True)
class Field:
    """What a dictionary says of a column: its label, what it is asked under, and its choices."""

    label: str = ""
    section: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The label of each code."""
    group: str = ""
    """The field that a checkbox is one of, where the column is one choice of several."""
    choice: str = ""
    """The label of that choice."""


NO_FIELD = Field()


def read_dictionary(path: Path) -> dict[str, Field]:
    """The fields of a data dictionary by name; RefusedError for a file that is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        message = error.strerror or "unreadable"
        raise RefusedError(Problem("bad_dictionary", str(path), message)) from None
    except UnicodeDecodeError:
        raise RefusedError(
            Problem("bad_dictionary", str(path), "it is not UTF-8", "save it as UTF-8")
        ) from None
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    lacking = [name for name in (_NAME, _TYPE, _LABEL, _CHOICES) if not rows or name not in rows[0]]
    if lacking:
        remedy = "download the data dictionary of the REDCap project as CSV"
        message = f"it has no column {', '.join(map(repr, lacking))}"
        raise RefusedError(Problem("bad_dictionary", str(path), message, remedy))
    return dict(_fields(rows))


def _fields(rows: list[dict[str, str]]) -> Iterator[tuple[str, Field]]:
    section = ""
    for row in rows:
        section = _text(row.get(_SECTION)) or section
        kind, name = _text(row[_TYPE]).lower(), _text(row[_NAME]).lower()
        choices = _ALWAYS.get(kind) or _choices(row[_CHOICES] or "" if kind != "calc" else "")
        label = " ".join(filter(None, (_text(row[_LABEL]), _text(row.get(_NOTE)))))
        if kind == "checkbox":
            for code, choice in choices.items():
                column = f"{name}___{code.lower().replace('-', '_')}"
                yield column, Field(label, section, group=name, choice=choice)
        yield name, Field(label, section, choices)


def _choices(text: str) -> dict[str, str]:
    """The choices of `1, Yes | 0, No`."""
    pairs = (part.partition(",") for part in text.split("|") if "," in part)
    return {code.strip(): _text(label) for code, _, label in pairs}


def _text(text: str | None) -> str:
    return " ".join(_TAG.sub(" ", text or "").split())


def field_of(name: str, dictionary: Mapping[str, Field]) -> Field:
    """What is known of a column: by the dictionary, or by how REDCap names a checkbox."""
    key = name.strip().lower()
    if key in dictionary:
        return dictionary[key]
    if found := _LABELLED.fullmatch(name):
        return Field(found["label"], group=found["label"].lower(), choice=found["choice"])
    by_label = [one for one in dictionary.values() if one.label.lower() == key and not one.group]
    if by_label:
        return by_label[0]
    if found := _CHECKBOX.fullmatch(key):
        return Field(group=found["field"], choice=found["code"].replace("_", " "))
    return NO_FIELD
