"""Command sets: what a client offers, checked and compiled once, shared by content."""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import rfc8785
from jsonschema_rs import Draft202012Validator
from pydantic import ValidationError

from capserver.errors import Fault, FrameError, pointer
from capserver.protocol.codes import ErrorCode
from capserver.protocol.values import (
    DEFAULT_LANE,
    DEFAULT_TIMEOUT,
    DEFAULT_TTL,
    Command,
    faults_of,
    without_nulls,
)

NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "additionalProperties": False}


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CompiledCommand:
    """One command, ready for use."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    offered: Mapping[str, Any]
    returns: Mapping[str, Any] | None
    examples: tuple[str, ...]
    lane: str
    stream: frozenset[str]
    timeout: float
    ttl: float
    confirm: bool
    digest: str
    source: Mapping[str, Any]
    slots: tuple[tuple[tuple[str, ...], str], ...]

    def check(self, args: dict[str, Any]) -> list[Fault]:
        """What is wrong with these arguments."""
        return _faults(self.parameters, args)

    def check_value(self, value: Any) -> list[Fault]:
        """What is wrong with this result's value."""
        return [] if self.returns is None else _faults(self.returns, value)

    def restore(self, args: dict[str, Any]) -> dict[str, Any]:
        """Offered keys back to the real ones."""
        return args


def _faults(schema: Mapping[str, Any], value: Any) -> list[Fault]:
    found = Draft202012Validator(dict(schema)).iter_errors(value)
    return [Fault(pointer(*e.instance_path), e.kind.name, f"breaks {e.kind.name}") for e in found]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CommandSet:
    """A whole set, sorted by name."""

    commands: Mapping[str, CompiledCommand]
    digest: str
    findings: tuple[Fault, ...] = ()
    tokens: int = 0
    _: None = field(default=None, repr=False)

    def changed(self, add: list[object], remove: list[str], *, limit: int) -> "CommandSet":
        """The set with these commands added or replaced, and those removed: all or nothing."""
        left = {name: dict(c.source) for name, c in self.commands.items() if name not in remove}
        for item in add:
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                left[item["name"]] = item
        return compile_set(list(left.values()), limit=limit)


_held: "weakref.WeakValueDictionary[str, CommandSet]" = weakref.WeakValueDictionary()


def compile_set(commands: list[object], *, limit: int = 512) -> CommandSet:
    """Compile a manifest's commands."""
    made: dict[str, CompiledCommand] = {}
    faults: list[Fault] = []
    if len(commands) > limit:
        faults.append(Fault("/commands", "too_many", f"at most {limit} commands"))
    for i, raw in enumerate(commands):
        try:
            assert isinstance(raw, dict)
            c = Command.model_validate(without_nulls(raw))
        except ValidationError as error:
            faults += faults_of(error, f"/commands/{i}")
            continue
        if c.name in made:
            faults.append(Fault(f"/commands/{i}/name", "duplicate_name", "twice"))
        params = c.parameters or NO_PARAMETERS
        made[c.name] = CompiledCommand(
            c.name,
            c.description or "",
            params,
            params,
            c.returns,
            tuple(c.examples or ()),
            c.lane or DEFAULT_LANE,
            frozenset(c.stream or ()),
            DEFAULT_TIMEOUT if c.timeout is None else c.timeout,
            DEFAULT_TTL if c.ttl is None else c.ttl,
            bool(c.confirm),
            sha256(rfc8785.dumps(raw)).hexdigest(),
            raw,
            tuple(
                ((key,), inner["x-vocabulary"])
                for key, inner in params.get("properties", {}).items()
                if isinstance(inner, dict) and "x-vocabulary" in inner
            ),
        )
    if faults:
        raise FrameError(ErrorCode.INVALID_MANIFEST, "the manifest is not as it should be", faults)
    ordered = dict(sorted(made.items()))
    digest = "sha256:" + sha256(rfc8785.dumps([dict(c.source) for c in ordered.values()])).hexdigest()
    found = _held.get(digest)
    if found is None:
        found = CommandSet(MappingProxyType(ordered), digest)
        _held[digest] = found
    return found


def find_set(digest: str) -> CommandSet | None:
    """The set of this digest, where it is still held."""
    return _held.get(digest)


EMPTY = compile_set([])
