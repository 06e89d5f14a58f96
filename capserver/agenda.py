"""The turns of one session: which is planned, which wait, which drain; and the calls that they made.

One turn at a time is *busy* (its model writes, or waits for results). Running commands hold up no turn.
Each method returns effects; what the client must not do raises `FrameError`.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from capserver.calls import Accepted, judge_arguments
from capserver.delivery import Delivery
from capserver.effects import Effect, Plan, Send, Stop
from capserver.errors import FrameError
from capserver.history import History
from capserver.lanes import Call, Outcome
from capserver.ledger import Ledger, details
from capserver.offer import Offer
from capserver.prompt import Delta, Failed, Prompt, Stopped
from capserver.protocol.client import Result
from capserver.protocol.codes import ErrorCode
from capserver.protocol.server import (
    CancelCommand,
    CancelReason,
    CommandDelta,
    CommandRejected,
    Limits,
    Text,
    TurnEnded,
    TurnStarted,
)
from capserver.turn import Asked, Dropped, Event, Refused, Request, Said, Stage, Streamed, Turn

LONGEST_REACTION: Final = 16384
"""Characters; of contexts that share a turn, the oldest words go."""


class Agenda:
    """The turns of one session and their calls."""

    __slots__ = (
        "_delivery",
        "_history",
        "_limits",
        "_muted",
        "_new_id",
        "current",
        "last",
        "ledger",
        "offer",
        "queue",
        "turns",
    )

    def __init__(
        self,
        offer: Offer,
        delivery: Delivery,
        limits: Limits,
        history: History,
        new_id: Callable[[], str],
    ) -> None:
        self.offer = offer
        self._delivery = delivery
        self._limits = limits
        self._history = history
        self._new_id = new_id
        self.ledger = Ledger(delivery, history)
        self.turns: dict[str, Turn] = {}
        """Those that have not ended, oldest first."""
        self.queue: deque[Turn] = deque()
        self.current: Turn | None = None
        """The busy one."""
        self.last: TurnEnded | None = None
        """How the latest turn ended."""
        self._muted: set[str] = set()

    def knows(self, given: str) -> bool:
        """Whether this id was taken."""
        writing = self.current.writing if self.current is not None else ()
        return given in self.turns or given in writing or self.ledger.knows(given)

    def accept(self, given: str) -> None:
        """Whether an id is new in the session.

        Raises:
            FrameError: `duplicate_id`, where it was accepted before.

        """
        if self.knows(given):
            raise FrameError(ErrorCode.DUPLICATE_ID, "this id was accepted before", ref=given)

    # turns

    def add(self, request: Request, on_busy: str, now: float) -> list[Effect]:
        """A new turn: planned at once, or when its time comes.

        Raises:
            FrameError: `duplicate_id`, `busy`.

        """
        self.accept(request.id)
        effects: list[Effect] = []
        if on_busy == "interrupt":
            for turn in list(self.turns.values()):
                effects += self._cancel_turn(turn, "interrupted", now)
        elif self.current is not None:
            self._check_queue(request, on_busy)
        turn = Turn(request, now, self._new_id)
        self.turns[request.id] = turn
        self.queue.append(turn)
        return effects + self._next(now)

    def _check_queue(self, request: Request, on_busy: str) -> None:
        if on_busy == "reject":
            raise FrameError(ErrorCode.BUSY, "another turn is being planned", ref=request.id)
        most = self._limits.turns_queued
        if most and len(self.queue) >= most:
            message = f"{most} turns wait already (limits.turns_queued)"
            raise FrameError(ErrorCode.BUSY, message, ref=request.id, retry_after=1)

    def react(self, request: Request, now: float) -> list[Effect]:
        """Something is the case: those that come while the model is busy share one turn."""
        for turn in self.queue:
            if turn.request.reaction:
                text = f"{turn.request.text}\n{request.text}"
                turn.request = replace(turn.request, text=text[-LONGEST_REACTION:])
                self.ledger.remember(request.id)
                return []
        return self.add(request, "queue", now)

    def _next(self, now: float) -> list[Effect]:
        if self.current is not None or not self.queue:
            return []
        self.current = turn = self.queue.popleft()
        request = turn.request
        turn.begin(now, self._history.begin(request.text, reaction=request.reaction))
        started = TurnStarted(turn=request.id, source=request.source)
        return [self._delivery.send(started), self._plan(turn)]

    def _plan(self, turn: Turn) -> Plan:
        turn.plan()
        self._muted.clear()
        history, steps = self._history.request(turn.record)
        prompt = Prompt(
            text=turn.request.text,
            commands=self.offer.commands,
            only=turn.request.only,
            require=turn.request.require,
            reaction=turn.request.reaction,
            history=history,
            notes=turn.record.notes,
            steps=steps,
            persona=self.offer.persona,
            context=self.offer.context,
            state=self.offer.state,
            vocabulary=self.offer.vocabulary,
            client=self.offer.client,
        )
        return Plan(turn.request.id, prompt)

    def planned(self, turn_id: str, delta: Delta, now: float) -> list[Effect]:
        """A planner wrote more. A turn that is not being planned is deaf."""
        turn = self.turns.get(turn_id)
        if turn is None or not turn.is_planned():
            return []
        effects = self._apply(turn, turn.absorb(delta, self.offer.commands, self.offer.vocabulary), now)
        if isinstance(delta, Stopped | Failed):
            return effects + self._settle(turn, now)
        if turn.overflowed:
            effects += [Stop(turn_id), *self._apply(turn, turn.cut(), now), *self._settle(turn, now)]
        return effects

    def _apply(self, turn: Turn, events: Sequence[Event], now: float) -> list[Effect]:
        return [effect for event in events for effect in self._one(turn, event, now)]

    def _one(self, turn: Turn, event: Event, now: float) -> list[Effect]:
        match event:
            case Said(text):
                turn.say(text)
                return [Send(Text(turn=turn.request.id, delta=text))]
            case Streamed():
                return self._stream(turn, event)
            case Asked():
                return self._ask(turn, event, now)
            case Refused():
                return self._refuse(turn, event)
            case Dropped(call_id):
                return [self._withdraw(call_id, "rejected")]
            case _:  # a thought
                turn.record.write(event)
                return []

    def mute(self) -> None:
        """The socket is gone: no more of what is being written is streamed."""
        if self.current is not None:
            self._muted |= self.current.writing

    def _stream(self, turn: Turn, event: Streamed) -> list[Effect]:
        if not self._delivery.attached:
            self._muted.add(event.id)
        if event.id in self._muted:
            return []
        delta = CommandDelta(
            id=event.id, turn=turn.request.id, name=event.name, param=event.param, delta=event.delta
        )
        return [Send(delta)]

    def _ask(self, turn: Turn, event: Asked, now: float) -> list[Effect]:
        most = self._limits.commands_per_turn
        if most and turn.sent >= most:
            message = f"more than {most} commands in one turn (limits.commands_per_turn)"
            turn.truncate(ErrorCode.TOO_LARGE, message)
            turn.overflowed = True
            return [self._withdraw(event.id, "rejected")] if event.streamed else []
        command = self.offer.commands.commands[event.name]
        call, send = self.ledger.send(event.id, turn.request.id, command, event.args, self.offer.rev, now)
        turn.sent_call(call, now)
        return [send]

    def _refuse(self, turn: Turn, event: Refused) -> list[Effect]:
        rejected = CommandRejected(
            id=event.id,
            turn=turn.request.id,
            name=event.name[:64],
            args=event.args,
            errors=details(event.faults),
        )
        effects: list[Effect] = [self._delivery.send(rejected)]
        if event.streamed:
            effects.append(self._withdraw(event.id, "rejected"))
        return effects

    def _withdraw(self, call_id: str, reason: CancelReason) -> Send:
        """A call that was streamed, or is still written, will not be sent."""
        return self._delivery.send(CancelCommand(id=call_id, reason=reason))

    def _settle(self, turn: Turn, now: float) -> list[Effect]:
        turn.settle(self._limits.steps)
        effects = self._go_on(turn, now)
        if turn.stage.busy:
            return effects
        self.current = None
        return effects + self._next(now)

    def _go_on(self, turn: Turn, now: float) -> list[Effect]:
        """After a step was settled or a call ended: the next step, or the end."""
        if turn.stage is Stage.WAITING and not turn.waiting:
            return [self._plan(turn)]
        if turn.stage is Stage.DRAINING and not turn.calls:
            return [self._end_turn(turn, now)]
        return []

    def _end_turn(self, turn: Turn, now: float) -> Send:
        turn.stage = Stage.ENDED
        del self.turns[turn.request.id]
        self.ledger.remember(turn.request.id)
        self.last = turn.told(now)
        return self._delivery.send(self.last)

    # cancels

    def cancel(self, given: str, now: float) -> list[Effect]:
        """Stop a turn or a command; what has ended is left alone."""
        if turn := self.turns.get(given):
            return self._cancel_turn(turn, "cancelled", now) + self._next(now)
        if self.current is not None and given in self.current.writing:
            self.current.drop(given)
            return [self._withdraw(given, "cancelled")]
        if call := self.ledger.open.get(given):
            return self._end_call(call, Outcome("cancelled"), now, tell="cancelled")
        return []

    def _cancel_turn(
        self, turn: Turn, reason: Literal["cancelled", "interrupted"], now: float
    ) -> list[Effect]:
        effects: list[Effect] = []
        if turn.is_planned():
            effects.append(Stop(turn.request.id))
        effects += [self._withdraw(dropped.id, reason) for dropped in turn.cut()]
        if turn.stage is Stage.QUEUED:
            self.queue.remove(turn)
        elif turn.request.remember:
            self._history.note(f"The instruction “{turn.request.text[:80]}” was {reason}.")
        if turn is self.current:
            self.current = None
        turn.stage, turn.status, turn.error = Stage.DRAINING, "cancelled", None
        for call in [call for call in self.ledger.open.values() if call.id in turn.calls]:
            effects += self._end_call(call, Outcome(reason), now, tell=reason)
        return effects + (self._go_on(turn, now) if turn.stage is Stage.DRAINING else [])

    @property
    def held(self) -> float | None:
        """Until when the planner of the busy turn waits for the client."""
        return None if self.current is None else self.current.held

    def hold(self, until: float | None) -> None:
        """The planner of the busy turn waits, or waits no more."""
        if self.current is not None and self.current.is_planned():
            self.current.held = until

    def give_up(self, message: str, now: float) -> list[Effect]:
        """The busy turn fails where its planner has waited too long; its commands go on."""
        turn = self.current
        if turn is None or turn.held is None or turn.held > now:
            return []
        failed = Failed(ErrorCode.TIMEOUT, message)
        return [Stop(turn.request.id), *self.planned(turn.request.id, failed, now)]

    # calls

    def check_call(self, call_id: str, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a direct call as they may be sent: names turned into ids.

        Raises:
            FrameError: `unknown_id`: no such command; `invalid_frame`, with every fault under `/args`.

        """
        self.accept(call_id)
        verdict = judge_arguments(args, self.offer.commands, name, self.offer.vocabulary, offered=False)
        if isinstance(verdict, Accepted):
            return verdict.args
        if name not in self.offer.commands.commands:
            raise FrameError(ErrorCode.UNKNOWN_ID, "the client has no such command", verdict.faults)
        faults = [fault.under("/args") for fault in verdict.faults]
        raise FrameError(ErrorCode.INVALID_FRAME, f"{name} does not take these arguments", faults)

    def call(self, call_id: str, name: str, args: dict[str, Any], now: float) -> list[Effect]:
        """Call a command in no turn, with arguments that were checked."""
        command = self.offer.commands.commands[name]
        _, send = self.ledger.send(call_id, None, command, args, self.offer.rev, now)
        return [send]

    def result(self, result: Result, now: float) -> list[Effect]:
        """How a command ended.

        Raises:
            FrameError: `unknown_id`, `late_result`, `duplicate_id`.

        """
        call = self.ledger.open.get(result.id)
        if call is None or not call.written:
            self.ledger.stray(result)
            return []
        outcome, effects = self.ledger.outcome(call, result)
        return effects + self._end_call(call, outcome, now)

    def progress(self, call_id: str, now: float) -> None:
        """A command has begun."""
        if call := self.ledger.open.get(call_id):
            self.ledger.lanes.progress(call, now)

    def wrote(self, call_id: str, now: float) -> list[Effect]:
        """A socket took a command's frame."""
        call = self.ledger.open.get(call_id)
        if call is None:
            return []
        self.ledger.lanes.wrote(call, now)
        return [] if self._delivery.acking else self.acked([call_id], now)

    def acked(self, call_ids: list[str], now: float) -> list[Effect]:
        """The client took commands in: those that expect no result are done."""
        effects: list[Effect] = []
        for call_id in call_ids:
            call = self.ledger.open.get(call_id)
            if call is not None and not call.command.timeout:
                effects += self.ledger.take(call, now) + self._after(call, now)
        return effects

    def due(self, now: float) -> list[Effect]:
        """Calls whose time is over."""
        effects: list[Effect] = []
        for call, reason in self.ledger.lanes.due(now):
            effects += self._end_call(call, Outcome(reason), now, tell=reason)
        return effects

    def changed(self, now: float) -> list[Effect]:
        """Another set is in force: unsent calls of commands that went are cancelled."""
        effects: list[Effect] = []
        for call in self.ledger.redefined(self.offer.commands):
            effects += self._end_call(call, Outcome("removed"), now, tell="removed")
        return effects

    def _end_call(
        self, call: Call, outcome: Outcome, now: float, tell: CancelReason | None = None
    ) -> list[Effect]:
        return self.ledger.end(call, outcome, now, tell) + self._after(call, now)

    def _after(self, call: Call, now: float) -> list[Effect]:
        turn = self.turns.get(call.turn or "")
        if turn is None:
            return []
        turn.calls.discard(call.id)
        turn.waiting.discard(call.id)
        return self._go_on(turn, now)
