"""Turns and their commands, seen from the wire: queueing, steps, cancels, ends."""

from typing import Any

import pytest

from capserver.calls import ARGUMENT_BYTES
from capserver.lanes import Outcome
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Failed, Stopped, TextDelta, Thought
from capserver.protocol.server import Usage
from tests.drives import CALLS, END, Drive, Frame, a_call, kinds, one

# a turn


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


# busy


def busy_drive(**more: Any) -> Drive:
    drive = Drive(**more)
    drive.instruct()
    drive.plan(a_call(0, "wave"))
    return drive


@pytest.mark.parametrize("row", ["llm-28"])
def test_an_instruction_that_comes_while_busy_waits_and_is_never_mixed_in(row: str) -> None:
    drive = busy_drive()
    assert drive.instruct("t2") == []
    assert list(drive.plans) == ["t1"]
    assert drive.plan(a_call(1, "wave"), turn="t2") == []
    drive.now += 2
    came = drive.plan(END)
    assert (kinds(came), came[0]["turn"]) == (["turn.started"], "t2")
    assert one(drive.plan(END, turn="t2"), "turn.ended")["timing"]["queued_ms"] == 2000.0


@pytest.mark.parametrize("row", ["llm-28"])
def test_an_instruction_that_must_not_wait_is_refused_while_busy(row: str) -> None:
    drive = busy_drive()
    (error,) = drive.instruct("t2", on_busy="reject")
    assert (error["code"], error["ref"], error["ref_type"]) == ("busy", "t2", "instruct")
    drive.plan(END)
    assert kinds(drive.instruct("t2", on_busy="reject")) == ["turn.started"]


@pytest.mark.parametrize("row", ["llm-28"])
def test_an_interrupt_cancels_all_that_is_open_or_waits(row: str) -> None:
    drive = busy_drive()
    drive.plan(END)
    drive.instruct("t2")
    drive.plan(a_call(0, "wave"), CallOpened(1, "say"), CallDelta(1, '{"text":"x'), turn="t2")
    drive.instruct("t3")
    came = drive.instruct("t4", on_busy="interrupt")
    assert [(f["type"], f.get("id") or f["turn"], f.get("reason") or f.get("status")) for f in came] == [
        ("cancel", "s-1", "interrupted"),
        ("turn.ended", "t1", "cancelled"),
        ("cancel", "s-3", "interrupted"),
        ("cancel", "s-2", "interrupted"),
        ("turn.ended", "t2", "cancelled"),
        ("turn.ended", "t3", "cancelled"),
        ("turn.started", "t4", None),
    ]
    assert list(drive.plans) == ["t4"]
    assert drive.plans["t4"].notes == (
        "The instruction “go” was interrupted.",
        "wave (s-1): interrupted by a newer instruction",
        "The instruction “go” was interrupted.",
    )
    assert drive.plan(a_call(2, "wave"), END, turn="t2") == []


def test_an_interrupt_of_nothing_is_an_instruction() -> None:
    assert kinds(Drive().instruct(on_busy="interrupt")) == ["turn.started"]


def test_only_so_many_instructions_wait() -> None:
    drive = busy_drive(limits={"turns_queued": 2})
    assert drive.instruct("t2") + drive.instruct("t3") == []
    (error,) = drive.instruct("t4")
    assert (error["code"], error["ref"], error["retry_after"]) == ("busy", "t4", 1)
    assert "limits.turns_queued" in error["message"]
    drive.send("cancel", id="t2")
    assert drive.instruct("t4") == []
    assert busy_drive(limits={"turns_queued": 0}).instruct("t2") == []


def test_waiting_for_values_is_busy_and_running_is_not() -> None:
    drive = Drive()
    drive.run(a_call(0, "look"))
    assert drive.instruct("t2", on_busy="reject")[0]["code"] == "busy"
    drive.ok("s-1", value="a cat")
    drive.plan(a_call(0, "wave"), END)
    assert kinds(drive.instruct("t2", on_busy="reject")) == ["turn.started"]


