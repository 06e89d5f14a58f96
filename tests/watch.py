"""Watches everything that one session asks for, and knows what must hold of it.

It reads effects as an observer at the edge does; it knows nothing of how the session is made. Each rule is a
sentence of PROTOCOL.md.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from capserver.effects import Effect, Ended, Plan, Replace, Send, Stop
from capserver.prompt import Exchange, PastCall, Prompt, Step, Thought
from capserver.protocol.server import (
    AnyServerMessage,
    CancelCommand,
    CommandDelta,
    CommandFrame,
    CommandRejected,
    Error,
    Text,
    TurnEnded,
    TurnStarted,
)

Valid = Callable[[CommandFrame], bool]


class Watch:
    """What went out of one session, by turn and by command."""

    def __init__(self, is_valid: Valid) -> None:
        self._is_valid = is_valid
        self.last = 0
        self._stops = False
        self.written: dict[int, str] = {}
        self.asked: dict[str, bool] = {}
        """Turns that were accepted, and whether they are remembered."""
        self.called: set[str] = set()
        """Commands that somebody called directly."""
        self.started: set[str] = set()
        self.ended: dict[str, TurnEnded] = {}
        self.commands: dict[str, CommandFrame] = {}
        self.seq_of: dict[str, int] = {}
        self.over: dict[str, Ended] = {}
        self.cancelled: set[str] = set()
        self.rejected: set[str] = set()
        self.errors: list[Error] = []
        self._texts: dict[str, str] = {}
        self.streamed: dict[str, str] = {}
        self._turn_of: dict[str, str] = {}
        self.broken: set[str] = set()
        """Streamed calls that a drop cut off from their client."""
        self._told: dict[str, str] = {}
        self._prompts: dict[str, Prompt] = {}
        self._unheard: set[str] = set()
        """Turns whose model has still to hear of a value or a rejection of its last step."""
        self._before: tuple[Exchange, ...] = ()
        self.calls: dict[str, list[str]] = {}
        """By turn, the calls that a model has to be told of."""

    def see(self, effects: Sequence[Effect]) -> None:
        """Effects came out of the session, in this order."""
        self._stops = any(isinstance(effect, Stop) for effect in effects)
        for effect in effects:
            match effect:
                case Send(message, None):
                    self._unnumbered(message)
                case Send(message, int() as seq):
                    self.last += 1
                    assert seq == self.last, "numbers have no gaps"
                    self._numbered(message, seq)
                case Replace(CancelCommand() as cancel, seq):
                    assert seq not in self.written, "what a socket took stays as it is"
                    assert self.seq_of[cancel.id] == seq
                    self._cancel(cancel)
                case Ended():
                    assert effect.call not in self.over, "each command ends once"
                    assert effect.call in self.commands
                    self.over[effect.call] = effect
                case Plan(turn, prompt):
                    self._plan(turn, prompt)
                case _:
                    pass

    def wrote(self, seq: int, text: str) -> None:
        """A socket took a numbered frame."""
        assert self.written.setdefault(seq, text) == text, "a number stands for one frame"

    def dropped(self) -> None:
        """The socket is gone: what was being streamed stays incomplete."""
        self.broken |= self.streamed.keys()

    # frames

    def _unnumbered(self, message: AnyServerMessage) -> None:
        match message:
            case Text(turn=turn, delta=delta):
                assert turn in self.started
                assert turn not in self.ended, "nothing after the end"
                self._texts[turn] = self._texts.get(turn, "") + delta
            case CommandDelta(id=call, turn=turn, delta=delta):
                assert turn not in self.ended
                assert call not in self.broken, "after a drop no more deltas come"
                assert call not in self.commands.keys() | self.cancelled | self.rejected
                self._turn_of[call] = turn
                self.streamed[call] = self.streamed.get(call, "") + delta
            case _:
                pass

    def _numbered(self, message: AnyServerMessage, seq: int) -> None:
        match message:
            case TurnStarted(turn=turn):
                assert turn in self.asked, "a turn was asked for"
                assert turn not in self.started | self.ended.keys()
                self.started.add(turn)
            case TurnEnded(turn=turn):
                self._end(turn, message)
            case CommandFrame():
                self._command(message, seq)
            case CommandRejected(id=call, turn=turn):
                assert turn not in self.ended
                assert call not in self.commands.keys() | self.rejected
                self.rejected.add(call)
                self._unheard.add(turn)
                self.calls.setdefault(turn, []).append(call)
                self.streamed.setdefault(call, "")
            case CancelCommand():
                self._cancel(message)
            case Error():
                self.errors.append(message)
            case _:
                pass

    def _command(self, frame: CommandFrame, seq: int) -> None:
        if frame.turn is None:
            assert frame.id in self.called, "in no turn: somebody called it"
        else:
            assert frame.turn in self.started
            assert frame.turn not in self.ended, "no command after the end of its turn"
        assert frame.id not in self.commands.keys() | self.cancelled | self.rejected, "an id is used once"
        assert self._is_valid(frame), f"valid for the set in force: {frame}"
        if (streamed := self.streamed.get(frame.id)) is not None:
            whole = frame.args["text"]
            assert whole.startswith(streamed) if frame.id in self.broken else whole == streamed
        self.commands[frame.id], self.seq_of[frame.id] = frame, seq
        if frame.turn is None:
            return
        self.calls.setdefault(frame.turn, []).append(frame.id)
        if frame.returns:
            self._unheard.add(frame.turn)

    def _cancel(self, cancel: CancelCommand) -> None:
        assert cancel.id not in self.cancelled, "no second cancel"
        assert cancel.id not in self.over, "no cancel after the end"
        self.cancelled.add(cancel.id)
        if cancel.reason == "rejected":
            assert cancel.id not in self.commands
        elif cancel.id not in self.commands and not self._stops:
            self.calls.setdefault(self._turn_of[cancel.id], []).append(cancel.id)

    def _end(self, turn: str, ended: TurnEnded) -> None:
        assert turn in self.asked
        assert turn not in self.ended, "one turn.ended for each turn"
        mine = [call for call, frame in self.commands.items() if frame.turn == turn]
        assert self.over.keys() >= set(mine), "after the end of its commands"
        assert ended.commands == len(mine)
        assert ended.text == self._texts.get(turn, "")
        assert (ended.error is not None) >= (ended.status == "failed")
        assert ended.timing.total_ms >= ended.timing.queued_ms >= 0
        assert ended.status != "completed" or turn not in self._unheard, "values go back to the model"
        self.ended[turn] = ended

    # prompts

    def _plan(self, turn: str, prompt: Prompt) -> None:
        assert turn in self.started
        assert turn not in self.ended
        steps = [*(step for exchange in prompt.history for step in exchange.steps), *prompt.steps]
        told = [call for step in steps for call in step.calls]
        assert max(Counter(call.id for call in told).values(), default=1) == 1, "a call is told once"
        for step in steps:
            self._check_step(step)
        for call in told:
            assert self._told.setdefault(call.id, call.told) == call.told, "once told, a word never changes"
        if turn in self._prompts:
            self._check_next_step(self._prompts[turn], prompt)
        else:
            self._check_history(prompt)
        self._prompts[turn] = prompt
        self._unheard.discard(turn)
        self._before = prompt.history

    @staticmethod
    def _check_step(step: Step) -> None:
        assert step.parts, "no empty step"
        for part, after in zip(step.parts, (*step.parts[1:], None), strict=True):
            assert isinstance(part, str | Thought | PastCall)
            assert not (isinstance(part, str) and isinstance(after, str)), "texts are joined"
            assert not isinstance(part, PastCall) or part.told

    @staticmethod
    def _check_next_step(before: Prompt, now: Prompt) -> None:
        same = ("text", "history", "notes", "only", "require", "reaction")
        assert [getattr(before, name) for name in same] == [getattr(now, name) for name in same]
        assert now.steps[: len(before.steps)] == before.steps, "the prefix stays"
        assert len(now.steps) > len(before.steps)

    def _check_history(self, prompt: Prompt) -> None:
        """Earlier turns stand as they were told; past a bound the oldest ones go."""
        older = list(prompt.history)
        if older and not any(older[-1] is exchange for exchange in self._before):
            self._check_exchange(older.pop())
        kept = self._before[len(self._before) - len(older) :]
        assert [id(exchange) for exchange in older] == [id(exchange) for exchange in kept]

    def _check_exchange(self, exchange: Exchange) -> None:
        """The turn before is told as far as it came: what its last prompt said, and what followed."""
        turn, prompt = list(self._prompts.items())[-1]
        assert self.asked[turn], "what is not remembered is gone"
        assert (exchange.text, exchange.notes) == (prompt.text, prompt.notes)
        assert exchange.steps[: len(prompt.steps)] == prompt.steps, "the prefix stays"
        told = [call.id for step in exchange.steps for call in step.calls]
        assert told == self.calls.get(turn, []), "every call has its result"

    # at the end

    def quiet(self) -> dict[str, Any]:
        """What is still open; nothing, once all was cancelled."""
        return {
            "turns": self.asked.keys() - self.ended.keys(),
            "commands": self.commands.keys() - self.over.keys(),
        }

    def left(self) -> list[str]:
        """What is to be cancelled, one after the other: turns with their commands, then what was called."""
        quiet = self.quiet()
        assert quiet["turns"] or quiet["commands"] <= self.called, "no command outlives its turn"
        return sorted(quiet["turns"]) or sorted(quiet["commands"])
