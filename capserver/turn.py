"""One instruction until its end: what the planner's deltas come to, and where the turn stands.

A turn decides on its own deltas alone. Ids, numbers, lanes and the wire are the session's.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from capserver.calls import Accepted, Collector, Rejected, judge
from capserver.errors import Fault
from capserver.history import Record
from capserver.lanes import Call
from capserver.manifest import CommandSet
from capserver.prompt import (
    CallClosed,
    CallDelta,
    CallOpened,
    Delta,
    Failed,
    PastCall,
    Stopped,
    TextDelta,
    Thought,
)
from capserver.protocol.client import Instruct
from capserver.protocol.codes import ErrorCode
from capserver.protocol.server import Source, Timing, TurnEnded, TurnStatus, Usage
from capserver.protocol.values import TurnError
from capserver.vocabulary import Vocabulary

REPAIRS: Final = 2


class Stage(Enum):
    """Where a turn stands."""

    QUEUED = "queued"
    PLANNING = "planning"
    WAITING = "waiting"
    DRAINING = "draining"
    ENDED = "ended"

    @property
    def busy(self) -> bool:
        """Whether the next turn has to wait: the model writes, or waits for results."""
        return self in (Stage.PLANNING, Stage.WAITING)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for."""

    id: str
    text: str
    source: Source = "client"
    only: frozenset[str] | None = None
    require: bool = False
    remember: bool = True
    reaction: bool = False

    @classmethod
    def of(cls, message: Instruct, source: Source = "client") -> "Request":
        """What an `instruct` asks for."""
        only = None if message.only is None else frozenset(message.only)
        return cls(message.id, message.text, source, only, message.require, message.remember)


# What a delta comes to:


@dataclass(frozen=True, slots=True)
class Said:
    """The model said something beside its commands."""

    text: str


@dataclass(frozen=True, slots=True)
class Streamed:
    """More of a `stream` parameter was written."""

    id: str
    name: str
    param: str
    delta: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A call is complete and valid: it may be sent; `streamed`: some of it was."""

    id: str
    name: str
    args: dict[str, Any]
    streamed: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A call may not be sent; `streamed`: some of it was."""

    id: str
    name: str
    args: dict[str, Any] | None
    faults: tuple[Fault, ...]
    streamed: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """A call was cut while it was written, after some of it was streamed."""

    id: str


Event = Said | Streamed | Asked | Refused | Dropped | Thought


@dataclass(slots=True)
class _Open:
    """A call that the model is writing."""

    id: str
    name: str
    collector: Collector


