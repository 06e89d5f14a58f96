"""What the session asks the edge to do. Returned in order, never called back."""

from dataclasses import dataclass

from capserver.lanes import Outcome
from capserver.prompt import Prompt
from capserver.protocol.server import AnyServerMessage


@dataclass(frozen=True, slots=True)
class Send:
    """Put a message on the wire; one with a `seq` already lies in the session's log under it."""

    message: AnyServerMessage
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Replace:
    """What lies in the log under `seq` was never written; it is `message` now."""

    message: AnyServerMessage
    seq: int


@dataclass(frozen=True, slots=True)
class Replay:
    """A socket has come back: write the log again, from the entry behind `after`."""

    after: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Start a planner for the next step of a turn."""

    turn: str
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the planner of a turn; its deltas would fall on deaf ears."""

    turn: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A call has ended; whoever waits for it, or counts, is told."""

    call: str
    turn: str | None
    name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Authenticate:
    """The client sent a fresh token: check that it is of the same principal."""

    token: str


@dataclass(frozen=True, slots=True)
class Close:
    """Write what waits, then close the socket."""

    code: int
    reason: str


Effect = Send | Replace | Replay | Plan | Stop | Ended | Authenticate | Close
