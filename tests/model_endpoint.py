"""A small HTTP server that speaks the Messages API's stream, and misbehaves as told. For tests and bench.

    async with ModelEndpoint() as endpoint:
        endpoint.script(message("Hi!", Call("wave", {"times": 2})))
        ...                                     # a client talks to endpoint.url
        endpoint.requests[0].body["messages"]

A script is a list of steps, one answer. Each request takes the next script; the last one serves all that
follow. A step is an event (a dict with `type`, written as a server-sent event), `Raw` bytes, `Wait`, or an
end: `Silence`, `Reset`, `Cut`, or a `Status` (an error response, the only step). Without one the body ends
properly.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Self

Event = Mapping[str, Any]

_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)
_PATIENCE: Final = 20.0
_GOLDEN: Final = 0.618034
"""Spreads streams that begin together: models do not write in step either."""


@dataclass(frozen=True)
class Raw:
    """Bytes of the body, as they are."""

    data: bytes


@dataclass(frozen=True)
class Status:
    """An error response instead of a stream."""

    status: int
    kind: str = "api_error"
    message: str = "an error"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Silence:
    """Nothing more comes, until the client closes."""


@dataclass(frozen=True)
class Reset:
    """The connection is reset (RST), which overtakes what was not read yet: a `Wait` before it helps."""


@dataclass(frozen=True)
class Cut:
    """The connection is closed in the middle of the HTTP body."""


@dataclass(frozen=True)
class Wait:
    """Nothing until the event is set: the test decides when the answer goes on."""

    until: asyncio.Event


Step = Event | Raw | Status | Silence | Reset | Cut | Wait


@dataclass(frozen=True)
class Script:
    """One answer. `pace` is in seconds before each event."""

    steps: tuple[Step, ...]
    pace: float = 0.0


@dataclass
class Request:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    raw: bytes
    connection: int
    """The number of its TCP connection, from 0."""

    @property
    def body(self) -> Any:
        """The parsed JSON."""
        return json.loads(self.raw)


@dataclass(frozen=True)
class Written:
    """When the end of a block was handed to the socket, by `time.perf_counter`."""

    request: int
    block: int
    at: float


@dataclass(frozen=True)
class Call:
    """A tool_use block to be written: its input as a value, or as the text that the model writes."""

    name: str
    input: Mapping[str, Any] | str = field(default_factory=dict)
    id: str = "toolu_01Nu9zB7mV5dRdEC1hyr4JxQ"
    whole: bool = False
    """The whole input comes in `content_block_start`, as some other servers do."""


@dataclass(frozen=True)
class Thinking:
    """A thinking block to be written."""

    text: str
    signature: str = "EqoBCkgIARABGAIiQL2qyx"


Part = str | Call | Thinking | Event
"""What a message is made of; an event is a whole content block that comes in its start."""


def pieces(text: str, size: int = 4) -> list[str]:
    """Text in parts as long as a token is on average."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def message(*parts: Part, stop_reason: str | None = None, output_tokens: int = 42) -> list[Step]:
    """The events of a whole message."""
    reason = stop_reason or ("tool_use" if any(isinstance(part, Call) for part in parts) else "end_turn")
    body = [event for index, part in enumerate(parts) for event in block(index, part)]
    return [message_start(), {"type": "ping"}, *body, *message_end(reason, output_tokens)]


def message_start() -> Event:
    """The first event."""
    usage = {
        "input_tokens": 472,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 1024,
        "output_tokens": 1,
    }
    begun: Event = {
        "id": "msg_014p7gG3wDgGV9EUtLvnow3U",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    return {"type": "message_start", "message": begun}


def message_end(reason: str = "end_turn", output_tokens: int = 42) -> list[Event]:
    """The last two events."""
    return [
        {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": None},
            "usage": {"output_tokens": output_tokens},
        },
        {"type": "message_stop"},
    ]


def block(index: int, part: Part) -> list[Event]:
    """The events of one content block."""
    start, deltas = _written(part)
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def _written(part: Part) -> tuple[Event, list[Event]]:
    match part:
        case str():
            deltas: list[Event] = [{"type": "text_delta", "text": piece} for piece in pieces(part)]
            return {"type": "text", "text": ""}, deltas
        case Call():
            return _written_call(part)
        case Thinking():
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(part.text)]
            deltas.append({"type": "signature_delta", "signature": part.signature})
            return {"type": "thinking", "thinking": "", "signature": ""}, deltas
        case _:
            return part, []


def _written_call(call: Call) -> tuple[Event, list[Event]]:
    start = {"type": "tool_use", "id": call.id, "name": call.name, "input": call.input if call.whole else {}}
    if call.whole:
        return start, []
    text = call.input if isinstance(call.input, str) else json.dumps(call.input) if call.input else ""
    first: list[Event] = [{"type": "input_json_delta", "partial_json": ""}]
    return start, first + [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(text)]


