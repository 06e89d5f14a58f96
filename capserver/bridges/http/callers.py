"""Callers that wait for the end of a turn, or of one direct call. They hear what a session does, and steer
nothing.

What they hear are frames as the session's client gets them, without numbers; and for each command that ends,
whoever ended it, one `result` frame as a client would send it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from capserver.effects import Effect, Ended, Replace, Send
from capserver.history import describe
from capserver.inputs import Input
from capserver.lanes import Outcome
from capserver.protocol.server import (
    AnyServerMessage,
    CancelCommand,
    CommandDelta,
    CommandFrame,
    CommandRejected,
    Text,
    TurnEnded,
    TurnStarted,
)
from capserver.session import Session

Frame = dict[str, Any]


class Caller:
    """One who waits: what has come of the turn (or the direct call) so far, and what comes."""

    def __init__(self, waits_for: str) -> None:
        self.waits_for = waits_for
        self.commands: dict[str, Frame] = {}
        """`{id, name, args, result}` by id; the result is none until there is one."""
        self.end: Frame | None = None
        """The last frame, once it has come."""
        self.over = asyncio.Event()
        """Nothing more will be heard: it has ended, or its session has, or the server stops."""
        self._frames: deque[Frame] = deque()
        self._some = asyncio.Event()
        self._streamed: set[str] = set()

    def hear(self, message: AnyServerMessage) -> None:
        """The session sends a message."""
        match message:
            case CommandFrame(id=call_id, name=name, args=args):
                self.commands[call_id] = {"id": call_id, "name": name, "args": args, "result": None}
            case CommandDelta(id=call_id):
                self._streamed.add(call_id)
            case CancelCommand(id=call_id):
                if call_id not in self.commands and call_id not in self._streamed:
                    return
            case _:
                pass
        self._tell(message.model_dump(mode="json"))
        if isinstance(message, TurnEnded):
            self._finish()

    def ended(self, call: Ended) -> None:
        """A command has ended."""
        result = told(call.outcome)
        self.commands[call.call]["result"] = result
        self._tell({"type": "result", "id": call.call, **result})
        if call.call == self.waits_for:
            self._finish()

    def leave(self) -> None:
        """Wait no more."""
        self.over.set()
        self._some.set()

    def _tell(self, frame: Frame) -> None:
        self._frames.append(frame)
        self._some.set()

    def _finish(self) -> None:
        self.end = self._frames[-1]
        self.leave()

    async def frames(self, pulse: float) -> AsyncIterator[Frame | None]:
        """Every frame from the first one on, until it is over; none after each `pulse` seconds of silence."""
        while True:
            while self._frames:
                yield self._frames.popleft()
            if self.over.is_set():
                return
            self._some.clear()
            try:
                async with asyncio.timeout(pulse):
                    await self._some.wait()
            except TimeoutError:
                yield None


class Callers:
    """Those who wait, by session."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict[str, Caller]] = {}

    @contextmanager
    def waiting(self, session_id: str, given: str) -> Iterator[Caller]:
        """Somebody waits for a turn or a direct call of this id."""
        caller = Caller(given)
        of_session = self._waiting.setdefault(session_id, {})
        of_session[given] = caller
        try:
            yield caller
        finally:
            del of_session[given]
            if not of_session:
                self._waiting.pop(session_id, None)

    def observe(self, session: Session, _given: Input, _now: float, effects: Sequence[Effect]) -> None:
        """Tell who waits what a session does."""
        waiting = self._waiting.get(session.id)
        if waiting is None:
            return
        for effect in effects:
            match effect:
                case Send(message) | Replace(message):
                    _pass_on(message, waiting)
                case Ended(call, turn):
                    if caller := waiting.get(turn or call):
                        caller.ended(effect)
                case _:
                    pass
        if session.over:
            for caller in waiting.values():
                caller.leave()


def _pass_on(message: AnyServerMessage, waiting: dict[str, Caller]) -> None:
    match message:
        case CommandFrame(turn=turn, id=call_id):
            callers = [waiting.get(turn or call_id)]
        case TurnStarted(turn=turn) | Text(turn=turn) | CommandDelta(turn=turn) | CommandRejected(turn=turn):
            callers = [waiting.get(turn)]
        case TurnEnded(turn=turn):
            callers = [waiting.get(turn)]
        case CancelCommand():
            callers = list(waiting.values())
        case _:
            callers = []
    for caller in filter(None, callers):
        caller.hear(message)


def told(outcome: Outcome) -> Frame:
    """How a command ended, as a caller is told: `{ok, value?, error?: {code, message}}`."""
    if outcome.ending == "done":
        return {"ok": True} if outcome.value is None else {"ok": True, "value": outcome.value}
    code = outcome.code or outcome.ending
    return {"ok": False, "error": {"code": code, "message": outcome.message or describe(outcome)}}
