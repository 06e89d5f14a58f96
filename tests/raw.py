"""HTTP and WebSocket by hand (RFC 9112, RFC 6455): for what a well-behaved client cannot be made to send."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Final

from capserver.protocol.codes import PATH
from tests.live import PATIENCE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_KEY: Final = b"\x11\x22\x33\x44"

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """An HTTP response. `headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: str


def frame(
    opcode: int, data: bytes = b"", *, fin: bool = True, masked: bool = True, declared: int | None = None
) -> bytes:
    """One WebSocket frame; `declared`: a length that is not the data's."""
    length = len(data) if declared is None else declared
    mask_bit = 0x80 if masked else 0
    head = struct.pack("!B", (0x80 if fin else 0) | opcode)
    if length < 126:
        head += struct.pack("!B", mask_bit | length)
    elif length < 1 << 16:
        head += struct.pack("!BH", mask_bit | 126, length)
    else:
        head += struct.pack("!BQ", mask_bit | 127, length)
    if not masked:
        return head + data
    return head + _KEY + bytes(byte ^ key for byte, key in zip(data, cycle(_KEY), strict=False))


def text(value: Any) -> bytes:
    """A text frame that holds a JSON value."""
    return frame(TEXT, json.dumps(value, ensure_ascii=False).encode())


class Raw:
    """A TCP connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._writer.write(data)

    async def request(self, target: str, headers: Headers, method: str = "GET") -> Answer:
        """An HTTP request without a body, and its answer."""
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        self.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1"))
        return await self.answer()

    async def answer(self) -> Answer:
        """The next HTTP response."""
        async with asyncio.timeout(PATIENCE):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *rest = head.rstrip().split("\r\n")
            fields = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
            }
            body = await self._reader.readexactly(int(fields.get("content-length", 0)))
        return Answer(int(first.split()[1]), fields, body.decode())

    async def ended(self) -> bool:
        """Whether the server closes the connection."""
        with suppress(ConnectionResetError):
            async with asyncio.timeout(PATIENCE):
                await self._reader.read()
        return True

    async def frame(self) -> tuple[int, bytes] | None:
        """The next frame's opcode and data; none: the connection is at its end."""
        try:
            async with asyncio.timeout(PATIENCE):
                first, second = await self._reader.readexactly(2)
                length = second & 0x7F
                if length >= 126:
                    size = 2 if length == 126 else 8
                    length = int.from_bytes(await self._reader.readexactly(size), "big")
                return first & 0x0F, await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return None

    async def next(self, kind: str) -> dict[str, Any]:
        """The next message of a type; other ones and control frames are passed over."""
        while True:
            found = await self.frame()
            assert found is not None, f"the connection ended while waiting for {kind}"
            assert found[0] != CLOSE, f"closed with {found[1]!r} while waiting for {kind}"
            if found[0] == TEXT and (message := json.loads(found[1]))["type"] == kind:
                return dict(message)

    async def closed(self) -> int:
        """The code of the close frame; 1006: the connection ended without one."""
        while (found := await self.frame()) is not None:
            if found[0] == CLOSE:
                return int.from_bytes(found[1][:2], "big")
        return 1006


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Raw]:
    """A TCP connection that has sent nothing yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def upgrade(port: int, **changed: str | None) -> list[tuple[str, str]]:
    """The headers of a WebSocket handshake; `origin="…"` adds one, `host=None` leaves one out."""
    headers: dict[str, str | None] = {
        "host": f"127.0.0.1:{port}",
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        **changed,
    }
    return [(name, value) for name, value in headers.items() if value is not None]


@asynccontextmanager
async def upgraded(port: int) -> AsyncIterator[Raw]:
    """A WebSocket that has sent nothing yet."""
    async with connected(port) as raw:
        assert (await raw.request(PATH, upgrade(port))).status == 101
        yield raw


async def get(port: int, target: str, headers: Headers | None = None, method: str = "GET") -> Answer:
    """One request on a connection of its own."""
    async with connected(port) as raw:
        own = [("host", f"127.0.0.1:{port}")] if headers is None else headers
        return await raw.request(target, own, method)
