"""The wire for machines: JSON Schema 2020-12 and AsyncAPI 3.0, generated from the messages themselves.

What no model can say is added here: `seq` stands in the frames that `encode` numbers, and the items of a
manifest, which are read one by one so that every fault is found, are commands.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from capserver import __version__
from capserver.protocol.client import CLIENT_MESSAGES
from capserver.protocol.codes import PATH, SUBPROTOCOL, CloseCode, ErrorCode
from capserver.protocol.server import SERVER_MESSAGES, Error
from capserver.protocol.values import Command

_ID: Final = f"urn:{SUBPROTOCOL.replace('.', ':')}"
_ABOUT: Final = (
    "Clients declare commands; a language model turns instructions into calls of them, each sent the "
    "moment it is complete. PROTOCOL.md says what the frames mean."
)
_SEQ: Final = {"type": "integer", "minimum": 1, "description": "the frame's number, from 1, without gaps"}

Messages = Mapping[str, type[BaseModel]]


class _Wire(GenerateJsonSchema):
    """Schemas of frames: a client may write null for any absent field, the server leaves it out."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        return False

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        if self.mode == "serialization":
            return "serialization_exclude_if" not in field
        return super().field_is_required(field, total)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = schema["schema"]
        if schema.get("default") is None:
            absent = self.mode == "serialization" and inner["type"] == "nullable"
            return self.generate_inner(inner["schema"] if absent else inner)
        if self.mode == "serialization":
            return super().default_schema(schema)
        given = self.generate_inner(inner)
        return {"anyOf": [given, {"type": "null"}], "default": schema["default"]}


def json_schema() -> dict[str, Any]:
    """Every frame of `capserver.v1` as JSON Schema 2020-12.

    `$defs` holds a schema for each message and value by the name of its class, and `ClientMessage` and
    `ServerMessage`: one of the messages of that direction, told apart by the constant `type`. `ErrorCode` and
    `CloseCode` list the codes of today; a client takes others as well.
    """
    definitions = _definitions("#/$defs/{model}")
    definitions["ClientMessage"] = _one_of(CLIENT_MESSAGES, "what a client sends")
    definitions["ServerMessage"] = _one_of(SERVER_MESSAGES, "what the server sends")
    definitions["ErrorCode"] = {
        "description": "the codes of errors",
        "enum": [code.value for code in ErrorCode],
    }
    definitions["CloseCode"] = {
        "description": "why a connection closes; 4000-4499: come again and resume, 4500-4999: stop",
        "oneOf": [{"const": code.value, "title": code.name.lower()} for code in CloseCode],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID,
        "title": SUBPROTOCOL,
        "description": _ABOUT,
        "anyOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
        "$defs": definitions,
    }


def _one_of(messages: Messages, description: str) -> dict[str, Any]:
    refs = [{"$ref": f"#/$defs/{model.__name__}"} for model in messages.values()]
    return {"description": description, "oneOf": refs}


def _definitions(ref_template: str) -> dict[str, Any]:
    """The schema of each message and of each value in one, by class name, sorted."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "validation") for model in (*CLIENT_MESSAGES.values(), Command)),
        *((model, "serialization") for model in SERVER_MESSAGES.values()),
    ]
    _, schema = models_json_schema(models, ref_template=ref_template, schema_generator=_Wire)
    definitions: dict[str, Any] = schema["$defs"]
    _number(definitions)
    for owner, field in (("Manifest", "commands"), ("ManifestUpdate", "add")):
        listed = definitions[owner]["properties"][field]["anyOf"][0]
        listed["items"] = {"$ref": ref_template.format(model=Command.__name__)}
    return definitions


def _number(definitions: dict[str, Any]) -> None:
    for model in SERVER_MESSAGES.values():
        if model.reliable:
            schema = definitions[model.__name__]
            schema["properties"]["seq"] = dict(_SEQ)
            if model is not Error:  # before `welcome` there are no numbers
                schema["required"].append("seq")


def asyncapi() -> dict[str, Any]:
    """The server as an AsyncAPI 3.0 document: it receives what clients send, and sends the rest."""
    return {
        "asyncapi": "3.0.0",
        "id": _ID,
        "info": {
            "title": "capserver",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"local": _server()},
        "channels": {"session": _channel()},
        "operations": {
            "receiveFromClient": _operation("receive", CLIENT_MESSAGES, "What a client may send."),
            "sendToClient": _operation("send", SERVER_MESSAGES, "What a client may be sent."),
        },
        "components": {
            "messages": {model.__name__: _message(kind, model) for kind, model in _all_messages()},
            "schemas": _definitions("#/components/schemas/{model}"),
        },
    }


def _all_messages() -> Iterable[tuple[str, type[BaseModel]]]:
    yield from CLIENT_MESSAGES.items()
    yield from SERVER_MESSAGES.items()


def _server() -> dict[str, Any]:
    return {
        "host": "127.0.0.1:8787",
        "protocol": "ws",
        "description": "Where `capserver serve` listens when nothing else is said.",
    }


def _channel() -> dict[str, Any]:
    """One connection: the life of a session, or a part of it that a resume joins to the next."""
    query = {"type": "object", "properties": {"profile": {"type": "string"}}}
    headers = {"type": "object", "properties": {"Sec-WebSocket-Protocol": {"const": SUBPROTOCOL}}}
    return {
        "address": PATH,
        "title": SUBPROTOCOL,
        "description": "One JSON object per text frame; the first is `manifest`, or `instruct` on a profile.",
        "servers": [{"$ref": "#/servers/local"}],
        "messages": {
            model.__name__: {"$ref": f"#/components/messages/{model.__name__}"}
            for _, model in _all_messages()
        },
        "bindings": {"ws": {"method": "GET", "query": query, "headers": headers, "bindingVersion": "0.1.0"}},
        "x-close-codes": {str(code.value): code.name.lower() for code in CloseCode},
    }


def _operation(action: Literal["send", "receive"], messages: Messages, summary: str) -> dict[str, Any]:
    refs = [{"$ref": f"#/channels/session/messages/{model.__name__}"} for model in messages.values()]
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/session"},
        "messages": refs,
    }


def _message(kind: str, model: type[BaseModel]) -> dict[str, Any]:
    return {
        "name": kind,
        "title": model.__name__,
        "summary": model.__doc__,
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