@pytest.mark.parametrize("again", ["t1", "s-1", "done", "s-2"])
def test_an_id_that_is_taken_is_refused(again: str) -> None:
    drive = Drive()
    drive.run(turn="done")
    drive.instruct()
    drive.plan(a_call(0, "wave"), CallOpened(1, "wave"))
    (error,) = drive.instruct(again, on_busy="interrupt")
    assert (error["code"], error["ref"]) == ("duplicate_id", again)
    assert list(drive.plans) == ["t1"]


def test_a_refused_instruction_may_come_again() -> None:
    drive = Drive()
    assert drive.instruct(only=["dance"])[0]["details"][0]["path"] == "/only/0"
    assert drive.send("instruct", id="t1")[0]["code"] == "invalid_frame"
    assert kinds(drive.instruct()) == ["turn.started"]


# contexts that are not silent


def test_contexts_that_come_while_busy_share_one_turn() -> None:
    drive = busy_drive()
    drive.instruct("t2")
    assert drive.send("context", id="c1", text="It rings.", silent=False) == []
    assert drive.send("context", id="c2", text="It rings again.", silent=False) == []
    assert drive.send("context", text="And again.", silent=False) == []
    assert drive.send("context", id="c2", text="x", silent=False)[0]["code"] == "duplicate_id"
    drive.plan(END)
    drive.plan(END, turn="t2")
    prompt = drive.plans["c1"]
    assert (prompt.text, prompt.reaction) == ("It rings.\nIt rings again.\nAnd again.", True)
    assert prompt.context == "And again."
    assert kinds(drive.plan(END, turn="c1")) == ["turn.ended"]


def test_of_contexts_that_share_a_turn_only_so_much_is_kept() -> None:
    drive = busy_drive()
    for number in range(3):
        drive.send("context", text=str(number) * 16000, silent=False)
    drive.plan(END)
    (text,) = [prompt.text for prompt in drive.plans.values()]
    assert len(text) == 16384
    assert text.endswith("\n" + "2" * 16000)


def test_a_context_that_cannot_wait_is_noted_all_the_same() -> None:
    drive = busy_drive(limits={"turns_queued": 1})
    drive.instruct("t2")
    (error,) = drive.send("context", id="c1", text="It rings.", silent=False)
    assert (error["code"], error["ref"], error["ref_type"]) == ("busy", "c1", "context")
    drive.plan(END)
    assert drive.plans["t2"].context == "It rings."


# cancels


def test_a_cancelled_turn_ends_after_its_commands_and_the_next_one_has_its_turn() -> None:
    drive = busy_drive()
    drive.instruct("t2")
    came = drive.send("cancel", id="t1")
    assert kinds(came) == ["cancel", "turn.ended", "turn.started"]
    assert (came[0]["id"], came[0]["reason"], came[1]["status"]) == ("s-1", "cancelled", "cancelled")
    assert drive.endings == [("s-1", "cancelled")]
    assert list(drive.plans) == ["t2"]
    assert drive.send("cancel", id="t1") == []
    assert drive.plan(a_call(1, "wave"), END) == []


def test_a_turn_that_is_cancelled_while_queued_never_starts() -> None:
    drive = busy_drive()
    drive.instruct("t2")
    drive.now += 3
    (ended,) = drive.send("cancel", id="t2")
    assert (ended["turn"], ended["status"], ended["commands"]) == ("t2", "cancelled", 0)
    assert ended["timing"] == {"queued_ms": 3000.0, "first_command_ms": None, "total_ms": 3000.0}
    drive.plan(END)
    assert list(drive.plans) == ["t1"] or drive.plans == {"t1": drive.prompts[0]}
    assert len(drive.prompts) == 1


def test_a_turn_that_waits_for_values_can_be_cancelled() -> None:
    drive = Drive()
    drive.run(a_call(0, "look"))
    assert kinds(drive.send("cancel", id="t1")) == ["cancel", "turn.ended"]
    assert drive.ok("s-1", value="a cat") == []
    assert len(drive.prompts) == 1


def test_a_turn_that_failed_can_be_cancelled_while_its_commands_run() -> None:
    drive = busy_drive()
    drive.plan(Failed("planner_failed", "broken"))
    ended = one(drive.send("cancel", id="t1"), "turn.ended")
    assert ended["status"] == "cancelled"
    assert "error" not in ended


