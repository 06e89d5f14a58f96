"""A session under any order of events: instructions, deltas, results, cancels, changes, drops, time.

The machine is a client, a socket that may lose what it took, and a planner. `Watch` checks what comes out.
"""

import json

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from capserver.errors import FrameError
from capserver.inputs import Called, Over, Planned, Ticked
from capserver.ledger import REMEMBERED
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Failed, Stopped, TextDelta, Thought
from capserver.protocol.values import Resume
from tests.drives import COMMANDS, JUMP, Frame, command
from tests.simulation import Simulation

SIT = command("sit", {"on": {"type": "string", "x-vocabulary": "objects"}}, ["on"], ttl=5)
LOW = command("jump", {"times": {"type": "integer", "minimum": 1, "maximum": 1}}, ["times"])
TIGHT = {
    "outbox_bytes": 2000,
    "commands_unacked": 2,
    "commands_per_turn": 3,
    "steps": 2,
    "turns_queued": 2,
    "frames_per_second": 0,
}
LOOSE = {"frames_per_second": 0, "resume_seconds": 300}

GOOD = [
    ("wave", "{}"),
    ("wave", ""),
    ("jump", '{"times":1}'),
    ("jump", '{"times":5}'),
    ("say", '{"text":"hello \\u4f60"}'),
    ("look", "{}"),
    ("look", ""),
    ("blink", ""),
    ("point", '{"at":"RED CUBE"}'),
    ("sit", '{"on":"ball"}'),
]
BAD = [
    ("jump", "{}"),
    ("jump", '{"times":6}'),
    ("jump", "[]"),
    ("jump", '{"times":'),
    ("fly", "{}"),
    ("say", '{"text":7}'),
    ("say", '{"text":"…'),
    ("point", '{"at":"moon"}'),
    ("wave", '{"a":1,"a":2}'),
]


