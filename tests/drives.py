"""Drives one session by hand: a fixed set of commands, a clock that only the test moves, frames read back.

A `Drive` applies effects as a connection would (it takes frames to a socket, starts and stops plans), so
that a test says what came in and reads what went out.
"""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

from capserver.effects import Close, Effect, Ended, Plan, Replay, Send, Stop
from capserver.manifest import CommandSet, compile_set
from capserver.offer import Offer
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Failed, Prompt, Stopped
from capserver.protocol.server import Heartbeat, Limits, ServerInfo, encode
from capserver.protocol.values import Client, Entry, Resume
from capserver.session import Session
from capserver.terms import Terms
from capserver.vocabulary import Vocabulary

Frame = dict[str, Any]

STRING = {"type": "string"}


def command(name: str, properties: Frame | None = None, required: Sequence[str] = (), **more: Any) -> Frame:
    """A command as a client sends it."""
    made: Frame = {"name": name, "description": f"Does {name}.", **more}
    if properties is not None:
        made["parameters"] = {
            "type": "object",
            "properties": properties,
            "required": list(required),
            "additionalProperties": False,
        }
    return made


JUMP = command("jump", {"times": {"type": "integer", "minimum": 1, "maximum": 5}}, ["times"])
COMMANDS: list[Frame] = [
    command("wave"),
    JUMP,
    command("say", {"text": STRING}, ["text"], stream=["text"], lane="voice"),
    command("look", returns=STRING, timeout=10),
    command("blink", timeout=0),
    command("point", {"at": STRING | {"x-vocabulary": "objects"}}, ["at"]),
]
ROOM = Vocabulary.of({"objects": [Entry(id="cube", names=["red cube"])]})

SERVER = ServerInfo(name="capserver", version="0")
HEARTBEAT = Heartbeat(interval=10, timeout=10)


def the_set(*more: Frame) -> CommandSet:
    """The commands of these tests."""
    return compile_set([*COMMANDS, *more])


def an_offer(*more: Frame) -> Offer:
    """What the client of these tests offers."""
    return Offer(the_set(*more), ROOM, None, None, None, Client(name="test"))


def some_terms(limits: Frame | None = None, **more: Any) -> Terms:
    """Terms with the default limits, but for `limits`."""
    return Terms(SERVER, "epoch", "scripted", HEARTBEAT, Limits.model_validate(limits or {}), **more)


def a_call(index: int, name: str, args: Frame | str | None = None) -> list[Delta]:
    """The deltas of a whole call; `args` as a text: JSON as the model wrote it."""
    written = args if isinstance(args, str) else json.dumps(args or {})
    return [CallOpened(index, name), CallDelta(index, written), CallClosed(index)]


END = Stopped("end")
CALLS = Stopped("calls")


