"""A socket goes, another one comes: what is told, what is sent again, what is over."""

import pytest

from capserver.delivery import RING
from capserver.effects import Ended, Stop
from capserver.prompt import CallClosed, CallDelta, CallOpened, Failed, TextDelta
from tests.drives import CALLS, END, Drive, a_call, kinds, one


def dropped(**more: object) -> Drive:
    """A session whose client has a command, saw frames up to 2, and is gone."""
    drive = Drive(**more)  # type: ignore[arg-type]
    drive.run(a_call(0, "wave"))
    drive.drop()
    return drive


def test_what_the_client_has_not_is_sent_again_in_order_and_under_the_same_numbers() -> None:
    drive = Drive()
    before = drive.run(a_call(0, "wave"), a_call(1, "jump", {"times": 1}), seq=1)
    drive.drop()
    welcome, *rest = drive.resume(1)
    assert (welcome["type"], welcome["resumed"], welcome["upto"]) == ("welcome", True, 1)
    assert welcome["session"] == "s"
    assert rest == [frame for frame in before if frame.get("seq", 0) > 1]
    assert kinds(drive.ok("s-1") + drive.ok("s-2")) == ["turn.ended"]


def test_turns_go_on_while_detached_and_their_frames_wait() -> None:
    drive = Drive()
    drive.instruct()
    drive.drop()
    drive.plan(TextDelta("Hi"), a_call(0, "wave"), END)
    assert (drive.session.attached, drive.session.expires) == (False, drive.now + 60)
    _, *rest = drive.resume(1)
    assert kinds(rest) == ["command"]
    assert one(drive.ok("s-1"), "turn.ended")["text"] == "Hi"


def test_a_command_that_ended_unsent_is_replaced_by_its_cancel_under_its_number() -> None:
    drive = Drive()
    drive.instruct()
    drive.drop()
    drive.plan(a_call(0, "wave"), END)
    drive.wait(31)
    _, *rest = drive.resume(1)
    assert [(frame["type"], frame.get("reason"), frame["seq"]) for frame in rest] == [
        ("cancel", "expired", 2),
        ("turn.ended", None, 3),
    ]


def test_the_cancel_of_a_command_that_was_sent_has_a_number_of_its_own() -> None:
    drive = Drive()
    drive.run(a_call(0, "look"))
    drive.send("cancel", id="s-1")
    drive.drop()
    _, *rest = drive.resume(1)
    assert [(frame["type"], frame["seq"]) for frame in rest] == [("command", 2), ("cancel", 3)]


def test_no_more_deltas_come_of_what_was_written_at_the_drop() -> None:
    drive = Drive()
    drive.instruct()
    drive.plan(CallOpened(0, "say"), CallDelta(0, '{"text":"He'))
    drive.drop()
    drive.resume(1)
    came = drive.plan(CallDelta(0, 'llo"}'), CallClosed(0))
    assert kinds(came) == ["command"]
    assert kinds(drive.plan(CallOpened(1, "say"), CallDelta(1, '{"text":"x'))) == ["command.delta"]


def test_nor_of_what_was_begun_while_detached_or_while_another_socket_took_over() -> None:
    drive = Drive()
    drive.instruct()
    drive.drop()
    drive.plan(CallOpened(0, "say"), CallDelta(0, '{"text":"He'))
    drive.resume(1)
    assert drive.plan(CallDelta(0, "ll")) == []
    drive.plan(CallOpened(1, "say"), CallDelta(1, '{"text":"He'))
    drive.resume(1)
    assert drive.plan(CallDelta(1, "llo")) == []


def test_timeouts_stand_still_while_detached_and_ttl_does_not() -> None:
    drive = Drive()
    drive.instruct()
    drive.plan(a_call(0, "wave"))
    drive.wait(20)
    drive.drop()
    drive.plan(a_call(1, "wave"), END)
    assert drive.session.deadline == drive.now + 30
    drive.wait(50)
    assert drive.endings == [("s-2", "expired")]
    drive.resume(1)
    assert drive.wait(9) == []
    assert [frame["id"] for frame in drive.wait(2) if frame["type"] == "cancel"] == ["s-1"]


def test_a_resume_takes_in_what_the_client_says_that_it_has() -> None:
    drive = Drive()
    drive.instruct()
    drive.send("ack", upto=1)
    drive.plan(a_call(0, "blink"), END)
    drive.drop()
    assert drive.endings == []
    welcome, ended = drive.resume(2)
    assert (welcome["type"], ended["type"], ended["seq"]) == ("welcome", "turn.ended", 3)
    assert drive.endings == [("s-1", "done")]


def test_a_resume_can_let_the_model_go_on() -> None:
    drive = Drive({"name": "peek", "timeout": 0, "returns": {"type": "string"}})
    drive.instruct()
    drive.send("ack", upto=1)
    drive.plan(a_call(0, "peek"), CALLS)
    drive.drop()
    drive.resume(2)
    assert [call.told for call in drive.plans["t1"].steps[0].calls] == ["done"]


