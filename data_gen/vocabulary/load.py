"""The vocabulary of the project, read once from its three files."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from data_gen.vocabulary.condition import Advice, Condition
from data_gen.vocabulary.finding import Finding
from data_gen.vocabulary.problem import Problem, RefusedError
from data_gen.vocabulary.relation import (
    Alternatives,
    Applies,
    AtMost,
    Derived,
    Implication,
    RecordedAs,
    Relations,
    Statement,
)
from data_gen.vocabulary.yaml_lines import read_yaml

_HERE = Path(__file__).parent
Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Findings, conditions and relations: the contract for a case. Compare by `hash`."""

    findings: tuple[Finding, ...]
    conditions: tuple[Condition, ...]
    relations: Relations

    @cached_property
    def finding_ids(self) -> tuple[str, ...]:
        """The ids of the findings, in the order of the columns."""
        return tuple(finding.id for finding in self.findings)

    @cached_property
    def condition_ids(self) -> tuple[str, ...]:
        """The ids of the conditions, in the order of every probability table."""
        return tuple(condition.id for condition in self.conditions)

    @cached_property
    def _by_id(self) -> Mapping[str, Finding]:
        return {finding.id: finding for finding in self.findings}

    @cached_property
    def _condition_by_id(self) -> Mapping[str, Condition]:
        return {condition.id: condition for condition in self.conditions}

    def finding(self, finding_id: str) -> Finding:
        """The finding of that id; KeyError names the nearest one otherwise."""
        return _lookup(self._by_id, finding_id, "finding")

    def condition(self, condition_id: str) -> Condition:
        """The condition of that id; KeyError names the nearest one otherwise."""
        return _lookup(self._condition_by_id, condition_id, "condition")

    def column(self, finding_id: str) -> int:
        """The column of a finding in every matrix of cases."""
        return self.finding(finding_id).column

    @cached_property
    def hash(self) -> str:
        """SHA-256 over what a model depends on: ids, kinds, values, conditions, relations."""
        content = {
            "findings": [[f.id, f.kind, f.values, f.low, f.high] for f in self.findings],
            "conditions": self.condition_ids,
            "relations": asdict(self.relations),
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _lookup(table: Mapping[str, Item], key: str, what: str) -> Item:
    if key in table:
        return table[key]
    near = difflib.get_close_matches(key, table, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise KeyError(f"no {what} is called {key!r}{hint}")


@lru_cache(maxsize=1)
def load(folder: Path = _HERE) -> Vocabulary:
    """The vocabulary of this installation, or of another folder."""
    entries = read_yaml(folder / "findings.yaml")["findings"]
    findings = tuple(_finding(entry, column) for column, entry in enumerate(entries))
    conditions = tuple(map(_condition, read_yaml(folder / "conditions.yaml")["conditions"]))
    relations = _relations(read_yaml(folder / "relations.yaml"), {f.id: f for f in findings})
    return Vocabulary(findings, conditions, relations)


def _finding(entry: dict[str, Any], column: int) -> Finding:
    given = partial(_given, entry, file="findings.yaml")
    kind = given("kind")
    low, high = map(float, given("values")) if kind == "number" else (None, None)
    return Finding(
        id=given("id"),
        kind=kind,
        column=column,
        asked=given("asked"),
        meaning=given("meaning"),
        question=given("question"),
        values=tuple(given("values")) if kind == "choice" else (),
        low=low,
        high=high,
        unit=entry.get("unit", ""),
        phrases=tuple(_phrases(given, kind).items()),
    )


def _phrases(given: Callable[[str], Any], kind: str) -> dict[str, str]:
    if kind == "yes_no":
        return {"present": given("present"), "absent": given("absent")}
    if kind == "number":
        return {"number": given("phrase")}
    return dict(given("phrases"))


def _condition(entry: dict[str, Any]) -> Condition:
    given = partial(_given, entry, file="conditions.yaml")
    held = {field.name: _frozen(given(field.name)) for field in fields(Condition)}
    for name in ("caution", "safety_net"):
        held[name] = tuple(_advice(entry["id"], name, line) for line in held[name])
    return Condition(**held)


def _advice(condition: str, name: str, line: Any) -> Advice:
    """One line of advice; RefusedError where it is no text with the statements behind it."""
    if isinstance(line, dict) and set(line) in ({"says"}, {"says", "cite"}):
        return Advice(line["says"], _frozen(line.get("cite", [])))
    where = f"conditions.yaml: {condition}: {name}"
    remedy = "write `- says: ...`, with `cite: [...]` below it where a document says so"
    raise RefusedError(Problem("advice", where, f"{line!r} is no advice", remedy))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _given(entry: dict[str, Any], name: str, file: str) -> Any:
    """What an entry says under a name; RefusedError where it says nothing."""
    if name not in entry:
        where = f"{file}: {entry.get('id', 'an entry without id')}"
        raise RefusedError(Problem("missing", where, f"{name} is missing", "give it"))
    return entry[name]


def _relations(raw: Any, findings: Mapping[str, Finding]) -> Relations:
    implications = []
    for entry in raw["implies"]:
        if_, then = _literal(entry["if"], findings), _literal(entry["then"], findings)
        implications.append(Implication(if_, then, f"{if_.finding} implies {then.finding}"))
    for first, second in raw["excludes"]:
        left, right = _literal(first, findings), _literal(second, findings)
        text = f"{left.finding} and {right.finding} exclude each other"
        implications.append(Implication(left, right.opposite(), text))
    return Relations(
        implications=tuple(implications),
        derived=tuple(_derived(entry) for entry in raw["derived"]),
        applies=tuple(Applies(entry["finding"], entry["only_if"]) for entry in raw["applies"]),
        at_most=tuple(AtMost(entry["finding"], entry["than"]) for entry in raw["at_most"]),
        alternatives=tuple(
            Alternatives(entry["first"], entry["second"], float(entry["factor"]))
            for entry in raw["alternatives"]
        ),
        recorded_as=tuple(_recorded_as(entry, findings) for entry in raw["recorded_as"]),
    )


def _derived(entry: dict[str, Any]) -> Derived:
    test: Literal["at_least", "below"] = "at_least" if "at_least" in entry else "below"
    return Derived(entry["finding"], entry["from"], test, float(entry[test]))


def _recorded_as(entry: dict[str, Any], findings: Mapping[str, Finding]) -> RecordedAs:
    finding = findings[entry["finding"]]
    means = tuple(finding.code(value) for value in entry["means"])
    return RecordedAs(finding.id, finding.code(entry["value"]), means)


def _literal(raw: dict[str, Any], findings: Mapping[str, Finding]) -> Statement:
    ((finding_id, value),) = raw.items()
    if isinstance(value, dict):
        ((test, bound),) = value.items()
        return Statement(finding_id, test, float(bound))
    return Statement(finding_id, "is", findings[finding_id].code(value))
