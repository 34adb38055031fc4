"""A file on a page: looked at before it is scored, its summary, and the scored file."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, BinaryIO, NamedTuple, cast
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.batch.block import BlockScorer, Scored, score_block
from serve.cases.csv_rows import BOM
from serve.http.csv_response import WHERE, Checked, DialectOptions, FileAnswer, FileOptions, Lane
from serve.http.page.rendering import HEADERS, page
from serve.http.page.upload import Upload
from serve.mapping.dialect import DECIMALS, DELIMITERS, DIALECT
from serve.output.summary import Summary

PAGE, CHECK, SUMMARY, SCORED = "/file", "/file/check", "/file/summary", "/file/scored"
Written = Annotated[DialectOptions, Query()]
_CHOICES = (
    ("delimiter", "Between cells", [name for name in DELIMITERS if name.isalpha()]),
    ("decimal", "Before decimals", DECIMALS),
    ("encoding", "Characters", ("utf-8", "utf-16", "cp1252", "latin-1")),
)
"""What can be said of how a file is written: its name, what a person reads, and the values."""
_BINS = 10  # of novelty
_TOLD = 50  # columns and rows of broken shape that are named


class Bar(NamedTuple):
    """A bar of a plot: what it counts, how many, and its part of the longest."""

    name: str
    number: int
    part: float


class _FilePage(FileAnswer):
    """The answer to a file that stands in a form; broken rows are told, and the rest is scored."""

    def __init__(self, lane: Lane, dialect: DialectOptions, *, columns: str | None = None) -> None:
        options = FileOptions(rejects="skip", ask=0, **dialect.model_dump(exclude_unset=True))
        super().__init__(lane, options, parquet=True)
        self._request = replace(self._request, columns_out=columns)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the file out of its form, and go on as with any file."""
        given = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
        await super().__call__(scope, Upload(receive, given).receive, send)


class CheckPage(_FilePage):
    """What a file's columns are read as, and what is wrong with it; nothing is scored."""

    async def _send(
        self,
        stream: BinaryIO,  # noqa: ARG002 what is told was read before
        checked: Checked,
        send: Send,
        gone: asyncio.Task[None],  # noqa: ARG002
    ) -> None:
        header = checked.header
        read = [(header.names[place], reading.finding) for place, reading in header.readings]
        shown = page(
            "check.html", framed=True, rows=checked.rows, read=read, not_read=header.not_read,
            warnings=header.warnings, rejects=checked.rejects, told=_TOLD,
        )  # fmt: skip
        await shown({"type": "http"}, _nothing, send)


class SummaryPage(_FilePage):
    """The counts of a scored file, with plots."""

    def __init__(self, lane: Lane, dialect: DialectOptions, vocabulary: Vocabulary) -> None:
        super().__init__(lane, dialect, columns="top_condition,novelty")
        self._vocabulary = vocabulary

    async def _send(
        self, stream: BinaryIO, checked: Checked, send: Send, gone: asyncio.Task[None]
    ) -> None:
        cases = await self._slow.run(lambda: self._read(stream))
        text = cases.header_text.removeprefix(BOM)
        worker = BlockScorer(self._request, checked.header, WHERE, text, self._chain)
        counted = _Counted(Summary(), Counter(), Counter())
        items = iter(cases.items)
        while not gone.done() and (block := next(items, None)) is not None:
            counted.add(await self._slow.run(partial(score_block, worker, block)))
        self._lane.count(counted.tally)
        names = {one.id: one.name for one in self._vocabulary.conditions}
        levels = [(level, counted.tally.triage[level]) for level in TRIAGE_LEVELS]
        shown = page(
            "summary.html", framed=True, tally=counted.tally, rejected=len(checked.rejects),
            version=self._chain.model_version, triage=bars(levels),
            conditions=bars([(names[k], n) for k, n in counted.conditions.most_common()]),
            issues=bars(counted.tally.issues.most_common()),
            novelty=bars([(_bin(k), counted.novelty[k]) for k in range(_BINS)]),
        )  # fmt: skip
        await shown({"type": "http"}, _nothing, send)


class ScoredFile(_FilePage):
    """The scored file, to keep."""

    def _told(self, checked: Checked) -> dict[str, str]:
        named = {"content-disposition": 'attachment; filename="scored.csv"'}
        return {**super()._told(checked), **HEADERS, **named}


@dataclass(frozen=True)
class _Counted:
    tally: Summary
    conditions: Counter[str]
    novelty: Counter[int]

    def add(self, scored: Scored) -> None:
        """Count a block, whose text is top condition and novelty alone."""
        self.tally.add(scored.tally)
        for line in cast("bytes", scored.payload).decode().splitlines():
            condition, _, novelty = line.partition(",")
            self.conditions.update([condition] if condition else [])
            self.novelty.update([min(int(float(novelty) * _BINS), _BINS - 1)] if novelty else [])


def bars(counts: Sequence[tuple[str, int]]) -> list[Bar]:
    """The bars of a plot, the longest of them whole."""
    longest = max((count for _, count in counts), default=0) or 1
    return [Bar(name, count, count / longest) for name, count in counts]


def _bin(place: int) -> str:
    return f"{place / _BINS:.1f} to {(place + 1) / _BINS:.1f}"


async def _nothing() -> dict[str, str]:
    return {"type": "http.disconnect"}


def add_file_pages(app: FastAPI, lane: Lane, vocabulary: Vocabulary) -> None:
    """Give an application the pages of a file, which take its dialect from their address."""

    @app.get(PAGE, include_in_schema=False)
    async def opened(request: Request) -> Response:
        limits = lane.limits
        said = {name: text for name in DIALECT if (text := request.query_params.get(name))}
        return page(
            "file.html", megabytes=limits.file_bytes >> 20, rows=limits.file_rows, said=said,
            dialect=f"?{urlencode(said)}" if said else "", choices=_CHOICES,
        )  # fmt: skip

    @app.post(CHECK, include_in_schema=False)
    async def checked(dialect: Written) -> Response:
        return CheckPage(lane, dialect)

    @app.post(SUMMARY, include_in_schema=False)
    async def summed(dialect: Written) -> Response:
        return SummaryPage(lane, dialect, vocabulary)

    @app.post(SCORED, include_in_schema=False)
    async def scored(dialect: Written) -> Response:
        return ScoredFile(lane, dialect)
