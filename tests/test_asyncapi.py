"""The wire for machines: what is generated from the messages is valid, complete and always the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

import capserver
from capserver.asyncapi import asyncapi, json_schema
from capserver.protocol.client import CLIENT_MESSAGES
from capserver.protocol.codes import CloseCode, ErrorCode
from capserver.protocol.server import (
    SERVER_MESSAGES,
    CancelCommand,
    Error,
    Pong,
    Timing,
    TurnEnded,
    Usage,
    encode,
)

CLIENT = {model.__name__ for model in CLIENT_MESSAGES.values()}
SERVER = {model.__name__ for model in SERVER_MESSAGES.values()}


def validator(definition: str) -> Draft202012Validator:
    return Draft202012Validator({**json_schema(), "anyOf": [{"$ref": f"#/$defs/{definition}"}]})


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(ref := value.get("$ref"), str):
            yield ref
        for inner in value.values():
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def found(document: Any, ref: str) -> Any:
    for step in ref.removeprefix("#/").split("/"):
        document = document[step.replace("~1", "/").replace("~0", "~")]
    return document


# JSON Schema


def test_the_schema_is_one_of_2020_12() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert meta.is_valid(schema)


@pytest.mark.parametrize(
    ("direction", "names"), [("ClientMessage", CLIENT), ("ServerMessage", SERVER)], ids=["client", "server"]
)
def test_a_direction_is_one_of_its_messages_told_apart_by_type(direction: str, names: set[str]) -> None:
    definitions = json_schema()["$defs"]
    told = [ref["$ref"].removeprefix("#/$defs/") for ref in definitions[direction]["oneOf"]]
    assert (len(told), set(told)) == (len(names), names)
    types = [definitions[name]["properties"]["type"]["const"] for name in told]
    assert types == list(CLIENT_MESSAGES if direction == "ClientMessage" else SERVER_MESSAGES)
    assert all("type" in definitions[name]["required"] for name in told)


def test_the_codes_of_errors_and_closes_are_listed() -> None:
    definitions = json_schema()["$defs"]
    assert definitions["ErrorCode"]["enum"] == list(ErrorCode)
    closes = {code["const"]: code["title"] for code in definitions["CloseCode"]["oneOf"]}
    assert closes == {code.value: code.name.lower() for code in CloseCode}


@pytest.mark.parametrize("kind", SERVER_MESSAGES)
def test_reliable_frames_of_the_server_carry_a_number(kind: str) -> None:
    model = SERVER_MESSAGES[kind]
    schema = json_schema()["$defs"][model.__name__]
    assert ("seq" in schema["properties"]) == model.reliable
    assert ("seq" in schema["required"]) == (model.reliable and model is not Error)


@pytest.mark.parametrize(
    "frame",
    [
        {
            "type": "manifest",
            "protocol": 1,
            "client": {"name": "x"},
            "commands": [{"name": "wave"}],
            "later": 1,
        },
        {"type": "manifest", "protocol": 1, "client": {"name": "x"}, "commands": None, "digest": "sha256:0"},
        {"type": "instruct", "id": "t", "text": "x", "on_busy": None, "require": None, "seq": 1},
        {"type": "manifest.update", "id": "u", "vocabulary": {"a": None, "b": [], "c": {"drop": ["x"]}}},
        {"type": "result", "id": "c", "ok": True, "value": None},
        {"type": "ping"},
    ],
    ids=json.dumps,
)
def test_what_a_client_may_send_is_valid(frame: dict[str, Any]) -> None:
    validator("ClientMessage").validate(frame)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "manifest", "protocol": 1, "client": {"name": "x"}, "commands": [{"name": "two words"}]},
        {"type": "manifest.update", "id": "u", "add": [{"name": "wave", "timeout": -1}]},
        {"type": "instruct", "id": "t", "text": "x", "on_busy": "maybe"},
        {"type": "instruct", "text": "x"},
        {"type": "dance"},
        {},
    ],
    ids=json.dumps,
)
def test_what_a_client_must_not_send_is_invalid(frame: dict[str, Any]) -> None:
    assert not validator("ClientMessage").is_valid(frame)


def test_what_the_server_sends_is_valid_and_nothing_of_it_may_be_missing() -> None:
    timing = Timing(queued_ms=0, first_command_ms=None, total_ms=1)
    ended = TurnEnded(turn="t", status="completed", commands=0, text="", usage=Usage(), timing=timing)
    sent = [
        encode(ended, 1),
        encode(CancelCommand(id="c", reason="timeout"), 2),
        encode(Error(code="busy", message="wait")),
        encode(Pong()),
    ]
    check = validator("ServerMessage")
    for text in sent:
        frame = json.loads(text)
        check.validate(frame)
        for field in frame:
            assert not check.is_valid({key: value for key, value in frame.items() if key != field})
    assert not check.is_valid({**json.loads(sent[0]), "error": None})


# AsyncAPI


def test_the_document_has_the_parts_of_asyncapi_3() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["version"] == capserver.__version__
    (server,) = document["servers"].values()
    assert server["protocol"] == "ws"
    (channel,) = document["channels"].values()
    assert channel["address"] == "/v1/ws"
    assert set(channel["messages"]) == CLIENT | SERVER == set(document["components"]["messages"])


def test_the_server_receives_what_clients_send_and_sends_the_rest() -> None:
    operations = asyncapi()["operations"].values()
    told = {
        operation["action"]: {ref["$ref"].rpartition("/")[2] for ref in operation["messages"]}
        for operation in operations
    }
    assert told == {"receive": CLIENT, "send": SERVER}
    for operation in operations:
        assert operation["channel"] == {"$ref": "#/channels/session"}
        assert all(ref["$ref"].startswith("#/channels/session/messages/") for ref in operation["messages"])


def test_every_message_has_its_name_on_the_wire_and_its_payload() -> None:
    document = asyncapi()
    for name, message in document["components"]["messages"].items():
        assert message["payload"] == {"$ref": f"#/components/schemas/{name}"}
        payload = found(document, message["payload"]["$ref"])
        assert payload["properties"]["type"]["const"] == message["name"]
        assert message["summary"]


@pytest.mark.parametrize("document", [json_schema(), asyncapi()], ids=["json schema", "asyncapi"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for ref in refs(document):
        assert isinstance(found(document, ref), dict)


@pytest.mark.parametrize("make", [json_schema, asyncapi])
def test_the_same_is_made_each_time(make: Any) -> None:
    assert json.dumps(make()) == json.dumps(make())
    make()["title"] = "changed by a caller"
    assert make().get("title") != "changed by a caller"
