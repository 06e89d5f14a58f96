"""Recordings of all sessions as files of a folder, one a session, for operators who look into things later.

The loop never waits for the disk: lines are handed to a thread, in order, as many as have come meanwhile. A
disk that cannot follow costs the recordings that wait, never a session.
"""

import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from capserver.errors import ConfigError, Fault

log = logging.getLogger(__name__)

MOST: Final = 64 * 1024 * 1024
"""Characters that may wait for the disk."""


class Archive:
    """A folder of recordings. `put` is a recorder's sink."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError where there is no such folder and none can be made."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fault = Fault("/server/traces", "folder", f"{folder}: {error.strerror}")
            raise ConfigError("recordings cannot be kept there", [fault]) from None
        self._folder = folder
        self._waiting: dict[str, list[str]] = defaultdict(list)
        self._size = 0
        self._cut: set[str] = set()
        self._writing: asyncio.Task[None] | None = None

    def put(self, session_id: str, text: str) -> None:
        """Lines of a session's recording, each with its end."""
        if session_id in self._cut:
            return
        if self._size + len(text) > MOST:
            log.warning("a recording is cut: the disk is too slow", extra={"session": session_id})
            self._cut.add(session_id)
            return
        self._waiting[session_id].append(text)
        self._size += len(text)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._waiting:
            waiting, self._waiting, self._size = self._waiting, defaultdict(list), 0
            await asyncio.to_thread(self._append, waiting)
        self._writing = None

    def _append(self, waiting: Mapping[str, list[str]]) -> None:
        for session_id, texts in waiting.items():
            try:
                with open(self._folder / f"{session_id}.jsonl", "ab", opener=_private) as file:
                    file.write("".join(texts).encode())
            except OSError as error:
                extra = {"session": session_id, "why": error.strerror}
                log.error("a recording cannot be written", extra=extra)

    async def aclose(self) -> None:
        """Write what waits; for the end of the process."""
        if self._writing is not None:
            await self._writing


def _private(path: str, flags: int) -> int:
    """People's words: for the eyes of who runs the server."""
    return os.open(path, flags, 0o600)
