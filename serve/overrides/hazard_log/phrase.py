"""Conditions in words, for the hazard log and for whoever asks why a rule fired."""

from __future__ import annotations

from serve.overrides import logic
from serve.overrides.logic import All, AtLeast, Below, Count, Expression, Is, Not, Present


def phrase(expression: Expression) -> str:
    """An expression in words, with the ids of findings in backticks."""
    match expression:
        case All():
            return " **and** ".join(_within(part, All) for part in expression.parts)
        case logic.Any():
            return " or ".join(_within(part, logic.Any) for part in expression.parts)
        case Count():
            of = ", ".join(_within(part, Count) for part in expression.parts)
            return f"at least {expression.least} of: {of}"
        case Present():
            return f"`{expression.finding}`"
        case Not():
            return f"no {_within(expression.part, Not)}"
        case Is():
            return f"`{expression.finding}` = {expression.word}"
        case AtLeast():
            return f"`{expression.finding}` ≥ {expression.number:g}"
        case Below():
            return f"`{expression.finding}` < {expression.number:g}"
    return f"`{expression.finding}` (or `{expression.measure}` ≥ {expression.least:g})"


def _within(part: Expression, joined: type) -> str:
    """A part in words, in brackets where it is joined in another way than the whole."""
    if isinstance(part, All | logic.Any | Count) and not isinstance(part, joined):
        return f"({phrase(part)})"
    return phrase(part)
