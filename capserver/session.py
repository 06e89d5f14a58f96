"""The protocol of one client: frames and deltas in, effects out.

No clock, no randomness, no I/O: times (monotonic seconds), tokens and ids come in as arguments, and
every method returns what the edge has to do, in order. `receive` takes what a client sends, `planned`
what a planner writes, `wrote` what a socket took; `tick` is to be called at `deadline`.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from capserver.agenda import Agenda
from capserver.auth import Pass
from capserver.delivery import Delivery, gap
from capserver.effects import Authenticate, Close, Effect, Replay, Send, Stop
from capserver.errors import Fault, FrameError
from capserver.history import History
from capserver.ledger import details, error_frame
from capserver.offer import Offer
from capserver.prompt import Delta
from capserver.protocol.client import (
    CLIENT_MESSAGES,
    Ack,
    AnyClientMessage,
    Auth,
    Cancel,
    Context,
    Instruct,
    ManifestUpdate,
    Ping,
    Progress,
    Result,
    check_size,
    read_frame,
    read_message,
    refer,
)
from capserver.protocol.codes import MAX_INT, CloseCode, ErrorCode
from capserver.protocol.server import (
    Lost,
    ManifestUpdated,
    NotResumed,
    Pong,
    ServerAck,
)
from capserver.protocol.values import Resume
from capserver.rates import Allowance
from capserver.terms import Terms
from capserver.turn import Request

OPEN: Final = 1024
"""Commands that may be open at once; beyond, the model waits."""


class Session:
    """One client's session, from `welcome` to its end, over any number of sockets."""

    __slots__ = (
        "__weakref__",
        "_agenda",
        "_allowance",
        "_closing",
        "_delivery",
        "_made",
        "_offer",
        "_terms",
        "expires",
        "id",
        "lost",
        "over",
        "profile",
        "way_back",
    )

    def __init__(
        self,
        session_id: str,
        token: str,
        offer: Offer,
        terms: Terms,
        now: float,
        *,
        principal: str,
        profile: str | None = None,
    ) -> None:
        self.id = session_id
        self.profile = profile
        self.way_back = Pass(principal, token)
        self.over = False
        self.lost: list[Lost] = []
        """Once it is over: the commands in doubt."""
        self.expires: float | None = None
        """While it is detached: when it is over."""
        self._terms = terms
        self._offer = offer
        self._made = 0
        self._closing = False
        self._allowance = Allowance(terms.limits.frames_per_second, now)
        self._delivery = Delivery(terms.limits.outbox_bytes)
        history = History(terms.history_turns, terms.history_tokens)
        self._agenda = Agenda(offer, self._delivery, terms.limits, history, self._new_id)

    def _new_id(self) -> str:
        """A command's id: of this session alone, and never one that the client chose."""
        while True:
            self._made += 1
            made = f"{self.id}-{self._made}"
            if not self._agenda.knows(made):
                return made

    # what it is

    @property
    def principal(self) -> str:
        """Whose it is."""
        return self.way_back.principal

    @property
    def attached(self) -> bool:
        """Whether a socket stands."""
        return self._delivery.attached

    @property
    def halted(self) -> bool:
        """Whether the model has to wait until the client took more in."""
        window = self._terms.limits.commands_unacked
        return self._delivery.full(window) or len(self._agenda.ledger.open) >= OPEN

    @property
    def last(self) -> int:
        """The number of the newest frame in the log."""
        return self._delivery.last

    @property
    def waiting(self) -> int:
        """How many numbered frames are kept for the client."""
        return self._delivery.last - self._delivery.acked

    def frame(self, seq: int) -> str | None:
        """The text of a logged frame; none where the ring let it go."""
        return self._delivery[seq].text if self._delivery.holds(seq) else None

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do."""
        times = [self._agenda.ledger.lanes.deadline, self._agenda.held, self.expires]
        if self.attached:
            times.append(self._delivery.ack_due)
        return min((time for time in times if time is not None), default=None)

    # a socket comes and goes

    def welcome(
        self,
        findings: Sequence[Fault] = (),
        reason: NotResumed | None = None,
        lost: Sequence[Lost] = (),
    ) -> list[Effect]:
        """The session stands: it is new."""
        more: dict[str, Any] = {}
        if reason is not None:
            more = {"reason": reason, "lost": list(lost)}
        return [self._welcome(resumed=False, findings=findings, **more)]

    def _welcome(self, **more: Any) -> Send:
        welcome = self._terms.welcome(
            self._offer,
            session=self.id,
            token=self.way_back.token,
            upto=self._delivery.told(),
            profile=self.profile,
            **more,
        )
        return Send(welcome)

    def obstacle(self, resume: Resume, principal: str) -> NotResumed | None:
        """Why this session cannot be gone on with; none where it can."""
        if not self.way_back.admits(resume.token, principal):
            return "unauthorized"
        if not self._terms.limits.resume_seconds:
            return "expired"
        return None if self._delivery.can_replay(resume.upto) else "gap"

    def resume(self, resume: Resume, token: str, now: float) -> list[Effect]:
        """A socket has come back; there is no `obstacle`. The token is rotated."""
        self.way_back.rotate(resume.token, token)
        self.expires, self._closing = None, False
        self._agenda.mute()
        effects = self._agenda.acked(self._delivery.attach(resume.upto), now)
        self._agenda.ledger.lanes.go_on(now)
        # What came of the ack is in the log already: it is replayed with the rest, not sent twice.
        kept = [effect for effect in effects if not isinstance(effect, Send) or effect.seq is None]
        welcome = self._welcome(resumed=True, findings=self._offer.findings())
        return [*kept, welcome, Replay(resume.upto)]

    def detach(self, now: float) -> list[Effect]:
        """The socket is gone. Turns go on; the session waits for another."""
        if self.over or not self.attached:
            return []
        self._delivery.attached = False
        self._agenda.mute()
        self._agenda.ledger.lanes.pause(now)
        if not self._terms.limits.resume_seconds:
            return self.end(now)
        self.expires = now + self._terms.limits.resume_seconds
        return []

    def end(self, now: float) -> list[Effect]:
        """The session is over, with all it held."""
        if self.over:
            return []
        self.over, self.expires = True, None
        calls, effects = self._agenda.ledger.lose(now)
        self.lost = [Lost(id=call.id, turn=call.turn, name=call.command.name) for call in calls]
        if (turn := self._agenda.current) is not None:
            effects.append(Stop(turn.request.id))
        self._delivery = Delivery(0)
        return effects

    # time

    def tick(self, now: float) -> list[Effect]:
        """What is due."""
        if self.over:
            return []
        message = f"the client took nothing in for {self._terms.halted_seconds:g} s"
        effects = self._agenda.due(now) + self._agenda.give_up(message, now) + self._ack(now)
        if self.expires is not None and self.expires <= now:
            effects += self.end(now)
        return effects

    def _ack(self, now: float) -> list[Effect]:
        due = self._delivery.ack_due
        if due is None or due > now or not self.attached:
            return []
        return [Send(ServerAck(upto=self._delivery.told()))]

    def hold(self, now: float) -> None:
        """The worker waits until the client took more in."""
        if self._agenda.held is None:
            self._agenda.hold(now + self._terms.halted_seconds)

    def go_on(self) -> None:
        """The worker waits no more."""
        self._agenda.hold(None)

    # from the planner, from the socket

    def planned(self, turn_id: str, delta: Delta, now: float) -> list[Effect]:
        """A planner wrote more of a turn."""
        return [] if self.over else self._agenda.planned(turn_id, delta, now)

    def wrote(self, seq: int, now: float) -> list[Effect]:
        """A socket took a logged frame."""
        if self.over or not self._delivery.holds(seq):
            return []
        entry = self._delivery.wrote(seq)
        return self._agenda.wrote(entry.command, now) if entry.command is not None else []

    # from the client

    def receive(self, text: str, now: float) -> list[Effect]:
        """A frame came. Whatever is wrong with it is answered by one `error`; the session lives."""
        if self.over or self._closing:
            return []
        self.way_back.arrived()
        limits = self._terms.limits
        effects: list[Effect] = []
        frame: dict[str, Any] | None = None
        free = False
        try:
            check_size(text, limits.frame_bytes, limits.manifest_bytes)
            frame = read_frame(text)
            free = self._is_free(frame)
            if self._take(frame, now, effects):
                if not free:
                    self._check_rate(now)
                effects += self._handle(read_message(frame), now)
            else:
                effects += self._flooding(now)
        except FrameError as error:
            if frame is not None:
                refer(error, frame)
            effects.append(self._delivery.send(error_frame(error)))
            if frame is None or free or error.code == ErrorCode.RATE_LIMITED:
                effects += self._flooding(now)
        return effects + self._crowding() + self._ack(now)

    def receive_binary(self, now: float) -> list[Effect]:
        """A binary frame came: the protocol has none."""
        if self.over or self._closing:
            return []
        self.way_back.arrived()
        error = FrameError(ErrorCode.INVALID_FRAME, "frames are text, never binary")
        return [self._delivery.send(error_frame(error)), *self._flooding(now), *self._crowding()]

    def _flooding(self, now: float) -> list[Effect]:
        """A frame came that is good for nothing: too many of them close the socket."""
        if not self._allowance.is_spent(now):
            return []
        rate = self._terms.limits.frames_per_second
        message = f"far more than {rate:g} frames a second (limits.frames_per_second)"
        error = FrameError(ErrorCode.RATE_LIMITED, message, retry_after=1)
        return self._shut(error, CloseCode.TOO_MANY)

    def _crowding(self) -> list[Effect]:
        """A client that makes the log grow and takes nothing in is sent away; what is in it stays."""
        if self._closing or not self._delivery.overfull:
            return []
        error = FrameError(ErrorCode.TOO_LARGE, "too much waits for your ack (limits.outbox_bytes)")
        return self._shut(error, CloseCode.SLOW_READER)

    def _shut(self, error: FrameError, code: CloseCode) -> list[Effect]:
        """Say why, close the socket, and be deaf to it from now on."""
        self._closing = True
        return [self._delivery.send(error_frame(error)), Close(code, error.message)]

    def _take(self, frame: dict[str, Any], now: float, effects: list[Effect]) -> bool:
        """Count a numbered frame; whether it is new."""
        kind, seq = frame.get("type"), frame.get("seq")
        model = CLIENT_MESSAGES.get(kind) if isinstance(kind, str) else None
        if model is None or not model.reliable or type(seq) is not int or not 1 <= seq <= MAX_INT:
            return True
        new, missing = self._delivery.take(seq, now)
        if missing:
            error = gap(missing)
            refer(error, frame)
            effects.append(self._delivery.send(error_frame(error)))
        return new

    def _is_free(self, frame: dict[str, Any]) -> bool:
        """Whether a frame does not count: an ack, and the result of an open command."""
        kind, given = frame.get("type"), frame.get("id")
        is_result = kind == "result" and isinstance(given, str)
        return kind == "ack" or (is_result and given in self._agenda.ledger.open)

    def _check_rate(self, now: float) -> None:
        if wait := self._allowance.take(now):
            rate = self._terms.limits.frames_per_second
            message = f"more than {rate:g} frames a second (limits.frames_per_second)"
            raise FrameError(ErrorCode.RATE_LIMITED, message, retry_after=round(wait, 3))

    def _handle(self, message: AnyClientMessage, now: float) -> list[Effect]:
        match message:
            case Result():
                return self._agenda.result(message, now)
            case Ack(upto=upto):
                return self._agenda.acked(self._delivery.ack(upto), now)
            case Ping(t=t):
                return [Send(Pong(t=t))]
            case Progress(id=call_id):
                self._agenda.progress(call_id, now)
                return []
            case Instruct():
                self._offer.check_names(message.only or ())
                return self._agenda.add(Request.of(message), message.on_busy, now)
            case Cancel(id=given):
                return self._agenda.cancel(given, now)
            case Context():
                return self._context(message, now)
            case ManifestUpdate():
                return self._update(message, now)
            case Auth(token=token):
                return [Authenticate(token)]
            case _:  # a second manifest
                raise FrameError(
                    ErrorCode.INVALID_FRAME,
                    "the session has its manifest; send manifest.update to change it",
                )

    def _context(self, message: Context, now: float) -> list[Effect]:
        if message.id is not None:
            self._agenda.accept(message.id)
        self._offer.note(message.text, message.state)
        if not message.silent:
            text = message.text or json.dumps(message.state or {}, ensure_ascii=False)
            given = message.id or self._new_id()
            return self._agenda.react(Request(given, text, reaction=True), now)
        if message.id is not None:
            self._agenda.ledger.remember(message.id)
        return []

    def _update(self, message: ManifestUpdate, now: float) -> list[Effect]:
        self._agenda.accept(message.id)
        self._offer.change(message, self._terms.limits.commands)
        self._agenda.ledger.remember(message.id)
        updated = ManifestUpdated(
            id=message.id,
            rev=self._offer.rev,
            digest=self._offer.commands.digest,
            commands=list(self._offer.commands.commands),
            findings=details(self._offer.findings()),
        )
        return [self._delivery.send(updated), *self._agenda.changed(now)]

    def refuse_token(self) -> list[Effect]:
        """The fresh token was not of this principal."""
        error = FrameError(ErrorCode.UNAUTHORIZED, "this token is not accepted", ref_type="auth")
        return self._shut(error, CloseCode.UNAUTHORIZED)
