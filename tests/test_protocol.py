"""Messages, codes and limits: how a frame becomes a message, and a message a frame."""

import json
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from capserver.errors import FrameError
from capserver.protocol.client import (
    CLIENT_MESSAGES,
    AnyClientMessage,
    Instruct,
    check_size,
    read_frame,
    read_message,
    refer,
)
from capserver.protocol.codes import CloseCode, ErrorCode, ends_session
from capserver.protocol.server import (
    SERVER_MESSAGES,
    AnyServerMessage,
    CommandFrame,
    Error,
    Pong,
    Text,
    Timing,
    TurnEnded,
    Usage,
    encode,
)
from capserver.protocol.values import Command, EntryPatch, Resume, without_nulls

RELIABLE = {"manifest.update", "context", "instruct", "result", "cancel"}
RELIABLE_FROM_SERVER = {
    "manifest.updated", "turn.started", "command", "command.rejected", "cancel", "turn.ended", "error",
}  # fmt: skip


def refusal(frame: dict[str, Any]) -> FrameError:
    with pytest.raises(FrameError) as caught:
        read_message(frame)
    return caught.value


def paths(frame: dict[str, Any]) -> list[str]:
    return [fault.path for fault in refusal(frame).faults]


# from text to message


@pytest.mark.parametrize("text", ["[]", "1", '"manifest"', "null", "true"])
def test_a_frame_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(FrameError) as caught:
        read_frame(text)
    assert (caught.value.code, caught.value.faults[0].code) == (ErrorCode.INVALID_FRAME, "object")


@pytest.mark.parametrize("kind", [None, 1, ["manifest"], True])
def test_a_frame_without_a_type_is_refused_with_its_id(kind: object) -> None:
    error = refusal({"type": kind, "id": "x"})
    assert (error.code, error.ref, error.ref_type) == (ErrorCode.INVALID_FRAME, "x", None)
    assert error.faults[0].path == "/type"


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    error = refusal({"type": "manifest.udpate" + "x" * 100, "id": "x"})
    assert (error.code, error.ref) == (ErrorCode.UNKNOWN_TYPE, "x")
    assert error.ref_type == ("manifest.udpate" + "x" * 100)[:64]
    assert all(kind in error.faults[0].message for kind in CLIENT_MESSAGES)


@pytest.mark.parametrize("given", [None, "", "x" * 129, 7, ["x"]])
def test_an_id_that_is_none_is_not_told_back(given: object) -> None:
    assert refusal({"type": "dance", "id": given}).ref is None


def test_all_faults_of_a_frame_come_at_once() -> None:
    error = refusal({"type": "instruct", "id": "x" * 129, "on_busy": "maybe", "only": ["two words"]})
    assert (error.code, error.ref_type) == (ErrorCode.INVALID_FRAME, "instruct")
    assert [fault.path for fault in error.faults] == ["/id", "/text", "/on_busy", "/only/0"]


def test_what_came_in_is_not_told_back() -> None:
    assert "hunter2" not in str(refusal({"type": "auth", "token": ["hunter2"]}).faults)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "result", "id": "c", "ok": 1},
        {"type": "result", "id": "c", "ok": "true"},
        {"type": "ack", "upto": 1.5},
        {"type": "ack", "upto": "1"},
        {"type": "ack", "upto": -1},
        {"type": "ack", "upto": True},
        {"type": "progress", "id": "c", "fraction": 1.1},
        {"type": "progress", "id": "c", "fraction": "0.5"},
        {"type": "instruct", "id": "t", "text": ""},
        {"type": "instruct", "id": "t", "text": "x", "seq": 0},
        {"type": "cancel", "id": ""},
        {"type": "context", "state": []},
    ],
    ids=json.dumps,
)
def test_nothing_is_taken_for_what_it_is_not(frame: dict[str, Any]) -> None:
    assert refusal(frame).code == ErrorCode.INVALID_FRAME


