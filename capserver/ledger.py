"""The calls of one session: sent, open, ended, remembered; and the ids that are taken.

Each call ends exactly once. What the server ends it tells by `cancel`; what came for an id that has ended is
judged by how it ended.
"""

from collections import OrderedDict
from typing import Any, Final, Literal

from capserver.delivery import Delivery
from capserver.effects import Effect, Ended, Send
from capserver.errors import Fault, FrameError
from capserver.history import History
from capserver.lanes import Call, Ending, Lanes, Outcome
from capserver.manifest import CommandSet, CompiledCommand
from capserver.protocol.client import Result
from capserver.protocol.codes import ErrorCode
from capserver.protocol.server import CancelCommand, CancelReason, CommandFrame, Error
from capserver.protocol.values import ErrorDetail

REMEMBERED: Final = 1024

Answer = Literal["answered", "unanswered", "unasked", "late", "none"]
"""What a result for an ended id means: a second one, one that crossed, one that nobody asked for, one too
late, no command at all."""

_ANSWERS: Final[dict[Ending, Answer]] = {
    "done": "answered",
    "failed": "answered",
    "in_doubt": "answered",
    "cancelled": "unanswered",
    "interrupted": "unanswered",
    "removed": "unanswered",
    "timeout": "late",
    "expired": "late",
}


def details(faults: tuple[Fault, ...] | list[Fault]) -> list[ErrorDetail]:
    """Faults as they stand on the wire."""
    return [ErrorDetail(path=path, code=code, message=message) for path, code, message in faults]


def error_frame(error: FrameError) -> Error:
    """A refusal as it stands on the wire."""
    return Error(
        code=error.code,
        message=error.message,
        ref=error.ref,
        ref_type=error.ref_type,
        details=details(error.faults) or None,
        retry_after=error.retry_after,
    )


class Ledger:
    """What became of every call."""

    __slots__ = ("_delivery", "_ended", "_history", "lanes")

    def __init__(self, delivery: Delivery, history: History) -> None:
        self._delivery = delivery
        self._history = history
        self._ended: OrderedDict[str, Answer] = OrderedDict()
        self.lanes = Lanes()

    @property
    def open(self) -> dict[str, Call]:
        """The calls that have not ended, in the order in which they were sent."""
        return self.lanes.calls

    # ids

    def knows(self, given: str) -> bool:
        """Whether this id was taken: a call's, or one that has ended."""
        return given in self.open or given in self._ended

    def remember(self, given: str, answer: Answer = "none") -> None:
        """An id has ended."""
        self._ended[given] = answer
        if len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)

    @property
    def ended(self) -> list[tuple[str, Answer]]:
        """The ids that have ended, the one that is forgotten first at the front; `remember` takes each."""
        return list(self._ended.items())

    # calls

    def send(
        self,
        call_id: str,
        turn: str | None,
        command: CompiledCommand,
        args: dict[str, Any],
        rev: int,
        now: float,
    ) -> tuple[Call, Send]:
        """Open a call: log its frame, start its clocks."""
        frame = CommandFrame(
            id=call_id,
            turn=turn,
            name=command.name,
            args=args,
            rev=rev,
            lane=command.lane,
            returns=command.returns is not None,
            timeout=command.timeout,
            confirm=command.confirm,
        )
        send = self._delivery.send(frame, call_id)
        call = Call(call_id, turn, command, args, self._delivery.last, now + command.ttl)
        self.lanes.add(call)
        return call, send

    def end(self, call: Call, outcome: Outcome, now: float, tell: CancelReason | None = None) -> list[Effect]:
        """A call ends; `tell`: the client hears it by a `cancel`."""
        self.lanes.end(call, outcome, now)
        self._history.ended(call, outcome)
        self.remember(call.id, _ANSWERS[outcome.ending])
        ended = Ended(call.id, call.turn, call.command.name, outcome)
        if tell is None:
            return [ended]
        cancel = CancelCommand(id=call.id, reason=tell)
        if not call.written and self._delivery.holds(call.seq):
            return [self._delivery.replace(call.seq, cancel), ended]
        return [self._delivery.send(cancel), ended]

    def take(self, call: Call, now: float) -> list[Effect]:
        """The client took in a call that expects no result: it is done."""
        effects = self.end(call, Outcome("done"), now)
        self.remember(call.id, "unasked")
        return effects

    def lose(self, now: float) -> tuple[list[Call], list[Effect]]:
        """The session is over: every call that a socket took is in doubt; those calls."""
        calls = list(self.open.values())
        effects: list[Effect] = []
        for call in calls:
            effects += self.end(call, Outcome("in_doubt" if call.written else "expired"), now)
        return [call for call in calls if call.written], effects

    def redefined(self, commands: CommandSet) -> list[Call]:
        """Unsent calls whose command is no longer defined as it was."""
        return [
            call
            for call in self.open.values()
            if not call.written and not _same(commands.commands.get(call.command.name), call.command)
        ]

    # results

    def outcome(self, call: Call, result: Result) -> tuple[Outcome, list[Effect]]:
        """What a result makes of an open call; a value that does not fit `returns` fails it."""
        outcome, faults = _outcome(call.command, result)
        if not faults:
            return outcome, []
        error = FrameError(
            ErrorCode.INVALID_RESULT,
            f"the value is not what {call.command.name} says that it returns",
            [fault.under("/value") for fault in faults],
            ref=call.id,
            ref_type="result",
        )
        return outcome, [self._delivery.send(error_frame(error))]

    def stray(self, result: Result) -> None:
        """A result for a call that is not open.

        Raises:
            FrameError: `unknown_id`, `late_result`, `duplicate_id`; not where it crossed a `cancel`.

        """
        answer = self._ended.get(result.id, "none")
        if answer == "none":
            raise _stray(ErrorCode.UNKNOWN_ID, "no command of this id was sent to you", result)
        self._ended[result.id] = "answered"
        if answer == "answered":
            raise _stray(ErrorCode.DUPLICATE_ID, "this command has its result already", result)
        if answer == "late":
            raise _stray(ErrorCode.LATE_RESULT, "the command ended before its result came", result)
        if answer == "unanswered" and (command := self._history.command(result.id)) is not None:
            self._history.crossed(result.id, _outcome(command, result)[0])


def _outcome(command: CompiledCommand, result: Result) -> tuple[Outcome, list[Fault]]:
    """How a result says that a call ended, and what is wrong with its value."""
    if not result.ok:
        code = result.error.code if result.error else "failed"
        message = result.error.message if result.error else None
        ending: Ending = "in_doubt" if code == "in_doubt" else "failed"
        return Outcome(ending, code=code, message=message), []
    faults = command.check_value(result.value)
    if not faults:
        return Outcome("done", value=result.value), []
    told = "; ".join(f"{fault.path or '/'}: {fault.message}" for fault in faults[:5])
    return Outcome("failed", code=ErrorCode.INVALID_RESULT, message=told), faults


def _same(one: CompiledCommand | None, other: CompiledCommand) -> bool:
    return one is not None and one.digest == other.digest


def _stray(code: ErrorCode, message: str, result: Result) -> FrameError:
    return FrameError(code, message, ref=result.id, ref_type="result")
