"""First frames: read, made into an offer, refused."""

import json
from typing import Any

import pytest

from capserver.errors import FirstFrameError, FrameError
from capserver.greeting import MOST_FINDINGS, make_offer, read_greeting
from capserver.offer import STATE_BYTES, Offer
from capserver.protocol.codes import CloseCode
from capserver.protocol.server import Limits
from tests.drives import COMMANDS, Frame

LIMITS = Limits.model_validate({})


def manifest(**fields: Any) -> Frame:
    frame = {"type": "manifest", "protocol": 1, "client": {"name": "test"}, "commands": COMMANDS}
    return {key: value for key, value in {**frame, **fields}.items() if value is not None}


def made(limits: Limits = LIMITS, **fields: Any) -> Offer:
    return make_offer(manifest(**fields), limits)[0]


def refused(limits: Limits = LIMITS, **fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(FirstFrameError) as refusal:
        make_offer(manifest(**fields), limits)
    assert (refusal.value.close, refusal.value.code) == (CloseCode.BAD_MANIFEST, "invalid_manifest")
    return [(fault.path, fault.code) for fault in refusal.value.faults]


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"result","id":"x","ok":true}',
        '{"type":"ping"}',
        '{"type":"resume"}',
        '{"type":null}',
        '{"type":["manifest"]}',
        "{}",
        "[]",
        "{",
        '{"type":"manifest","type":"manifest"}',
    ],
    ids=lambda text: f"handshake-07-{text}",
)
def test_a_first_frame_that_opens_nothing_is_refused(text: str) -> None:
    with pytest.raises(FirstFrameError) as refusal:
        read_greeting(text, LIMITS)
    assert (refusal.value.close, refusal.value.code) == (CloseCode.BAD_MANIFEST, "invalid_frame")
    assert refusal.value.faults


@pytest.mark.parametrize("kind", ["manifest", "instruct"])
def test_a_manifest_or_an_instruct_opens_a_session(kind: str) -> None:
    assert read_greeting(json.dumps({"type": kind, "token": None, "id": "x"}), LIMITS) == {
        "type": kind,
        "id": "x",
    }


def test_a_first_frame_that_is_too_large_is_refused_before_it_is_read() -> None:
    limits = Limits.model_validate({"frame_bytes": 100, "manifest_bytes": 200})
    assert read_greeting('{"type":"manifest","x-pad":"' + "x" * 150 + '"}', limits)
    for text in (
        '{"type":"manifest","x-pad":"' + "x" * 200 + '"}',
        '{ "type":"manifest","x-pad":"' + "x" * 150 + '"}',
    ):
        with pytest.raises(FirstFrameError) as refusal:
            read_greeting(text, limits)
        assert (refusal.value.close, refusal.value.code) == (CloseCode.BAD_MANIFEST, "too_large")


def test_a_manifest_becomes_an_offer() -> None:
    offer = made(
        client={"name": "pet", "locale": "zh-CN"},
        persona="A cat.",
        context={"text": "Morning.", "state": {"mood": "calm", "gone": None}},
        vocabulary={"objects": [{"id": "cube", "names": ["red cube"]}]},
    )
    assert offer.client is not None
    assert (offer.client.name, offer.client.locale) == ("pet", "zh-CN")
    assert (offer.persona, offer.context, offer.state) == ("A cat.", "Morning.", {"mood": "calm"})
    assert offer.vocabulary.resolve("objects", "Red Cube") == "cube"
    assert (offer.rev, len(offer.commands.commands)) == (1, len(COMMANDS))


def test_what_is_optional_may_be_absent() -> None:
    offer = made()
    assert (offer.persona, offer.context, offer.state) == (None, None, None)
    assert not offer.vocabulary
    assert made(context={}).context is None


@pytest.mark.parametrize("row", ["manifest-01"])
def test_a_manifest_without_commands_is_for_talk_alone(row: str) -> None:
    assert dict(made(commands=[]).commands.commands) == {}


@pytest.mark.parametrize("row", ["manifest-02"])
def test_one_command_more_than_the_limit_is_refused(row: str) -> None:
    few = Limits.model_validate({"commands": 2})
    assert refused(few, commands=[{"name": name} for name in ("a", "b", "c")]) == [("/commands", "too_many")]
    any_number = Limits.model_validate({"commands": 0})
    assert len(made(any_number).commands.commands) == len(COMMANDS)


