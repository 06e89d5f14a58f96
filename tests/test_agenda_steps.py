"""What a planner writes, seen from the wire: commands, rejections, steps, bounds."""

import pytest

from capserver.calls import ARGUMENT_BYTES
from capserver.prompt import CallClosed, CallDelta, CallOpened, Failed, Stopped, TextDelta, Thought
from capserver.protocol.server import Usage
from tests.drives import CALLS, END, Drive, a_call, kinds, one


def test_an_instruction_is_planned_at_once_with_all_that_a_planner_may_know() -> None:
    drive = Drive()
    (started,) = drive.instruct(text="wave", only=["wave"], require=True)
    assert started == {"type": "turn.started", "turn": "t1", "source": "client", "seq": 1}
    prompt = drive.plans["t1"]
    assert (prompt.text, prompt.only, prompt.require, prompt.reaction) == (
        "wave",
        frozenset({"wave"}),
        True,
        False,
    )
    assert (prompt.history, prompt.notes, prompt.steps) == ((), (), ())
    assert list(prompt.commands.commands) == ["blink", "jump", "look", "point", "say", "wave"]


def test_a_command_goes_out_before_the_model_is_done_and_the_turn_ends_after_it() -> None:
    drive = Drive()
    drive.instruct()
    drive.now += 0.5
    (sent,) = drive.plan(a_call(0, "jump", {"times": 2}))
    assert sent == {
        "type": "command",
        "id": "s-1",
        "turn": "t1",
        "name": "jump",
        "args": {"times": 2},
        "rev": 1,
        "lane": "main",
        "returns": False,
        "timeout": 30,
        "confirm": False,
        "seq": 2,
    }
    usage = Usage(input_tokens=3)
    assert drive.plan(TextDelta("Hop"), TextDelta("!"), Stopped("end", usage)) == [
        {"type": "text", "turn": "t1", "delta": "Hop"},
        {"type": "text", "turn": "t1", "delta": "!"},
    ]
    drive.now += 1
    (ended,) = drive.ok("s-1")
    assert ended == {
        "type": "turn.ended",
        "turn": "t1",
        "status": "completed",
        "commands": 1,
        "text": "Hop!",
        "usage": usage.model_dump(),
        "timing": {"queued_ms": 0.0, "first_command_ms": 500.0, "total_ms": 1500.0},
        "seq": 3,
    }
    assert drive.endings == [("s-1", "done")]


@pytest.mark.parametrize("row", ["llm-13"])
def test_a_turn_in_which_nothing_was_written_ends_with_no_commands(row: str) -> None:
    drive = Drive()
    ended = one(drive.run(), "turn.ended")
    assert (ended["status"], ended["commands"], ended["text"]) == ("completed", 0, "")
    assert ended["timing"]["first_command_ms"] is None


@pytest.mark.parametrize("row", ["llm-14"])
def test_a_refusal_ends_the_turn_and_nothing_is_sent(row: str) -> None:
    drive = Drive()
    drive.instruct()
    came = drive.plan(CallOpened(0, "wave"), CallClosed(0), Stopped("refusal"))
    assert [frame["status"] for frame in came] == ["refused"]


@pytest.mark.parametrize("row", ["llm-07"])
def test_what_max_tokens_cut_is_dropped_without_a_rejection(row: str) -> None:
    drive = Drive()
    drive.instruct()
    came = drive.plan(CallOpened(0, "jump"), CallDelta(0, '{"times":1'), CallClosed(0), Stopped("max_tokens"))
    (ended,) = came
    assert (ended["status"], ended["commands"]) == ("truncated", 0)


def test_what_was_streamed_and_then_cut_is_cancelled_out_loud() -> None:
    for stop, status in ((Stopped("max_tokens"), "truncated"), (Failed("timeout", "late"), "failed")):
        drive = Drive()
        drive.instruct()
        came = drive.plan(CallOpened(0, "say"), CallDelta(0, '{"text":"He'), stop)
        assert kinds(came) == ["command.delta", "cancel", "turn.ended"]
        assert (came[1]["id"], came[1]["reason"]) == (came[0]["id"], "rejected")
        assert came[2]["status"] == status


