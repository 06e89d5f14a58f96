"""How much a client may send and has to take in, and the end of its session."""

import json
from typing import Any

import pytest

from capserver.delivery import MUCH, RING
from capserver.effects import Close, Ended, Stop
from capserver.prompt import CallDelta, CallOpened, TextDelta
from capserver.protocol.codes import CloseCode
from capserver.session import OPEN
from tests.drives import Drive, a_call, kinds

FLOOD: dict[str, Any] = {"frames_per_second": 5}


def flood(drive: Drive, text: str, most: int = 100) -> list[str]:
    """Send it until the socket is closed; the codes of the errors that came."""
    codes = []
    for _ in range(most):
        codes += [frame["code"] for frame in drive.send_text(text) if frame["type"] == "error"]
        if drive.closes:
            break
    return codes


@pytest.mark.parametrize("row", ["frame-17"])
def test_past_the_rate_frames_are_refused_and_then_the_socket_closed(row: str) -> None:
    drive = Drive(limits=FLOOD)
    codes = flood(drive, '{"type":"ping"}')
    assert codes == ["rate_limited"] * 22
    assert drive.written[20]["retry_after"] == 0.2
    assert "limits.frames_per_second" in drive.written[20]["message"]
    assert drive.closes == [4029]
    assert flood(drive, '{"type":"ping"}') == []
    assert drive.session.last == 22


def test_a_frame_over_the_rate_is_not_acted_upon_and_may_come_again() -> None:
    drive = Drive(limits=FLOOD)
    for _ in range(20):
        drive.send("ping")
    (error,) = drive.instruct(seq=1)
    assert (error["code"], error["ref"]) == ("rate_limited", "t1")
    drive.wait(error["retry_after"])
    assert kinds(drive.instruct(seq=2)) == ["turn.started"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"type":"ack","upto":99}',
        '{"type":"result","id":"s-1","ok":"yes"}',
        '{"type":"dance"}',
        '{"type":"ping","t":"' + "x" * 70000 + '"}',
    ],
    ids=lambda text: f"frame-17-{text[:30]}",
)
def test_a_flood_of_anything_that_is_refused_closes_the_socket(text: str) -> None:
    drive = Drive(limits=FLOOD)
    drive.run(a_call(0, "wave"))
    codes = flood(drive, text)
    assert codes[-1] == "rate_limited"
    assert drive.closes == [4029]


@pytest.mark.parametrize("row", ["frame-17"])
def test_a_flood_of_binary_frames_closes_the_socket(row: str) -> None:
    drive = Drive(limits=FLOOD)
    while not drive.closes:
        drive.apply(drive.session.receive_binary(drive.now))
    assert len(drive.written) < 50
    assert drive.closes == [4029]


@pytest.mark.parametrize("row", ["frame-17"])
def test_a_flood_of_frames_that_came_before_closes_the_socket(row: str) -> None:
    drive = Drive(limits=FLOOD)
    text = '{"type":"context","seq":1}'
    assert flood(drive, text) == ["rate_limited"]
    assert drive.closes == [4029]


def test_acks_and_results_of_open_commands_are_free() -> None:
    drive = Drive(limits=FLOOD | {"commands_unacked": 0})
    drive.run([delta for index in range(60) for delta in a_call(index, "wave")])
    for number in range(1, 61):
        drive.send("ack", upto=number)
        drive.send("result", id=f"s-{number}", ok=True)
    assert [frame for frame in drive.written if frame["type"] == "error"] == []
    assert drive.written[-1]["type"] == "turn.ended"


def test_a_rate_of_none_is_no_rate() -> None:
    assert flood(Drive(limits={"frames_per_second": 0}), '{"type":"ping"}', 2000) == []


def test_a_closed_socket_is_followed_by_another_that_is_heard() -> None:
    drive = Drive(limits=FLOOD)
    flood(drive, '{"type":"ping"}')
    drive.drop()
    drive.wait(30)
    drive.resume(drive.session.last)
    assert drive.send("ping") == [{"type": "pong", "t": None}]


def test_who_makes_the_log_grow_and_takes_nothing_in_is_sent_away() -> None:
    drive = Drive(limits={"frames_per_second": 0})
    drive.instruct()
    drive.send("ack", upto=1)
    while not drive.closes:
        drive.send("dance")
    assert drive.closes == [4013]
    assert drive.written[-1]["code"] == "too_large"
    assert drive.session.waiting == MUCH * RING + 2
    drive.drop()
    drive.resume(drive.session.last)
    assert kinds(drive.send("dance")) == ["error"]
    assert drive.closes == [4013]


