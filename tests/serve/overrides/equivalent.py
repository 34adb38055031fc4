"""Mutants that no test can kill, because nothing changes that can be observed: each with why."""

from __future__ import annotations

from collections.abc import Mapping

_BLOCK = (
    "Each row is read by itself, so the number of rows read at a time shows in nothing but speed."
)
_NAME = (
    "The number only has to differ from those of the two other states: whatever makes or compares "
    "a state does so by its name."
)

EQUIVALENT: Mapping[str, str] = {
    "serve/overrides/matrix/states.py: 4096 -1 in _BLOCK = 4096": _BLOCK,
    "serve/overrides/matrix/states.py: 4096 +1 in _BLOCK = 4096": _BLOCK,
    "serve/overrides/matrix/states.py: 1 +1 in FIRED, RULED_OUT, OPEN = 1, 0, -1": _NAME,
    "serve/overrides/matrix/states.py: 1 +1 in FIRED, RULED_OUT, OPEN = 1, 0, -1 (2)": _NAME,
}
"""By the name of the mutant."""
