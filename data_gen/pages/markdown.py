"""Pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SPACE = "\u00a0"  # does not break


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, with a blank line after it."""
    return [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows), ""]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def bullets(items: Iterable[str]) -> list[str]:
    """The lines of a list, with a blank line after it."""
    return [*(f"- {item}" for item in items), ""]


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."


def percent(share: float) -> str:
    """A share as a percentage: two figures under 10 %, one decimal near the ends.

    What processors compute differently, the last of sixteen figures, does not decide how it rounds.
    """
    hundred = round(100 * share, 9)
    if hundred < 1:
        return f"{hundred:.1g}{_SPACE}%"
    decimals = 1 if hundred < 9.95 or hundred > 98 else 0
    return f"{hundred:.{decimals}f}".removesuffix(".0") + f"{_SPACE}%"
