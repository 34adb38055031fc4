"""A refusal as a page, for whoever sent a form."""

from __future__ import annotations

from fastapi.responses import Response

from serve.http.page.rendering import page
from serve.http.refusal import Refusal

_PREFIXES = ("/signs", "/question", "/answer", "/file")

_FRAMED = ("/file/check", "/file/summary")


def is_page(path: str) -> bool:
    """Whether a path is one of the pages for people."""
    return path == "/" or path.startswith(_PREFIXES)


def refused_page(refusal: Refusal, path: str) -> Response:
    """What is wrong and what to do about it; bare where it stands in the frame of a file."""
    shown = page("refused.html", refusal.status, problems=refusal.problems, framed=path in _FRAMED)
    shown.headers.update(refusal.headers)
    return shown