def test_a_failed_turns_commands_go_on() -> None:
    drive = busy_drive()
    assert drive.plan(Failed("planner_overloaded", "busy", retry_after=2)) == []
    ended = one(drive.ok("s-1"), "turn.ended")
    assert ended["status"] == "failed"
    assert ended["error"] == {"code": "planner_overloaded", "message": "busy", "retry_after": 2}


def test_a_cancelled_command_is_over_and_the_turn_goes_on() -> None:
    drive = Drive()
    drive.run(a_call(0, "look"))
    (cancel,) = drive.send("cancel", id="s-1")
    assert (cancel["type"], cancel["id"], cancel["reason"]) == ("cancel", "s-1", "cancelled")
    (step,) = drive.prompts[-1].steps
    assert (step.calls[0].told, step.calls[0].failed) == ("cancelled before it ended", True)
    assert drive.send("cancel", id="s-1") == []


def test_a_command_can_be_cancelled_while_it_is_written() -> None:
    drive = Drive()
    drive.instruct()
    drive.plan(CallOpened(0, "say"), CallDelta(0, '{"text":"He'))
    (cancel,) = drive.send("cancel", id="s-1")
    assert (cancel["type"], cancel["id"], cancel["reason"]) == ("cancel", "s-1", "cancelled")
    assert drive.plan(CallDelta(0, 'llo"}'), CallClosed(0)) == []
    assert one(drive.plan(END), "turn.ended")["commands"] == 0
    drive.instruct("t2")
    ((step,),) = [exchange.steps for exchange in drive.plans["t2"].history]
    assert "cancelled by the client" in step.calls[0].told


def test_a_cancel_of_what_nobody_knows_is_ignored() -> None:
    drive = Drive()
    assert drive.send("cancel", id="nothing") == []
    drive.instruct()
    assert drive.send("cancel", id="nothing") == []


# results


def test_a_result_of_what_no_socket_took_is_unknown() -> None:
    drive = Drive(slow=True)
    drive.run(a_call(0, "wave"))
    drive.flush(1)
    drive.ok("s-1")
    assert kinds(drive.flush()) == ["command", "error"]
    assert drive.written[-1]["code"] == "unknown_id"
    drive.ok("s-1")
    assert kinds(drive.flush()) == ["turn.ended"]


def test_a_failed_command_is_told_to_the_model() -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"))
    error = {"code": "declined", "message": "not now"}
    drive.send("result", id="s-1", ok=False, error=error)
    assert drive.ended[0].outcome == Outcome("failed", code="declined", message="not now")
    drive.instruct("t2")
    ((step,),) = [exchange.steps for exchange in drive.plans["t2"].history]
    assert step.calls[0].told == "failed (declined): not now"


def test_a_value_that_does_not_fit_fails_the_command_and_is_told() -> None:
    drive = Drive()
    drive.run(a_call(0, "look"))
    (error,) = drive.ok("s-1", value=7)
    assert (error["code"], error["ref"]) == ("invalid_result", "s-1")
    assert drive.endings == [("s-1", "failed")]
    assert drive.prompts[-1].steps[0].calls[0].failed


def test_a_result_that_crossed_an_interrupt_is_told_in_the_next_turn() -> None:
    drive = Drive()
    drive.run(a_call(0, "look"))
    drive.instruct("t2", on_busy="interrupt")
    last = drive.session.last
    assert drive.ok("s-1", value=7) == []
    assert drive.session.last == last
    assert drive.ok("s-1", value="x")[0]["code"] == "duplicate_id"
    drive.plan(END, turn="t2")
    drive.instruct("t3")
    (note,) = drive.plans["t3"].notes
    assert note.startswith("look (s-1): its result came all the same: failed (invalid_result)")


# clocks


@pytest.mark.parametrize("row", ["resume-17"])
def test_a_command_that_times_out_is_cancelled_and_its_result_late(row: str) -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"))
    assert drive.wait(29.9) == []
    came = drive.wait(0.2)
    assert [(f["type"], f.get("reason") or f["status"]) for f in came] == [
        ("cancel", "timeout"),
        ("turn.ended", "completed"),
    ]
    (error,) = drive.ok("s-1")
    assert (error["code"], error["ref"]) == ("late_result", "s-1")
    assert drive.ok("s-1")[0]["code"] == "duplicate_id"
    assert drive.endings == [("s-1", "timeout")]


