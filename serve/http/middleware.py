"""What every request passes first: its id, its key, its limits; and what is logged and counted.

The gate refuses before anything is parsed. It logs ids, routes, statuses and times, never a word of
a body, of a query or of an error's message: any of them could hold a finding.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import logging
import re
import secrets
import time
import traceback
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.http.metrics import Meters
from serve.http.options import Limits
from serve.http.page.rendering import is_page, refused_page
from serve.http.refusal import Refusal, refusal_body, refuse

LOG = logging.getLogger("claudico.http")
FILE_ROUTE = "/v1/score-file"
FILE_ROUTES = frozenset({FILE_ROUTE, "/file/check", "/file/summary", "/file/scored"})
"""Those that take a file, and have its limits."""
ID_HEADER = "x-request-id"
_PREFIX = secrets.token_hex(4)
_NUMBER = itertools.count(1)
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_OPEN = "/health/"  # answered without a key, and at any load
_METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")


@dataclass
class Exchange:
    """One request and its answer, as far as they have come."""

    id: str
    limit: int
    """Bytes its body may have."""
    started: float = field(default_factory=time.perf_counter)
    received: int = 0
    whole: bool = False
    """Whether all of the body has come."""
    status: int = 0
    finished: bool = False

    async def take(self, receive: Receive) -> Message:
        """The next part of the request; Refusal once there is more of it than may be."""
        message = await receive()
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self.received > self.limit:
                raise too_large(self.limit)
        return message

    async def give(self, send: Send, message: Message) -> None:
        """Send a part of the answer, the request's id among its headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            named = (ID_HEADER.encode(), self.id.encode())
            message = {**message, "headers": [*message.get("headers", ()), named]}
        elif message["type"] == "http.response.body":
            self.finished = not message.get("more_body", False)
        await send(message)


class LimitsMiddleware:
    """The application behind its gate."""

    def __init__(
        self, app: ASGIApp, limits: Limits, key: str | None, meters: Meters, *, pages: bool
    ) -> None:
        self._app = app
        self._limits = limits
        self._key = None if key is None else _digest(key.encode())
        self._meters = meters
        self._pages = pages
        self._under_way = 0

    @property
    def full(self) -> bool:
        """Whether the next request would be told to come again."""
        return self._under_way >= self._limits.requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limits.file_bytes if _is_file(scope) else self._limits.body_bytes
        exchange = Exchange(_request_id(scope), limit)
        scope["request_id"] = exchange.id
        try:
            refusal = self._refusal(scope, exchange)
            if refusal is None:
                refusal = await self._admitted(scope, receive, send, exchange)
            if refusal is not None and not exchange.status:
                answer = refused(refusal, scope, pages=self._pages)
                await answer(scope, receive, lambda message: exchange.give(send, message))
        finally:
            self._tell(scope, exchange)

    def _refusal(self, scope: Scope, exchange: Exchange) -> Refusal | None:
        """Why the request is refused by its first lines alone."""
        if scope["path"].startswith(_OPEN):
            return None
        if not self._may_enter(scope):
            remedy = "send the header `Authorization: Bearer KEY`"
            return refuse(401, "no_key", "the key is missing or wrong", remedy,
                          WWW_Authenticate="Bearer")  # fmt: skip
        length = _header(scope, b"content-length") or b"0"
        if length.isdigit() and int(length[:20]) > exchange.limit:
            return too_large(exchange.limit)
        if self.full:
            message = f"{self._limits.requests} requests are under way"
            return refuse(503, "busy", message, "send it again in a moment", Retry_After="1")
        return None

    def _may_enter(self, scope: Scope) -> bool:
        if self._key is None:
            return True
        scheme, _, given = (_header(scope, b"authorization") or b"").partition(b" ")
        # Digests have one length, and their comparison takes one time: neither tells of the key.
        same = hmac.compare_digest(_digest(given.strip()), self._key)
        return same and scheme.lower() == b"bearer"

    async def _admitted(
        self, scope: Scope, receive: Receive, send: Send, exchange: Exchange
    ) -> Refusal | None:
        counted = not scope["path"].startswith(_OPEN)
        self._under_way += counted
        self._meters.under_way.set(self._under_way)
        seconds = self._limits.file_seconds if _is_file(scope) else self._limits.seconds
        try:
            async with asyncio.timeout(seconds):
                await self._app(
                    scope, lambda: exchange.take(receive), lambda m: exchange.give(send, m)
                )
        except TimeoutError:
            return _too_slow(seconds, whole=exchange.whole)
        except Refusal as refusal:
            return refusal
        except Exception as error:
            LOG.error("failed id=%s %s", exchange.id, _where(error))
            return failed()
        finally:
            self._under_way -= counted
            self._meters.under_way.set(self._under_way)
        return None

    def _tell(self, scope: Scope, exchange: Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = str(exchange.status) if exchange.finished else "cut"
        self._meters.requests.labels(route, status).inc()
        self._meters.seconds.labels(route).observe(seconds)
        LOG.info(
            "request id=%s method=%s route=%s status=%s cases=%s ms=%.1f",
            exchange.id, method, route, status, scope.get("cases", "-"), seconds * 1000,
        )  # fmt: skip


def too_large(limit: int) -> Refusal:
    """The refusal of a body with more bytes than may be."""
    message = f"the body is larger than {limit} bytes"
    return refuse(413, "body_too_large", message, "send it in parts", Connection="close")


def failed() -> Refusal:
    """The refusal where our own code failed."""
    remedy = "tell whoever runs the service the request id"
    return refuse(500, "failed", "the request could not be answered", remedy)


def _too_slow(seconds: int, *, whole: bool) -> Refusal:
    if whole:
        message, remedy = f"no answer within {seconds} s", "send fewer cases at once"
        return refuse(503, "too_slow", message, remedy, Retry_After="5")
    message = f"the body did not come within {seconds} s"
    return refuse(408, "body_too_slow", message, "send it again", Connection="close")


def refused(refusal: Refusal, scope: Scope, *, pages: bool) -> Response:
    """The answer of a refusal: a page where one was asked for, else JSON."""
    if pages and is_page(scope["path"]):
        return refused_page(refusal, scope["path"])
    body = refusal_body(refusal, scope["request_id"])
    return Response(body, refusal.status, refusal.headers, "application/json")


def _is_file(scope: Scope) -> bool:
    return scope["path"] in FILE_ROUTES


def _request_id(scope: Scope) -> str:
    """The id that the caller gave, where it is fit for a log, or a new one."""
    given = _header(scope, ID_HEADER.encode())
    return given.decode() if given and _ID.fullmatch(given) else f"{_PREFIX}-{next(_NUMBER):x}"


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key == name), None)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def _where(error: Exception) -> str:
    """The kind of an error and the lines it came through, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    lines = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {lines}"
