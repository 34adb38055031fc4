"""Tests of the command `report`: facts, page, and scoring by what was estimated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from serve.cli.commands import main
from serve.problem import RefusedError
from serve.report.report import Asked, report
from tests.serve.conftest import Score
from tests.serve.report.months import EVEN, IDS, mix_text, month, raised, write

Facts = dict[str, Any]


def run(*arguments: str | Path) -> Result:
    """The finished command."""
    return CliRunner().invoke(main, ["report", *map(str, arguments)], catch_exceptions=False)


def facts_of(scored: Path, *arguments: str | Path) -> Facts:
    """The facts of a scored file."""
    target = scored.with_suffix(".json")
    done = run(scored, "--json", target, *arguments)
    assert done.exit_code == 0, done.stderr
    facts: Facts = json.loads(target.read_text())
    return facts


class Page(HTMLParser):
    """The elements of a page, and what they point to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]


def test_facts_have_what_is_promised(tmp_path: Path) -> None:
    """Rows, what is flagged, and the mix by condition with intervals."""
    first = write(month(EVEN, 500, 1), tmp_path / "may.parquet")
    second = write(month(raised("doms", 4.0), 500, 2), tmp_path / "june.parquet")
    facts = facts_of(second, "--reference", first)
    assert facts["rows"] == 500
    assert all(
        set(one) == {"kind", "name", "before", "after", "p_value"} for one in facts["flagged"]
    )
    assert "doms" in [one["name"] for one in facts["flagged"]]
    assert list(facts["mix"]) == list(IDS)
    assert all(0 <= m["low"] < m["share"] < m["high"] <= 1 for m in facts["mix"].values())
    assert sum(m["share"] for m in facts["mix"].values()) == pytest.approx(1)


def test_the_page_stands_alone(tmp_path: Path) -> None:
    """It loads nothing, runs nothing, and tells what changed before all else."""
    hostile = "<script>alert(1)</script>"
    before = write(month(EVEN, 300, 3), tmp_path / "a.parquet")
    table = month(
        raised("infection", 4.0), 300, 4, final_condition=["infection", hostile, ""] * 100,
        model_version=[hostile] * 300, issues=[json.dumps([{"code": hostile}])] * 300,
        likely_components=[f"{hostile} 0.90"] * 300,
    )  # fmt: skip
    scored = write(table, tmp_path / "<b>.parquet")
    done = run(scored, "--reference", before, "--out", tmp_path / "page.html")
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "b><", "link", "img", "iframe"} & set(page.tags)
    assert page.links == []
    assert "url(" not in text
    assert "&lt;script&gt;" in text
    titles = re.findall(r"<h2[^>]*>([^<]*)", text)
    assert titles[:2] == ["What differs from a.parquet", "Class mix"]
    assert page.tags.count("svg") > 3


@pytest.mark.parametrize("rows", [0, 1, 10])
@pytest.mark.parametrize("reference", [(), ("--reference", "bundle")], ids=["alone", "bundle"])
def test_short_files_are_reported(
    rows: int, reference: tuple[str, ...], fitted_bundle: Path, tmp_path: Path
) -> None:
    """Ten rows, one, or none make a page and facts."""
    scored = write(month(EVEN, rows, 5), tmp_path / "few.parquet")
    done = run(scored, "--out", tmp_path / "p.html", "--model", fitted_bundle, *reference)
    assert done.exit_code == 0, done.stderr
    assert "Class mix" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_a_file_that_no_model_answered_is_reported(score: Score, tmp_path: Path) -> None:
    """Overrides alone leave p_* blank: there is no mix, which is said, and all the rest."""
    scored = score(b"age_years,fever\n60,yes\n70,no\n", "--overrides-only").out
    done = run(scored, "--out", tmp_path / "p.html", "--json", tmp_path / "f.json")
    assert done.exit_code == 0, done.stderr
    facts = json.loads((tmp_path / "f.json").read_text())
    assert facts["rows"] == sum(facts["triage"].values()) == 2
    assert facts["mix"] == {}
    assert "no class mix" in done.stderr
    again = CliRunner().invoke(
        main, ["score", str(scored), "--out", "-", "--mix", str(tmp_path / "f.json")]
    )
    assert again.exit_code == 2
    assert "it holds no mix" in again.stderr


def test_only_some_columns_are_reported(score: Score, tiny_bundle: Path) -> None:
    """A file written with --columns-out has what it has."""
    scored = score(b"age_years,fever\n60,yes\n70,no\n", "--columns-out", "triage,p_*").out
    facts = facts_of(scored, "--model", tiny_bundle)
    assert facts["rows"] == 2
    assert facts["issues"] == {}
    assert len(facts["mix"]) == len(IDS)


