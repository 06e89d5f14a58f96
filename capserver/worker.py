"""Runs plans: so many at a time, in the order of asking, within a deadline, again where that is safe.

A plan is tried again only while it has given nothing: never after a word or a command went out.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from capserver.prompt import Delta, Failed, Planner, Prompt, Stopped
from capserver.protocol.codes import ErrorCode

log = logging.getLogger(__name__)

Take = Callable[[Delta], Awaitable[None]]
"""Takes one delta; it may keep the worker waiting."""

_LEFT_ALONE: Final = "the planner failed several times and is left alone for a while"
_DOWN: Final = frozenset({ErrorCode.PLANNER_UNAVAILABLE, ErrorCode.PLANNER_OVERLOADED, ErrorCode.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker goes about its plans; all times in seconds."""

    concurrency: int = 64
    turn_seconds: float = 120.0
    retries: int = 2
    first_pause: float = 0.5
    breaker_failures: int = 5
    breaker_seconds: float = 30.0


class Worker:
    """One planner, shared by all sessions of this process."""

    def __init__(self, planner: Planner, pace: Pace | None = None) -> None:
        self.planner = planner
        self._pace = pace or Pace()
        self._places = asyncio.Semaphore(self._pace.concurrency)
        self._failures = 0
        self._closed_until = 0.0
        self._refused: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why no plan can be expected to succeed; none while there is no such reason."""
        if self._refused is None and asyncio.get_running_loop().time() < self._closed_until:
            return _LEFT_ALONE
        return self._refused

    async def run(self, prompt: Prompt, take: Take) -> None:
        """Plan, and give each delta to `take`; the last one is `Stopped` or `Failed`, come what may."""
        seconds = self._pace.turn_seconds
        try:
            async with asyncio.timeout(seconds) as deadline, self._places:
                end = await self._attempts(prompt, take, deadline.when() or 0.0)
        except TimeoutError:
            end = Failed(ErrorCode.TIMEOUT, f"the planner was not done after {seconds:g} s")
            self._note(end)
        await take(end)

    async def _attempts(self, prompt: Prompt, take: Take, until: float) -> Stopped | Failed:
        now = asyncio.get_running_loop().time
        attempt = 0
        while not (left := self._enter(now())):
            given, end = await self._attempt(prompt, take)
            pause = self._pause(end, attempt)
            if given or pause is None or now() + pause >= until:
                self._note(end)
                return end
            attempt += 1
            extra = {"attempt": attempt, "pause": round(pause, 2), **_why(end)}
            log.info("a plan is tried again", extra=extra)
            await asyncio.sleep(pause)
        return Failed(ErrorCode.PLANNER_UNAVAILABLE, _LEFT_ALONE, retry_after=round(left, 1))

    def _pause(self, end: Stopped | Failed, attempt: int) -> float | None:
        """Seconds until the next attempt; none: there is none."""
        if isinstance(end, Stopped) or not end.retryable or attempt >= self._pace.retries:
            return None
        if end.retry_after is not None:
            return end.retry_after
        return self._pace.first_pause * (1 << attempt) * random.uniform(0.5, 1.0)

    async def _attempt(self, prompt: Prompt, take: Take) -> tuple[bool, Stopped | Failed]:
        """One request: whether it gave anything, and how it ended."""
        given = False
        async with aclosing(self.planner.plan(prompt)) as deltas:
            async for delta in deltas:
                if isinstance(delta, Stopped | Failed):
                    return given, delta
                given = True
                await take(delta)
        return given, Failed(ErrorCode.PLANNER_FAILED, "the planner ended in the middle")

    # the breaker: after so many failures in a row one plan at a time is let through, as a probe

    def _enter(self, now: float) -> float:
        """Seconds for which the breaker is still open; 0.0: go on."""
        most = self._pace.breaker_failures
        if not most or self._failures < most:
            return 0.0
        if now < self._closed_until:
            return self._closed_until - now
        self._closed_until = now + self._pace.breaker_seconds
        return 0.0

    def _note(self, end: Stopped | Failed) -> None:
        if isinstance(end, Stopped):
            self._failures, self._closed_until, self._refused = 0, 0.0, None
            return
        if end.code not in _DOWN:
            return
        self._failures += 1
        if self._failures == self._pace.breaker_failures:
            now = asyncio.get_running_loop().time()
            self._closed_until = now + self._pace.breaker_seconds
        if end.code == ErrorCode.PLANNER_UNAVAILABLE and not end.retryable:
            self._refused = end.message


def _why(end: Stopped | Failed) -> dict[str, str]:
    """What a failed plan says of itself: our words, never the model's or the person's."""
    return {"code": end.code, "why": end.message} if isinstance(end, Failed) else {}
