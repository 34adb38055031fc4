"""A report from files: read, assess, compare, and write what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_gen.vocabulary import load
from serve.mapping.column_mapping import NO_MAPPING, ColumnMapping
from serve.model.bundle import Verified, verify_bundle
from serve.model.mixes import check_mix
from serve.problem import Problem, RefusedError
from serve.report.assessment import Assessment, assess, warnings
from serve.report.change import changes, departures
from serve.report.expected import Expected
from serve.report.facts import Beside, facts
from serve.report.reading import read_scored

BUNDLE = "bundle"
"""The reference that is no file, but what the bundle was made for."""


@dataclass(frozen=True)
class Asked:
    """What is to be reported, and beside what."""

    scored: str
    reference: str | None = None
    bundle: Path | None = None
    mix: str | None = None
    """Under which it was scored; None where the file says it, or for training."""
    reference_mix: str | None = None
    mapping: ColumnMapping = NO_MAPPING
    workers: int | None = None


def report(asked: Asked) -> dict[str, Any]:
    """The facts of a scored file, beside a reference where one is given.

    Raises RefusedError for a file that was not scored or a bundle that cannot be used.
    """
    vocabulary = load()
    for mix in (asked.mix, asked.reference_mix):
        if mix is not None:
            check_mix(mix, vocabulary)
    bundle = None if asked.bundle is None else verify_bundle(asked.bundle, vocabulary)
    if asked.reference == BUNDLE and bundle is None:
        remedy = "give its folder with --model, or train one (`dvc repro`)"
        raise RefusedError(Problem("no_bundle", "--reference bundle", "there is no bundle", remedy))
    found = assess(
        read_scored(asked.scored, asked.mapping, asked.workers), asked.mix, bundle, vocabulary
    )
    expected = _expected(found, bundle)
    told = list(warnings(found, bundle))
    if asked.reference is None:
        return facts(found, None, expected, told, vocabulary)
    if asked.reference == BUNDLE:
        beside = Beside("the bundle", departures(found, expected, vocabulary))
        return facts(found, beside, expected, told, vocabulary)
    file = read_scored(asked.reference, asked.mapping, asked.workers)
    other = assess(file, asked.reference_mix, bundle, vocabulary)
    told += [*warnings(other, bundle), *_other_models(other, found)]
    beside = Beside(Path(file.where).name, changes(other, found, vocabulary), other)
    return facts(found, beside, expected, told, vocabulary)


def _expected(found: Assessment, bundle: Verified | None) -> Expected | None:
    if bundle is None or found.mix is None:
        return None
    return Expected.under(bundle, found.within, found.mix.share, load())


def _other_models(before: Assessment, after: Assessment) -> list[str]:
    first, second = (a.file.tally.words["model_version"] for a in (before, after))
    if not first or not second or {*first} == {*second}:
        return []
    return ["the two files were scored by different models: what changed may be the models' doing"]


def words(told: Mapping[str, Any], page: str | None) -> list[str]:
    """What came of a report, a sentence a line."""
    lines = [f"warning: {warning}" for warning in told["warnings"]]
    reference = told["reference"]
    if reference is not None:
        flagged = told["flagged"]
        lines += [
            f"changed: {c['kind']} {c['name']}: {c['before']:.3g} -> {c['after']:.3g} "
            f"(p {c['p_value']:.2g})"
            for c in flagged
        ]
        lines.append(
            f"beside {reference['name']}, {len(flagged)} of {reference['looked_at']} things that "
            "were looked at differ beyond chance"
        )
    if told["outcome"]:
        right = told["outcome"]["top_1"]["share"]
        lines.append(f"right first answers: {right:.0%} of {told['outcome']['rows']} rows")
    return [*lines, f"{told['rows']} rows are reported{f' in {page}' if page else ''}"]
