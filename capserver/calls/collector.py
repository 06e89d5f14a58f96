"""The text of one call, kept while it is written."""

from typing import Final

from capserver.calls.scanner import Scanner
from capserver.errors import FrameError
from capserver.manifest import CompiledCommand
from capserver.protocol.decode import decode_json

ARGUMENT_BYTES: Final = 16_384
"""UTF-8, white space included."""


class Collector:
    """The arguments of one call, collected while they are written.

    `oversize`: they passed 16 KiB of UTF-8; nothing is kept or given out from then on.
    `streamed`: some of them were given out.
    """

    __slots__ = ("_parts", "_scanner", "_size", "oversize", "streamed")

    def __init__(self, command: CompiledCommand | None) -> None:
        stream = _streamable(command)
        self._scanner = Scanner(command, stream) if stream else None
        self._parts: list[str] = []
        self._size = 0
        self.oversize = False
        self.streamed = False

    def add(self, json_part: str) -> list[tuple[str, str]]:
        """Take in more text; what it adds to `stream` parameters, as (parameter, delta).

        The deltas of a parameter join to its value. A parameter that takes a word of the vocabulary is not
        streamed, for its value is still to become an id; nor is anything that a person must agree to first.
        """
        if self.oversize:
            return []
        self._size += len(json_part)
        if self._size <= ARGUMENT_BYTES and not json_part.isascii():
            self._size += len(json_part.encode("utf-8", "surrogatepass")) - len(json_part)
        if self._size > ARGUMENT_BYTES:
            self.oversize = True
            self._parts.clear()
            self._scanner = None
            return []
        self._parts.append(json_part)
        given = [] if self._scanner is None else self._scanner.feed(json_part)
        self.streamed = self.streamed or bool(given)
        return given

    @property
    def text(self) -> str:
        """All that was written; nothing where it is `oversize`."""
        return "".join(self._parts)

    @property
    def empty(self) -> bool:
        """Whether nothing was written, white space aside."""
        return not self.oversize and not self.text.strip()

    @property
    def complete(self) -> bool:
        """Whether it can be judged as it is: it was begun, and is not cut in the middle of its JSON."""
        if self.oversize:
            return True
        try:
            decode_json(self.text)
        except FrameError:
            scanner = Scanner()
            scanner.feed(self.text)
            return not scanner.unfinished
        return True


def _streamable(command: CompiledCommand | None) -> frozenset[str]:
    if command is None or command.confirm:
        return frozenset()
    return command.stream.difference(path[0] for path, _ in command.slots)
