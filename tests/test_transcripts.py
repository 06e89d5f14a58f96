"""The reader of conformance transcripts, and that every transcript can be read."""

from pathlib import Path
from typing import Any

import pytest

from capserver.protocol.client import CLIENT_MESSAGES
from capserver.protocol.codes import CloseCode
from capserver.protocol.server import SERVER_MESSAGES, Limits
from tests.transcripts import (
    Close,
    Connect,
    Drop,
    Expect,
    Send,
    Transcript,
    Variables,
    Wait,
    match,
    parse,
    paths,
)

TRANSCRIPTS = [parse(path) for path in paths()]
each_transcript = pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "one.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_file_becomes_its_header_and_its_steps(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "# a comment",
        '= {"settings": {"steps": 1}, "script": {"hi": [["Hello"]]}}',
        '= {"profile": {"commands": []}, "ignore": ["ack"], "core_only": true}',
        "",
        '> {"type": "ping"}',
        ">| no JSON",
        '< {"type": "pong"}',
        "! wait 0.5",
        "! drop",
        "! connect",
        "! close 4500",
    )
    assert parse(path) == Transcript(
        name="one",
        steps=(
            Send(5, frame={"type": "ping"}),
            Send(6, raw="no JSON"),
            Expect(7, {"type": "pong"}),
            Wait(8, 0.5),
            Drop(9),
            Connect(10),
            Close(11, 4500),
        ),
        settings={"steps": 1},
        script={"hi": [["Hello"]]},
        profile={"commands": []},
        ignore=frozenset({"ack"}),
        core_only=True,
    )


@pytest.mark.parametrize(
    "line", ["? {}", "< [1]", "> {", "! leave", "! close now", '= {"setings": {}}', "=", "! wait"]
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"^one\.jsonl:2: "):
        parse(written(tmp_path, "# first", line))


def test_a_frame_is_sent_with_the_values_of_its_names() -> None:
    frame = {"id": "$one", "of": ["$one", {"n": 1, "price": "$5"}], "$one": "two words"}
    sent = Send(1, frame=frame).text({"$one": "x"})
    assert sent == '{"id":"x","of":["x",{"n":1,"price":"$5"}],"$one":"two words"}'
    assert Send(1, raw="{ $one").text({}) == "{ $one"
    with pytest.raises(KeyError):
        Send(1, frame="$unmet").text({})


@pytest.mark.parametrize(
    ("expected", "frame"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": "*"}}, {"a": {"b": {"c": 1}, "d": 2}}),
        ({"a": "*"}, {"a": None}),
        ({"a": None}, {"a": None}),
        ({"a": None}, {}),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}]}),
        ({"a": "$x", "b": "$x"}, {"a": [1], "b": [1]}),
        ({"a": 30}, {"a": 30.0}),
    ],
)
def test_a_frame_matches(expected: dict[str, Any], frame: dict[str, Any]) -> None:
    assert match(expected, frame, {}) == []


@pytest.mark.parametrize(
    ("expected", "frame", "mismatch"),
    [
        ({"a": 1}, {}, "/a: is absent, expected 1"),
        ({"a": "*"}, {}, '/a: is absent, expected "*"'),
        ({"a": "$x"}, {}, '/a: is absent, expected "$x"'),
        ({"a": 1}, {"a": 2}, "/a: is 2, expected 1"),
        ({"a": 1}, {"a": True}, "/a: is true, expected 1"),
        ({"a": None}, {"a": 0}, "/a: is 0, expected null"),
        ({"a": [1]}, {"a": [1, 2]}, "/a: is [1, 2], expected [1]"),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "/a/1/b: is 3, expected 2"),
        ({"a": "$x", "b": "$x"}, {"a": {"c": 1}, "b": {}}, '/b: is {}, expected {"c": 1}'),
        ({"a": "$x", "b": "$x"}, {"a": "*", "b": 1}, '/b: is 1, expected "*"'),
        ({"a": "方"}, {"a": "圆"}, '/a: is "圆", expected "方"'),
    ],
)
def test_a_mismatch_is_named_by_its_path(
    expected: dict[str, Any], frame: dict[str, Any], mismatch: str
) -> None:
    assert match(expected, frame, {}) == [mismatch]


def test_names_have_their_values_only_once_the_whole_frame_matched() -> None:
    variables: Variables = {}
    assert match({"a": "$x", "b": 1}, {"a": "one", "b": 2}, variables)
    assert variables == {}
    assert match({"a": "$x", "b": 1}, {"a": "one", "b": 1}, variables) == []
    assert variables == {"$x": "one"}
    assert match({"a": "$x"}, {"a": "two"}, variables) == ['/a: is "two", expected "one"']


@each_transcript
def test_every_transcript_speaks_of_what_there_is(transcript: Transcript) -> None:
    assert transcript.settings.keys() <= Limits.model_fields.keys()
    assert transcript.ignore <= SERVER_MESSAGES.keys()
    for step in transcript.steps:
        if isinstance(step, Expect):
            model = SERVER_MESSAGES[step.frame["type"]]
            assert step.frame.keys() <= model.model_fields.keys() | {"seq"}, step
        elif isinstance(step, Close):
            assert step.code in {code.value for code in CloseCode}


def test_together_the_transcripts_send_and_expect_nearly_every_message() -> None:
    steps = [step for transcript in TRANSCRIPTS for step in transcript.steps]
    sent = {step.frame["type"] for step in steps if isinstance(step, Send) and "type" in (step.frame or {})}
    expected = {step.frame["type"] for step in steps if isinstance(step, Expect)}
    assert sent >= CLIENT_MESSAGES.keys() - {"auth"}
    assert expected >= SERVER_MESSAGES.keys() - {"auth.expiring"}
