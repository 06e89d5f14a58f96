"""A real server on a free port, in the test's own loop, and a small client for it. Every wait has an end.

>>> async with serving(ScriptedPlanner.from_json({"hi": ["Hello!"]})) as live:
...     async with live.registered([{"name": "wave"}]) as client:
...         ended = await client.instruct("hi")
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

import capserver
from capserver.app import create_app
from capserver.config import Settings
from capserver.planners.scripted import ScriptedPlanner
from capserver.prompt import Planner
from capserver.protocol.codes import PATH, SUBPROTOCOL
from capserver.server import config

Frame = dict[str, Any]

PATIENCE: Final = 30.0
"""Seconds that a test waits for anything."""

WAVE: Final[Frame] = {"name": "wave", "description": "Wave a hand."}
"""A command that needs nothing."""


@dataclass(frozen=True)
class Closed:
    """How the server closed a connection; 1006: without a word."""

    code: int
    reason: str


@dataclass
class Client:
    """One connection. What it received stays in `frames`; `next` goes through them once."""

    socket: ClientConnection
    frames: list[Frame] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def send(self, frame: Frame | str | bytes) -> None:
        """Send a frame: an object as JSON, text and bytes as they are."""
        await self.socket.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    async def receive(self) -> Frame | Closed:
        """The next frame, or how the connection was closed."""
        try:
            async with asyncio.timeout(PATIENCE):
                text = await self.socket.recv()
        except ConnectionClosed as closed:
            return Closed(*(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, ""))
        frame: Frame = json.loads(text)
        self.frames.append(frame)
        return frame

    async def next(self, *kinds: str) -> Frame:
        """The next frame of one of these types (any, without); others are passed over."""
        while True:
            frame = await self.receive()
            assert isinstance(frame, dict), f"closed with {frame} while waiting for {kinds}"
            if not kinds or frame["type"] in kinds:
                return frame

    async def closed(self) -> Closed:
        """How the connection is closed; what comes before that is passed over."""
        while isinstance(frame := await self.receive(), dict):
            pass
        return frame

    async def register(self, commands: Sequence[Frame] = (WAVE,), **more: Any) -> Frame:
        """Send a manifest; the answer."""
        await self.send(manifest(commands, **more))
        return await self.next("welcome", "error")

    async def tell(self, text: str, **more: Any) -> str:
        """Send an `instruct`; its id."""
        frame = {"type": "instruct", "id": f"t{next(self._numbers)}", "text": text, **more}
        await self.send(frame)
        return str(frame["id"])

    async def ended(self, turn: str) -> Frame:
        """The `turn.ended` of a turn. Commands that come meanwhile are answered: done."""
        while True:
            frame = await self.next("turn.ended", "command")
            if frame["type"] == "command":
                await self.send({"type": "result", "id": frame["id"], "ok": True})
            elif frame["turn"] == turn:
                return frame

    async def instruct(self, text: str, **more: Any) -> Frame:
        """Send an `instruct`, do what it comes to; its `turn.ended`."""
        return await self.ended(await self.tell(text, **more))

    async def pinged(self) -> None:
        """The server still answers."""
        await self.send({"type": "ping", "t": "there?"})
        assert (await self.next("pong"))["t"] == "there?"

    def of(self, kind: str) -> list[Frame]:
        """The frames of a type that came so far."""
        return [frame for frame in self.frames if frame["type"] == kind]

    async def drop(self) -> None:
        """The TCP connection is gone, without a close."""
        self.socket.transport.abort()
        await self.socket.wait_closed()


def manifest(commands: Sequence[Frame] = (WAVE,), **more: Any) -> Frame:
    """A first frame."""
    return {"type": "manifest", "protocol": 1, "client": {"name": "test"}, "commands": list(commands), **more}


def resume(welcome: Frame, upto: int = 0, commands: Sequence[Frame] = (WAVE,), **more: Any) -> Frame:
    """A first frame that goes on with a session."""
    held = {key: welcome[key] for key in ("session", "token", "epoch", "rev")}
    return manifest(commands, resume={**held, "upto": upto, **more})


@dataclass(frozen=True)
class Live:
    """A server that runs."""

    app: Starlette
    port: int

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"ws://127.0.0.1:{self.port}{PATH}"

    @asynccontextmanager
    async def client(
        self,
        *,
        subprotocols: Sequence[str] | None = (SUBPROTOCOL,),
        headers: Mapping[str, str] | None = None,
        query: str = "",
        **more: Any,
    ) -> AsyncIterator[Client]:
        """A client that is connected and has sent nothing yet."""
        async with connect(
            self.url + query,
            subprotocols=None if subprotocols is None else [Subprotocol(name) for name in subprotocols],
            additional_headers=headers,
            compression=None,
            proxy=None,
            open_timeout=PATIENCE,
            close_timeout=PATIENCE,
            ping_interval=None,
            **more,
        ) as socket:
            yield Client(socket)

    @asynccontextmanager
    async def registered(self, commands: Sequence[Frame] = (WAVE,), **more: Any) -> AsyncIterator[Client]:
        """A client that is welcome."""
        async with self.client() as client:
            assert (await client.register(commands, **more))["type"] == "welcome"
            yield client


@asynccontextmanager
async def serving(planner: Planner | None = None, settings: Settings | None = None) -> AsyncIterator[Live]:
    """A server with these settings and this planner (one that ends each turn at once, by default).

    Once it has stopped, no task of ours may be left.
    """
    settings = settings or Settings()
    app = create_app(settings, planner=planner or ScriptedPlanner({}))
    server = uvicorn.Server(config(app, settings))
    server.config.port = 0
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    # Neither its signal handlers nor its loop that waits for them: the test says when it is over.
    await server.startup()
    try:
        yield Live(app, server.servers[0].sockets[0].getsockname()[1])
    finally:
        await server.shutdown()
    assert not [task for task in asyncio.all_tasks() if _is_ours(task)]


def _is_ours(task: asyncio.Task[Any]) -> bool:
    """Whether a task runs a coroutine of this project."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and code.co_filename.startswith(str(Path(capserver.__file__).parent))


def limits(**changed: Any) -> Settings:
    """Settings that differ from the defaults in these `[limits]`."""
    return Settings.model_validate({"limits": changed})


@contextmanager
def logged(text: str) -> Iterator[asyncio.Event]:
    """Set once this project logs an event with this text in it."""
    event = asyncio.Event()

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if text in record.getMessage():
                event.set()

    logger, watch = logging.getLogger("capserver"), Watch()
    logger.addHandler(watch)
    try:
        yield event
    finally:
        logger.removeHandler(watch)


class Clock:
    """The loop's clock, which a test may put forward. To be made before whatever reads the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._time = loop.time
        self._ahead = 0.0
        monkeypatch.setattr(loop, "time", self)

    def __call__(self) -> float:
        return self._time() + self._ahead

    def forward(self, seconds: float) -> None:
        """It is later now."""
        self._ahead += seconds
