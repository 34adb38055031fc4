"""What scoring says of a run holds no value of any case."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from serve import load
from tests.serve.conftest import Score

SECRETS = ("Sekret", "87.31", "Zebra", "0.777", "Quokka", "Wombat", "1931")
CASES = (
    b"case_id,age_years,sex,fever,abi,smoking,Patient name\n"
    b"Sekret,87.31,male,yes,0.777,never,Zebra\n"
    b"Sekret,87.31,Quokka,Wombat,1931,Zebra,Zebra\n"
    b"Sekret,Wombat,Quokka\n"
    b'Sekret,87.31,"Zebra" x,,0.777,,\n'
    b'Sekret,87.31,"Quokka,,0.777,,\n'
)


def _says_none(*said: str) -> None:
    for text in said:
        assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("arguments", [(), ("--explain",), ("--overrides-only",)], ids=str)
@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_no_value_of_a_file(
    arguments: tuple[str, ...], out: str, score: Score, caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:  # fmt: skip
    """Neither the talk, nor any log, nor the summary holds a cell, an id, or a rejected record."""
    caplog.set_level(logging.DEBUG)
    summary = tmp_path / "summary.json"
    run = score(CASES, *arguments, "--summary", str(summary), out=out)
    assert run.code == 4
    assert "rejected 3 rows" in run.talk
    _says_none(run.talk, caplog.text, summary.read_text())


def test_no_value_where_the_model_fails(
    tiny_bundle: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that fails with a case in its message is logged by its kind alone."""
    caplog.set_level(logging.DEBUG)

    def fail(*_: object) -> None:
        raise ValueError("Sekret: 87.31 Zebra")

    monkeypatch.setattr("serve.pipeline.predict", fail)
    (case,) = load(tiny_bundle).score({"age_years": "87.31", "chest_pain": "yes"})
    assert case.triage == "emergency"
    assert "the model failed (ValueError)" in caplog.text
    _says_none(caplog.text)
