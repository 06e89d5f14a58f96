"""What the value of each keyword may be. Children that are schemas are the walk's to check (`profile`)."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from capserver.schema import pattern
from capserver.schema.keywords import BRANCHES, SCHEMA_MAP
from capserver.schema.refs import target

MAX_BRANCHES: Final = 16
MAX_ENUM: Final = 1024
MAX_NAMES: Final = 2000
MAX_VALUE_NODES: Final = 2000
MAX_VALUE_DEPTH: Final = 32
MAX_INT: Final = 2**53 - 1

_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
Troubles = Iterator[tuple[str, str]]
"""Codes and messages."""
_WRONG: Final = "keyword_value"


def _ref(value: Any) -> Troubles:
    if not isinstance(value, str):
        yield _WRONG, "must be a string"
    elif not value.startswith("#"):
        yield "remote_ref", "only #/$defs/NAME: nothing is ever fetched"
    elif value == "#":
        yield "recursive_ref", "the reference leads back to itself"
    elif target(value) is None:
        yield "unknown_ref", "only #/$defs/NAME"


def _type(value: Any) -> Troubles:
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(item, str) and item in _TYPES for item in given):
        yield "unknown_type", "must be one of, or a list of: " + ", ".join(_TYPES)
    elif len(set(given)) != len(given):
        yield "duplicate_type", "each type once"


def _pattern(value: Any) -> Troubles:
    if not isinstance(value, str):
        yield _WRONG, "must be a string"
    elif len(value) > pattern.MAX_LENGTH:
        yield "pattern_length", f"at most {pattern.MAX_LENGTH} characters"
    elif (found := pattern.trouble(value)) is not None:
        yield found


def _number(value: Any) -> Troubles:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _WRONG, "must be a number"
    elif isinstance(value, int) and abs(value) > MAX_INT:
        yield "int_range", "integers lie within ±(2^53-1)"
    elif value - value != 0:
        yield "non_finite", "a finite number"


def _integral(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and value == value // 1


def _multiple_of(value: Any) -> Troubles:
    if not _integral(value) or not 1 <= value <= MAX_INT:
        yield "multiple_of", "a whole number from 1: other multiples are not exact"


def _count(value: Any) -> Troubles:
    if not _integral(value) or not 0 <= value <= MAX_INT:
        yield _WRONG, "must be a whole number from 0"


def _boolean(value: Any) -> Troubles:
    if not isinstance(value, bool):
        yield _WRONG, "must be true or false"


def _text(value: Any) -> Troubles:
    if not isinstance(value, str):
        yield _WRONG, "must be a string"


def _names(value: Any) -> Troubles:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        yield _WRONG, "must be a list of strings"
    elif len(value) > MAX_NAMES or len(set(value)) != len(value):
        yield _WRONG, f"must name each once, at most {MAX_NAMES:,}"


def _name_lists(value: Any) -> Troubles:
    if not isinstance(value, dict):
        yield _WRONG, "must be an object of lists of strings"
    else:
        for names in value.values():
            yield from _names(names)


def _schema_map(value: Any) -> Troubles:
    if not isinstance(value, dict):
        yield _WRONG, "must be an object of schemas"


def _schema_list(value: Any) -> Troubles:
    if not isinstance(value, list) or not value:
        yield _WRONG, "must be a list of schemas, not empty"


def _branches(value: Any) -> Troubles:
    yield from _schema_list(value)
    if isinstance(value, list) and len(value) > MAX_BRANCHES:
        yield "branches", f"at most {MAX_BRANCHES} branches"


def _enum(value: Any) -> Troubles:
    if not isinstance(value, list):
        yield _WRONG, "must be a list of values"
    elif len(value) > MAX_ENUM:
        yield "enum_size", f"at most {MAX_ENUM:,} values; a vocabulary holds more, and may change"
    else:
        yield from _value(value)


def _value(value: Any) -> Troubles:
    """Any JSON value, bounded: level by level."""
    found: set[tuple[str, str]] = set()
    level, nodes = [value], 0
    for _ in range(MAX_VALUE_DEPTH):
        nodes += len(level)
        for item in level:
            if isinstance(item, int | float) and not isinstance(item, bool):
                found.update(_number(item))
        inner = [
            item.values() if isinstance(item, dict) else item
            for item in level
            if isinstance(item, dict | list)
        ]
        level = [item for items in inner for item in items]
        if not level or nodes > MAX_VALUE_NODES:
            break
    if level:
        found.add(("value_size", f"at most {MAX_VALUE_NODES:,} values, {MAX_VALUE_DEPTH} levels deep"))
    yield from sorted(found)


_LIMITS: Final = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum")
_COUNTS: Final = ("Contains", "Items", "Length", "Properties")

CHECKS: Final[dict[str, Callable[[Any], Troubles]]] = {
    **dict.fromkeys(SCHEMA_MAP, _schema_map),
    **dict.fromkeys(BRANCHES, _branches),
    **dict.fromkeys(_LIMITS, _number),
    **dict.fromkeys((bound + what for bound in ("max", "min") for what in _COUNTS), _count),
    "$ref": _ref,
    "const": _value,
    "default": _value,
    "dependentRequired": _name_lists,
    "description": _text,
    "enum": _enum,
    "examples": _value,
    "format": _text,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "prefixItems": _schema_list,
    "required": _names,
    "title": _text,
    "type": _type,
    "uniqueItems": _boolean,
}
"""By keyword: what is wrong with its value."""
