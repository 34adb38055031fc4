"""One paragraph of plain English for a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from data_gen.narrative.merging import merged
from data_gen.narrative.opening import complaint, is_described, opening
from data_gen.narrative.prose import chunks, clause, sentence
from data_gen.narrative.recorded import Recorded, Value
from data_gen.narrative.sections import About, Sections, sections, told_first
from data_gen.vocabulary.load import Vocabulary

_LONGEST = 7  # phrases a sentence
_SHORT = 4  # phrases of two sections on one subject that are told in one sentence
_NOTHING = "Nothing is recorded about this patient."


@dataclass(frozen=True)
class Sentence:
    """A sentence to be: what is said of a subject, and whether it goes on from the last one."""

    about: About
    phrases: tuple[str, ...]
    also: bool = False


@dataclass(frozen=True)
class Subject:
    """What sentences are about: its name, and what to call it in the next sentence."""

    name: str
    pronoun: str
    plural_name: bool = False
    plural_pronoun: bool = False
    verb: str = "has"


def narrate(case: Mapping[str, Value | None], vocabulary: Vocabulary) -> str:
    """One paragraph on a case: the complaint, its pattern, other findings, then what is absent.

    `case` maps finding ids to a bool (yes/no), a str (choice) or a float (number); a finding
    that is not in it, None or NaN is unknown, and the paragraph says nothing about it. The same
    case always gives the same text. Raises KeyError for an unknown finding.
    """
    record = Recorded.of(case, vocabulary)
    said = _phrases(record)
    beside_pain = not complaint(record).plural
    order = sections(vocabulary)
    present = {f: said[f] for f in said if not record.denied(f)}
    positive = list(_told(present, order, also=beside_pain))
    negative = _denied({f: said[f] for f in said if record.denied(f)}, order)
    complains = is_described(record) or any(part.about == "complaint" for part in positive)
    first = opening(record, complains=complains)
    subjects = _subjects(record, named=complains)
    named = {subjects["history"]} if first else set()
    named |= {subjects["complaint"]} if complains else set()
    rest = _sentences([*positive, *negative], subjects, named)
    return " ".join([first, *rest]).strip() or _NOTHING


def _phrases(record: Recorded) -> dict[str, str]:
    """The words for every finding that is still to be told after the opening."""
    findings = chain.from_iterable(section for _, section in sections(record.vocabulary))
    said = {finding: record.words(finding) for finding in findings if finding in record}
    said = merged(record, said)
    first = told_first(record.vocabulary)
    return {
        finding: words
        for finding, words in said.items()
        if not (finding in first and record.yes(finding))
    }


def _told(phrases: Mapping[str, str], order: Sections, *, also: bool) -> Iterator[Sentence]:
    """The phrases as statements, section by section, none too long and few too short.

    `also` says that the symptoms come beside a pain already told: "she also has ...".
    """
    for about, said in _grouped(phrases, order):
        for place, run in enumerate(chunks(said, _LONGEST)):
            goes_on = place > 0 or (also and about == "symptoms")
            yield Sentence(about, tuple(run), goes_on)


def _denied(phrases: Mapping[str, str], order: Sections) -> Iterator[Sentence]:
    """What is absent, as statements; symptoms and history share one where they are few."""
    for about, said in _grouped(phrases, order, short=_LONGEST, history="symptoms"):
        for run in chunks(said, _LONGEST):
            yield Sentence(about, tuple(run))


def _grouped(
    phrases: Mapping[str, str], order: Sections, *, short: int = _SHORT, history: About = "history"
) -> list[tuple[About, list[str]]]:
    """The recorded sections in order, where neighbours on one subject join if they are short.

    `history` is what the history counts as.
    """
    groups: list[tuple[About, list[str]]] = []
    for part, findings in order:
        about = history if part == "history" else part
        said = [phrases[finding] for finding in findings if finding in phrases]
        follows = bool(groups) and groups[-1][0] == about
        if follows and len(groups[-1][1]) + len(said) <= short:
            groups[-1][1].extend(said)
        elif said:
            groups.append((about, said))
    return groups


def _subjects(record: Recorded, *, named: bool) -> dict[About, Subject]:
    """The subject of each section; `named` says that the opening has named the complaint."""
    name = complaint(record)
    pronoun = {"female": "she", "male": "he"}.get(record.choice("sex") or "")
    person = (
        Subject(pronoun, pronoun)
        if pronoun
        else Subject("the patient", "they", plural_pronoun=True)
    )
    it = "they" if name.plural else "it"
    article = "the" if named else "the leg"
    return {
        "complaint": Subject(f"{article} {name.noun}", it, name.plural, name.plural),
        "symptoms": person,
        "history": person,
        "limb": Subject("the leg or foot", "it"),
        "examination": Subject("examination", "it", verb="shows"),
        "tests": Subject("tests", "they", plural_name=True, plural_pronoun=True, verb="shows"),
    }


def _sentences(
    told: Iterable[Sentence], subjects: Mapping[About, Subject], named: set[Subject]
) -> Iterator[str]:
    """The sentences in words; a subject that the sentence before has named is a pronoun.

    `named` are the subjects that the opening names.
    """
    for said in told:
        subject = subjects[said.about]
        again = subject in named
        plural = subject.plural_pronoun if again else subject.plural_name
        words = clause(said.phrases, verb=subject.verb, plural=plural, also=said.also)
        yield sentence(subject.pronoun if again else subject.name, words)
        named = {subject}
