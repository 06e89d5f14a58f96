"""Where the parameters of a command take ids of the vocabulary: `"x-vocabulary": "list"`."""

from collections.abc import Iterator
from typing import Any, Final

from capserver.errors import Fault, pointer
from capserver.schema.keywords import IN_PLACE, children

MAX_LIST: Final = 64
"""Characters of a list's name."""

Steps = tuple[str | int, ...]
Way = tuple[str, ...]
Slot = tuple[Way, str]


def list_of(schema: dict[str, Any]) -> str | None:
    """The list whose ids this schema takes, where it names one and takes strings."""
    named = schema.get("x-vocabulary")
    fits = isinstance(named, str) and 0 < len(named) <= MAX_LIST and schema.get("type", "string") == "string"
    return named if fits else None


def slots(schema: dict[str, Any]) -> tuple[tuple[Slot, ...], tuple[Fault, ...]]:
    """The slots of an inlined schema, and a finding for each `x-vocabulary` that means nothing."""
    found: dict[Slot, None] = {}
    stray: dict[Fault, None] = {}
    for steps, way, node in _places((), (), schema):
        if "x-vocabulary" in node:
            listed = list_of(node)
            if way is None or listed is None:
                stray[_misused(pointer(*steps))] = None
            else:
                found[way, listed] = None
    return tuple(found), tuple(stray)


def _places(steps: Steps, way: Way | None, schema: Any) -> Iterator[tuple[Steps, Way | None, dict[str, Any]]]:
    """Every schema in this one: where it is, and the way to its values where one way leads there."""
    if isinstance(schema, dict):
        yield steps, way, schema
        for step, child in children(schema):
            yield from _places(steps + step, None if way is None else _below(way, step), child)


def _below(way: Way, step: Steps) -> Way | None:
    if step[0] == "properties":
        return (*way, str(step[1]))
    if step[0] == "items":
        return (*way, "*")
    return way if step[0] in IN_PLACE and step[0] != "not" else None


def _misused(path: str) -> Fault:
    message = "x-vocabulary is the name of a list, at a string in properties or items; here it is ignored"
    return Fault(path + "/x-vocabulary", "vocabulary_misused", message)
