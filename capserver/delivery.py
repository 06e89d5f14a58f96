"""Numbered frames of one session in both directions: the log, what is acked, what was taken in.

The log is the only way to the wire: live and replayed frames are read from it by number. A client that acks
holds it until it does; for one that never did, the log is a ring.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from capserver.effects import Replace, Send
from capserver.errors import Fault, FrameError
from capserver.protocol.codes import ErrorCode
from capserver.protocol.server import AnyServerMessage, encode

RING: Final = 1024
MUCH: Final = 4
"""How many times its bound a log may have before its client is sent away."""
ACK_EVERY: Final = 8
ACK_WITHIN: Final = 0.5
_STATE: Final = {
    **{name: name for name in ("last", "acked", "acking", "attached", "taken", "ack_due")},
    "told": "_told",
    "given": "_given",
}


@dataclass(slots=True)
class Entry:
    """One numbered frame: its text, the command that it carries, whether a socket ever took it."""

    text: str
    size: int
    command: str | None
    written: bool = False


class Delivery:
    """The log of what the server sends, and the count of what the client sent."""

    __slots__ = (
        "_bytes",
        "_commands",
        "_given",
        "_limit",
        "_log",
        "_told",
        "_unwritten",
        "ack_due",
        "acked",
        "acking",
        "attached",
        "last",
        "taken",
    )

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._log: deque[Entry] = deque()
        self._bytes = 0
        self._unwritten = 0
        self._commands = 0
        self._told = 0
        self._given = 0
        """The number up to which the socket that stands has, or its client had before."""
        self.last = 0
        """The number of the newest entry."""
        self.acked = 0
        """Entries up to here are gone, acked or dropped from the ring."""
        self.acking = False
        """Whether the client has ever sent an `ack`."""
        self.attached = True
        """Whether a socket stands."""
        self.taken = 0
        """The last number taken in from the client."""
        self.ack_due: float | None = None
        """When the client has to be told what was taken in."""

    # out

    def send(self, message: AnyServerMessage, command: str | None = None) -> Send:
        """Log a message under the next number."""
        self.last += 1
        text = encode(message, self.last)
        entry = Entry(text, _size(text), command)
        self._log.append(entry)
        self._bytes += entry.size
        self._unwritten += entry.size
        self._commands += command is not None
        self._trim()
        return Send(message, self.last)

    def replace(self, seq: int, message: AnyServerMessage) -> Replace:
        """Put another message under the number of one that was never written."""
        entry = self[seq]
        text = encode(message, seq)
        more = _size(text) - entry.size
        self._bytes += more
        self._unwritten += more
        self._commands -= entry.command is not None
        entry.text, entry.size, entry.command = text, entry.size + more, None
        return Replace(message, seq)

    def __getitem__(self, seq: int) -> Entry:
        return self._log[seq - self.acked - 1]

    def holds(self, seq: int) -> bool:
        """Whether this entry is still in the log."""
        return self.acked < seq <= self.last

    def wrote(self, seq: int) -> Entry:
        """A socket took the entry."""
        entry = self[seq]
        self._given = seq
        if not entry.written:
            entry.written = True
            self._unwritten -= entry.size
        return entry

    def _trim(self) -> None:
        """Keep the ring bounded for a client that never acked: the oldest entries go.

        While a socket stands, only what that one was given goes.
        """
        while not self.acking and self._log and self._passes(1):
            if self.attached and self._given <= self.acked:
                return
            self._drop()

    def _passes(self, times: int) -> bool:
        """Whether the log is larger than so many times its bound."""
        return len(self._log) > times * RING or bool(self._limit and self._bytes > times * self._limit)

    @property
    def overfull(self) -> bool:
        """Whether its client makes it grow without taking anything in."""
        return self._passes(MUCH)

    def _drop(self) -> Entry:
        entry = self._log.popleft()
        self.acked += 1
        self._bytes -= entry.size
        self._commands -= entry.command is not None
        if not entry.written:
            self._unwritten -= entry.size
        return entry

    def full(self, window: int) -> bool:
        """Whether the model has to wait until the client took more in."""
        if not self.acking:
            return bool(self._limit) and self._unwritten >= self._limit
        return bool((window and self._commands >= window) or (self._limit and self._bytes >= self._limit))

    def can_replay(self, upto: int) -> bool:
        """Whether a client that took in all up to `upto` can be given the rest."""
        return self.acked <= upto <= self.last and (upto == self.acked or self[upto].written)

    def ack(self, upto: int) -> list[str]:
        """The client took in all up to `upto`; the commands among it.

        Raises:
            FrameError: `invalid_frame`, for what was never sent.

        """
        if upto > self.last or (self.holds(upto) and not self[upto].written):
            fault = Fault("/upto", "ahead", "no frame of that number was sent to you")
            raise FrameError(ErrorCode.INVALID_FRAME, "the ack is ahead", [fault], ref_type="ack")
        self.acking = True
        return self._forget(upto)

    def attach(self, upto: int) -> list[str]:
        """A socket stands, of a client that took in all up to `upto`; the commands among it."""
        self.attached = True
        self._given = upto
        return self._forget(upto)

    def _forget(self, upto: int) -> list[str]:
        commands = []
        while self.acked < upto:
            entry = self._drop()
            if entry.command is not None:
                commands.append(entry.command)
        return commands

    # told, and told again

    @property
    def state(self) -> dict[str, Any]:
        """All that it knows, as JSON, but for what the frames say; `restore` takes it."""
        counted = {name: getattr(self, kept) for name, kept in _STATE.items()}
        return {**counted, "log": [[entry.size, entry.command, entry.written] for entry in self._log]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Know what another one knew. The log has the sizes of its frames, and no texts."""
        for name, kept in _STATE.items():
            setattr(self, kept, state[name])
        self._log = deque(Entry("", size, command, written) for size, command, written in state["log"])
        self._bytes = sum(entry.size for entry in self._log)
        self._unwritten = sum(entry.size for entry in self._log if not entry.written)
        self._commands = sum(entry.command is not None for entry in self._log)

    # in

    def take(self, seq: int, now: float) -> tuple[bool, range]:
        """A numbered frame came: whether it is new, and the numbers that are missing before it."""
        new = seq > self.taken
        missing = range(self.taken + 1, seq)
        self.taken = max(seq, self.taken)
        if self.ack_due is None:
            self.ack_due = now + ACK_WITHIN
        if self.taken - self._told >= ACK_EVERY:
            self.ack_due = now
        return new, missing

    def told(self) -> int:
        """The client is told now; up to where."""
        self._told = self.taken
        self.ack_due = None
        return self.taken


def gap(missing: range) -> FrameError:
    """What a client is told of numbers that it left out."""
    text = f"{missing.start}" if len(missing) == 1 else f"{missing.start} to {missing.stop - 1}"
    fault = Fault("/seq", "gap", f"missing: {text}")
    return FrameError(ErrorCode.INVALID_FRAME, "frames before this one are missing", [fault])


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
