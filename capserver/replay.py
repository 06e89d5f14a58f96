"""A recording, told again to a session made anew: does the same come of it?"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from capserver.errors import FrameError, TraceError
from capserver.inputs import Input, give
from capserver.session import Session
from capserver.snapshot import restore
from capserver.trace import FORMAT, line, read_input, told_effect

Told = dict[str, Any]


class Step(NamedTuple):
    """One input of a recording, as it stands in its line, and the effects that followed."""

    line: int
    now: float
    given: Input
    told: Told
    effects: list[Told]


@dataclass(frozen=True, slots=True)
class Trace:
    """A recording that was read."""

    version: str
    """That of the server that made it."""
    session: Session
    """Made anew; to be told once."""
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where something else came of an input; `at`: the number of its first effect that differs, from 0."""

    step: Step
    at: int
    effects: list[Told]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a recording that was told again."""

    inputs: int
    effects: int
    """As recorded."""
    differing: int
    """Inputs of which something else came; where the core breaks, the rest is not told."""
    first: Difference | None


def read_trace(lines: Iterable[str]) -> Trace:
    """Read a recording.

    Raises:
        TraceError: it is none, or was made by a server that writes them otherwise.

    """
    numbered = ((number, _object(number, text)) for number, text in enumerate(lines, 1) if text.strip())
    number, head = next(numbered, (1, {}))
    if head.get("capserver_trace") != FORMAT:
        raise TraceError(number, f'this is no recording: the first line has no "capserver_trace": {FORMAT}')
    clock = head.get("clock")
    if type(clock) is not int:
        raise TraceError(number, '"clock" is a whole number of seconds')
    try:
        session = restore(head.get("session"))
    except ValueError as error:
        raise TraceError(number, f'"session": {error}') from None
    steps: list[Step] = []
    for number, told in numbered:
        _add(steps, number, told, clock)
    return Trace(str(head.get("version")), session, steps)


def _object(number: int, text: str) -> Told:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TraceError(number, f"not JSON: {error}") from None
    if not isinstance(told, dict):
        raise TraceError(number, "not a JSON object")
    return told


def _add(steps: list[Step], number: int, told: Told, clock: int) -> None:
    out = told.get("out")
    if isinstance(out, dict) and (steps or "end" in out):
        if "end" not in out:
            steps[-1].effects.append(out)
        return
    t = told.get("t")
    if "in" not in told or isinstance(t, bool) or not isinstance(t, int | float):
        raise TraceError(number, 'neither {"t", "in"} nor {"t", "out"} behind one')
    try:
        given = read_input(told["in"])
    except ValueError as error:
        raise TraceError(number, f'"in": {error}') from None
    steps.append(Step(number, clock + t, given, told["in"], []))


def replay(trace: Trace) -> Outcome:
    """Tell a recording again. Its session is used up."""
    differing = 0
    first: Difference | None = None
    for step in trace.steps:
        effects = _effects(trace.session, step)
        if effects != step.effects:
            differing += 1
            first = first or Difference(step, _parting(effects, step.effects), effects)
        if effects and "broke" in effects[0]:
            break
    return Outcome(len(trace.steps), sum(len(step.effects) for step in trace.steps), differing, first)


def _effects(session: Session, step: Step) -> list[Told]:
    try:
        effects = give(session, step.given, step.now)
    except FrameError as error:
        return [{"refused": error.code, "message": error.message}]
    except Exception as error:  # the core is what is tried here: that it breaks is how it differs
        return [{"broke": f"{type(error).__name__}: {error}"}]
    return [json.loads(line(told_effect(effect))) for effect in effects]


def _parting(one: Sequence[Told], other: Sequence[Told]) -> int:
    same = (index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(same, min(len(one), len(other)))