def test_a_streamed_parameter_joins_to_the_argument() -> None:
    drive = Drive()
    drive.instruct()
    came = drive.plan(CallOpened(0, "say"), CallDelta(0, '{"text":"He'), CallDelta(0, 'llo"}'), CallClosed(0))
    assert kinds(came) == ["command.delta", "command.delta", "command"]
    assert {frame["id"] for frame in came} == {"s-1"}
    assert "".join(frame["delta"] for frame in came[:2]) == came[2]["args"]["text"]


@pytest.mark.parametrize("row", ["llm-10"])
def test_two_calls_that_are_alike_have_their_own_ids_and_ends(row: str) -> None:
    drive = Drive()
    came = drive.run(a_call(0, "look"), a_call(1, "look"))
    ids = [frame["id"] for frame in came if frame["type"] == "command"]
    assert ids == ["s-1", "s-2"]
    drive.ok("s-2", value="right")
    drive.ok("s-1", value="left")
    (step,) = drive.prompts[-1].steps
    assert [(call.id, call.told) for call in step.calls] == [("s-1", '"left"'), ("s-2", '"right"')]


@pytest.mark.parametrize("name", ["jmp", "x" * 100, ""], ids=lambda n: f"llm-11-{n[:3]}")
def test_an_unknown_command_is_rejected_and_the_model_told(name: str) -> None:
    drive = Drive()
    came = drive.run(a_call(0, name))
    rejected = one(came, "command.rejected")
    assert rejected["name"] == name[:64]
    assert rejected["errors"][0]["code"] == "unknown_command"
    assert "command" not in kinds(came)
    (step,) = drive.prompts[-1].steps
    assert (step.calls[0].failed, "wave" in step.calls[0].told) == (True, True)


@pytest.mark.parametrize("row", ["llm-08"])
def test_a_call_is_repaired_twice_and_then_the_turn_is_given_up(row: str) -> None:
    drive = Drive()
    drive.run(a_call(0, "jump", '{"times":'))
    drive.plan(a_call(0, "jump", {"times": 9}), CALLS)
    assert len(drive.prompts) == 3
    ended = one(drive.plan(a_call(0, "jump", "[]"), CALLS), "turn.ended")
    assert (ended["status"], ended["error"]["code"]) == ("truncated", "planner_failed")
    assert len(drive.prompts) == 3


@pytest.mark.parametrize("row", ["llm-19"])
def test_arguments_past_their_bound_stop_the_planner_and_go_back_to_the_model(row: str) -> None:
    drive = Drive()
    drive.instruct()
    came = drive.plan(
        CallOpened(0, "say"),
        CallDelta(0, '{"text":"He'),
        CallOpened(1, "say"),
        CallDelta(1, '{"text":"x'),
        CallDelta(0, "x" * ARGUMENT_BYTES),
    )
    assert kinds(came) == ["command.delta", "command.delta", "command.rejected", "cancel", "cancel"]
    assert [frame["id"] for frame in came[2:]] == ["s-1", "s-1", "s-2"]
    assert [type(effect).__name__ for effect in drive.effects] == ["Send", "Send", "Stop", "Send", "Plan"]
    (step,) = drive.prompts[-1].steps
    assert "too_large" not in step.calls[0].told
    assert "at most 16384 bytes" in step.calls[0].told


@pytest.mark.parametrize("row", ["injection-11"])
def test_past_the_commands_of_a_turn_no_more_is_sent(row: str) -> None:
    drive = Drive(limits={"commands_per_turn": 2})
    drive.instruct()
    came = [frame for index in range(50) for frame in drive.plan(a_call(index, "wave"))]
    assert kinds(came) == ["command", "command"]
    assert drive.plans == {}
    drive.ok("s-1")
    ended = one(drive.ok("s-2"), "turn.ended")
    assert (ended["status"], ended["commands"], ended["error"]["code"]) == ("truncated", 2, "too_large")
    assert "limits.commands_per_turn" in ended["error"]["message"]


