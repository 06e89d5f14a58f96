"""Frames that come to a session: counted, answered, refused."""

import pytest

from capserver.effects import Authenticate, Send
from capserver.protocol.server import Lost
from tests.drives import END, JUMP, Drive, Frame, a_call, kinds, one


def test_a_new_session_stands_with_its_welcome() -> None:
    drive = Drive(welcomed=False)
    (send,) = drive.session.welcome()
    assert isinstance(send, Send)
    frame = send.message.model_dump()
    assert (send.seq, frame["session"], frame["token"], frame["epoch"]) == (None, "s", "token-1", "epoch")
    assert (frame["resumed"], frame["upto"], frame["rev"], frame["commands"]) == (False, 0, 1, 6)
    assert (frame["planner"], frame["findings"]) == ("scripted", [])
    assert frame.keys().isdisjoint({"reason", "lost", "profile"})
    assert (drive.session.waiting, drive.session.last, drive.session.deadline) == (0, 0, None)


def test_a_session_in_place_of_another_says_why_and_what_is_in_doubt() -> None:
    drive = Drive(welcomed=False)
    lost = [Lost(id="s-1", turn="t1", name="wave")]
    (frame,) = drive.apply(drive.session.welcome(reason="gap", lost=lost))
    assert (frame["resumed"], frame["reason"]) == (False, "gap")
    assert frame["lost"] == [{"id": "s-1", "turn": "t1", "name": "wave"}]
    assert drive.session.principal == "kim"


def test_a_ping_is_answered_as_it_came() -> None:
    drive = Drive()
    for t in (None, 1, "x", {"a": [1.5]}):
        assert drive.send("ping", t=t) == [{"type": "pong", "t": t}]


def test_a_token_is_for_the_edge_to_check() -> None:
    drive = Drive()
    drive.send("auth", token="fresh")
    assert drive.effects == [Authenticate("fresh")]


def test_a_token_that_was_refused_closes_the_socket_which_is_deaf_from_then_on() -> None:
    drive = Drive()
    (error,) = drive.apply(drive.session.refuse_token())
    assert (error["code"], error["ref_type"]) == ("unauthorized", "auth")
    assert drive.closes == [4501]
    assert drive.instruct() == []
    assert drive.apply(drive.session.receive_binary(drive.now)) == []


@pytest.mark.parametrize("row", ["handshake-08"])
def test_a_second_manifest_changes_nothing(row: str) -> None:
    drive = Drive()
    (error,) = drive.send("manifest", protocol=1, client={"name": "x"}, commands=[])
    assert (error["code"], error["ref_type"], error["seq"]) == ("invalid_frame", "manifest", 1)
    came = drive.run(a_call(0, "wave"))
    assert one(came, "command")["rev"] == 1


