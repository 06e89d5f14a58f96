"""A channel in memory, and a hub whose sessions are driven over such channels."""

import asyncio
import json
from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from capserver.auth import Gate
from capserver.connection import Connection
from capserver.effects import Effect
from capserver.hub import Arrival, Hub
from capserver.inputs import Input
from capserver.outbox import Goodbye
from capserver.prompt import Planner
from capserver.protocol.server import Heartbeat, Limits, ServerInfo
from capserver.session import Session
from capserver.terms import Terms
from capserver.worker import Worker
from tests.live import PATIENCE, Frame, manifest


class Pipe:
    """A channel in memory. `stuck`: it takes nothing."""

    def __init__(self) -> None:
        self._incoming: asyncio.Queue[str | bytes | int] = asyncio.Queue()
        self._outgoing: asyncio.Queue[str | Goodbye] = asyncio.Queue()
        self._taking = asyncio.Event()
        self._taking.set()
        self.broken = False

    def stuck(self, stuck: bool = True) -> None:
        """Take nothing, or again."""
        if stuck:
            self._taking.clear()
        else:
            self._taking.set()

    async def receive(self) -> str | bytes | int:
        return await self._incoming.get()

    async def send(self, text: str) -> None:
        await self._taking.wait()
        if self.broken:
            raise BrokenPipeError
        self._outgoing.put_nowait(text)

    async def close(self, code: int, reason: str) -> None:
        await self._taking.wait()
        self._outgoing.put_nowait(Goodbye(code, reason))

    # the client's end

    def say(self, frame: Frame | str | bytes | int) -> None:
        """Send a frame, or close with a code."""
        self._incoming.put_nowait(json.dumps(frame) if isinstance(frame, dict) else frame)

    async def hear(self) -> Frame | Goodbye:
        """The next frame, or the close."""
        async with asyncio.timeout(PATIENCE):
            found = await self._outgoing.get()
        return found if isinstance(found, Goodbye) else dict(json.loads(found))

    async def next(self, kind: str) -> Frame:
        """The next frame of a type; others are passed over."""
        while (frame := await self.hear())["type"] != kind:  # type: ignore[call-overload]
            pass
        assert isinstance(frame, dict)
        return frame


class House:
    """A hub and the connections of its sessions, as the endpoint keeps them."""

    def __init__(self, planner: Planner, halted_seconds: float = 30.0, **changed: Any) -> None:
        terms = Terms(
            server=ServerInfo(name="capserver", version="0"),
            epoch="e1",
            planner=planner.name,
            heartbeat=Heartbeat(interval=10, timeout=10),
            limits=Limits.model_validate(changed),
            halted_seconds=halted_seconds,
        )
        self._hub = Hub(terms, Gate(), lambda: token_hex(16))
        self._hub.drive = lambda session, given, _: self.connections[session.id].take(given)
        self._worker = Worker(planner)
        self.connections: dict[str, Connection] = {}
        self.observed: list[Effect] = []
        self.given: list[Input] = []
        self.over = asyncio.Event()
        """Set once a session is over."""
        self.tokens = {"good"}
        self.tasks: list[asyncio.Task[None]] = []

    def connect(self, pipe: Pipe, first: Frame | None = None, write_seconds: float = 5.0) -> Connection:
        """Serve a channel; its first frame is a manifest."""
        now = asyncio.get_running_loop().time()
        prepared = self._hub.prepare(json.dumps(first or manifest()))
        session, inputs = self._hub.admit(prepared, Arrival("here"), now)
        if session.id not in self.connections:
            self.connections[session.id] = Connection(
                session,
                self._worker,
                allowed=self.tokens.__contains__,
                on_over=lambda _session: self.over.set(),
                observers=[self._observe],
                outbox_bytes=self._hub.terms.limits.outbox_bytes,
                write_seconds=write_seconds,
            )
        connection = self.connections[session.id]
        self.tasks.append(asyncio.create_task(connection.run(pipe, inputs)))
        return connection

    def _observe(self, _session: Session, given: Input, now: float, effects: Sequence[Effect]) -> None:
        self.given.append(given)
        self.observed += effects

    async def gone(self, index: int = 0) -> None:
        """The channel that came as number `index` is served to its end."""
        async with asyncio.timeout(PATIENCE):
            await self.tasks[index]

    async def aclose(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for connection in self.connections.values():
            await connection.stop()