def error(kind: str, text: str = "Overloaded") -> Event:
    """An error in the middle of a stream; its HTTP status was 200."""
    return {"type": "error", "error": {"type": kind, "message": text}}


def encode(event: Event) -> bytes:
    """One server-sent event."""
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event['type']}\ndata: {data}\n\n".encode()


def transcript(steps: Iterable[Step]) -> bytes:
    """The body that these events make: a recording, as `Raw` plays it."""
    return b"".join(encode(step) for step in steps if isinstance(step, Mapping))


class ModelEndpoint:
    """The server. `on_block(written)` is called at the end of each block, after its bytes were written."""

    def __init__(self, *, on_block: Callable[[Written], None] | None = None) -> None:
        self.requests: list[Request] = []
        self.written: list[Written] = []
        self.url = ""
        self._on_block = on_block
        self._scripts: list[Script] = []
        self._left: asyncio.Queue[Request] = asyncio.Queue()
        self._came: asyncio.Queue[Request] = asyncio.Queue()
        self._connections: set[_Connection] = set()
        self._accepted = 0

    def script(self, steps: Iterable[Step], *, tokens_per_second: float | None = None) -> None:
        """Answer the next request by these steps, each event after its time."""
        self._scripts.append(Script(tuple(steps), 1 / tokens_per_second if tokens_per_second else 0.0))

    async def came(self) -> Request:
        """The next request, once it is here."""
        return await asyncio.wait_for(self._came.get(), _PATIENCE)

    async def closed(self) -> Request:
        """The next request whose stream its client closed before the end."""
        return await asyncio.wait_for(self._left.get(), _PATIENCE)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.abort()
        await asyncio.gather(*(connection.gone for connection in list(self._connections)))
        await self._server.wait_closed()

    def _accept(self) -> "_Connection":
        self._accepted += 1
        return _Connection(self, self._accepted - 1)

    def _take(self, request: Request) -> tuple[int, Script]:
        self.requests.append(request)
        self._came.put_nowait(request)
        return len(self.requests) - 1, self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]

    def _note(self, request: int, event: Event) -> None:
        if event["type"] == "content_block_stop":
            written = Written(request, event["index"], perf_counter())
            self.written.append(written)
            if self._on_block is not None:
                self._on_block(written)


class _Connection(asyncio.Protocol):
    """One client's connection: requests one after the other."""

    def __init__(self, endpoint: ModelEndpoint, number: int) -> None:
        self._endpoint = endpoint
        self._number = number
        self._buffer = b""
        self._answer: asyncio.Task[None] | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._endpoint._connections.add(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        for request in self._parsed():
            index, script = self._endpoint._take(request)
            self._answer = asyncio.ensure_future(self._play(index, request, script))

    def connection_lost(self, exc: Exception | None) -> None:
        self._endpoint._connections.discard(self)
        if self._answer is not None:
            self._answer.cancel()
        self.gone.set_result(None)

    def abort(self, *, reset: bool = False) -> None:
        if reset:
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    def _parsed(self) -> Iterator[Request]:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) >= length:
            self._buffer = rest[length:]
            yield Request(first.split(" ")[1], headers, rest[:length], self._number)

    async def _play(self, index: int, request: Request, script: Script) -> None:
        try:
            match script.steps:
                case [Status() as status]:
                    self._transport.write(_response(status))
                case _:
                    await self._stream(index, script)
        except asyncio.CancelledError:
            self._endpoint._left.put_nowait(request)
        self._answer = None

    async def _stream(self, index: int, script: Script) -> None:
        self._transport.write(_HEAD)
        due = asyncio.get_running_loop().time() + script.pace * (index * _GOLDEN % 1)
        for step in script.steps:
            match step:
                case Raw():
                    self._write(step.data)
                case Wait():
                    await step.until.wait()
                case Silence():
                    await asyncio.Event().wait()
                case Reset():
                    self.abort(reset=True)
                    return
                case Cut():
                    self._transport.close()
                    return
                case Mapping():
                    due += script.pace
                    if script.pace:
                        await asyncio.sleep(due - asyncio.get_running_loop().time())
                    self._write(encode(step))
                    self._endpoint._note(index, step)
        self._transport.write(b"0\r\n\r\n")

    def _write(self, data: bytes) -> None:
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))


def _response(status: Status) -> bytes:
    told = {"type": "error", "error": {"type": status.kind, "message": status.message}, "request_id": "req_1"}
    body = json.dumps(told).encode() if status.body is None else status.body
    headers = {"content-type": "application/json", "content-length": str(len(body)), **status.headers}
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    return f"HTTP/1.1 {status.status} Error\r\n{lines}\r\n".encode() + body
