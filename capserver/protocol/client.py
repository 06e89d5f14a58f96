"""Messages from client to server, and how a frame becomes one."""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, ValidationError

from capserver.errors import Fault, FrameError
from capserver.protocol.codes import MAX_ID, ErrorCode
from capserver.protocol.decode import decode_json
from capserver.protocol.values import (
    Client,
    Id,
    InitialContext,
    Name,
    ResultError,
    Resume,
    Seq,
    Value,
    Vocabulary,
    VocabularyUpdate,
    faults_of,
    optional,
    without_nulls,
)

Persona = Annotated[str, Field(max_length=16384)]


class ClientMessage(Value):
    """What every message from a client has in common."""

    reliable: ClassVar[bool] = False
    type: str


class Manifest(ClientMessage):
    """Who I am and what I can do. The first frame."""

    type: Literal["manifest"]
    protocol: int = Field(description="1")
    client: Client
    commands: list[Any] | None = optional(description="a list of Command")
    digest: str | None = optional(description="names a set that the server may still hold")
    vocabulary: Vocabulary | None = optional()
    context: InitialContext | None = optional()
    persona: Persona | None = optional()
    token: str | None = optional()
    resume: Resume | None = optional()


class ManifestUpdate(ClientMessage):
    """Change my set now: all of it or none of it."""

    reliable = True
    type: Literal["manifest.update"]
    id: Id
    add: list[Any] | None = optional(description="a list of Command; a known name is replaced")
    remove: Annotated[list[str], Field(fail_fast=True)] | None = optional()
    vocabulary: VocabularyUpdate | None = optional()
    persona: Persona | None = optional()
    seq: Seq | None = optional()


class Context(ClientMessage):
    """What is the case on my side; not silent: react if there is reason to."""

    reliable = True
    type: Literal["context"]
    id: Id | None = optional()
    text: str | None = optional(max_length=16384)
    state: dict[str, Any] | None = optional(description="JSON merge patch (RFC 7396)")
    silent: bool = True
    seq: Seq | None = optional()


class Instruct(ClientMessage):
    """What a person said or what happened: turn it into commands."""

    reliable = True
    type: Literal["instruct"]
    id: Id
    text: str = Field(min_length=1)
    on_busy: Literal["queue", "interrupt", "reject"] = "queue"
    only: Annotated[list[Name], Field(fail_fast=True)] | None = optional(
        description="the commands allowed; [] means text alone"
    )
    require: bool = False
    remember: bool = True
    token: str | None = optional(description="in a first frame without a manifest")
    seq: Seq | None = optional()


class Result(ClientMessage):
    """How a command ended. The first one counts."""

    reliable = True
    type: Literal["result"]
    id: Id
    ok: bool
    value: Any = optional()
    error: ResultError | None = optional()
    seq: Seq | None = optional()


class Progress(ClientMessage):
    """A command has begun, and how far it is."""

    type: Literal["progress"]
    id: Id
    fraction: float | None = optional(ge=0, le=1)
    note: str | None = optional(max_length=1024)


class Cancel(ClientMessage):
    """Stop a turn or a command."""

    reliable = True
    type: Literal["cancel"]
    id: Id
    seq: Seq | None = optional()


class Auth(ClientMessage):
    """A fresh token."""

    type: Literal["auth"]
    token: str


class Ack(ClientMessage):
    """All reliable frames up to `upto` were taken in."""

    type: Literal["ack"]
    upto: int = Field(ge=0)


class Ping(ClientMessage):
    """Is somebody there? For clients that cannot see WebSocket pings."""

    type: Literal["ping"]
    t: Any = None


AnyClientMessage = (
    Manifest | ManifestUpdate | Context | Instruct | Result | Progress | Cancel | Auth | Ack | Ping
)

CLIENT_MESSAGES: Final[dict[str, type[AnyClientMessage]]] = {
    "manifest": Manifest,
    "manifest.update": ManifestUpdate,
    "context": Context,
    "instruct": Instruct,
    "result": Result,
    "progress": Progress,
    "cancel": Cancel,
    "auth": Auth,
    "ack": Ack,
    "ping": Ping,
}


_MANIFEST: Final = '{"type":"manifest'


def check_size(text: str, frame_bytes: int, manifest_bytes: int) -> None:
    """Refuse a frame that is too large to be decoded; a manifest or its update may be larger (0: any size).

    Raises:
        FrameError: `too_large`.

    """
    most = manifest_bytes if text.startswith(_MANIFEST) else frame_bytes
    if most and len(text) * 4 > most and len(text.encode()) > most:
        raise FrameError(ErrorCode.TOO_LARGE, f"the frame is larger than {most} bytes")


def read_frame(text: str) -> dict[str, Any]:
    """Decode a frame to an object.

    Raises:
        FrameError: `invalid_frame`, where it is no JSON object within the rules.

    """
    value = decode_json(text)
    if not isinstance(value, dict):
        fault = Fault("", "object", "a frame is one JSON object")
        raise FrameError(ErrorCode.INVALID_FRAME, "the frame is not an object", [fault])
    return value


def read_message(frame: dict[str, Any]) -> AnyClientMessage:
    """Turn a decoded frame into its message.

    Raises:
        FrameError: `invalid_frame` or `unknown_type`, with all faults, `ref` and `ref_type`.

    """
    kind = frame.get("type")
    given = frame.get("id")
    ref = given if isinstance(given, str) and 0 < len(given) <= 128 else None
    if not isinstance(kind, str):
        fault = Fault("/type", "missing", "every frame has a type, a string")
        raise FrameError(ErrorCode.INVALID_FRAME, "the frame has no type", [fault], ref=ref)
    model = CLIENT_MESSAGES.get(kind)
    if model is None:
        fault = Fault("/type", "unknown", "known types: " + ", ".join(CLIENT_MESSAGES))
        message = "the server knows no frame of this type"
        raise FrameError(ErrorCode.UNKNOWN_TYPE, message, [fault], ref=ref, ref_type=kind[:64])
    try:
        return model.model_validate(without_nulls(frame))
    except ValidationError as error:
        message = f"the {kind} frame is not as it should be"
        raise FrameError(ErrorCode.INVALID_FRAME, message, faults_of(error), ref=ref, ref_type=kind) from None


def refer(error: FrameError, frame: dict[str, Any]) -> None:
    """Name the frame that an error answers."""
    kind, given = frame.get("type"), frame.get("id")
    if error.ref is None and isinstance(given, str) and 0 < len(given) <= MAX_ID:
        error.ref = given
    if error.ref_type is None and isinstance(kind, str):
        error.ref_type = kind[:64]
