"""The sessions of this process: who is let in, on what terms, and who may come back.

`prepare` and `admit` judge a first frame. They are synchronous and know no socket; whoever calls them
drives what comes of it.
"""

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from capserver.auth import ANYONE, Gate, Pass
from capserver.errors import Fault, FirstFrameError, FrameError
from capserver.greeting import make_offer, read_greeting
from capserver.inputs import Framed, Input, Opened, Over, Resumed, give
from capserver.offer import Offer
from capserver.protocol.client import Manifest, read_message, refer
from capserver.protocol.codes import CloseCode, ErrorCode
from capserver.protocol.server import Lost, NotResumed
from capserver.protocol.values import Resume, faults_of
from capserver.session import Session
from capserver.terms import Terms

log = logging.getLogger(__name__)

GRAVES: Final = 1024
RETRY_SECONDS: Final = 5.0


Drive = Callable[[Session, Input, float], None]


class Grave(NamedTuple):
    """What is kept of a session that is over: the commands in doubt, and who may know."""

    way_back: Pass
    lost: list[Lost]


class Admitted(NamedTuple):
    """A session, new or to be gone on with, and what it is to be given first."""

    session: Session
    inputs: tuple[Input, ...]


class Prepared(NamedTuple):
    """A first frame, read; `made`: what it offers and the findings, where that is known already."""

    text: str
    frame: dict[str, Any]
    principal: str
    made: tuple[Offer, list[Fault]] | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a socket comes from, the profile that it asks for, and when it came (seconds since the epoch)."""

    address: str
    profile: str | None = None
    at: float = 0.0


class Hub:
    """The sessions of this node."""

    def __init__(
        self,
        terms: Terms,
        gate: Gate,
        new_token: Callable[[], str],
        profiles: Mapping[str, Manifest] | None = None,
        default_profile: str | None = None,
    ) -> None:
        self.terms = terms
        self.gate = gate
        self.sessions: dict[str, Session] = {}
        self.arrivals: dict[str, Arrival] = {}
        """How each of them came in."""
        self._new_token = new_token
        self.drive: Drive = _undriven
        """Gives a session what happened at a time; whoever does what sessions ask for sets it."""
        self._profiles = {
            name: manifest.model_dump(exclude_none=True) for name, manifest in (profiles or {}).items()
        }
        self._default_profile = default_profile
        self._addresses: Counter[str] = Counter()
        self._principals: Counter[str] = Counter()
        self._graves: OrderedDict[str, Grave] = OrderedDict()

    def prepare(self, text: str) -> Prepared:
        """Read a first frame, ask who sent it, compile what it offers. Changes nothing, and needs no loop.

        Raises:
            FirstFrameError: it opens no session; the error names the close code.
            FrameError: `manifest_unknown`: the same connection may try again.

        """
        limits = self.terms.limits
        frame = read_greeting(text, limits)
        with _answering(frame):
            principal = self._principal(frame.get("token"))
            if frame["type"] == "instruct" or "resume" in frame:
                return Prepared(text, frame, principal, None)
            return Prepared(text, frame, principal, make_offer(frame, limits))

    def admit(self, prepared: Prepared, arrival: Arrival, now: float) -> Admitted:
        """Open a session for a first frame, or go on with one.

        Raises: as `prepare`.
        """
        with _answering(prepared.frame):
            if prepared.frame["type"] == "instruct":
                return self._on_profile(prepared, arrival, now)
            return self._on_manifest(prepared, arrival, now)

    def _on_manifest(self, prepared: Prepared, arrival: Arrival, now: float) -> Admitted:
        _, frame, principal, made = prepared
        reason: NotResumed | None = None
        lost: list[Lost] = []
        if "resume" in frame:
            resume = self._resume(frame)
            if not isinstance(found := self._find(resume, principal, now), str):
                return Admitted(found, (Resumed(resume, self._new_token()),))
            reason, lost = found, self._lost(resume, principal)
        offer, findings = made or make_offer(frame, self.terms.limits)
        session = self._new(offer, arrival, principal, now)
        extra = {"session": session.id, "commands": len(offer.commands.commands)}
        log.info("a session opened", extra=extra)
        opened = Opened((*findings, *offer.findings()), reason, tuple(lost))
        return Admitted(session, (opened,))

    def _principal(self, token: Any) -> str:
        principal = self.gate.principal(token if isinstance(token, str) else None)
        if principal is None:
            fault = Fault("/token", "token", "a token of this server ([auth] tokens)")
            message = "this server asks for a token" if token is None else "this token is not accepted"
            raise FirstFrameError(CloseCode.UNAUTHORIZED, ErrorCode.UNAUTHORIZED, message, [fault])
        return principal

    # coming back

    def _resume(self, frame: dict[str, Any]) -> Resume:
        try:
            return Resume.model_validate(frame["resume"])
        except ValidationError as error:
            raise FirstFrameError(
                CloseCode.BAD_MANIFEST,
                ErrorCode.INVALID_MANIFEST,
                "resume is not as it should be",
                faults_of(error, "/resume"),
            ) from None

    def _find(self, resume: Resume, principal: str, now: float) -> Session | NotResumed:
        """The session that is meant, or why it cannot be gone on with."""
        if resume.epoch != self.terms.epoch:
            return "epoch_changed"
        session = self.sessions.get(resume.session)
        if session is None:
            return "expired" if resume.session in self._graves else "unknown"
        obstacle = session.obstacle(resume, principal)
        if obstacle in ("gap", "expired"):
            self.drive(session, Over(), now)
            self.bury(session)
        elif obstacle == "unauthorized":
            log.warning("a resume was refused", extra={"session": session.id})
        return obstacle or session

    def _lost(self, resume: Resume, principal: str) -> list[Lost]:
        """The commands in doubt of a session that is over, for who may know."""
        grave = self._graves.get(resume.session)
        return grave.lost if grave and grave.way_back.admits(resume.token, principal) else []

    # coming in

    def _on_profile(self, prepared: Prepared, arrival: Arrival, now: float) -> Admitted:
        name = arrival.profile or self._default_profile
        if name is None or name not in self._profiles:
            there = ", ".join(sorted(self._profiles)) or "none"
            fault = Fault("", "profile", f"profiles of this server: {there}; choose one by ?profile=NAME")
            message = "no manifest came, and " + (
                "no default profile is configured" if name is None else "there is no such profile"
            )
            raise FirstFrameError(CloseCode.BAD_MANIFEST, ErrorCode.INVALID_MANIFEST, message, [fault])
        try:
            read_message(prepared.frame)
        except FrameError as error:
            raise FirstFrameError(CloseCode.BAD_MANIFEST, error.code, error.message, error.faults) from None
        offer = make_offer(self._profiles[name], self.terms.limits)[0]
        session = self._new(offer, arrival, prepared.principal, now, profile=name)
        return Admitted(session, (Opened(offer.findings()), Framed(prepared.text)))

    def _new(
        self, offer: Offer, arrival: Arrival, principal: str, now: float, profile: str | None = None
    ) -> Session:
        self._check_room(arrival, principal)
        while (session_id := self._new_token()[:16]) in self.sessions or session_id in self._graves:
            pass
        session = Session(
            session_id, self._new_token(), offer, self.terms, now, principal=principal, profile=profile
        )
        self.sessions[session_id] = session
        self.arrivals[session_id] = arrival
        self._addresses[arrival.address] += 1
        self._principals[principal] += 1
        return session

    def _check_room(self, arrival: Arrival, principal: str) -> None:
        limits = self.terms.limits
        if limits.sessions and len(self.sessions) >= limits.sessions:
            raise FirstFrameError(
                CloseCode.TOO_MANY,
                ErrorCode.BUSY,
                "this server has all the sessions that it takes",
                retry_after=RETRY_SECONDS,
            )
        most = limits.sessions_per_address
        if most and self._addresses[arrival.address] >= most:
            raise _too_many(f"more than {most} sessions from one address (limits.sessions_per_address)")
        most = limits.sessions_per_principal
        if most and principal != ANYONE and self._principals[principal] >= most:
            raise _too_many(f"more than {most} sessions of one token (limits.sessions_per_principal)")

    # going

    def bury(self, session: Session) -> None:
        """A session is over: free its place, remember which of its commands are in doubt."""
        if self.sessions.pop(session.id, None) is None:
            return
        for counter, key in (
            (self._addresses, self.arrivals.pop(session.id).address),
            (self._principals, session.principal),
        ):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        self._graves[session.id] = Grave(session.way_back, session.lost)
        if len(self._graves) > GRAVES:
            self._graves.popitem(last=False)
        log.info("a session ended", extra={"session": session.id, "lost": len(session.lost)})


@contextmanager
def _answering(frame: dict[str, Any]) -> Iterator[None]:
    """Whatever is wrong with a first frame names it."""
    try:
        yield
    except FrameError as error:
        refer(error, frame)
        raise


def _too_many(message: str) -> FirstFrameError:
    return FirstFrameError(CloseCode.TOO_MANY, ErrorCode.RATE_LIMITED, message, retry_after=RETRY_SECONDS)


def _undriven(session: Session, given: Input, now: float) -> None:
    """Nobody drives the sessions: what they ask for goes nowhere."""
    give(session, given, now)
