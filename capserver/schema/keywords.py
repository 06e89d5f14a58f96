"""The keywords of JSON Schema 2020-12: which hold schemas, which assert, which only tell.

What is in none of these sets is unknown: an annotation by the specification (2020-12 core, section 4.3.1), so
it is ignored, and neither the validator nor a model ever sees it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

SCHEMA: Final = frozenset(
    {
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
"""The value is a schema."""
BRANCHES: Final = frozenset({"allOf", "anyOf", "oneOf"})
"""The value is a list of schemas for the same place of the instance."""
SCHEMA_LIST: Final = BRANCHES | {"prefixItems"}
"""The value is a list of schemas."""
SCHEMA_MAP: Final = frozenset({"$defs", "dependentSchemas", "properties"})
"""The value is an object of schemas, by name."""
IN_PLACE: Final = BRANCHES | {"dependentSchemas", "else", "if", "not", "then"}
"""What is in it applies to the same place of the instance."""

ANNOTATIONS: Final = frozenset(
    {
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "default",
        "deprecated",
        "description",
        "examples",
        "format",
        "readOnly",
        "title",
        "writeOnly",
    }
)
"""They tell, and assert nothing."""
ASSERTIONS: Final = (
    SCHEMA
    | SCHEMA_LIST
    | SCHEMA_MAP
    | {
        "const",
        "dependentRequired",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "required",
        "type",
        "uniqueItems",
    }
) - {"$defs"}
"""The validator sees these alone, once references are inlined."""
NOT_ALLOWED: Final = frozenset(
    {
        "$anchor",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$recursiveAnchor",
        "$recursiveRef",
        "$vocabulary",
        "patternProperties",
    }
)
"""Refused by the profile: they name other documents, move the base of references, or cost too much."""
PATTERN_WEIGHT: Final = 20
KNOWN: Final = ASSERTIONS | ANNOTATIONS | NOT_ALLOWED | {"$comment", "$defs", "$ref", "$schema"}
"""Everything that the specification or the profile has a word on."""


def children(schema: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], Any]]:
    """What stands where a schema is expected, with its way from here. Malformed containers hold none."""
    found: list[tuple[tuple[str | int, ...], Any]] = []
    for key, value in schema.items():
        if key in SCHEMA:
            found.append(((key,), value))
        elif key in SCHEMA_LIST and isinstance(value, list):
            found += [((key, index), inner) for index, inner in enumerate(value)]
        elif key in SCHEMA_MAP and isinstance(value, dict):
            found += [((key, name), inner) for name, inner in value.items()]
    return found


def rebuilt(schema: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The same schema with `change` applied to each schema directly in it."""
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in SCHEMA:
            made[key] = change(value)
        elif key in SCHEMA_LIST:
            made[key] = [change(inner) for inner in value]
        elif key in SCHEMA_MAP:
            made[key] = {name: change(inner) for name, inner in value.items()}
        else:
            made[key] = value
    return made


def weight(schema: Mapping[str, Any] | bool) -> int:
    """What one schema counts, without those in it: a pattern costs far more to compile than the rest."""
    return PATTERN_WEIGHT if isinstance(schema, Mapping) and "pattern" in schema else 1


def size(schema: Any) -> int:
    """What a schema counts with all that is in it."""
    inner = children(schema) if isinstance(schema, Mapping) else ()
    return weight(schema) + sum(size(child) for _, child in inner)
