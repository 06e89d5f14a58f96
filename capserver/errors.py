"""What can go wrong, and how it is told.

    CapserverError
    ├── FrameError       a frame from a client that cannot be accepted; becomes an `error` frame
    │   └── FirstFrameError   the same for a first frame; the connection then closes
    ├── ConfigError      settings that cannot be used; ends the process with a message
    └── TraceError       a file that is no recording, or one that cannot be read

A planner's failure is not an exception but a value (`capserver.prompt.Failed`), so that one bad
turn cannot take down its siblings.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong: where (JSON Pointer, RFC 6901), a stable code, and what to do."""

    path: str
    code: str
    message: str

    def under(self, prefix: str) -> "Fault":
        """The same fault, seen from further up: `prefix` is a JSON Pointer."""
        return Fault(prefix + self.path, self.code, self.message)


_LONGEST_STEP = 128


def pointer(*parts: str | int) -> str:
    """Join keys and indexes to a JSON Pointer (RFC 6901, section 3).

    What came in is told back within bounds: a longer key is cut, a lone surrogate becomes `?`.
    """
    return "".join("/" + _step(str(part)) for part in parts)


def _step(key: str) -> str:
    if len(key) > _LONGEST_STEP:
        key = key[: _LONGEST_STEP - 1] + "…"
    return key.encode(errors="replace").decode().replace("~", "~0").replace("/", "~1")


class CapserverError(Exception):
    """The root of every exception that this project raises on purpose."""


class FrameError(CapserverError):
    """A frame that cannot be accepted. `code` is one of `capserver.protocol.ErrorCode`."""

    def __init__(
        self,
        code: str,
        message: str,
        faults: Iterable[Fault] = (),
        *,
        ref: str | None = None,
        ref_type: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.faults = tuple(faults)
        self.ref = ref
        self.ref_type = ref_type
        self.retry_after = retry_after


class FirstFrameError(FrameError):
    """A first frame that opens no session: the `error` frame is followed by a close with `close`."""

    def __init__(
        self,
        close: int,
        code: str,
        message: str,
        faults: Iterable[Fault] = (),
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code, message, faults, retry_after=retry_after)
        self.close = close


class ConfigError(CapserverError):
    """Settings that cannot be used. All faults at once; each path is `/section/key`."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults = tuple(faults)


class TraceError(CapserverError):
    """What was to be a recording is none, or cannot be read from `line` (from 1) on."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
