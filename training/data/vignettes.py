"""Vignettes: sampled cases with their exact posterior and the hidden states behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data_gen.sampler import Origin, origin_of
from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.table import values_from_table
from serve.problem import Problem, RefusedError
from training.data.features import Cases, encoded

Names = npt.NDArray[np.object_]
_COMPONENT = "component"
_LATENT = ("setting", "vascular", "metabolic", "degenerative", "athletic")
_SAMPLE_AGAIN = "sample it again (`python -m data_gen sample`)"
_SHARE = "component:"
_TOLERANCE = 1e-6
_SHARE_TOLERANCE = 1e-3  # a file leaves out what is below a millionth, of each of some hundred


@dataclass(frozen=True)
class Answered:
    """Completed, encoded cases with the exact answer to each. Every array has a row a case."""

    cases: Cases  # (n_cases, n_findings), -1 for blank, -2 for not asked
    label: npt.NDArray[np.int64]  # (n_cases,) place of the condition in the vocabulary
    exact: npt.NDArray[np.float64]  # (n_cases, n_conditions) exact posterior
    needs: npt.NDArray[np.int64] | None = field(default=None, kw_only=True)
    """(n_cases,) the level that the component of each needs, where it is known."""

    def __len__(self) -> int:
        return len(self.label)


@dataclass(frozen=True)
class Vignettes(Answered):
    """The same with the hidden states behind them."""

    log_evidence: npt.NDArray[np.float64]  # (n_cases,)
    component: Names  # (n_cases,) condition/presentation, +condition/presentation of a second one
    latent: dict[str, Names]  # the other hidden states
    components: dict[str, int]  # name of each component, and the place of its condition
    posterior: npt.NDArray[np.float32]  # (n_cases, n_components), in the order of `components`


def read_vignettes(
    cases: Path, truth: Path, vocabulary: Vocabulary, expected: Origin | None = None
) -> Vignettes:
    """The vignettes of two Parquet files that `python -m data_gen sample` wrote.

    Raises RefusedError, with every problem at once, for files that are missing or no Parquet, drawn
    from anything else than what is `expected`, an unknown column or condition, a condition without
    a case, values that are not finite, or a truth that belongs to other cases.
    """
    case_table, truth_table = _read(cases), _read(truth, _wanted)
    problems = [
        *_origin_problems(case_table, cases, expected),
        *_origin_problems(truth_table, truth, expected),
        *_column_problems(case_table, cases, vocabulary),
        *_condition_problems(case_table, cases, vocabulary),
        *_truth_problems(case_table, truth_table, truth, vocabulary),
    ]
    if problems:
        raise RefusedError(*problems)
    values = _values(case_table, cases, vocabulary)
    ids = vocabulary.condition_ids
    place = {name: code for code, name in enumerate(ids)}
    held = [name for name in truth_table.column_names if name.startswith(_SHARE)]
    return Vignettes(
        cases=encoded(values, vocabulary),
        label=np.array([place[name] for name in _names(case_table, "condition")]),
        exact=np.stack([truth_table[f"p_{name}"].to_numpy() for name in ids], axis=1),
        log_evidence=truth_table["log_evidence"].to_numpy(),
        component=_names(truth_table, _COMPONENT),
        latent={name: _names(truth_table, name) for name in _LATENT},
        components={_plain(name): place[_plain(name).split("/")[0]] for name in held},
        posterior=np.stack([truth_table[name].to_numpy() for name in held], axis=1),
    )


def hash_of_files(*paths: Path) -> str:
    """SHA-256 over the content of files, in the order given; of text, however its lines end.

    A file with a zero byte, as any Parquet has, is no text, whatever its name.
    """
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        if b"\0" not in content:
            content = content.replace(b"\r\n", b"\n")
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _wanted(column: str) -> bool:
    """Whether a column of a truth file is read: not why each blank cell is blank."""
    return not column.startswith("blank_")


def _read(path: Path, wanted: Callable[[str], bool] = lambda _: True) -> pa.Table:
    try:
        file = pq.ParquetFile(path)
        return file.read([name for name in file.schema_arrow.names if wanted(name)])
    except (OSError, pa.ArrowException) as error:
        message = str(error).splitlines()[0]
        raise RefusedError(Problem("not_parquet", str(path), message, _SAMPLE_AGAIN)) from None


def _names(table: pa.Table, column: str) -> Names:
    return np.array(table[column].to_pylist(), dtype=object)


def _plain(column: str) -> str:
    """The name of the component whose posterior a column holds."""
    return column.removeprefix(_SHARE)


def _values(table: pa.Table, path: Path, vocabulary: Vocabulary) -> npt.NDArray[np.float64]:
    try:
        values = values_from_table(table, vocabulary)
    except ValueError as error:
        raise RefusedError(Problem("bad_word", str(path), str(error), _SAMPLE_AGAIN)) from None
    columns = np.flatnonzero(np.isposinf(values).any(axis=0))
    if len(columns):
        names = ", ".join(vocabulary.finding_ids[column] for column in columns)
        message = f"infinite values in {names}"
        raise RefusedError(Problem("infinite", str(path), message, "correct or blank the cells"))
    return values


_MEANS = {
    "knowledge_hash": "knowledge",
    "vocabulary_hash": "vocabulary",
    "mix": "class mix",
    "seed": "seed",
    "rows": "number of rows",
    "complete": "records being complete",
    "forms": "what is asked being drawn",
}


def _origin_problems(table: pa.Table, path: Path, expected: Origin | None) -> Iterator[Problem]:
    """What a file says of itself, or holds, and should not."""
    if expected is None:
        return
    found = origin_of(table.schema.metadata)
    if found is None:
        message = "it does not say which knowledge, seed and mix it was drawn from"
        yield Problem("no_origin", str(path), message, _SAMPLE_AGAIN)
        return
    if len(table) != found.rows:
        message = f"it holds {len(table)} rows, and says it was written with {found.rows}"
        yield Problem("cut_short", str(path), message, _SAMPLE_AGAIN)
    for name, means in _MEANS.items():
        own, wanted = (str(getattr(origin, name))[:12] for origin in (found, expected))
        if getattr(found, name) != getattr(expected, name):
            message = f"{means}: drawn with {own}, but {wanted} is asked for"
            remedy = "run `dvc repro`, or sample it again as params.yaml and the knowledge now say"
            yield Problem(f"other_{name.removesuffix('_hash')}", str(path), message, remedy)


def _column_problems(table: pa.Table, path: Path, vocabulary: Vocabulary) -> Iterator[Problem]:
    expected = {"case_id", "condition", *vocabulary.finding_ids}
    found = set(table.column_names)
    remedy = f"{_SAMPLE_AGAIN}: it was made for another vocabulary"
    if found - expected:
        message = f"unknown columns: {_listed(found - expected)}"
        yield Problem("unknown_column", str(path), message, remedy)
    if expected - found:
        message = f"columns are missing: {_listed(expected - found)}"
        yield Problem("missing_column", str(path), message, remedy)


def _condition_problems(table: pa.Table, path: Path, vocabulary: Vocabulary) -> Iterator[Problem]:
    if "condition" not in table.column_names:
        return
    found = {str(name) for name in table["condition"].unique().to_pylist()}
    known = set(vocabulary.condition_ids)
    if found - known:
        message = f"unknown conditions: {_listed(found - known)}"
        yield Problem("unknown_condition", str(path), message, _SAMPLE_AGAIN)
    if known - found:
        message = f"no case of {_listed(known - found)}"
        yield Problem("empty_class", str(path), message, "sample more rows, or mend the mix")


def _truth_problems(
    cases: pa.Table, truth: pa.Table, path: Path, vocabulary: Vocabulary
) -> Iterator[Problem]:
    posterior = [f"p_{name}" for name in vocabulary.condition_ids]
    wanted = {*posterior, "case_id", "condition", "log_evidence", _COMPONENT, *_LATENT}
    missing = wanted - set(truth.column_names)
    if not any(name.startswith(_SHARE) for name in truth.column_names):
        missing |= {f"{_SHARE}<condition>/<presentation>"}
    if missing:
        message = f"columns are missing: {_listed(missing)}"
        yield Problem("missing_column", str(path), message, _SAMPLE_AGAIN)
        return
    if "case_id" in cases.column_names and not cases["case_id"].equals(truth["case_id"]):
        yield Problem("other_cases", str(path), "it describes other cases", _SAMPLE_AGAIN)
    exact = np.stack([truth[name].to_numpy() for name in posterior], axis=1)
    if not np.allclose(exact.sum(axis=1), 1.0, atol=_TOLERANCE):
        message = "posteriors that are not finite or do not sum to 1"
        yield Problem("bad_posterior", str(path), message, _SAMPLE_AGAIN)
    yield from _share_problems(truth, path, vocabulary)


def _share_problems(truth: pa.Table, path: Path, vocabulary: Vocabulary) -> Iterator[Problem]:
    shares = [name for name in truth.column_names if name.startswith(_SHARE)]
    strange = {_plain(name) for name in shares}
    strange = {name for name in strange if name.split("/")[0] not in vocabulary.condition_ids}
    if strange:
        message = f"posteriors of unknown conditions: {_listed(strange)}"
        yield Problem("unknown_condition", str(path), message, _SAMPLE_AGAIN)
    unnamed = set(_names(truth, _COMPONENT).tolist()) - {_plain(name) for name in shares}
    if unnamed:
        message = f"no posterior of {_listed(unnamed)}"
        yield Problem("missing_column", str(path), message, _SAMPLE_AGAIN)
    total = sum(truth[name].to_numpy() for name in shares)
    if not np.allclose(total, 1.0, atol=_SHARE_TOLERANCE):
        message = "posteriors of presentations that are not finite or do not sum to 1"
        yield Problem("bad_posterior", str(path), message, _SAMPLE_AGAIN)


def _listed(names: set[str], shown: int = 5) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - shown} more" if len(ordered) > shown else ""
    return ", ".join(ordered[:shown]) + more