class SessionMachine(Simulation, RuleBasedStateMachine):
    @initialize(tight=st.booleans(), acks=st.booleans(), numbers=st.booleans(), bounded=st.booleans())
    def open(self, tight: bool, acks: bool, numbers: bool, bounded: bool) -> None:
        self.limits = TIGHT if tight else LOOSE
        self.acks, self.numbers, self.history_turns = acks, numbers, 2 if bounded else 20
        self.start()

    # rules: what a client does

    @rule(
        mode=st.sampled_from(["queue", "queue", "queue", "interrupt", "reject"]),
        only=st.sampled_from([None, None, None, None, [], ["wave", "jump"], ["dance"]]),
        require=st.booleans(),
        remember=st.booleans(),
        again=st.integers(0, 9),
    )
    def instruct(self, mode: str, only: list[str] | None, require: bool, remember: bool, again: int) -> None:
        given = max(self.taken) if again == 0 and self.taken else self.new_id()
        fields: Frame = {"id": given, "text": f"do {given}", "on_busy": mode, "require": require}
        if only is not None:
            fields["only"] = [name for name in only if name in self.commands or name == "dance"]
        self.give("instruct", remember=remember, **fields)

    @precondition(lambda self: self.session.attached and self.plan is None)
    @rule(calls=st.lists(st.sampled_from(GOOD), min_size=1, max_size=3), end=st.booleans())
    def play(self, calls: list[tuple[str, str]], end: bool) -> None:
        """A turn as it should be, its commands in the client's hands."""
        self.give("instruct", id=self.new_id(), text="play")
        self.plan_calls(calls, end)
        self.pump()

    @rule(silent=st.booleans())
    def context(self, silent: bool) -> None:
        self.give("context", id="c" + self.new_id(), text="It rings.", state={"n": 1}, silent=silent)

    @rule(change=st.sampled_from(["less", "more", "low", "high", "objects", "bad", "nothing"]))
    def update(self, change: str) -> None:
        balls = {"objects": [{"id": given, "names": [f"red {given}"]} for given in ("cube", "ball")]}
        fields: dict[str, Frame] = {
            "less": {"remove": ["wave"] if "wave" in self.commands else []},
            "more": {"add": [SIT, COMMANDS[0]]},
            "low": {"add": [LOW]},
            "high": {"add": [JUMP]},
            "objects": {"vocabulary": balls},
            "bad": {"remove": ["nothing"]},
            "nothing": {},
        }
        if self.session.attached:  # the set that it is made for is the one in force
            self.give("manifest.update", id=self.new_id(), **fields[change])

    @precondition(lambda self: self.known)
    @rule(how=st.sampled_from(["ok", "value"]))
    def results(self, how: str) -> None:
        """The client answers all that it has."""
        for given in self.known:
            if given not in self.watch.over and self.session.attached:
                self.give("result", id=given, ok=True, **({"value": "a cat"} if how == "value" else {}))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), how=st.sampled_from(["ok", "ok", "value", "value", "wrong", "fail", "doubt"]))
    def result(self, data: st.DataObject, how: str) -> None:
        given = data.draw(st.sampled_from(self.known[-4:]))
        fields: dict[str, Frame] = {
            "ok": {"ok": True},
            "value": {"ok": True, "value": "a cat"},
            "wrong": {"ok": True, "value": 7},
            "fail": {"ok": False, "error": {"code": "stuck"}},
            "doubt": {"ok": False, "error": {"code": "in_doubt"}},
        }
        self.give("result", id=given, **fields[how])

    @rule(
        odd=st.sampled_from(["guess", "ahead", "late", "wrong", "far", "take over"]), given=st.integers(1, 9)
    )
    def odd(self, odd: str, given: int) -> None:
        """What happens seldom, and what nobody should do."""
        match odd:
            case "guess":
                self.guess(f"s-{given}")
            case "ahead" if self.session.attached:
                self.ack_ahead(given)
            case "late":
                self.plan_late()
            case "wrong" | "far":
                self.resume(odd)
            case "take over":
                self.resume("right")

    def guess(self, given: str) -> None:
        self.give("result", id=given, ok=True)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def progress(self, data: st.DataObject) -> None:
        self.give("progress", id=data.draw(st.sampled_from(self.known)))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        turns = self.watch.asked.keys() - self.watch.ended.keys()
        ids = {*self.known[-3:], *turns, *self.watch.streamed.keys(), "nobody"}
        self.give("cancel", id=data.draw(st.sampled_from(sorted(ids))))

    @precondition(lambda self: self.acks and self.session.attached)
    @rule(back=st.integers(0, 2))
    def ack(self, back: int) -> None:
        upto = max(0, self.seen - back)
        before = len(self.watch.errors)
        self.hear({"type": "ack", "upto": upto})
        assert len(self.watch.errors) == before
        assert self.session.waiting <= self.session.last - upto, "what was acked is let go"
        self.acked = max(self.acked, upto)

    def ack_ahead(self, more: int) -> None:
        before = len(self.watch.errors)
        upto = max(self.watch.written, default=0) + more
        self.hear({"type": "ack", "upto": upto})
        assert len(self.watch.errors) > before

    # rules: what others do

    @rule(call=st.sampled_from([*GOOD[2:], ("jump", '{"times":6}'), ("fly", "{}")]))
    def call(self, call: tuple[str, str]) -> None:
        """Somebody calls a command directly."""
        given, full, last = f"d{self.new_id()}", self.session.halted, self.session.last
        self.watch.called.add(given)
        code = ""
        try:
            self.take(Called(given, call[0], json.loads(call[1] or "{}")))
        except FrameError as error:
            code = error.code
        assert code in (
            {"busy", "invalid_frame", "unknown_id"} if full else {"", "invalid_frame", "unknown_id"}
        )
        assert (given in self.watch.commands) == (not code)
        assert self.session.last == last + (not code), "who is refused has changed nothing"

    # rules: what a socket does

    @rule()
    def pump(self) -> None:
        """All that waits goes over the wire, and is acked where the client acks."""
        self.write_all()
        if self.acks and self.session.attached:
            self.ack(0)
            self.write_all()

    @precondition(lambda self: self.outbox)
    @rule(most=st.integers(1, 8))
    def write_some(self, most: int) -> None:
        self.write(most)

    @precondition(lambda self: self.transit)
    @rule(most=st.integers(1, 8))
    def read_some(self, most: int) -> None:
        self.read(most)

    @precondition(lambda self: self.session.attached)
    @rule()
    def lose(self) -> None:
        self.drop()

    @precondition(lambda self: not self.session.attached)
    @rule(how=st.sampled_from(["right", "right", "older", "lost"]))
    def come(self, how: str) -> None:
        self.resume(how)

    def resume(self, how: str) -> None:
        upto = {"older": max(self.acked, self.seen - 2), "far": self.session.last + 1}.get(how, self.seen)
        token = "wrong" if how == "wrong" else self.token
        resume = Resume(session="s", token=token, epoch="epoch", upto=upto)
        obstacle = self.session.obstacle(resume, "kim")
        kept = self.session.last - self.session.waiting
        if how == "wrong":
            assert obstacle == "unauthorized"
        elif how == "far" or upto < kept:
            assert obstacle == "gap"
        else:
            assert obstacle is None
            self.come_back(resume, lost=how == "lost")

    # rules: what a planner does

    @precondition(lambda self: self.plan is not None)
    @rule(calls=st.lists(st.sampled_from(GOOD), min_size=1, max_size=3), end=st.booleans())
    def plan_calls(self, calls: list[tuple[str, str]], end: bool) -> None:
        for call in calls:
            self.plan_call(call, 1)
        if end:
            self.write_on(Stopped("end"))

    @precondition(lambda self: self.plan is not None)
    @rule(call=st.sampled_from(BAD), cuts=st.integers(1, 4))
    def plan_call(self, call: tuple[str, str], cuts: int) -> None:
        name, text = call[0], call[1].replace("…", "x" * 20000)
        index = next(self.index)
        size = max(1, -(-len(text) // cuts))
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        self.write_on(CallOpened(index, name), *(CallDelta(index, part) for part in parts), CallClosed(index))

    @precondition(lambda self: self.plan is not None)
    @rule(call=st.sampled_from([*GOOD, *BAD[:6], *[("say", '{"text":"hello, you there"}')] * 8]))
    def plan_begin(self, call: tuple[str, str]) -> None:
        index = next(self.index)
        self.writing[index] = list(call[1])
        self.write_on(CallOpened(index, call[0]))

    @precondition(lambda self: self.plan is not None and self.writing)
    @rule(data=st.data(), most=st.integers(1, 20))
    def plan_more(self, data: st.DataObject, most: int) -> None:
        index = data.draw(st.sampled_from(sorted(self.writing)))
        letters, self.writing[index] = self.writing[index][:most], self.writing[index][most:]
        self.write_on(CallDelta(index, "".join(letters)))
        if not self.writing.get(index, True):
            del self.writing[index]
            self.write_on(CallClosed(index))

    @precondition(lambda self: self.plan is not None)
    @rule(delta=st.sampled_from([TextDelta("Hi. "), TextDelta("好\ud800"), Thought({"type": "thinking"})]))
    def plan_words(self, delta: Delta) -> None:
        self.write_on(delta)

    @precondition(lambda self: self.plan is not None)
    @rule(
        end=st.sampled_from(
            [
                Stopped("end"),
                Stopped("end"),
                Stopped("calls"),
                Stopped("max_tokens"),
                Stopped("refusal"),
                Failed("planner_failed", "broken"),
            ]
        )
    )
    def plan_end(self, end: Delta) -> None:
        watch, before = self.watch, self.watch.commands.keys() | self.watch.rejected
        self.write_on(end)
        if not isinstance(end, Stopped) or end.reason in ("max_tokens", "refusal"):
            assert before == watch.commands.keys() | watch.rejected, "after a cut nothing is sent"

    def plan_late(self) -> None:
        late: list[Delta] = [TextDelta("x"), CallOpened(99, "wave"), Stopped("end"), Failed("x", "y")]
        for turn in self.finished:
            for delta in late if turn != self.plan else []:
                assert self.take(Planned(turn, delta)) == []

    # rules: time

    @rule(seconds=st.sampled_from([0.1, 0.1, 0.6, 0.6, 4.0, 11.0, 31.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.session.deadline) is not None and due <= until:
            self.advance(max(self.now, due))
            self.take(Ticked())
            deadline = self.session.deadline
            assert deadline is None or deadline > self.now, "what was due is done"
        self.advance(until)

    # always

    @invariant()
    def numbers_and_sizes_are_as_they_should_be(self) -> None:
        if not hasattr(self, "session"):
            return
        assert self.session.last == self.watch.last
        assert self.session.waiting <= max(1024, len(self.watch.written) + 1024)
        assert len(self.session.agenda.ledger._ended) <= REMEMBERED
        assert len(self.session.agenda._history._notes) <= 64
        assert self.session.agenda.turns.keys() == self.watch.asked.keys() - self.watch.ended.keys()
        open_calls = self.session.agenda.ledger.open.keys()
        assert open_calls == self.watch.commands.keys() - self.watch.over.keys()

    def way_back(self) -> Resume:
        return Resume(session="s", token=self.token, epoch="epoch", upto=self.seen)

    def teardown(self) -> None:
        if not hasattr(self, "session"):
            return
        session = self.session
        resume = self.way_back()
        if session.obstacle(resume, "kim") is None:
            self.come_back(resume)
            self.write_all()
            while left := self.watch.left():
                if not session.attached:
                    self.come_back(self.way_back())
                self.deliver({"type": "cancel", "id": left[0]})
                self.write_all()
            assert self.seen == session.last, "the client has it all"
        else:
            self.take(Over())


def test_whatever_happens_the_session_keeps_its_word() -> None:
    profile = settings()
    run_state_machine_as_test(
        SessionMachine,
        settings=settings(
            profile,
            max_examples=4 * profile.max_examples,
            stateful_step_count=80,
            suppress_health_check=list(HealthCheck),
        ),
    )
