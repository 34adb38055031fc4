"""The pages in a real browser, used as people use them."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import serve
from data_gen.vocabulary import load
from serve.http.page.form import SIGNS
from tests.serve.conftest import read_rows
from tests.serve.http.conftest import Server, start

CHROMIUM = shutil.which("chromium")
_CAN = CHROMIUM and find_spec("playwright") and find_spec("axe_playwright_python")
pytestmark = pytest.mark.skipif(
    not _CAN and "CLAUDICO_REQUIRE_BROWSER" not in os.environ,
    reason="a browser needs chromium and the extra `dev`; CLAUDICO_REQUIRE_BROWSER=1 fails instead",
)
REAL = Path(__file__).parents[4] / "examples" / "real_cases.csv"
HOSTILE = '"><img src=x onerror=alert(1)>{{7*7}}'
QUESTIONS = 5
LEAST, CERTAIN = 0.02, 0.995
"""Probabilities between which a bar says a whole number of percent."""


@pytest.fixture(scope="module")
def site(asking_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with a bundle that can ask."""
    made = start(tmp_path_factory.mktemp("site") / "log", "--model", str(asking_folder))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium."""
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield made
        made.close()


@pytest.fixture
def opened(browser: Any, site: Server) -> Iterator[Any]:
    """A window on the first page, without scripts, in which nothing comes from elsewhere."""
    context = browser.new_context(java_script_enabled=False)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(site.url)
    yield page
    assert all(url.startswith(site.url) for url in asked)
    assert not any("?" in url for url in asked)
    assert context.cookies() == []
    context.close()


def press(page: Any, name: str) -> None:
    """Press a button, and wait for the page that comes."""
    with page.expect_navigation():
        click(page, name)


def click(page: Any, name: str) -> None:
    """Press a button that leaves the page standing: what comes is a file, or stands in a frame."""
    page.get_by_role("button", name=name, exact=True).click()


def headed(page: Any, name: str) -> None:
    """Wait for the page with this heading."""
    page.get_by_role("heading", name=name, exact=True).wait_for()


def begin(page: Any, case: dict[str, str]) -> None:
    """Fill in the first page and the signs of danger as a person with this case would."""
    page.fill("#age_years", case.get("age_years", ""))
    for name in ("sex", "side"):
        if case.get(name):
            page.check(f"input[name={name}][value='{case[name]}']")
    tick(page, [f.id for f in load().findings if f.asked == "site"], case)
    press(page, "Next")
    if not tick(page, SIGNS, case):
        page.check("input[name=none_of_these]")
    press(page, "Next")


def tick(page: Any, names: Any, case: dict[str, str]) -> list[str]:
    """Tick what a case has of a list of boxes."""
    ticked = [name for name in names if case.get(name) == "yes"]
    for name in ticked:
        page.check(f"input[name={name}]")
    return ticked


def reply(page: Any, case: dict[str, str]) -> None:
    """Answer the question that is shown: from the case, or "not sure"."""
    shown = page.locator("form input:not([type=hidden])").first.get_attribute("name")
    word = case.get(shown, "") or "?"
    if page.locator(f"input#{shown}").count():
        page.fill(f"#{shown}", word) if word != "?" else page.check(f"[name='{shown}.unsure']")
    else:
        page.check(f"input[name={shown}][value='{word}']")
    press(page, "Next")


def told(page: Any) -> dict[str, str]:
    """Every column that the page of the answer tells."""
    names = page.locator("dt").all_text_contents()
    return dict(zip(names, page.locator("dd").all_text_contents(), strict=True))


def real_cases(count: int) -> list[dict[str, str]]:
    """Published cases, spread over the file."""
    with REAL.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return rows[:: len(rows) // count][:count]


def test_ten_real_cases_get_what_a_file_of_their_answers_gets(
    opened: Any, site: Server, asking_folder: Path, tmp_path: Path
) -> None:
    """Answered by hand, each case has the triage, words and probabilities of `serve score`."""
    scorer, levels = serve.load(asking_folder), set()
    for case in real_cases(10):
        opened.goto(site.url)
        begin(opened, case)
        for _ in range(QUESTIONS):
            if opened.get_by_role("heading", name="The answer").count():
                press(opened, "Ask me more")
            reply(opened, case)
        if not opened.get_by_role("heading", name="The answer").count():
            press(opened, "See the answer")
        page, text = told(opened), opened.locator("main").inner_text()
        with opened.expect_download() as kept:
            click(opened, "Save as CSV")
        kept.value.save_as(tmp_path / "answer.csv")
        (row,) = read_rows(tmp_path / "answer.csv")
        answered = {f.id: row[f.id] for f in load().findings if row.get(f.id)}
        expected = scorer.score([answered])[0]
        assert len(answered) >= len(SIGNS) + QUESTIONS
        assert page["triage"].startswith(expected.triage)
        assert expected.what_to_do in text
        for reason in expected.triage_reasons:
            assert reason.partition(": ")[2][1:] in text
        for condition, share in list(expected.probabilities.items())[:3]:
            assert float(row[f"p_{condition}"]) == share
            named = f"{load().condition(condition).name}: {share:.0%}".replace("%", " %")
            assert named in text or share < LEAST or share > CERTAIN
        levels.add(expected.triage)
    assert len(levels) > 1


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_no_page_has_a_barrier(browser: Any, site: Server, width: int, scheme: str) -> None:
    """Nothing that axe finds, no scrolling sideways, and the same with letters twice as large."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 700}, color_scheme=scheme, reduced_motion="reduce"
    )
    page, axe, looked = context.new_page(), Axe(), 0

    def look() -> None:
        nonlocal looked
        looked += 1
        found = axe.run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width > 320:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.querySelector('button') || document.body)"
                             ".transitionDuration") == "0s"  # fmt: skip

    page.goto(site.url)
    look()
    page.fill("#age_years", "900")
    press(page, "Next")
    look()
    page.fill("#age_years", "70")
    press(page, "Next")
    look()
    page.check("input[name=none_of_these]")
    press(page, "Next")
    look()
    press(page, "Next")
    look()
    press(page, "Change answers")
    look()
    press(page, "See the answer")
    page.locator("summary").click()
    look()
    page.goto(f"{site.url}/file")
    page.set_input_files("#file", REAL)
    click(page, "Score it, show the counts")
    page.frame_locator("iframe").get_by_role("heading", name="The counts").wait_for()
    look()
    page.goto(f"{site.url}/answer-that-is-none")
    look()
    assert looked == 9
    context.close()


