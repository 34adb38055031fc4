"""Templates to pages, and the headers that let a page load nothing but its own style."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from serve.http.refusal import Refusal

_PREFIXES = ("/signs", "/question", "/answer", "/file")
_FRAMED = ("/file/check", "/file/summary")
_HERE = Path(__file__).parent / "templates"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'",
    "cache-control": "private, no-cache",  # kept, so that the browser's own way back works
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""No script at all, nothing from elsewhere, nothing kept on the way or told to other sites."""


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """A page; whatever a template shows is escaped."""
    text = _environment().get_template(template).render(**shown)
    return Response(text, status, HEADERS, "text/html")


def is_page(path: str) -> bool:
    """Whether a path is one of the pages for people."""
    return path == "/" or path.startswith(_PREFIXES)


def refused_page(refusal: Refusal, path: str) -> Response:
    """What is wrong and what to do about it; bare where it stands in the frame of a file."""
    shown = page("refused.html", refusal.status, problems=refusal.problems, framed=path in _FRAMED)
    shown.headers.update(refusal.headers)
    return shown


def style() -> Response:
    """The style of every page."""
    return Response(_style(), headers=HEADERS, media_type="text/css")


@cache
def _style() -> str:
    return (_HERE / "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    made.filters["percent"] = _percent
    return made


def _percent(share: float) -> str:
    """A probability as people say it."""
    if share < 0.005:
        return "under 1 %"
    return "over 99 %" if share > 0.995 else f"{share:.0%}".replace("%", " %")
