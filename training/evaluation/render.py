"""Documents made from the templates beside this module, and told later what became of a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from math import isnan
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from data_gen.pages import markdown

NOT_JUDGED = "not yet judged"
_MARK = re.compile(rb"(<!-- verdict of (\S+) -->).*?(<!-- /verdict -->)", re.DOTALL)
_NONE = "\N{EN DASH}"
Rows = Sequence[Mapping[str, object]]
"""A table: each row by the heads of its columns."""


def render(name: str, **content: Any) -> bytes:
    """The document that a template makes of its content; in HTML every text is escaped."""
    return _environment().get_template(name).render(not_judged=NOT_JUDGED, **content).encode()


def with_verdict(document: bytes, text: str) -> bytes:
    """A card or a report that says what became of its model."""
    said = escape(text).encode()
    return _MARK.sub(lambda found: found[1] + said + found[3], document)


def version_shown(document: bytes) -> str | None:
    """The version that a card or a report is about; None where it does not say."""
    found = _MARK.search(document)
    return found[2].decode() if found else None


def words(name: str) -> str:
    """An id as words for a label."""
    return name.replace("_", " ")


def rate(share: float | None, decimals: int = 1) -> str:
    """A share as a percentage; a dash where there is none."""
    return _NONE if share is None or isnan(share) else f"{100 * share:.{decimals}f} %"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"figure": _figure, "kinds": _kinds, "markdown": _markdown}
    made.filters |= {"rate": rate, "words": words}
    return made


def _figure(value: object) -> str:
    if isinstance(value, float):
        return _NONE if isnan(value) else f"{value:.4f}"
    return str(value)


def _kinds(rows: Rows) -> dict[str, str]:
    """The class of each column by its head: `number` where every cell is one."""
    heads = list(rows[0]) if rows else []
    numbers = {head: all(_is_number(_figure(row[head])) for row in rows) for head in heads}
    return {head: "number" if number else "words" for head, number in numbers.items()}


def _is_number(text: str) -> bool:
    bare = text.replace("\N{NO-BREAK SPACE}", "").rstrip("%").strip()
    return bare in {"", _NONE} or bare.lstrip("+-").replace(".", "", 1).isdigit()


def _markdown(rows: Rows) -> str:
    if not rows:
        return "None."
    cells = ([_figure(cell) for cell in row.values()] for row in rows)
    return "\n".join(markdown.table([words(head) for head in rows[0]], cells)).rstrip()
