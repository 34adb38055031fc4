"""The service answers what a file's rows would say."""

from __future__ import annotations

import csv
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from data_gen.vocabulary import load
from serve.answer import JOIN
from tests.serve.conftest import Score
from tests.serve.http.conftest import Ask

REAL = Path(__file__).parents[3] / "examples" / "real_cases.csv"
IDS = load().finding_ids
CSV = {"Content-Type": "text/csv"}


def real_cases() -> list[dict[str, Any]]:
    """The real cases as JSON: what is blank is null."""
    with REAL.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [{k: v or None for k, v in row.items() if k in (*IDS, "case_id")} for row in rows]


def as_row(answer: dict[str, Any]) -> dict[str, str]:
    """An answer as the cells of a scored file."""
    lists = ("triage_reasons", "open_red_flags", "ask_next", "prediction_set", "unexplained")
    told = answer["probabilities"] or {}
    return {
        "case_id": answer["case_id"] or "",
        "triage": answer["triage"],
        "triage_source": answer["triage_source"],
        "what_to_do": answer["what_to_do"],
        "top_condition": answer["top_condition"] or "",
        "novelty": "" if answer["novelty"] is None else f"{answer['novelty']:.6f}",
        **{name: JOIN.join(answer[name]) for name in lists},
        **{f"p_{condition}": f"{told[condition]:.6f}" for condition in told},
    }


def test_every_real_case_as_in_a_file(client: httpx.Client, score: Score) -> None:
    """Each real case gets, alone, cell for cell what `serve score` writes for its row."""
    rows = score(REAL).rows
    assert len(rows) == len(real_cases())
    for case, row in zip(real_cases(), rows, strict=True):
        reply = client.post("/v1/score", json={"cases": [case]}).json()
        (answer,) = reply["results"]
        found = as_row(answer)
        assert found == {name: row[name] for name in found}
        assert answer["issues"] == (json.loads(row["issues"]) if row["issues"] else [])
        assert reply["model_version"] == row["model_version"]
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-12)


def test_null_is_blank_and_no_key_is_not_asked(client: httpx.Client) -> None:
    """A field without a value is an empty cell; a missing one says nothing, nor does `unknown`."""
    cases = [{"fever": "yes"}, {"fever": "yes", "abi": "unknown"}, {"fever": "yes", "abi": None}]

    def probabilities(**asked: str) -> list[dict[str, float]]:
        reply = client.post("/v1/score", json={"cases": cases, **asked}).json()
        return [answer["probabilities"] for answer in reply["results"]]

    without, said, blank = probabilities()
    assert without == said != blank
    assert probabilities(blank="not-asked") == [without] * 3
    assert probabilities(absent="blank")[0] == probabilities(absent="blank")[2] != blank


@pytest.mark.parametrize("field", ["blank", "absent"])
def test_a_silence_that_is_read_in_no_way_is_refused(client: httpx.Client, field: str) -> None:
    """What `blank` and `absent` can be is told, and nothing is scored."""
    reply = client.post("/v1/score", json={"cases": [{"fever": "yes"}], field: "absent"})
    assert reply.status_code == 422
    assert [problem["field"] for problem in reply.json()["problems"]] == [field]


def test_company_changes_nothing(client: httpx.Client) -> None:
    """A case's answer is the same alone, among others in a body, and beside other requests."""
    cases = real_cases()
    together = client.post("/v1/score", json={"cases": cases}).json()["results"]
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda c: client.post("/v1/score", json={"cases": [c]}), cases))
    assert [reply.json()["results"][0] for reply in replies] == together


@pytest.mark.parametrize(
    ("query", "options"),
    [("", ()), ("?explain=true", ("--explain",)),
     ("?spreadsheet_safe=true", ("--spreadsheet-safe",))],
    ids=["plain", "explain", "safe"],
)  # fmt: skip
def test_a_file_as_a_file(
    client: httpx.Client, score: Score, query: str, options: tuple[str, ...]
) -> None:
    """A file comes back byte for byte as `serve score` writes it."""
    body = b"".join(REAL.read_bytes().splitlines(keepends=True)[:12])
    answer = client.post(f"/v1/score-file{query}", content=body, headers=CSV)
    assert answer.status_code == 200
    assert answer.content == score(body, *options).out.read_bytes()
    assert answer.headers["claudico-rows-scored"] == "11"


def test_a_file_of_several_blocks(client: httpx.Client, score: Score) -> None:
    """A file that is scored in many blocks is answered whole and in order."""
    head, *rows = REAL.read_bytes().splitlines(keepends=True)
    body = head + b"".join(rows) * 30
    answer = client.post("/v1/score-file", content=body, headers=CSV)
    assert answer.headers["claudico-rows-scored"] == str(30 * len(rows))
    assert answer.content == score(body).out.read_bytes()


