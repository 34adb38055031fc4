"""A new condition or finding: a skeleton is written, and what it still lacks is named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from data_gen.new_condition import new_condition
from data_gen.profiles import KNOWLEDGE, Knowledge
from data_gen.profiles.checks.unfinished import VOCABULARY, contract_lines, unfinished, unused
from data_gen.vocabulary import Condition, Finding, Vocabulary, load
from data_gen.vocabulary.condition import Advice

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
BUILT_IN = load()
NEW = Finding("new_sign", "yes_no", len(BUILT_IN.findings), "sign", "a sign", "Is it there?",
              phrases=(("present", "a new sign"), ("absent", "no new sign")))  # fmt: skip
OWN = Condition("new_cause", "New cause", "M79.6", "routine", "It hurts.", (), (), (),
                (Advice("Come back if it grows"),), ())  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the generator, knowledge and pages in which files may be changed."""
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "data_gen", tmp_path / "data_gen", ignore=skipped)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    return tmp_path


def run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The generator of the copy, run in it."""
    command = [sys.executable, "-m", "data_gen", *words]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replace texts that the file has."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{path} has no {old!r}: mend this test"
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def missing(copy: Path) -> set[str]:
    """The files that `check` names, each with its entry."""
    lines = run(copy, "check").stdout.splitlines()
    return {":".join(part.strip() for part in line.split(":")[0:3:2]) for line in lines[1:]}


def test_a_part_becomes_a_condition_by_what_check_names(copy: Path) -> None:
    """Carved out of another cause, a condition is whole once what `check` names has been done."""
    done = run(copy, "new-condition", "neuroma", "--from", "other_cause/forefoot")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5
    named = missing(copy)
    unwritten = ("mix.yaml", "vocabulary/conditions.yaml", "vocabulary/contract.csv")
    for file in (*unwritten, "docs/conditions/neuroma.md"):
        assert [entry for entry in named if entry.startswith(file)], named
    folder = copy / "data_gen"
    shares = (
        ("clinic: TODO, training: TODO", "clinic: 0.006, training: 0.02"),
        ('why: "TODO"', 'why: "rare"'),
        ("{clinic: 0.190, training: 0.125,", "{clinic: 0.184, training: 0.105,"),
    )
    edit(folder / "knowledge/mix.yaml", *shares)
    words = (
        ("name: TODO", "name: Neuroma"),
        ("icd10: TODO", "icd10: G57.6"),
        ("indicates: TODO", "indicates: A thick nerve."),
        ("safety_net: []", "safety_net: [{says: Come back if it grows}]"),
    )
    edit(folder / "vocabulary/conditions.yaml", *words)
    assert "conditions/other_cause.yaml:presentations" in missing(copy)  # the weights left in it
    left = ("weight: 0.034\n", "weight: 0.051\n"), ("clinic: {p: 0.0494,", "clinic: {p: 0.0988,")
    edit(folder / "knowledge/conditions/other_cause.yaml", *left)
    write_contract(copy)
    assert run(copy, "docs").returncode == 0
    done = run(copy, "check")
    assert done.returncode == 0, done.stdout
    cases = run(copy, "sample", "--rows", "300", "--seed", "1", "--out", "cases.csv")
    assert cases.returncode == 0, cases.stderr
    assert ",neuroma" in (copy / "cases.csv").read_text(encoding="utf-8")


def write_contract(copy: Path) -> None:
    """Accept the vocabulary of the copy as its contract."""
    code = (
        "from data_gen.profiles.checks.unfinished import CONTRACT, contract_lines;"
        "from data_gen.vocabulary import load;"
        "CONTRACT.write_text('\\n'.join([*contract_lines(load()), '']), encoding='utf-8')"
    )
    subprocess.run([sys.executable, "-c", code], cwd=copy, check=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sciatica",), "there is a condition 'sciatica' already"),
        (("Morton neuroma",), "is no id"),
        (("neuroma", "--from", "other_cause"), "no part is called"),
        (("neuroma", "--from", "other_cause/nothing"), "no part is called"),
        (("neuroma", "--from", "gout/gout"), "no part is called"),
    ],
    ids=["taken", "no id", "no part", "unknown part", "unknown condition"],
)
def test_a_skeleton_that_cannot_be_written_leaves_all_as_it_was(
    words: tuple[str, ...], said: str, copy: Path
) -> None:
    """Exit 2 with the remedy, and no file changed."""
    before = contents(copy)
    done = run(copy, "new-condition", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert contents(copy) == before


def contents(copy: Path) -> dict[Path, bytes]:
    """Every knowledge and vocabulary file."""
    return {path: path.read_bytes() for path in (copy / "data_gen").rglob("*.yaml")}


def test_a_bare_skeleton_is_read_and_names_what_to_write(tmp_path: Path) -> None:
    """Without a part, the skeleton is valid YAML in which every gap is named."""
    folder = Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))
    vocabulary = Path(shutil.copytree(VOCABULARY, tmp_path / "vocabulary"))
    new_condition("neuroma", None, folder, vocabulary)
    said = [str(p) for p in unfinished(folder, load()) if "neuroma" in p.where or "mix" in p.where]
    named = " ".join(line for line in said if line.startswith("conditions/neuroma.yaml:"))
    for field in ("name: TODO", "icd10: TODO", "triage: {level: TODO, within: TODO"):
        assert field in named
    assert [line for line in said if line.startswith("mix.yaml:")]


WHOLE = replace(
    BUILT_IN, findings=(*BUILT_IN.findings, NEW), conditions=(*BUILT_IN.conditions, OWN)
)
GAPS = {
    "finding's question": ({"question": "Say it."}, {}, "question"),
    "finding's meaning": ({"meaning": ""}, {}, "meaning"),
    "finding's section": ({"asked": "smell"}, {}, "asked 'smell'"),
    "finding's words": ({"phrases": (("present", "a sign"),)}, {}, "words for absent"),
    "condition's code": ({}, {"icd10": "gout"}, "icd10 'gout'"),
    "condition's level": ({}, {"triage": "soon"}, "triage 'soon'"),
    "condition's name": ({}, {"name": ""}, "name"),
    "condition's meaning": ({}, {"indicates": ""}, "indicates"),
    "condition's safety net": ({}, {"safety_net": ()}, "safety_net"),
}


def written(vocabulary: Vocabulary, folder: Path) -> Path:
    """A contract of that vocabulary."""
    path = folder / "contract.csv"
    path.write_text("\n".join(contract_lines(vocabulary)), encoding="utf-8")
    return path


@pytest.mark.parametrize(("finding", "condition", "said"), GAPS.values(), ids=GAPS)
def test_each_part_that_is_forgotten_is_named(
    finding: dict[str, object], condition: dict[str, object], said: str, tmp_path: Path
) -> None:
    """A new entry that lacks one thing is named with that thing, and with nothing else."""
    edited = replace(
        WHOLE,
        findings=(*BUILT_IN.findings, replace(NEW, **finding)),
        conditions=(*BUILT_IN.conditions, replace(OWN, **condition)),
    )
    (problem,) = unfinished(KNOWLEDGE, edited, written(edited, tmp_path))
    assert problem.entry == ("new_sign" if finding else "new_cause")
    assert problem.message.startswith(f"{problem.entry}: {said}")
    assert problem.remedy


def test_the_contract_names_lines_that_it_lacks_and_has_too_many(tmp_path: Path) -> None:
    """A finding that is new, one that is gone, and another order are each named."""
    path = written(BUILT_IN, tmp_path)
    added = {p.entry for p in unfinished(KNOWLEDGE, WHOLE, path)}
    assert {"new_sign", "new_cause"} < added
    fewer = replace(BUILT_IN, findings=BUILT_IN.findings[:-1])
    last = BUILT_IN.findings[-1].id
    assert [p for p in unfinished(KNOWLEDGE, fewer, path) if last in p.entry]
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[1], lines[0], *lines[2:]]), encoding="utf-8")
    (problem,) = unfinished(KNOWLEDGE, BUILT_IN, path)
    assert "order" in problem.message


def test_pages_that_are_missing_or_left_over_are_named(tmp_path: Path) -> None:
    """A condition without a page, a page without a condition, a finding without a row."""
    docs = Path(shutil.copytree(ROOT / "docs", tmp_path / "docs"))
    (docs / "conditions/doms.md").rename(docs / "conditions/gout.md")
    findings = docs / "findings.md"
    findings.write_text(findings.read_text().replace("| `bruit` |", "| bruit |"))
    said = {p.entry for p in unfinished(KNOWLEDGE, BUILT_IN, docs=docs)}
    assert said == {"doms", "gout", "bruit"}


def test_a_finding_that_no_profile_speaks_of_is_named(knowledge: Knowledge) -> None:
    """A finding in the background alone separates nothing."""
    assert unused(knowledge) == []
    alone = knowledge.background.findings["bruit"]
    background = knowledge.background.model_copy(
        update={"findings": {**knowledge.background.findings, "new_sign": alone}}
    )
    (problem,) = unused(replace(knowledge, background=background))
    assert problem.entry == "findings.new_sign"


def test_advice_that_is_none_is_named(copy: Path) -> None:
    """A line of a safety net that says nothing is one message with its remedy."""
    path = copy / "data_gen/vocabulary/conditions.yaml"
    edit(path, ("    safety_net:\n      - says:", "    safety_net:\n      - tells:"))
    done = run(copy, "check")
    assert done.returncode == 2
    assert "conditions.yaml: peripheral_artery_disease: safety_net: " in done.stdout
    assert "write `- says: ...`" in done.stdout


def test_an_entry_that_lacks_a_key_is_named(copy: Path) -> None:
    """A condition or finding without one of its keys is one message, not a traceback."""
    edit(copy / "data_gen/vocabulary/conditions.yaml", ("    icd10: I70.2\n", ""))
    done = run(copy, "check")
    assert done.returncode == 2
    assert "conditions.yaml: peripheral_artery_disease: icd10 is missing; give it" in done.stdout
