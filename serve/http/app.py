"""The service: its routes, from a request's first byte behind the gate to the answer's last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from data_gen.vocabulary import load
from serve.answer import NO_MODEL
from serve.http import schemas
from serve.http.batching import MAX_SHARED, QuickLane, SlowLane
from serve.http.csv_response import FileAnswer, FileOptions, Lane, no_temporary_file
from serve.http.json_answers import Answer, Case, answers, asked, fields_read, mapped_header
from serve.http.json_cases import CaseList, read_cases
from serve.http.metrics import Meters
from serve.http.middleware import FILE_ROUTE, LimitsMiddleware, failed, refused
from serve.http.model import Model
from serve.http.openapi import document
from serve.http.options import Options
from serve.http.page.file import add_file_pages
from serve.http.page.routes import CasePages, add_pages
from serve.http.refusal import Refusal, refuse, refused_as_unusable
from serve.mapping.column_mapping import ColumnMapping
from serve.output.made_by import made_by
from serve.output.summary import Summary
from serve.problem import Problem

_LARGE = 1 << 14  # bytes from which a body is parsed aside, so that others are not kept waiting
_ASKED = 5  # questions of a case, where a body does not say how many
_FEW = 4  # cases that are asked about at once: a few milliseconds
_SILENT = "no model answers: overrides alone do, and where none fires that is no all-clear"


class Service:
    """What the routes share."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.vocabulary = load()
        self.model = Model(options, self.vocabulary)
        self.model.open()
        self.meters = Meters()
        self.meters.model_loaded.set_function(lambda: float(self.model.loaded))
        self.quick = QuickLane(
            lambda cases: self._answers(cases, options.mapping), self.meters.together.observe
        )
        self.slow = SlowLane(options.limits.slow_requests)
        chain, limits, mapping = lambda: self.model.chain, options.limits, options.mapping
        self.lane = Lane(chain, self.slow, limits, mapping, self.count)

    async def score(self, body: bytes) -> tuple[CaseList, list[Answer]]:
        """The cases of a body and their answers; Refusal for a body that cannot be used."""
        if len(body) > _LARGE:
            with self.slow.place():
                read = await self.slow.run(lambda: self._read(body))
                return read, await self._aside(read)
        read = self._read(body)
        shared = len(read.cases) <= MAX_SHARED and read.unknowns == self.options.mapping.unknowns
        if shared and not read.explain and not read.ask:
            return read, await self.quick.score(read.cases)
        with self.slow.place():
            return read, await self._aside(read)

    async def _aside(self, read: CaseList) -> list[Answer]:
        mapping = replace(self.options.mapping, unknowns=read.unknowns)
        explained, ask = read.explain, read.ask or 0
        return await self.slow.run(
            lambda: self._answers(read.cases, mapping, explained=explained, ask=ask)
        )

    def _answers(
        self, cases: Sequence[Case], mapping: ColumnMapping, *, explained: bool = False,
        ask: int = 0,
    ) -> list[Answer]:  # fmt: skip
        found = answers(self.model.chain, cases, mapping, explained=explained, ask=ask)
        self.model.silent = all(answer["probabilities"] is None for answer in found)
        return found

    async def ask(self, body: bytes) -> tuple[CaseList, list[Answer]]:
        """The cases of a body and what to ask next of each; Refusal as for `score`."""
        if len(body) <= _LARGE:
            read = self._read(body)
            if len(read.cases) <= _FEW:
                return read, self._asked(read)
        with self.slow.place():
            read = await self.slow.run(lambda: self._read(body))
            return read, await self.slow.run(lambda: self._asked(read))

    def _asked(self, read: CaseList) -> list[Answer]:
        mapping = replace(self.options.mapping, unknowns=read.unknowns)
        count = _ASKED if read.ask is None else read.ask
        return asked(self.model.chain, read.cases, mapping, count)

    def _read(self, body: bytes) -> CaseList:
        mapping = self.options.mapping
        read = read_cases(body, self.vocabulary, self.options.limits, mapping)
        for row, case in enumerate(read.cases if mapping.source else ()):
            with refused_as_unusable():  # before it shares a batch with others
                if case:
                    mapped_header(case, row, self.vocabulary, mapping)
        return read

    def count(self, tally: Summary) -> None:
        """Count scored cases by their triage."""
        for level, cases in tally.triage.items():
            self.meters.triage.labels(level).inc(cases)

    @asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncIterator[None]:
        """Look for a model that is missing; close the lane when all requests are answered."""
        looking = asyncio.create_task(self.model.keep_looking())
        yield
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        self.slow.close()


def create_app(options: Options) -> LimitsMiddleware:
    """The service as an ASGI application; RefusedError for a mix that means nothing."""
    service = Service(options)
    # No pages: those of FastAPI fetch scripts from elsewhere.
    app = FastAPI(title="Claudico", docs_url=None, redoc_url=None, lifespan=service.running)
    gate = LimitsMiddleware(
        app, options.limits, options.api_key, service.meters, pages=options.pages
    )
    _score_routes(app, service)
    _told_routes(app, service, gate)
    if options.pages:
        add_pages(app, CasePages(service.vocabulary, service.lane.chain))
        add_file_pages(app, service.lane, service.vocabulary)
    _handlers(app, pages=options.pages)
    document(app, service.vocabulary, options)
    return gate


