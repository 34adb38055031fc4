"""A CSV file in, the scored CSV out, block by block; every row accounted for.

The body is kept aside until it is whole (on disk beyond a megabyte) and read through once before
the first scored line is sent, so that what is wrong with it is a refusal, never a cut answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import BinaryIO, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from serve.batch.block import BlockScorer, Scored, score_block
from serve.cases.blocks import Cases, read_cases
from serve.cases.csv_records import Block
from serve.cases.csv_rows import BOM, REASONS, Reject, rows_of
from serve.cases.header import Header
from serve.cases.parse import Cache
from serve.cases.source import Source, csv_source
from serve.http.batching import SlowLane
from serve.http.options import MOST_ASKED, Limits
from serve.http.refusal import Refusal, refuse, refused_as_unusable
from serve.mapping.column_mapping import ColumnMapping
from serve.mapping.dialect import DIALECT, Sayable
from serve.mapping.unknowns import AS_FILES_SAY, Silence
from serve.output.csv_lines import header_line
from serve.output.destination import STDOUT
from serve.output.made_by import made_by
from serve.output.summary import Summary
from serve.pipeline import ScoringPipeline
from serve.problem import Problem, RefusedError
from serve.request import Request

WHERE = "body"
_CHUNK = 1 << 18  # bytes of a block: some hundred rows, so that others are not kept waiting
_IN_MEMORY = 1 << 20
_LONGEST_HEADER, _LONGEST_NAMES = 6000, 2000


class DialectOptions(Sayable, BaseModel):
    """How a file is written; what is not said is as usual."""

    model_config = ConfigDict(extra="forbid")


class FileOptions(DialectOptions):
    """How a file is scored."""

    rejects: Literal["refuse", "skip"] = "refuse"
    """What to do where rows have a broken shape: refuse the file and list them, or skip them."""
    explain: bool = False
    ask: int = Field(0, ge=0, le=MOST_ASKED)
    """How many findings to name as what to ask next; 0 for what settles open flags alone."""
    spreadsheet_safe: bool = False
    blank: Silence = AS_FILES_SAY.blank
    """How an empty cell is read."""
    absent: Silence = AS_FILES_SAY.absent
    """How a finding without a column is read."""


@dataclass(frozen=True)
class Lane:
    """What every answer to a file shares: the model in use, limits, and the lane of long work."""

    chain: Callable[[], ScoringPipeline]
    slow: SlowLane
    limits: Limits
    mapping: ColumnMapping
    count: Callable[[Summary], None]


@dataclass(frozen=True)
class Checked:
    """A file that was read through: its header, and how many rows it has."""

    header: Header
    rows: int
    rejects: tuple[Reject, ...]


def no_temporary_file() -> str | None:
    """Why a large file could not be kept while it is scored; None where it could."""
    try:
        with TemporaryFile():
            return None
    except OSError as error:
        said = error.strerror or str(error)
        return f"no temporary file can be written ({said}): set TMPDIR to a folder that can be"


class FileAnswer(Response):
    """The answer to a file; it takes the body itself, once it has a place in the lane."""

    def __init__(self, lane: Lane, options: FileOptions, *, parquet: bool = False) -> None:
        super().__init__(media_type="text/csv")
        chain, mapping = replace(lane.chain(), cache=Cache()), lane.mapping
        self._chain = chain.told(explain=options.explain, ask=options.ask)
        self._lane, self._slow = lane, lane.slow
        self._options = options
        said = options.model_dump(exclude_unset=True)
        silences = {name: said[name] for name in ("blank", "absent") if name in said}
        unknowns = replace(mapping.unknowns, **silences)
        with refused_as_unusable():
            written = mapping.written({name: said.get(name) for name in DIALECT})
        self._request = Request(
            WHERE, STDOUT, explain=options.explain, ask=options.ask, mapped_by="",
            mapping=replace(written, unknowns=unknowns),
            spreadsheet_safe=options.spreadsheet_safe,
        )  # fmt: skip
        self._parquet = parquet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the file, check it, and send it back scored."""
        with self._slow.place(), SpooledTemporaryFile(_IN_MEMORY) as kept:
            stream = cast("BinaryIO", kept)
            await _keep(receive, stream, self._lane.limits.file_rows)
            with refused_as_unusable():
                checked = await self._slow.run(lambda: self._check(stream))
            if checked.rejects and self._options.rejects == "refuse":
                raise Refusal(422, tuple(map(_reject_problem, checked.rejects)))
            if self._options.explain and checked.rows > self._lane.limits.explained_rows:
                raise _too_many_explained(self._lane.limits.explained_rows)
            scope["cases"] = checked.rows
            gone = asyncio.create_task(_gone(receive))
            try:
                await self._send(stream, checked, send, gone)
            finally:
                gone.cancel()
                with suppress(asyncio.CancelledError):
                    await gone

    def _check(self, stream: BinaryIO) -> Checked:
        cases = self._read(stream)
        rows, rejects = 0, list[Reject]()
        for block in cases.items:
            if not isinstance(block, Block):
                rows += block.num_rows
                if rows > self._lane.limits.file_rows:
                    raise _too_many(self._lane.limits.file_rows)
                continue
            header = cases.header_text.removeprefix(BOM)
            found = rows_of(block, len(cases.header.names), WHERE, header)
            rows += len(found.texts)
            rejects += found.rejects
        return Checked(cases.header, rows, tuple(rejects))

    def _read(self, stream: BinaryIO) -> Cases:
        stream.seek(0)
        first = stream.read(1 << 16)
        if first.startswith(b"PAR1") and self._parquet:
            stream.seek(0)
            return read_cases(Source(WHERE, "parquet", stream, b"", None), self._request.match)
        if first.startswith(b"PAR1"):
            remedy = "save the table as CSV; `python -m serve score` reads Parquet"
            raise RefusedError(Problem("not_csv", f"{WHERE}, byte 1", "this is Parquet", remedy))
        source = csv_source(WHERE, stream, first, None, self._request.mapping.dialect)
        return read_cases(source, self._request.match, _CHUNK)

    async def _send(
        self, stream: BinaryIO, checked: Checked, send: Send, gone: asyncio.Task[None]
    ) -> None:
        cases = await self._slow.run(lambda: self._read(stream))
        request, text = self._request, cases.header_text
        worker = BlockScorer(request, checked.header, WHERE, text.removeprefix(BOM), self._chain)
        await send(_start(self._told(checked)))
        await send(_part(header_line(text, request.outputs, safe=request.spreadsheet_safe)))
        while not gone.done() and (scored := await self._slow.run(lambda: _next(worker, cases))):
            self._lane.count(scored.tally)
            await send(_part(cast("bytes", scored.payload)))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _told(self, checked: Checked) -> dict[str, str]:
        header, chain = checked.header, self._chain
        made = made_by(chain.model_version, chain.mix, chain.vocabulary, self._request.mapping, {})
        return {
            "content-type": "text/csv; charset=utf-8",
            "claudico-rows-scored": str(checked.rows),
            "claudico-rows-rejected": str(len(checked.rejects)),
            "claudico-model-version": self._chain.model_version,
            "claudico-overrides-only": "no" if self._chain.bundle else "yes",
            "claudico-warnings": _list(
                [str(warning) for warning in header.warnings], _LONGEST_HEADER,
                "columns more; the column `issues` names each in the rows it fills",
            ),
            "claudico-made-by": json.dumps(made),
            "claudico-columns-read": _list(header.read, _LONGEST_NAMES, "more"),
            "claudico-columns-not-read": _list(header.not_read, _LONGEST_NAMES, "more"),
        }  # fmt: skip


