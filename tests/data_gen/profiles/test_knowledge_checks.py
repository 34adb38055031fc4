"""Every kind of mistake in a knowledge file is found, with file, line, entry, value and remedy."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from data_gen.profiles import KNOWLEDGE, Knowledge, KnowledgeError, KnowledgeProblem, load_knowledge
from data_gen.profiles.checks import check_knowledge
from data_gen.profiles.checks.unfinished import VOCABULARY

PAD = "conditions/peripheral_artery_disease.yaml"
DOMS = "conditions/doms.yaml"
OTHER = "conditions/other_cause.yaml"


@dataclass(frozen=True)
class Mistake:
    """One edit of one file, and what must be said of it."""

    file: str
    find: str
    put: str
    entry: str
    value: str
    remedy: str


def entry(line: str, entry_id: str, value: str, remedy: str, file: str = DOMS) -> Mistake:
    """A line put first under the `findings` of a condition."""
    return Mistake(file, r"^findings:\n", f"findings:\n{line}\n", entry_id, value, remedy)


MISTAKES = {
    "unit: Fahrenheit": entry(
        "  temperature_c: {low: 96.8, median: 98.6, high: 100.4, basis: judgement}",
        "findings.temperature_c",
        "96.8 is out of range",
        "degrees Celsius",
    ),
    "unit: written with its unit": entry(
        '  abi: {low: 0.9, median: "1.1 mmHg", high: 1.3, basis: judgement}',
        "findings.abi.median",
        "1.1 mmHg",
        "write the number alone",
    ),
    "unit: per cent for a share": entry(
        "  bruit: {p: 2, basis: judgement}", "findings.bruit.p", "2 is not valid", "0.85, not 85"
    ),
    "range: an age": Mistake(
        DOMS, r"(?m)^age: \{low: \d+, median: \d+, high: \d+",
        "age: {low: 15, median: 30, high: 300", "age", "300 is no age", "0 to 120",
    ),
    "range: certainty": entry(
        "  bruit: {p: 0.9999, basis: judgement}", "findings.bruit", "p is 0.9999", "0.9995"
    ),
    "range: percentiles that fall": entry(
        "  abi: {low: 1.2, median: 1.1, high: 1.3, basis: judgement}",
        "findings.abi", "1.2, 1.1, 1.3", "rising",
    ),
    "range: nothing on a logarithmic scale": entry(
        "  relief_minutes: {low: 0, median: 4, high: 10, basis: judgement}",
        "findings.relief_minutes", "low is 0", "above 0",
    ),
    "sum: a choice": entry(
        "  swelling: {of: {none: 0.9, one: 0.2, both: 0.1}, basis: judgement}",
        "findings.swelling", "sum to 1.2", "make it 1",
    ),
    "sum: weights of presentations": Mistake(
        PAD, r"weight: 0\.42\b", "weight: 0.52",
        "presentations", "weight sums to 1.1", "make the sum 1",
    ),
    "sum: a mix": Mistake(
        "mix.yaml", r"doms: \{clinic: 0\.015", "doms: {clinic: 0.025",
        "mix", "clinic sums to 1.01", "make the sum 1",
    ),
    "sum: settings": Mistake(
        "settings.yaml", r"(?m)^(    weight: )0\.\d+", r"\g<1>0.9",
        "settings", "weight sums to", "make the sum 1",
    ),
    "id: a finding": entry(
        "  site_clf: {p: 0.2, basis: judgement}", "findings.site_clf", "did you mean 'site_calf'",
        "docs/findings.md",
    ),
    "id: a condition that is confused with it": Mistake(
        DOMS, r"confused_with: \[", "confused_with: [muscle_stain, ",
        "confused_with.0", "'muscle_stain' is no other condition", "docs/README.md",
    ),
    "id: a condition in the mix": Mistake(
        "mix.yaml", r"(?m)^  doms:", "  dooms:", "mix.dooms", "is no condition", "use one of"
    ),
    "id: a presentation in a pair": Mistake(
        "pairs.yaml", r"first_presentation: \w+", "first_presentation: nowhere",
        "pairs.0", "has no presentation 'nowhere'", "name one it has",
    ),
    "id: a finding of a statement": Mistake(
        "documents.yaml", r"findings: \[worsening\]", "findings: [worsens]",
        "000-pain-getting-worse.findings", "'worsens' is no finding", "docs/findings.md",
    ),
    "id: a choice's value": entry(
        "  side: {of: {left: 0.5, both: 0.5}, basis: judgement}", "findings.side",
        "left is no value", "use one, both",
    ),
    "id: a key": entry(
        "  bruit: {p: 0.1, basis: judgement, weight: 1}", "findings.bruit.weight", "1 is not valid",
        "mend its name",
    ),
    "id: given twice": Mistake(
        "studies.yaml", r"id: khan-2006-bruit-symptomatic-lr-negative,",
        "id: khan-2006-bruit-symptomatic,",
        "khan-2006-bruit-symptomatic", "id given twice", "rename",
    ),
    "key: written twice": entry(
        "  bruit: {p: 0.1, basis: judgement, p: 0.2}", "p", "written twice", "keep one"
    ),
    "basis: unknown": entry(
        "  bruit: {p: 0.1, basis: hearsay}", "findings.bruit.basis", "hearsay", "judgement"
    ),
    "basis: a document without its word": entry(
        "  bruit: {p: 0.1, basis: document, cite: [000-pad-pulse]}",
        "findings.bruit", "no frequency word", "add `word`",
    ),
    "basis: a study that is not cited": entry(
        "  bruit: {p: 0.1, basis: study}", "findings.bruit", "cites nothing", "cite it"
    ),
    "form: a choice for yes or no": entry(
        "  bruit: {of: {yes: 0.5, no: 0.5}, basis: judgement}", "findings.bruit",
        "has the form of choice", "give p",
    ),
    "form: a finding that is computed": entry(
        "  fever: {p: 0.1, basis: judgement}",
        "findings.fever", "computed from another", "give that",
    ),
    "contradiction: more eased by standing than by rest": entry(
        "  relief_standing: {p: 0.9, basis: judgement}", "findings.relief_standing",
        "P(relief_standing) is 0.9", "relief_standing implies relief_rest",
    ),
    "contradiction: never both": entry(
        "  painless: {p: 0.9, basis: judgement}", "findings.painless",
        "P(painless) is 0.9", "exclude each other",
    ),
    "contradiction: with the background": entry(
        "  active_cancer: {p: 0.6, basis: judgement}", "findings.active_cancer",
        "(background.yaml:", "active_cancer implies cancer_history",
    ),
    "contradiction: a part above its whole": entry(
        "  previous_dvt: {p: 0.5, basis: judgement}", "findings.previous_dvt",
        "of all who consult", "lower it",
        file="conditions/osteoarthritis.yaml",
    ),
    "citation: of nothing": entry(
        "  bruit: {p: 0.1, basis: judgement, cite: [000-no-such-statement]}",
        "findings.bruit", "'000-no-such-statement'", "mend the id",
    ),
    "study: not in the evidence": entry(
        "  bruit: {p: 0.1, basis: study, cite: [smith-1999-bruit]}",
        "findings.bruit", "rests on no row", "cite a row with flag seen",
    ),
    "study: seen by nobody": entry(
        "  warmth: {p: 0.1, basis: study, cite: [aafp-cellulitis-warmth-se]}",
        "findings.warmth", "nobody has seen", "make it a judgement",
    ),
    "word: outside its band": entry(
        '  bruit: {p: 0.1, basis: document, cite: [003-arterial-one-side], word: "usually"}',
        "findings.bruit", "0.1 is outside the band of 'usually'", "0.3 to 0.79",
    ),
    "word: in no band": entry(
        '  bruit: {p: 0.1, basis: document, cite: [000-pad-pulse], word: "now and then"}',
        "findings.bruit", "'now and then' is in no band", "make it a judgement",
    ),
    "word: not the document's": entry(
        '  bruit: {p: 0.4, basis: document, cite: [000-pad-pulse], word: "usually"}',
        "findings.bruit", "no statement it cites says 'usually'", "cite the statement",
    ),
    "cover: a finding that the background lacks": Mistake(
        "background.yaml", r"(?m)^  bruit: .*\n", "",
        "findings.bruit", "is missing", "give its rate",
    ),
    "diagnosis: without a name": Mistake(
        OTHER, r'    name: "gout"\n', "", "presentations.gout.name", "is missing", "give it"
    ),
    "diagnosis: the name of another": Mistake(
        OTHER, r'name: "gout"', 'name: "Knee osteoarthritis"',
        "presentations.gout.name", "is the name of osteoarthritis/knee too", "give each its own",
    ),
    "diagnosis: no code": Mistake(
        OTHER, r"icd10: M10\.9", "icd10: gout",
        "presentations.gout.icd10", "'gout' is not valid", "one code, such as M10.9",
    ),
    "diagnosis: no level": Mistake(
        OTHER, r"level: urgent, within: within 2 days", "level: soon, within: within 2 days",
        "presentations.gout.triage.level", "'soon' is not valid", "'emergency', 'urgent'",
    ),
    "diagnosis: no time frame": Mistake(
        OTHER, r"within: within 2 days", "within: in two days",
        "presentations.gout.triage.within", "'in two days' is not valid", "'within 2 days'",
    ),
    "diagnosis: a time frame of another level": Mistake(
        OTHER, r"level: urgent, within: within 2 days", "level: emergency, within: within 2 days",
        "presentations.gout.triage", "emergency is not 'within 2 days'", "write now",
    ),
    "diagnosis: a level without its reason": Mistake(
        OTHER, r'(level: urgent, within: within 2 days), .*\}', r"\1}",
        "presentations.gout.triage.why", "is missing", "give it",
    ),
    "diagnosis: a level that cites nothing": Mistake(
        OTHER, r"cite: \[bsr-2006-hot-joint\]", "cite: [nobody-2020]",
        "presentations.gout.triage", "cites 'nobody-2020'", "mend the id",
    ),
    "sum: clinic shares of presentations": Mistake(
        OTHER, r"clinic: \{p: [\d.]+,", "clinic: {p: 0.17,",
        "presentations", "clinic sums to 1.1", "make the sum 1",
    ),
    "range: the safety mix": Mistake(
        "mix.yaml", r"exponent: [\d.]+", "exponent: 1.5",
        "safety.exponent", "1.5 is not valid", "0.85, not 85",
    ),
    "file: not YAML": Mistake(
        DOMS, r"^findings:\n", "findings: [\n", DOMS, "expected", "mend the line"
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge to make mistakes in."""
    return Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))