def _score_routes(app: FastAPI, service: Service) -> None:
    @app.post("/v1/score", response_model=schemas.ScoreReply)
    async def score(request: Request) -> Response:
        """Score one or many cases."""
        _check_type(request, "application/json")
        read, results = await service.score(await request.body())
        request.scope["cases"] = len(results)
        for answer in results:
            service.meters.triage.labels(answer["triage"]).inc()
        return _json(_reply(service, read, results))

    @app.post("/v1/ask", response_model=schemas.AskReply)
    async def ask(request: Request) -> Response:
        """What to ask next of one or many cases, and why: dangers first."""
        _check_type(request, "application/json")
        read, results = await service.ask(await request.body())
        request.scope["cases"] = len(results)
        return _json({**_state(service), "results": read.named(results)})

    @app.post(FILE_ROUTE)
    async def score_file(request: Request, options: Annotated[FileOptions, Query()]) -> Response:
        """Score a CSV file: its rows come back unchanged, with the columns of the scores."""
        _check_type(request, "text/csv")
        return FileAnswer(service.lane, options)


def _reply(service: Service, read: CaseList, results: list[Answer]) -> Answer:
    state = _state(service)
    silent = state["overrides_only"] or any(answer["probabilities"] is None for answer in results)
    warnings = [_SILENT] if silent else []
    chain = service.model.chain
    mapping = service.options.mapping
    columns = fields_read(read.cases, service.vocabulary, mapping)
    made = made_by(chain.model_version, chain.mix, service.vocabulary, mapping, columns)
    return {**state, "made_by": made, "warnings": warnings, "results": read.named(results)}


def _state(service: Service) -> Answer:
    version = service.model.version
    return {"model_version": version, "overrides_only": version == NO_MODEL}


def _told_routes(app: FastAPI, service: Service, gate: LimitsMiddleware) -> None:
    @app.get("/v1/vocabulary", response_model=schemas.VocabularyReply)
    async def vocabulary() -> Response:
        """Every finding that a case may hold, and every condition that an answer may name."""
        known = service.vocabulary
        findings = [_only(schemas.FindingReply, finding) for finding in known.findings]
        conditions = [
            _only(schemas.ConditionReply, one)
            | {
                name: [line.says for line in getattr(one, name)]
                for name in ("caution", "safety_net")
            }
            for one in known.conditions
        ]
        return _json({"hash": known.hash, "findings": findings, "conditions": conditions})

    @app.get("/v1/model", response_model=schemas.ModelReply)
    async def model() -> Response:
        """The model in use: its version, class mixes, thresholds and libraries."""
        bundle = service.model.chain.bundle
        manifest = bundle.manifest if bundle else {}
        names = ("mix", "prediction_set", "libraries", "data_hash")
        return _json(
            {
                **_state(service),
                "vocabulary_hash": service.vocabulary.hash,
                "conditions": service.vocabulary.condition_ids,
                **{name: manifest.get(name) for name in names},
            }
        )

    @app.head("/health/live", include_in_schema=False)
    @app.get("/health/live", response_model=schemas.Health)
    async def live() -> Response:
        """200 for as long as the process answers."""
        return _json({"status": "live", **_state(service)})

    @app.head("/health/ready", include_in_schema=False)
    @app.get("/health/ready", response_model=schemas.Health)
    async def ready() -> Response:
        """200 where the next request would be taken; also where overrides alone answer."""
        if (reason := no_temporary_file()) is not None:
            return _json({"status": "unready", "reason": reason, **_state(service)}, 503)
        status, word = (503, "busy") if gate.full else (200, "ready")
        return _json({"status": word, **_state(service)}, status)

    @app.get("/metrics")
    async def metrics() -> Response:
        """Counts and times, in the text format of Prometheus."""
        return Response(service.meters.text(), media_type=CONTENT_TYPE_LATEST)


def _only(shape: type[BaseModel], value: Any) -> Answer:
    """The attributes of a value that its shape has."""
    return {name: getattr(value, name) for name in shape.model_fields}


def _check_type(request: Request, wanted: str) -> None:
    """Raise Refusal for another type: no web page can then send a body without being asked for."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        message = f"the content type must be {wanted}"
        raise refuse(415, "content_type", message, f"send the header `Content-Type: {wanted}`")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        remedy = "send it as it is"
        raise refuse(415, "content_encoding", "the body is compressed", remedy)


def _handlers(app: FastAPI, *, pages: bool) -> None:
    @app.exception_handler(Refusal)
    async def told(request: Request, refusal: Refusal) -> Response:
        return refused(refusal, request.scope, pages=pages)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        problems = [
            Problem("bad_query", str(entry["loc"][-1])[:60], entry["msg"], "see /openapi.json")
            for entry in error.errors()
        ]
        return refused(Refusal(422, tuple(problems)), request.scope, pages=pages)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        message, remedy = str(error.detail), "GET /openapi.json lists what there is"
        problem = Problem(message.lower().replace(" ", "_"), "", message, remedy)
        refusal = Refusal(error.status_code, (problem,), error.headers or {})
        return refused(refusal, request.scope, pages=pages)

    @app.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> Response:
        return refused(failed(), request.scope, pages=pages)


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content).encode(), status, media_type="application/json")
