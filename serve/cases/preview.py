"""The first thousand rows of a mapped file: whether its columns can be what the mapping says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import numpy as np
import pyarrow as pa

from data_gen.vocabulary import load
from serve.cases.arrow_columns import used_columns, without_blank_rows
from serve.cases.csv_records import Block
from serve.cases.csv_rows import coded_columns, rows_of
from serve.cases.header import Header
from serve.cases.parse import UNREAD, Cache, Matrix, ParsedCases, parse_cases
from serve.issues import quoted_name
from serve.problem import Problem, RefusedError

ROWS = 1000
"""So many rows are looked at before the first is scored."""
MIDDLES: Mapping[str, tuple[float, float]] = {
    "age_years": (1, 100),
    "bmi": (14, 50),
    "temperature_c": (34.5, 41),
    "abi": (0.2, 2),
    "calf_difference_cm": (0, 12),
}
"""Between what numbers the middle of a column lies, whoever the people are: few have a body mass
index of 75, and most a weight in kilograms near it."""
_FEW = 5  # filled cells below which a column says nothing of itself
_MOST = 0.8  # of the filled cells, which cannot be read in a column that is something else


def previewed(
    items: Iterator[Block | pa.RecordBatch], header: Header, where: str
) -> Iterator[Block | pa.RecordBatch]:
    """The same blocks; RefusedError where a mapped column holds what its finding cannot be."""
    if not header.mapped:
        return items
    seen, found, rows = [], list[ParsedCases](), 0
    for item in items:
        seen.append(item)
        found.append(_parsed(item, header, where))
        rows += len(found[-1].values)
        if rows >= ROWS:
            break
    check_values(found, header, where)
    return chain(seen, items)


def check_values(blocks: Iterable[ParsedCases], header: Header, where: str) -> None:
    """Raise RefusedError, with every column, where values cannot be those of their findings."""
    bad: dict[str, list[str]] = {}
    values = []
    for block in blocks:
        values.append(block.values)
        for issue in chain.from_iterable(block.issues.values()):
            if issue.code in UNREAD:
                bad.setdefault(issue.finding, []).append(issue.message)
    problems = list(_problems(np.concatenate(values)[:ROWS], bad, header, where)) if values else []
    if problems:
        raise RefusedError(*problems)


def _problems(
    values: Matrix, bad: Mapping[str, list[str]], header: Header, where: str
) -> Iterator[Problem]:
    for finding, column, name in _mapped(header):
        known = values[:, column][np.isfinite(values[:, column])]
        unread = bad.get(finding, [])
        spot = f"{where}, {name}"
        remedy = "say its unit or words in the mapping, map another column, or `ignore` this one"
        filled = len(known) + len(unread)
        if filled >= _FEW and len(unread) >= _MOST * filled:
            message = f"{len(unread)} of {filled} filled cells are no {finding}, as {unread[0]}"
            yield Problem("impossible_values", spot, message, remedy)
        elif len(known) >= _FEW and finding in MIDDLES:
            low, high = MIDDLES[finding]
            middle = float(np.median(known))
            if not low <= middle <= high:
                message = (
                    f"half of its values are beyond {middle:g}, which is no {finding} of a group "
                    f"of people ({low:g} to {high:g})"
                )
                yield Problem("impossible_values", spot, message, remedy)


def _mapped(header: Header) -> Iterator[tuple[str, int, str]]:
    """The findings that are read: id, place in the matrix, and which columns give each."""
    for place, reading in header.readings:
        name = f"column {quoted_name(header.names[place])}"
        yield reading.finding.id, reading.finding.column, name
    for places, one in header.derived:
        names = ", ".join(quoted_name(header.names[place]) for place in places)
        yield one.finding.id, one.finding.column, f"columns {names}"


def _parsed(item: Block | pa.RecordBatch, header: Header, where: str) -> ParsedCases:
    if isinstance(item, Block):
        rows = rows_of(item, len(header.names), where)
        columns = coded_columns(rows, len(header.names), list(header.used))
        return parse_cases(columns, header, len(rows.texts), load(), Cache())
    batch, _ = without_blank_rows(item)
    return parse_cases(used_columns(batch, header), header, batch.num_rows, load(), Cache())
