"""uvicorn, with the settings that our sockets need."""

import logging
import socket
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp

from capserver.config import Settings

log = logging.getLogger("capserver")


def config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves `app`."""
    limits, server = settings.limits, settings.server
    largest = max(limits.frame_bytes, limits.manifest_bytes)
    proxies = list(server.trusted_proxies)
    return uvicorn.Config(
        app,
        host=server.host,
        port=server.port,
        ws="websockets-sansio",
        ws_max_size=largest or 2**31,
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
    )


def run(app: ASGIApp, settings: Settings, sockets: Sequence[socket.socket] | None = None) -> None:
    """Serve until a signal. Says where, once it listens."""
    server = _Server(config(app, settings))
    server.run(sockets=list(sockets) if sockets else None)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in self.servers:
            for each in listening.sockets:
                host, port = each.getsockname()[:2]
                name = f"[{host}]" if ":" in host else host
                log.info(f"listening: http://{name}:{port} (page), ws://{name}:{port}/v1/ws (clients)")
