"""Names and labels as sets of words, and how much two of them have in common."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.yaml_lines import read_yaml

LEXICON = Path(__file__).with_name("lexicon.yaml")
Words = frozenset[str]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "'": "", "\u2019": ""})
_ALIKE = {
    "temp": "temperature", "hx": "history", "prev": "previous", "prior": "previous", "yrs": "years",
    "pressures": "pressure", "oedema": "edema", "estrogen": "oestrogen", "color": "colour",
    "worsened": "worse", "worsens": "worse", "worsen": "worse", "aggravated": "worse",
    "relieved": "relief", "relieves": "relief", "eased": "relief", "eases": "relief",
    "better": "relief", "resting": "rest", "raised": "raise", "raising": "raise", "mins": "minutes",
    "dist": "distance", "circ": "circumference", "diff": "difference", "dur": "duration",
    "diabetic": "diabetes", "painful": "pain", "pains": "pain", "ache": "aching",
    "swollen": "swelling", "ease": "relief",
    "injure": "injury", "last": "recent",
}  # fmt: skip
_SPELLED = 0.75  # difflib's ratio from which one spelling is like another
_SHORT, _LONG = 3, 5
_MANY = 8  # findings from which on a word of theirs is common


def plain(text: str) -> str:
    """A text in lower case, its words apart by single spaces, without accents."""
    parted = _CAMEL.sub(" ", text).lower().translate(_FOLDED)
    bare = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9+-]+|[+-]", bare.replace("_", " ").replace("-", " ")))


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """The words of a text that say something, alike ones the same."""
    small = lexicon()["small"]
    found = [
        _ALIKE.get(word, word)
        for word in plain(text).split()
        if word not in small and not word.isdigit()
    ]
    return frozenset(_stem(word) for word in found) or frozenset(plain(text).split())


def _stem(word: str) -> str:
    if len(word) > _LONG and word.endswith("ing"):
        return word.removesuffix("ing")
    if len(word) > _SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def turning(text: str) -> Words:
    """The words of a text that turn round what it says, or say it of someone or some time else."""
    said = f" {plain(text)} "
    return frozenset(word for word in lexicon()["turning"] if f" {word} " in said)


def is_turned(text: str, around: str, wanted: Iterable[Words], vocabulary: Vocabulary) -> str:
    """The words that make it doubtful that a text says a finding; nothing where none does.

    `around` is the question that the text answers; `wanted` are the phrases of the finding, of
    which those that the text is most like count.
    """
    said, turned = words_of(text), turning(f"{text} {around}")
    signs = _stems("signs")
    like = {phrase: _share(said, phrase, vocabulary) for phrase in wanted}
    near = [phrase for phrase, share in like.items() if share >= 0.9 * max(like.values())]
    for phrase in near:
        odd = [word for word in turned if not words_of(word) <= phrase]
        if not odd and (not phrase & signs or said & signs):
            return ""
    if turned:
        return " and ".join(sorted(turned))
    return f"out {' or '.join(sorted(near[0] & signs))}"


@cache
def _stems(part: str) -> Words:
    return frozenset().union(*(words_of(word) for word in lexicon()[part]))


@cache
def lexicon() -> Mapping[str, Any]:
    """The lexicon, each of its texts as the phrases in it."""
    found: Mapping[str, Any] = _split(read_yaml(LEXICON))
    return found


def _split(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: _split(value) for key, value in raw.items()}
    return [phrase.strip() for phrase in str(raw).split(",")]


@cache
def _unknown() -> frozenset[str]:
    words = lexicon()["words"]
    return frozenset(plain(word) for word in (*words["unknown"], *words["not asked"]))


def is_unknown(text: str) -> bool:
    """Whether the text of a cell says that its value is not known, or was not asked."""
    return plain(text) in _unknown()


@cache
def phrases(vocabulary: Vocabulary) -> Mapping[str, tuple[Words, ...]]:
    """The phrases of each finding: what others call it, its id, its meaning and its question."""
    return {finding.id: _phrases(finding) for finding in vocabulary.findings}


def _phrases(finding: Finding) -> tuple[Words, ...]:
    others = lexicon()["findings"].get(finding.id, ())
    texts = (*others, finding.id, finding.meaning, finding.question)
    return tuple(dict.fromkeys(words_of(text) for text in texts))


@cache
def common_words(vocabulary: Vocabulary) -> Words:
    """The words that many findings have, so that they tell none apart."""
    found = phrases(vocabulary).values()
    counts = Counter(word for sets in found for word in frozenset().union(*sets))
    return frozenset(word for word, count in counts.items() if count >= _MANY)


@cache
def _weights(vocabulary: Vocabulary) -> Mapping[str, float]:
    """How much a word tells: the more, the fewer findings have it."""
    found = phrases(vocabulary).values()
    counts = Counter(word for sets in found for word in frozenset().union(*sets))
    return {word: math.log(1 + len(counts) / count) for word, count in counts.items()}


@lru_cache(maxsize=1 << 15)
def _weight(words: Words, vocabulary: Vocabulary) -> float:
    """How much words tell together; one that no finding has tells half of what one can."""
    weights = _weights(vocabulary)
    strange = max(weights.values()) / 2
    return sum(weights.get(word, strange) for word in words)


def likeness(words: Words, wanted: Iterable[Words], vocabulary: Vocabulary) -> float:
    """How much of the weight of two sets of words they share, 0 to 1, for the best of `wanted`."""
    return max((_share(words, one, vocabulary) for one in wanted), default=0.0)


def _share(words: Words, wanted: Words, vocabulary: Vocabulary) -> float:
    both = words & wanted
    if not both:
        return 0.0
    every = _weight(words, vocabulary) + _weight(wanted, vocabulary)
    return 2 * _weight(both, vocabulary) / every


@cache
def _spellings(vocabulary: Vocabulary) -> Mapping[str, str]:
    """The finding of each phrase of others, without spaces."""
    named = lexicon()["findings"]
    return {
        plain(phrase).replace(" ", ""): finding.id
        for finding in vocabulary.findings
        for phrase in (finding.id, *named.get(finding.id, ()))
    }


@lru_cache(maxsize=4096)
def spelled_like(text: str, vocabulary: Vocabulary) -> str | None:
    """The finding with a phrase that is spelled much like a text; None where there is none."""
    known = _spellings(vocabulary)
    near = difflib.get_close_matches(plain(text).replace(" ", ""), known, n=1, cutoff=_SPELLED)
    return known[near[0]] if near else None
