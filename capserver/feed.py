"""What the inspector watches: server-sent events of all sessions, or of one with its frames; and recordings.

A viewer has a queue of its own that holds so much and no more: the oldest event goes, and is counted. Nothing
is kept, and nothing made, while nobody watches. No stable API: it is made for the page at `/inspector`.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from capserver import effects as asked
from capserver.effects import Effect
from capserver.hub import Hub
from capserver.inputs import Binary, Framed, Input, Wrote
from capserver.metrics import Metrics
from capserver.protocol.server import TurnEnded
from capserver.recorder import MOST as MOST_RECORDINGS
from capserver.recorder import Recorder
from capserver.resource import ON_SHUTDOWN, Problem, Resource
from capserver.session import Session
from capserver.trace import line, told_frame, told_message
from capserver.view import View, view

QUEUED: Final = 500
"""Events that wait for one viewer."""
QUEUED_CHARACTERS: Final = 8 * 1024 * 1024
MOST_VIEWERS: Final = 64
VIEWS_EVERY: Final = 0.25
LATENCY_EVERY: Final = 1.0
PULSE: Final = 15.0
"""Seconds of silence after which a comment says that the server is there."""


class Viewer:
    """One who watches: what waits for it."""

    def __init__(self, session_id: str | None) -> None:
        self.session_id = session_id
        """The session that it watches; none: all of them."""
        self._events: deque[str] = deque()
        self._size = 0
        self._dropped = 0
        self._some = asyncio.Event()
        self._over = False

    def put(self, event: str) -> None:
        """Something happened. Where too much waits, the oldest goes."""
        self._events.append(event)
        self._size += len(event)
        while len(self._events) > QUEUED or self._size > QUEUED_CHARACTERS:
            self._size -= len(self._events.popleft())
            self._dropped += 1
        self._some.set()

    def end(self) -> None:
        """There will be no more."""
        self._over = True
        self._some.set()

    async def events(self) -> AsyncIterator[str]:
        """What happens, as it happens; a comment after each `PULSE` of silence."""
        while True:
            while self._events or self._dropped:
                yield self._next()
            if self._over:
                return
            self._some.clear()
            try:
                async with asyncio.timeout(PULSE):
                    await self._some.wait()
            except TimeoutError:
                yield ":\n\n"

    def _next(self) -> str:
        if self._dropped:
            count, self._dropped = self._dropped, 0
            return event("dropped", {"count": count})
        made = self._events.popleft()
        self._size -= len(made)
        return made


def event(name: str, data: Any) -> str:
    """A server-sent event (the HTML standard, section 9.2)."""
    return f"event: {name}\ndata: {line(data)}\n\n"


class Feed:
    """Those who watch. `observe` hears of every session."""

    def __init__(self, hub: Hub, recorder: Recorder, metrics: Metrics) -> None:
        self._hub = hub
        self._recorder = recorder
        self._metrics = metrics
        self._all: set[Viewer] = set()
        self._of: dict[str, set[Viewer]] = {}
        self._changed: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._latency_timer: asyncio.TimerHandle | None = None

    # what happens

    def observe(self, session: Session, given: Input, _now: float, effects: Sequence[Effect]) -> None:
        """Tell who watches what a session was given and what came of it."""
        of = self._of.get(session.id)
        if not self._all and of is None:
            return
        if of is not None:
            for frame in _frames(session, given, effects):
                _tell(of, frame)
        if self._all and self._latency_timer is None and any(map(_is_end_of_turn, effects)):
            self._latency_timer = asyncio.get_running_loop().call_later(LATENCY_EVERY, self._tell_latency)
        if not session.over:
            self._note(session.id)
        elif session.id in self._hub.sessions:  # it was, until now
            self._end(session.id)

    def _note(self, session_id: str) -> None:
        """This session changed: its viewers are told, a few times a second."""
        self._changed[session_id] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(VIEWS_EVERY, self._tell_changed)

    def _tell_changed(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, {}
        for session_id in changed:
            if (session := self._hub.sessions.get(session_id)) is not None:
                _tell(self._watching(session_id), event("session", self.view(session)))

    def _tell_latency(self) -> None:
        self._latency_timer = None
        _tell(self._all, event("latency", self._metrics.latency()))

    def _end(self, session_id: str) -> None:
        self._changed.pop(session_id, None)
        _tell(self._watching(session_id), event("ended", {"id": session_id}))
        for viewer in self._of.get(session_id, ()):
            viewer.end()

    def _watching(self, session_id: str) -> set[Viewer]:
        return self._all | self._of.get(session_id, set())

    def view(self, session: Session) -> View:
        """What is told of a session here."""
        made = view(session, self._hub.arrivals[session.id])
        return {**made, "recording": self._recorder.state(session.id)}

    # who watches

    async def watch_all(self, request: Request) -> Response:
        """`GET /inspector/feed`."""
        views = [self.view(session) for session in self._hub.sessions.values()]
        first = [event("sessions", {"sessions": views}), event("latency", self._metrics.latency())]
        return self._stream(request.method, None, first)

    async def watch(self, request: Request) -> Response:
        """`GET /inspector/feed/{id}`."""
        session = self._session(request)
        return self._stream(request.method, session.id, [event("session", self.view(session))])

    def _session(self, request: Request) -> Session:
        session = self._hub.sessions.get(request.path_params["id"])
        if session is None:
            raise Problem(404, "not found", "there is no such session")
        return session

    def _stream(self, method: str, session_id: str | None, first: Iterable[str]) -> Response:
        watching = len(self._all) + sum(map(len, self._of.values()))
        if watching >= MOST_VIEWERS:
            raise Problem(503, "busy", f"{MOST_VIEWERS} viewers watch already", headers={"Retry-After": "5"})
        if method == "HEAD":
            return Response(media_type=_Watching.media_type)
        viewer = Viewer(session_id)
        for one in first:
            viewer.put(one)
        return _Watching(self, viewer)

    def add(self, viewer: Viewer) -> None:
        """Somebody watches."""
        viewers = self._all if viewer.session_id is None else self._of.setdefault(viewer.session_id, set())
        viewers.add(viewer)

    def remove(self, viewer: Viewer) -> None:
        """Somebody watches no more."""
        if viewer.session_id is None:
            self._all.discard(viewer)
            return
        viewers = self._of[viewer.session_id]
        viewers.discard(viewer)
        if not viewers:
            del self._of[viewer.session_id]

    # recordings

    async def record(self, request: Request) -> Response:
        """`POST /inspector/traces/{id}`."""
        session = self._session(request)
        state = self._recorder.start(session, asyncio.get_running_loop().time())
        if state is None:
            raise Problem(409, "busy", f"{MOST_RECORDINGS} recordings go on; end one first (DELETE)")
        self._note_recording(session.id)
        return JSONResponse({"state": "recording" if state == "on" else state}, 201)

    async def trace(self, request: Request) -> Response:
        """`GET /inspector/traces/{id}`."""
        return self._file(request, self._recorder.trace(request.path_params["id"]))

    async def end_trace(self, request: Request) -> Response:
        """`DELETE /inspector/traces/{id}`."""
        made = self._file(request, self._recorder.stop(request.path_params["id"]))
        self._note_recording(request.path_params["id"])
        return made

    def _note_recording(self, session_id: str) -> None:
        if self._watching(session_id):
            self._note(session_id)

    def _file(self, request: Request, trace: str | None) -> Response:
        if trace is None:
            raise Problem(404, "not found", "nothing of such a session is recorded")
        name = f'attachment; filename="capserver-{request.path_params["id"]}.jsonl"'
        return Response(trace, media_type="application/jsonl", headers={"Content-Disposition": name})

    def routes(self) -> list[BaseRoute]:
        """Where all this is served."""
        gate = self._hub.gate
        traces = {"POST": self.record, "GET": self.trace, "DELETE": self.end_trace}
        return [
            Route("/inspector/feed", Resource(gate, {"GET": self.watch_all})),
            Route("/inspector/feed/{id}", Resource(gate, {"GET": self.watch})),
            Route("/inspector/traces/{id}", Resource(gate, traces)),
        ]


class _Watching(StreamingResponse):
    """What one viewer is sent, until it goes, its session is over, or the server shuts down."""

    media_type = "text/event-stream"

    def __init__(self, feed: Feed, viewer: Viewer) -> None:
        super().__init__(viewer.events(), headers={"X-Accel-Buffering": "no"})
        self._feed = feed
        self._viewer = viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[ON_SHUTDOWN] = self._viewer.end
        self._feed.add(self._viewer)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._feed.remove(self._viewer)


def _tell(viewers: Iterable[Viewer], what: str) -> None:
    for viewer in viewers:
        viewer.put(what)


def _is_end_of_turn(effect: Effect) -> bool:
    return isinstance(effect, asked.Send) and isinstance(effect.message, TurnEnded)


def _frames(session: Session, given: Input, effects: Sequence[Effect]) -> list[str]:
    """The frames that came, and that a socket is given: numbered ones once it takes them."""
    at = int(time.time() * 1000)
    frames: list[tuple[str, str]] = []
    match given:
        case Framed(text):
            frames.append(("in", line(told_frame(text))))
        case Binary():
            frames.append(("in", '{"raw":"(binary)"}'))
        case Wrote(seq):
            written = session.frame(seq)
            frames += [("out", written)] if written is not None else []
        case _:
            pass
    if session.attached:
        unnumbered = (one.message for one in effects if isinstance(one, asked.Send) and one.seq is None)
        frames += [("out", line(told_message(message, None))) for message in unnumbered]
    return [
        f'event: frame\ndata: {{"at":{at},"direction":"{way}","frame":{frame}}}\n\n' for way, frame in frames
    ]
