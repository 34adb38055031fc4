"""YAML in which `yes` and `no` are words, and every entry knows its line."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Words(_LOADER):  # type: ignore[valid-type, misc]
    """A safe loader that reads yes, no, on and off as the words they are."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool"]
    for first, pairs in _LOADER.yaml_implicit_resolvers.items()
}


class YamlError(ValueError):
    """A file that is not YAML, or that names one key twice: file, line and remedy."""


def read_yaml(path: Path) -> Any:
    """The content of a YAML file, with yes and no as strings. Treat it as read-only.

    Raises YamlError, with file and line, for text that is not YAML or not UTF-8.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[Any, tuple[tuple[int, str], ...]]:
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        message = f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        raise YamlError(message) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(f"{path}:{line}: not YAML: {error.problem}; mend the line") from None


@lru_cache(maxsize=64)
def _parse(text: str) -> tuple[Any, tuple[tuple[int, str], ...]]:
    """Content and duplicate keys in one pass; the same text is parsed once."""
    loader = _Words(text)
    try:
        node = loader.get_single_node()
        content = None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()
    return content, tuple(_duplicates(node))


def line_of(path: Path, location: tuple[int | str, ...]) -> int:
    """The line (from 1) of the deepest part of `location` that the file has.

    A location is a path of keys and list positions, as validation errors give it. The file is
    parsed again: this runs only when a place has to be shown.
    """
    node = _nodes(path.read_text(encoding="utf-8"))
    line = 1
    for part in location:
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return line


@lru_cache(maxsize=1)
def _nodes(text: str) -> Any:
    return yaml.compose(text, Loader=_Words)


def duplicate_keys(path: Path) -> list[tuple[int, str]]:
    """Line and key of every mapping key that is written twice, which YAML would let pass."""
    return list(_read(path)[1])


def _duplicates(root: Any) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    found.append((key.start_mark.line + 1, key.value))
                seen.add(key.value)
                stack.append(value)
        elif isinstance(node, yaml.SequenceNode):
            stack.extend(node.value)
    return sorted(found)


def _child(node: Any, part: int | str) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value.start_mark.line + 1, value
    return None