def test_scoring_by_facts_changes_probabilities_and_no_triage(score: Score, tmp_path: Path) -> None:
    """`--mix FACTS.json` is the mix that it estimates, and each row is scored by itself."""
    cases = b"age_years,fever,site_calf\n60,yes,yes\n70,no,yes\n44,,no\n"
    facts = facts_of(write(month(raised("doms", 4.0), 300, 6), tmp_path / "a.parquet"))
    path = tmp_path / "a.json"
    plain, by_facts = score(cases), score(cases, "--mix", str(path), out="b.csv")
    shares = {name: one["share"] for name, one in facts["mix"].items()}
    written = mix_text(np.array([shares[name] for name in IDS]))
    said = score(cases, "--mix", written, out="c.csv")
    assert by_facts.rows == said.rows
    kept = ("triage", "triage_source", "triage_reasons", "risk_emergency", "what_to_do")
    assert [[r[k] for k in kept] for r in by_facts.rows] == [
        [r[k] for k in kept] for r in plain.rows
    ]
    assert [r["p_doms"] for r in by_facts.rows] != [r["p_doms"] for r in plain.rows]
    alone = score(b"age_years,fever,site_calf\n70,no,yes\n", "--mix", str(path), out="d.csv")
    assert alone.rows == by_facts.rows[1:2]


def test_scores_by_facts_say_their_mix_and_no_path(score: Score, tmp_path: Path) -> None:
    """What made a Parquet file is the mix itself; a report on it goes on from there."""
    facts_of(write(month(EVEN, 200, 7), tmp_path / "a.parquet"))
    scored = score(b"age_years\n60\n", "--mix", str(tmp_path / "a.json"), out="b.parquet").out
    mix = json.loads(pq.read_schema(scored).metadata[b"claudico"])["mix"]
    assert mix.startswith("training:peripheral_artery_disease=")
    assert facts_of(scored)["scored_under"] == mix


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "this is no JSON"),
        ('{"rows": 3}', "it holds no mix"),
        ('{"mix": {"doms": {"share": "much"}}}', "it holds no mix"),
        ('{"mix": {"doms": {"share": 1}}, "mix_within": "x"}', "it holds no mix"),
        ('{"mix": {"dom": {"share": 1}}}', "did you mean 'doms'?"),
        (None, "No such file"),
    ],
)
def test_facts_that_hold_no_mix_are_refused(
    text: str | None, says: str, score: Score, tmp_path: Path
) -> None:
    """The refusal says what is wrong, and what --mix takes."""
    path = tmp_path / "facts.json"
    if text is not None:
        path.write_text(text)
    done = score(b"age_years\n60\n", "--mix", str(path))
    assert done.code == 2
    assert says in done.talk
    assert "python -m serve report" in done.talk


def test_a_clinic_file_goes_on_with_the_clinics_components(score: Score, tiny_bundle: Path) -> None:
    """Facts of a file scored under the clinic mix say so, and `clinic:` keeps its components."""
    cases = b"age_years,fever\n60,yes\n70,no\n"
    scored = score(cases, "--mix", "clinic").out
    facts_of(scored, "--mix", "clinic", "--model", tiny_bundle)
    assert json.loads(scored.with_suffix(".json").read_text())["mix_within"] == "clinic"
    ids = ",".join(f"{name}={place + 1}" for place, name in enumerate(IDS))
    clinic, kept, plain = (
        score(cases, "--mix", mix, out=f"{n}.csv").rows
        for n, mix in enumerate(("clinic", f"clinic:{ids}", ids))
    )
    assert clinic == kept != plain  # the tiny bundle's clinic mix is 1, 2, 3, ...


Change = Callable[[Path], Asked]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda path: Asked(str(path), reference="bundle"), "there is no bundle"),
        (lambda path: Asked(str(path), mix="clinic"), "it was scored under"),
        (lambda path: Asked(str(path), reference="none.csv"), "none.csv: No such file"),
        (lambda path: Asked(str(path), mix="a lot"), "is not `condition=share`"),
    ],
    ids=["no bundle", "another mix", "no reference", "no mix"],
)
def test_what_cannot_be_reported_is_refused(asked: Change, says: str, tmp_path: Path) -> None:
    """Each refusal names the file or option."""
    path = write(month(EVEN, 20, 8), tmp_path / "a.parquet")
    with pytest.raises(RefusedError, match=re.escape(says)):
        report(asked(path))


def test_a_report_replaces_none_of_its_files(tmp_path: Path) -> None:
    """A page at the path of a scored file, and a page of another form, are refused."""
    path = write(month(EVEN, 20, 8), tmp_path / "a.parquet")
    assert run(path, "--out", tmp_path / "a.pdf").exit_code == 2
    assert run(path, "--json", tmp_path / "f.json", "--out", tmp_path / "f.json").exit_code == 2
    assert run(path).exit_code == 2
    assert pq.read_table(path).num_rows == 20


def test_files_of_two_models_are_told_apart(tmp_path: Path) -> None:
    """A reference that another model scored is a warning: what changed may be its doing."""
    first = write(month(EVEN, 50, 1, model_version=["a" * 12] * 50), tmp_path / "a.parquet")
    second = write(month(EVEN, 50, 2), tmp_path / "b.parquet")
    warnings = facts_of(second, "--reference", first)["warnings"]
    assert any("different models" in warning for warning in warnings)
