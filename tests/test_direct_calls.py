"""Commands that are called directly, without a model; and instructions of others than the client."""

from typing import Any

import pytest

from capserver.errors import FrameError
from capserver.inputs import Called, Dismissed, Instructed, give
from capserver.lanes import Outcome
from capserver.protocol.client import Instruct
from tests.drives import END, Drive, Frame, a_call, command, kinds, one

POINT_AT: Frame = {"at": "RED CUBE"}


def call(drive: Drive, name: str, args: Frame | None = None, given: str = "d1") -> list[Frame]:
    return drive.apply(give(drive.session, Called(given, name, args or {}), drive.now))


def refused(drive: Drive, name: str, args: Any = None, given: str = "d1") -> FrameError:
    last, open_calls = drive.session.last, dict(drive.session.agenda.ledger.open)
    with pytest.raises(FrameError) as caught:
        call(drive, name, args, given)
    assert (drive.session.last, drive.session.agenda.ledger.open) == (last, open_calls), "nothing has changed"
    return caught.value


def instruct(drive: Drive, given: str = "h1", **fields: Any) -> list[Frame]:
    message = Instruct(type="instruct", id=given, text="go", **fields)
    return drive.apply(give(drive.session, Instructed(message, "http"), drive.now))


def test_a_direct_call_is_a_command_in_no_turn() -> None:
    drive = Drive()
    (frame,) = call(drive, "jump", {"times": 2})
    assert frame.pop("seq") == 1
    assert frame == {
        "type": "command",
        "id": "d1",
        "turn": None,
        "name": "jump",
        "args": {"times": 2},
        "rev": 1,
        "lane": "main",
        "returns": False,
        "timeout": 30.0,
        "confirm": False,
    }
    assert drive.ok("d1", value={"height": 3}) == []
    (ended,) = drive.ended
    assert (ended.call, ended.turn, ended.name) == ("d1", None, "jump")
    assert ended.outcome == Outcome("done", value={"height": 3})


def test_a_name_becomes_the_id_that_it_means() -> None:
    drive = Drive()
    assert one(call(drive, "point", POINT_AT), "command")["args"] == {"at": "cube"}


def test_the_keys_of_a_direct_call_are_the_command_s_own() -> None:
    drive = Drive(command("write", {"the text": {"type": "string"}}, ["the text"]))
    assert one(call(drive, "write", {"the text": "hi"}), "command")["args"] == {"the text": "hi"}
    assert refused(drive, "write", {"the_text": "hi"}, "d2").code == "invalid_frame"


def test_wrong_arguments_are_refused_by_path_all_at_once() -> None:
    error = refused(Drive(), "jump", {"times": 9, "high": True})
    assert error.code == "invalid_frame"
    assert {fault.path for fault in error.faults} == {"/args/times", "/args/high"}
    error = refused(Drive(), "point", {"at": "moon"})
    assert [(fault.path, fault.code) for fault in error.faults] == [("/args/at", "vocabulary")]


def test_an_unknown_command_is_refused_with_the_names_there_are() -> None:
    error = refused(Drive(), "wawe")
    assert error.code == "unknown_id"
    assert "there are: wave" in error.faults[0].message


def test_an_id_is_taken_once() -> None:
    drive = Drive()
    call(drive, "wave")
    assert refused(drive, "wave").code == "duplicate_id"
    drive.ok("d1")
    assert refused(drive, "wave").code == "duplicate_id"


def test_a_full_session_is_busy_and_goes_on_once_its_client_acks() -> None:
    drive = Drive(limits={"commands_unacked": 1})
    drive.send("ack", upto=0)
    call(drive, "wave")
    error = refused(drive, "wave", given="d2")
    assert (error.code, error.retry_after) == ("busy", 1)
    assert refused(drive, "jump", given="d2").code == "invalid_frame", "what cannot be done later either"
    drive.send("ack", upto=1)
    assert kinds(call(drive, "wave", given="d2")) == ["command"]


