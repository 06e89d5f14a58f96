"""One command: checked, compiled, shared by its own content."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from weakref import WeakValueDictionary

import rfc8785
from pydantic import ValidationError

from capserver.errors import Fault
from capserver.manifest import findings
from capserver.manifest.offer import Names, offer
from capserver.manifest.slots import Slot, slots
from capserver.manifest.text import cleaned, survey
from capserver.protocol.values import (
    DEFAULT_LANE,
    DEFAULT_TIMEOUT,
    DEFAULT_TTL,
    Command,
    faults_of,
    without_nulls,
)
from capserver.schema import Schema, inlined, lint
from capserver.schema.keywords import size

NO_PARAMETERS: Final[Mapping[str, Any]] = {"type": "object", "additionalProperties": False}
MIN_SECONDS: Final = 0.1
MOST_FINDINGS: Final = 20
MAX_EXAMPLE: Final = 256
"""Characters of an utterance; a longer one is not kept."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CompiledCommand:
    """One command of a client, ready for use. Frozen by convention, deep inside too: it is shared."""

    name: str
    description: str
    """Cleaned for a model; empty where there is none."""
    parameters: Mapping[str, Any]
    """JSON Schema as it was sent; of an empty object where there is none."""
    offered: Mapping[str, Any]
    """The schema for a model's API: no references, keys within its rules, no branches at the root."""
    returns: Mapping[str, Any] | None
    examples: tuple[str, ...]
    lane: str
    stream: frozenset[str]
    timeout: float
    """Seconds; 0: no result is expected."""
    ttl: float
    """Seconds until it is dropped unsent."""
    confirm: bool
    digest: str
    """`sha256:` and the hex of its RFC 8785 form."""
    source: Mapping[str, Any]
    """As it was sent."""
    slots: tuple[Slot, ...]
    """Where ids of a vocabulary stand, and of which list: the way by property keys, `*` for each item."""
    canonical: bytes = field(repr=False)
    """The RFC 8785 form."""
    findings: tuple[Fault, ...] = field(repr=False)
    """What would make it better, by JSON Pointer from the command."""
    tokens: int
    """About how many tokens a model reads for it."""
    weight: int
    """How many schemas there are in it, references followed; one with a pattern counts as 20."""
    _arguments: Schema = field(repr=False)
    _value: Schema | None = field(repr=False)
    _names: Names | None = field(repr=False)

    def check(self, args: dict[str, Any]) -> list[Fault]:
        """What is wrong with these arguments (real keys), by JSON Pointer; empty: they may be sent."""
        return self._arguments.check(args)

    def check_value(self, value: Any) -> list[Fault]:
        """What is wrong with the value of a result, against `returns`."""
        return [] if self._value is None else self._value.check(value)

    def restore(self, args: dict[str, Any]) -> dict[str, Any]:
        """Arguments with offered keys as arguments with real ones; the same object where none differ."""
        if self._names is None:
            return args
        restored: dict[str, Any] = self._names.restore(args)
        return restored


_held: WeakValueDictionary[bytes, CompiledCommand] = WeakValueDictionary()


def compile_command(raw: object) -> CompiledCommand | list[Fault]:
    """Compile one decoded command, or tell all its faults by JSON Pointer from the command.

    A command of the same content that is still held anywhere is returned as it is.
    """
    if not isinstance(raw, dict):
        return [Fault("", "object", "a command is an object")]
    faults, hidden = survey(raw)
    if faults:
        return faults
    written = json.dumps(raw, ensure_ascii=False)
    key = sha256(written.encode()).digest()
    if (held := _held.get(key)) is not None:
        return held
    source = json.loads(written)  # a copy of our own: the caller may change theirs
    model, faults = _read(without_nulls(source))
    if model is None or faults:
        return faults
    made = _compiled(source, model, hidden)
    return _held.setdefault(key, made)


def _read(present: dict[str, Any]) -> tuple[Command | None, list[Fault]]:
    try:
        model, faults = Command.model_validate(present), []
    except ValidationError as error:
        model, faults = None, faults_of(error)
    timeout = present.get("timeout")
    if isinstance(timeout, int | float) and 0 < timeout < MIN_SECONDS:
        faults.append(Fault("/timeout", "greater_than_equal", f"0, or at least {MIN_SECONDS} seconds"))
    faults += _schema_faults(present, "returns") + (
        _schema_faults(present, "parameters") or _stream_faults(present)
    )
    return model, faults


def _schema_faults(present: Mapping[str, Any], field: str) -> list[Fault]:
    """The faults of a schema; where it is no object, the model has said so."""
    schema = present.get(field, NO_PARAMETERS)
    found = lint(schema, object_root=field == "parameters") if isinstance(schema, dict) else []
    return [fault.under("/" + field) for fault in found]


def _stream_faults(present: Mapping[str, Any]) -> list[Fault]:
    parameters, names = present.get("parameters", NO_PARAMETERS), present.get("stream")
    if not isinstance(parameters, dict) or not isinstance(names, list):
        return []
    properties = inlined(parameters).get("properties", {})
    return [
        Fault(f"/stream/{index}", "not_streamable", "the name of a string parameter without x-vocabulary")
        for index, name in enumerate(names)
        if isinstance(name, str) and not _streamable(properties.get(name))
    ]


def _streamable(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "string" and "x-vocabulary" not in schema


def _compiled(source: dict[str, Any], model: Command, hidden: list[str]) -> CompiledCommand:
    parameters = NO_PARAMETERS if model.parameters is None else model.parameters
    schema = inlined(parameters)
    offered, names = offer(schema)
    found, stray = slots(schema)
    better = [*findings.of_command(source, model, hidden), *(fault.under("/parameters") for fault in stray)]
    canonical = rfc8785.dumps(source)
    description = cleaned(model.description or "")
    return CompiledCommand(
        name=model.name,
        description=description,
        parameters=parameters,
        offered=offered,
        returns=model.returns,
        examples=tuple(cleaned(text) for text in model.examples or () if len(text) <= MAX_EXAMPLE),
        lane=model.lane or DEFAULT_LANE,
        stream=frozenset(model.stream or ()),
        timeout=DEFAULT_TIMEOUT if model.timeout is None else model.timeout,
        ttl=DEFAULT_TTL if model.ttl is None else model.ttl,
        confirm=bool(model.confirm),
        digest="sha256:" + sha256(canonical).hexdigest(),
        source=source,
        slots=found,
        canonical=canonical,
        findings=tuple(better[:MOST_FINDINGS]),
        tokens=_tokens(model.name + description + json.dumps(offered, ensure_ascii=False)),
        weight=size(schema) + (0 if model.returns is None else size(inlined(model.returns))),
        _arguments=Schema(parameters),
        _value=None if model.returns is None else Schema(model.returns),
        _names=names or None,
    )


def _tokens(text: str) -> int:
    """A rule of thumb: four ASCII characters a token, one of the others."""
    wide = sum(1 for character in text if character > "\x7f") if not text.isascii() else 0
    return (len(text) - wide) // 4 + wide + 8
