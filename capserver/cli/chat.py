"""The terminal client's side of the wire: one session, its commands performed lane by lane."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any, Final, Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from capserver.errors import FrameError
from capserver.manifest import CompiledCommand
from capserver.protocol.codes import ErrorCode

Frame = Mapping[str, Any]


class Screen(Protocol):
    """What shows a session to a person, and asks."""

    def welcome(self, frame: Frame) -> None:
        """The session stands."""

    def turn_began(self, text: str) -> None:
        """An instruction was sent."""

    def turn_ended(self, frame: Frame) -> None:
        """It is over: a `turn.ended`, or the `error` that refused it."""

    def text(self, delta: str) -> None:
        """The model speaks."""

    def command_delta(self, frame: Frame) -> None:
        """More of a parameter that is still being written."""

    def command(self, frame: Frame) -> None:
        """A command came in; it may have to wait for its lane."""

    def began(self, command: str) -> None:
        """It is being performed."""

    def finished(self, command: str, result: Frame) -> None:
        """It ended with this result."""

    def cancelled(self, command: str, reason: str) -> None:
        """The server took it back."""

    def rejected(self, frame: Frame) -> None:
        """The model asked for what may not be sent."""

    def error(self, frame: Frame) -> None:
        """The server complains."""

    async def agree(self, frame: Frame) -> bool:
        """Whether the person agrees to a command."""
        ...

    async def value(self, frame: Frame, command: CompiledCommand) -> Frame:
        """What the command returns, as `{"ok", "value"?, "error"?}`."""
        ...


class Chat:
    """A session. `open` it, let `read` run, then `instruct` and `cancel`."""

    def __init__(
        self,
        socket: ClientConnection,
        screen: Screen,
        commands: Mapping[str, CompiledCommand],
        pace: float = 0.0,
    ) -> None:
        """Args: what the manifest offers, and how many seconds a command without `returns` takes."""
        self._socket = socket
        self._screen = screen
        self._commands = commands
        self._pace = pace
        self._seqs = count(1)
        self._turns = count(1)
        self._turn: str | None = None
        self._ended: asyncio.Future[Frame] | None = None
        self._performing: dict[str, asyncio.Task[None]] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}

    @property
    def busy(self) -> bool:
        """Whether a turn is open."""
        return self._turn is not None

    async def open(self, manifest: Frame, token: str | None = None) -> Frame:
        """Register; answers the `welcome`.

        Raises:
            FrameError: the server does not take the manifest.
            ConnectionClosed: it went away.

        """
        first = {"type": "manifest", **manifest, **({"token": token} if token else {})}
        await self._socket.send(json.dumps(first, ensure_ascii=False, separators=(",", ":")))
        frame: Frame = json.loads(await self._socket.recv())
        if frame["type"] != "welcome":
            raise FrameError(frame.get("code", ErrorCode.INTERNAL), frame.get("message", "no welcome came"))
        self._screen.welcome(frame)
        return frame

    async def read(self) -> None:
        """Take in what the server sends, until the connection ends."""
        with suppress(ConnectionClosed):
            async for text in self._socket:
                await self._take(json.loads(text))
        for task in self._performing.values():
            task.cancel()
        if self._ended is not None and not self._ended.done():
            self._ended.cancel()

    async def instruct(self, text: str) -> Frame:
        """Have it turned into commands; answers the `turn.ended`, or the `error` that refused it."""
        self._turn = f"turn-{next(self._turns)}"
        self._ended = asyncio.get_running_loop().create_future()
        self._screen.turn_began(text)
        try:
            await self._send(type="instruct", id=self._turn, text=text)
            frame = await self._ended
        finally:
            self._turn = None
        self._screen.turn_ended(frame)
        return frame

    async def cancel(self) -> None:
        """Stop the open turn."""
        if self._turn is not None:
            await self._send(type="cancel", id=self._turn)

    async def _send(self, **frame: Any) -> None:
        await self._socket.send(json.dumps({**frame, "seq": next(self._seqs)}, ensure_ascii=False))

    async def _take(self, frame: Frame) -> None:
        if "seq" in frame:
            await self._socket.send(json.dumps({"type": "ack", "upto": frame["seq"]}))
        kind = frame["type"]
        if kind == "text":
            self._screen.text(frame["delta"])
        elif kind == "command.delta":
            self._screen.command_delta(frame)
        elif kind == "command":
            self._start(frame)
        elif kind == "cancel":
            self._drop(frame)
        elif kind == "command.rejected":
            self._screen.rejected(frame)
        elif kind == "turn.ended":
            self._end(frame["turn"], frame)
        elif kind == "error" and not self._end(frame.get("ref"), frame):
            self._screen.error(frame)

    def _end(self, turn: str | None, frame: Frame) -> bool:
        if turn is None or turn != self._turn or self._ended is None:
            return False
        if not self._ended.done():
            self._ended.set_result(frame)
        return True

    def _start(self, frame: Frame) -> None:
        self._screen.command(frame)
        before = self._lanes.get(frame["lane"])
        task = asyncio.create_task(self._perform(frame, before))
        self._lanes[frame["lane"]] = self._performing[frame["id"]] = task
        task.add_done_callback(lambda _: self._performing.pop(frame["id"], None))

    def _drop(self, frame: Frame) -> None:
        task = self._performing.get(frame["id"])
        if task is not None:
            task.cancel()
        self._screen.cancelled(frame["id"], frame["reason"])

    async def _perform(self, frame: Frame, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        self._screen.began(frame["id"])
        result = await self._result(frame)
        self._screen.finished(frame["id"], result)
        if frame["timeout"] > 0:
            with suppress(ConnectionClosed):
                await self._send(type="result", id=frame["id"], **result)

    async def _result(self, frame: Frame) -> Frame:
        asks = frame["confirm"] or frame["returns"]
        waiting = asyncio.create_task(self._keep_alive(frame)) if asks and frame["timeout"] else None
        try:
            if frame["confirm"] and not await self._screen.agree(frame):
                return DECLINED
            if frame["returns"]:
                return await self._screen.value(frame, self._commands[frame["name"]])
        finally:
            if waiting is not None:
                waiting.cancel()
        await asyncio.sleep(self._pace)
        return {"ok": True}

    async def _keep_alive(self, frame: Frame) -> None:
        """A person may think longer than the command's `timeout`; progress starts it anew."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(frame["timeout"] / 3)
                await self._socket.send(json.dumps({"type": "progress", "id": frame["id"]}))


DECLINED: Final[Frame] = {"ok": False, "error": {"code": "declined", "message": "the person said no"}}
