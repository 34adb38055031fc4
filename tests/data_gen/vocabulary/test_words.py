"""The text of a cell and its value."""

from __future__ import annotations

import enum
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_gen.vocabulary import Finding, load
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.synonyms import _values
from data_gen.vocabulary.words import (
    ABSENT,
    NOT_KNOWN,
    PRESENT,
    UNKNOWN,
    CellProblem,
    cell_text,
    parse_cell,
    write_cell,
)

VOCABULARY = load()
FINDINGS = pytest.mark.parametrize("finding", VOCABULARY.findings, ids=lambda finding: finding.id)
DIABETES = VOCABULARY.finding("diabetes")
SWELLING = VOCABULARY.finding("swelling")
SMOKING = VOCABULARY.finding("smoking")
DISTANCE = VOCABULARY.finding("walking_distance_m")
TEMPERATURE = VOCABULARY.finding("temperature_c")


def problem(finding: Finding, text: str) -> CellProblem:
    """The problem with a cell that has one."""
    parsed = parse_cell(finding, text)
    assert isinstance(parsed, CellProblem)
    return parsed


def test_accepted_words_are_those_of_the_contract() -> None:
    """The words for present, absent and unknown are exactly the documented ones."""
    assert {"yes", "y", "true", "t", "1", "1.0", "present", "checked"} == PRESENT
    assert {"no", "n", "false", "f", "0", "0.0", "absent", "unchecked"} == ABSENT
    blank = {"", "na", "n/a", "nan", "null", ".", "<na>", "#n/a", "\\n"}
    assert {*blank, "unknown", "?", "not asked"} == UNKNOWN


@pytest.mark.parametrize("text", ["1.00", "1e0", "+1", "1.", "1.0e0"])
@pytest.mark.parametrize("value", [1.0, 0.0])
def test_yes_and_no_are_numbers_however_these_are_written(text: str, value: float) -> None:
    """Of a yes/no, 1 and 0 compare as numbers: other programs write 1.00 and .00."""
    assert parse_cell(DIABETES, text.replace("1", "0") if value == 0 else text) == value
    assert isinstance(parse_cell(DIABETES, text.replace("1", "2")), CellProblem)


class Answer(enum.Enum):
    """What an enumeration of a user's own may look like."""

    YES = "yes"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "true"), (np.False_, "false"), (7, "7"), (0.9, "0.9"),
        (np.float32(0.9), "0.9"), (np.float16(0.9), "0.9"), (math.nan, ""), (np.float32("nan"), ""),
        (Decimal("1.00"), "1.00"), (Decimal("nan"), ""), (b"yes", "yes"), (b"\xff", "\\xff"),
        (Answer.YES, "yes"), (np.int8(3), "3"), (np.datetime64("NaT"), ""), (np.str_("no"), "no"),
        (pd.NA, ""), (pd.NaT, ""), (bytearray(b"no"), "no"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_of_any_type_has_one_text(value: object, text: str) -> None:
    """A typed value is the text that a file would have, in its own precision; missing is blank."""
    assert cell_text(value) == text


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title, "  {}\t".format])
@pytest.mark.parametrize(
    ("word", "value"), [*((w, 1.0) for w in PRESENT), *((w, 0.0) for w in ABSENT)]
)
def test_yes_no_words_ignore_case_and_outer_spaces(word, value, spelling) -> None:
    """Every accepted word for yes or no means the same in any case and between spaces."""
    assert parse_cell(DIABETES, spelling(word)) == value


@FINDINGS
def test_unknown_words_are_unknown_for_every_finding(finding: Finding) -> None:
    """A blank is NaN, a word for not known is NOT_ASKED, whatever the kind of the finding."""
    for word in UNKNOWN:
        value = NOT_ASKED if word in NOT_KNOWN else math.nan
        for text in (word, word.upper(), f" {word} "):
            np.testing.assert_equal(parse_cell(finding, text), value)


@FINDINGS
def test_none_is_a_value_only_where_the_finding_has_it(finding: Finding) -> None:
    """`none` is a value of swelling and stiffness, and blank where it can only be Python's None."""
    parsed = parse_cell(finding, "None")
    if "none" in finding.values:
        assert parsed == finding.values.index("none")
    elif finding.kind == "choice":
        assert isinstance(parsed, CellProblem)
    else:
        assert math.isnan(parsed)  # type: ignore[arg-type]


