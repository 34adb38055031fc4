"""A mapping reaches what other systems write: dates, derived findings, lists, words, amounts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_gen.vocabulary import load
from data_gen.vocabulary.finding import NOT_ASKED
from serve.cases.arrow_columns import used_columns
from serve.cases.header import match_header
from serve.cases.parse import Cache, ParsedCases, parse_cases
from serve.mapping.amounts import amount
from serve.mapping.reading import read_mapping

V = load()


def parsed(mapping: str, row: dict[str, str], folder: Path) -> ParsedCases:
    """One row, read by a mapping."""
    path = folder / "mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    table = pa.table({name: [text] for name, text in row.items()})
    header = match_header(table.column_names, "file", V, read_mapping(path, V))
    return parse_cases(used_columns(table, header), header, 1, V, Cache())


def value(mapping: str, row: dict[str, str], finding: str, folder: Path) -> Any:
    """The value of a finding in words, a number, None for blank; the code of an issue."""
    cases = parsed(mapping, row, folder)
    found = cases.values[0, V.column(finding)]
    codes = [issue.code for issue in cases.issues.get(0, ()) if issue.finding == finding]
    if codes:
        return (codes[0], found) if math.isfinite(found) else codes[0]
    if math.isnan(found):
        return None
    if found == NOT_ASKED:
        return "not asked"
    one = V.finding(finding)
    return found if one.kind == "number" else one.words[int(found)]


DATES = """findings:
  age_years: {since: DOB, until: Visit}
  duration_days: {since: Began, until: Visit}
