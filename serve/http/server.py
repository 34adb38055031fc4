"""The server's life: listen, answer, and on a signal finish what was begun."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from ipaddress import ip_address

import uvicorn

from serve.http.app import create_app
from serve.http.options import Options
from serve.problem import Problem, RefusedError

LOG = logging.getLogger("claudico.http")
_CONNECTIONS = 2048  # beyond these even the connection is turned away
_KEPT = 30  # seconds that an idle connection is kept


def serve(options: Options, host: str, port: int) -> None:
    """Answer requests until SIGTERM or SIGINT, then finish those under way.

    Raises RefusedError where nothing can listen there.
    """
    _log_to_stderr()
    app = create_app(options)
    listening = _listen(host, port)
    address, taken = listening.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    if not ip_address(address).is_loopback and options.api_key is None:
        LOG.warning("anyone who reaches %s may ask: no key is set", shown)
    config = uvicorn.Config(
        app,
        access_log=False,  # it would log queries
        limit_concurrency=_CONNECTIONS,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=options.limits.file_seconds,
        timeout_keep_alive=_KEPT,
        ws="none",
    )
    LOG.info("listening on http://%s:%d", shown, taken)
    asyncio.run(_run(uvicorn.Server(config), listening))


async def _run(server: uvicorn.Server, listening: socket.socket) -> None:
    """Run until a signal; unlike `Server.serve`, do not die of it when all is done."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    await server._serve(sockets=[listening])
    LOG.info("stopped")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=_CONNECTIONS)
    except OSError as error:
        message = f"cannot listen there: {error.strerror or error}"
        where = f"--host {host} --port {port}"
        remedy = "choose another port, or stop what uses it"
        raise RefusedError(Problem("cannot_listen", where, message, remedy)) from None
    # Connections inherit it. Without it an answer's body waits 40 ms for the receipt of its head:
    # asyncio sets it only on sockets that were made for TCP by name.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _log_to_stderr() -> None:
    form = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(form)
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