@FINDINGS
def test_every_value_is_written_as_text_that_parses_to_it(finding: Finding) -> None:
    """Writing a value and parsing the text gives the value back."""
    choices = range(len(finding.values)) if finding.kind == "choice" else (0, 1)
    values = (finding.low, finding.high) if finding.kind == "number" else choices
    for value in values:
        assert parse_cell(finding, write_cell(finding, float(value or 0))) == value
    assert write_cell(finding, math.nan) == ""


@given(st.floats(0, 20000))
def test_numbers_survive_writing_to_the_last_digit(number: float) -> None:
    """A number is written with the fewest digits that give it back exactly."""
    assert parse_cell(DISTANCE, write_cell(DISTANCE, number)) == number


@pytest.mark.parametrize(("value", "text"), [(200.0, "200"), (7.5, "7.5"), (0.0, "0")])
def test_whole_numbers_are_written_without_a_point(value: float, text: str) -> None:
    """A whole number has no decimals in a file."""
    assert write_cell(DISTANCE, value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200", 200),
        ("+7", 7),
        (" 7.50 ", 7.5),
        ("7.", 7),
        (".5", 0.5),
        ("1e3", 1000),
        ("2E-1", 0.2),
    ],
)
def test_plain_and_exponent_numbers_are_read(text: str, value: float) -> None:
    """A decimal or exponent number is read, with or without a sign and outer spaces."""
    assert parse_cell(DISTANCE, text) == value


def test_negative_zero_is_zero() -> None:
    """Equal cells have equal bits: -0 is read as 0."""
    assert math.copysign(1, parse_cell(DISTANCE, "-0")) == 1  # type: ignore[arg-type]


SEPARATED = ["1_000", "36,5", "1,609", "1\u00a0000", "1 000", "1.2.3", "5-10", "5/10"]
OTHER_FORMS = ["0x10", "1e", "1e5.0", "e5", "..", "+", "5-", "<5", "~5", "inf", "-inf", "infinity"]
OTHER_DIGITS = ["\uff11\uff12", "\u0663", "\u00bd", "\u221212"]
WITH_WORDS = ["200m", "200\u202fm", "5%", "yes", "severe", "nan(1)", "nil"]


@pytest.mark.parametrize("text", [*SEPARATED, *OTHER_FORMS, *OTHER_DIGITS, *WITH_WORDS])
def test_other_spellings_of_a_number_are_refused(text: str) -> None:
    """A number cell is one plain number in ASCII: nothing else is guessed at."""
    assert problem(DISTANCE, text).code == "bad_number"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("36,5", "with a decimal point it is 36.5"),
        ("1,609", "without the comma it is 1609 or 1.609"),
        ("12,345,678", "without the comma it is 12345678;"),
        ("200 m", "without the unit it is 200"),
        ("36.6°C", "without the unit it is 36.6"),
    ],
)
def test_the_remedy_says_what_a_misspelt_number_may_mean(text: str, hint: str) -> None:
    """A comma or a unit is answered with the number as it should be written."""
    assert problem(DISTANCE, text).remedy.startswith(hint)


@pytest.mark.parametrize("text", ["-1", "20000.1", "1e300", "1e999", "-1e999"])
def test_a_number_outside_its_range_is_refused(text: str) -> None:
    """A number beyond the range of its finding is a problem that names the range."""
    found = problem(DISTANCE, text)
    assert found.code == "out_of_range"
    assert "write a number from 0 to 20000, in metres" in found.remedy


def test_a_temperature_in_fahrenheit_is_recognised() -> None:
    """A temperature that fits in Fahrenheit is refused with its value in Celsius."""
    assert "degrees Fahrenheit would be 37.0 Celsius" in problem(TEMPERATURE, "98.6").remedy
    assert "Fahrenheit" not in problem(TEMPERATURE, "20").remedy


@pytest.mark.parametrize("text", ["maybe", "yess", "2", "nil", "-", "yes no", "ye s", "01"])
def test_a_bad_yes_no_word_is_a_problem(text: str) -> None:
    """Any other word for a yes/no finding is refused, with the words that would do."""
    found = problem(DIABETES, text)
    assert found.code == "bad_word"
    assert text in found.message
    assert "write yes, no, or leave the cell blank" in found.remedy


