"""Pieces of an HTML page that needs no other file."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from math import isnan

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #1d2730;
  background: #fff; max-width: 1080px; margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; margin: 2.6rem 0 .5rem;
  border-bottom: 2px solid #dfe5ea; padding-bottom: .2rem; } h3 { font-size: 1.02rem;
  margin: 1.6rem 0 .3rem; }
nav a { margin-right: 1.1rem; } a { color: #1b6ca8; } p { max-width: 78ch; }
.wide { overflow-x: auto; } img { max-width: 100%; height: auto; display: block; margin: .8rem 0; }
table { border-collapse: collapse; font-size: 13.5px; margin: .6rem 0 1rem; }
th, td { padding: .28rem .6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid #e3e8ec; }
thead th { border-bottom: 2px solid #b9c4cd; background: #f4f7f9; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
details { margin: .4rem 0 1rem; } summary { cursor: pointer; color: #1b6ca8; }
.case { border-left: 5px solid #c9c9c9; padding: .1rem 0 .1rem .9rem; margin: .9rem 0;
  break-inside: avoid; }
.case p { margin: .15rem 0; } .case .told { color: #45525d; }
.right { border-color: #2a9d5c; } .near { border-color: #e0a526; } .wrong { border-color: #c43d3d; }
.tag { font-weight: 600; } .right .tag { color: #1f7a46; } .near .tag { color: #8a6200; }
.wrong .tag { color: #b02c2c; } .quiet { color: #5b6771; }
"""


def page(title: str, body: Iterable[str]) -> str:
    """A whole page: no scripts, and nothing that is fetched from elsewhere."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    lines = [f'<!doctype html>\n<html lang="en"><head>{head}{view}</head><body>', *body]
    return "\n".join([*lines, "</body></html>", ""])


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a column whose cells are all numbers is set to the right."""
    cells = [[_text(cell) for cell in row] for row in rows]
    number = [all(_is_number(row[k]) for row in cells) for k in range(len(heads))]
    kinds = [' class="n"' if yes else "" for yes in number]
    head = "".join(f"<th{k} scope=col>{escape(h)}</th>" for h, k in zip(heads, kinds, strict=True))
    lines = (
        "".join(f"<td{k}>{escape(c)}</td>" for c, k in zip(row, kinds, strict=True))
        for row in cells
    )
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    start = f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
    return f"{start}<tbody>\n{body}\n</tbody></table></div>"


def folded(summary: str, content: str) -> str:
    """Content behind a line that opens it."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def image(png: bytes, alt: str) -> str:
    """A picture inside the page itself."""
    text = base64.b64encode(png).decode()
    return f'<img alt="{escape(alt)}" src="data:image/png;base64,{text}">'


def section(anchor: str, title: str, *parts: str) -> str:
    """A part of the page with a heading that can be linked to."""
    return "\n".join([f'<h2 id="{anchor}">{escape(title)}</h2>', *parts])


def paragraph(text: str) -> str:
    """Plain text as a paragraph."""
    return f"<p>{escape(text)}</p>"


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return "–" if isnan(cell) else f"{cell:.4f}"  # noqa: RUF001
    return str(cell)


def _is_number(text: str) -> bool:
    bare = text.replace("\N{NO-BREAK SPACE}", "").rstrip("%").strip()
    return bare in {"", "–"} or bare.lstrip("+-").replace(".", "", 1).isdigit()  # noqa: RUF001
