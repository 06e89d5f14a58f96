"""uvicorn, with the settings that our sockets need."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.supervisors import ChangeReload

from capserver.config import Settings
from capserver.resource import ON_SHUTDOWN

log = logging.getLogger("capserver")

HEADER_SECONDS: Final = 5.0
"""From the TCP connection to the end of its first HTTP header."""


def config(app: ASGIApp | str, settings: Settings, **more: Any) -> uvicorn.Config:
    """How uvicorn serves `app`; `more`: further settings of uvicorn's."""
    limits, server = settings.limits, settings.server
    sizes = (limits.frame_bytes, limits.manifest_bytes)
    proxies = list(server.trusted_proxies)
    return uvicorn.Config(
        app,
        host=server.host,
        port=server.port,
        http=_Header,
        ws=_Protocol,
        ws_max_size=max(sizes) if all(sizes) else 2**31,
        ws_ping_interval=server.heartbeat_interval,
        ws_ping_timeout=server.heartbeat_timeout,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=max(1, int(server.drain_seconds)),
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="on",
        **more,
    )


def run(app: ASGIApp, settings: Settings, sockets: Sequence[socket.socket] | None = None) -> None:
    """Serve until a signal. Says where, once it listens."""
    server = _Server(config(app, settings))
    server.run(sockets=list(sockets) if sockets else None)


def run_reloading(factory: str, settings: Settings, folder: Path) -> None:
    """Serve what `factory` makes, anew whenever a file of `folder` changes. For development."""
    served = config(factory, settings, factory=True, reload=True, reload_dirs=[str(folder)])
    ChangeReload(served, target=_Server(served).run, sockets=[served.bind_socket()]).run()


class _Impatient(asyncio.Protocol):
    """A peer that takes nothing would be waited for for ever: here it is cut in a heartbeat's time."""

    loop: asyncio.AbstractEventLoop
    config: uvicorn.Config
    transport: asyncio.Transport
    _cut: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        seconds = (self.config.ws_ping_interval or 0.0) + (self.config.ws_ping_timeout or 0.0)
        self._cut = self.loop.call_later(seconds, self._abort)

    def resume_writing(self) -> None:
        self._keep()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep()
        super().connection_lost(exc)

    def _abort(self) -> None:
        peer = self.transport.get_extra_info("peername")
        log.warning("a peer took nothing to the end: it is aborted", extra={"client": str(peer)})
        self.transport.abort()

    def _keep(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None


class _Header(_Impatient, H11Protocol):
    """uvicorn's, which would wait for a header for ever: here the first one has to come in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _give_up(self) -> None:
        begun: object = self.cycle  # none yet, whatever its annotation says
        if begun is None and self.transport.get_protocol() is self:
            self.transport.abort()

    def shutdown(self) -> None:
        """End what would never end by itself; other answers have their time."""
        super().shutdown()
        begun: Any = self.cycle
        if begun is not None and (end := begun.scope.get(ON_SHUTDOWN)) is not None:
            end()


class _Protocol(_Impatient, WebSocketsSansIOProtocol):
    """uvicorn's, in whose sockets frames would wait."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        accepted = transport.get_extra_info("socket")
        if accepted.family in (socket.AF_INET, socket.AF_INET6):
            # asyncio does so only where the listening socket names its protocol; frames would wait (40 ms).
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # it was refused and told so: no mistake for uvicorn's error log


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 (a signal handler's)
        """Stop; a second Ctrl+C waits for nothing. uvicorn would let the signal kill the process afterwards:
        to stop when asked to is no failure.
        """
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in self.servers:
            for each in listening.sockets:
                host, port = each.getsockname()[:2]
                name = f"[{host}]" if ":" in host else host
                log.info(f"listening: http://{name}:{port} (page), ws://{name}:{port}/v1/ws (clients)")
        _spare_what_stays()


def _spare_what_stays() -> None:
    """Leave all that was loaded out of garbage collection, and look at the rest seldom.

    One full collection of what a server holds stops its loop for up to a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)