def _list(texts: Sequence[str], room: int, more: str) -> str:
    """Texts as a header: each whole, in as many bytes as proxies let pass; the rest are counted."""
    told = []
    for text in texts:
        room -= len(json.dumps(text)) + 2
        if room < 0:
            break
        told.append(text)
    if rest := len(texts) - len(told):
        told.append(f"and {rest} {more}")
    return json.dumps(told)


def _too_many_explained(most: int) -> Refusal:
    message = f"a file that asks for explanations may have {most} rows"
    remedy = "send it in parts, or without ?explain=true"
    return refuse(413, "too_many_rows", message, remedy, WHERE)


def _too_many(most: int) -> Refusal:
    remedy = "send it in parts, or use `python -m serve score`"
    return refuse(413, "too_many_rows", f"a file may have {most} rows", remedy, WHERE)


async def _keep(receive: Receive, stream: BinaryIO, most: int) -> None:
    """Put the whole body into the stream; Refusal once it has too many lines."""
    lines, more, binary = 0, True, False
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise refuse(400, "body_cut", "the body ended early", "send it again")
        part = message.get("body", b"")
        binary = binary or (not stream.tell() and part.startswith(b"PAR1"))
        lines += 0 if binary else part.count(b"\n")
        if lines > most + 1:
            raise _too_many(most)
        stream.write(part)
        more = message.get("more_body", False)


async def _gone(receive: Receive) -> None:
    """Return once the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _next(worker: BlockScorer, cases: Cases) -> Scored | None:
    block = next(cases.items, None)
    return None if block is None else score_block(worker, block)


def _reject_problem(reject: Reject) -> Problem:
    remedy = "mend the row, or send the file with ?rejects=skip"
    return Problem(reject.code, f"{WHERE}, line {reject.line}", REASONS[reject.code], remedy)


def _start(headers: dict[str, str]) -> Message:
    pairs = [(name.encode(), text.encode()) for name, text in headers.items()]
    return {"type": "http.response.start", "status": 200, "headers": pairs}


def _part(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}
