"""Commands from their sending to their end, seen from the wire: results, clocks, changes of the set."""

import pytest

from capserver.lanes import Outcome
from capserver.prompt import CallClosed, CallDelta, CallOpened
from tests.drives import END, Drive, a_call, kinds


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