def test_the_keyboard_is_enough(browser: Any, site: Server) -> None:
    """From the first page to the answer with Tab, Space, arrows and Enter alone."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    while page.evaluate("document.activeElement.id") != "age_years":
        page.keyboard.press("Tab")
    page.keyboard.type("66")
    page.keyboard.press("Enter")
    headed(page, "Signs of danger")
    while page.evaluate("document.activeElement.name") != "none_of_these":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Question 1", exact=True).wait_for()
    while page.evaluate("document.activeElement.textContent") != "See the answer":
        page.keyboard.press("Tab")
        shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown != "none"
    page.keyboard.press("Enter")
    headed(page, "The answer")
    context.close()


def test_back_twice_and_two_windows(opened: Any, site: Server) -> None:
    """The browser's own way back, a double press and a second window lose and mix up nothing."""
    begin(opened, {"age_years": "70", "site_calf": "yes"})
    first = opened.locator("h1").inner_text()
    press(opened, "Skip")
    second = opened.locator("h1").inner_text()
    opened.go_back()
    assert opened.locator("h1").inner_text() == first
    opened.get_by_role("button", name="Skip").dblclick()
    headed(opened, second)
    other = opened.context.new_page()
    other.goto(site.url)
    begin(other, {"age_years": "20", "site_heel": "yes", "bladder_bowel_change": "yes"})
    assert other.locator(".card.emergency").count() == 1
    press(opened, "Change answers")
    assert opened.input_value("#age_years") == "70"
    assert opened.locator(".emergency").count() == 0


def test_an_emergency_is_called_at_its_sign(opened: Any) -> None:
    """One tick, and the page says what to do before anything else."""
    begin(opened, {"age_years": "50", "chest_pain": "yes"})
    assert opened.locator("main h2").first.inner_text() == "Emergency"


def test_hostile_text_is_text(opened: Any) -> None:
    """What is typed is shown as it was typed, and nothing of it runs."""
    opened.fill("#age_years", HOSTILE)
    press(opened, "Next")
    assert opened.input_value("#age_years") == HOSTILE
    assert opened.locator("img").count() == 0
    assert "49" not in opened.locator("form").inner_text()


def test_a_file_is_looked_at_scored_and_saved(
    opened: Any, site: Server, asking_folder: Path, tmp_path: Path
) -> None:
    """Columns and problems before scoring, then the counts, then the file `serve score` writes."""
    cases = tmp_path / "cases.csv"
    cases.write_text("case_id,fever,Swelling,numbnes\na,yes,one,no\nb,no\n")
    opened.goto(f"{site.url}/file")
    opened.set_input_files("#file", cases)
    click(opened, "Look at its columns")
    frame = opened.frame_locator("iframe")
    frame.get_by_role("heading", name="Before scoring").wait_for()
    text = frame.locator("main").inner_text()
    assert "1 rows can be scored; 1 have a broken shape" in text
    assert "did you mean 'numbness'" in text
    click(opened, "Score it, show the counts")
    frame.get_by_role("heading", name="The counts").wait_for()
    assert "1 rows scored, 1 of broken shape" in frame.locator("main").inner_text()
    with opened.expect_download() as kept:
        click(opened, "Save the scored file")
    kept.value.save_as(tmp_path / "scored.csv")
    (row,) = read_rows(tmp_path / "scored.csv")
    expected = serve.load(asking_folder).score([{"fever": "yes", "swelling": "one"}])[0]
    assert row["triage"] == expected.triage
    assert float(row["risk_emergency"]) == expected.risk_emergency


def test_a_file_that_is_too_large_is_refused_with_words(opened: Any, site: Server,
                                                        tmp_path: Path) -> None:  # fmt: skip
    """100 MB get a page with the reason, not a broken connection."""
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.write(b"fever\n")
        file.truncate(100 << 20)
    opened.goto(f"{site.url}/file")
    opened.set_input_files("#file", large)
    click(opened, "Look at its columns")
    frame = opened.frame_locator("iframe")
    frame.get_by_role("heading", name="This was not possible").wait_for()
    assert "the body is larger than" in frame.locator("main").inner_text()
