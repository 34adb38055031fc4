"""What is asked next, on every surface that says it."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

import serve
from data_gen.vocabulary import load
from serve.api import Scorer
from serve.asking.order import DANGER
from serve.cli.commands import main
from serve.http.app import create_app
from serve.http.options import Options
from tests.serve.conftest import read_rows

SPARSE = {"age_years": 67, "sex": "male", "site_calf": "yes"}
FLAGGED = {"age_years": 67, "swelling": "one", "deep_calf_tenderness": "yes"}
"""A case with open flags that a few answers would settle."""


@pytest.fixture(scope="module")
def scorer(asking_folder: Path) -> Scorer:
    """A scorer that can ask."""
    return serve.load(asking_folder)


def test_dangers_come_first_then_information(scorer: Scorer) -> None:
    """What lowers expected cost is asked in order of how far, then what tells most."""
    found = scorer.ask(SPARSE, 150)
    dangers = [question for question in found if question.fall >= DANGER]
    rest = found[len(dangers) :]
    assert dangers == list(found[: len(dangers)])
    assert [q.fall for q in dangers] == sorted((q.fall for q in dangers), reverse=True)
    told = [q.information for q in rest]
    assert told == sorted(told, reverse=True)
    assert len(dangers) > 1
    assert len(rest) > 1


def test_open_flags_come_before_anything_else(scorer: Scorer) -> None:
    """What settles the open flags stands first, all of it, whatever it would tell."""
    score = scorer.score(FLAGGED)[0]
    found = [question.finding for question in scorer.ask(FLAGGED, 30)]
    settling = score.ask_next
    assert settling
    assert set(found[: len(settling)]) == set(settling)
    assert len(found) == 30


def test_not_known_is_not_asked_again(scorer: Scorer) -> None:
    """A finding given as `?` is left out of what is asked; one that is left blank is asked."""
    first = scorer.ask(FLAGGED)[0].finding
    for word in ("?", "unknown"):
        assert first not in [q.finding for q in scorer.ask({**FLAGGED, first: word}, 150)]
    for word in (None, "not asked"):
        assert first in [q.finding for q in scorer.ask({**FLAGGED, first: word}, 150)]
    assert first not in scorer.score({**FLAGGED, first: "?"})[0].ask_next


def test_each_question_says_what_to_ask_and_why(scorer: Scorer) -> None:
    """A question has the vocabulary's words, and a reason: a flag, a danger, or two conditions."""
    found = scorer.ask(FLAGGED, 150)
    assert all(q.question == load().finding(q.finding).question for q in found)
    assert all(q.why.endswith(".") for q in found)
    assert found[0].why.startswith("It would settle a warning sign: ")
    assert any(q.why.startswith("Of what would be urgent, ") for q in found)
    assert any(q.why.startswith("It tells ") and " from " in q.why for q in found)


def test_without_a_model_open_flags_alone_are_asked_about() -> None:
    """Overrides alone ask what would settle the open flags, with their reasons, and no more."""
    alone = serve.load(overrides_only=True)
    found = alone.ask(FLAGGED, 30)
    assert tuple(q.finding for q in found) == alone.score(FLAGGED)[0].ask_next
    assert found
    assert all(q.why.startswith("It would settle a warning sign: ") for q in found)
    assert alone.ask({"age_years": 30, "first_step_pain": "yes"}) == ()


def test_a_file_names_as_many_questions_as_are_asked_for(
    asking_folder: Path, tmp_path: Path, scorer: Scorer
) -> None:
    """`--ask N` fills `ask_next` up to N, as Python does; without it flags alone are asked about.

    Of two columns that say one fact, one is named.
    """
    cases = [SPARSE, FLAGGED]
    names = list(dict.fromkeys(name for case in cases for name in case))
    path, out = tmp_path / "cases.csv", tmp_path / "out.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, restval="not asked")
        writer.writeheader()
        writer.writerows(cases)
    command = ["score", str(path), "--out", str(out), "--model", str(asking_folder)]
    for count in (0, 12):
        asked = ["--ask", str(count)] if count else []
        assert CliRunner().invoke(main, [*command, *asked]).exit_code == 0
        rows = read_rows(out)
        for case, row in zip(cases, rows, strict=True):
            expected = [q.finding for q in scorer.ask(case, count)]
            assert row["ask_next"] == " | ".join(expected)
            assert len(expected) == count or not count
    both = [{"fever", "temperature_c"} <= {*row["ask_next"].split(" | ")} for row in rows]
    assert both == [False, False]


def answered(folder: Path | None, body: Any, path: str = "/v1/ask") -> httpx.Response:
    """The answer of a service to a body."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(Options(folder)))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(path, json=body)

    return asyncio.run(ask())


@pytest.mark.parametrize("copies", [1, 40], ids=["a few", "many, aside"])
def test_the_service_asks_what_python_asks(
    asking_folder: Path, scorer: Scorer, copies: int
) -> None:
    """`POST /v1/ask` gives each case the questions of `Scorer.ask`, five unless it is told."""
    reply = answered(asking_folder, {"cases": [{**FLAGGED, "case_id": "a"}] * copies}).json()
    expected = [vars(question) for question in scorer.ask(FLAGGED)]
    assert len(reply["results"]) == copies
    for result in reply["results"]:
        assert result["case_id"] == "a"
        assert result["triage"] == scorer.score(FLAGGED)[0].triage
        assert result["questions"] == expected
    more = answered(asking_folder, {"cases": [FLAGGED], "ask": 9}).json()
    assert len(more["results"][0]["questions"]) == 9


def test_a_scored_case_may_ask_as_well(asking_folder: Path, scorer: Scorer) -> None:
    """`/v1/score` fills `ask_next` up to the `ask` of its body."""
    reply = answered(asking_folder, {"cases": [SPARSE], "ask": 7}, "/v1/score").json()
    expected = [question.finding for question in scorer.ask(SPARSE, 7)]
    assert reply["results"][0]["ask_next"] == expected
    assert len(expected) == 7


@pytest.mark.parametrize("count", [-1, 201, True, "5", 1.5], ids=str)
def test_a_number_of_questions_that_is_none_is_refused(count: object) -> None:
    """`ask` is a whole number from 0 to 200."""
    reply = answered(None, {"cases": [SPARSE], "ask": count})
    assert reply.status_code == 422
    assert [problem["field"] for problem in reply.json()["problems"]] == ["ask"]