def test_null_means_absent_and_unknown_fields_are_ignored() -> None:
    frame = {
        "type": "instruct",
        "id": "t",
        "text": "x",
        "on_busy": None,
        "only": None,
        "require": None,
        "new": 1,
    }
    assert read_message(frame) == Instruct(type="instruct", id="t", text="x")


def test_null_inside_a_state_or_a_vocabulary_keeps_its_meaning() -> None:
    context = read_message({"type": "context", "state": {"mood": None}})
    assert context.model_dump()["state"] == {"mood": None}
    update = read_message(
        {"type": "manifest.update", "id": "u", "vocabulary": {"a": None, "b": {"drop": ["x"]}}}
    )
    assert update.model_dump()["vocabulary"] == {"a": None, "b": {"drop": ["x"]}}


def test_an_object_without_nulls_is_the_same_object() -> None:
    frame = {"a": 1}
    assert without_nulls(frame) is frame
    assert without_nulls({"a": 1, "b": None}) == frame


def test_the_commands_of_a_manifest_are_left_for_the_manifest_to_judge() -> None:
    commands = [{"name": "no good"}, 7]
    message = read_message({"type": "manifest", "protocol": 1, "client": {"name": "x"}, "commands": commands})
    assert message.model_dump()["commands"] == commands


@pytest.mark.parametrize(
    ("vocabulary", "expected"),
    [
        ({"a": 1}, ["/vocabulary/a"]),
        ({"a": [{"id": "", "names": [""]}]}, ["/vocabulary/a/0/id", "/vocabulary/a/0/names/0"]),
        ({"a": {"put": [{"id": "x"}]}}, ["/vocabulary/a/put/0/names"]),
        ({"x" * 65: []}, ["/vocabulary/" + "x" * 65]),
        ({"a": [1] * 100_000}, ["/vocabulary/a/0"]),
        ({str(number): 1 for number in range(10_000)}, ["/vocabulary/0"]),
        ({"x" * 100_000: [1] * 10_000}, ["/vocabulary/" + "x" * 127 + "…"]),
    ],
    ids=["no list", "bad entry", "bad patch", "long name", "many entries", "many lists", "long name, many"],
)
def test_a_wrong_vocabulary_is_told_by_path_and_within_bounds(
    vocabulary: dict[str, Any], expected: list[str]
) -> None:
    assert paths({"type": "manifest.update", "id": "u", "vocabulary": vocabulary}) == expected


def test_a_patch_is_known_from_a_list_also_when_it_is_a_value_already() -> None:
    patch = EntryPatch(drop=["x"])
    update = read_message({"type": "manifest.update", "id": "u", "vocabulary": {"a": patch}})
    assert update.model_dump()["vocabulary"] == {"a": {"drop": ["x"]}}


