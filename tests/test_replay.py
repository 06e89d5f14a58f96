"""Recordings told again: of transcripts, of sessions to which anything happens, of a core that changed."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from capserver import delivery
from capserver.effects import Effect
from capserver.errors import Fault, TraceError
from capserver.inputs import (
    Called,
    Detached,
    Dismissed,
    Framed,
    Input,
    Instructed,
    Opened,
    Planned,
    Resumed,
    Ticked,
    TokenRefused,
    Wrote,
    give,
)
from capserver.lanes import Lanes
from capserver.prompt import Delta, Failed, Stopped, TextDelta, Thought
from capserver.protocol.client import Instruct
from capserver.protocol.server import Lost
from capserver.protocol.values import Resume
from capserver.recorder import Recorder
from capserver.replay import Outcome, read_trace, replay
from capserver.session import Session
from tests.drives import Frame, a_call, an_offer, some_terms
from tests.test_conformance import CoreDriver, play
from tests.test_session_machine import SessionMachine
from tests.transcripts import parse, paths


class Tape:
    """What is recorded of every session, from its opening."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = defaultdict(list)
        self.recorder = Recorder(sink=lambda session_id, text: self.lines[session_id].append(text))

    def again(self) -> list[Outcome]:
        """What comes of the recordings."""
        return [told_again("".join(lines)) for lines in self.lines.values()]


def told_again(text: str) -> Outcome:
    return replay(read_trace(text.splitlines()))


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
async def test_a_recorded_transcript_comes_to_the_same_again(path: Path) -> None:
    tape, transcript = Tape(), parse(path)
    await play(transcript, CoreDriver(transcript, [tape.recorder.observe]))
    assert [outcome.first for outcome in tape.again()] == [None] * len(tape.lines)


class RecordedMachine(SessionMachine):
    """Recorded from the opening, and again and again from a quiet moment for some while."""

    inputs = 12

    def start(self) -> None:
        self.tape = Tape()
        self.late = Recorder()
        self.late_traces: list[str] = []
        super().start()

    @rule(inputs=st.integers(3, 30))
    def record(self, inputs: int) -> None:
        self.inputs = inputs

    def observe(self, session: Session, given: Input, now: float, effects: Sequence[Effect]) -> None:
        self.tape.recorder.observe(session, given, now, effects)
        self.late.observe(session, given, now, effects)
        if self.late.state("s") != "waiting" and not session.over:
            if (self.late.trace("s") or "").count('"in":') >= self.inputs:
                self.stop()
            self.late.start(session, now)

    def stop(self) -> None:
        trace = self.late.stop("s")
        self.late_traces += [trace] if trace else []

    def begin(self) -> None:
        """The one before is over; its recording has its end."""
        if "session" in vars(self):
            self.stop()
            self.check()
        super().begin()

    def check(self) -> None:
        traces = ["".join(lines) for lines in self.tape.lines.values()] + self.late_traces
        self.tape.lines.clear()
        self.late_traces.clear()
        assert [told_again(trace).first for trace in traces] == [None] * len(traces)

    def teardown(self) -> None:
        super().teardown()
        if "session" in vars(self):
            self.stop()
            self.check()


def test_whatever_happens_a_recording_comes_to_the_same_again() -> None:
    profile = settings()
    run_state_machine_as_test(
        RecordedMachine,
        settings=settings(profile, stateful_step_count=100, suppress_health_check=list(HealthCheck)),
    )


# one recording


class Take:
    """A session that is recorded from its opening or a later moment, and a clock."""

    def __init__(self, **limits: Any) -> None:
        self.now = 1234.5678
        self.session = Session(
            "s", "token-1", an_offer(), some_terms(limits), self.now, principal="kim", profile="pet"
        )
        self.recorder = Recorder()

    def give(self, *inputs: Input) -> list[Effect]:
        effects: list[Effect] = []
        for given in inputs:
            effects = give(self.session, given, self.now)
            self.recorder.observe(self.session, given, self.now, effects)
            self.now += 0.1
        return effects

    def say(self, **frame: Any) -> None:
        self.give(Framed(json.dumps(frame)))

    def plan(self, turn: str, *deltas: Delta) -> None:
        self.give(*(Planned(turn, delta) for delta in deltas))

    def record(self) -> str | None:
        return self.recorder.start(self.session, self.now)

    def lines(self) -> list[Frame]:
        text = self.recorder.trace("s")
        assert text is not None
        return [json.loads(line) for line in text.splitlines()]

    def same(self) -> Outcome:
        text = self.recorder.trace("s")
        assert text is not None
        outcome = told_again(text)
        assert outcome.first is None
        return outcome


