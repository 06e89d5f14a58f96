"""Calls that were sent and have not ended, by lane, and the clocks that run over them.

`ttl` runs from the moment a call is made until a socket takes it. `timeout` runs once it was taken and
no other call stands before it in its lane; `progress` starts it anew; it stands still while the session
is detached.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from capserver.manifest import CompiledCommand

Ending = Literal["done", "failed", "cancelled", "interrupted", "timeout", "expired", "removed", "in_doubt"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    ending: Ending
    value: Any = None
    code: str | None = None
    message: str | None = None


@dataclass(slots=True, eq=False)
class Call:
    """One use of a command, from the moment the model wrote it."""

    id: str
    turn: str | None
    command: CompiledCommand
    args: dict[str, Any]
    seq: int
    expires: float
    written: bool = False
    deadline: float | None = None
    outcome: Outcome | None = None
    had_result: bool = False

    @property
    def returns(self) -> bool:
        """Whether the model waits for its value."""
        return self.command.returns is not None


class Lanes:
    """The open calls of a session."""

    __slots__ = ("_lanes", "_paused", "calls")

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        self._lanes: dict[str, deque[Call]] = {}
        self._paused: float | None = None

    def add(self, call: Call) -> None:
        """A call was logged."""
        self.calls[call.id] = call
        self._lanes.setdefault(call.command.lane, deque()).append(call)

    def wrote(self, call: Call, now: float) -> None:
        """A socket took the call's frame."""
        if not call.written:
            call.written = True
            self._start(self._lanes[call.command.lane][0], now)

    def progress(self, call: Call, now: float) -> None:
        """The call has begun: its timeout starts anew."""
        if call.written and call.command.timeout:
            call.deadline = (now if self._paused is None else self._paused) + call.command.timeout

    def end(self, call: Call, outcome: Outcome, now: float) -> None:
        """The call ends; the next one of its lane has its turn."""
        call.outcome = outcome
        call.deadline = None
        del self.calls[call.id]
        lane = self._lanes[call.command.lane]
        lane.remove(call)
        if lane:
            self._start(lane[0], now)
        else:
            del self._lanes[call.command.lane]

    def _start(self, head: Call, now: float) -> None:
        if head.written and head.deadline is None and head.command.timeout:
            head.deadline = (now if self._paused is None else self._paused) + head.command.timeout

    def pause(self, now: float) -> None:
        """The socket is gone: timeouts stand still."""
        self._paused = now

    def go_on(self, now: float) -> None:
        """A socket has come back."""
        if self._paused is not None:
            for call in self.calls.values():
                if call.deadline is not None:
                    call.deadline += now - self._paused
            self._paused = None

    def due(self, now: float) -> list[tuple[Call, Literal["timeout", "expired"]]]:
        """The calls whose time is over, in the order in which they were sent."""
        over: list[tuple[Call, Literal["timeout", "expired"]]] = []
        for call in self.calls.values():
            if not call.written and call.expires <= now:
                over.append((call, "expired"))
            elif self._paused is None and call.deadline is not None and call.deadline <= now:
                over.append((call, "timeout"))
        return over

    @property
    def deadline(self) -> float | None:
        """When `due` has something, as far as it is known now."""
        times = [call.expires for call in self.calls.values() if not call.written]
        if self._paused is None:
            times += [call.deadline for call in self.calls.values() if call.deadline is not None]
        return min(times, default=None)
