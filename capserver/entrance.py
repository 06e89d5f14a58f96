"""What every request passes first: is it meant for this server, and may its page speak to us?

`Host` guards against DNS rebinding, `Origin` against pages of others (browsers let any page open a
WebSocket). A program that is no browser sends no `Origin`; for it the token decides.
"""

import logging
import time
from collections.abc import Iterable
from ipaddress import ip_address
from secrets import token_hex
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from capserver.origin import serialised

log = logging.getLogger(__name__)

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Entrance:
    """Refuses foreign hosts and origins with 403; gives each request an id and a line in the log.

    `public` are paths that pages of any origin may read, over HTTP.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str] = (),
        origins: Iterable[str] = (),
        public: Iterable[str] = (),
    ) -> None:
        self._app = app
        self._public = frozenset(public)
        self._hosts = LOOPBACK | {host.lower() for host in hosts}
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            # Where does it end? What stands before us may have read the other one (RFC 9112, section 6.1).
            close = {"Connection": "close"}
            await PlainTextResponse("a body of two lengths\n", 400, close)(scope, receive, send)
            return
        if (problem := self._problem(headers, scope)) is not None:
            await PlainTextResponse(problem + "\n", 403)(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        request_id, started, status = token_hex(8), time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            await send(message)

        await self._app(scope, receive, answer)
        taken = round((time.perf_counter() - started) * 1000, 1)
        extra = {"request": request_id, "path": scope["path"], "status": status, "ms": taken}
        log.debug("a request was answered", extra=extra)

    def _problem(self, headers: Headers, scope: Scope) -> str | None:
        """Why a request is refused; none where it is not."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        if not self._knows(host):
            log.warning("refused: a foreign Host", extra={"host": host[:255], "setting": "[server] hosts"})
            return "this Host is not served here; list it in [server] hosts"
        if not origins or (scope["type"] == "http" and scope["path"] in self._public):
            return None
        if len(origins) > 1:
            return "two Origin headers"
        origin = normal_origin(origins[0])
        if origin is not None and (origin in self._origins or urlsplit(origin).netloc == host):
            return None
        fix = f"--origin {origin}" if origin else "serve the page over http"
        log.warning("refused: a foreign Origin", extra={"origin": origins[0][:255], "to allow it": fix})
        return f"this Origin may not connect; start the server with {fix}"

    def _knows(self, host: str) -> bool:
        """Whether `Host` names this server: a listed name, or an address (no name to rebind)."""
        try:
            url = urlsplit(f"//{host}")
            name = url.hostname or ""
            port_is_number = url.port is not None or ":" not in host.rpartition("]")[2]
        except ValueError:
            return False
        if not port_is_number:
            return False
        bracketed = f"[{name}]" if ":" in name else name
        return bracketed in self._hosts or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def normal_origin(origin: str) -> str | None:
    """An origin in the form in which browsers send it; none for `null` and what is no web origin."""
    made = serialised(origin)
    return made if made is not None and made.startswith(("http://", "https://")) else None
