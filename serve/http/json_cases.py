"""A body of cases: strict in its fields and types, as forgiving as a file in its words.

A field near no finding, a wrong type or a field that stands twice refuses the body, with all its
problems at once. A word that is no value of its finding does not, nor a name that is nearly a
finding's: they are told in the answer's `issues`, as in a file, so that no emergency is lost to a
typo elsewhere.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.finding import Kind
from serve.answer import CASE_ID
from serve.cases.names import key_of, named
from serve.http.options import MOST_ASKED, Limits
from serve.http.refusal import Refusal, refuse
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.mapping.unknowns import AS_FILES_SAY, SILENCES, Unknowns
from serve.problem import Problem

LONGEST = 200
"""Characters of the longest text a field may hold."""
TYPES: Mapping[Kind, tuple[str, ...]] = {
    "yes_no": ("boolean", "string", "number", "null"),
    "choice": ("string", "null"),
    "number": ("number", "string", "null"),
}
"""The JSON types a finding of each kind may have; null and a blank text are unknown."""
_NAME = ("string", "null")
_JSON = {
    bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object",
    type(None): "null",
}  # fmt: skip
"""The JSON type of what a body is parsed to."""
REMEDIES: Mapping[Kind, str] = {
    "yes_no": 'write true, false, "yes", "no", or leave the field out for unknown',
    "choice": "write one of its values as text, or leave the field out for unknown",
    "number": "write a number, or leave the field out for unknown",
}


def body_schema(vocabulary: Vocabulary, limits: Limits) -> dict[str, Any]:
    """The schema of a body of cases."""
    cases = {"type": "array", "minItems": 1, "maxItems": limits.cases, "items": _case(vocabulary)}
    told = f"Explain each answer; at most {limits.explained_cases} cases."
    explain = {"type": "boolean", "default": False, "description": told}
    silences = {
        name: {"type": "string", "enum": list(SILENCES), "default": default, "description": told}
        for name, default, told in (
            ("blank", AS_FILES_SAY.blank, "How null and an empty text are read."),
            ("absent", AS_FILES_SAY.absent, "How a finding that a case does not name is read."),
        )
    }
    most = {"type": "integer", "minimum": 0, "maximum": MOST_ASKED, "description": "How many "
            "findings to name as what to ask next; left out, what settles open flags, and 5 of "
            "/v1/ask."}  # fmt: skip
    properties = {"cases": cases, "explain": explain, "ask": most, **silences}
    return {
        "type": "object",
        "properties": properties,
        "required": ["cases"],
        "additionalProperties": False,
    }


def _case(vocabulary: Vocabulary) -> dict[str, Any]:
    name = {"type": list(_NAME), "maxLength": LONGEST, "description": "Your name for it."}
    findings = {finding.id: _finding(finding) for finding in vocabulary.findings}
    return {
        "type": "object",
        "properties": {CASE_ID: name, **findings},
        "additionalProperties": False,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    allowed = {
        "yes_no": "true, false, yes or no",
        "choice": ", ".join(finding.values),
        "number": f"{finding.low:g} to {finding.high:g} {finding.unit}" if finding.unit else "",
    }[finding.kind]
    told = f"{finding.question} ({allowed})" if allowed else finding.question
    return {"type": list(TYPES[finding.kind]), "maxLength": LONGEST, "description": told}


# A string of JSON, or one that is never closed: so each byte is looked at once.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


@dataclass(frozen=True)
class CaseList:
    """The cases of a body: cells by the names they came with, and each case's own name."""

    cases: Sequence[Mapping[str, Any]]
    case_ids: Sequence[str | None]
    explain: bool
    unknowns: Unknowns
    ask: int | None
    """How many findings to name as what to ask next; None where the body does not say."""

    def named(self, results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What came of each case, beside its own name."""
        pairs = zip(self.case_ids, results, strict=True)
        return [{"case_id": case_id, **result} for case_id, result in pairs]


class _TwiceError(ValueError):
    """A field that stands twice in one object; its argument is the name."""


def read_cases(
    body: bytes, vocabulary: Vocabulary, limits: Limits, mapping: ColumnMapping = NO_MAPPING
) -> CaseList:
    """The cases of a body. Raises Refusal, with every problem, for one that cannot be used."""
    # Each case opens one brace and the body another: a bound that needs no parsing.
    if (
        body.count(b"{") > limits.cases + 1
        and _STRING.sub(b"", body).count(b"{") > limits.cases + 1
    ):
        raise _too_many(limits.cases)
    content = _parsed(body)
    problems = list(_problems(content, vocabulary, mapping))
    if problems:
        raise Refusal(422, tuple(problems))
    cases, explain = content["cases"], content.get("explain", False)
    most = limits.explained_cases if explain else limits.cases
    if len(cases) > most:
        raise _too_many(most)
    ids = [{key for key in case if _is_id(key, mapping)} for case in cases]
    named = [next((case[key] for key in own), None) for case, own in zip(cases, ids, strict=True)]
    findings = [
        {key: value for key, value in case.items() if key not in own}
        for case, own in zip(cases, ids, strict=True)
    ]
    given = {name: content[name] for name in ("blank", "absent") if name in content}
    unknowns = replace(mapping.unknowns, **given)
    ask = int(content["ask"]) if "ask" in content else None
    return CaseList(findings, named, explain, unknowns, ask)


def _is_id(name: str, mapping: ColumnMapping) -> bool:
    """Whether a field is the case's own id."""
    return name == CASE_ID or (mapping.case_id != CASE_ID and key_of(name) == mapping.case_id)


def _too_many(most: int) -> Refusal:
    remedy = "send them in several requests, or as a file to /v1/score-file"
    return refuse(413, "too_many_cases", f"a body may hold {most} cases", remedy, "cases")


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} of the body is not UTF-8"
        raise refuse(422, "not_utf8", message, "send JSON in UTF-8") from None
    except _TwiceError as error:
        message = f"the field {error.args[0]} stands twice in one object"
        raise refuse(422, "field_twice", message, "delete one of them") from None
    except json.JSONDecodeError as error:
        message = f"the body is not JSON: {error.msg}, line {error.lineno} column {error.colno}"
        raise refuse(422, "not_json", message, 'send {"cases": [{...}]}') from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or endless brackets
        message = "the body is not JSON that can be read"
        raise refuse(422, "not_json", message, 'send {"cases": [{...}]}') from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise _TwiceError(_shown(next(name for name, _ in pairs if times[name] > 1)))
    return made


