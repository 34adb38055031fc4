"""Text for a terminal, in which nothing that came from a file can act."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with its control characters written out; line ends and tabs of ours stay.

    So a cell, a header or a path can neither colour, move nor retitle the terminal, nor turn the
    direction of what follows.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _written(c) for c in text)


def _written(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode()