def test_progress_starts_the_timeout_anew() -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"))
    drive.wait(20)
    assert drive.send("progress", id="s-1", fraction=0.5) == []
    assert drive.wait(29) == []
    assert kinds(drive.wait(2)) == ["cancel", "turn.ended"]
    assert drive.send("progress", id="s-1") == []


@pytest.mark.parametrize("row", ["resume-17"])
def test_a_command_that_no_socket_took_expires_and_is_replaced_by_its_cancel(row: str) -> None:
    drive = Drive(slow=True)
    drive.run(a_call(0, "look"))
    drive.wait(31)
    came = drive.flush()
    assert [(f["type"], f.get("reason"), f["seq"]) for f in came] == [
        ("turn.started", None, 1),
        ("cancel", "expired", 2),
    ]
    drive.ok("s-1", value="x")
    assert drive.flush()[0]["code"] == "late_result"
    assert drive.prompts[-1].steps[0].calls[0].told == "never reached the client; it was dropped"


def test_commands_of_one_lane_time_out_one_after_the_other() -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"), a_call(1, "wave"), a_call(2, "say", {"text": "x"}))
    assert [frame["id"] for frame in drive.wait(31)] == ["s-1", "s-3"]
    assert kinds(drive.wait(28)) == []
    assert kinds(drive.wait(2)) == ["cancel", "turn.ended"]


def test_what_expects_no_result_ends_as_a_socket_takes_it_where_nobody_acks() -> None:
    drive = Drive(slow=True)
    drive.run(a_call(0, "blink"))
    assert drive.endings == []
    assert kinds(drive.flush()) == ["turn.started", "command", "turn.ended"]
    assert drive.endings == [("s-1", "done")]
    assert drive.ok("s-1") == []


def test_what_expects_no_result_ends_as_it_is_acked_where_the_client_acks() -> None:
    drive = Drive()
    drive.instruct()
    drive.send("ack", upto=1)
    drive.plan(a_call(0, "blink"), a_call(1, "wave"), END)
    assert drive.endings == []
    drive.send("ack", upto=3)
    assert drive.endings == [("s-1", "done")]
    assert kinds(drive.ok("s-2")) == ["turn.ended"]


# changes of the set


def test_unsent_commands_whose_definition_went_are_cancelled() -> None:
    drive = Drive(slow=True)
    drive.instruct()
    drive.flush()
    drive.plan(a_call(0, "wave"))
    drive.flush()
    drive.plan(a_call(1, "wave"), a_call(2, "look"), END)
    drive.send("manifest.update", id="u1", remove=["wave"])
    came = drive.flush()
    assert [(f["type"], f.get("id"), f.get("reason")) for f in came] == [
        ("cancel", "s-2", "removed"),
        ("command", "s-3", None),
        ("manifest.updated", "u1", None),
    ]
    assert drive.endings == [("s-2", "removed")]


def test_a_call_is_judged_by_the_set_in_force() -> None:
    drive = Drive()
    drive.instruct()
    drive.plan(CallOpened(0, "wave"), CallDelta(0, "{}"))
    drive.send("manifest.update", id="u1", remove=["wave"], add=[{"name": "sit"}])
    came = drive.plan(CallClosed(0), a_call(1, "sit"))
    assert kinds(came) == ["command.rejected", "command"]
    assert came[1]["rev"] == 2


def test_a_name_is_turned_into_an_id_of_the_vocabulary_or_rejected() -> None:
    drive = Drive()
    drive.instruct()
    sent, rejected = drive.plan(a_call(0, "point", {"at": "RED CUBE"}), a_call(1, "point", {"at": "moon"}))
    assert sent["args"] == {"at": "cube"}
    assert rejected["errors"][0]["code"] == "vocabulary"


# late words


@pytest.mark.parametrize("delta", [TextDelta("x"), CallOpened(0, "wave"), END, Failed("x", "y")])
def test_a_turn_that_is_over_or_was_never_there_is_deaf(delta: Delta) -> None:
    drive = Drive()
    drive.run()
    before = drive.session.last
    assert drive.plan(delta) + drive.plan(delta, turn="nobody") == []
    assert drive.session.last == before
