"""What waits for one socket: the single queue between a session and its wire."""

import asyncio
from collections import deque
from typing import NamedTuple


class Goodbye(NamedTuple):
    """The last thing that a socket is given."""

    code: int
    reason: str


class Outbox:
    """Frames in order: a number stands for one of the session's log, a text for one without a number."""

    __slots__ = ("_goodbye", "_items", "_size", "_some")

    def __init__(self) -> None:
        self._items: deque[int | str] = deque()
        self._size = 0
        self._goodbye: Goodbye | None = None
        self._some = asyncio.Event()

    @property
    def size(self) -> int:
        """Characters of unnumbered frames that wait; numbered ones are counted by the log."""
        return self._size

    def put(self, item: int | str) -> None:
        """Give a frame to the wire; after a goodbye nothing goes."""
        if self._goodbye is None:
            self._items.append(item)
            self._size += len(item) if isinstance(item, str) else 0
            self._some.set()

    def close(self, code: int, reason: str, *, at_once: bool = False) -> None:
        """Close the socket once all is written, or `at_once`."""
        if self._goodbye is None:
            self._goodbye = Goodbye(code, reason)
        if at_once:
            self._items.clear()
            self._size = 0
        self._some.set()

    async def get(self) -> int | str | Goodbye:
        """The next frame, or the goodbye behind the last one."""
        while not self._items:
            if self._goodbye is not None:
                return self._goodbye
            self._some.clear()
            await self._some.wait()
        item = self._items.popleft()
        self._size -= len(item) if isinstance(item, str) else 0
        return item
