"""Files in other dialects: read by option, refused with the options where none is given."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import random
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from serve.cases.blocks import read_cases
from serve.cases.csv_records import Block
from serve.cases.csv_rows import rows_of
from serve.cases.header import Header
from serve.cases.source import open_source
from serve.cli.commands import main
from serve.mapping.dialect import Dialect
from tests.serve.conftest import Score, read_rows

TEXT = 'Größe;temperature_c;note\r\n170;38,5;"a;b, c"\r\n;36,5;"say ""ah"""\r\n180;;x, y\r\n'
OWN = [["170", "38,5", "a;b, c"], ["", "36,5", 'say "ah"'], ["180", "", "x, y"]]
DIALECTS = {
    "semicolons": (TEXT.encode(), "--delimiter semicolon --decimal ,"),
    "tabs": (TEXT.replace(";", "\t").encode(), "--delimiter tab --decimal ,"),
    "bars": (TEXT.replace(";", "|").encode(), "--delimiter pipe --decimal ,"),
    "Windows": (TEXT.encode("cp1252"), "--encoding cp1252 --delimiter semicolon --decimal ,"),
    "UTF-16": (TEXT.encode("utf-16"), "--encoding utf-16 --delimiter semicolon --decimal ,"),
    "no mark": (TEXT.encode("utf-16-le"),
                "--encoding utf-16-le --delimiter semicolon --decimal ,"),
    "gzip": (gzip.compress(TEXT.encode(), mtime=0),
             "--compression gzip --delimiter semicolon --decimal ,"),
    "bzip2": (bz2.compress(TEXT.encode()), "--compression bz2 --delimiter semicolon --decimal ,"),
    "xz": (lzma.compress(TEXT.encode()), "--compression xz --delimiter semicolon --decimal ,"),
    "packed": (gzip.compress(TEXT.encode("utf-16"), mtime=0),
               "--compression gzip --encoding utf-16 --delimiter semicolon --decimal ,"),
    "for Excel": (b"sep=;\r\n" + TEXT.encode(), "--delimiter semicolon --decimal ,"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
def test_a_refusal_names_the_options_that_read_it(name: str, score: Score) -> None:
    """The refused command, with the options that it names, scores the file; the output is plain."""
    content, options = DIALECTS[name]
    refused = score(content, "--overrides-only")
    assert refused.code == 2
    assert f"add `{options}`" in refused.talk
    again = next(x for x in refused.talk.splitlines() if x.startswith("the same with that: "))
    command = shlex.split(again.removeprefix("the same with that: python -m serve "))
    assert CliRunner().invoke(main, command).exit_code == 0
    rows = read_rows(refused.out)
    assert [[*row.values()][:3] for row in rows] == [
        [cell.replace(";", "\t") if name == "tabs" else cell.replace(";", "|")
         if name == "bars" else cell for cell in row] for row in OWN
    ]  # fmt: skip
    assert [row["triage_reasons"].startswith("INF") for row in rows] == [True, False, False]
    assert [row["issues"].count("bad_number") for row in rows] == [0, 0, 0]


def test_the_decimal_mark_is_not_guessed(score: Score) -> None:
    """Where the delimiter is said but numbers have commas, the mark has to be said as well."""
    refused = score(TEXT.encode(), "--overrides-only", "--delimiter", ";")
    assert refused.code == 2
    assert "add `--decimal ,`" in refused.talk
    assert score(TEXT.encode(), "--overrides-only", "--delimiter", ";", "--decimal", ".").code == 0


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"age_years\n60\n", ("--compression", "gzip"), "no whole gzip file"),
        (
            gzip.compress(b"age_years\n60\n" * 99, mtime=0)[:-9],
            ("--compression", "gzip"),
            "ends too early",
        ),
        (b"age_years\n60\n", ("--encoding", "utf-16"), "no text in utf-16"),
        (b"age_years\n60\n", ("--delimiter", "ab"), "cannot stand between cells"),
        (b"age_years\n60\n", ("--encoding", "klingon"), "no encoding is called"),
        (b"PAR1", ("--delimiter", ";"), "this is Parquet"),
    ],
)
def test_a_wrong_dialect_is_refused(
    content: bytes, options: tuple[str, ...], says: str, score: Score
) -> None:
    """What is not as it is said to be is refused in words."""
    run = score(content, "--overrides-only", *options)
    assert (run.code, says in run.talk) == (2, True)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_cells_come_through_as_they_are(delimiter: str, seed: int, tmp_path: Path) -> None:
    """Whatever stands in the cells, another delimiter leaves them as they are."""
    draw = random.Random(seed)  # noqa: S311 no secret
    marks = ["a", ",", ";", "\t", "|", '"', "\n", " ", "é", ""]
    rows = [[f"x{''.join(draw.choices(marks, k=5))}" for _ in range(4)] for _ in range(30)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["age_years", "b", "c", "d"], *rows])
    path = tmp_path / "cases.csv"
    path.write_bytes(text.getvalue().encode())
    found: list[list[str]] = []
    with open_source(str(path), Dialect(delimiter)) as source:
        cases = read_cases(source, lambda names, _: Header(tuple(names), (), None, ()), 64)
        for block in cases.items:
            assert isinstance(block, Block)
            kept = rows_of(block, 4, "file")
            assert kept.rejects == ()
            found += csv.reader(line.decode() for line in kept.texts) if kept.plain else [
                next(csv.reader(io.StringIO(line.decode(), newline=""))) for line in kept.texts
            ]  # fmt: skip
    assert found == rows


def test_a_broken_row_is_rejected_alone(score: Score) -> None:
    """A row of broken shape goes to the rejects, and the rows behind it are scored."""
    text = b'age_years;fever;note\n60;yes;"open\n61;no;x\n62;no\n63;no;y\n'
    run = score(text, "--overrides-only", "--delimiter", ";")
    assert run.code == 4
    assert [row["age_years"] for row in run.rows] == ["61", "63"]
    assert [row["record"] for row in run.rejected] == ['60;yes;"open', "62,no"]
