"""What the model is told of earlier turns and steps. Once told, a word never changes: its cached
prefix stays.

A call that still runs when a request is built is told as `running` for good; its real end is a note in
the next person's message.
"""

import json
from collections import OrderedDict, deque
from dataclasses import replace
from typing import Final

from capserver.lanes import Call, Outcome
from capserver.manifest import CompiledCommand
from capserver.prompt import Exchange, PastCall, Step, Thought

Part = str | Thought | Call | PastCall

_LONGEST_VALUE: Final = 8000
_LONGEST_NOTE: Final = 1000
_NOTES: Final = 64
_CROSSING: Final = 256
_RUNNING: Final = "running"
_WORDS: Final = {
    "cancelled": "cancelled before it ended",
    "interrupted": "interrupted by a newer instruction",
    "timeout": "timed out: no result came",
    "expired": "never reached the client; it was dropped",
    "removed": "dropped: the client no longer has this command",
    "in_doubt": "in doubt: the connection broke, it may or may not have been done",
}


def describe(outcome: Outcome) -> str:
    """The end of a call in the words that a model reads."""
    if outcome.ending == "done":
        return "done" if outcome.value is None else _short(outcome.value)
    if outcome.ending == "failed":
        return f"failed ({outcome.code}): {outcome.message or 'no reason given'}"
    words = _WORDS[outcome.ending]
    return words if outcome.message is None else f"{words}; {outcome.message}"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _cut(text, _LONGEST_VALUE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + "… (cut)"


class Record:
    """What is written down of one turn while it goes on."""

    __slots__ = ("forgotten", "notes", "reaction", "steps", "text")

    def __init__(self, text: str, notes: tuple[str, ...], *, reaction: bool = False) -> None:
        self.text = text
        self.reaction = reaction
        self.notes = notes
        self.steps: list[list[Part]] = []
        self.forgotten = False

    def write(self, part: Part) -> None:
        """Add to the present step; texts that follow each other are one."""
        step = self.steps[-1]
        if isinstance(part, str) and step and isinstance(step[-1], str):
            step[-1] += part
        else:
            step.append(part)


class History:
    """The turns of a session, oldest first, bounded in number and size."""

    __slots__ = ("_cancelled", "_characters", "_notes", "_record", "_running", "_sizes", "_told", "_turns")

    def __init__(self, turns: int, tokens: int) -> None:
        self._turns = turns
        self._characters = tokens * 4
        self._told: list[Exchange] = []
        self._sizes: list[int] = []
        self._record: Record | None = None
        self._running: set[str] = set()
        self._cancelled: OrderedDict[str, CompiledCommand] = OrderedDict()
        self._notes: deque[str] = deque(maxlen=_NOTES)

    def note(self, sentence: str) -> None:
        """Something for the model to hear before the next instruction."""
        self._notes.append(_cut(sentence, _LONGEST_NOTE))

    def begin(self, text: str, *, reaction: bool = False) -> Record:
        """A turn begins to be planned; the one before is told from now on as it stands."""
        last = self._record
        if last is not None and last.forgotten:
            # What it was told of the turns before it is news again.
            self._notes = deque((*last.notes, *self._notes), maxlen=_NOTES)
        elif last is not None:
            exchange = Exchange(last.text, last.notes, self._steps(last), last.reaction)
            self._told.append(exchange)
            self._sizes.append(_size(exchange))
            self._shorten()
        self._record = Record(text, tuple(self._notes), reaction=reaction)
        self._notes.clear()
        return self._record

    def request(self, record: Record) -> tuple[tuple[Exchange, ...], tuple[Step, ...]]:
        """A request is built: earlier turns, and this one's finished steps, as they are told now."""
        steps = self._steps(record)
        record.steps.append([])
        return tuple(self._told), steps

    def ended(self, call: Call, outcome: Outcome) -> None:
        """A call ended: who was told that it runs is told."""
        if call.id in self._running:
            self._running.discard(call.id)
            self.note(f"{call.command.name} ({call.id}): {describe(outcome)}")
            self._expect(call, outcome)

    def command(self, call_id: str) -> CompiledCommand | None:
        """The command of a cancelled call, where its result is still of interest."""
        call = self._find(call_id)
        return self._cancelled.get(call_id) if call is None else call.command

    def crossed(self, call_id: str, result: Outcome) -> None:
        """The result of a cancelled call came all the same."""
        words = f"its result came all the same: {describe(result)}"
        call = self._find(call_id)
        if call is not None and call.outcome is not None:
            call.outcome = replace(call.outcome, message=words)
        elif (command := self._cancelled.pop(call_id, None)) is not None:
            self.note(f"{command.name} ({call_id}): {words}")

    def _find(self, call_id: str) -> Call | None:
        """The call of this id, as long as its end was not told."""
        steps = self._record.steps if self._record else ()
        parts = (part for step in steps for part in step)
        return next((part for part in parts if isinstance(part, Call) and part.id == call_id), None)

    def _expect(self, call: Call, outcome: Outcome) -> None:
        """The model was told of a cancel: a result may cross it."""
        if outcome.ending in ("cancelled", "interrupted", "removed"):
            self._cancelled[call.id] = call.command
            if len(self._cancelled) > _CROSSING:
                self._cancelled.popitem(last=False)

    def _steps(self, record: Record) -> tuple[Step, ...]:
        for step in record.steps:
            step[:] = [self._tell(record, part) if isinstance(part, Call) else part for part in step]
        return tuple(
            Step(tuple(part for part in step if not isinstance(part, Call))) for step in record.steps if step
        )

    def _tell(self, record: Record, call: Call) -> PastCall:
        if call.outcome is None:
            if not record.forgotten:
                self._running.add(call.id)
            return PastCall(call.id, call.command.name, call.args, _RUNNING)
        if not record.forgotten:
            self._expect(call, call.outcome)
        failed = call.outcome.ending != "done"
        return PastCall(call.id, call.command.name, call.args, describe(call.outcome), failed)

    def _shorten(self) -> None:
        """Past a bound, forget down to its half, so that the cached prefix changes seldom."""
        if len(self._told) <= self._turns and sum(self._sizes) <= self._characters:
            return
        while self._told and (len(self._told) > self._turns // 2 or sum(self._sizes) > self._characters // 2):
            del self._told[0], self._sizes[0]


def _size(exchange: Exchange) -> int:
    size = len(exchange.text) + sum(map(len, exchange.notes))
    for step in exchange.steps:
        for part in step.parts:
            if isinstance(part, str):
                size += len(part)
            elif isinstance(part, PastCall):
                size += len(part.told) + len(json.dumps(part.arguments))
            else:
                size += len(str(part.block))
    return size