"""


@pytest.mark.parametrize(
    ("mapping", "born", "began", "visit", "finding", "wanted"),
    [
        (DATES, "1957-03-15", "", "2024-03-14", "age_years", 66),
        (DATES, "1957-03-14", "", "2024-03-14", "age_years", 67),
        (DATES, "1957", "", "2024-03-14", "age_years", 66),
        (DATES, "1957-03-15", "", "", "age_years", None),
        (DATES, "unknown", "", "2024-03-14", "age_years", "not asked"),
        (DATES, "", "2024-03-01 08:30", "14 Mar 2024", "duration_days", 13),
        (DATES, "", "2024", "2024-03-14", "duration_days", "bad_number"),
        (DATES, "", "03/04/2024", "2024-05-14", "duration_days", "bad_number"),
        (DATES, "", "13/04/2024", "2024-05-14", "duration_days", 31),
        (DATES, "", "2024-02-30", "2024-05-14", "duration_days", "bad_number"),
        (DATES, "", "2024-05-01", "2024-03-14", "duration_days", "out_of_range"),
        ("dates: mdy\n" + DATES, "", "03/04/2024", "2024-03-14", "duration_days", 10),
        ("dates: dmy\n" + DATES, "", "03.02.2024", "2024-03-14", "duration_days", 40),
        ("findings: {age_years: {since: DOB, until: 2024-03-14}}", "2000-02-29", "", "",
         "age_years", 24),
    ],
)  # fmt: skip
def test_dates(
    mapping: str, born: str, began: str, visit: str, finding: str, wanted: Any, tmp_path: Path
) -> None:
    """Time from a date to a named day; a date that can be read two ways is not read."""
    row = {"DOB": born, "Began": began, "Visit": visit}
    assert value(mapping, row, finding, tmp_path) == wanted


BMI = "findings: {bmi: {weight: {column: W, unit: kg}, height: {column: H, unit: cm}}}"
ABI = "findings: {abi: {ankle: [LA, RA], arm: [L, R]}}"
SIDE = "findings: {side: {left: L, right: R}}"
SWOLLEN = "findings: {swelling: {left: {column: L, words: {x: yes}, blank: no}, right: R}}"
CALF = "findings: {site_calf: {any: [A, B]}}"
SEX = "findings: {sex: {which: {female: F, male: M}}}"
PACKS = "findings: {smoking: {pack_years: P, current: now}}"


@pytest.mark.parametrize(
    ("mapping", "row", "finding", "wanted"),
    [
        (BMI, {"W": "81", "H": "180"}, "bmi", 25.0),
        (BMI, {"W": "180 lb", "H": "5'11\""}, "bmi", 25.1046),
        (BMI, {"W": "81", "H": ""}, "bmi", None),
        (BMI, {"W": "81", "H": "unknown"}, "bmi", "not asked"),
        (BMI, {"W": "81", "H": "18"}, "bmi", "out_of_range"),
        (ABI, {"LA": "96", "RA": "120", "L": "120", "R": "110"}, "abi", 0.8),
        (ABI, {"LA": "", "RA": "60", "L": "", "R": "120"}, "abi", 0.5),
        (ABI, {"LA": "96", "RA": "120", "L": "", "R": ""}, "abi", None),
        (SIDE, {"L": "yes", "R": "no"}, "side", "one"),
        (SIDE, {"L": "1", "R": "1"}, "side", "both"),
        (SIDE, {"L": "yes", "R": ""}, "side", None),
        (SIDE, {"L": "no", "R": "no"}, "side", None),
        (SWOLLEN, {"L": "", "R": "no"}, "swelling", "none"),
        (SWOLLEN, {"L": "x", "R": "no"}, "swelling", "one"),
        (CALF, {"A": "0", "B": "1"}, "site_calf", "yes"),
        (CALF, {"A": "0", "B": "0"}, "site_calf", "no"),
        (CALF, {"A": "0", "B": ""}, "site_calf", None),
        (SEX, {"F": "0", "M": "1"}, "sex", "male"),
        (SEX, {"F": "1", "M": "1"}, "sex", "bad_choice"),
        (PACKS, {"P": "0", "now": ""}, "smoking", "never"),
        (PACKS, {"P": "20", "now": ""}, "smoking", "ever"),
        (PACKS, {"P": "20", "now": "no"}, "smoking", "former"),
        (PACKS, {"P": "", "now": "yes"}, "smoking", "current"),
        ("findings: {sex: {constant: female}}", {"x": "1"}, "sex", "female"),
        ("findings: {abi: {lowest: [L, R]}}", {"L": "0.8", "R": "1.1"}, "abi", 0.8),
        ("findings: {calf_difference_cm: {difference: [L, R]}}", {"L": "38", "R": "35.5"},
         "calf_difference_cm", 2.5),
        ("findings: {fever: {first: [A, B]}}", {"A": "", "B": "yes"}, "fever", "yes"),
    ],
)  # fmt: skip
def test_several_columns(
    mapping: str, row: dict[str, str], finding: str, wanted: Any, tmp_path: Path
) -> None:
    """A finding follows from several columns where they say it, and is blank where they do not."""
    found = value(mapping, row, finding, tmp_path)
    assert found == (pytest.approx(wanted, abs=1e-3) if isinstance(wanted, float) else wanted)


LIST = "columns: {Where: {list: {calf: site_calf, thigh: site_thigh, other: ignore}, others: no}}"


@pytest.mark.parametrize(
    ("cell", "calf", "thigh"),
    [
        ("calf", "yes", "no"), ("Calf; thigh", "yes", "yes"), ("other", "no", "no"),
        ("", None, None), ("thigh, arm", "bad_word", "yes"), ("-99", "not asked", "not asked"),
    ],
)  # fmt: skip
def test_a_list_in_a_cell(cell: str, calf: str, thigh: str, tmp_path: Path) -> None:
    """Each item is a finding of its own; a strange one leaves the rest unknown, and is told."""
    mapping = f"missing: {{-99: not asked}}\n{LIST}"
    assert value(mapping, {"Where": cell}, "site_calf", tmp_path) == calf
    assert value(mapping, {"Where": cell}, "site_thigh", tmp_path) == thigh


COMMON = """
words: {ja: yes, nein: no, maennlich: male, 1: no, 2: yes}
missing: {-99: unknown, 888: not asked}
columns: {fi: fever, g: sex, a: age_years, s: severity, u: unwell}
"""


@pytest.mark.parametrize(
    ("column", "cell", "finding", "wanted"),
    [
        ("fi", "Ja", "fever", "yes"), ("fi", "yes", "fever", "yes"), ("fi", "2.0", "fever", "yes"),
        ("fi", "1", "fever", "no"), ("fi", "0", "fever", "bad_word"),
        ("fi", "-99", "fever", "not asked"), ("a", "-99.0", "age_years", "not asked"),
        ("a", "888", "age_years", "not asked"), ("g", "maennlich", "sex", "male"),
        ("g", "ja", "sex", "bad_choice"), ("a", "1", "age_years", 1.0),
        ("chest_pain", "nein", "chest_pain", "no"),
    ],
)  # fmt: skip
def test_words_for_all_columns(
    column: str, cell: str, finding: str, wanted: Any, tmp_path: Path
) -> None:
    """Words and missing codes of a file hold in every column that has such a value."""
    row = {"fi": "", "g": "", "a": "", "s": "", "u": "", "chest_pain": ""} | {column: cell}
    assert value(COMMON, row, finding, tmp_path) == wanted


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [("", None), ("blank: no", "no"), ("blank: not asked", "not asked")],
)
def test_a_missing_code_is_a_blank(lines: str, wanted: Any, tmp_path: Path) -> None:
    """A missing code is as an empty cell, whatever the mapping says that means."""
    mapping = f"{lines}\nmissing: [-99]\ncolumns: {{f: fever}}"
    assert value(mapping, {"f": "-99.0"}, "fever", tmp_path) == wanted


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("columns: {f: fever}", None),
        ("blank: no\ncolumns: {f: fever}", "no"),
        ("blank: not asked\ncolumns: {f: fever}", "not asked"),
        ("columns: {f: {finding: fever, blank: no}}", "no"),
        ("columns: {f: {finding: fever, blank: not asked}}", "not asked"),
        ("blank: no\ncolumns: {f: {finding: fever, blank: blank}}", None),
    ],
)
def test_what_a_blank_means(lines: str, wanted: Any, tmp_path: Path) -> None:
    """A blank cell is what the mapping says of the column, else of the file, else blank."""
    assert value(lines, {"f": ""}, "fever", tmp_path) == wanted


@pytest.mark.parametrize(
    ("finding", "cell", "wanted"),
    [
        ("severity", "7/10", 7.0), ("severity", "7 of 10", 7.0), ("severity", "70/100", 7.0),
        ("severity", "7/5", "bad_number"), ("severity", "12/10", "bad_number"),
        ("temperature_c", "98.6 F", 37.0), ("temperature_c", "37 °C", 37.0),
        ("temperature_c", "98.6 X", "bad_number"),
        ("walking_distance_m", "200 yd", 182.88), ("walking_distance_m", "0.5 km", 500.0),
        ("walking_distance_m", "> 500 m", ("approximate", 501.0)),
        ("walking_distance_m", "< 500 m", "bad_number"),
        ("duration_days", "two weeks", 14.0), ("duration_days", "a week", 7.0),
        ("duration_days", "1 year 3 months", 456.5625), ("duration_days", "about 3 days", 3.0),
        ("duration_days", "> 2 weeks", ("approximate", 15.0)),
        ("duration_days", "several years", ("approximate", 1095.75)),
        ("duration_days", "2-3 weeks", ("approximate", 17.5)),
        ("duration_days", "1-9 weeks", "bad_number"), ("duration_days", "weeks", "bad_number"),
        ("duration_days", "3 m", "bad_number"), ("duration_days", "a while", "bad_number"),
        ("age_years", "67 y", 67.0), ("age_years", "18 months", 1.5),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(finding: str, cell: str, wanted: Any, tmp_path: Path) -> None:
    """What a cell surely says is read; a bound by the least it says, and told; else it is not."""
    found = value(f"columns: {{x: {finding}}}", {"x": cell}, finding, tmp_path)
    assert found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("37,5", 37.5), ("37", 37.0), ("99,5 F", 37.5), ("37.5", 37.5), ("1.037", "out_of_range"),
     ("1.037,5", "out_of_range"), ("1,2,3", "bad_number")],
)  # fmt: skip
def test_decimal_commas(cell: str, wanted: Any, tmp_path: Path) -> None:
    """With decimal commas, a point before three digits stands between thousands."""
    lines = 'file: {decimal: ","}\ncolumns: {t: temperature_c}'
    assert value(lines, {"t": cell}, "temperature_c", tmp_path) == wanted


def test_a_number_word_may_be_a_number(tmp_path: Path) -> None:
    """A person may say which number a text stands for."""
    lines = "columns: {d: {finding: duration_days, words: {ages ago: 2000}}}"
    assert value(lines, {"d": "Ages ago"}, "duration_days", tmp_path) == 2000


@pytest.mark.parametrize("text", ["", "m", "five", "1 2", "3 weeks 4", "-", "1e5 m", "0x1 m"])
def test_no_amount_is_guessed(text: str) -> None:
    """A text that is no amount is none."""
    assert amount(text, "m", "m") is None
