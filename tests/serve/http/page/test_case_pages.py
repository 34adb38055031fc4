"""The pages of one case, as a browser without scripts sends them."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import serve
from serve.answer import ANSWER, PROBABILITIES
from serve.http.page.form import SIGNS
from tests.serve.http.page.conftest import Send, fields

FIRST = {"age_years": "67", "sex": "male", "site_calf": "yes", "side": "one"}
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}\x00=cmd'


def begun(send: Send, **ticked: str) -> str:
    """The page after the first two: the first question, or the answer."""
    form = fields(send("/signs", FIRST).text)
    return send("/question", {**form, "go": "signs", **(ticked or {"none_of_these": "yes"})}).text


def asked(page: str) -> str:
    """The finding that a page asks for."""
    return fields(page)["trail"].split()[int(fields(page)["at"])]


def gone(send: Send, page: str, go: str, **more: str) -> str:
    """The page that follows once a button is pressed."""
    return send("/question", {**fields(page), "go": go, **more}).text


@pytest.mark.parametrize("path", ["/", "/file", "/style.css"])
def test_a_page_loads_nothing_but_its_style(send: Send, path: str) -> None:
    """No script, nothing from elsewhere, no cookie, and no copy kept on the way."""
    reply = send(path)
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert reply.headers["cache-control"] == "private, no-cache"
    assert "set-cookie" not in reply.headers
    assert "<script" not in reply.text
    assert "http://" not in reply.text
    assert "https://" not in reply.text


def test_every_page_says_that_it_is_no_medical_device(send: Send) -> None:
    """First page, signs, a question, all answers, the answer, a file, and a refusal say it."""
    page = begun(send)
    pages = [send("/").text, send("/signs", FIRST).text, page, send("/file").text]
    pages += [send(path, fields(page)).text for path in ("/answers", "/answer")]
    pages.append(send("/answer", content=b"\xff", headers=FORM_TYPE).text)
    assert all("This is not a medical device." in text for text in pages)
    assert max(len(text.encode()) for text in pages) < 100_000


FORM_TYPE = {"content-type": "application/x-www-form-urlencoded"}


def test_answers_come_back_on_every_page(send: Send) -> None:
    """Back, and all answers on one page, show what was answered; nothing on the way is lost."""
    first = begun(send)
    name = asked(first)
    second = gone(send, first, "next", **{name: first_choice(first, name)})
    other = asked(second)
    assert other != name
    back = gone(send, second, "back")
    assert asked(back) == name
    assert fields(back)[name] == first_choice(first, name)
    again = gone(send, back, "next")
    assert asked(again) == other
    changed = send("/answers", fields(second)).text
    assert fields(changed)[name] == first_choice(first, name)
    assert fields(gone(send, gone(send, back, "back"), "first")).items() >= FIRST.items()


def first_choice(page: str, name: str) -> str:
    """The first choice that a question offers, or a number."""
    marked = f'type="radio" name="{name}" value="'
    return page.partition(marked)[2].partition('"')[0] if marked in page else "7"


def test_skip_and_not_sure_are_not_asked_again(send: Send) -> None:
    """A skipped finding is not in the case and one not known is `?`; neither is asked again."""
    page, seen = begun(send), []
    for turn in range(6):
        name = asked(page)
        seen.append(name)
        unsure = {f"{name}.unsure": "yes", name: "?"} if turn % 2 else {}
        page = gone(send, page, "next" if turn % 2 else "skip", **unsure)
    assert len(set(seen)) == len(seen)
    case = json.loads(send("/answer.json", fields(page)).text)["case"]
    assert [case.get(name) for name in seen] == [None, "?"] * 3


def test_an_answer_is_wanted_or_a_skip(send: Send) -> None:
    """Next without an answer says what to do, and asks the same again."""
    page = begun(send)
    again = gone(send, page, "next")
    assert asked(again) == asked(page)
    assert 'role="alert"' in again


def test_an_emergency_is_called_as_soon_as_its_sign_is_ticked(send: Send) -> None:
    """A tick shows what to do before any further question, and going on is possible."""
    page = begun(send, bladder_bowel_change="yes")
    assert '<section class="card emergency"' in page
    assert page.index("card emergency") < page.index("What it could be")
    on = gone(send, page, "on")
    assert "Emergency, as far as" in on
    assert asked(on)


def test_signs_that_nobody_ticked_are_a_no_only_where_it_is_said(send: Send) -> None:
    """Without any tick, not even "none of these", the signs were not answered."""
    form = fields(send("/signs", FIRST).text)
    silent = send("/question", {**form, "go": "signs"}).text
    assert not {*SIGNS} & {*fields(silent)}
    ticked = fields(begun(send, fever="yes"))
    assert {name: ticked[name] for name in SIGNS} == {
        name: "yes" if name == "fever" else "no" for name in SIGNS
    }


def test_examinations_and_tests_are_asked_where_they_can_be_had(send: Send) -> None:
    """Only who can examine is asked for signs; only who has results for tests."""
    from data_gen.vocabulary import load

    kinds: dict[bool, set[str]] = {}
    for can in (False, True):
        page = begun(send)
        form = {**fields(page), **({"examined": "yes", "tested": "yes"} if can else {})}
        names = []
        for _ in range(60):
            form = fields(send("/question", {**form, "go": "skip"}).text)
            names = form["trail"].split()
        kinds[can] = {load().finding(name).asked for name in names[1:]}
    assert not {"sign", "test"} & kinds[False]
    assert {"sign", "test"} <= kinds[True]


@pytest.mark.parametrize(
    ("name", "typed", "unit", "value"),
    [
        ("duration_days", "2", "weeks", "14"),
        ("duration_days", "two weeks", "days", "14"),
        ("temperature_c", "98.6", "degF", "37"),
        ("walking_distance_m", "1", "km", "1000"),
        ("severity", "7/10", "", "7"),
    ],
)
def test_numbers_come_in_the_units_that_people_use(
    send: Send, name: str, typed: str, unit: str, value: str
) -> None:
    """A number is read in the unit beside it, or in the one that is typed."""
    reply = send("/answer.json", {**FIRST, name: typed, f"{name}.unit": unit})
    assert json.loads(reply.text)["case"][name] == value


@pytest.mark.parametrize("typed", ["200", "old", HOSTILE], ids=["too high", "a word", "hostile"])
def test_what_is_no_answer_is_shown_beside_its_question(send: Send, typed: str) -> None:
    """A bad number comes back with what is wrong, as it was typed and harmless, and no score."""
    page = send("/signs", {**FIRST, "age_years": typed})
    assert 'aria-invalid="true"' in page.text
    assert "<script>" not in page.text
    assert "{{" not in page.text or "{{ 7*7 }}" in page.text
    assert "What it could be" not in send("/answer", {**FIRST, "age_years": typed}).text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xfe", id="no ASCII"),
        pytest.param(b"a=" + b"b&a=" * 2000, id="too many fields"),
        pytest.param(b"fever=" + b"y" * 300, id="too long"),
    ],
)
def test_what_no_page_sends_is_refused_as_a_page(send: Send, body: bytes) -> None:
    """A body that is no form of the pages gets a page that says so."""
    reply = send("/answer", content=body, headers=FORM_TYPE)
    assert reply.status_code == 422
    assert reply.headers["content-type"].startswith("text/html")
    assert "This was not possible" in reply.text


def test_a_stale_page_goes_on(send: Send) -> None:
    """Fields that name no finding, a place beyond the trail and a bad one are left out."""
    form = {**FIRST, "no_such": "yes", "trail": "no_such fever", "at": "9999999", "go": "next"}
    assert send("/question", form).status_code == 200
    assert send("/question", {**form, "at": "-1"}).status_code == 200


def test_sent_twice_it_is_the_same(send: Send) -> None:
    """A second press of a button gives the same page: nothing is kept between two requests."""
    form = {**fields(send("/signs", FIRST).text), "go": "signs", "none_of_these": "yes"}
    assert send("/question", form).text == send("/question", form).text


def test_an_address_alone_leads_to_the_first_page(send: Send) -> None:
    """A page that only a form leads to, opened by its address, sends people to the first one."""
    for path in ("/signs", "/question", "/answers", "/answer", "/answer.csv"):
        reply = send(path)
        assert (reply.status_code, reply.headers["location"]) == (303, "/")


def test_the_answer_has_every_column(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each column of the answer that says something stands on the page, a new one too."""
    page = send("/answer", FIRST).text
    said = [c.name for c in ANSWER if f"<dt>{c.name}</dt>" in page]
    assert {"triage", "what_to_do", "probabilities", "novelty", "model_version"} <= {*said}
    made_up = ANSWER[4].__class__("made_up", ANSWER[4].kind, "a number", ANSWER[4].cells)
    monkeypatch.setattr("serve.answer.ANSWER", (*ANSWER, made_up))
    assert "<dt>made_up</dt>" in send("/answer", FIRST).text