# flow


def test_who_acks_halts_the_model_by_commands_that_were_not_acked() -> None:
    drive = Drive(limits={"commands_unacked": 2})
    drive.instruct()
    drive.send("ack", upto=1)
    halted = []
    drive.plan(a_call(0, "wave"))
    halted.append(drive.session.halted)
    drive.plan(a_call(1, "wave"))
    halted.append(drive.session.halted)
    drive.send("ack", upto=2)
    assert [*halted, drive.session.halted] == [False, True, False]


def test_so_many_open_commands_halt_the_model_of_whoever_never_answers() -> None:
    drive = Drive(limits={"commands_per_turn": 0})
    drive.instruct()
    halted = []
    for index in range(OPEN):
        halted.append(drive.session.halted)
        drive.plan(a_call(index, "wave"))
    halted.append(drive.session.halted)
    drive.ok("s-1")
    assert [any(halted[:-1]), halted[-1], drive.session.halted] == [False, True, False]


def test_a_model_that_is_halted_for_too_long_fails_its_turn() -> None:
    drive = Drive(halted_seconds=30)
    drive.instruct()
    drive.plan(a_call(0, "wave"), CallOpened(1, "say"), CallDelta(1, '{"text":"He'))
    drive.ok("s-1")
    drive.session.hold(drive.now)
    drive.now += 1
    drive.session.hold(drive.now)
    came = drive.wait(30)
    assert kinds(came) == ["cancel", "turn.ended"]
    assert (came[1]["status"], came[1]["error"]["code"]) == ("failed", "timeout")
    assert Stop("t1") in drive.effects
    assert drive.session.deadline is None


def test_a_model_that_goes_on_is_not_timed() -> None:
    drive = Drive()
    drive.instruct()
    drive.session.hold(drive.now)
    drive.session.go_on()
    assert drive.session.deadline is None
    assert drive.wait(60) == []


def test_the_wait_of_one_turn_is_not_that_of_the_next() -> None:
    drive = Drive()
    drive.instruct()
    drive.session.hold(drive.now)
    drive.wait(20)
    drive.instruct("t2", on_busy="interrupt")
    assert drive.session.deadline is None
    assert drive.wait(20) == []
    drive.session.hold(drive.now)
    assert drive.wait(29) == []
    assert kinds(drive.wait(2)) == ["turn.ended"]


def test_where_nothing_is_planned_nothing_is_halted() -> None:
    drive = Drive()
    drive.session.hold(drive.now)
    drive.session.go_on()
    drive.run(a_call(0, "look"))
    drive.session.hold(drive.now)
    assert drive.session.deadline == drive.now + 10


# the end


def test_the_end_of_a_session_ends_its_commands_and_its_planner() -> None:
    drive = Drive(slow=True)
    drive.instruct()
    drive.plan(a_call(0, "wave"))
    drive.flush()
    drive.plan(a_call(1, "wave"))
    effects = drive.session.end(drive.now)
    assert [(e.call, e.outcome.ending) for e in effects if isinstance(e, Ended)] == [
        ("s-1", "in_doubt"),
        ("s-2", "expired"),
    ]
    assert effects[-1] == Stop("t1")
    assert [(lost.id, lost.turn, lost.name) for lost in drive.session.lost] == [("s-1", "t1", "wave")]
    assert drive.session.over


def test_a_session_that_is_over_does_nothing_more() -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"))
    drive.session.end(drive.now)
    session, now = drive.session, drive.now
    for effects in (
        session.receive(json.dumps({"type": "ping"}), now),
        session.receive_binary(now),
        session.planned("t1", TextDelta("x"), now),
        session.wrote(1, now),
        session.tick(now + 1000),
        session.detach(now),
        session.end(now),
    ):
        assert effects == []
    assert (session.deadline, session.halted, session.waiting) == (None, False, 0)


def test_frames_of_the_log_are_read_by_number() -> None:
    drive = Drive()
    drive.instruct()
    text = drive.session.frame(1)
    assert text is not None
    assert json.loads(text) == drive.written[0]
    assert drive.session.frame(2) is None
    drive.send("ack", upto=1)
    assert drive.session.frame(1) is None
    assert drive.session.wrote(1, drive.now) == []


def test_a_close_says_why() -> None:
    drive = Drive(limits=FLOOD)
    flood(drive, '{"type":"ping"}')
    close = next(effect for effect in drive.effects if isinstance(effect, Close))
    assert close.code == CloseCode.TOO_MANY
    assert close.reason
    assert len(close.reason.encode()) <= 123
