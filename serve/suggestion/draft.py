"""A suggested mapping as text: what is sure filled in, what is near a comment with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS = frozenset({"true", "false", "null", "on", "off", "y", "n", "none"})
_WIDE = 100


@dataclass(frozen=True)
class Line:
    """One key of a mapping, what it is, why, and whether it is filled in or only proposed."""

    key: str
    said: Any
    why: str = ""
    sure: bool = True


@dataclass
class Draft:
    """The parts of a suggested mapping."""

    title: Sequence[str] = ()
    head: list[Line] = field(default_factory=list)
    """What holds of the whole file."""
    columns: list[Line] = field(default_factory=list)
    findings: list[Line] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    """Columns that are read by their own names."""
    unknown: list[str] = field(default_factory=list)
    """Columns that resemble nothing, and pass through."""

    def text(self) -> str:
        """The mapping as YAML."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from (f"# {line}" for line in self.title)
        yield ""
        yield from map(_line, self.head)
        for name, lines in (("columns", self.columns), ("findings", self.findings)):
            if lines:
                yield ""
                yield f"{name}:" if any(line.sure for line in lines) else f"# {name}:"
                yield from (_line(line, "  ") for line in lines)
        for names, what in (
            (self.own, "read by their own names"),
            (self.unknown, "like no finding, and passed through"),
        ):
            if names:
                yield ""
                yield f"# {len(names)} columns are {what}:"
                yield from (f"#   {flow(name)}" for name in names)


def _line(line: Line, indent: str = "") -> str:
    said = f"{flow(line.key)}: {flow(line.said)}"
    why = f"  # {line.why}" if line.why else ""
    return f"{indent}{said}{why}" if line.sure else f"# {indent}{said}{why}"


def flow(value: Any) -> str:
    """A value as YAML on one line; a text is quoted where it has to be."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(said)}" for key, said in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    if text in ("yes", "no", "none") or re.fullmatch(r"-?(?:0|[1-9][0-9]*)", text):
        return text
    bare = _BARE.fullmatch(text) and text.lower() not in _WORDS
    return text if bare or text == "not asked" else json.dumps(text, ensure_ascii=False)