def test_a_choice_ignores_case() -> None:
    """The value of a choice is read in any case and between spaces."""
    assert parse_cell(SMOKING, "  Former ") == SMOKING.values.index("former")


@pytest.mark.parametrize(
    ("finding_id", "text", "value"),
    [
        ("sex", "M", "male"),
        ("sex", "f", "female"),
        ("side", "left", "one"),
        ("side", " Right ", "one"),
        ("side", "Bilateral", "both"),
        ("swelling", "left leg", "one"),
        ("swelling", "both_legs", "both"),
        ("swelling", "No", "none"),
        ("smoking", "no", "never"),
        ("smoking", "Non-smoker", "never"),
        ("smoking", "yes", "ever"),
        ("smoking", "ex-smoker", "former"),
        ("onset", "Suddenly", "sudden"),
        ("morning_stiffness", "no", "none"),
    ],
)
def test_a_word_that_can_mean_one_value_only_is_read(
    finding_id: str, text: str, value: str
) -> None:
    """The words that people write for a value of a choice are taken for it."""
    finding = VOCABULARY.finding(finding_id)
    assert parse_cell(finding, text) == finding.code(value)


@pytest.mark.parametrize("finding", [f for f in VOCABULARY.findings if f.kind == "choice"],
                         ids=lambda finding: finding.id)  # fmt: skip
def test_a_number_is_no_word_for_a_choice(finding: Finding) -> None:
    """A code such as 1 or 2 is refused: who wrote it may have counted in another way."""
    for text in ("0", "1", "2", "1.0"):
        assert problem(finding, text).code == "bad_choice"


@FINDINGS
def test_other_words_stand_for_values_and_hide_none(finding: Finding) -> None:
    """Each synonym belongs to a choice, means one of its values, and is no value or unknown."""
    for word, value in _values(finding.id).items():
        assert value in finding.values
        assert word not in (*finding.values, *UNKNOWN)
        assert parse_cell(finding, word) == finding.code(value)


@pytest.mark.parametrize("text", ["yes", "Y", "present", "1"])
def test_an_answer_that_does_not_say_which_is_not_guessed_at(text: str) -> None:
    """A swelling that is there may be of one leg or of both: the values are asked for."""
    found = problem(SWELLING, text)
    assert found.message == f"'{text}' does not say which"
    assert found.remedy.endswith("write one of none, one, both, or leave the cell blank")


@pytest.mark.parametrize(
    ("finding", "text", "near"),
    [(SMOKING, "formr", "former"), (SWELLING, "Boht", "both"), (DIABETES, "presnt", "present")],
)
def test_a_near_miss_is_suggested(finding: Finding, text: str, near: str) -> None:
    """A word close to an accepted one is answered with that one, never taken for it."""
    assert problem(finding, text).remedy.startswith(f"did you mean {near}?")


def test_a_bad_choice_lists_the_values() -> None:
    """Any other word for a choice is refused, with its values."""
    found = problem(SWELLING, "yes")
    assert found.code == "bad_choice"
    assert "write one of none, one, both" in found.remedy


def test_a_long_cell_is_quoted_in_part() -> None:
    """The message stays short, and on one line, however long the cell is."""
    found = problem(DIABETES, "no\n" * 10_000)
    assert len(found.message) + len(found.remedy) < 200
    assert "\n" not in found.message


@given(st.sampled_from(VOCABULARY.findings), st.text(max_size=20))
def test_any_text_is_a_value_unknown_or_a_problem(finding: Finding, text: str) -> None:
    """Parsing never raises, and a value that it gives can be written again."""
    parsed = parse_cell(finding, text)
    if not isinstance(parsed, CellProblem):
        write_cell(finding, parsed)


@pytest.mark.parametrize(
    ("finding", "value"),
    [(DIABETES, 0.5), (DIABETES, 2.0), (SWELLING, 3.0), (DISTANCE, -1.0), (DISTANCE, math.inf)],
)
def test_an_impossible_value_is_not_written(finding: Finding, value: float) -> None:
    """A value that no cell can stand for raises instead of reaching a file."""
    with pytest.raises(ValueError, match=finding.id):
        write_cell(finding, value)
