"""Drives one session: its socket, its planners, its clocks.

A connection lives as long as its session, over any number of sockets, at most one at a time. `take()` never
awaits, so reader, writer and planners use the session in turn and without locks.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

from capserver.delivery import MUCH
from capserver.effects import (
    Authenticate,
    Close,
    Effect,
    Ended,
    Plan,
    Replace,
    Replay,
    Send,
    Stop,
)
from capserver.inputs import (
    Binary,
    Detached,
    Framed,
    Held,
    Input,
    Over,
    Planned,
    Ticked,
    TokenRefused,
    WentOn,
    Wrote,
    give,
)
from capserver.outbox import Goodbye, Outbox
from capserver.prompt import Delta, Failed, Prompt
from capserver.protocol.codes import CloseCode, ErrorCode, ends_session
from capserver.protocol.server import encode
from capserver.session import Session
from capserver.worker import Worker

log = logging.getLogger(__name__)

CLOSE_SECONDS: Final = 1.0
"""How long a socket that took nothing may still take to say why it is closed."""


class Channel(Protocol):
    """One socket, as a connection sees it."""

    async def receive(self) -> str | bytes | int:
        """The next frame; bytes for a binary one; the close code once there are no more."""
        ...

    async def send(self, text: str) -> None:
        """Write a frame; returns once the socket has taken it."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close the socket. It may be closed already."""
        ...


Observer = Callable[[Session, Input, float, Sequence[Effect]], None]
"""Hears of everything that a session was given, when, and what came of it, in order. It steers nothing."""


