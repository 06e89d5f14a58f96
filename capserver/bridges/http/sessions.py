"""What callers may do with sessions: list, show, end, instruct, call a command."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from secrets import token_hex
from typing import Annotated, Any, Final

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from capserver.bridges.http.callers import Caller, Callers, Frame
from capserver.hub import Hub
from capserver.inputs import Called, Dismissed, Input, Instructed
from capserver.protocol.client import Instruct
from capserver.protocol.values import Name, Value, optional
from capserver.resource import ON_SHUTDOWN, Problem, read_body
from capserver.session import Session
from capserver.view import detail, view

GONE: Final = "the session has ended"
STOPPING: Final = "the server stops"


class Instruction(Value):
    """The body of `instruct`."""

    text: str = Field(min_length=1)
    only: Annotated[list[Name], Field(fail_fast=True)] | None = optional()
    require: bool = False


class Arguments(Value):
    """The body of a direct call."""

    args: dict[str, Any] = Field(default={})


class Sessions:
    """The sessions of this node, for whoever may ask."""

    def __init__(self, hub: Hub, callers: Callers, wait_seconds: float) -> None:
        self._hub = hub
        self._callers = callers
        self._wait_seconds = wait_seconds

    async def index(self, _request: Request) -> Response:
        """All sessions."""
        hub = self._hub
        found = [view(session, hub.arrivals[session.id]) for session in hub.sessions.values()]
        return JSONResponse({"sessions": found})

    async def show(self, request: Request) -> Response:
        """One session."""
        session = self._session(request)
        return JSONResponse(detail(session, self._hub.arrivals[session.id]))

    async def commands(self, request: Request) -> Response:
        """The set in force, each command as its client sent it."""
        commands = self._session(request).offer.commands.commands.values()
        return JSONResponse({"commands": [dict(command.source) for command in commands]})

    async def end(self, request: Request) -> Response:
        """End a session, with all it holds."""
        self._drive(self._session(request), Dismissed())
        return Response(status_code=204)

    async def call(self, request: Request) -> Response:
        """Have one command done, without a model; the answer says how it ended."""
        session = self._session(request)
        body = await read_body(request, Arguments, self._hub.terms.limits.frame_bytes)
        call_id = _new_id()
        with self._callers.waiting(session.id, call_id) as caller:
            self._drive(session, Called(call_id, request.path_params["name"], body.args))
            await self._wait(request, caller, session, {"id": call_id})
        return JSONResponse({"id": call_id, **caller.commands[call_id]["result"]})

    async def instruct(self, request: Request) -> Response:
        """Have the model plan something, and the client do it; the answer says what came of it."""
        session = self._session(request)
        body = await read_body(request, Instruction, self._hub.terms.limits.frame_bytes)
        turn = _new_id()
        message = Instruct(type="instruct", id=turn, text=body.text, only=body.only, require=body.require)
        given = Instructed(message, "http")
        if _wants_events(request):
            return self._stream(session, turn, given)
        with self._callers.waiting(session.id, turn) as caller:
            self._drive(session, given)
            await self._wait(request, caller, session, {"turn": turn})
        return JSONResponse(_answer(caller))

    # how

    def _session(self, request: Request) -> Session:
        session = self._hub.sessions.get(request.path_params["session"])
        if session is None:
            raise Problem(404, "not found", "there is no such session")
        return session

    def _drive(self, session: Session, given: Input) -> None:
        """Give a session something.

        Raises:
            Problem: 410, it has ended meanwhile.
            FrameError: it refuses.

        """
        if session.over:
            raise _gone()
        self._hub.drive(session, given, asyncio.get_running_loop().time())

    async def _wait(self, request: Request, caller: Caller, session: Session, named: Frame) -> None:
        """Wait until it is over.

        Raises:
            Problem: 504, after too long a time; 410, the session has ended before; 503, the server stops.

        """
        request.scope[ON_SHUTDOWN] = caller.leave
        with suppress(TimeoutError):
            async with asyncio.timeout(self._wait_seconds):
                await caller.over.wait()
        if caller.end is not None:
            return
        commands = [_with_state(command, session) for command in caller.commands.values()]
        so_far: Frame = {**named, "commands": commands}
        if session.over:
            raise _gone(**so_far)
        if caller.over.is_set():
            raise Problem(503, "stopping", STOPPING, **so_far)
        message = f"not done within {self._wait_seconds:g} s ([http] wait_seconds); it goes on"
        raise Problem(504, "timeout", message, **so_far)

    def _stream(self, session: Session, turn: str, given: Input) -> Response:
        """The frames of a turn as they come. What is refused is refused before the first byte."""
        with ExitStack() as stack:
            caller = stack.enter_context(self._callers.waiting(session.id, turn))
            self._drive(session, given)
            return EventStream(caller, session, self._hub.terms.heartbeat.interval, stack.pop_all())


class EventStream(StreamingResponse):
    """What a caller hears as server-sent events (the HTML standard, section 9.2), until it is over."""

    media_type = "text/event-stream"

    def __init__(self, caller: Caller, session: Session, pulse: float, waiting: ExitStack) -> None:
        super().__init__(_events(caller, session, pulse), headers={"X-Accel-Buffering": "no"})
        self._caller = caller
        self._waiting = waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write events until there are no more, or nobody reads them."""
        scope[ON_SHUTDOWN] = self._caller.leave
        with self._waiting:
            await super().__call__(scope, receive, send)


async def _events(caller: Caller, session: Session, pulse: float) -> AsyncIterator[str]:
    async for frame in caller.frames(pulse):
        yield ":\n\n" if frame is None else _event(frame)
    if caller.end is None:
        message = GONE if session.over else STOPPING
        yield _event({"type": "error", "code": "unknown_id", "message": message, "ref": caller.waits_for})


def _event(frame: Frame) -> str:
    return f"event: {frame['type']}\ndata: {json.dumps(frame, ensure_ascii=False)}\n\n"


def _wants_events(request: Request) -> bool:
    return "text/event-stream" in ",".join(request.headers.getlist("accept")).lower()


def _answer(caller: Caller) -> Frame:
    ended = caller.end or {}
    answer = {key: ended[key] for key in ("turn", "status", "text")}
    answer["commands"] = list(caller.commands.values())
    return answer | ({"error": ended["error"]} if "error" in ended else {})


def _with_state(command: Frame, session: Session) -> Frame:
    """A command and how far it is: `waiting` for a socket, `sent`, or `ended`."""
    if command["result"] is not None:
        return {**command, "state": "ended"}
    call = session.agenda.ledger.open[command["id"]]
    return {**command, "state": "sent" if call.written else "waiting"}


def _gone(**more: Any) -> Problem:
    return Problem(410, "gone", GONE, **more)


def _new_id() -> str:
    return "http-" + token_hex(8)
