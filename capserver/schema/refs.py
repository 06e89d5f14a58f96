"""References within one schema: only `#/$defs/NAME`, never in a circle, replaced by what they name."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final
from urllib.parse import unquote

from capserver.schema.keywords import ANNOTATIONS, ASSERTIONS, rebuilt

_PREFIX: Final = "#/$defs/"


def target(ref: str) -> str | None:
    """The NAME in `#/$defs/NAME` (RFC 6901, section 6), or `None` where the reference is another one."""
    name = ref.removeprefix(_PREFIX)
    if not ref.startswith(_PREFIX) or "/" in name:
        return None
    return unquote(name).replace("~1", "/").replace("~0", "~")


def inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without `$ref` and `$defs` that accepts the same values.

    Only for a schema in which `lint` found nothing. Keywords that mean nothing here are left out;
    those that begin with `x-` stay. Parts that are named twice are shared, so treat it as frozen.
    """
    defs = schema.get("$defs", {})
    done: dict[str, Any] = {}

    def visit(node: Any) -> Any:
        if isinstance(node, bool):
            return node
        made = rebuilt({key: value for key, value in node.items() if _stays(key)}, visit)
        return _joined(resolve(node["$ref"]), made) if "$ref" in node else made

    def resolve(ref: str) -> Any:
        name = target(ref)
        assert name is not None
        if name not in done:
            done[name] = visit(defs[name])
        return done[name]

    whole: dict[str, Any] = visit(schema)
    return whole


def _stays(key: str) -> bool:
    return key in ASSERTIONS or key in ANNOTATIONS or key.startswith("x-")


def _joined(named: Any, beside: dict[str, Any]) -> Any:
    """A `$ref` and the keywords beside it: both hold."""
    if not beside:
        return named
    if isinstance(named, dict) and not beside.keys() & ASSERTIONS:
        return {**named, **beside}
    return {**beside, "allOf": [*beside.get("allOf", ()), named]}


def in_order(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """The nodes that lead into no circle, each after all that it leads to."""
    sorter = TopologicalSorter(graph)
    with suppress(CycleError):  # it still hands out whatever no circle blocks
        sorter.prepare()
    order: list[str] = []
    while ready := sorter.get_ready():
        order += ready
        sorter.done(*ready)
    return order


def on_circles(graph: Mapping[str, Iterable[str]]) -> set[str]:
    """The nodes that lie on a circle, or between two."""
    left = set(graph).difference(in_order(graph))
    back: dict[str, list[str]] = {node: [] for node in left}
    for node in left:
        for inner in left.intersection(graph[node]):
            back[inner].append(node)
    return left.difference(in_order(back))
