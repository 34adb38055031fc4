"""English sentences from phrases: verbs agreed and shared, lists joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

# A predicate begins with one of these; the value is the form for a plural subject. A longer
# entry stands before its own beginning. Predicates with the same verb are said under one.
_VERBS = {
    "is not worse": "are not worse",
    "is not": "are not",
    "is worse": "are worse",
    "is": "are",
    "has never": "have never",
    "has not": "have not",
    "has newly": "have newly",
    "has had": "have had",
    "has": "have",
    "does not affect": "do not affect",
    "does not involve": "do not involve",
    "does not come on": "do not come on",
    "does not ease": "do not ease",
    "does not travel": "do not travel",
    "does not stand": "do not stand",
    "does not take": "do not take",
    "does": "do",
    "comes on": "come on",
    "eases": "ease",
    "goes": "go",
    "travels": "travel",
    "stands": "stand",
    "smokes": "smoke",
    "shows": "show",
    "takes": "take",
    "felt": "felt",
    "used to": "used to",
    "cannot": "cannot",
    "can": "can",
}
# Objects that begin alike share their beginning: "present at rest and at night".
_SHARED = ("present ", "normal ", "the ", "no ")
# What follows these begins with a preposition, which keeps two objects apart without a comma.
_ADVERBIAL = ("comes on", "is worse", "eases")
_COMPOUND = re.compile(r", |\b(?:and|or)\b")


def series(items: Sequence[str], word: str = "and") -> str:
    """The items as one list; a comma before the last where an item has an `and` of its own."""
    if len(items) < 2:
        return "".join(items)
    *rest, before, last = items
    inner = (before,) if len(items) == 2 else (before, last)
    comma = "," if any(_is_compound(item) for item in inner) else ""
    return ", ".join([*rest, before]) + f"{comma} {word} {last}"


def _is_compound(item: str) -> bool:
    return bool(_COMPOUND.search(re.sub(r"\(.*?\)", "", item)))


def split(phrase: str, default: str = "has") -> tuple[str, str]:
    """The verb of a phrase and what follows it; a noun phrase takes the default verb."""
    for verb in _VERBS:
        if phrase == verb or phrase.startswith(verb + " "):
            return verb, phrase[len(verb) + 1 :]
    return default, phrase


def clause(
    phrases: Iterable[str], *, verb: str = "has", plural: bool = False, also: bool = False
) -> str:
    """What is said of one subject: every phrase, under as few verbs as they allow.

    `verb` is the verb of noun phrases, `plural` the number of the subject; `also` marks a clause
    that goes on from an earlier one.
    """
    objects: dict[str, list[str]] = {}
    for phrase in phrases:
        found, rest = split(phrase, verb)
        objects.setdefault(found, []).append(rest)
    parts = [
        (_VERBS[found] if plural else found) + _objects(rest, found)
        for found, rest in objects.items()
    ]
    return _with_also(series(parts)) if also else series(parts)


def _objects(objects: Sequence[str], verb: str) -> str:
    word = "or" if re.search(r"\b(?:not|never|cannot)\b", verb) else "and"
    groups: dict[str, list[str]] = {}
    for item in objects:
        lead = next((lead for lead in _SHARED if item.startswith(lead)), item)
        groups.setdefault(lead, []).append(item.removeprefix(lead))
    # What there is none of comes last: "normal pulses and no bruit or muscle wasting".
    ordered = sorted(groups.items(), key=lambda group: group[0] == "no ")
    said = [lead + series(rest, "or" if lead == "no " else word) for lead, rest in ordered]
    if verb in _ADVERBIAL and len(said) == 2:
        return f" {said[0]} and {said[1]}"
    return " " + series(said, word) if any(said) else ""


def _with_also(text: str) -> str:
    first, _, rest = text.partition(" ")
    if first in ("is", "are", "can"):
        return f"{first} also {rest}"
    return f"also {text}"


def sentence(subject: str, said: str) -> str:
    """One sentence, with a capital at the start and a full stop at the end."""
    text = f"{subject} {said}"
    return f"{text[0].upper()}{text[1:]}."


def chunks(items: Sequence[str], longest: int) -> list[Sequence[str]]:
    """The items in order, in as few runs of about equal length as keep each to `longest`."""
    count = -(-len(items) // longest)
    cuts = [round(place * len(items) / count) for place in range(count + 1)] if count else [0]
    return [items[start:stop] for start, stop in pairwise(cuts)]


def with_article(noun: str) -> str:
    """The noun behind `a` or `an`, by the sound it begins with: "an 80-year-old woman"."""
    vowel = re.match(r"[aeio]|8|11-|18-", noun)
    return f"{'an' if vowel else 'a'} {noun}"
