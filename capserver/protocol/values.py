"""Values that messages are made of: the model they share, ids, commands, vocabulary entries."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError

from capserver.errors import Fault, pointer
from capserver.protocol.codes import MAX_ID


def _is_absent(value: object) -> bool:
    return value is None


class Value(BaseModel):
    """A frozen value, read strictly. Unknown fields are ignored; `null` means absent."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


Id = Annotated[str, Field(min_length=1, max_length=MAX_ID, description="1-128 characters")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$", description="a command's name")]
Seconds = Annotated[float, Field(allow_inf_nan=False, ge=0.1, le=86400)]
Seq = Annotated[int, Field(ge=1, description="the frame's number, from 1, without gaps")]


def optional(**more: Any) -> Any:
    """A field that is left out of the frame where it has no value."""
    return Field(default=None, exclude_if=_is_absent, **more)


DEFAULT_TIMEOUT: Final = 30.0
DEFAULT_TTL: Final = 30.0
DEFAULT_LANE: Final = "main"


class Command(Value):
    """One capability that a client offers."""

    name: Name
    description: str | None = optional(max_length=4096)
    parameters: dict[str, Any] | None = optional(
        description="JSON Schema 2020-12 of an object, within the safe profile; none: no parameters"
    )
    returns: dict[str, Any] | None = optional(description="JSON Schema of the value that the model waits for")
    examples: list[str] | None = optional(description="utterances, with {param} slots")
    lane: str | None = optional(min_length=1, max_length=64)
    stream: list[str] | None = optional(description="string parameters sent while written")
    timeout: float | None = optional(
        allow_inf_nan=False, ge=0, le=86400, description="seconds; 0: no result is expected"
    )
    ttl: float | None = optional(
        allow_inf_nan=False, ge=0.1, le=86400, description="seconds until an unsent command is dropped"
    )
    confirm: bool | None = optional(description="a person must agree on the client first")


class Entry(Value):
    """One thing of a vocabulary list."""

    id: Id
    names: Annotated[list[Annotated[str, Field(min_length=1, max_length=256)]], Field(fail_fast=True)] = (
        Field(max_length=64)
    )
    about: str | None = optional(max_length=1024)


# The first fault of a long list ends its reading: a megabyte of wrong entries, each with its path,
# would cost gigabytes.
Entries = Annotated[list[Entry], Field(fail_fast=True)]


class EntryPatch(Value):
    """A change to one vocabulary list; in place of the whole list."""

    put: Entries | None = optional()
    drop: Annotated[list[Id], Field(fail_fast=True)] | None = optional()


ListName = Annotated[str, Field(min_length=1, max_length=64)]
Vocabulary = Annotated[dict[ListName, Entries], Field(fail_fast=True)]


def _entries_or_patch(value: object) -> str:
    return "(patch)" if isinstance(value, dict | EntryPatch) else "(entries)"


_ListUpdate = Annotated[
    Annotated[Entries, Tag("(entries)")] | Annotated[EntryPatch, Tag("(patch)")],
    Discriminator(_entries_or_patch),
]
VocabularyUpdate = Annotated[dict[ListName, _ListUpdate | None], Field(fail_fast=True)]

_NOT_STEPS: Final = frozenset({"[key]", "(entries)", "(patch)"})


class Client(Value):
    """Who is speaking."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    kind: str | None = optional(max_length=64)
    version: str | None = optional(max_length=64)
    locale: str | None = optional(max_length=35, description="BCP 47, e.g. zh-CN")


class InitialContext(Value):
    """What is the case on the client's side when it connects."""

    text: str | None = optional(max_length=16384)
    state: dict[str, Any] | None = optional()


class Resume(Value):
    """Which session to go on with, and what was seen of it."""

    session: Id
    token: str
    epoch: str
    upto: Annotated[int, Field(ge=0)]
    rev: int | None = optional(ge=1)


class ErrorDetail(Value):
    """One fault of a frame."""

    path: Annotated[str, Field(description="JSON Pointer (RFC 6901)")]
    code: str
    message: str


class TurnError(Value):
    """Why a turn did not complete."""

    code: str
    message: str
    retry_after: float | None = optional(description="seconds")


class ResultError(Value):
    """Why a command failed. Own codes are welcome beside `declined`, `cancelled`, `in_doubt`."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    message: str | None = optional(max_length=4096)


def faults_of(error: ValidationError, prefix: str = "") -> list[Fault]:
    """Pydantic's complaints as faults; what came in is never echoed."""
    return [
        Fault(prefix + pointer(*_steps(item["loc"])), item["type"], item["msg"])
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _steps(location: tuple[int | str, ...]) -> list[int | str]:
    """Pydantic's location without what stands for its own branches, which no pointer can follow."""
    return [step for step in location if step not in _NOT_STEPS]


def without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    """The same object without the fields that are `null`: null and absent mean the same."""
    if None in value.values():
        return {key: item for key, item in value.items() if item is not None}
    return value


entries: Final[TypeAdapter[list[Entry]]] = TypeAdapter(Entries)
