"""Whatever happens to a session, as a value: what it is given is all that it knows.

So a session can be told again what happened to it: the same inputs at the same times, the same effects.
"""

from dataclasses import dataclass
from typing import Any, assert_never

from capserver.effects import Effect
from capserver.errors import Fault
from capserver.prompt import Delta
from capserver.protocol.client import Instruct
from capserver.protocol.server import Lost, NotResumed, Source
from capserver.protocol.values import Resume
from capserver.session import Session


@dataclass(frozen=True, slots=True)
class Opened:
    """The session is new: `findings` about its manifest; `reason`, `lost`: why it is not another one."""

    findings: tuple[Fault, ...] = ()
    reason: NotResumed | None = None
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class Framed:
    """A text frame came."""

    text: str


@dataclass(frozen=True, slots=True)
class Binary:
    """A binary frame came."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A planner wrote more of a turn."""

    turn: str
    delta: Delta


@dataclass(frozen=True, slots=True)
class Wrote:
    """A socket took a logged frame."""

    seq: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """The session's deadline has come."""


@dataclass(frozen=True, slots=True)
class Held:
    """The worker waits until the client took more in."""


@dataclass(frozen=True, slots=True)
class WentOn:
    """The worker waits no more."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A socket has come back, and there is no obstacle; `token` is the next one."""

    resume: Resume
    token: str


@dataclass(frozen=True, slots=True)
class Detached:
    """The socket is gone."""


@dataclass(frozen=True, slots=True)
class Over:
    """The session is ended: its client closed it, or somebody else did."""


@dataclass(frozen=True, slots=True)
class Instructed:
    """Somebody else than the client instructs the model."""

    message: Instruct
    source: Source


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody calls a command directly."""

    id: str
    name: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Somebody else than the client ends the session."""


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """The fresh token of an `auth` was not of this principal."""


Input = (
    Opened
    | Framed
    | Binary
    | Planned
    | Wrote
    | Ticked
    | Held
    | WentOn
    | Resumed
    | Detached
    | Over
    | Instructed
    | Called
    | Dismissed
    | TokenRefused
)


def give(session: Session, given: Input, now: float) -> list[Effect]:
    """Give a session what happened; what it asks for in return.

    Raises:
        FrameError: an `Instructed` or `Called` that cannot be; the session is as it was.

    """
    match given:
        case Planned(turn, delta):
            return session.planned(turn, delta, now)
        case Wrote(seq):
            return session.wrote(seq, now)
        case Framed(text):
            return session.receive(text, now)
        case Ticked():
            return session.tick(now)
        case Held():
            session.hold(now)
            return []
        case WentOn():
            session.go_on()
            return []
        case Opened(findings, reason, lost):
            return session.welcome(findings, reason, lost)
        case Resumed(resume, token):
            return session.resume(resume, token, now)
        case Detached():
            return session.detach(now)
        case Over():
            return session.end(now)
        case Binary():
            return session.receive_binary(now)
        case Instructed(message, source):
            return session.instruct(message, source, now)
        case Called(call_id, name, args):
            return session.call(call_id, name, args, now)
        case Dismissed():
            return session.dismiss(now)
        case TokenRefused():
            return session.refuse_token()
        case _:
            assert_never(given)
