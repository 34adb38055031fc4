"""A scored file, read block by block into counts and a sample of its probabilities."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary, load
from serve.answer import FINAL, JOIN
from serve.batch.pool import map_ordered, workers_for
from serve.cases.arrow_columns import coded_values
from serve.cases.blocks import read_cases
from serve.cases.csv_records import Block
from serve.cases.csv_rows import BOM, REASONS, coded, coded_columns, rows_of
from serve.cases.header import Header, match_header
from serve.cases.names import key_of
from serve.cases.parse import Cache, parse_cases
from serve.cases.source import STDIN, Source, open_source
from serve.dictionary_column import DictionaryColumn
from serve.issues import quoted_name
from serve.mapping.column_mapping import ColumnMapping
from serve.mapping.dialect import PLAIN
from serve.output.made_by import KEY
from serve.problem import Problem, RefusedError
from serve.report.outcome import Matrix, outcome_of
from serve.report.tally import BINS, WORDS, Sample, Tally

Texts = Mapping[int, DictionaryColumn[str]]
_CHUNK = 1 << 22  # bytes of a block
_DIGITS = 3  # of a number that is counted
_COMPONENTS = "likely_components"


@dataclass(frozen=True)
class Columns:
    """The places of what is looked at in a scored file; None for a column that it lacks."""

    header: Header
    words: Mapping[str, int]
    """Of what is counted by its words, by the names of WORDS."""
    probabilities: tuple[int, ...]
    """Of the conditions in their order; nothing where the file has none."""
    novelty: int | None
    prediction_set: int | None
    final: int | None

    @property
    def texts(self) -> list[int]:
        """The places of columns of text."""
        own = [*self.header.used, *self.words.values(), self.final]
        own += [self.prediction_set] if self.final is not None else []
        return list(dict.fromkeys(place for place in own if place is not None))

    @property
    def numbers(self) -> list[int]:
        """The places of columns of numbers."""
        return [*self.probabilities, *([] if self.novelty is None else [self.novelty])]


@dataclass
class ScoredFile:
    """What a scored file comes to."""

    where: str
    columns: Columns
    tally: Tally
    sample: Sample = field(default_factory=Sample)
    """(n_kept, n_conditions + 1) probabilities of the rows that were answered, and novelty."""
    mix: str | None = None
    """The mix of its scores, where the file says it."""

    @property
    def asked(self) -> frozenset[int]:
        """The findings that have a column, by theirs in the vocabulary."""
        header = self.columns.header
        own = {reader.finding.column for _, reader in header.readings}
        return frozenset(own | {one.finding.column for _, one in header.derived})


def read_scored(path: str, mapping: ColumnMapping, workers: int | None = None) -> ScoredFile:
    """The counts of a scored CSV or Parquet file, or of `-`; its rows are read once, in blocks.

    `mapping` says how the columns of the cases are read, as it did when they were scored. Raises
    RefusedError for a file that was not scored, or whose rows are broken, with the line.
    """
    vocabulary, found = load(), []

    def match(names: Sequence[str], where: str) -> Header:
        found.append(columns_of(names, where, mapping, vocabulary))
        return found[0].header

    with open_source(path, PLAIN) as source:
        cases = read_cases(source, match, _CHUNK)
        given = found[0], source.where, cases.header_text.removeprefix(BOM)
        file = ScoredFile(source.where, found[0], Tally(len(vocabulary.findings)))
        file.mix = _own_mix(path, source)
        items = _numbered(cases.items)
        for tally, kept in map_ordered(
            count_block, prepare, given, items, workers_for(source.size, workers)
        ):
            file.tally.add(tally)
            file.sample.add(kept)
    return file


def columns_of(
    names: Sequence[str], where: str, mapping: ColumnMapping, vocabulary: Vocabulary
) -> Columns:
    """What stands where in a file with these columns; RefusedError for one that was not scored."""
    header = match_header(names, where, vocabulary, mapping, scored=True)
    places = {key_of(name): place for place, name in reversed([*enumerate(names)])}
    told = {"component": _COMPONENTS, "issue": "issues"}
    words = {w: places[told.get(w, w)] for w in WORDS if told.get(w, w) in places}
    needed = [f"p_{condition}" for condition in vocabulary.condition_ids]
    missing = [name for name in needed if name not in places]
    if "triage" not in words or 0 < len(missing) < len(needed):
        lacks = "triage" if "triage" not in words else missing[0]
        message = f"it has no column {lacks!r}: this is no scored file"
        remedy = "give what `python -m serve score` wrote, with its columns `triage` and `p_*`"
        raise RefusedError(Problem("not_scored", where, message, remedy))
    return Columns(
        header, words, () if missing else tuple(places[name] for name in needed),
        places.get("novelty"), places.get("prediction_set"), places.get(FINAL),
    )  # fmt: skip


def _own_mix(path: str, source: Source) -> str | None:
    """The mix that a Parquet file says it was scored under."""
    if source.kind != "parquet" or path == STDIN:
        return None
    held = (pq.read_schema(path).metadata or {}).get(KEY.encode())
    try:
        mix = json.loads(held or b"{}").get("mix")
    except (ValueError, AttributeError):
        mix = None
    return mix if isinstance(mix, str) else None


def _numbered(items: Iterator[Block | pa.RecordBatch]) -> Iterator[tuple[int, Any]]:
    """The blocks, each with the number of rows of Parquet before it."""
    before = 0
    for item in items:
        yield before, item
        before += 0 if isinstance(item, Block) else item.num_rows


@dataclass(frozen=True)
class _Counter:
    """What counts the blocks of one file."""

    columns: Columns
    where: str
    header_text: bytes
    vocabulary: Vocabulary
    cache: Cache = field(default_factory=Cache)


def prepare(given: tuple[Columns, str, bytes]) -> _Counter:
    """What counts the blocks of a file."""
    return _Counter(*given, load())


def count_block(
    counter: _Counter, numbered: tuple[int, Block | pa.RecordBatch]
) -> tuple[Tally, npt.NDArray[np.float32]]:
    """The counts of a block, and probabilities and novelty of the rows that were answered."""
    before, block = numbered
    if isinstance(block, Block):
        n, texts, numbers = _of_text(counter, block)
    else:
        n, texts, numbers = _of_batch(counter, block, before)
    columns, vocabulary = counter.columns, counter.vocabulary
    tally = Tally(len(vocabulary.findings), rows=n)
    for kind, place in columns.words.items():
        tally.count(kind, _words(kind, texts[place]))
    _count_findings(
        tally, parse_cases(texts, columns.header, n, vocabulary, counter.cache).values, vocabulary
    )
    nothing = np.full(n, np.nan)
    novelty = nothing if columns.novelty is None else numbers[columns.novelty]
    known = novelty[np.isfinite(novelty)]
    tally.novelty += np.histogram(known, BINS, (0.0, 1.0))[0]
    tally.novelty_sum += float(known.sum())
    if not columns.probabilities:
        return tally, np.zeros((0, len(vocabulary.conditions) + 1), np.float32)
    told = np.stack([numbers[place] for place in columns.probabilities], axis=1)
    if columns.final is not None:
        sets = None if columns.prediction_set is None else texts[columns.prediction_set].each()
        triage = texts[columns.words["triage"]].each()
        tally.outcome = outcome_of(texts[columns.final].each(), told, triage, sets, vocabulary)
    answered = np.isfinite(told).all(axis=1)
    kept = np.column_stack([told, novelty])[answered]
    return tally, kept.astype(np.float32)


def _words(kind: str, column: DictionaryColumn[str]) -> Counter[str]:
    """How many rows have each word; of issues, each code."""
    out = Counter[str]()
    for text, n in column.counts():
        if not text or not n:
            continue
        if kind == "issue":
            for code in _codes(text):
                out[code] += n
        elif kind == "component":
            out[text.split(JOIN)[0].rpartition(" ")[0] or text] += n
        elif kind == "triage" and text not in TRIAGE_LEVELS:
            out["(no level)"] += n
        else:
            out[text] += n
    return out


def _codes(text: str) -> set[str]:
    try:
        return {str(issue["code"]) for issue in json.loads(text)}
    except (ValueError, KeyError, TypeError):
        return {"(unreadable)"}


def _count_findings(tally: Tally, values: Matrix, vocabulary: Vocabulary) -> None:
    known = np.isfinite(values)
    tally.filled += known.sum(axis=0)
    for finding in vocabulary.findings:
        if not tally.filled[finding.column]:
            continue
        own = values[known[:, finding.column], finding.column]
        if finding.kind == "yes_no":
            tally.present[finding.column] += int(np.count_nonzero(own))
            continue
        met, rows = np.unique(_rounded(own), return_counts=True)
        tally.values[finding.column] = Counter(dict(zip(met.tolist(), rows.tolist(), strict=True)))


def _rounded(values: Matrix) -> Matrix:
    """Numbers to so many digits that few are different."""
    with np.errstate(divide="ignore"):
        size = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    step = 10.0 ** (size - _DIGITS + 1)
    return np.asarray(np.round(np.rint(values / step) * step, 12))


def _of_batch(
    counter: _Counter, batch: pa.RecordBatch, before: int
) -> tuple[int, Texts, Mapping[int, Matrix]]:
    header = counter.columns.header
    texts = {p: coded_values(batch.column(p), header.names[p]) for p in counter.columns.texts}
    numbers = {}
    for place in counter.columns.numbers:
        column = batch.column(place)
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            numbers[place] = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        else:
            told = coded_values(column, header.names[place])
            numbers[place] = _floats(told, place, counter, lambda row: f"row {before + row + 1}")
    return batch.num_rows, texts, numbers


def _of_text(counter: _Counter, block: Block) -> tuple[int, Texts, Mapping[int, Matrix]]:
    """The columns of a block of CSV, by Arrow where nothing is odd, else cell by cell."""
    quick = _parsed(counter, block)
    if quick is not None:
        return quick
    header, columns = counter.columns.header, counter.columns
    rows = rows_of(block, len(header.names), counter.where, counter.header_text)
    for reject in rows.rejects:
        spot = f"{counter.where}, line {reject.line}"
        remedy = "score the cases again: no row that scoring writes is broken"
        raise RefusedError(Problem(reject.code, spot, REASONS[reject.code], remedy))
    texts = coded_columns(rows, len(header.names), [*columns.texts, *columns.numbers])
    numbers = {
        place: _floats(texts[place], place, counter, lambda row: f"line {rows.lines[row]}")
        for place in columns.numbers
    }
    return len(rows.texts), texts, numbers


def _parsed(counter: _Counter, block: Block) -> tuple[int, Texts, Mapping[int, Matrix]] | None:
    """The same by Arrow; None where it finds anything odd."""
    columns = counter.columns
    if any(record.broken for record in block.records):
        return None
    lines = block.lines or b"".join(record.text + b"\n" for record in block.records)
    if not lines:
        return None
    names = [str(place) for place in range(len(columns.header.names))]
    types = {str(place): pa.dictionary(pa.int32(), pa.string()) for place in columns.texts}
    types |= {str(place): pa.float64() for place in columns.numbers}
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(lines),
            pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(lines) + 1),
            pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            pa_csv.ConvertOptions(
                include_columns=list(types), column_types=types, strings_can_be_null=False,
                null_values=[""],
            ),
        )  # fmt: skip
    except pa.ArrowException:
        return None
    texts = {place: coded(table.column(str(place))) for place in columns.texts}
    numbers = {
        place: table.column(str(place)).to_numpy(zero_copy_only=False) for place in columns.numbers
    }
    return table.num_rows, texts, numbers


def _floats(column: DictionaryColumn[str], place: int, counter: _Counter, spot: Any) -> Matrix:
    """The numbers of a column of texts, NaN for a blank; RefusedError with the line for others."""
    values = np.full(len(column.values), np.nan)
    for code, text in enumerate(column.values):
        try:
            values[code] = float(text) if text.strip() else np.nan
        except ValueError:
            row = int(np.flatnonzero(column.codes == code)[0])
            name = quoted_name(counter.columns.header.names[place])
            message = f"column {name} holds {text[:40]!r}, which is no number"
            where = f"{counter.where}, {spot(row)}"
            raise RefusedError(
                Problem("bad_score", where, message, "score the cases again")
            ) from None
    return values[column.codes]