def test_the_page_answers_as_a_file_does(send: Send, asking_folder: Path) -> None:
    """CSV and JSON of the page have what scoring gives to the answered columns."""
    page = begun(send)
    for turn in range(8):
        page = gone(send, page, "on") if "The answer" in page else page
        name = asked(page)
        go = "skip" if turn == 3 else "next"
        page = gone(send, page, go, **{name: first_choice(page, name)})
    form = fields(page)
    found = json.loads(send("/answer.json", form).text)
    case = found.pop("case")
    expected = serve.load(asking_folder).score([case])[0]
    assert len(case) > 20
    (row,) = csv.DictReader(io.StringIO(send("/answer.csv", form).text))
    assert {name: row[name] for name in case} == case
    for column in ANSWER:
        if column.name in ("ask_next", "explanation", "model_version"):
            continue
        value = getattr(expected, column.name)
        if column.kind is PROBABILITIES:
            assert found["probabilities"] == value
            assert {k: float(row[f"p_{k}"]) for k in value} == value
        else:
            assert found[column.name] == column.kind.plain(value)
            assert row[column.name] == text_of(column, value)
    assert expected.triage_reasons[0].partition(": ")[2][1:] in send("/answer", form).text


def text_of(column: Any, value: Any) -> str:
    """A value as a file has it."""
    return f"{value:.6f}" if isinstance(value, float) else column.kind.text(value)


