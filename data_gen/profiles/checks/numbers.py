"""What must hold of each number by itself: its form, its range, its unit, its ground."""

from __future__ import annotations

from collections.abc import Callable

from data_gen.profiles.frequency_words import BANDS, band_of
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.located import Located, located_numbers, problem_of
from data_gen.profiles.problem import Checked
from data_gen.profiles.schema import Entry, Percentiles
from data_gen.vocabulary import Finding
from data_gen.vocabulary.quantity import plain, unit_name

_COMPUTED = ("age_years", "sex")
_OLDEST = 120
Verdict = tuple[str, str] | None
"""Value and remedy of a mistake, or None where all is well."""
Check = Callable[[Knowledge, Located], Verdict]


def number_checks(knowledge: Knowledge) -> list[Checked]:
    """The checks of single numbers."""
    numbers = list(located_numbers(knowledge))
    entries = [n for n in numbers if isinstance(n.based, Entry)]
    certain = [n for n in entries if getattr(n.based, "p", None) is not None]
    cited = [n for n in numbers if n.based.cite]
    studied = [n for n in numbers if n.based.basis == "study"]
    worded = [n for n in numbers if n.based.basis == "document"]
    ages = [n for n in numbers if isinstance(n.based, Percentiles)]
    return [
        _run("findings exist and entries have their form", _form, entries, knowledge),
        _run("numbers are within range, in their unit", _range, [*entries, *ages], knowledge),
        _run("citations exist", _citation, cited, knowledge),
        _run("studies cited as a basis were seen", _seen, studied, knowledge),
        _run("probabilities leave room for doubt", _doubt, certain, knowledge),
        _run("frequency words are within their bands", _band, worded, knowledge),
        _run("frequency words are the document's", _said, worded, knowledge),
    ]


def _run(name: str, check: Check, numbers: list[Located], knowledge: Knowledge) -> Checked:
    verdicts = ((number, check(knowledge, number)) for number in numbers)
    problems = [problem_of(knowledge, number, *found) for number, found in verdicts if found]
    return Checked(name, len(numbers), tuple(problems))


def _form(knowledge: Knowledge, number: Located) -> Verdict:
    entry = number.based
    assert isinstance(entry, Entry)  # noqa: S101 for the type checker: the caller chose entries
    try:
        finding = knowledge.vocabulary.finding(number.finding)
    except KeyError as error:
        return str(error.args[0]), "use an id of docs/findings.md"
    if finding.id in {*knowledge.vocabulary.relations.computed, *_COMPUTED}:
        return "is computed from another finding", "give that one instead"
    if entry.form != finding.kind:
        wanted = {"yes_no": "p", "choice": "of", "number": "low, median, high"}[finding.kind]
        return f"has the form of {entry.form}, but it is {finding.kind}", f"give {wanted}"
    if entry.of is not None and set(entry.of) - set(finding.values):
        strange = ", ".join(sorted(set(entry.of) - set(finding.values)))
        return f"{strange} is no value of it", f"use {', '.join(finding.values)}"
    return None


def _range(knowledge: Knowledge, number: Located) -> Verdict:
    based = number.based
    low, high = getattr(based, "low", None), getattr(based, "high", None)
    if isinstance(based, Percentiles):
        wrong = [v for v in (based.low, based.high) if not 0 <= v <= _OLDEST]
        return (f"{wrong[0]:g} is no age", f"write years, 0 to {_OLDEST}") if wrong else None
    finding = knowledge.vocabulary._by_id.get(number.finding)
    if finding is None or finding.kind != "number" or low is None or high is None:
        return None
    if not (finding.low or 0) <= low <= high <= (finding.high or 0):
        wrong = [v for v in (low, high) if not (finding.low or 0) <= v <= (finding.high or 0)]
        return f"{wrong[0]:g} is out of range", _in_unit(finding, wrong[0])
    background = knowledge.background.findings.get(finding.id)
    if background is not None and background.scale == "log" and low <= 0:
        return f"low is {low:g} on a logarithmic scale", "write a number above 0"
    return None


def _in_unit(finding: Finding, value: float) -> str:
    unit = f"in {unit_name(finding.unit)}, " if finding.unit else ""
    celsius = (value - 32) / 1.8
    wanted = f"write it {unit}{plain(finding.low or 0)} to {plain(finding.high or 0)}"
    if finding.unit == "degC" and (finding.low or 0) <= celsius <= (finding.high or 0):
        return f"{wanted}: from Fahrenheit it is {celsius:.1f}"
    return wanted


def _citation(knowledge: Knowledge, number: Located) -> Verdict:
    for cited in number.based.cite:
        if cited not in knowledge.statements and cited not in knowledge.studies:
            what = "no statement of documents.yaml and no row of studies.yaml"
            return f"cites {cited!r}: {what}", "mend the id, or write the row first"
    return None


def _seen(knowledge: Knowledge, number: Located) -> Verdict:
    flags = [knowledge.studies[c].get("flag") for c in number.based.cite if c in knowledge.studies]
    if "seen" in flags:
        return None
    what = "a row that nobody has seen" if flags else "no row of studies.yaml"
    return f"basis study rests on {what}", "cite a row with flag seen, or make it a judgement"


def _doubt(_: Knowledge, number: Located) -> Verdict:
    p = getattr(number.based, "p", 0.5)
    if 0.0005 <= p <= 0.9995:
        return None
    return f"p is {p:g}", "nothing is certain: 0.0005 to 0.9995"


def _band(knowledge: Knowledge, number: Located) -> Verdict:
    word = number.based.word or ""
    band = band_of(word, knowledge.studies)
    if band is None:
        known = ", ".join(sorted(word for words in BANDS.values() for word in words))
        return f"{word!r} is in no band", f"make it a judgement, or use one of: {known}"
    shares = _shares(number)
    if not shares or any(band.low <= round(share, 3) <= band.high for share in shares):
        return None
    shown = ", ".join(f"{share:g}" for share in shares)
    remedy = f"use {band.low:g} to {band.high:g} ({band.name}), or make it a judgement"
    return f"{shown} is outside the band of {word!r}", remedy


def _shares(number: Located) -> list[float]:
    """The probabilities of an entry that its word may speak of; for `none`, that there is any."""
    p, of = getattr(number.based, "p", None), getattr(number.based, "of", None)
    if p is not None:
        return [p]
    return [1 - share if value == "none" else share for value, share in (of or {}).items()]


def _said(knowledge: Knowledge, number: Located) -> Verdict:
    cited = [c for c in number.based.cite if c in knowledge.statements]
    words = {knowledge.statements[c].get("word") for c in cited} - {None}
    if number.based.word in words:
        return None
    found = f"they say {', '.join(sorted(map(str, words)))}" if words else "they have no word"
    remedy = f"cite the statement that says it ({found}), or make it a judgement"
    return f"no statement it cites says {number.based.word!r}", remedy
