"""What a person's line, or nobody, answers where a command returns a value."""

import json
from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_YES: Final = {"y", "yes", "true", "ja", "是", "好"}
_NO: Final = {"n", "no", "false", "nein", "不", "否"}


def says_yes(line: str) -> bool | None:
    """Whether a line agrees; `None` where it says neither."""
    word = line.strip().lower()
    return True if word in _YES else False if word in _NO else None


def read_value(line: str, schema: Schema) -> Any:
    """The value that a line stands for: JSON, or plain text where the schema wants text.

    Raises:
        ValueError: it stands for none.

    """
    if schema.get("type") == "boolean" and (said := says_yes(line)) is not None:
        return said
    try:
        value = json.loads(line)
    except ValueError:
        if schema.get("type") in {"string", None}:
            return line
        raise ValueError("write it as JSON") from None
    return line if schema.get("type") == "string" and not isinstance(value, str) else value


def described(schema: Schema) -> str:
    """What fits a schema, for a person: one line, for an object one a property."""
    if "properties" in schema:
        return "\n".join(f"{name}: {described(inner)}" for name, inner in schema["properties"].items())
    kind = schema.get("type", "any")
    facts = [" or ".join(kind) if isinstance(kind, list) else kind]
    if "enum" in schema:
        facts = [" | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])]
    if "minimum" in schema or "maximum" in schema:
        facts.append(f"{schema.get('minimum', '')}..{schema.get('maximum', '')}")
    if "description" in schema:
        facts.append(f"({schema['description']})")
    return " ".join(facts)


def sample(schema: Schema) -> Any:
    """A value that plausibly fits a schema, for when nobody is there to answer."""
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return _sample_of(kind[0] if isinstance(kind, list) else kind, schema)


def _sample_of(kind: str, schema: Schema) -> Any:
    if kind == "object":
        return {name: sample(inner) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema.get("items", {}))] * schema.get("minItems", 1)
    if kind in {"integer", "number"}:
        return schema.get("minimum", schema.get("maximum", 1))
    if kind == "string":
        return "ok".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
    return True if kind == "boolean" else None
