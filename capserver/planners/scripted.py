"""Planners that say what they are told to: `ScriptedPlanner` from a script, `PuppetPlanner` by hand.

A script as JSON maps an instruction to its steps, a step being a list of

- `"text"`: a `TextDelta`
- `{"call": name, "args": {…}, "parts": n}`: a whole call, its JSON in `n` pieces (1). `"raw": "…"` in place
  of `args` is sent as it stands, well formed or not; `"closed": false` leaves the call open
- `{"thought": {…}}`: a `Thought`
- `{"pause": seconds}`: nothing, for that long
- `{"stop": reason, "usage": {…}}`
- `{"fail": code, "message": "…", "retryable": bool, "retry_after": seconds, "usage": {…}}`
- `{"cut": true}`: the plan ends here without a word

A step without `stop`, `fail` or `cut` stops with `end`. One step alone need not stand in a list of its own.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final, Self

from capserver.prompt import (
    CallClosed,
    CallDelta,
    CallOpened,
    Delta,
    Failed,
    Prompt,
    Stopped,
    TextDelta,
    Thought,
)
from capserver.protocol.server import Usage

_REASONS: Final = ("end", "calls", "max_tokens", "refusal")
_KINDS: Final = ("call", "thought", "pause", "stop", "fail", "cut")


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing comes for so many seconds."""

    seconds: float


Line = Delta | Pause
Script = Mapping[str, Sequence[Sequence[Line]]]


class ScriptedPlanner:
    """Replays a script: from what is said to the steps that follow. What is not in it ends at once.

    `pause` is the time before each delta, in seconds.
    """

    name = "scripted"

    def __init__(self, script: Script, pause: float = 0.0) -> None:
        self._script = script
        self._pause = pause

    @classmethod
    def from_json(cls, script: Mapping[str, Any], pause: float = 0.0) -> Self:
        """From a decoded script, in the form at the top of this module.

        Raises:
            ValueError: where it has another form; the message names the instruction.
        """
        return cls({said: tuple(_steps(said, steps)) for said, steps in script.items()}, pause)

    async def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """The step that comes after those in the prompt."""
        for line in self._step(prompt):
            wait = line.seconds if isinstance(line, Pause) else self._pause
            await asyncio.sleep(wait)
            if not isinstance(line, Pause):
                yield line

    def _step(self, prompt: Prompt) -> Sequence[Line]:
        steps = self._script.get(prompt.text, ())
        return steps[len(prompt.steps)] if len(prompt.steps) < len(steps) else (Stopped("end"),)

    async def warm(self) -> None:
        """Nothing is loaded."""

    async def aclose(self) -> None:
        """Nothing is held."""


def _steps(said: str, steps: object) -> Iterator[tuple[Line, ...]]:
    if not isinstance(steps, list):
        raise ValueError(f"{said!r}: a list of steps is expected")
    for step in steps if all(isinstance(step, list) for step in steps) else [steps]:
        try:
            yield tuple(_lines(step))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{said!r}: {error}") from error


def _lines(step: list[Any]) -> Iterator[Line]:
    for index, item in enumerate(step):
        if isinstance(item, str):
            yield TextDelta(item)
            continue
        kind = next((kind for kind in _KINDS if kind in item), None) if isinstance(item, dict) else None
        if kind is None:
            raise ValueError(f"item {index} is a text or an object with one of {', '.join(_KINDS)}")
        if kind == "cut":
            return
        yield from _call(index, **item) if kind == "call" else (_line(kind, item),)
        if kind in ("stop", "fail"):
            return
    yield Stopped("end")


def _line(kind: str, item: dict[str, Any]) -> Line:
    if kind == "thought":
        return Thought(item["thought"])
    if kind == "pause":
        return Pause(float(item["pause"]))
    usage = Usage.model_validate(item.get("usage", {}))
    if kind == "fail":
        message = item.get("message", "the script says so")
        return Failed(item["fail"], message, item.get("retryable", False), item.get("retry_after"), usage)
    if item["stop"] not in _REASONS:
        raise ValueError(f"stop is one of {', '.join(_REASONS)}")
    return Stopped(item["stop"], usage)


def _call(
    index: int,
    call: str,
    args: object = None,
    parts: int = 1,
    raw: str | None = None,
    closed: bool = True,
) -> Iterator[Delta]:
    written = json.dumps(args or {}, ensure_ascii=False) if raw is None else raw
    size = max(-(-len(written) // max(parts, 1)), 1)
    yield CallOpened(index, call)
    for at in range(0, len(written), size):
        yield CallDelta(index, written[at : at + size])
    if closed:
        yield CallClosed(index)


@dataclass(slots=True)
class Performance:
    """One plan of a `PuppetPlanner`: what was asked, and the way to answer."""

    prompt: Prompt
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the plan ended or was cancelled."""
    _lines: asyncio.Queue[Delta | None] = field(default_factory=asyncio.Queue)

    def send(self, *deltas: Delta) -> None:
        """The planner yields these, as soon as it is asked for more."""
        for delta in deltas:
            self._lines.put_nowait(delta)

    def cut(self) -> None:
        """The plan ends without `Stopped` or `Failed`."""
        self._lines.put_nowait(None)

    async def play(self) -> AsyncGenerator[Delta, None]:
        """What is sent, until it ends."""
        try:
            while (delta := await self._lines.get()) is not None:
                yield delta
                if isinstance(delta, Stopped | Failed):
                    return
        finally:
            self.over.set()


class PuppetPlanner:
    """A planner that is driven by hand, one delta at a time: interleavings without a clock.

    `await next_prompt()` waits for the next plan to begin and makes it the one that `send` and `cut` speak
    for; `next_plan()` does the same and returns it, where several go on at once.
    """

    name = "scripted"

    def __init__(self) -> None:
        self._asked: asyncio.Queue[Performance] = asyncio.Queue()
        self._current: Performance | None = None

    async def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """What the hand sends."""
        performance = Performance(prompt)
        self._asked.put_nowait(performance)
        async with aclosing(performance.play()) as lines:
            async for delta in lines:
                yield delta

    async def next_plan(self) -> Performance:
        """The next plan that begins, or began and was not asked for yet."""
        self._current = await self._asked.get()
        return self._current

    async def next_prompt(self) -> Prompt:
        """The prompt of the next plan."""
        return (await self.next_plan()).prompt

    def send(self, *deltas: Delta) -> None:
        """Send to the current plan.

        Raises:
            RuntimeError: before `next_prompt`.
        """
        self._now().send(*deltas)

    def cut(self) -> None:
        """End the current plan without a word.

        Raises:
            RuntimeError: before `next_prompt`.
        """
        self._now().cut()

    def _now(self) -> Performance:
        if self._current is None:
            raise RuntimeError("no plan was asked for: await next_prompt() first")
        return self._current

    async def warm(self) -> None:
        """Nothing is loaded."""

    async def aclose(self) -> None:
        """Nothing is held."""
