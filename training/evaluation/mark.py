"""The sentence on what became of a model, where it stands in a card or a report."""

from __future__ import annotations

import re
from html import escape

NOT_JUDGED = "not yet judged"
_MARK = re.compile(rb"(<!-- verdict -->).*?(<!-- /verdict -->)", re.DOTALL)


def marked(text: str = NOT_JUDGED) -> str:
    """The sentence as it stands in a card or a report, to be found again."""
    return f"<!-- verdict -->{escape(text)}<!-- /verdict -->"


def with_verdict(document: bytes, text: str) -> bytes:
    """A card or a report that says what became of its model."""
    said = escape(text).encode()
    return _MARK.sub(lambda found: found[1] + said + found[2], document)