@pytest.mark.parametrize(
    ("text", "code", "ref"),
    [
        ("{", "invalid_frame", None),
        ("[]", "invalid_frame", None),
        ("{}", "invalid_frame", None),
        ('{"type":"instruct","id":"x","text":1}', "invalid_frame", "x"),
        ('{"type":"instruct","id":"x","text":"a","seq":0}', "invalid_frame", "x"),
        ('{"type":"instruct","id":"x","text":"a","seq":true}', "invalid_frame", "x"),
        ('{"type":"dance","id":"x"}', "unknown_type", "x"),
        ('{"type":["instruct"],"id":{}}', "invalid_frame", None),
        ('{"type":"result","id":[],"ok":true}', "invalid_frame", None),
        ('{"type":"result","id":{"a":1},"ok":true}', "invalid_frame", None),
        ('{"type":"result","id":"nobody","ok":true}', "unknown_id", "nobody"),
        ('{"type":"cancel","id":7}', "invalid_frame", None),
        ('{"type":"ack","upto":-1}', "invalid_frame", None),
        ('{"type":"ack","upto":99}', "invalid_frame", None),
        ('{"type":"context","id":"' + "x" * 129 + '"}', "invalid_frame", None),
        ('{"type":"instruct","text":"' + "x" * 70000 + '"}', "too_large", None),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_bad_frame_is_answered_and_the_session_lives(text: str, code: str, ref: str | None) -> None:
    drive = Drive()
    (error,) = drive.send_text(text)
    assert (error["type"], error["code"], error.get("ref"), error["seq"]) == ("error", code, ref, 1)
    assert drive.closes == []
    assert kinds(drive.instruct()) == ["turn.started"]


def test_a_binary_frame_is_answered_and_the_session_lives() -> None:
    drive = Drive()
    (error,) = drive.apply(drive.session.receive_binary(drive.now))
    assert error["code"] == "invalid_frame"
    assert kinds(drive.instruct()) == ["turn.started"]


# numbers


def test_a_frame_that_came_before_is_not_run_again() -> None:
    drive = Drive()
    drive.instruct("t1", seq=1)
    assert drive.instruct("t1", seq=1) == []
    assert drive.instruct("t2", seq=1) == []
    assert drive.session.last == 1


@pytest.mark.parametrize("kind", ["ping", "progress", "auth"])
def test_on_other_frames_a_number_is_ignored(kind: str) -> None:
    drive = Drive()
    for _ in range(2):
        drive.send(kind, id="x", token="x", seq=5)
    assert kinds(drive.instruct(seq=1)) == ["turn.started"]


def test_what_was_refused_was_taken_in_too() -> None:
    drive = Drive()
    drive.send("instruct", id="t1", seq=1)
    drive.send("result", id="x", ok=True, seq=2)
    assert kinds(drive.instruct(seq=3)) == ["turn.started"]
    assert drive.wait(1) == [{"type": "ack", "upto": 3}]


def test_a_gap_is_told_with_what_is_missing_and_the_frame_counts() -> None:
    drive = Drive()
    error, started = drive.instruct(seq=4)
    assert (error["code"], error["ref"], error["ref_type"]) == ("invalid_frame", "t1", "instruct")
    assert error["details"] == [{"path": "/seq", "code": "gap", "message": "missing: 1 to 3"}]
    assert started["type"] == "turn.started"
    assert drive.instruct("t2", seq=3) == []
    assert kinds(drive.send("context", seq=6)) == ["error"]


def test_frames_are_acked_within_half_a_second_or_at_the_eighth() -> None:
    drive = Drive()
    drive.send("context", seq=1)
    assert drive.session.deadline == drive.now + 0.5
    assert drive.wait(0.6) == [{"type": "ack", "upto": 1}]
    came = [frame for seq in range(2, 10) for frame in drive.send("context", seq=seq)]
    assert came == [{"type": "ack", "upto": 9}]
    assert drive.session.deadline is None


def test_who_numbers_nothing_is_not_acked() -> None:
    drive = Drive()
    for _ in range(20):
        drive.send("context", text="x")
    assert drive.wait(60) == []


@pytest.mark.parametrize(("upto", "answered"), [(3, True), (2**53 - 1, True), (0, False), (1, False)])
def test_an_ack_of_what_was_never_sent_is_refused_and_one_backwards_ignored(
    upto: int, answered: bool
) -> None:
    drive = Drive()
    drive.run()
    drive.send("ack", upto=2)
    came = drive.send("ack", upto=upto)
    assert kinds(came) == (["error"] if answered else [])
    assert drive.session.waiting == len(came)
    assert kinds(drive.instruct("t2")) == ["turn.started"]


@pytest.mark.parametrize("upto", ["99", "2**60"], ids=lambda u: f"resume-13-{u}")
def test_a_wild_ack_is_an_invalid_frame(upto: str) -> None:
    drive = Drive()
    (error,) = drive.send_text(f'{{"type":"ack","upto":{2**60 if "*" in upto else upto}}}')
    assert error["code"] == "invalid_frame"
    assert error["details"][0]["path"] == "/upto"
    assert kinds(drive.instruct()) == ["turn.started"]


def test_ids_of_commands_are_never_those_that_a_client_chose() -> None:
    drive = Drive()
    drive.run(turn="s-1")
    drive.instruct("s-2")
    (sent,) = drive.plan(a_call(0, "wave"), turn="s-2")
    assert sent["id"] == "s-3"


@pytest.mark.parametrize("row", ["resume-14"])
def test_the_command_of_another_session_is_unknown(row: str) -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"))
    assert drive.ok("other-1")[0]["code"] == "unknown_id"
    assert kinds(drive.ok("s-1")) == ["turn.ended"]


# contexts and changes


def test_a_silent_context_is_noted_and_not_answered() -> None:
    drive = Drive()
    assert drive.send("context", id="c1", text="Morning.", state={"a": 1}) == []
    assert drive.send("context", state={"b": 2, "a": None}) == []
    assert drive.send("context", id="c1")[0]["code"] == "duplicate_id"
    drive.instruct()
    assert (drive.plans["t1"].context, drive.plans["t1"].state) == ("Morning.", {"b": 2})


@pytest.mark.parametrize(
    ("fields", "text"),
    [({"text": "It rings."}, "It rings."), ({"state": {"门": 1}}, '{"门": 1}'), ({}, "{}")],
)
def test_a_context_that_is_not_silent_has_a_turn(fields: Frame, text: str) -> None:
    drive = Drive()
    (started,) = drive.send("context", id="c1", silent=False, **fields)
    assert (started["turn"], started["source"]) == ("c1", "client")
    assert (drive.plans["c1"].text, drive.plans["c1"].reaction) == (text, True)
    (ended,) = drive.plan(END, turn="c1")
    assert (ended["type"], ended["turn"]) == ("turn.ended", "c1")


def test_a_context_without_an_id_has_a_turn_of_the_servers() -> None:
    assert Drive().send("context", text="It rings.", silent=False)[0]["turn"] == "s-1"


def test_a_state_that_is_too_large_is_refused_and_may_come_again() -> None:
    drive = Drive(limits={"frame_bytes": 0})
    (error,) = drive.send("context", id="c1", text="x", state={"a": "x" * 70000})
    assert (error["code"], error["ref"]) == ("too_large", "c1")
    assert drive.send("context", id="c1", text="y") == []


def test_an_update_is_told_with_what_is_in_force() -> None:
    drive = Drive()
    (updated,) = drive.send("manifest.update", id="u1", remove=["wave"], vocabulary={"objects": None})
    assert (updated["type"], updated["id"], updated["rev"]) == ("manifest.updated", "u1", 2)
    assert updated["commands"] == ["blink", "jump", "look", "point", "say"]
    assert "unknown_list" in [finding["code"] for finding in updated["findings"]]
    assert drive.send("manifest.update", id="u1")[0]["code"] == "duplicate_id"


def test_an_update_that_is_at_fault_changes_nothing_and_may_come_again() -> None:
    drive = Drive()
    (error,) = drive.send("manifest.update", id="u1", remove=["wave", "dance"])
    assert (error["code"], error["ref"]) == ("invalid_manifest", "u1")
    assert [detail["path"] for detail in error["details"]] == ["/remove/1"]
    assert drive.send("manifest.update", id="u1", remove=["wave"])[0]["rev"] == 2


def test_what_was_sent_goes_on_under_its_revision() -> None:
    drive = Drive()
    drive.run(a_call(0, "wave"))
    drive.send("manifest.update", id="u1", add=[JUMP], remove=["wave"])
    assert kinds(drive.ok("s-1")) == ["turn.ended"]