class Turn:
    """One instruction and all that follows until it ends."""

    __slots__ = (
        "_last",
        "_new_id",
        "_refusals",
        "_refused",
        "_returning",
        "_unjudged",
        "_writing",
        "accepted",
        "calls",
        "error",
        "first_command",
        "held",
        "overflowed",
        "record",
        "request",
        "sent",
        "stage",
        "started",
        "status",
        "step",
        "text",
        "usage",
        "waiting",
    )

    def __init__(self, request: Request, accepted: float, new_id: Callable[[], str]) -> None:
        self.request = request
        self.accepted = accepted
        self._new_id = new_id
        self.stage = Stage.QUEUED
        self.status: TurnStatus = "completed"
        self.error: TurnError | None = None
        self.started: float | None = None
        self.first_command: float | None = None
        self.record: Record
        self.step = 0
        self.sent = 0
        self.text: list[str] = []
        self.usage = Usage()
        self.calls: set[str] = set()
        """Its calls that have not ended."""
        self.waiting: set[str] = set()
        """Those of the present step whose value the model waits for."""
        self._writing: dict[int, _Open] = {}
        self._unjudged: _Open | None = None
        self._last: int | None = None
        self.overflowed = False
        """This step passed a bound: what follows is not worth reading."""
        self.held: float | None = None
        """While its planner has to wait for the client: until when it does."""
        self._refused = 0
        self._returning = False
        self._refusals: Counter[str] = Counter()

    def is_planned(self) -> bool:
        """Whether a planner writes it now."""
        return self.stage is Stage.PLANNING

    def begin(self, now: float, record: Record) -> None:
        """A planner takes it."""
        self.started, self.record = now, record
        self.record.forgotten = not self.request.remember

    def plan(self) -> None:
        """The next step begins."""
        self.step += 1
        self.stage = Stage.PLANNING
        self._refused = 0
        self._returning = False
        self._last = None
        self.overflowed = False

    @property
    def writing(self) -> set[str]:
        """The calls that the model has begun and that were not judged."""
        return {call.id for call in self._left()}

    def _left(self) -> list[_Open]:
        return [*self._writing.values(), *([self._unjudged] if self._unjudged else [])]

    # what the planner writes

    def absorb(self, delta: Delta, commands: CommandSet, vocabulary: Vocabulary) -> list[Event]:
        """Take in one delta; what it comes to."""
        match delta:
            case Stopped():
                return self._stopped(delta, commands, vocabulary)
            case Failed():
                return self._failed(delta)
            case CallDelta(index, json):
                return self._collect(index, json, commands, vocabulary)
            case CallClosed(index):
                return self._close(index, commands, vocabulary)
            case TextDelta(text):
                return [*self._judge_rest(commands, vocabulary), Said(_whole(text))]
            case CallOpened(index, name):
                events = self._judge_rest(commands, vocabulary)
                command = commands.commands.get(name)
                allowed = self.request.only is None or name in self.request.only
                collector = Collector(command if allowed else None)
                self._writing[index] = _Open(self._new_id(), _whole(name), collector)
                self._last = index
                return events
            case _:  # a thought
                return [*self._judge_rest(commands, vocabulary), delta]

    def _collect(self, index: int, json: str, commands: CommandSet, vocabulary: Vocabulary) -> list[Event]:
        call = self._writing.get(index)
        if call is None:
            return []
        events: list[Event] = [
            Streamed(call.id, call.name, param, delta) for param, delta in call.collector.add(json)
        ]
        if call.collector.oversize:
            del self._writing[index]
            self.overflowed = True
            events += self._judge(call, commands, vocabulary)
        return events

    def _close(self, index: int, commands: CommandSet, vocabulary: Vocabulary) -> list[Event]:
        call = self._writing.pop(index, None)
        if call is None:
            return []
        if index == self._last and not call.collector.complete:
            # Empty or cut short: was it the model that stopped, or max_tokens? What comes next tells.
            self._unjudged = call
            return []
        return self._judge(call, commands, vocabulary)

    def _judge_rest(self, commands: CommandSet, vocabulary: Vocabulary) -> list[Event]:
        """Judge the call that was closed without being whole: it was not the last thing written."""
        call, self._unjudged = self._unjudged, None
        return [] if call is None else self._judge(call, commands, vocabulary)

    def _judge(self, call: _Open, commands: CommandSet, vocabulary: Vocabulary) -> list[Event]:
        verdict = judge(call.collector, commands, call.name, vocabulary, self.request.only)
        if isinstance(verdict, Accepted):
            return [Asked(call.id, call.name, verdict.args, call.collector.streamed)]
        return [self._refuse(call, verdict)]

    def _refuse(self, call: _Open, verdict: Rejected) -> Refused:
        self._refused += 1
        self._refusals[call.name] += 1
        told = "rejected, not sent: " + "; ".join(
            f"{fault.path or '/'}: {fault.message}" for fault in verdict.faults
        )
        self.record.write(PastCall(call.id, call.name, verdict.args or {}, told, failed=True))
        streamed = call.collector.streamed
        return Refused(call.id, call.name, verdict.args, verdict.faults, streamed)

    def say(self, text: str) -> None:
        """Something was said."""
        self.text.append(text)
        self.record.write(text)

    def sent_call(self, call: Call, now: float) -> None:
        """A call went to the client."""
        self.sent += 1
        self.calls.add(call.id)
        if call.returns:
            self._returning = True
            self.waiting.add(call.id)
        if self.first_command is None:
            self.first_command = now
        self.record.write(call)

    # how a step ends

    def _stopped(self, delta: Stopped, commands: CommandSet, vocabulary: Vocabulary) -> list[Event]:
        """The model stopped by itself, or it was stopped: then what is not whole is not judged."""
        self.usage += delta.usage
        events: list[Event] = []
        if delta.reason == "refusal":
            self.status = "refused"
        elif delta.reason == "max_tokens":
            self.status = "truncated"
        else:
            events += self._judge_rest(commands, vocabulary)
        return [*events, *self.cut()]

    def cut(self) -> list[Dropped]:
        """Drop what was not written to its end."""
        left = self._left()
        self._writing.clear()
        self._unjudged = None
        return [Dropped(call.id) for call in left if call.collector.streamed]

    def drop(self, call_id: str) -> None:
        """A call is not wanted any more while it is written: the rest of it falls on deaf ears."""
        name = next(call.name for call in self._left() if call.id == call_id)
        self._writing = {index: call for index, call in self._writing.items() if call.id != call_id}
        if self._unjudged is not None and self._unjudged.id == call_id:
            self._unjudged = None
        told = "cancelled by the client while it was written"
        self.record.write(PastCall(call_id, name, {}, told, failed=True))

    def _failed(self, delta: Failed) -> list[Event]:
        self.usage += delta.usage
        self.fail(delta.code, delta.message, delta.retry_after)
        return [*self.cut()]

    def fail(self, code: str, message: str, retry_after: float | None = None) -> None:
        """The turn ends `failed` once its commands have."""
        self.status = "failed"
        self.error = TurnError(code=code, message=_whole(message), retry_after=retry_after)

    def truncate(self, code: str, message: str) -> None:
        """The turn ends `truncated` once its commands have."""
        self.status = "truncated"
        self.error = TurnError(code=code, message=message)

    def settle(self, steps: int) -> None:
        """After a step: wait for results and go on, or plan no more."""
        self.stage, self.held = Stage.DRAINING, None
        if self.status != "completed":
            return
        goes_on = self._refused or self._returning
        if not goes_on:
            if self.request.require and not self.sent:
                self.fail(ErrorCode.NO_COMMAND, "a command was required, the model called none")
        elif self._refusals and max(self._refusals.values()) > REPAIRS:
            name = self._refusals.most_common(1)[0][0]
            self.truncate(ErrorCode.PLANNER_FAILED, f"the model found no valid call of {name}")
        elif steps and self.step >= steps:
            self.truncate(ErrorCode.TOO_LARGE, f"not done after {steps} steps (limits.steps)")
        else:
            self.stage = Stage.WAITING

    def told(self, now: float) -> TurnEnded:
        """How it ended, as the client is told."""
        started = now if self.started is None else self.started
        first = None if self.first_command is None else _ms(self.first_command - self.accepted)
        timing = Timing(
            queued_ms=_ms(started - self.accepted),
            first_command_ms=first,
            total_ms=_ms(now - self.accepted),
        )
        return TurnEnded(
            turn=self.request.id,
            status=self.status,
            commands=self.sent,
            text="".join(self.text),
            usage=self.usage,
            timing=timing,
            error=self.error,
        )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _whole(text: str) -> str:
    """The same text without lone surrogates, which no frame could carry."""
    return text if text.isascii() else text.encode(errors="replace").decode()