def _constant(word: str) -> float | None:
    """What Python and pandas write beside JSON: NaN is unknown, and Infinity out of any range."""
    return None if word == "NaN" else math.copysign(math.inf, -1 if word.startswith("-") else 1)


def _problems(content: Any, vocabulary: Vocabulary, mapping: ColumnMapping) -> Iterator[Problem]:
    if not isinstance(content, dict):
        yield _wrong_type("body", content, "an object", 'send {"cases": [{...}]}')
        return
    for name in content:
        if name not in ("cases", "explain", "ask", "blank", "absent"):
            remedy = 'a body is {"cases": [{...}], "explain": true}; findings stand inside a case'
            yield Problem("unknown_field", _shown(name), "there is no such field", remedy)
    if not isinstance(content.get("explain", False), bool):
        remedy = "write true or false, or leave it out"
        yield _wrong_type("explain", content["explain"], "a boolean", remedy)
    ask = content.get("ask", 0)
    number = isinstance(ask, int | float) and not isinstance(ask, bool)
    if not number or ask != ask // 1 or not 0 <= ask <= MOST_ASKED:  # 5.0 is 5, as JSON has it
        remedy = "write how many findings to name, or leave it out"
        yield Problem("bad_value", "ask", f"this is no number from 0 to {MOST_ASKED}", remedy)
    for name in ("blank", "absent"):
        if name in content and content[name] not in SILENCES:
            remedy = f"write {' or '.join(SILENCES)}, or leave it out"
            yield Problem("bad_value", name, f"{content[name]!r} is not a way to read it", remedy)
    cases = content.get("cases")
    if not isinstance(cases, list) or not cases:
        remedy = "give a list of one case or more, each an object of findings"
        yield Problem("no_cases", "cases", "this is not a list of cases", remedy)
        return
    for row, case in enumerate(cases):
        yield from _case_problems(case, f"cases[{row}]", vocabulary, mapping)


def _case_problems(
    case: Any, where: str, vocabulary: Vocabulary, mapping: ColumnMapping
) -> Iterator[Problem]:
    if not isinstance(case, dict):
        yield _wrong_type(where, case, "an object", 'write {"age_years": 67, "site_calf": "yes"}')
        return
    first: dict[str, str] = {}
    for name, value in case.items():
        field = f"{where}.{_shown(name)}"
        if _is_id(name, mapping):
            yield from _value_problems(field, value, _NAME, "write your name for it as text")
            continue
        if mapping.takes(key_of(name)):
            yield from _value_problems(field, value, TYPES["yes_no"], "write text or a number")
            continue
        found = named(name, vocabulary)
        if found is None:
            remedy = "GET /v1/vocabulary lists the findings"
            yield Problem("unknown_field", field, "no finding is called so", remedy)
        elif found.likeness != "near":
            kind = vocabulary.finding(found.finding).kind
            yield from _value_problems(field, value, TYPES[kind], REMEDIES[kind])
            other = first.setdefault(found.finding, name)
            if other != name:
                message = f"this and {_shown(other)} both give {found.finding}"
                yield Problem("finding_twice", field, message, "leave one of them out")


def _value_problems(
    field: str, value: Any, allowed: tuple[str, ...], remedy: str
) -> Iterator[Problem]:
    if _JSON[type(value)] not in allowed:
        yield _wrong_type(field, value, " or ".join(allowed), remedy)
    elif isinstance(value, str) and len(value) > LONGEST:
        message = f"the text has {len(value)} characters, and {LONGEST} are the most"
        yield Problem("too_long", field, message, remedy)


def _wrong_type(field: str, value: Any, wanted: str, remedy: str) -> Problem:
    return Problem(
        "wrong_type", field, f"this is {_JSON[type(value)]}, and must be {wanted}", remedy
    )


def _shown(name: str) -> str:
    """A field's name short enough to tell."""
    return name if len(name) <= 60 else f"{name[:60]}..."
