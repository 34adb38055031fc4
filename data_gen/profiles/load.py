"""The knowledge of a folder, read, validated, and returned whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from data_gen.profiles.checks import check_knowledge
from data_gen.profiles.knowledge import KNOWLEDGE, Knowledge
from data_gen.profiles.overlay import laid_over, read_overlay
from data_gen.profiles.problem import KnowledgeError, KnowledgeProblem, problem_in
from data_gen.profiles.refused import schema_problems, without
from data_gen.profiles.schema import Background, Intervals, Mix, Pairs, Profile, Settings
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary import load as load_vocabulary
from data_gen.vocabulary.yaml_lines import YamlError, duplicate_keys, line_of, read_yaml

Model = TypeVar("Model", bound=BaseModel)
_INTERVALS = "intervals.yaml"


def load_knowledge(folder: Path | None = None, learned: Path | None = None) -> Knowledge:
    """The knowledge of a folder, or our own; KnowledgeError lists every mistake at once.

    `learned` is a file of numbers that cases have updated, to be laid over it (`read_overlay`).
    """
    reader = _Reader(folder or KNOWLEDGE)
    knowledge = reader.read()
    problems = [*reader.problems]
    broken = {problem.file for problem in problems}
    for check in check_knowledge(knowledge) if knowledge is not None else ():
        problems += [p for p in check.problems if not (check.whole_files and _concerns(p, broken))]
    if problems or knowledge is None:
        raise KnowledgeError(*problems)
    return knowledge if learned is None else laid_over(knowledge, read_overlay(learned))


def _concerns(problem: KnowledgeProblem, broken: set[str]) -> bool:
    """Whether a problem may come from an entry that could not be read."""
    return bool(broken & {problem.file, "background.yaml", "mix.yaml"})


def _vocabulary_of(folder: Path) -> Vocabulary:
    """The vocabulary beside a knowledge folder, where one is; else that of this installation."""
    beside = folder.resolve().parent / "vocabulary"
    ours = beside == KNOWLEDGE.resolve().parent / "vocabulary"
    if ours or not (beside / "findings.yaml").is_file():
        return load_vocabulary()
    return load_vocabulary(beside)


class _Reader:
    """Reads the files of a folder and gathers what is wrong with them.

    Entries that the schema refuses are reported and left out, so that the rest can be checked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[KnowledgeProblem] = []

    def read(self) -> Knowledge | None:
        vocabulary = _vocabulary_of(self.folder)
        background = self._model("background.yaml", Background)
        settings = self._model("settings.yaml", Settings)
        mix = self._model("mix.yaml", Mix)
        pairs = self._model("pairs.yaml", Pairs)
        profiles = {
            condition: self._model(f"conditions/{condition}.yaml", Profile)
            for condition in vocabulary.condition_ids
        }
        intervals = self._intervals()
        statements = self._by_id("documents.yaml", "statements")
        studies = self._by_id("studies.yaml", "studies")
        found = {key: profile for key, profile in profiles.items() if profile is not None}
        if background is None or settings is None or mix is None or pairs is None:
            return None
        if intervals is None:
            return None
        return Knowledge(
            folder=self.folder,
            vocabulary=vocabulary,
            background=background,
            profiles=found,
            settings=settings,
            mix=mix,
            pairs=pairs.pairs,
            statements=statements,
            studies=studies,
            intervals=intervals,
        )

    def _intervals(self) -> Intervals | None:
        """Those of the folder; ours where it has none, as a knowledge of before has not."""
        if (self.folder / _INTERVALS).is_file():
            return self._model(_INTERVALS, Intervals)
        return Intervals.model_validate(read_yaml(KNOWLEDGE / _INTERVALS))

    def _raw(self, name: str) -> Any:
        path = self.folder / name
        try:
            raw = read_yaml(path)
        except FileNotFoundError:
            self.problems.append(problem_in(name, 1, name, "no such file", "write it"))
            return None
        except YamlError as error:
            self.problems.append(_not_yaml(name, str(error)))
            return None
        for line, key in duplicate_keys(path):
            self.problems.append(problem_in(name, line, key, "written twice", "keep one of them"))
        return raw

    def _model(self, name: str, model: type[Model]) -> Model | None:
        raw = self._raw(name)
        if raw is None:
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems += schema_problems(self.folder, name, error)
            return self._sound_part(raw, model, error)

    def _sound_part(self, raw: Any, model: type[Model], error: ValidationError) -> Model | None:
        """The same without the entries that are wrong, or None where that does not help."""
        try:
            return model.model_validate(without(raw, [item["loc"] for item in error.errors()]))
        except ValidationError:
            return None

    def _by_id(self, name: str, key: str) -> dict[str, Mapping[str, Any]]:
        raw = self._raw(name)
        found: dict[str, Mapping[str, Any]] = {}
        for position, entry in enumerate((raw or {}).get(key, [])):
            row = entry.get("id")
            if row is None or row in found:
                line = line_of(self.folder / name, (key, position))
                value = "has no id" if row is None else "id given twice"
                remedy = "give one" if row is None else "rename one"
                self.problems.append(problem_in(name, line, str(row), value, remedy))
            found[str(row)] = entry
        return found


def _not_yaml(name: str, message: str) -> KnowledgeProblem:
    line = re.search(r":([0-9]+): ", message)
    what, _, remedy = message.rpartition("; ")
    return problem_in(name, int(line[1]) if line else 1, name, what.rpartition(": ")[2], remedy)
