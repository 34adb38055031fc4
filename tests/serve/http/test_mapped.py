"""A service that is given a mapping reads the fields and columns of other systems."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.serve.http.conftest import start

MAPPING = """
words: {ja: yes, nein: no}
columns: {Fall: case_id, Brustschmerz: chest_pain, temp_f: {finding: temperature_c, unit: degF}}
findings: {age_years: {since: geboren, until: 2024-03-14}}
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with a mapping."""
    folder = tmp_path_factory.mktemp("mapped")
    (folder / "mapping.yaml").write_text(MAPPING)
    made = start(folder / "http.log", "--overrides-only", "--columns", str(folder / "mapping.yaml"))
    yield made.url
    made.stop()


def test_fields_of_a_body_are_mapped(url: str) -> None:
    """Each case is read by the mapping as far as it has the fields, and keeps its own id."""
    cases = [
        {"Fall": "a", "geboren": "2014-01-01", "site_calf": True},
        {"Fall": "b", "temp_f": "101.3", "Brustschmerz": "nein"},
        {"fever": "ja"},
        {"temp_f": "hot"},
    ]
    reply = httpx.post(f"{url}/v1/score", json={"cases": cases})
    assert reply.status_code == 200, reply.text
    found = reply.json()
    codes = [[issue["code"] for issue in one["issues"]] for one in found["results"]]
    assert [one["case_id"] for one in found["results"]] == ["a", "b", None, None]
    assert ["outside_scope" in one for one in codes] == [True, False, False, False]
    assert ["bad_number" in one for one in codes] == [False, False, False, True]
    assert ["INF-" in str(one["triage_reasons"]) for one in found["results"]] == [
        False, True, True, False,
    ]  # fmt: skip
    assert set(found["made_by"]["columns_read"]) >= {"geboren", "temp_f", "fever"}
    assert found["made_by"]["mapping"]


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"temp_f": 99, "temperature_c": 37}, "finding_twice"),
        ({"strange": 1, "temp_f": 99}, "unknown_field"),
        ({"temp_f": [99]}, "wrong_type"),
    ],
)
def test_what_cannot_stand_in_a_case_is_refused(
    case: dict[str, object], code: str, url: str
) -> None:
    """Two fields of one finding, a field of no finding and a wrong type refuse the body."""
    reply = httpx.post(f"{url}/v1/score", json={"cases": [{"fever": "nein"}, case]})
    assert reply.status_code == 422
    assert [problem["code"] for problem in reply.json()["problems"]] == [code]
    assert "cases[1]" in reply.text


FILE = "Fall;Brustschmerz;temp_f;geboren\na;nein;101,3;1960-01-01\n"


def test_a_file_in_another_dialect_is_refused_with_the_query_that_reads_it(url: str) -> None:
    """The refusal names the parameters of a request; with them the file is scored."""
    headers = {"Content-Type": "text/csv"}
    refused = httpx.post(f"{url}/v1/score-file", content=FILE.encode(), headers=headers)
    assert refused.status_code == 422
    query = "?delimiter=semicolon&decimal=%2C"
    assert f"add `{query}`" in refused.json()["problems"][0]["remedy"]
    scored = httpx.post(f"{url}/v1/score-file{query}", content=FILE.encode(), headers=headers)
    assert scored.status_code == 200, scored.text
    assert "INF-" in scored.text
    wrong = httpx.post(f"{url}/v1/score-file?encoding=klingon", content=b"x", headers=headers)
    assert wrong.status_code == 422
    assert "no encoding is called" in wrong.text