class Connection:
    """The I/O of one session."""

    __slots__ = (
        "_allowed",
        "_clock",
        "_observers",
        "_on_over",
        "_outbox",
        "_outbox_bytes",
        "_plans",
        "_room",
        "_timer",
        "_worker",
        "_write_seconds",
        "session",
    )

    def __init__(
        self,
        session: Session,
        worker: Worker,
        *,
        allowed: Callable[[str], bool],
        on_over: Callable[[Session], None],
        observers: Sequence[Observer],
        outbox_bytes: int,
        write_seconds: float,
    ) -> None:
        self.session = session
        self._worker = worker
        self._allowed = allowed
        self._on_over = on_over
        self._observers = observers
        self._outbox_bytes = outbox_bytes
        self._write_seconds = write_seconds
        self._clock = asyncio.get_running_loop().time
        self._outbox: Outbox | None = None
        self._plans: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    # a socket

    async def run(self, channel: Channel, inputs: Sequence[Input]) -> None:
        """Serve one socket until it is gone. `inputs`: what its first frame came to."""
        if self._outbox is not None:
            self._outbox.close(CloseCode.RESUMED_ELSEWHERE, "resumed elsewhere", at_once=True)
        outbox = self._outbox = Outbox()
        for given in inputs:
            self.take(given)
        writer = asyncio.create_task(self._write(channel, outbox))
        reader = asyncio.create_task(self._read(channel, outbox))
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._finish(reader, writer)
            if self._outbox is outbox:
                self._outbox = None
                self.take(Detached())

    async def _finish(self, *tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("a socket's task failed", exc_info=result, extra={"session": self.session.id})

    async def _read(self, channel: Channel, outbox: Outbox) -> None:
        while not isinstance(frame := await channel.receive(), int):
            if self._outbox is not outbox:
                return
            self.take(Framed(frame) if isinstance(frame, str) else Binary())
        if self._outbox is outbox and ends_session(frame):
            self.take(Over())

    async def _write(self, channel: Channel, outbox: Outbox) -> None:
        while not isinstance(item := await outbox.get(), Goodbye):
            text = self._taken(item) if isinstance(item, int) else item
            if text is None:
                continue
            try:
                async with asyncio.timeout(self._write_seconds):
                    await channel.send(text)
            except TimeoutError:
                await self._cut(channel)
                return
            except OSError:
                return  # it is gone; the reader hears of it too
            self._make_room()
        await channel.close(item.code, item.reason)
        if self._outbox is outbox and ends_session(item.code):
            self.take(Over())

    async def _cut(self, channel: Channel) -> None:
        log.warning("a socket takes nothing: it is cut", extra={"session": self.session.id})
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await channel.close(CloseCode.SLOW_READER, "slow reader")

    def _taken(self, seq: int) -> str | None:
        """The text of a logged frame, which the socket takes now."""
        text = self.session.frame(seq)
        self.take(Wrote(seq))
        return text

    # what the session is given, what it asks for

    def take(self, given: Input) -> None:
        """Give the session what happened, and do what it asks for."""
        self._apply(self._give(given))

    def _give(self, given: Input) -> list[Effect]:
        now = self._clock()
        effects = give(self.session, given, now)
        for observe in self._observers:
            observe(self.session, given, now, effects)
        return effects

    def _apply(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            self._do(effect)
        self._make_room()
        self._set_timer()
        if self.session.over:
            # Where a socket still stands, a resume of another one found a gap and ended the session.
            self.close(CloseCode.RESUMED_ELSEWHERE, "resumed elsewhere")
            self._on_over(self.session)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Send(message, seq):
                self._put(encode(message) if seq is None else seq)
            case Replay(after):
                for number in range(after + 1, self.session.last + 1):
                    self._put(number)
            case Plan(turn, prompt):
                self._plans[turn] = asyncio.create_task(self._plan(turn, prompt))
            case Stop(turn):
                if task := self._plans.pop(turn, None):
                    task.cancel()
            case Authenticate(token):
                if not self._allowed(token):
                    self.take(TokenRefused())
            case Close(code, reason):
                self.close(code, reason)
            case Replace() | Ended():
                pass

    def _put(self, item: int | str) -> None:
        if (outbox := self._outbox) is None:
            return
        outbox.put(item)
        if self._outbox_bytes and outbox.size > MUCH * self._outbox_bytes:
            # The model waits long before that: it is pongs, for a client that asks and never listens.
            log.warning("a socket takes too little: it is cut", extra={"session": self.session.id})
            outbox.close(CloseCode.SLOW_READER, "slow reader", at_once=True)

    def close(self, code: int, reason: str) -> None:
        """Close the socket that stands, once all is written."""
        if self._outbox is not None:
            self._outbox.close(code, reason)

    # planners

    async def _plan(self, turn: str, prompt: Prompt) -> None:
        """The top of a planner's task."""

        async def take(delta: Delta) -> None:
            await self._wait_for_room()
            if effects := self._give(Planned(turn, delta)):
                self._apply(effects)

        task = asyncio.current_task()
        try:
            await self._worker.run(prompt, take)
        except Exception:
            log.exception("a plan failed inside", extra={"session": self.session.id, "turn": turn})
            failed = Failed(ErrorCode.INTERNAL, "the server made a mistake")
            self.take(Planned(turn, failed))
        finally:
            if self._plans.get(turn) is task:
                del self._plans[turn]

    async def _wait_for_room(self) -> None:
        """Wait until the client took more in."""
        if not self._is_full():
            return
        while self._is_full():
            self._room.clear()
            self._give(Held())
            self._set_timer()
            await self._room.wait()
        self._give(WentOn())

    def _is_full(self) -> bool:
        waits = self._outbox.size if self._outbox is not None else 0
        return self.session.halted or bool(self._outbox_bytes and waits >= self._outbox_bytes)

    def _make_room(self) -> None:
        if not self._room.is_set() and not self._is_full():
            self._room.set()

    # clocks

    def _set_timer(self) -> None:
        deadline = None if self.session.over else self.session.deadline
        if self._timer is not None:
            if self._timer.when() == deadline:
                return
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.take(Ticked())

    async def stop(self) -> None:
        """End all planning; for the end of the process."""
        tasks = list(self._plans.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