@pytest.mark.parametrize("name", ["", "1up", "two words", "a/b", "..", "a\n", "x" * 65, "Ｊump", "jump!"])
def test_a_name_is_letters_digits_dashes(name: str) -> None:
    with pytest.raises(ValidationError):
        Command(name=name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timeout", -1),
        ("timeout", 1e9),
        ("timeout", "5"),
        ("timeout", float("nan")),
        ("ttl", 0),
        ("ttl", 86401),
    ],
)
def test_a_time_of_a_command_lies_within_a_day(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Command.model_validate({"name": "wave", field: value})


def test_a_resume_says_from_where() -> None:
    assert paths({"type": "manifest", "protocol": 1, "client": {"name": "x"}, "resume": {"upto": -1}}) == [
        f"/resume/{field}" for field in ("session", "token", "epoch", "upto")
    ]
    assert Resume(session="s", token="t", epoch="e", upto=0).rev is None


# from message to text


def test_an_encoded_message_leaves_out_what_is_absent() -> None:
    assert json.loads(encode(Error(code="busy", message="wait"))) == {
        "type": "error",
        "code": "busy",
        "message": "wait",
    }


def test_a_number_is_spliced_in() -> None:
    command = CommandFrame(
        id="s-1", turn=None, name="wave", args={"text": '"}', "n": None}, rev=1,
        lane="main", returns=False, timeout=30, confirm=False,
    )  # fmt: skip
    frame = json.loads(encode(command, 7))
    assert frame == {**command.model_dump(), "seq": 7}
    assert frame["turn"] is None
    assert frame["args"] == {"text": '"}', "n": None}


def test_null_stays_where_it_says_something() -> None:
    timing = Timing(queued_ms=0, first_command_ms=None, total_ms=1.5)
    ended = TurnEnded(turn="t", status="completed", commands=0, text="", usage=Usage(), timing=timing)
    frame = json.loads(encode(ended, 1))
    assert frame["timing"]["first_command_ms"] is None
    assert "error" not in frame
    assert json.loads(encode(Pong())) == {"type": "pong", "t": None}


def test_text_goes_out_as_it_is() -> None:
    assert encode(Text(turn="t", delta="挥手 😀\n")) == '{"type":"text","turn":"t","delta":"挥手 😀\\n"}'


def test_usage_adds_up() -> None:
    one = Usage(input_tokens=1, output_tokens=2, cache_read_input_tokens=3, cache_creation_input_tokens=4)
    assert one + one == Usage(
        input_tokens=2, output_tokens=4, cache_read_input_tokens=6, cache_creation_input_tokens=8
    )


# the tables


def test_every_message_is_listed_once_under_its_type() -> None:
    assert set(CLIENT_MESSAGES.values()) == set(get_args(AnyClientMessage))
    assert set(SERVER_MESSAGES.values()) == set(get_args(AnyServerMessage))
    for kind, model in {**CLIENT_MESSAGES, **SERVER_MESSAGES}.items():
        assert kind in get_args(model.model_fields["type"].annotation)


def test_exactly_the_reliable_messages_carry_a_number() -> None:
    assert {kind for kind, model in CLIENT_MESSAGES.items() if model.reliable} == RELIABLE
    assert {kind for kind, model in CLIENT_MESSAGES.items() if "seq" in model.model_fields} == RELIABLE
    assert {kind for kind, model in SERVER_MESSAGES.items() if model.reliable} == RELIABLE_FROM_SERVER


@pytest.mark.parametrize("code", [*CloseCode, 1001, 1005, 1006, 4499, 4599, 4600])
def test_a_close_ends_the_session_or_leaves_it_to_be_resumed(code: int) -> None:
    assert ends_session(code) == (code in {1000, 4500, 4501, 4503, 4599})


# size, and the frame that an error answers


@pytest.mark.parametrize(
    ("text", "too_large"),
    [
        ('{"type":"ping"}' + " " * 49, False),
        ('{"type":"ping"}' + " " * 50, True),
        ('{"type":"ping","t":"' + "挥" * 15 + '"}', True),
        ('{"type":"manifest"}' + " " * 109, False),
        ('{"type":"manifest.update"}' + " " * 102, False),
        ('{"type":"manifest"}' + " " * 110, True),
        ('{ "type":"manifest"}' + " " * 45, True),
    ],
)
def test_a_frame_over_its_limit_in_bytes_is_refused_unread(text: str, too_large: bool) -> None:
    if too_large:
        with pytest.raises(FrameError) as caught:
            check_size(text, 64, 128)
        assert caught.value.code == ErrorCode.TOO_LARGE
    else:
        check_size(text, 64, 128)
    check_size(text, 0, 0)


def test_an_error_names_the_frame_that_it_answers() -> None:
    error = FrameError("busy", "wait")
    refer(error, {"type": "instruct" * 9, "id": "t1"})
    assert (error.ref, error.ref_type) == ("t1", ("instruct" * 9)[:64])
    refer(error, {"type": "cancel", "id": "t2"})
    assert (error.ref, error.ref_type) == ("t1", ("instruct" * 9)[:64])


@pytest.mark.parametrize("frame", [{}, {"id": "", "type": 1}, {"id": "x" * 129, "type": None}, {"id": 1}])
def test_an_error_names_nothing_that_is_none(frame: dict[str, Any]) -> None:
    error = FrameError("busy", "wait")
    refer(error, frame)
    assert (error.ref, error.ref_type) == (None, None)
