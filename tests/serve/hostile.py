"""Bad files by name, each with the verdict it must get. Read by test_hostile.py."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Mapping
from dataclasses import dataclass, field

HEADER = b"case_id,age_years,sex,fever,abi,smoking,note\n"
GOOD = b"a,60,male,no,0.9,never,x\n"
N_CELLS = 7


@dataclass(frozen=True)
class Hostile:
    """A file, and what must come of it.

    `exit` 2 means refused before anything is written, with `says` on stderr. Otherwise `scored`
    rows are scored, the records `rejected` are told by code, and `issues` count bad cells by code.
    `cells` are output cells that must be exactly so, by row and column.
    """

    id: str
    content: bytes
    exit: int = 0
    says: str = ""
    scored: int = 1
    rejected: tuple[str, ...] = ()
    issues: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[tuple[int, str], str] = field(default_factory=dict)


def refused(name: str, content: bytes, says: str) -> Hostile:
    """A file that cannot be used at all."""
    return Hostile(name, content, exit=2, says=says, scored=0)


def row(**cells: str) -> bytes:
    """The good row with other cells."""
    base = {"case_id": "a", "age_years": "60", "sex": "male", "fever": "no", "abi": "0.9",
            "smoking": "never", "note": "x"}  # fmt: skip
    return ",".join({**base, **cells}.values()).encode() + b"\n"


def bad_cell(name: str, code: str, **cells: str) -> Hostile:
    """A file whose only row has one cell that is no value: unknown, told, and the row scored."""
    kept = {(0, column): text for column, text in cells.items()}
    return Hostile(name, HEADER + row(**cells), issues={code: 1}, cells=kept)


def fine(name: str, content: bytes, scored: int = 1, **cells: str) -> Hostile:
    """A file that only looks bad: scored, without any issue."""
    return Hostile(name, content, scored=scored, cells={(0, k): v for k, v in cells.items()})


_UNUSABLE = (
    refused("empty", b"", "the file is empty"),
    refused("only-bom", b"\xef\xbb\xbf", "nothing but blanks"),
    refused("only-newlines", b"\n\n\n", "nothing but blanks"),
    refused("only-spaces", b"   \n  ", "nothing but blanks"),
    refused("headerless", GOOD * 3, "no column is the name of a finding"),
    refused("prose", b"Dear doctor,\nthe leg hurts.\n", "no column is the name of a finding"),
    refused("json", b'[{"fever": "yes"}]\n', "no column is the name of a finding"),
    refused("html", b"<!DOCTYPE html>\n<table></table>\n", "no column is the name of a finding"),
    refused("header-only-case-id", b"case_id\n1\n", "no column is the name of a finding"),
    refused("semicolons", HEADER.replace(b",", b";") + GOOD.replace(b",", b";"), "semicolons"),
    refused("tabs", HEADER.replace(b",", b"\t") + GOOD.replace(b",", b"\t"), "tabs"),
    refused("vertical-bars", HEADER.replace(b",", b"|") + GOOD, "vertical bars"),
    refused("header-twice", b"fever,abi,fever\nyes,1,no\n", "stands twice, in columns 1 and 3"),
    refused("header-twice-by-case", b"fever,Fever\nyes,no\n", "stands twice"),
    refused("header-twice-by-space", b"fever, fever \nyes,no\n", "stands twice"),
    refused("case-id-twice", b"case_id,fever,CASE_ID\na,yes,b\n", "stands twice"),
    refused("finding-twice", b"chest_pain,Chest Pain\nyes,no\n", "both give chest_pain"),
    refused("output-column", b"fever,triage\nyes,urgent\n", "as one scoring writes"),
    refused("output-column-by-case", b"fever, P_DOMS \nyes,1\n", "as one scoring writes"),
    refused("gzip", gzip.compress(HEADER + GOOD), "compressed with gzip"),
    refused("bzip2", bz2.compress(HEADER + GOOD), "compressed with bzip2"),
    refused("xz", lzma.compress(HEADER + GOOD), "compressed with xz"),
    refused("zip-or-xlsx", b"PK\x03\x04" + HEADER, "a zip archive or a spreadsheet"),
    refused("old-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + HEADER, "an old spreadsheet"),
    refused("zstd", b"\x28\xb5\x2f\xfd" + HEADER, "compressed with zstd"),
    refused("pdf", b"%PDF-1.7\n" + HEADER, "a PDF"),
    refused("broken-parquet", b"PAR1" + HEADER, "the Parquet file is damaged"),
    refused("utf-16", ("\ufeff" + (HEADER + GOOD).decode()).encode("utf-16-le"), "UTF-16"),
    refused("utf-16-big", ("\ufeff" + HEADER.decode()).encode("utf-16-be"), "UTF-16"),
    refused("utf-16-no-bom", HEADER.decode().encode("utf-16-le"), "NUL"),
    refused("latin-1", HEADER + row(note="né").decode().encode("latin-1"), "line 2, byte 25"),
    refused("latin-1-header", "fever,né\n".encode("latin-1"), "line 1, byte 8"),
    refused("latin-1-late", HEADER + GOOD * 500 + b"\xff", "line 502, byte 1"),
    refused("cut-character", HEADER + GOOD + "né".encode()[:-1], "is not UTF-8"),
    refused("surrogate", HEADER + row(note="@").replace(b"@", b"\xed\xa0\x80"), "is not UTF-8"),
    refused("header-quote-open", b'fever,"abi\nyes,1\n', "a quote is opened and never closed"),
    refused("carriage-returns", (HEADER + GOOD).replace(b"\n", b"\r"), "carriage return alone"),
    refused("nul-file", b"\0" * 4096, "NUL"),
    refused("endless-header", b"x" * (3 << 20), "longer than"),
)

_RAGGED = (
    Hostile("cell-missing", HEADER + b"a,60,male,no,0.9,never\n" + GOOD, 4,
            rejected=("cells_missing",)),
    Hostile("cell-too-many", HEADER + b"a,60,male,no,0.9,never,x,y\n" + GOOD, 4,
            rejected=("cells_too_many",)),
    Hostile("first-row-too-long", HEADER + b"0,a,60,male,no,0.9,never,x\n" + GOOD * 2, 4, scored=2,
            rejected=("cells_too_many",)),
    Hostile("every-row-too-long", HEADER + b"0,a,60,male,no,0.9,never,x\n" * 3, 4, scored=0,
            rejected=("cells_too_many",) * 3),
    Hostile("decimal-comma-unquoted", HEADER + b"a,60,male,no,0,9,never,x\n" + GOOD, 4,
            rejected=("cells_too_many",)),
    Hostile("quote-never-closed", HEADER + b'a,60,male,no,0.9,never,"x\n' + GOOD * 2, 4, scored=2,
            rejected=("quote_not_closed",)),
    Hostile("quote-never-closed-last", HEADER + GOOD + b'a,60,male,no,0.9,never,"x', 4,
            rejected=("quote_not_closed",)),
    Hostile("quote-closed-by-a-later-row", HEADER + b'a,"60,male,no,0.9,never,x\n' + GOOD
            + b'b,60,male,no,0.9,never,x"\n', 4, scored=2, rejected=("quote_swallows_rows",)),
    Hostile("text-after-quote", HEADER + b'a,60,male,no,0.9,never,"x"y\n' + GOOD, 4,
            rejected=("text_after_quote",)),
    Hostile("space-after-quote", HEADER + b'a,60,"male" ,no,0.9,never,x\n' + GOOD, 4,
            rejected=("text_after_quote",)),
    Hostile("comma-in-half-quotes", HEADER + b'a,60,male,no,0.9,never,x "y, z"\n' + GOOD, 4,
            rejected=("cells_too_many",)),
    Hostile("line-too-long", HEADER + row(note="y" * (1 << 20)) + GOOD, 4,
            rejected=("line_too_long",)),
    Hostile("endless-line", HEADER + GOOD + b"a,60," + b"y" * (9 << 20), 4,
            rejected=("line_too_long",)),
    Hostile("endless-quote", HEADER + b'a,60,male,no,0.9,never,"' + b"y\n" * (1 << 20), 4, scored=0,
            rejected=("quote_not_closed", *("cells_missing",) * ((1 << 20) - 1))),
    Hostile("spaces-only-line", HEADER + b"   \n" + GOOD, 4, rejected=("cells_missing",)),
    Hostile("second-header", HEADER + GOOD + HEADER + GOOD, 4, scored=2, rejected=("header_row",)),
    Hostile("second-file-with-bom", HEADER + GOOD + b"\xef\xbb\xbf" + HEADER, 4,
            rejected=("header_row",)),
    Hostile("second-header-beside-quotes", HEADER + row(note='"x"') + HEADER, 4,
            rejected=("header_row",)),
    Hostile("commas-alone", HEADER + GOOD + b",,,,,,\n" * 2, 4, rejected=("blank_row",) * 2),
    Hostile("blanks-alone", HEADER + GOOD + b" ,,\t,,,,\r\n", 4, rejected=("blank_row",)),
    Hostile("quotes-alone", HEADER + GOOD + b'"","",,"  ",,,\n', 4, rejected=("blank_row",)),
    Hostile("footer", HEADER + GOOD + b"1 row\n", 4, rejected=("cells_missing",)),
    Hostile("shifted-columns", HEADER + b"a,male,no,0.9,never,x,\n",
            issues={"bad_number": 2, "bad_word": 1, "bad_choice": 2}),
)  # fmt: skip

_CELLS = (
    bad_cell("typo", "bad_word", fever="yess"),
    bad_cell("number-for-yes-no", "bad_word", fever="2"),
    bad_cell("decimal-comma", "bad_number", abi='"0,9"'),
    bad_cell("infinite", "bad_number", abi="inf"),
    bad_cell("huge", "out_of_range", abi="1e400"),
    bad_cell("negative", "out_of_range", abi="-0.9"),
    bad_cell("hexadecimal", "bad_number", age_years="0x3C"),
    bad_cell("underscore", "bad_number", age_years="6_0"),
    bad_cell("arabic-digits", "bad_number", age_years="٦٠"),
    bad_cell("full-width-digits", "bad_number", age_years="\uff16\uff10"),
    bad_cell("unit", "bad_number", age_years="60 years"),
    bad_cell("fahrenheit-age", "out_of_range", age_years="600"),
    bad_cell("unknown-choice", "bad_choice", smoking="sometimes"),
    bad_cell("formula-in-finding", "bad_number", abi="=1+1"),
    bad_cell("nul-in-finding", "bad_word", fever="y\0es"),
    bad_cell("zero-width-space", "bad_word", fever="yes\u200b"),
    bad_cell("megabyte-cell", "bad_word", fever="y" * 100_000),
    bad_cell("excel-error", "bad_number", abi="#DIV/0!"),
)

_FINE = (
    fine("bom", b"\xef\xbb\xbf" + HEADER + GOOD, case_id="a"),
    fine("sep-line", b"sep=,\r\n" + HEADER + GOOD, case_id="a"),
    fine("bom-and-sep-line", b"\xef\xbb\xbfsep=,\n" + HEADER + GOOD, case_id="a"),
    fine("two-returns", (HEADER + row(note='"x"')).replace(b"\n", b"\r\r\n") * 1, note="x"),
    fine("na-is-no-blank-row", HEADER + b"NA,NA,NA,NA,NA,NA,NA\n", fever="NA"),
    fine("windows-lines", (HEADER + GOOD).replace(b"\n", b"\r\n"), note="x"),
    fine("mixed-lines", HEADER + GOOD.replace(b"\n", b"\r\n") + GOOD, scored=2),
    fine("no-last-newline", HEADER + GOOD.rstrip()),
    fine("blank-lines", HEADER + b"\n" + GOOD + b"\n\r\n\n"),
    fine("blank-lines-first", b"\n\r\n" + HEADER + GOOD),
    fine("header-only", HEADER, scored=0),
    fine("header-spaced-and-shouted", HEADER.upper().replace(b"FEVER", b"  Fever ") + GOOD),
    fine("quoted-everything", b'"fever","abi"\n"yes","0.9"\n', fever="yes", abi="0.9"),
    fine("quoted-comma", HEADER + row(note='"x, y"'), note="x, y"),
    fine("quoted-newline", HEADER + row(note='"x\ny"'), note="x\ny"),
    fine("quoted-windows-newline", HEADER + row(note='"x\r\ny"'), note="x\r\ny"),
    fine("doubled-quotes", HEADER + row(note='"say ""ah"""'), note='say "ah"'),
    fine("inch-mark", HEADER + row(note='5" scar'), note='5" scar'),
    fine("bare-quote-pair", HEADER + row(note='a""b'), note='a""b'),
    fine("empty-quotes", HEADER + row(note='""'), note=""),
    fine("nul-in-note", HEADER + row(note="x\0y"), note="x\0y"),
    fine("emoji", HEADER + row(note="🦵"), note="🦵"),
    fine("right-to-left", HEADER + row(note="\u202eabc"), note="\u202eabc"),
    fine("formula-passes-through", HEADER + row(note="=HYPERLINK(1)"), note="=HYPERLINK(1)"),
    fine("null-words-pass-through", HEADER + row(note="NULL"), note="NULL"),
    fine("words-for-unknown", HEADER + row(fever="N/A", abi="?", smoking="Unknown"), fever="N/A"),
    fine("shouted-words", HEADER + row(fever=" YES ", smoking="Never", sex="MALE"), fever=" YES "),
    fine("other-missing-words", HEADER + row(fever="<NA>", abi="\\N", smoking="."), abi="\\N"),
    fine("python-s-none", HEADER + row(fever="None", abi="None"), fever="None"),
    fine("numbers-for-yes-no", HEADER + row(fever="1.00"), fever="1.00"),
    fine("ticked", HEADER + row(fever="Unchecked"), fever="Unchecked"),
    fine("pass-through-twice", b"fever,note,note\nyes,a,b\n", note="b"),
    fine("two-nameless", b"fever,,\nyes,a,b\n", fever="yes"),
    fine("exponent", HEADER + row(age_years="6e1"), age_years="6e1"),
    fine("number-beyond-double", HEADER + row(abi="0." + "9" * 400)),
    fine("one-column", b"fever\nyes\n\nno\n", scored=3),
    fine("duplicate-ids", HEADER + GOOD * 2, scored=2),
    fine("wide", b"fever," + b",".join(b"x%d" % n for n in range(5000)) + b"\nyes" + b"," * 5000),
)

FILES: tuple[Hostile, ...] = (*_UNUSABLE, *_RAGGED, *_CELLS, *_FINE)