def test_a_streamed_call_past_the_commands_of_a_turn_is_cancelled() -> None:
    drive = Drive(limits={"commands_per_turn": 1})
    drive.instruct()
    drive.plan(a_call(0, "wave"), CallOpened(2, "say"), CallDelta(2, '{"text":"'), CallDelta(2, "x"))
    came = drive.plan(a_call(1, "say", {"text": "hi"}))
    assert kinds(came) == ["command.delta", "cancel", "cancel"]
    assert [frame["id"] for frame in came] == ["s-3", "s-3", "s-2"]


def test_a_limit_that_was_hit_by_the_last_call_hides_neither_text_nor_cancels() -> None:
    drive = Drive(limits={"commands_per_turn": 1})
    drive.instruct()
    drive.plan(a_call(0, "wave"), CallOpened(1, "wave"), CallClosed(1))
    came = drive.plan(TextDelta("Bye."))
    assert kinds(came) == ["text"]
    assert one(drive.ok("s-1"), "turn.ended")["text"] == "Bye."
    drive.instruct("t2")
    drive.plan(a_call(0, "wave"), CallOpened(1, "say"), CallDelta(1, '{"text":"x'), turn="t2")
    came = drive.plan(CallOpened(2, "wave"), CallClosed(2), END, turn="t2")
    assert kinds(came) == ["cancel"]
    assert one(drive.ok("s-3"), "turn.ended")["status"] == "truncated"


def test_without_a_limit_a_turn_may_send_any_number() -> None:
    drive = Drive(limits={"commands_per_turn": 0, "steps": 0})
    came = drive.run([delta for index in range(100) for delta in a_call(index, "wave")])
    assert kinds(came).count("command") == 100


# steps


def test_values_go_back_to_the_model_once_all_are_there() -> None:
    drive = Drive()
    drive.run(a_call(0, "look"), a_call(1, "wave"), a_call(2, "look"))
    assert drive.ok("s-1", value="a cat") == []
    assert len(drive.prompts) == 1
    drive.ok("s-3", value="a dog")
    assert drive.plans["t1"] is drive.prompts[-1]
    (step,) = drive.prompts[-1].steps
    assert [call.told for call in step.calls] == ['"a cat"', "running", '"a dog"']
    drive.plan(TextDelta("Both."), END)
    (ended,) = drive.ok("s-2")
    assert ended["text"] == "Both."
    drive.instruct("t2")
    assert drive.plans["t2"].notes == ("wave (s-2): done",)
    (exchange,) = drive.plans["t2"].history
    assert exchange.steps[0] == step


def test_a_value_that_came_before_the_stop_still_has_its_step() -> None:
    drive = Drive()
    drive.instruct()
    drive.plan(a_call(0, "look"))
    drive.ok("s-1", value="a cat")
    assert len(drive.prompts) == 1
    drive.plan(CALLS)
    assert [call.told for call in drive.prompts[-1].steps[0].calls] == ['"a cat"']


def test_steps_are_bounded() -> None:
    drive = Drive(limits={"steps": 2})
    drive.run(a_call(0, "look"))
    drive.ok("s-1", value="a cat")
    drive.plan(a_call(0, "look"), CALLS)
    ended = one(drive.ok("s-2", value="a dog"), "turn.ended")
    assert (ended["status"], ended["error"]["code"]) == ("truncated", "too_large")
    assert "limits.steps" in ended["error"]["message"]


def test_a_call_and_what_is_said_after_it_are_told_in_that_order() -> None:
    drive = Drive()
    thought = Thought({"type": "thinking"})
    drive.run(CallOpened(0, "look"), CallClosed(0), TextDelta("Hm."), thought)
    drive.ok("s-1", value="a cat")
    (step,) = drive.prompts[-1].steps
    assert step.parts[1:] == ("Hm.", thought)
    assert step.calls[0].id == "s-1"


def test_a_required_command_that_does_not_come_fails_the_turn() -> None:
    ended = one(Drive().run(TextDelta("No."), require=True), "turn.ended")
    assert (ended["status"], ended["error"]["code"]) == ("failed", "no_command")