class Drive:
    """A session, the socket that stands, the plans that run, and everything that went out.

    `written`: the frames that the socket took, in order. With `slow=True` the socket takes frames only by
    `flush`.
    """

    def __init__(
        self,
        *more: Frame,
        limits: Frame | None = None,
        slow: bool = False,
        welcomed: bool = True,
        **terms: Any,
    ) -> None:
        self.now = 100.0
        self.slow = slow
        self.written: list[Frame] = []
        self.ended: list[Ended] = []
        self.closes: list[int] = []
        self.plans: dict[str, Prompt] = {}
        self.prompts: list[Prompt] = []
        self.effects: list[Effect] = []
        self._waiting: list[int | str] = []
        self._tokens = (f"token-{n}" for n in count(2))
        self.token = "token-1"
        self.session = Session(
            "s", self.token, an_offer(*more), some_terms(limits, **terms), self.now, principal="kim"
        )
        if welcomed:
            self.apply(self.session.welcome())
            self.flush()
            self.written.clear()

    # what the socket and the planner do

    def send(self, kind: str, **fields: Any) -> list[Frame]:
        """The client sends a frame; what came of it on the socket."""
        return self.send_text(json.dumps({"type": kind, **fields}))

    def send_text(self, text: str) -> list[Frame]:
        """The client sends this text."""
        return self.apply(self.session.receive(text, self.now))

    def instruct(self, given: str = "t1", text: str = "go", **fields: Any) -> list[Frame]:
        """The client sends an `instruct`."""
        return self.send("instruct", id=given, text=text, **fields)

    def plan(self, *deltas: Delta | list[Delta], turn: str = "t1") -> list[Frame]:
        """The planner of a turn writes; what came of it on the socket."""
        came = []
        for delta in deltas:
            for one in delta if isinstance(delta, list) else [delta]:
                if isinstance(one, Stopped | Failed):
                    self.plans.pop(turn, None)
                came += self.apply(self.session.planned(turn, one, self.now))
        return came

    def run(self, *deltas: Delta | list[Delta], turn: str = "t1", **fields: Any) -> list[Frame]:
        """An instruction and all that its planner writes, `end` behind it."""
        return self.instruct(turn, **fields) + self.plan(*deltas, END, turn=turn)

    def ok(self, call: str, **fields: Any) -> list[Frame]:
        """The client answers a command."""
        return self.send("result", id=call, ok=True, **fields)

    def drop(self) -> None:
        """The socket is gone."""
        self._waiting.clear()
        self.apply(self.session.detach(self.now))

    def resume(self, upto: int, token: str | None = None) -> list[Frame]:
        """The client comes back; what its socket is given."""
        resume = Resume(session="s", token=token or self.token, epoch="epoch", upto=upto)
        assert self.session.obstacle(resume, "kim") is None
        self._waiting.clear()
        came = self.apply(self.session.resume(resume, next(self._tokens), self.now))
        self.token = self.session.way_back.token
        return came

    def obstacle(self, upto: int = 0, token: str | None = None, principal: str = "kim") -> str | None:
        """Why the client cannot come back."""
        resume = Resume(session="s", token=token or self.token, epoch="epoch", upto=upto)
        return self.session.obstacle(resume, principal)

    def wait(self, seconds: float) -> list[Frame]:
        """Time passes, from deadline to deadline."""
        until = self.now + seconds
        came = []
        while (due := self.session.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            came += self.apply(self.session.tick(self.now))
            deadline = self.session.deadline
            assert deadline is None or deadline > self.now, "what was due is done"
        self.now = until
        return came

    # effects

    def apply(self, effects: Sequence[Effect]) -> list[Frame]:
        """Do what the session asks for; the frames that the socket took."""
        before = len(self.written)
        self.effects = list(effects)
        for effect in effects:
            self._do(effect)
        if not self.slow:
            self.flush()
        return self.written[before:]

    def _do(self, effect: Effect) -> None:
        match effect:
            case Send(message, seq):
                if self.session.attached:
                    self._waiting.append(encode(message) if seq is None else seq)
            case Replay(after):
                self._waiting += range(after + 1, self.session.last + 1)
            case Plan(turn, prompt):
                self.plans[turn] = prompt
                self.prompts.append(prompt)
            case Stop(turn):
                self.plans.pop(turn, None)
            case Ended():
                self.ended.append(effect)
            case Close(code, _):
                self.closes.append(code)
            case _:
                pass

    def flush(self, most: int | None = None) -> list[Frame]:
        """The socket takes what waits, or so many frames of it."""
        before = len(self.written)
        while self._waiting and (most is None or len(self.written) < before + most):
            item = self._waiting.pop(0)
            text = self.session.frame(item) if isinstance(item, int) else item
            if text is not None:
                self.written.append(json.loads(text))
            if isinstance(item, int):
                self._wrote(item)
        return self.written[before:]

    def _wrote(self, seq: int) -> None:
        for effect in self.session.wrote(seq, self.now):
            self._do(effect)

    # what went out

    @property
    def endings(self) -> list[tuple[str, str]]:
        """How calls ended, in order."""
        return [(ended.call, ended.outcome.ending) for ended in self.ended]


def kinds(frames: Sequence[Frame]) -> list[str]:
    """The types of frames."""
    return [frame["type"] for frame in frames]


def one(frames: Sequence[Frame], kind: str) -> Frame:
    """The only frame of its type."""
    (found,) = [frame for frame in frames if frame["type"] == kind]
    return found
