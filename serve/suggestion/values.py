"""The words and codes of a column, and what of the vocabulary each surely means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from data_gen.vocabulary import Finding
from data_gen.vocabulary.words import CellProblem, parse_cell, word_key
from serve.suggestion.phrases import lexicon, plain, turning
from serve.suggestion.profile import Column

FILL_IN = "FILL_IN"
"""Stands for a word that only a person knows; a mapping that has it is refused."""
SHORT_MISSING = frozenset({"7", "8", "9", "77", "88", "99", "97", "98"})
"""The same among the codes of one column."""


@cache
def _yes_no() -> Mapping[str, str]:
    words = lexicon()["words"]
    return {plain(said) or said: ours for ours, all_said in words.items() for said in all_said}


@cache
def _choice(finding_id: str) -> Mapping[str, str]:
    words = lexicon()["values"].get(finding_id, {})
    return {plain(said) or said: ours for ours, all_said in words.items() for said in all_said}


def meant(finding: Finding, said: str) -> str | None:
    """Our word for theirs, where it can mean nothing else for this finding."""
    word = plain(_signs(said)) or said.strip()
    own = _yes_no().get(word)
    if finding.kind == "choice":
        exact = said.strip().lower() if said.strip().lower() in finding.values else None
        value = exact or _choice(finding.id).get(word) or _longest(finding.id, word)
        return value or (own if own in ("unknown", "not asked") else None)
    return own


def _signs(said: str) -> str:
    """A text with the signs for less and more in words."""
    for sign, word in (("<=", "up to "), ("≤", "up to "), ("<", "under "), (">", "over ")):
        said = said.replace(sign, word)
    return said


def _longest(finding_id: str, word: str) -> str | None:
    """The value whose phrase stands in a text; None where two phrases do, or a word turns it."""
    said = frozenset(word.replace("-", " ").split())
    parts = {frozenset(phrase.split()): value for phrase, value in _choice(finding_id).items()}
    found = [part for part in parts if part <= said]
    longest = [part for part in found if not any(part < other for other in found)]
    if len(longest) != 1 or turning(" ".join(said - longest[0])):
        return None
    return parts[longest[0]]


def words_for(
    finding: Finding, column: Column, choices: Mapping[str, str], missing: Iterable[str]
) -> dict[str, str]:
    """The words of a column that the vocabulary would not read as they stand, and ours for each.

    By the labels of a dictionary's choices where there are some; `FILL_IN` for what is not sure.
    """
    skipped = {word_key(code) for code in missing}
    texts = [text for text in column.counts if word_key(text) not in skipped]
    if finding.kind == "number":
        return {text: "unknown" for text in texts if meant(finding, text) == "unknown"}
    found: dict[str, str] = {}
    for text in dict.fromkeys([*choices, *texts]):
        label = choices.get(text) or choices.get(str(word_key(text))) or text
        ours = meant(finding, label)
        if _doubtful(finding, text, texts):
            ours = None
        if ours is None and label == text and _codes(texts):
            ours = "unknown" if text in SHORT_MISSING else None
        found[text] = ours or FILL_IN
    if finding.kind == "yes_no" and not choices and set(texts) <= {"0", "1"}:
        return {}
    native = all(_reads_as(finding, text, ours) for text, ours in found.items())
    return {} if native else found


def _doubtful(finding: Finding, text: str, texts: Sequence[str]) -> bool:
    """Whether a word for no may as well mean that nothing was said: `-` without `+`, `None`."""
    if finding.kind != "yes_no":
        return False
    if text.strip() == "-":
        return "+" not in {other.strip() for other in texts}
    nones = text.strip().lower() == "none"
    return nones and any(meant(finding, other) == "no" for other in texts if other != text)


def yes_no_words(column: Column) -> dict[str, str]:
    """The words of a column of yes and no, where they are not the vocabulary's own."""
    yes_no = Finding("", "yes_no", 0, "symptom", "", "")
    return words_for(yes_no, column, column.field.choices, ())


def _codes(texts: Iterable[str]) -> bool:
    return all(text.lstrip("-").isdigit() for text in texts)


def _reads_as(finding: Finding, text: str, ours: str) -> bool:
    """Whether the vocabulary itself reads a text as our word."""
    value = parse_cell(finding, text)
    if isinstance(value, CellProblem):
        return False
    wanted = parse_cell(finding, ours)
    return value == wanted or (value != value and wanted != wanted)


def missing_codes(columns: Iterable[Column]) -> tuple[str, ...]:
    """The codes for no value that stand in several columns, or among words and codes of one."""
    codes = frozenset(lexicon()["missing"])
    found: dict[str, int] = {}
    columns = list(columns)
    if any(set(column.numbers) == {-1, 0} for column in columns):
        codes -= {"-1"}  # as some databases write yes
    for column in columns:
        for text in codes & column.counts.keys():
            others = [number for number in column.numbers if f"{number:g}" not in codes]
            outside = not others or float(text) < min(others) or float(text) > 2 * max(others)
            found[text] = found.get(text, 0) + outside
    return tuple(sorted((code for code, times in found.items() if times), key=float))
