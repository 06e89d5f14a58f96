"""Turns, seen from the wire: which is planned, which wait, which are cancelled."""

from typing import Any

import pytest

from capserver.agenda import Agenda
from capserver.delivery import Delivery
from capserver.effects import Ended
from capserver.history import History
from capserver.lanes import Outcome
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Failed, TextDelta
from capserver.protocol.client import Result
from capserver.protocol.server import Limits
from tests.drives import END, Drive, a_call, an_offer, kinds, one


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


def test_an_instruction_that_is_not_remembered_leaves_no_note_of_its_cancel() -> None:
    drive = Drive()
    drive.instruct(text="secret", remember=False)
    drive.plan(a_call(0, "wave"))
    drive.instruct("t2", on_busy="interrupt")
    assert (drive.plans["t2"].notes, drive.plans["t2"].history) == ((), ())


# a call of no turn


def test_a_call_that_no_turn_made_ends_like_any_other() -> None:
    offer, delivery, history = an_offer(), Delivery(0), History(20, 8000)
    agenda = Agenda(offer, delivery, Limits.model_validate({}), history, lambda: "made")
    call, _ = agenda.ledger.send("d1", None, offer.commands.commands["wave"], {}, 1, 100.0)
    delivery.wrote(call.seq)
    agenda.wrote("d1", 100.0)
    result = Result.model_validate({"type": "result", "id": "d1", "ok": True})
    assert agenda.result(result, 101.0) == [Ended("d1", None, "wave", Outcome("done"))]


# late words


@pytest.mark.parametrize("delta", [TextDelta("x"), CallOpened(0, "wave"), END, Failed("x", "y")])
def test_a_turn_that_is_over_or_was_never_there_is_deaf(delta: Delta) -> None:
    drive = Drive()
    drive.run()
    before = drive.session.last
    assert drive.plan(delta) + drive.plan(delta, turn="nobody") == []
    assert drive.session.last == before
