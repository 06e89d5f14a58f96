"""`/v1/ws`: from a WebSocket handshake to a session that runs. Plain ASGI, one call a socket."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from capserver.connection import Connection, Observer
from capserver.errors import FirstFrameError, FrameError
from capserver.hub import Admitted, Arrival, Hub
from capserver.inputs import Input
from capserver.ledger import error_frame
from capserver.protocol.codes import SUBPROTOCOL, CloseCode, ErrorCode
from capserver.protocol.server import encode
from capserver.rates import Bucket
from capserver.resource import Problem
from capserver.session import Session
from capserver.worker import Worker

log = logging.getLogger(__name__)

BIG: Final = 32768
"""Characters from which on a first frame is prepared beside the loop."""

ADDRESSES: Final = 4096


class Socket:
    """One WebSocket of an ASGI server, as a connection sees it."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def receive(self) -> str | bytes | int:
        """The next frame; bytes for a binary one; the close code once there are no more."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            code: int = message.get("code") or 1005
            return code
        text: str | None = message.get("text")
        return text if text is not None else bytes(message["bytes"])

    async def send(self, text: str) -> None:
        """Write a frame. Raises OSError where the socket is gone."""
        await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str) -> None:
        """Close the socket. It may be closed already."""
        try:
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except (OSError, RuntimeError) as error:
            log.debug("a socket was closed before us", extra={"why": type(error).__name__})


class Endpoint:
    """Admits sockets to the hub and drives their sessions."""

    def __init__(self, hub: Hub, worker: Worker, observers: Sequence[Observer]) -> None:
        self._hub = hub
        self._worker = worker
        self._observers = observers
        self._connections: dict[str, Connection] = {}
        self._rates: OrderedDict[str, Bucket] = OrderedDict()
        hub.drive = self._drive

    def _drive(self, session: Session, given: Input, _now: float) -> None:
        self._connections[session.id].take(given)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it is gone."""
        address = scope["client"][0] if scope.get("client") else ""
        refusal = self._refusal(scope, address)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await receive()
        offered = SUBPROTOCOL if scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": offered})
        socket = Socket(receive, send)
        arrival = Arrival(address, _profile(scope), time.time())
        admitted = await self._greet(socket, arrival)
        if admitted is not None:
            await self._connection(admitted.session).run(socket, admitted.inputs)

    def _refusal(self, scope: Scope, address: str) -> Response | None:
        """The answer to a handshake that is not accepted."""
        offered = scope["subprotocols"]
        if offered and SUBPROTOCOL not in offered:
            return Problem(400, "no subprotocol in common", f"this server speaks {SUBPROTOCOL}").response
        wait = self._handshake_wait(address)
        if wait:
            retry = {"Retry-After": str(int(wait) + 1)}
            detail = "limits.handshakes_per_second"
            return Problem(429, "too many handshakes", detail, headers=retry).response
        return None

    def _handshake_wait(self, address: str) -> float:
        now = asyncio.get_running_loop().time()
        rate = self._hub.terms.limits.handshakes_per_second
        bucket = self._rates.pop(address, None) or Bucket(rate, max(rate, 1.0), now)
        self._rates[address] = bucket
        if len(self._rates) > ADDRESSES:
            self._rates.popitem(last=False)
        return bucket.take(now)

    async def _greet(self, socket: Socket, arrival: Arrival) -> Admitted | None:
        """Wait for a first frame that opens a session; none where the socket was closed instead."""
        seconds = self._hub.terms.limits.manifest_seconds
        try:
            async with asyncio.timeout(seconds or None):
                return await self._first_frame(socket, arrival)
        except TimeoutError:
            message = f"no manifest came within {seconds:g} s (limits.manifest_seconds)"
            await _refuse(socket, FirstFrameError(CloseCode.NO_MANIFEST, ErrorCode.TIMEOUT, message))
        except FirstFrameError as error:
            await _refuse(socket, error)
        return None

    async def _first_frame(self, socket: Socket, arrival: Arrival) -> Admitted | None:
        while not isinstance(frame := await socket.receive(), int):
            try:
                return await self._admit(frame, arrival)
            except FirstFrameError:
                raise
            except FrameError as error:
                await _tell(socket, error)
        return None

    async def _admit(self, frame: str | bytes, arrival: Arrival) -> Admitted:
        if isinstance(frame, bytes):
            raise FirstFrameError(
                CloseCode.BAD_MANIFEST, ErrorCode.INVALID_FRAME, "frames are text, never binary"
            )
        if len(frame) > BIG:
            prepared = await asyncio.to_thread(self._hub.prepare, frame)
        else:
            prepared = self._hub.prepare(frame)
        return self._hub.admit(prepared, arrival, asyncio.get_running_loop().time())

    def _connection(self, session: Session) -> Connection:
        connection = self._connections.get(session.id)
        if connection is None:
            connection = self._connections[session.id] = Connection(
                session,
                self._worker,
                allowed=lambda token: self._hub.gate.principal(token) == session.principal,
                on_over=self._over,
                observers=self._observers,
                outbox_bytes=self._hub.terms.limits.outbox_bytes,
                write_seconds=self._hub.terms.heartbeat.timeout,
            )
        return connection

    def _over(self, session: Session) -> None:
        if self._connections.pop(session.id, None) is not None:
            self._hub.bury(session)

    async def stop(self) -> None:
        """End all planning; for the end of the process."""
        await asyncio.gather(*(connection.stop() for connection in self._connections.values()))


async def _tell(socket: Socket, error: FrameError) -> None:
    with suppress(OSError):  # the socket is gone: who reads from it hears of that
        await socket.send(encode(error_frame(error)))


async def _refuse(socket: Socket, error: FirstFrameError) -> None:
    await _tell(socket, error)
    await socket.close(error.close, error.message[:100])


def _profile(scope: Scope) -> str | None:
    found = parse_qs(scope["query_string"].decode("latin-1")).get("profile")
    return found[0] if found else None