@pytest.mark.parametrize(
    ("finding", "words"),
    [("fever", [True, "yes", " Y ", "present", 1, 1.0, "1.0"]),
     ("fever", [False, "no", "F", "absent", 0, "0.0"]),
     ("fever", [None, "", "n/a", "nan", " . "]),
     ("fever", ["unknown", "?", "not asked", " NOT ASKED "]),
     ("age_years", [63, 63.0, "63", " 63.0 ", "6.3e1"]),
     ("smoking", ["never", " NEVER "])],
)  # fmt: skip
def test_words_are_those_of_files(client: httpx.Client, finding: str, words: list[Any]) -> None:
    """Every word that a file's cell may hold means the same in a body."""
    cases = [{"site_calf": "yes", finding: word} for word in words]
    first, *others = client.post("/v1/score", json={"cases": cases}).json()["results"]
    assert not first["issues"]
    assert all(other == first for other in others)


def test_a_bad_word_is_told_and_scored(client: httpx.Client) -> None:
    """A word that is no value counts as unknown, is told, and loses no emergency elsewhere."""
    case = {"saddle_numbness": "yes", "fever": "mabe", "age_years": "6O"}
    (answer,) = client.post("/v1/score", json={"cases": [case]}).json()["results"]
    assert answer["triage"] == "emergency"
    assert {issue["finding"] for issue in answer["issues"]} == {"fever", "age_years"}


def test_a_case_without_findings(client: httpx.Client) -> None:
    """A case with nothing in it is routine and says so, alone and beside others."""
    bodies: list[list[dict[str, Any]]] = [[{}], [{}, {"age_years": 50}]]
    for cases in bodies:
        answer = client.post("/v1/score", json={"cases": cases}).json()["results"][0]
        assert answer["triage"] == "routine"
        assert [issue["code"] for issue in answer["issues"]] == ["no_findings"]


def test_explanations_sum(client: httpx.Client) -> None:
    """An explanation names the recorded findings, and its parts sum to its margin."""
    case = {"age_years": 67, "site_calf": "yes", "fever": False}
    body = {"cases": [case], "explain": True}
    told = client.post("/v1/score", json=body).json()["results"][0]["explanation"]
    assert {share["finding"] for share in told["shares"]} == set(case)
    total = told["blank"] + sum(share["weight"] for share in told["shares"])
    assert total == pytest.approx(told["margin"])


def test_without_a_model_overrides_answer(client: httpx.Client, ask: Any) -> None:
    """Without a model overrides answer, and the reply, health and headers say it is only them."""
    body = {"cases": [{"saddle_numbness": "yes"}, {"age_years": 40}]}
    reply = ask("POST", "/v1/score", json=body).json()
    assert reply["overrides_only"] is True
    assert "no all-clear" in reply["warnings"][0]
    assert [answer["triage"] for answer in reply["results"]] == ["emergency", "routine"]
    assert reply["results"][1]["probabilities"] is None
    assert "no_model" in [issue["code"] for issue in reply["results"][1]["issues"]]
    file = ask("POST", "/v1/score-file", content=b"age_years\n40\n", headers=CSV)
    assert file.headers["claudico-overrides-only"] == "yes"
    assert ask("GET", "/health/ready").json()["overrides_only"] is True
    assert client.get("/health/ready").json()["overrides_only"] is False


