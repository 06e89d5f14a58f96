"""How much of something is allowed a second, with a burst."""

from typing import Final

BURST: Final = 4
"""A client may send so many seconds' worth of frames at once."""


class Bucket:
    """A token bucket. `rate` a second, `burst` at once, at least one; a rate of 0 allows everything."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = self._left = max(burst, 1.0)
        self._at = now

    def take(self, now: float) -> float:
        """Take one; 0.0 where there was one, else the seconds until there is."""
        if not self._rate:
            return 0.0
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate

    @property
    def state(self) -> tuple[float, float]:
        """What is left of it, and since when; `restore` takes it."""
        return self._left, self._at

    def restore(self, state: tuple[float, float]) -> None:
        """Be as full as another one was."""
        self._left, self._at = state


class Allowance:
    """How many frames a client may send: so many a second, and another burst that is refused."""

    __slots__ = ("_frames", "_patience")

    def __init__(self, rate: float, now: float) -> None:
        self._frames = Bucket(rate, rate * BURST, now)
        self._patience = Bucket(rate, rate * BURST, now)

    def take(self, now: float) -> float:
        """Count a frame; 0.0 where it is allowed, else the seconds until one is."""
        return self._frames.take(now)

    def is_spent(self, now: float) -> bool:
        """Count a frame that is good for nothing; whether there were too many."""
        return bool(self._frames.take(now) and self._patience.take(now))

    @property
    def state(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """What is left of it; `restore` takes it."""
        return self._frames.state, self._patience.state

    def restore(self, state: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Be as full as another one was."""
        frames, patience = state
        self._frames.restore(frames)
        self._patience.restore(patience)