def test_the_welcome_names_the_set_and_its_findings() -> None:
    drive = Drive()
    (updated,) = drive.send("manifest.update", id="u1", vocabulary={"objects": None}, remove=["wave"])
    drive.drop()
    welcome = drive.resume(1)[0]
    assert (welcome["rev"], welcome["digest"], welcome["commands"]) == (2, updated["digest"], 5)
    assert welcome["findings"] == updated["findings"] != []


def test_the_token_is_another_after_each_return() -> None:
    drive = dropped()
    first = drive.token
    welcome = drive.resume(2)[0]
    assert welcome["token"] == drive.token != first
    assert drive.obstacle(2, first) is None
    drive.drop()
    drive.resume(2, first)
    assert drive.obstacle(2, first) is None
    drive.send("ping")
    assert drive.obstacle(2, first) == "unauthorized"
    assert drive.obstacle(2) is None


def test_a_binary_frame_under_the_new_token_counts_as_one() -> None:
    drive = dropped()
    first = drive.token
    drive.resume(2)
    drive.session.receive_binary(drive.now)
    assert drive.obstacle(2, first) == "unauthorized"


@pytest.mark.parametrize(
    ("token", "principal"),
    [("wrong", "kim"), ("", "kim"), ("token-1", "lee")],
    ids=["wrong", "empty", "another's"],
)
def test_another_token_or_principal_is_not_let_in(token: str, principal: str) -> None:
    assert dropped().obstacle(2, token or "x", principal) == "unauthorized"


@pytest.mark.parametrize(("upto", "reason"), [(0, None), (2, None), (3, "gap"), (2**53 - 1, "gap")])
def test_a_number_that_was_never_sent_is_a_gap(upto: int, reason: str | None) -> None:
    assert dropped().obstacle(upto) == reason


@pytest.mark.parametrize("row", ["resume-08"])
def test_a_number_that_no_socket_took_is_a_gap(row: str) -> None:
    drive = Drive()
    drive.instruct()
    drive.drop()
    drive.plan(a_call(0, "wave"))
    assert drive.session.last == 2
    assert drive.obstacle(2) == "gap"
    assert drive.obstacle(1) is None


def test_what_was_acked_is_no_longer_kept() -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"))
    drive.send("ack", upto=2)
    assert drive.obstacle(1) == "gap"
    assert drive.obstacle(2) is None


def test_what_fell_out_of_the_ring_is_a_gap() -> None:
    drive = Drive(limits={"frames_per_second": 0})
    for _ in range(RING + 1):
        drive.send("dance")
    assert drive.obstacle(0) == "gap"
    assert drive.obstacle(1) is None


def test_what_is_sent_again_is_whole_even_while_the_ring_turns() -> None:
    drive = Drive(limits={"frames_per_second": 0})
    for _ in range(RING):
        drive.send("dance")
    drive.drop()
    drive.slow = True
    drive.resume(0)
    for _ in range(20):
        drive.send("dance")
    drive.written.clear()
    drive.flush()
    numbers = [frame["seq"] for frame in drive.written if frame["type"] == "error"]
    assert numbers == list(range(1, RING + 21))


def test_frames_that_came_before_the_drop_are_known_after_it() -> None:
    drive = Drive()
    drive.instruct(seq=1)
    drive.drop()
    assert drive.resume(1)[0]["upto"] == 1
    assert drive.instruct(seq=1) == []
    assert drive.session.last == 1


def test_no_ack_is_due_while_no_socket_stands() -> None:
    drive = Drive()
    drive.send("context", seq=1)
    drive.drop()
    assert drive.session.deadline == drive.now + 60
    assert drive.wait(30) == []
    drive.resume(0)
    assert drive.wait(5) == []


def test_a_session_that_is_not_resumed_in_time_is_over() -> None:
    drive = dropped()
    drive.wait(59)
    over = [drive.session.over]
    drive.wait(2)
    assert [*over, drive.session.over] == [False, True]
    assert drive.endings == [("s-1", "in_doubt")]
    assert [lost.id for lost in drive.session.lost] == ["s-1"]


def test_without_resume_a_drop_is_the_end() -> None:
    drive = Drive(limits={"resume_seconds": 0})
    drive.instruct()
    drive.plan(a_call(0, "wave"))
    effects = drive.session.detach(drive.now)
    assert [type(effect) for effect in effects] == [Ended, Stop]
    assert drive.session.over


def test_a_drop_while_detached_changes_nothing() -> None:
    drive = dropped()
    expires = drive.session.expires
    drive.now += 10
    assert drive.session.detach(drive.now) == []
    assert drive.session.expires == expires


def test_a_turn_can_fail_and_be_told_after_the_return() -> None:
    drive = Drive()
    drive.instruct()
    drive.drop()
    drive.plan(Failed("planner_failed", "broken"))
    assert drive.resume(1)[1]["status"] == "failed"


def test_a_halted_model_fails_while_detached_too() -> None:
    drive = Drive(limits={"commands_unacked": 1})
    drive.instruct()
    drive.send("ack", upto=1)
    drive.drop()
    drive.plan(a_call(0, "wave"))
    assert drive.session.halted
    drive.session.hold(drive.now)
    drive.wait(31)
    _, *rest = drive.resume(1)
    assert [(frame["type"], frame.get("error", {}).get("code")) for frame in rest] == [
        ("cancel", None),
        ("turn.ended", "timeout"),
    ]
