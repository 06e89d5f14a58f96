"""The safe profile of JSON Schema 2020-12: what a stranger's schema may say.

What a validator could be made to hang, recurse or fetch with is refused, and nothing else that real schemas
use: no `maxItems` or `maxLength` is demanded, the instance is bounded instead (`Schema.check`). Codes:

- `not_a_schema`, `keyword_value`, `unknown_type`, `duplicate_type`, `root_type`: not the schema of an object
- `remote_ref`, `unknown_ref`, `recursive_ref`: a `$ref` names `#/$defs/NAME` at the root, never in a circle
- `keyword_not_allowed`: `$id`, anchors, dynamic references, `$vocabulary`, `patternProperties`
- `depth`, `expansion`, `branches`, `enum_size`, `value_size`: too deep or too large, references followed
- `pattern_length`, `regex_unsupported`, `regex_too_big`: a linear engine runs the patterns
- `unbounded_unique`, `multiple_of`, `non_finite`, `int_range`: what costs too much or is not exact
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from capserver.errors import Fault, pointer
from capserver.schema.checks import CHECKS
from capserver.schema.keywords import NOT_ALLOWED, children, weight
from capserver.schema.refs import in_order, on_circles, target

MAX_DEPTH: Final = 12
"""Levels of schemas under the root, references followed."""
MAX_COST: Final = 2000
"""Schemas in the whole, references followed; one with a pattern counts as 20."""
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

    `object_root` demands `"type": "object"` at the root, as parameters need it. Nothing here recurses.
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
        unit.depth = max(unit.depth, depth)
        unit.size += weight(node)
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
        room -= len(inner) + weight(node) - 1
        if room < 0:
            return [*faults, _too_large(path)], {}
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
        if depth[name] > MAX_DEPTH:
            faults += [_too_deep(unit.path)] if unit.depth <= MAX_DEPTH else []
            depth[name] = 0
    return faults


def _node_faults(path: str, node: Mapping[str, Any]) -> Iterator[Fault]:
    for key, value in node.items():
        if key in NOT_ALLOWED:
            yield Fault(path + pointer(key), "keyword_not_allowed", f"{key} is not in the profile")
        elif (check := CHECKS.get(key)) is not None:
            for code, message in check(value):
                yield Fault(path + pointer(key), code, message)
    if node.get("uniqueItems") is True and "maxItems" not in node:
        yield Fault(path + "/uniqueItems", "unbounded_unique", "uniqueItems needs maxItems beside it")