def resume(token: str, upto: int = 0) -> Resume:
    return Resume(session="s", token=token, epoch="epoch", upto=upto)


def test_every_kind_of_input_is_recorded_and_told_again() -> None:
    take = Take()
    take.record()
    lost = (Lost(id="old-1", turn="t0", name="wave"),)
    take.give(Opened((Fault("/x", "unknown_field", "no such field"),), "gap", lost))
    take.say(type="instruct", id="t1", text="说点什么 \ud83d")
    take.say(type="instruct", id="t1", text="wave")
    take.plan("t1", TextDelta("half a pair: \ud83d"), Thought({"type": "thinking", "text": "…"}))
    take.plan("t1", *a_call(0, "wave"), *a_call(1, "fly"), Stopped("calls"))
    take.plan("t1", Failed("planner_failed", "no", retryable=True, retry_after=2))
    take.give(*(Wrote(seq) for seq in range(1, take.session.last + 1)))
    take.give(Detached(), Resumed(resume("token-1"), "token-2"))
    take.say(type="result", id="s-1", ok=True)
    message = Instruct(type="instruct", id="h1", text="jump", only=["jump"], require=True)
    take.give(Instructed(message, "http"), Called("c1", "jump", {"times": 2}), Ticked(), TokenRefused())
    take.give(Dismissed())
    outcome = take.same()
    assert outcome.inputs == len([line for line in take.lines() if "in" in line]) > 20
    assert outcome.effects == len([line for line in take.lines() if "out" in line]) - 1
    assert take.lines()[-1]["out"] == {"end": "the session is over"}


def test_a_recording_begins_at_the_next_quiet_moment_with_where_the_session_stands() -> None:
    take = Take(frames_per_second=1)
    take.give(Opened())
    take.say(type="ack", upto=0)
    take.say(type="instruct", id="t1", text="blink", seq=1)
    assert take.record() == "waiting"
    take.plan("t1", *a_call(0, "blink"), Stopped("end"))
    take.say(type="manifest.update", id="u1", remove=["say"], vocabulary={"objects": None}, persona="A cat.")
    take.say(type="context", text="it rains", state={"n": 1})
    assert take.recorder.state("s") == "waiting"
    take.give(*(Wrote(seq) for seq in range(1, take.session.last + 1)))
    take.say(type="ack", upto=2)
    assert take.recorder.state("s") == "on"
    (head,) = take.lines()
    assert head["session"]["offer"] | {"commands": 0, "findings": 0} == {
        "client": {"name": "test"},
        "commands": 0,
        "findings": 0,
        "vocabulary": {},
        "persona": "A cat.",
        "context": "it rains",
        "state": {"n": 1},
        "rev": 2,
    }
    assert head["session"]["delivery"]["taken"] == 1
    take.say(type="instruct", id="t1", text="again")
    take.say(type="instruct", id="t2", text="say and point")
    take.plan(
        "t2", *a_call(0, "say", {"text": "hi"}), *a_call(1, "point", {"at": "red cube"}), Stopped("end")
    )
    for _ in range(9):
        take.say(type="ping", t=1)
    take.give(Detached())
    errors = [line["out"]["frame"] for line in take.lines() if "frame" in line.get("out", {})]
    codes = [frame["code"] for frame in errors if frame["type"] == "error"]
    assert codes == ["duplicate_id", *["rate_limited"] * codes.count("rate_limited")] != ["duplicate_id"]
    take.same()


def test_one_that_is_detached_or_closing_goes_on_as_such() -> None:
    take = Take()
    take.give(Opened(), TokenRefused(), Detached())
    assert take.record() == "on"
    take.say(type="ping", t=1)
    take.give(Called("c1", "wave", {}), Resumed(resume("token-1"), "token-2"), Wrote(1), Wrote(2))
    take.now += 29
    take.give(Ticked())
    take.now += 60
    take.give(Ticked())
    take.same()


def test_a_session_that_ends_before_it_is_quiet_leaves_no_recording() -> None:
    take = Take()
    take.give(Opened())
    take.say(type="instruct", id="t1", text="wave")
    take.record()
    take.give(Dismissed(), Ticked())
    assert (take.recorder.state("s"), take.recorder.trace("s")) == ("off", "")


# a core that changed


@pytest.fixture
def recorded() -> str:
    take = Take()
    take.record()
    take.give(Opened())
    take.say(type="instruct", id="t1", text="wave", seq=1)
    take.plan("t1", *a_call(0, "wave"), Stopped("end"))
    take.give(Wrote(1), Wrote(2))
    take.now += 31
    take.give(Ticked())
    text = take.recorder.stop("s")
    assert text is not None
    assert told_again(text).differing == 0
    return text


