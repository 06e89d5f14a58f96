"""What would make a command or a set better. Nothing here keeps a client out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

from capserver.errors import Fault, pointer
from capserver.protocol.values import Command
from capserver.schema.keywords import KNOWN, children

MANY_TOKENS: Final = 10_000
MANY_COMMANDS: Final = 50
MOST: Final = 100
"""Findings that are kept of one set."""

_FIELDS: Final = tuple(Command.model_fields)
_KEYWORDS: Final = tuple(sorted(KNOWN | {"x-vocabulary"}))
_SEPARATORS: Final = re.compile("[_-]+")


def of_command(raw: Mapping[str, Any], command: Command, hidden: Iterable[str]) -> Iterator[Fault]:
    """Findings of one command as it was sent, by path from the command."""
    for key in raw:
        if key not in _FIELDS and not key.startswith("x-"):
            yield Fault(pointer(key), "unknown_field", _unknown("field", key[:64], _FIELDS))
    if not (command.description or "").strip():
        yield Fault("/description", "no_description", "a model chooses by the description; there is none")
    if not command.examples:
        yield Fault(
            "/examples", "no_examples", "example utterances make the choice better, offline most of all"
        )
    for path in hidden:
        message = "characters that people cannot see (controls, bidi marks, tags) are not shown to the model"
        yield Fault(path, "hidden_characters", message)
    if command.parameters is not None:
        yield from _of_parameters(command.parameters)
    for field in ("parameters", "returns"):
        if isinstance(schema := getattr(command, field), dict):
            yield from _of_keywords((field,), schema)


def _of_parameters(schema: Mapping[str, Any]) -> Iterator[Fault]:
    if "additionalProperties" not in schema and "unevaluatedProperties" not in schema:
        message = 'unknown parameters pass; "additionalProperties": false lets them be told to the model'
        yield Fault("/parameters", "open_object", message)
    for key, inner in schema.get("properties", {}).items():
        if isinstance(inner, dict) and "$ref" not in inner and not inner.get("description", "").strip():
            path = "/parameters/properties" + pointer(key)
            yield Fault(path, "no_parameter_description", "the model has only the name to go by")


def _of_keywords(way: tuple[str | int, ...], schema: Any) -> Iterator[Fault]:
    if isinstance(schema, dict):
        for key in schema:
            if key not in KNOWN and not key.startswith("x-"):
                yield Fault(pointer(*way, key), "unknown_keyword", _unknown("keyword", key[:64], _KEYWORDS))
        for step, child in children(schema):
            yield from _of_keywords(way + step, child)


@lru_cache(maxsize=256)
def _unknown(kind: str, key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"no such {kind}, it is ignored{hint} (x-… is yours)"


def of_set(names: Iterable[str], tokens: int) -> Iterator[Fault]:
    """Findings of a whole set: names that look alike, and its size."""
    seen: dict[str, str] = {}
    count = 0
    for name in names:
        count += 1
        first = seen.setdefault(_SEPARATORS.sub("", name).lower().removesuffix("s"), name)
        if first != name:
            yield Fault("/commands", "near_duplicate", f"{first} and {name} are hard to tell apart")
    if tokens > MANY_TOKENS or count > MANY_COMMANDS:
        message = f"{count} commands, about {tokens:,} tokens: a model chooses better among fewer"
        yield Fault("/commands", "large_set", message)
