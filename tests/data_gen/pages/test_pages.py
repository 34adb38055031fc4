"""The pages: what is committed is what the knowledge says, and what they say is right."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from data_gen.cli import main
from data_gen.pages.amounts import lasting, shares, span, stated
from data_gen.pages.markdown import percent, sentence, table
from data_gen.pages.write import build_pages, write_pages
from data_gen.profiles import Knowledge
from data_gen.profiles.schema import Entry
from data_gen.world import World

DOCS = Path(__file__).parents[3] / "docs"
SPACE = "\u00a0"


@pytest.fixture(scope="module")
def pages(knowledge: Knowledge, world: World) -> dict[str, str]:
    """The pages of this checkout's knowledge."""
    return build_pages(knowledge, world)


def test_committed_pages_are_what_the_command_writes(pages: dict[str, str]) -> None:
    """The pages in docs/ are generated: run `python -m data_gen docs` after an edit."""
    stale = [n for n, text in pages.items() if not (DOCS / n).exists() or _read(n) != text]
    assert stale == [], "run: python -m data_gen docs"


def _read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_no_page_is_left_over(pages: dict[str, str]) -> None:
    """docs/conditions/ holds the pages of the conditions and nothing else."""
    found = {f"conditions/{path.name}" for path in (DOCS / "conditions").iterdir()}
    assert found == {name for name in pages if name.startswith("conditions/")}


def test_there_is_a_page_for_each_condition(knowledge: Knowledge, pages: dict[str, str]) -> None:
    """Each condition has its page with all its sections, and the index links to it."""
    for condition in knowledge.vocabulary.conditions:
        text = pages[f"conditions/{condition.id}.md"]
        for part in ("How it presents", "confused with", "Tests and care", "numbers", "Sources"):
            assert f"## {part}" in text or re.search(f"^## .*{part}", text, re.MULTILINE), part
        for presentation in knowledge.profiles[condition.id].presentations.values():
            assert sentence(presentation.says) in text
        assert f"(conditions/{condition.id}.md)" in pages["README.md"]


def test_every_number_of_a_profile_is_on_its_page(
    knowledge: Knowledge, pages: dict[str, str]
) -> None:
    """A page lists each finding of its profile, once for each place that states it."""
    for condition, profile in knowledge.profiles.items():
        text = pages[f"conditions/{condition}.md"]
        numbers = text[text.index("## Its numbers") :]
        holders = [profile, *profile.presentations.values()]
        for finding in {f for holder in holders for f in holder.findings}:
            times = sum(finding in holder.findings for holder in holders)
            assert numbers.count(f" `{finding}` |") == times, (condition, finding)


def test_the_table_of_findings_is_in_the_order_of_the_columns(
    knowledge: Knowledge, pages: dict[str, str]
) -> None:
    """The findings table has one row a finding, in the order of every file."""
    rows = re.findall(r"^\| `(\w+)` \|", pages["findings.md"], re.MULTILINE)
    assert tuple(rows) == knowledge.vocabulary.finding_ids


def test_links_lead_somewhere(pages: dict[str, str]) -> None:
    """Every link between pages, and from a number to its source, has a target."""
    for name, text in pages.items():
        for target in re.findall(r"\]\(([^)#]+\.md)\)", text):
            path = (Path(name).parent / target).as_posix()
            assert _flat(path) in {*pages, "hazards.md", "review.md"}, f"{name}: {target}"
        anchors = set(re.findall(r'<a id="([^"]+)">', text))
        assert set(re.findall(r"\]\(#([^)]+)\)", text)) == anchors, name


def _flat(path: str) -> str:
    return re.sub(r"[^/]+/\.\./", "", path)


def test_tables_are_whole(pages: dict[str, str]) -> None:
    """Every row of a table has as many cells as its head."""
    for name, text in pages.items():
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            sizes = {len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}
            assert len(sizes) == 1, f"{name}: {block[:80]}"


def test_pages_are_written_only_where_they_change(pages: dict[str, str], tmp_path: Path) -> None:
    """A second writing changes nothing."""
    assert len(write_pages(pages, tmp_path)) == len(pages)
    assert write_pages(pages, tmp_path) == []


def test_the_command_refuses_knowledge_with_a_mistake(tmp_path: Path) -> None:
    """A folder that is no knowledge ends with exit code 2 and writes nothing."""
    out = tmp_path / "docs"
    run = CliRunner().invoke(main, ["docs", "--knowledge", str(tmp_path), "--out", str(out)])
    assert run.exit_code == 2
    assert "no such file" in run.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.724, "72"),
        (0.045, "4.5"),
        (0.0015, "0.1"),
        (0.985, "98.5"),
        (0.998, "99.8"),
        (1, "100"),
        (0.1, "10"),
        (0, "0"),
    ],
)
def test_percentages_have_the_figures_that_matter(share: float, text: str) -> None:
    """Two figures under ten, one decimal near certainty, whole numbers between."""
    assert percent(share) == f"{text}{SPACE}%"


@pytest.mark.parametrize(
    ("days", "text"),
    [(0.02, "less than an hour"), (0.25, "6 hours"), (1, "1 day"), (60, "8.6 weeks"),
     (270, "8.9 months"), (2200, "6 years")],
)  # fmt: skip
def test_times_have_the_unit_that_keeps_them_near(days: float, text: str) -> None:
    """A time is told in hours, days, weeks, months or years."""
    assert lasting(days) == text


def test_entries_are_told_as_their_file_states_them(knowledge: Knowledge) -> None:
    """A probability, a choice, a number, and how often a number has a value at all."""
    vocabulary = knowledge.vocabulary
    distance = vocabulary.finding("walking_distance_m")
    far = Entry(low=45, median=220, high=1200, applies=0.85, basis="judgement")
    assert stated(distance, far) == f"220 m (45 to 1200); has one in 85{SPACE}%"
    assert span(vocabulary.finding("abi"), 0.42, 0.68, 0.95) == "0.68 (0.42 to 0.95)"
    assert shares({"one": 0.4, "both": 0.6, "none": 0}) == f"both 60{SPACE}%, one 40{SPACE}%"
    fever = Entry(fever=0.35, basis="judgement")
    assert stated(vocabulary.finding("temperature_c"), fever).endswith(f"in 35{SPACE}%")


def test_a_bar_in_a_cell_does_not_split_it() -> None:
    """Text with a bar stays in its cell."""
    assert table(["a"], [["b|c"]])[2] == "| b\\|c |"


@pytest.mark.parametrize("share", [0.0745, 0.9875, 0.00095, 0.125])
def test_the_last_bit_of_a_share_does_not_decide_its_figures(share: float) -> None:
    """Processors differ in the last bit: a page is the same on all of them."""
    told = {percent(one) for one in (np.nextafter(share, 0), share, np.nextafter(share, 1))}
    assert len(told) == 1
