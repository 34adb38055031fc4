"""A mapping file, checked whole before any row is read: every problem at once, with its line.

The form (which keys, of which type) is checked by `schema`; here, what it says of the vocabulary.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.words import word_key
from data_gen.vocabulary.yaml_lines import YamlError, duplicate_keys, line_of, read_yaml
from serve.answer import CASE_ID
from serve.mapping.building import Builder
from serve.mapping.column_mapping import ColumnMapping
from serve.mapping.dialect import NOTHING, PLAIN, Dialect, Said, dialect_of
from serve.mapping.reader import Common
from serve.mapping.schema import TAGGED, MappingFile, Part, Words
from serve.mapping.unknowns import unknowns_of
from serve.mapping.wording import UNKNOWNS, Found, as_blank, as_words
from serve.problem import Problem, RefusedError, near

CODE = "bad_mapping"
IGNORE = "ignore"


def read_mapping(path: Path, vocabulary: Vocabulary, said: Said = NOTHING) -> ColumnMapping:
    """The mapping of a YAML file; RefusedError lists everything that is wrong with it.

    What is `said` of how the file of cases is written comes before what the mapping says of it.
    """
    raw = _content(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found: list[Found] = []
    try:
        form = MappingFile.model_validate(raw)
    except ValidationError as error:
        found = [_form_problem(one) for one in error.errors()]
        raise _refusal(path, found) from None
    mapping, found = _mapping(form, path, vocabulary, said)
    if found:
        raise _refusal(path, found)
    return replace(mapping, digest=digest)


def mapping_of(text: str, vocabulary: Vocabulary) -> ColumnMapping:
    """The mapping of a YAML text, for those who have no file to give."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "columns.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return read_mapping(path, vocabulary)
        except RefusedError as error:
            told = (replace(p, where=p.where.replace(f"{folder}/", "")) for p in error.problems)
            raise RefusedError(*told) from None


def _content(path: Path) -> Any:
    """The file's content, of which some part is one of a mapping."""
    try:
        raw = read_yaml(path)
        twice = duplicate_keys(path)
    except (YamlError, OSError) as error:
        message = str(error) if isinstance(error, YamlError) else error.strerror or "unreadable"
        raise RefusedError(Problem(CODE, str(path), message, "write it as YAML")) from None
    if twice:
        raise RefusedError(
            *(
                Problem(CODE, f"{path}:{line}", f"the key {key!r} stands twice", "keep one of them")
                for line, key in twice
            )
        )
    if not isinstance(raw, dict) or not raw.keys() & MappingFile.model_fields.keys():
        remedy = "write `columns:` and below it `your name: finding`"
        raise RefusedError(Problem(CODE, str(path), "there are no columns", remedy))
    if not isinstance(raw.get("columns", {}), dict):
        remedy = "write below `columns:`, on lines of their own, `your name: finding`"
        raise RefusedError(Problem(CODE, str(path), "there are no columns", remedy))
    return raw


def _refusal(path: Path, found: list[Found]) -> RefusedError:
    problems = []
    for one in found:
        spot = ": ".join(map(str, one.place))
        where = f"{path}:{line_of(path, one.place)}"
        problems.append(Problem(CODE, f"{where}, {spot}" if spot else where, *one[1:]))
    return RefusedError(*problems)


def _form_problem(error: Any) -> Found:
    """What is wrong with the form of a file, in words that name what may stand there."""
    place = tuple(part for part in error["loc"] if part not in TAGGED and part != "<name>")
    place = tuple(part for part in place if not str(part).startswith(("list[", "function-")))
    part = next((TAGGED[tag] for tag in reversed(error["loc"]) if tag in TAGGED), MappingFile)
    part = MappingFile if place[:1] != error["loc"][:1] or len(place) < 2 else part
    allowed = list(part.model_fields)
    if error["type"] == "extra_forbidden":
        key = str(place[-1])
        message = f"{key!r} is not one of {', '.join(allowed)}"
        return Found(place, message, near(key, allowed))
    if error["type"] == "missing":
        return Found(place[:-1], f"it lacks {place[-1]!r}", _described(part, str(place[-1])))
    if error["type"] == "union_tag_not_found":
        keys = ", ".join(tag.strip("<>") for tag in TAGGED if tag not in ("<entry>", "<cell>"))
        return Found(place, "it does not say what it follows from", f"use one of {keys}")
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "model_type":
        return Found(place, "this must be {column: name, unit: unit}", f"as {_example(place)}")
    return Found(place, message, _described(part, str(place[-1])) if place else "")


def _example(place: tuple[Any, ...]) -> str:
    return f"`{place[-1]}: {{column: your name, unit: {'cm' if place[-1] == 'height' else 'kg'}}}`"


def _described(part: type[Part], name: str) -> str:
    field = part.model_fields.get(name)
    return f"{name}: {field.description}" if field is not None and field.description else ""


def _mapping(
    form: MappingFile, path: Path, vocabulary: Vocabulary, said: Said
) -> tuple[ColumnMapping, list[Found]]:
    found: list[Found] = []
    dialect = _dialect(form, said, found)
    silence = str(said.get("blank") or form.blank or "blank").replace("-", " ")
    unknowns = unknowns_of({"absent": said.get("absent") or form.absent})
    common = Common(
        words=as_words(form.words),
        missing=_missing(form.missing),
        decimal=dialect.decimal or ".",
        blank=as_blank(silence),
        written=True,
    )
    builder = Builder(vocabulary, common, form.dates, found)
    builder.check_common(form)
    columns = {}
    case_id = CASE_ID
    for name, entry in form.columns.items():
        key, target = name.strip().lower(), entry if isinstance(entry, str) else None
        target = getattr(entry, "finding", target)
        if target == CASE_ID:
            case_id = key
        else:
            columns[key] = () if target == IGNORE else tuple(builder.readers(name, entry))
    derivations = [builder.derivation(name, one) for name, one in form.findings.items()]
    own = tuple(one for one in derivations if one is not None)
    mapping = ColumnMapping(columns, own, case_id, common, dialect, str(path), unknowns=unknowns)
    return mapping, found


def _dialect(form: MappingFile, said: Said, found: list[Found]) -> Dialect:
    given = {name: value for name, value in said.items() if value is not None}
    try:
        return dialect_of(form.file.model_dump() | given)
    except RefusedError as error:
        found += [
            Found(("file", one.where.strip("-")), one.message, one.remedy) for one in error.problems
        ]
        return PLAIN


def _missing(raw: list[Any] | Words) -> dict[Any, str]:
    if isinstance(raw, list):
        return {word_key(str(code)): "blank" for code in raw}
    return {word_key(code): UNKNOWNS.get(str(word), str(word)) for code, word in raw.items()}
