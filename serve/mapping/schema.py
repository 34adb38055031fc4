"""The form of a mapping file: what may stand in it, as data. Nothing in it is run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from serve.mapping.dialect import Compression, Decimal

Word = str | int | float
"""A word or code as a file has it, or a value of the vocabulary."""


def _text_keys(raw: Any) -> Any:
    """Words by their text: YAML reads a code as a number."""
    if not isinstance(raw, dict):
        raise ValueError("this must be a list of `theirs: ours`")
    return {str(key): value for key, value in raw.items()}


Words = Annotated[dict[str, Word], BeforeValidator(_text_keys)]


Unit = Annotated[str | None, Field(description="the unit of numbers that stand alone")]
Blank = Annotated[str | None, Field(description="what a blank cell means: blank, not asked, no")]
TheirWords = Annotated[Words | None, Field(description="their words, and ours for each")]


class Part(BaseModel):
    """One part of a mapping; a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileForm(Part):
    """How the text of the file is written; the options of the command line come first."""

    delimiter: str | None = Field(
        default=None, description="comma, semicolon, tab, pipe, or the character"
    )
    encoding: str | None = Field(default=None, description="utf-8, utf-16, cp1252, latin-1, ...")
    compression: Compression | None = None
    decimal: Decimal | None = Field(default=None, description="what stands before decimals")


class Cell(Part):
    """One column that a finding is computed from."""

    column: str = Field(description="the column's name in the file")
    words: TheirWords = None
    unit: Unit = None
    blank: Blank = None


class Entry(Part):
    """How one column is read as a finding."""

    finding: str = Field(description="the id of a finding, case_id, or ignore")
    words: TheirWords = None
    unit: Unit = None
    blank: Blank = None


class ListEntry(Part):
    """How one column whose cells are lists is read as several yes/no findings."""

    list: Annotated[dict[str, str], BeforeValidator(_text_keys)] = Field(
        description="each item as the file writes it, and the finding that it is, or ignore"
    )
    separator: str = Field(default="", description="what stands between items; one of ; , | / +")
    others: Literal["blank", "not asked", "no"] = Field(
        default="blank", description="what a filled list says of findings it does not have"
    )
    blank: Blank = None


class Constant(Part):
    """One value for every row."""

    constant: Word


class Since(Part):
    """The time from one date to another: an age in whole years, a duration in days."""

    since: str = Field(description="the column with the date of birth, or of the beginning")
    until: str | date = Field(description="the column of the reference date, or a day: 2024-05-31")


class Bmi(Part):
    """The body mass index, from weight and height with their units."""

    weight: Cell
    height: Cell


def _cell_tag(raw: Any) -> str:
    return "<name>" if isinstance(raw, str) else "<cell>"


AnyCell = Annotated[
    Annotated[str, Tag("<name>")] | Annotated[Cell, Tag("<cell>")], Discriminator(_cell_tag)
]
Cells = Annotated[list[AnyCell], Field(min_length=1)]


class Abi(Part):
    """The ankle-brachial index: the lower ankle's pressure by the higher arm's."""

    ankle: Cells
    arm: Cells


class Lowest(Part):
    """The lowest of several numbers."""

    lowest: Cells


class Highest(Part):
    """The highest of several numbers."""

    highest: Cells


class Difference(Part):
    """How far two numbers are apart."""

    difference: Annotated[list[AnyCell], Field(min_length=2, max_length=2)]


class First(Part):
    """The first of several columns that is filled."""

    first: Cells


class Some(Part):
    """Yes where any of several columns says yes, no where all say no."""

    any: Cells


class Sides(Part):
    """One or both legs, from a column for the left and one for the right."""

    left: AnyCell
    right: AnyCell


class Which(Part):
    """The value whose column says yes."""

    which: dict[str, AnyCell]


class PackYears(Part):
    """Smoking: never for no pack-years, else ever, or current or former by a second column."""

    pack_years: AnyCell
    current: AnyCell | None = None


def _form_tag(raw: Any) -> str | None:
    keys = raw if isinstance(raw, dict) else {}
    return next((f"<{key}>" for key in FORMS if key in keys), None)


AnyForm = Annotated[
    Annotated[Constant, Tag("<constant>")]
    | Annotated[Since, Tag("<since>")]
    | Annotated[Bmi, Tag("<weight>")]
    | Annotated[Abi, Tag("<ankle>")]
    | Annotated[Lowest, Tag("<lowest>")]
    | Annotated[Highest, Tag("<highest>")]
    | Annotated[Difference, Tag("<difference>")]
    | Annotated[First, Tag("<first>")]
    | Annotated[Some, Tag("<any>")]
    | Annotated[Sides, Tag("<left>")]
    | Annotated[Which, Tag("<which>")]
    | Annotated[PackYears, Tag("<pack_years>")],
    Discriminator(_form_tag),
]


def _tagged(union: Any) -> dict[str, type[Part]]:
    """The forms of a union by their tags, without a name alone."""
    pairs = map(get_args, get_args(get_args(union)[0]))
    return {tag.tag: form for form, tag in pairs if form is not str}


FORMS = {tag.strip("<>"): form for tag, form in _tagged(AnyForm).items()}
"""The forms of a computed finding, by the key that tells each apart."""


def _entry_tag(raw: Any) -> str:
    if isinstance(raw, str):
        return "<name>"
    return "<list>" if isinstance(raw, dict) and "list" in raw else "<entry>"


AnyEntry = Annotated[
    Annotated[str, Tag("<name>")]
    | Annotated[Entry, Tag("<entry>")]
    | Annotated[ListEntry, Tag("<list>")],
    Discriminator(_entry_tag),
]


class MappingFile(Part):
    """A mapping: how the columns of a file with other headers, words and units are read."""

    file: FileForm = FileForm()
    dates: Literal["ymd", "dmy", "mdy"] | None = Field(
        default=None, description="the order of day and month in dates of digits"
    )
    words: Words = Field(default={}, description="words for all columns, and ours")
    missing: list[Word] | Words = Field(
        default=[],
        description="codes for a blank; or each with unknown or not asked",
    )
    blank: Blank = None
    absent: Literal["not asked", "blank"] = Field(
        default="not asked", description="what a finding without a column means"
    )
    columns: Annotated[dict[str, AnyEntry], BeforeValidator(_text_keys)] = Field(
        default={}, description="each column by its name, and the finding that it is"
    )
    findings: dict[str, AnyForm] = Field(
        default={},
        description="each finding that is computed, and from which columns",
    )


TAGGED: Mapping[str, type[Part]] = {
    **_tagged(AnyForm), **_tagged(AnyEntry), **_tagged(AnyCell)
}  # fmt: skip
"""The form that a tag in the place of an error stands for."""


def json_schema(finding_ids: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON Schema of a mapping file; with the findings, where they are given, by name."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **MappingFile.model_json_schema(),
    }
    if not finding_ids:
        return schema
    findings = {"enum": [*finding_ids, "case_id", "ignore"]}
    schema["$defs"]["Entry"]["properties"]["finding"] |= findings
    schema["$defs"]["ListEntry"]["properties"]["list"]["additionalProperties"] |= findings
    columns = schema["properties"]["columns"]["additionalProperties"]["oneOf"]
    columns[0] |= findings
    schema["properties"]["findings"]["propertyNames"] = {"enum": list(finding_ids)}
    return schema
