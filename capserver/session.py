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
from capserver.delivery import Delivery
from capserver.effects import Authenticate, Close, Effect, Replay, Send, Stop
from capserver.errors import Fault, FrameError
from capserver.history import History
from capserver.intake import Intake
from capserver.ledger import details, error_frame
from capserver.offer import Offer
from capserver.prompt import Delta
from capserver.protocol.client import (
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
from capserver.protocol.codes import CloseCode, ErrorCode
from capserver.protocol.server import (
    Lost,
    ManifestUpdated,
    NotResumed,
    Pong,
    ServerAck,
    Source,
)
from capserver.protocol.values import Resume
from capserver.terms import Terms
from capserver.turn import Request

OPEN: Final = 1024
"""Commands that may be open at once; beyond, the model waits."""


class Session:
    """One client's session, from `welcome` to its end, over any number of sockets."""

    __slots__ = (
        "__weakref__",
        "agenda",
        "delivery",
        "expires",
        "id",
        "intake",
        "lost",
        "made",
        "offer",
        "over",
        "profile",
        "terms",
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
        self.terms = terms
        self.offer = offer
        self.made = 0
        self.delivery = Delivery(terms.limits.outbox_bytes)
        self.intake = Intake(self.delivery, terms.limits.frames_per_second, now)
        history = History(terms.history_turns, terms.history_tokens)
        self.agenda = Agenda(offer, self.delivery, terms.limits, history, self._new_id)

    def _new_id(self) -> str:
        """A command's id: of this session alone, and never one that the client chose."""
        while True:
            self.made += 1
            made = f"{self.id}-{self.made}"
            if not self.agenda.knows(made):
                return made

    # what it is

    @property
    def principal(self) -> str:
        """Whose it is."""
        return self.way_back.principal

    @property
    def attached(self) -> bool:
        """Whether a socket stands."""
        return self.delivery.attached

    @property
    def halted(self) -> bool:
        """Whether the model has to wait until the client took more in."""
        window = self.terms.limits.commands_unacked
        return self.delivery.full(window) or len(self.agenda.ledger.open) >= OPEN

    @property
    def last(self) -> int:
        """The number of the newest frame in the log."""
        return self.delivery.last

    @property
    def waiting(self) -> int:
        """How many numbered frames are kept for the client."""
        return self.delivery.last - self.delivery.acked

    def frame(self, seq: int) -> str | None:
        """The text of a logged frame; none where the ring let it go."""
        return self.delivery[seq].text if self.delivery.holds(seq) else None

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do."""
        times = [self.agenda.ledger.lanes.deadline, self.agenda.held, self.expires]
        if self.attached:
            times.append(self.delivery.ack_due)
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
        welcome = self.terms.welcome(
            self.offer,
            session=self.id,
            token=self.way_back.token,
            upto=self.delivery.told(),
            profile=self.profile,
            **more,
        )
        return Send(welcome)

    def obstacle(self, resume: Resume, principal: str) -> NotResumed | None:
        """Why this session cannot be gone on with; none where it can."""
        if not self.way_back.admits(resume.token, principal):
            return "unauthorized"
        if not self.terms.limits.resume_seconds:
            return "expired"
        return None if self.delivery.can_replay(resume.upto) else "gap"

    def resume(self, resume: Resume, token: str, now: float) -> list[Effect]:
        """A socket has come back; there is no `obstacle`. The token is rotated."""
        self.way_back.rotate(resume.token, token)
        self.expires, self.intake.closing = None, False
        self.agenda.mute()
        effects = self.agenda.acked(self.delivery.attach(resume.upto), now)
        self.agenda.ledger.lanes.go_on(now)
        # What came of the ack is in the log already: it is replayed with the rest, not sent twice.
        kept = [effect for effect in effects if not isinstance(effect, Send) or effect.seq is None]
        welcome = self._welcome(resumed=True, findings=self.offer.findings())
        return [*kept, welcome, Replay(resume.upto)]

    def detach(self, now: float) -> list[Effect]:
        """The socket is gone. Turns go on; the session waits for another."""
        if self.over or not self.attached:
            return []
        self.delivery.attached = False
        self.agenda.mute()
        self.agenda.ledger.lanes.pause(now)
        if not self.terms.limits.resume_seconds:
            return self.end(now)
        self.expires = now + self.terms.limits.resume_seconds
        return []

    def end(self, now: float) -> list[Effect]:
        """The session is over, with all it held."""
        if self.over:
            return []
        self.over, self.expires = True, None
        calls, effects = self.agenda.ledger.lose(now)
        self.lost = [Lost(id=call.id, turn=call.turn, name=call.command.name) for call in calls]
        if (turn := self.agenda.current) is not None:
            effects.append(Stop(turn.request.id))
        self.delivery = Delivery(0)
        return effects

    # time

    def tick(self, now: float) -> list[Effect]:
        """What is due."""
        if self.over:
            return []
        message = f"the client took nothing in for {self.terms.halted_seconds:g} s"
        effects = self.agenda.due(now) + self.agenda.give_up(message, now) + self._ack(now)
        if self.expires is not None and self.expires <= now:
            effects += self.end(now)
        return effects

    def _ack(self, now: float) -> list[Effect]:
        due = self.delivery.ack_due
        if due is None or due > now or not self.attached:
            return []
        return [Send(ServerAck(upto=self.delivery.told()))]

    def hold(self, now: float) -> None:
        """The worker waits until the client took more in."""
        if self.agenda.held is None:
            self.agenda.hold(now + self.terms.halted_seconds)

    def go_on(self) -> None:
        """The worker waits no more."""
        self.agenda.hold(None)

    # from the planner, from the socket

    def planned(self, turn_id: str, delta: Delta, now: float) -> list[Effect]:
        """A planner wrote more of a turn."""
        return [] if self.over else self.agenda.planned(turn_id, delta, now)

    def wrote(self, seq: int, now: float) -> list[Effect]:
        """A socket took a logged frame."""
        if self.over or not self.delivery.holds(seq):
            return []
        entry = self.delivery.wrote(seq)
        return self.agenda.wrote(entry.command, now) if entry.command is not None else []

    # from others than the client

    def instruct(self, message: Instruct, source: Source, now: float) -> list[Effect]:
        """Plan an instruction in a new turn.

        Raises:
            FrameError: `duplicate_id`, `busy`, `invalid_frame` (`only` names what is not there).

        """
        self.offer.check_names(message.only or ())
        return self.agenda.add(Request.of(message, source), message.on_busy, now)

    def call(self, call_id: str, name: str, args: dict[str, Any], now: float) -> list[Effect]:
        """Call a command directly: without a model, in no turn. Its end is an `Ended`.

        Raises:
            FrameError: `unknown_id` (no such command), `invalid_frame` (arguments), `duplicate_id`, `busy`.

        """
        args = self.agenda.check_call(call_id, name, args)
        if self.halted:
            message = "the client has to take in first what it was sent"
            raise FrameError(ErrorCode.BUSY, message, retry_after=1)
        return self.agenda.call(call_id, name, args, now)

    def dismiss(self, now: float) -> list[Effect]:
        """Somebody ends the session; the socket that stands is closed as one that is done with."""
        close = [Close(CloseCode.NORMAL, "the session was ended")] if self.attached and not self.over else []
        return [*self.end(now), *close]

    # from the client

    def receive(self, text: str, now: float) -> list[Effect]:
        """A frame came. Whatever is wrong with it is answered by one `error`; the session lives."""
        if self.over or self.intake.closing:
            return []
        self.way_back.arrived()
        limits = self.terms.limits
        effects: list[Effect] = []
        frame: dict[str, Any] | None = None
        free = False
        try:
            check_size(text, limits.frame_bytes, limits.manifest_bytes)
            frame = read_frame(text)
            free = self._is_free(frame)
            if self.intake.take(frame, now, effects):
                if not free:
                    self.intake.check_rate(now)
                effects += self._handle(read_message(frame), now)
            else:
                effects += self.intake.flooding(now)
        except FrameError as error:
            if frame is not None:
                refer(error, frame)
            effects.append(self.delivery.send(error_frame(error)))
            if frame is None or free or error.code == ErrorCode.RATE_LIMITED:
                effects += self.intake.flooding(now)
        return effects + self.intake.crowding() + self._ack(now)

    def receive_binary(self, now: float) -> list[Effect]:
        """A binary frame came: the protocol has none."""
        if self.over or self.intake.closing:
            return []
        self.way_back.arrived()
        error = FrameError(ErrorCode.INVALID_FRAME, "frames are text, never binary")
        return [self.delivery.send(error_frame(error)), *self.intake.flooding(now), *self.intake.crowding()]

    def _is_free(self, frame: dict[str, Any]) -> bool:
        """Whether a frame does not count: an ack, and the result of an open command."""
        kind, given = frame.get("type"), frame.get("id")
        is_result = kind == "result" and isinstance(given, str)
        return kind == "ack" or (is_result and given in self.agenda.ledger.open)

    def _handle(self, message: AnyClientMessage, now: float) -> list[Effect]:
        match message:
            case Result():
                return self.agenda.result(message, now)
            case Ack(upto=upto):
                return self.agenda.acked(self.delivery.ack(upto), now)
            case Ping(t=t):
                return [Send(Pong(t=t))]
            case Progress(id=call_id):
                self.agenda.progress(call_id, now)
                return []
            case Instruct():
                return self.instruct(message, "client", now)
            case Cancel(id=given):
                return self.agenda.cancel(given, now)
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
            self.agenda.accept(message.id)
        self.offer.note(message.text, message.state)
        if not message.silent:
            text = message.text or json.dumps(message.state or {}, ensure_ascii=False)
            given = message.id or self._new_id()
            return self.agenda.react(Request(given, text, reaction=True), now)
        if message.id is not None:
            self.agenda.ledger.remember(message.id)
        return []

    def _update(self, message: ManifestUpdate, now: float) -> list[Effect]:
        self.agenda.accept(message.id)
        self.offer.change(message, self.terms.limits.commands)
        self.agenda.ledger.remember(message.id)
        updated = ManifestUpdated(
            id=message.id,
            rev=self.offer.rev,
            digest=self.offer.commands.digest,
            commands=list(self.offer.commands.commands),
            findings=details(self.offer.findings()),
        )
        return [self.delivery.send(updated), *self.agenda.changed(now)]

    def refuse_token(self) -> list[Effect]:
        """The fresh token was not of this principal."""
        error = FrameError(ErrorCode.UNAUTHORIZED, "this token is not accepted", ref_type="auth")
        return self.intake.shut(error, CloseCode.UNAUTHORIZED)