def edit(folder: Path, mistake: Mistake) -> int:
    """Make a mistake; returns the line it begins on."""
    path = folder / mistake.file
    text = path.read_text(encoding="utf-8")
    found = re.search(mistake.find, text, re.MULTILINE)
    assert found, f"{mistake.file} has no {mistake.find!r}: mend this test"
    put = found.expand(mistake.put)
    if put.startswith("findings:\n  "):  # an entry of the same finding would be a second mistake
        name = put.split("\n")[1].split(":")[0]
        head, rest = text[: found.end()], text[found.end() :]
        profile, mark, presentations = rest.partition("\npresentations:")
        text = head + re.sub(rf"(?m)^{name}: .*\n", "", profile) + mark + presentations
    path.write_text(text[: found.start()] + put + text[found.end() :], encoding="utf-8")
    return text[: found.start()].count("\n") + 1 + put.startswith("findings:\n  ")


def problems_of(folder: Path) -> tuple[KnowledgeProblem, ...]:
    """Everything that is wrong in a folder."""
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return caught.value.problems


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(folder: Path, mistake: Mistake) -> None:
    """A mistake is reported with its file, line, entry, value and remedy."""
    line = edit(folder, mistake)
    told = [p for p in problems_of(folder) if p.file == mistake.file and p.entry == mistake.entry]
    assert [p for p in told if mistake.value in p.message and mistake.remedy in p.remedy], told
    if mistake.find == r"^findings:\n" and mistake.entry != DOMS:
        assert {p.line for p in told} == {line}