def test_a_core_that_forgets_a_clock_is_found(recorded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lanes, "due", lambda _self, _now: [])
    outcome = told_again(recorded)
    assert (outcome.differing, outcome.first and outcome.first.at) == (1, 0)
    assert outcome.first is not None
    assert outcome.first.step.told == {"kind": "tick"}
    assert [next(iter(effect)) for effect in outcome.first.step.effects] == [
        "frame",
        "ended",
        "frame",
        "frame",
    ]
    assert [next(iter(effect)) for effect in outcome.first.effects] == ["frame"]


def test_a_core_that_numbers_otherwise_is_found(recorded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = delivery.Delivery.send

    def skipping(self: delivery.Delivery, *args: Any) -> Any:
        self.last += 1
        return honest(self, *args)

    monkeypatch.setattr(delivery.Delivery, "send", skipping)
    outcome = told_again(recorded)
    assert outcome.first is not None
    assert (outcome.first.at, outcome.first.effects[0]["frame"]["seq"]) == (0, 2)


def test_a_core_that_refuses_what_it_took_is_found() -> None:
    take = Take()
    take.record()
    take.give(Called("c1", "wave", {}))
    text = take.recorder.trace("s") or ""
    outcome = told_again(text.replace('"name":"wave","args"', '"name":"wove","args"'))
    assert outcome.first is not None
    assert outcome.first.effects[0]["refused"] == "unknown_id"


def test_a_core_that_breaks_is_found_and_told_no_more(recorded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Lanes, "wrote")
    outcome = told_again(recorded)
    assert outcome.first is not None
    assert outcome.first.effects[0]["broke"].startswith("AttributeError: 'Lanes' object has no")
    assert outcome.differing == 1


# a file that is none


def head(**more: Any) -> str:
    take = Take()
    take.record()
    return json.dumps(take.lines()[0] | more)


def headed(part: str, **more: Any) -> str:
    """A head whose session has another `part`."""
    session = json.loads(head())["session"]
    return head(session=session | {part: session[part] | more})


@pytest.mark.parametrize(
    ("line", "text", "message"),
    [
        (1, "", "this is no recording"),
        (1, "{}", "this is no recording"),
        (1, "nonsense", "not JSON"),
        (1, "[" * 100_000, "not JSON"),
        (1, "[1]", "not a JSON object"),
        (1, '{"capserver_trace": 2}', "this is no recording"),
        (1, '{"capserver_trace": 1, "clock": "now"}', '"clock" is a whole number'),
        (1, '{"capserver_trace": 1, "clock": 1}', '"session": /: Input should be'),
        (1, head(session=[]), '"session": /: Input should be'),
        (1, head(session={"terms": []}), '"session": /id: Field required (and 9 more)'),
        (1, headed("terms", epoch=7), '"session": /terms/epoch: Input should be a valid string'),
        (1, headed("offer", commands=[{"name": 1}]), '"session": /commands/0/name: Input should be'),
        (1, headed("delivery", acked=-5), "the log has what lies between acked and last"),
        (3, head() + "\n\n{", "not JSON"),
        (2, head() + '\n{"t": 1, "out": {}}', "neither"),
        (2, head() + '\n{"t": true, "in": {"kind": "tick"}}', "neither"),
        (2, head() + '\n{"in": {"kind": "tick"}}', "neither"),
        (2, head() + '\n{"t": 1, "in": {"kind": "tock"}}', '"in": its kind is none of open, frame'),
        (2, head() + '\n{"t": 1, "in": {"kind": []}}', '"in": its kind is none of open, frame'),
        (2, head() + '\n{"t": 1, "in": {"kind": "wrote"}}', '"in": wrote has the fields seq'),
        (2, head() + '\n{"t": 1, "in": {"kind": "tick", "seq": 1}}', '"in": tick has no fields'),
        (2, head() + '\n{"t": 1, "in": {"kind": "wrote", "seq": "1"}}', "\"in\": seq: '1' is not"),
        (
            2,
            head() + '\n{"t": 1, "in": {"kind": "delta", "turn": "t", "delta": 1}}',
            "its kind is none of text",
        ),
    ],
)
def test_a_file_that_is_no_recording_is_refused_by_line(line: int, text: str, message: str) -> None:
    with pytest.raises(TraceError) as refusal:
        read_trace(text.split("\n"))
    assert refusal.value.line == line
    assert message in refusal.value.message
