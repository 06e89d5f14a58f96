"""A client, a socket that may lose what it took, and the edge of a session, driven step by step.

What a test makes happen are methods here; `Watch` checks what comes out. The session may end at any time:
then another one begins, with a client that knows nothing of the one before.
"""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

from capserver.effects import Close, Effect, Ended, Plan, Replay, Send, Stop
from capserver.inputs import (
    Detached,
    Framed,
    Held,
    Input,
    Opened,
    Planned,
    Resumed,
    WentOn,
    Wrote,
    give,
)
from capserver.prompt import Delta, Failed, Stopped
from capserver.protocol.server import AnyServerMessage, CancelCommand, CommandFrame, encode
from capserver.protocol.values import Resume
from capserver.session import Session
from tests.drives import COMMANDS, Frame, an_offer, some_terms
from tests.watch import Watch


class Simulation:
    """One client and all that is between it and its session."""

    limits: Frame
    acks: bool
    numbers: bool
    history_turns: int

    def start(self) -> None:
        """Time begins."""
        self.now = 100.0
        self.clock = 0.0
        """Seconds for which a socket stood."""
        self.ids = count(1)
        self.tokens = (f"token-{n}" for n in count(1))
        self.begin()

    def begin(self) -> None:
        """A new session, and all that its client knows of it."""
        self.token = next(self.tokens)
        self.previous: str | None = None
        terms = some_terms(self.limits, history_turns=self.history_turns)
        self.session = Session("s", self.token, an_offer(), terms, self.now, principal="kim")
        self.watch = Watch(self.is_valid)
        self.commands = {made["name"]: made for made in COMMANDS}
        self.objects = {"cube"}
        self.rev = 1
        self.outbox: list[int | str] = []
        self.transit: list[Frame] = []
        self.position = self.seen = self.acked = 0
        self.sent = 0
        self.unacked: list[tuple[int, Frame]] = []
        self.taken: set[str] = set()
        self.known: list[str] = []
        self.answered: set[str] = set()
        self.made_at: dict[str, float] = {}
        self.taken_at: dict[str, float] = {}
        self.plan: str | None = None
        self.finished: list[str] = []
        self.index = count(0)
        self.writing: dict[int, list[str]] = {}
        self.take(Opened())

    def is_valid(self, frame: CommandFrame) -> bool:
        """Whether a command may be sent, by a reading of the set that is not the server's."""
        args, made = frame.args, self.commands.get(frame.name)
        if made is None or frame.rev != self.rev:
            return False
        match frame.name:
            case "jump":
                schema = made["parameters"]["properties"]["times"]
                return 1 <= args["times"] <= schema["maximum"] and args.keys() == {"times"}
            case "say":
                return isinstance(args["text"], str) and args.keys() == {"text"}
            case "point" | "sit":
                return set(args.values()) <= self.objects and len(args) == 1
            case _:
                return args == {}

    # the edge

    def take(self, given: Input) -> list[Effect]:
        """The session is given something; what came of it."""
        session, effects = self.session, give(self.session, given, self.now)
        self.observe(session, given, self.now, effects)
        return self.apply(effects)

    def observe(self, session: Session, given: Input, now: float, effects: Sequence[Effect]) -> None:
        """Hear of all that a session is given and what comes of it."""

    def apply(self, effects: list[Effect]) -> list[Effect]:
        self.watch.see(effects)
        for effect in effects:
            match effect:
                case Send(message, seq):
                    self.send(message, seq)
                case Replay(after):
                    self.outbox += range(after + 1, self.session.last + 1)
                case Plan(turn, _):
                    assert self.plan is None, "one turn at a time"
                    self.plan, self.writing = turn, {}
                case Stop(turn) if turn == self.plan:
                    self.finish()
                case Ended(call, _, _, outcome):
                    self.check_time(call, outcome.ending)
                case _:
                    pass
        if any(isinstance(effect, Close) for effect in effects):
            self.write_all()
            self.drop()
        if self.session.over:
            assert self.watch.quiet()["commands"] == set()
            self.begin()
        return effects

    def send(self, message: AnyServerMessage, seq: int | None) -> None:
        if isinstance(message, CommandFrame):
            self.made_at[message.id] = self.now
        elif isinstance(message, CancelCommand) and (made := self.watch.seq_of.get(message.id)):
            kept = self.session.last - self.session.waiting
            assert made in self.watch.written or made <= kept, "what was never written is replaced"
        if self.session.attached:
            self.outbox.append(encode(message) if seq is None else seq)

    def check_time(self, call: str, ending: str) -> None:
        """A command is given all the time that it has."""
        if ending == "expired" and not self.session.over:
            assert call not in self.taken_at
            ttl = 5 if self.watch.commands[call].name == "sit" else 30
            assert self.now - self.made_at[call] >= ttl - 1e-6
        elif ending == "timeout":
            assert self.clock - self.taken_at[call] >= self.watch.commands[call].timeout - 1e-6

    def advance(self, now: float) -> None:
        """Time passes."""
        self.clock += now - self.now if self.session.attached else 0.0
        self.now = now

    def finish(self) -> None:
        if self.plan is not None:
            self.finished.append(self.plan)
        self.plan = None

    # the client

    def give(self, kind: str, **fields: Any) -> None:
        """The client has a frame to send; without a socket it keeps what it numbers."""
        frame = {"type": kind, **fields}
        if self.numbers and kind != "progress":
            self.sent += 1
            frame["seq"] = self.sent
            self.unacked.append((self.sent, frame))
        if self.session.attached:
            self.deliver(frame)

    def deliver(self, frame: Frame) -> None:
        kind, given = frame["type"], frame.get("id")
        turn = kind == "instruct" or (kind == "context" and not frame["silent"] and not self.shared())
        fresh = given not in self.taken
        before = len(self.watch.errors)
        if turn and fresh:
            self.watch.asked[str(given)] = frame.get("remember", True)
        if kind == "manifest.update" and fresh and frame.get("remove") != ["nothing"]:
            self.change(frame)
        answer = self.answer_to(str(given)) if kind == "result" else ""
        self.hear(frame)
        codes = [error.code for error in self.watch.errors[before:] if error.ref == given]
        if kind in ("instruct", "context", "manifest.update"):
            self.judge(str(given), fresh, codes)
        elif kind == "result":
            assert codes == ([answer] if answer else []) or (not answer and codes == ["invalid_result"])
            assert given in self.watch.over or answer == "unknown_id", "the first one counts"

    def hear(self, frame: Frame) -> None:
        """A frame reaches the session; the token before the newest one holds until then."""
        session, previous, self.previous = self.session, self.previous, None
        resume = Resume(session="s", token=previous or "none", epoch="epoch", upto=self.seen)
        assert (session.obstacle(resume, "kim") == "unauthorized") == (previous is None)
        self.take(Framed(json.dumps(frame)))
        assert session.obstacle(resume, "kim") == "unauthorized"

    def answer_to(self, given: str) -> str:
        """The error that a result is answered by; none where it ends its command, or crossed a cancel."""
        ended = self.watch.over.get(given)
        if ended is None and self.watch.seq_of.get(given) not in self.watch.written:
            return "unknown_id"
        if given in self.answered:
            return "duplicate_id"
        self.answered.add(given)
        return "late_result" if ended and ended.outcome.ending in ("timeout", "expired") else ""

    def shared(self) -> bool:
        """Whether a context that is not silent joins another one that waits."""
        waiting = self.watch.asked.keys() - self.watch.started - self.watch.ended.keys()
        return any(given.startswith("c") for given in waiting)

    def judge(self, given: str, fresh: bool, codes: list[str]) -> None:
        if not fresh:
            assert codes in (["duplicate_id"], ["invalid_frame"])
        elif codes:
            assert set(codes) <= {"busy", "invalid_frame", "invalid_manifest"}
            self.watch.asked.pop(given, None)
        else:
            self.taken.add(given)

    def change(self, frame: Frame) -> None:
        for name in frame.get("remove", []):
            del self.commands[name]
        self.commands |= {made["name"]: made for made in frame.get("add", [])}
        if "vocabulary" in frame:
            self.objects = {entry["id"] for entry in frame["vocabulary"]["objects"]}
        self.rev += 1

    def new_id(self) -> str:
        return f"i{next(self.ids)}"

    # the socket

    def write(self, most: int) -> None:
        for item in self.outbox[:most]:
            self.outbox.pop(0)
            if isinstance(item, str):
                self.transit.append(json.loads(item))
                continue
            text = self.session.frame(item)
            if text is None:
                assert item <= self.acked, "what was not acked is still there"
                self.position = item
                continue
            self.watch.wrote(item, text)
            frame = json.loads(text)
            self.transit.append(frame)
            if frame["type"] == "command":
                self.taken_at.setdefault(frame["id"], self.clock)
            session = self.session
            self.take(Wrote(item))
            assert session is self.session

    def read(self, most: int) -> None:
        for frame in self.transit[:most]:
            self.transit.pop(0)
            if "seq" in frame:
                self.take_in(frame)
            elif frame["type"] == "ack":
                assert frame["upto"] <= self.sent
                self.unacked = [kept for kept in self.unacked if kept[0] > frame["upto"]]

    def take_in(self, frame: Frame) -> None:
        assert frame["seq"] == self.position + 1, "in order, and nothing is left out"
        self.position = frame["seq"]
        if frame["seq"] > self.seen:
            self.seen = frame["seq"]
            if frame["type"] == "command":
                self.known.append(frame["id"])

    def write_all(self) -> None:
        while self.outbox or self.transit:
            if self.outbox:
                self.write(len(self.outbox))
            if self.transit:
                self.read(len(self.transit))

    def drop(self) -> None:
        self.outbox.clear()
        self.transit.clear()
        self.watch.dropped()
        self.take(Detached())

    def come_back(self, resume: Resume, *, lost: bool = False) -> None:
        """Another socket stands; `lost`: it is gone again before its client heard of it."""
        self.outbox.clear()
        self.transit.clear()
        self.watch.dropped()
        fresh = next(self.tokens)
        self.position = resume.upto
        effects = self.take(Resumed(resume, fresh))
        welcome = next(effect.message for effect in effects if isinstance(effect, Send))
        taken = welcome.model_dump()["upto"]
        assert taken <= self.sent
        if lost:
            self.drop()
            return
        self.previous, self.token = self.token, fresh
        for _, frame in list(self.unacked):
            if self.session.attached:
                self.deliver_again(frame, taken)

    def deliver_again(self, frame: Frame, taken: int) -> None:
        if frame["seq"] > taken:
            self.deliver(frame)
        else:
            last = self.session.last
            self.hear(frame)
            assert self.session.last == last or not self.session.attached, "nothing is run again"

    # the planner

    def write_on(self, *deltas: Delta) -> None:
        for delta in deltas:
            if self.plan is None:
                return
            if self.session.halted:
                self.take(Held())
                return
            self.take(WentOn())
            turn = self.plan
            if isinstance(delta, Stopped | Failed):
                self.finish()
            self.take(Planned(turn, delta))