@pytest.mark.parametrize("row", ["manifest-10"])
def test_the_same_manifest_again_or_its_digest_is_the_same_set(row: str) -> None:
    first = made()
    assert made().commands is first.commands
    again = made(commands=None, digest=first.commands.digest)
    assert again.commands is first.commands


def test_an_unknown_digest_asks_for_the_whole_manifest() -> None:
    with pytest.raises(FrameError) as refusal:
        made(commands=None, digest="sha256:" + "0" * 64)
    assert not isinstance(refusal.value, FirstFrameError)
    assert (refusal.value.code, refusal.value.ref_type) == ("manifest_unknown", "manifest")
    assert refusal.value.faults[0].path == "/digest"


def test_an_unknown_digest_beside_another_fault_is_refused_for_that() -> None:
    assert refused(commands=None, digest="sha256:0", client=None) == [("/client", "missing")]


def test_neither_commands_nor_digest_is_a_fault() -> None:
    assert refused(commands=None) == [("/commands", "missing")]


@pytest.mark.parametrize("version", [0, 2, 99], ids=lambda v: f"handshake-11-{v}")
def test_another_version_is_refused_with_the_one_that_is_served(version: int) -> None:
    with pytest.raises(FirstFrameError) as refusal:
        made(protocol=version)
    assert (refusal.value.close, refusal.value.code) == (CloseCode.BAD_MANIFEST, "invalid_manifest")
    (fault,) = refusal.value.faults
    assert fault.path == "/protocol"
    assert "version 1" in fault.message


@pytest.mark.parametrize("version", ["1", 1.5, True, None])
def test_what_is_no_version_is_refused(version: object) -> None:
    assert [path for path, _ in refused(protocol=version)] == ["/protocol"]


def test_all_faults_of_a_manifest_come_at_once() -> None:
    faults = refused(
        protocol=2,
        client={"name": ""},
        commands=[{"name": "1"}, {"name": "ok", "timeout": -1}],
        vocabulary={"objects": [{"id": "a", "names": []}, {"id": "a", "names": []}]},
        context={"state": {"a": "x" * STATE_BYTES}},
    )
    # What the model of the frame refuses hides what is only checked of a whole one.
    assert [path for path, _ in faults] == [
        "/protocol",
        "/client/name",
        "/commands/0/name",
        "/commands/1/timeout",
    ]


def test_a_vocabulary_and_a_state_are_judged_with_the_commands() -> None:
    faults = refused(
        commands=[{"name": "1"}],
        vocabulary={"objects": [{"id": "a", "names": []}, {"id": "a", "names": []}]},
    )
    assert faults == [
        ("/commands/0/name", "string_pattern_mismatch"),
        ("/vocabulary/objects/1/id", "duplicate_id"),
    ]
    assert refused(context={"state": {"a": "x" * STATE_BYTES}}) == [("/context/state", "too_large")]


@pytest.mark.parametrize("commands", ["wave", {"name": "wave"}, 1])
def test_commands_are_a_list(commands: object) -> None:
    assert refused(commands=commands) == [("/commands", "list_type")]


def test_an_unknown_field_is_a_finding_unless_it_is_an_extension() -> None:
    _, findings = make_offer(manifest(comands=[], zzz=1, **{"x-mine": 1}), LIMITS)
    assert [(finding.path, finding.code) for finding in findings] == [
        ("/comands", "unknown_field"),
        ("/zzz", "unknown_field"),
    ]
    assert "did you mean commands?" in findings[0].message
    assert "did you mean" not in findings[1].message


def test_so_is_one_in_its_parts_and_a_number_is_none() -> None:
    entry = {"id": "a", "names": ["b"], "nams": 1, "x-mine": 1}
    frame = manifest(
        client={"name": "test", "knd": "pet"}, context={"txt": "a"}, vocabulary={"l/1": [entry]}, seq=1
    )
    _, findings = make_offer(frame, LIMITS)
    assert [(finding.path, finding.message.partition("; ")[2]) for finding in findings] == [
        ("/client/knd", "did you mean kind?"),
        ("/context/txt", "did you mean text?"),
        ("/vocabulary/l~11/0/nams", "did you mean names?"),
    ]


def test_only_so_many_unknown_fields_are_told() -> None:
    entries = [{"id": f"e{index}", "names": ["b"], "zzz": 1} for index in range(2 * MOST_FINDINGS)]
    assert len(make_offer(manifest(vocabulary={"list": entries}), LIMITS)[1]) == MOST_FINDINGS
