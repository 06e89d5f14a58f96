"""Runs transcripts against the session core: a hub, its sessions, and a clock that only we move."""

import json
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any

from capserver.auth import Gate
from capserver.connection import Observer
from capserver.effects import Close, Effect, Plan, Replay, Send, Stop
from capserver.errors import FirstFrameError, FrameError
from capserver.hub import Arrival, Hub
from capserver.inputs import Detached, Framed, Input, Over, Planned, Ticked, Wrote, give
from capserver.ledger import error_frame
from capserver.planners.scripted import ScriptedPlanner
from capserver.profile import manifest_frame
from capserver.prompt import Delta, Prompt
from capserver.protocol.client import Manifest
from capserver.protocol.codes import ends_session
from capserver.protocol.server import Heartbeat, Limits, ServerInfo, encode
from capserver.session import Session
from capserver.terms import Terms
from tests.transcripts import Transcript


class Core:
    """The server without sockets: what would be written lies in `written`, a close among it as a number."""

    def __init__(self, transcript: Transcript, observers: Sequence[Observer] = ()) -> None:
        terms = Terms(
            ServerInfo(name="capserver", version="0"),
            "epoch",
            "scripted",
            Heartbeat(interval=10, timeout=10),
            Limits.model_validate(transcript.settings),
        )
        numbers = count(1)
        profiles = {}
        if transcript.profile is not None:
            manifest = Manifest.model_validate(manifest_frame(json.dumps(transcript.profile), "profile"))
            profiles = {manifest.client.name: manifest}
        default = next(iter(profiles), None)
        self._hub = Hub(terms, Gate(), lambda: f"{next(numbers):032x}"[::-1], profiles, default)
        self._hub.drive = self._give
        self._planner = ScriptedPlanner.from_json(transcript.script)
        self._observers = observers
        self._session: Session | None = None
        self._plans: deque[tuple[Session, str, Prompt]] = deque()
        self._stopped: set[str] = set()
        self.now = 100.0
        self.written: deque[dict[str, Any] | int] = deque()

    def connect(self) -> None:
        """A socket is opened."""
        self._session = None
        self.written.clear()

    def drop(self) -> None:
        """The socket is gone."""
        if self._session is not None:
            self._give(self._session, Detached(), self.now)
        self._session = None
        self.written.clear()

    def receive(self, text: str) -> None:
        """A frame comes."""
        if self._session is not None:
            self._give(self._session, Framed(text), self.now)
            return
        try:
            admitted = self._hub.admit(self._hub.prepare(text), Arrival("test"), self.now)
        except FirstFrameError as error:
            self._write(encode(error_frame(error)))
            self.written.append(error.close)
        except FrameError as error:
            self._write(encode(error_frame(error)))
        else:
            self._session = admitted.session
            for given in admitted.inputs:
                self._give(admitted.session, given, self.now)

    def wait(self, seconds: float) -> None:
        """Time passes, from deadline to deadline."""
        until = self.now + seconds
        for session in list(self._hub.sessions.values()):
            while session.deadline is not None and session.deadline <= until:
                self.now = max(self.now, session.deadline)
                self._give(session, Ticked(), self.now)
        self.now = until

    async def run(self) -> None:
        """Let the planners write what they have to write."""
        while self._plans:
            session, turn, prompt = self._plans.popleft()
            self._stopped.discard(turn)
            async for delta in self._planner.plan(prompt):
                if turn in self._stopped:
                    break
                self._planned(session, turn, delta)

    def _planned(self, session: Session, turn: str, delta: Delta) -> None:
        self._give(session, Planned(turn, delta), self.now)

    def _give(self, session: Session, given: Input, now: float) -> None:
        effects = give(session, given, now)
        for observe in self._observers:
            observe(session, given, now, effects)
        for effect in effects:
            self._do(session, effect)
        if session.over:
            self._hub.bury(session)

    def _do(self, session: Session, effect: Effect) -> None:
        match effect:
            case Send(message, None):
                if session is self._session:
                    self._write(encode(message))
            case Send(_, int() as seq):
                self._write_logged(session, seq)
            case Replay(after):
                for seq in range(after + 1, session.last + 1):
                    self._write_logged(session, seq)
            case Plan(turn, prompt):
                self._plans.append((session, turn, prompt))
            case Stop(turn):
                self._stopped.add(turn)
            case Close(code, _):
                self.written.append(code)
                if ends_session(code):
                    self._give(session, Over(), self.now)
            case _:
                pass

    def _write_logged(self, session: Session, seq: int) -> None:
        text = session.frame(seq)
        if session is self._session and text is not None:
            self._write(text)
            self._give(session, Wrote(seq), self.now)

    def _write(self, text: str) -> None:
        self.written.append(json.loads(text))
