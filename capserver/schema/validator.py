"""The validator of one schema: bounded in what it reads and in what it tells, and it never echoes a value."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, ValidationError

from capserver.errors import Fault, pointer
from capserver.schema.keywords import ASSERTIONS, IN_PLACE, children, rebuilt
from capserver.schema.pattern import OPTIONS
from capserver.schema.refs import inlined

MAX_NODES: Final = 2000
"""Values in an instance, itself counted."""
MAX_DEPTH: Final = 32
MAX_FAULTS: Final = 32
MAX_WORK: Final = 400_000
"""Schemas tried in one check, at most: about 0.1 s."""
MAX_EXPLAINED: Final = 5000
"""Past this a failure is told without its reasons: naming them tries each branch again for each item."""

_LONGEST_MESSAGE: Final = 500


class Schema:
    """A schema in which `capserver.schema.lint` found nothing, compiled.

    The validator is given assertions alone, references inlined: nothing in it names another document.
    """

    __slots__ = ("_validator", "_width")

    def __init__(self, schema: Mapping[str, Any]) -> None:
        bare = _asserting(inlined(schema))
        self._width = _width(bare)
        self._validator = Draft202012Validator(
            bare, validate_formats=False, offline=True, pattern_options=OPTIONS
        )

    def check(self, value: Any) -> list[Fault]:
        """What is wrong with a strictly decoded JSON value: where, the failing keyword, what was expected.

        At most 32 faults. A value of more than 2,000 values, more than 32 levels, or too much work for
        this schema is `too_large` as a whole.
        """
        nodes = _nodes(value)
        work = nodes * self._width
        if not 0 < nodes <= MAX_NODES or work > MAX_WORK:
            message = f"at most {min(MAX_NODES, MAX_WORK // self._width):,} values, {MAX_DEPTH} levels deep"
            return [Fault("", "too_large", message)]
        if self._validator.is_valid(value):
            return []
        if work > MAX_EXPLAINED:
            return [Fault("", "schema", "the value does not fit its schema; it is too large to say where")]
        errors = islice(self._validator.iter_errors(value), MAX_FAULTS)
        return [fault for error in errors for fault in _faults(error)][:MAX_FAULTS]


def _asserting(schema: Any) -> Any:
    """The same schema without its annotations."""
    if isinstance(schema, bool):
        return schema
    made = rebuilt({key: value for key, value in schema.items() if key in ASSERTIONS}, _asserting)
    if "additionalProperties" in made:
        made.setdefault("properties", {})  # without it the validator does not name what is unexpected
    return made


def _nodes(value: Any) -> int:
    """How many values there are, the containers counted; 0 where they nest too deep. Stops once too many."""
    level, nodes = [value], 0
    for _ in range(MAX_DEPTH + 1):
        nodes += len(level)
        inner = [
            item.values() if type(item) is dict else item for item in level if type(item) in (dict, list)
        ]
        if not inner or nodes > MAX_NODES:
            return nodes
        level = [item for items in inner for item in items]
    return 0


def _width(schema: Any) -> int:
    """How many schemas one place of an instance can meet, at most: the worst case of each value."""
    return max(_spread(schema))


def _spread(schema: Any) -> tuple[int, int]:
    """The same for the place itself and for the worst place below it."""
    here, below, named = 1, 0, 0
    for way, child in [] if isinstance(schema, bool) else children(schema):
        if way[0] in IN_PLACE:
            at, under = _spread(child)
            here, below = here + at, below + under
        elif way[0] == "properties":
            named = max(named, _width(child))
        else:
            below += _width(child)
    return here, below + named


def _faults(error: ValidationError) -> Iterator[Fault]:
    where = pointer(*error.instance_path)
    code, said = error.kind.name, error.kind.as_dict()
    if code == "required":
        yield Fault(where + pointer(said["property"]), code, "missing")
    elif code in ("additionalProperties", "unevaluatedProperties"):
        for name in said["unexpected"]:
            yield Fault(where + pointer(name), code, "no property of this name is known")
    else:
        yield Fault(where, code, _message(error))


def _message(error: ValidationError) -> str:
    if (explain := _EXPLAINED.get(error.kind.name)) is not None:
        return _clipped(explain(error))
    words = _TOLD.get(error.kind.name, f"{error.kind.name} is not met")
    return _clipped(words.format_map(error.kind.as_dict()))


def _listed(values: list[Any]) -> str:
    return _clipped(", ".join(json.dumps(value, ensure_ascii=False) for value in values))


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + " …"


def _nearest(error: ValidationError) -> str:
    """The alternative that came nearest: of the right type, and with the fewest faults."""
    alternatives: list[list[ValidationError]] = error.kind.as_dict()["context"]
    branches = [branch for branch in alternatives if branch]
    if not branches:
        return "fits more than one of the alternatives; exactly one has to fit"
    kinds = [_types(branch, error) for branch in branches]
    if all(kinds):
        return "must be one of: " + ", ".join(sorted(set().union(*kinds)))
    best = min(branches, key=lambda branch: (bool(_types(branch, error)), len(branch)))
    told = "; ".join(f"{fault.path or 'it'}: {fault.message}" for item in best[:3] for fault in _faults(item))
    return f"must fit one of {len(alternatives)} alternatives; the nearest: {told}"


def _types(branch: list[ValidationError], error: ValidationError) -> set[str]:
    """The types that a branch demands, where the type is all that keeps the value out of it."""
    first = branch[0]
    here = first.kind.name == "type" and first.instance_path == error.instance_path
    return set(first.kind.as_dict()["types"]) if here else set()


_TOLD: Final[dict[str, str]] = {
    "contains": "too few or too many items of the kind that it has to contain",
    "exclusiveMaximum": "must be less than {limit}",
    "exclusiveMinimum": "must be more than {limit}",
    "falseSchema": "nothing may stand here",
    "maxItems": "must have at most {limit} items",
    "maxLength": "must have at most {limit} characters",
    "maxProperties": "must have at most {limit} properties",
    "maximum": "must be at most {limit}",
    "minItems": "must have at least {limit} items",
    "minLength": "must have at least {limit} characters",
    "minProperties": "must have at least {limit} properties",
    "minimum": "must be at least {limit}",
    "multipleOf": "must be a multiple of {multiple_of}",
    "not": "must not fit the schema of `not`",
    "pattern": "must match the pattern {pattern}",
    "unevaluatedItems": "has more items than are known",
    "uniqueItems": "must have no item twice",
}
_EXPLAINED: Final[dict[str, Callable[[ValidationError], str]]] = {
    "anyOf": _nearest,
    "const": lambda error: "must be " + _listed([error.kind.as_dict()["expected_value"]]),
    "enum": lambda error: "must be one of: " + _listed(error.kind.as_dict()["options"]),
    "oneOf": _nearest,
    "propertyNames": lambda error: "the name of a property: " + _message(error.kind.as_dict()["error"]),
    "type": lambda error: "must be " + " or ".join(error.kind.as_dict()["types"]),
}
