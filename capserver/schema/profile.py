"""The safe profile of JSON Schema 2020-12: what a stranger's schema may say.

Everything that a validator could be made to hang, recurse or fetch with is refused, and nothing else that real
schemas use: no `maxItems` or `maxLength` is demanded, the instance is bounded instead (`Schema.check`). Codes:

- `not_a_schema`, `keyword_value`, `unknown_type`, `duplicate_type`, `root_type`: it is no JSON Schema (of an object)
- `remote_ref`, `unknown_ref`, `recursive_ref`: a `$ref` names `#/$defs/NAME` of the same schema, never in a circle
- `keyword_not_allowed`: `$id`, anchors, dynamic references, `$vocabulary`, `patternProperties`
- `depth`, `expansion`, `branches`, `enum_size`, `value_size`: too deep or too large, references followed
- `pattern_length`, `regex_unsupported`, `regex_too_big`: a linear engine runs the patterns
- `unbounded_unique`, `multiple_of`, `non_finite`, `int_range`: what costs too much or is not exact
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from capserver.errors import Fault, pointer
from capserver.schema import pattern
from capserver.schema.keywords import ASSERTIONS, BRANCHES, NOT_ALLOWED, SCHEMA_MAP, children
from capserver.schema.refs import in_order, on_circles, target

MAX_DEPTH: Final = 12
"""Levels of schemas under the root, references followed."""
MAX_COST: Final = 2000
"""Schemas in the whole, references followed."""
MAX_BRANCHES: Final = 16
MAX_ENUM: Final = 1024
MAX_VALUE_NODES: Final = 2000
MAX_VALUE_DEPTH: Final = 32
MAX_INT: Final = 2**53 - 1

_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_ROOT: Final = ""


@dataclass(slots=True)
class _Unit:
    """The root or one of its `$defs`: its own schemas, and the references in them."""

    path: str
    size: int = 0
    depth: int = 0
    refs: list[tuple[str, int, str]] = field(default_factory=list)
    """Where (JSON Pointer), how deep in the unit, to which unit."""


def lint(schema: object, *, object_root: bool = True) -> list[Fault]:
    """Everything in `schema` that the profile refuses, by JSON Pointer from the schema's root.

    `object_root` demands `"type": "object"` at the root, as parameters need it. Iterative: nesting is hostile.
    """
    faults, units = _walked(schema)
    if object_root and isinstance(schema, dict) and schema.get("type") != "object":
        faults.insert(0, Fault("/type", "root_type", 'parameters are an object: "type": "object"'))
    return faults + _ref_faults(units)


def _walked(schema: object) -> tuple[list[Fault], dict[str, _Unit]]:
    faults: list[Fault] = []
    units = {_ROOT: _Unit("")}
    stack: list[tuple[str, str, int, Any]] = [(_ROOT, "", 0, schema)]
    room = MAX_COST
    while stack:
        name, path, depth, node = stack.pop()
        unit = units[name]
        unit.size += 1
        unit.depth = max(unit.depth, depth)
        if isinstance(node, bool):
            continue
        if not isinstance(node, dict):
            faults.append(Fault(path, "not_a_schema", "a schema is an object, true or false"))
            continue
        if depth > MAX_DEPTH:
            faults.append(_too_deep(path))
            continue
        faults += _node_faults(path, node)
        if isinstance(ref := node.get("$ref"), str) and (named := target(ref)) is not None:
            unit.refs.append((path + "/$ref", depth, _unit_name(named)))
        inner = children(node)
        room -= len(inner)
        if room < 0:
            faults.append(_too_large(path))
            break
        for way, child in reversed(inner):
            below = path + pointer(*way)
            if path == "" and way[0] == "$defs":
                key = _unit_name(str(way[1]))
                units[key] = _Unit(below)
                stack.append((key, below, 0, child))
            else:
                stack.append((name, below, depth + 1, child))
    return faults, units


def _unit_name(name: str) -> str:
    return "$" + name


def _too_deep(path: str) -> Fault:
    return Fault(path, "depth", f"schemas may nest {MAX_DEPTH} levels deep, references followed")


def _too_large(path: str) -> Fault:
    return Fault(path, "expansion", f"a schema may hold {MAX_COST:,} schemas, references followed")


def _ref_faults(units: Mapping[str, _Unit]) -> list[Fault]:
    faults = []
    graph: dict[str, list[str]] = {}
    for name, unit in units.items():
        graph[name] = [to for _, _, to in unit.refs if to in units]
        faults += [
            Fault(path, "unknown_ref", "nothing of this name is in $defs at the root")
            for path, _, to in unit.refs
            if to not in units
        ]
    circles = on_circles(graph)
    for name in circles:
        faults += [_recursive(path) for path, _, to in units[name].refs if to in circles]
    return faults + _expansion_faults(units, in_order(graph))


def _recursive(path: str) -> Fault:
    return Fault(path, "recursive_ref", "the reference leads back to itself")


def _expansion_faults(units: Mapping[str, _Unit], order: list[str]) -> list[Fault]:
    """What is too large or too deep once references are followed, told at the innermost place."""
    faults = []
    cost: dict[str, int] = {}
    depth: dict[str, int] = {}
    for name in order:
        unit = units[name]
        known = [(at, to) for _, at, to in unit.refs if to in cost]
        cost[name] = unit.size + sum(cost[to] for _, to in known)
        depth[name] = max([unit.depth, *(at + depth[to] for at, to in known)])
        if cost[name] > MAX_COST:
            faults.append(_too_large(unit.path))
            cost[name] = 0  # told once, here
        if unit.depth <= MAX_DEPTH < depth[name]:
            faults.append(_too_deep(unit.path))
            depth[name] = 0
    return faults


def _node_faults(path: str, node: Mapping[str, Any]) -> Iterator[Fault]:
    for key, value in node.items():
        if key in NOT_ALLOWED:
            yield Fault(path + pointer(key), "keyword_not_allowed", f"{key} is not in the profile")
        elif (check := _CHECKS.get(key)) is not None:
            for code, message in check(value):
                yield Fault(path + pointer(key), code, message)
    if node.get("uniqueItems") is True and "maxItems" not in node:
        yield Fault(path + "/uniqueItems", "unbounded_unique", "uniqueItems needs maxItems beside it")


_Troubles = Iterator[tuple[str, str]]
_WRONG: Final = "keyword_value"


def _ref(value: Any) -> _Troubles:
    if not isinstance(value, str):
        yield _WRONG, "a string"
    elif not value.startswith("#"):
        yield "remote_ref", "only #/$defs/NAME: nothing is ever fetched"
    elif value == "#":
        yield "recursive_ref", "the reference leads back to itself"
    elif target(value) is None:
        yield "unknown_ref", "only #/$defs/NAME"


def _type(value: Any) -> _Troubles:
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(item, str) and item in _TYPES for item in given):
        yield "unknown_type", "one of, or a list of: " + ", ".join(_TYPES)
    elif len(set(given)) != len(given):
        yield "duplicate_type", "each type once"


def _pattern(value: Any) -> _Troubles:
    if not isinstance(value, str):
        yield _WRONG, "a string"
    elif len(value) > pattern.MAX_LENGTH:
        yield "pattern_length", f"at most {pattern.MAX_LENGTH} characters"
    elif (found := pattern.trouble(value)) is not None:
        yield found


def _number(value: Any) -> _Troubles:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _WRONG, "a number"
    elif isinstance(value, int) and abs(value) > MAX_INT:
        yield "int_range", "integers lie within ±(2^53-1)"
    elif value - value != 0:
        yield "non_finite", "a finite number"


def _integral(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and value == value // 1


def _multiple_of(value: Any) -> _Troubles:
    if not _integral(value) or not 1 <= value <= MAX_INT:
        yield "multiple_of", "a whole number from 1: other multiples are not exact"


def _count(value: Any) -> _Troubles:
    if not _integral(value) or not 0 <= value <= MAX_INT:
        yield _WRONG, "a whole number from 0"


def _boolean(value: Any) -> _Troubles:
    if not isinstance(value, bool):
        yield _WRONG, "true or false"


def _text(value: Any) -> _Troubles:
    if not isinstance(value, str):
        yield _WRONG, "a string"


def _names(value: Any) -> _Troubles:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        yield _WRONG, "a list of strings"
    elif len(value) > MAX_COST or len(set(value)) != len(value):
        yield _WRONG, f"each name once, at most {MAX_COST:,}"


def _name_lists(value: Any) -> _Troubles:
    if not isinstance(value, dict):
        yield _WRONG, "an object of lists of strings"
    else:
        for names in value.values():
            yield from _names(names)


def _schema_map(value: Any) -> _Troubles:
    if not isinstance(value, dict):
        yield _WRONG, "an object of schemas"


def _schema_list(value: Any) -> _Troubles:
    if not isinstance(value, list) or not value:
        yield _WRONG, "a list of schemas, not empty"


def _branches(value: Any) -> _Troubles:
    yield from _schema_list(value)
    if isinstance(value, list) and len(value) > MAX_BRANCHES:
        yield "branches", f"at most {MAX_BRANCHES} branches"


def _enum(value: Any) -> _Troubles:
    if not isinstance(value, list):
        yield _WRONG, "a list of values"
    elif len(value) > MAX_ENUM:
        yield "enum_size", f"at most {MAX_ENUM:,} values; a vocabulary holds more, and may change"
    else:
        yield from _value(value)


def _value(value: Any) -> _Troubles:
    """Any JSON value, bounded: level by level."""
    level, nodes, found = [value], 0, set()
    for _ in range(MAX_VALUE_DEPTH):
        nodes += len(level)
        for item in level:
            if isinstance(item, int | float) and not isinstance(item, bool):
                found.update(_number(item))
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [item for items in inner for item in items]
        if not level or nodes > MAX_VALUE_NODES:
            break
    if level:
        found.add(("value_size", f"at most {MAX_VALUE_NODES:,} values, {MAX_VALUE_DEPTH} levels deep"))
    yield from sorted(found)


_Check = Callable[[Any], _Troubles]
_CHECKS: Final[dict[str, _Check]] = {
    **dict.fromkeys(SCHEMA_MAP, _schema_map),
    **dict.fromkeys(BRANCHES, _branches),
    **dict.fromkeys((key for key in ASSERTIONS if key.startswith(("minimum", "maximum", "exclusive"))), _number),
    **dict.fromkeys(
        (
            "maxContains",
            "maxItems",
            "maxLength",
            "maxProperties",
            "minContains",
            "minItems",
            "minLength",
            "minProperties",
        ),
        _count,
    ),
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
