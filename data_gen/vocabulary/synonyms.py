"""Other words for the values of choices, where they can mean nothing else.

They are ways of writing a cell, not values: nothing writes them, and the vocabulary's hash does not
know them. A word that could mean two values is left out, so that it is refused with a remedy
instead of guessed at: a swelling that is merely `yes` may be of one leg or of both. To smoke or not
is such a question too, but has a value that means just that: `ever`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_NO = ("no", "n", "false", "absent", "nil")
_YES = ("yes", "y", "true", "present")
_ONE = ("left", "right", "l", "r", "unilateral", "left leg", "right leg", "one leg", "one side")
_BOTH = ("bilateral", "left and right", "right and left", "both legs", "both sides")
_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sex": {"female": ("f", "woman"), "male": ("m", "man")},
    "smoking": {
        "never": (*_NO, "non smoker", "nonsmoker", "never smoked", "never smoker"),
        "former": ("ex", "ex smoker", "former smoker", "past", "quit", "stopped"),
        "current": ("smoker", "current smoker", "smokes", "currently"),
        "ever": (*_YES, "ever smoked"),
    },
    "side": {"one": _ONE, "both": _BOTH},
    "onset": {"sudden": ("suddenly",), "gradual": ("gradually",)},
    "morning_stiffness": {"none": _NO},
    "swelling": {"none": _NO, "one": _ONE, "both": _BOTH},
}
_GAPS = re.compile(r"[\s_-]+")


def meant(finding_id: str, word: str) -> str | None:
    """The value of a choice that another word stands for; None where no value is meant for sure.

    Case does not matter, and a space, a hyphen and an underscore are the same.
    """
    return _values(finding_id).get(_GAPS.sub(" ", word.lower()))


@lru_cache
def _values(finding_id: str) -> Mapping[str, str]:
    words = _WORDS.get(finding_id, {})
    return {synonym: value for value, synonyms in words.items() for synonym in synonyms}