CONDITIONS_EDITED = {
    "a citation of nothing": (
        "cite: [001-rest-pain, 004-night-pain]", "cite: [001-rest-pain, 004-nightpain]",
        "peripheral_artery_disease.safety_net.0", "cites '004-nightpain'", "mend the id",
    ),
    "a level that few have": (
        "triage: routine\n", "triage: urgent\n",
        "peripheral_artery_disease.triage", "most of those who consult are routine", "mend it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "entry", "value", "remedy"), CONDITIONS_EDITED.values(), ids=CONDITIONS_EDITED
)
def test_a_mistake_in_the_conditions_is_named(
    folder: Path, old: str, new: str, entry: str, value: str, remedy: str
) -> None:
    """What the vocabulary says of a condition is held against the knowledge beside it."""
    path = Path(shutil.copytree(VOCABULARY, folder.parent / "vocabulary")) / "conditions.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.entry) == ("vocabulary/conditions.yaml", entry)
    assert value in problem.message
    assert remedy in problem.remedy
    place = text[: text.index(old)].count("\n") + 1
    assert place - 1 <= problem.line <= place


def test_mistakes_are_told_all_at_once(folder: Path) -> None:
    """Mistakes of many kinds in many files, and several in one file, are reported together."""
    names = (
        "unit: per cent for a share",
        "sum: weights of presentations",
        "id: a presentation in a pair",
        "id: a finding of a statement",
    )
    second = entry(
        "  site_clf: {p: 0.2, basis: judgement, cite: [000-no-such-statement]}",
        "findings.site_clf",
        "",
        "",
    )
    mistakes = [MISTAKES[name] for name in names] + [second]
    for mistake in mistakes:
        edit(folder, mistake)
    told = {(problem.file, problem.entry) for problem in problems_of(folder)}
    assert {(m.file, m.entry) for m in mistakes} <= told
    cited = [p for p in problems_of(folder) if "000-no-such-statement" in p.message]
    assert [p.entry for p in cited] == ["findings.site_clf"]


def test_a_refused_entry_brings_no_others_with_it(folder: Path) -> None:
    """An entry that cannot be read is one problem, not also a missing finding or a wrong sum."""
    mistake = Mistake("background.yaml", r"bruit: \{p: \[[^]]*\]", "bruit: {p: 7", "", "", "")
    edit(folder, mistake)
    assert {problem.entry.split(".")[1] for problem in problems_of(folder)} == {"bruit"}


def test_a_number_is_a_judgement_unless_it_says_otherwise(folder: Path) -> None:
    """`basis: judgement` need not be written, and writing it changes nothing."""
    bare = load_knowledge(folder).profiles["doms"]
    path = folder / DOMS
    text = path.read_text(encoding="utf-8")
    assert "judgement" not in text
    path.write_text(re.sub(r"\{p: (?!.*basis)", "{basis: judgement, p: ", text), encoding="utf-8")
    assert load_knowledge(folder).profiles["doms"] == bare
    assert {entry.basis for entry in bare.findings.values()} == {"document", "judgement"}


def test_every_check_looks_at_something(knowledge: Knowledge) -> None:
    """Each check says how many items it looked at, and none looks at nothing."""
    checks = check_knowledge(knowledge)
    assert [check.name for check in checks if not check.items] == []
    assert len({check.name for check in checks}) == len(checks)


def test_our_knowledge_is_sound(knowledge: Knowledge) -> None:
    """The knowledge of this checkout has no mistake."""
    assert [p for check in check_knowledge(knowledge) for p in check.problems] == []