def issues_of(client: httpx.Client, case: dict[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """The triage of one case, and what was wrong with it."""
    reply = client.post("/v1/score", json={"cases": [case]})
    assert reply.status_code == 200, reply.text
    (result,) = reply.json()["results"]
    return result["triage"], result["issues"]


def test_a_field_equal_but_for_its_spelling_is_read_and_told(client: httpx.Client) -> None:
    """`Chest Pain` is chest_pain: an emergency, with an issue that says how it was read."""
    triage, (issue,) = issues_of(client, {"Chest Pain": "yes", "age_years": 60})
    assert triage == "emergency"
    assert (issue["code"], issue["finding"]) == ("read_as", "chest_pain")


def test_a_field_near_a_finding_is_an_issue(client: httpx.Client) -> None:
    """A near-miss is not read and not refused: its case says which overrides it may silence."""
    _, (issue,) = issues_of(client, {"chest_pian": "yes", "age_years": 60})
    assert (issue["code"], issue["finding"]) == ("near_miss", "chest_pain")
    assert "keep overrides silent" in issue["message"]
    assert issues_of(client, {"chest_pian": None, "age_years": 60})[1] == []


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"cases": [{"age_years": 61, "chest_pain": "yes"}]}',
        b'{"cases": [{"age_years": NaN, "chest_pain": true, "smoking": NaN}]}',
    ],
    ids=["bom", "nan"],
)
def test_what_other_programs_write_as_json(client: httpx.Client, body: bytes) -> None:
    """A byte order mark says nothing, and NaN is unknown."""
    reply = client.post("/v1/score", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 200, reply.text
    assert reply.json()["results"][0]["triage"] == "emergency"


def test_braces_in_texts_are_no_cases(client: httpx.Client) -> None:
    """A body is bounded by its cases, not by the braces that stand in their ids."""
    cases = [{"case_id": "{" * (n % 7) + 'a\\"{', "age_years": 60} for n in range(600)]
    reply = client.post("/v1/score", json={"cases": cases})
    assert reply.status_code == 200, reply.text
    assert [one["case_id"] for one in reply.json()["results"]] == [c["case_id"] for c in cases]


def test_near_misses_of_a_file_are_told(ask: Any) -> None:
    """A header of the answer names them whole, and the rows' issues do even where it is cut."""
    names = [f"{finding}_x" for finding in IDS if finding != "age_years"]
    body = f"age_years,{','.join(names)}\n40{',yes' * len(names)}\n".encode()
    answer = ask("POST", "/v1/score-file", content=body, headers=CSV)
    warnings = json.loads(answer.headers["claudico-warnings"])
    assert all("did you mean" in warning for warning in warnings[:-1])
    assert "--columns" not in str(warnings)  # HTTP has no such option
    assert f"and {len(names) - len(warnings) + 1} columns more" in warnings[-1]
    (row,) = csv.DictReader(answer.text.splitlines())
    assert [issue["code"] for issue in json.loads(row["issues"])].count("near_miss") == len(names)


def test_one_near_miss_of_a_file_is_told(ask: Any) -> None:
    """A column that is read by a name nearly its own comes back in a header of the answer."""
    answer = ask("POST", "/v1/score-file", content=b"age_years,sitecalf\n40,yes\n", headers=CSV)
    (warning,) = json.loads(answer.headers["claudico-warnings"])
    assert "site_calf" in warning


def test_what_is_told(client: httpx.Client) -> None:
    """The vocabulary lists every finding and condition, the model its version and mixes."""
    known = client.get("/v1/vocabulary").json()
    assert [finding["id"] for finding in known["findings"]] == list(IDS)
    assert all(finding["question"] for finding in known["findings"])
    assert [one["id"] for one in known["conditions"]] == list(load().condition_ids)
    assert all(one["safety_net"] and all(one["safety_net"]) for one in known["conditions"])
    model = client.get("/v1/model").json()
    assert set(model["mix"]) == {"training", "clinic"}
    assert model["vocabulary_hash"] == load().hash


def test_an_answer_says_what_made_it(client: httpx.Client) -> None:
    """Mix, versions, and which names were read stand in the reply, and in a file's headers."""
    case = {"case_id": "a", "age_years": 60, "Chest Pain": "yes", "saddle_numbnes": "yes"}
    made = client.post("/v1/score", json={"cases": [case]}).json()["made_by"]
    assert made["mix"] == "training"
    assert made["versions"]["vocabulary"] == load().hash[:12]
    assert made["columns_read"] == ["age_years", "Chest Pain"]
    assert made["columns_not_read"] == ["saddle_numbnes"]
    names = "case_id,age_years,Chest Pain,saddle_numbnes,Straße"
    content = f"{names}\na,60,yes,yes,7\n".encode()
    told = client.post("/v1/score-file", content=content, headers=CSV).headers
    own = json.loads(told["claudico-made-by"])
    assert own == {key: made[key] for key in ("mix", "mapping", "versions")}
    assert json.loads(told["claudico-columns-read"]) == ["case_id", "age_years", "Chest Pain"]
    assert json.loads(told["claudico-columns-not-read"]) == ["saddle_numbnes", "Straße"]


@pytest.mark.parametrize("route", ["/health/live", "/health/ready"])
def test_health_answers_head(client: httpx.Client, route: str) -> None:
    """A load balancer may ask by HEAD."""
    reply = client.head(route)
    assert (reply.status_code, reply.content) == (200, b"")


def test_no_temporary_file_is_the_reason_for_not_being_ready(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a system where nothing can be written the service says so, and still answers a case."""
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nowhere")
    found = ask("GET", "/health/ready")
    assert found.status_code == 503
    assert found.json()["status"] == "unready"
    assert "TMPDIR" in found.json()["reason"]
    assert ask("POST", "/v1/score", json={"cases": [{"age_years": 67}]}).status_code == 200
    monkeypatch.undo()
    assert ask("GET", "/health/ready").json()["status"] == "ready"