def test_without_a_model_the_page_says_so(send: Send) -> None:
    """Overrides alone answer, and the page calls that no all-clear."""
    page = send("/answer", FIRST, folder=None).text
    assert "That is no all-clear." in page
    assert "there are no probabilities" in page


def test_no_page_leaves_the_pages_out(send: Send) -> None:
    """With `--no-page` there is no page, and what is refused is JSON as ever."""
    for path in ("/", "/file", "/style.css"):
        reply = send(path, pages=False)
        assert reply.status_code == 404
        assert reply.json()["problems"]


def test_no_answer_stands_in_the_log(send: Send, caplog: pytest.LogCaptureFixture) -> None:
    """The log has route and time of a page, and nothing of what was answered."""
    with caplog.at_level(logging.DEBUG):
        send("/question", {**FIRST, "go": "signs", "bladder_bowel_change": "yes"})
        send("/question?age_years=67", {"age_years": HOSTILE})
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("claudico")]
    assert any("route=/question" in line for line in lines)
    assert not [line for line in lines if "67" in line.split("ms=")[0] or "bladder" in line]


def test_a_file_in_another_dialect_is_read_as_the_page_is_told(send: Send) -> None:
    """Semicolons and decimal commas are refused with the remedy, which the page then carries."""
    cases = {"file": ("cases.csv", "age_years;fever;temperature_c\n67;yes;38,6\n", "text/csv")}
    refused = send("/file/summary", files=cases)
    assert refused.status_code == 422
    assert "delimiter=semicolon" in refused.text
    page = send("/file?delimiter=semicolon&decimal=,&encoding=&age_years=67").text
    assert "age_years" not in page
    assert '<option value="semicolon" selected>' in page
    action = re.search(r'formaction="(/file/summary[^"]*)"', page)
    assert action is not None
    told = send(unescape(action[1]), files=cases)
    assert told.status_code == 200
    assert "1 rows scored" in told.text
    assert send("/file/summary?ask=3", files=cases).status_code == 422