def test_a_direct_call_during_a_busy_turn_has_its_place_in_its_lane() -> None:
    drive = Drive()
    drive.instruct()
    drive.plan(a_call(0, "look"))
    call(drive, "wave")
    drive.plan(a_call(1, "jump", {"times": 1}))
    lane = [each["id"] for each in drive.written if each["type"] == "command"]
    assert lane == ["s-1", "d1", "s-2"]
    drive.wait(9)
    drive.ok("s-1", value="a cat")
    assert drive.session.deadline == drive.now + 30, "its time runs from the end of the one before it"
    drive.wait(30)
    assert drive.endings == [("s-1", "done"), ("d1", "timeout")]
    assert drive.written[-1] | {"seq": 0} == {"type": "cancel", "id": "d1", "reason": "timeout", "seq": 0}


def test_no_turn_waits_for_a_direct_call() -> None:
    drive = Drive()
    drive.instruct()
    call(drive, "look")
    assert drive.plan(END)[-1]["type"] == "turn.ended"
    drive.ok("d1", value="a cat")
    assert drive.endings == [("d1", "done")]


def test_an_interrupt_leaves_a_direct_call_alone_and_a_cancel_ends_it() -> None:
    drive = Drive()
    drive.instruct()
    call(drive, "wave")
    drive.instruct("t2", on_busy="interrupt")
    assert drive.endings == []
    assert kinds(drive.send("cancel", id="d1")) == ["cancel"]
    assert drive.endings == [("d1", "cancelled")]


def test_what_the_client_no_longer_has_is_cancelled_unsent() -> None:
    drive = Drive(slow=True)
    call(drive, "wave")
    drive.send("manifest.update", id="u1", remove=["wave"])
    assert drive.endings == [("d1", "removed")]


def test_a_direct_call_waits_for_its_client_until_its_ttl() -> None:
    drive = Drive()
    drive.drop()
    call(drive, "wave")
    drive.wait(29)
    assert drive.endings == []
    drive.wait(1)
    assert drive.endings == [("d1", "expired")]
    assert [frame["reason"] for frame in drive.resume(0) if frame["type"] == "cancel"] == ["expired"]


def test_a_direct_call_is_replayed_and_done_once() -> None:
    drive = Drive()
    call(drive, "wave")
    drive.drop()
    drive.wait(20)
    assert one(drive.resume(0), "command")["id"] == "d1"
    drive.ok("d1")
    assert drive.endings == [("d1", "done")]


def test_a_direct_call_without_a_result_is_done_as_it_is_taken_in() -> None:
    drive = Drive()
    call(drive, "blink")
    assert drive.endings == [("d1", "done")]


def test_a_value_that_does_not_fit_fails_a_direct_call() -> None:
    drive = Drive()
    call(drive, "look")
    drive.ok("d1", value=7)
    assert drive.ended[0].outcome.code == "invalid_result"


def test_others_may_instruct_and_the_client_is_told_whose_turn_it_is() -> None:
    drive = Drive()
    assert one(instruct(drive), "turn.started") | {"seq": 0} == {
        "type": "turn.started",
        "turn": "h1",
        "source": "http",
        "seq": 0,
    }
    drive.plan(a_call(0, "wave"), END, turn="h1")
    assert one(drive.ok("s-1"), "turn.ended")["turn"] == "h1"


def test_an_instruction_of_others_is_refused_as_the_client_s_would_be() -> None:
    drive = Drive(limits={"turns_queued": 1})
    with pytest.raises(FrameError, match="only names what is not there"):
        instruct(drive, only=["wave", "fly"])
    assert kinds(instruct(drive)) == ["turn.started"]
    assert instruct(drive, "h2") == []
    with pytest.raises(FrameError) as caught:
        instruct(drive, "h3")
    assert caught.value.code == "busy"


def test_a_dismissed_session_is_over_and_its_socket_is_done_with() -> None:
    drive = Drive()
    drive.instruct()
    call(drive, "wave")
    drive.apply(give(drive.session, Dismissed(), drive.now))
    assert drive.session.over
    assert drive.closes == [1000]
    assert drive.endings == [("d1", "in_doubt")]
    assert give(drive.session, Dismissed(), drive.now) == []


def test_a_detached_session_can_be_dismissed() -> None:
    drive = Drive()
    drive.drop()
    drive.apply(give(drive.session, Dismissed(), drive.now))
    assert (drive.session.over, drive.closes) == (True, [])
