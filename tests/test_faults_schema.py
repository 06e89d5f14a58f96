"""The rows of area `schema`: a stranger's schema, through the front door (`compile_set`)."""

import random
import socket
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from capserver.errors import FrameError
from capserver.manifest import compile_set
from capserver.schema import Schema, lint
from tests.faults import rows

IDS = [row.id for row in rows("schema")]


def parameters(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def doubling(levels: int, branches: int) -> dict[str, Any]:
    defs = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * branches} for n in range(levels)}
    return {**parameters(a={"$ref": "#/$defs/d0"}), "$defs": {**defs, f"d{levels}": {"type": "string"}}}


def with_defs(**defs: Any) -> dict[str, Any]:
    return {"type": "object", "$defs": defs}


P = "/commands/0/parameters"
A = P + "/properties/a"

REFUSED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "schema-02",
        with_defs(unused={"$ref": "https://example.org/x"}),
        {P + "/$defs/unused/$ref": "remote_ref"},
    ),
    ("schema-04", parameters(a={"$ref": "file:///etc/passwd"}), {A + "/$ref": "remote_ref"}),
    ("schema-04", parameters(a={"$ref": "data:application/json,{}"}), {A + "/$ref": "remote_ref"}),
    ("schema-04", parameters(a={"$ref": "urn:x:y"}), {A + "/$ref": "remote_ref"}),
    ("schema-05", parameters(a={"$ref": "#"}), {A + "/$ref": "recursive_ref"}),
    (
        "schema-05",
        with_defs(a={"$ref": "#/$defs/b"}, b={"items": {"$ref": "#/$defs/a"}}),
        {P + "/$defs/a/$ref": "recursive_ref", P + "/$defs/b/items/$ref": "recursive_ref"},
    ),
    ("schema-07", parameters(a={"$dynamicRef": "#x"}), {A + "/$dynamicRef": "keyword_not_allowed"}),
    ("schema-07", parameters(a={"$anchor": "x"}), {A + "/$anchor": "keyword_not_allowed"}),
    ("schema-07", {"type": "object", "$id": "urn:x"}, {P + "/$id": "keyword_not_allowed"}),
    ("schema-07", {"type": "object", "$vocabulary": {}}, {P + "/$vocabulary": "keyword_not_allowed"}),
    ("schema-08", nested(13), {P + "/properties/a" * 13: "depth"}),
    ("schema-10", doubling(10, 4), {P + "/$defs/d5": "expansion"}),
    ("schema-11", parameters(a={"oneOf": [{"type": "null"}] * 17}), {A + "/oneOf": "branches"}),
    ("schema-13", parameters(a={"pattern": "(a{1,100}){1,100}b"}), {A + "/pattern": "regex_too_big"}),
    ("schema-14", parameters(a={"pattern": "(?=a)b"}), {A + "/pattern": "regex_unsupported"}),
    ("schema-14", parameters(a={"pattern": "(?<!a)b"}), {A + "/pattern": "regex_unsupported"}),
    ("schema-14", parameters(a={"pattern": r"(a)\1"}), {A + "/pattern": "regex_unsupported"}),
    ("schema-16", parameters(a={"pattern": "a" * 257}), {A + "/pattern": "pattern_length"}),
    (
        "schema-17",
        {"type": "object", "patternProperties": {"a": {}}},
        {P + "/patternProperties": "keyword_not_allowed"},
    ),
    (
        "schema-19",
        parameters(a={"type": "array", "uniqueItems": True}),
        {A + "/uniqueItems": "unbounded_unique"},
    ),
    ("schema-20", parameters(a={"multipleOf": 0}), {A + "/multipleOf": "multiple_of"}),
    ("schema-20", parameters(a={"multipleOf": 1e-300}), {A + "/multipleOf": "multiple_of"}),
    ("schema-20", parameters(a={"multipleOf": 0.01}), {A + "/multipleOf": "multiple_of"}),
    ("schema-22", parameters(a={"type": "bogus"}), {A + "/type": "unknown_type"}),
    ("schema-22", parameters(a={"type": ["string", "string"]}), {A + "/type": "duplicate_type"}),
    ("schema-23", {"type": "array"}, {P + "/type": "root_type"}),
    ("schema-23", {"properties": {}}, {P + "/type": "root_type"}),
    ("schema-28", parameters(a={"const": float("nan")}), {A + "/const": "non_finite"}),
    ("schema-28", parameters(a={"enum": [1, 2**70]}), {A + "/enum": "int_range"}),
]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [pytest.param(schema, expected, id=f"{row}-{n}") for n, (row, schema, expected) in enumerate(REFUSED)],
)
def test_a_schema_beyond_the_profile_is_refused_by_path(
    schema: dict[str, Any], expected: dict[str, str]
) -> None:
    with pytest.raises(FrameError) as refusal:
        compile_set([{"name": "go", "parameters": schema}])
    assert refusal.value.code == "invalid_manifest"
    assert {fault.path: fault.code for fault in refusal.value.faults} == expected


@pytest.mark.parametrize("place", ["used", "unused"], ids=["schema-01", "schema-02"])
def test_a_remote_reference_makes_no_connection(place: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        remote = {"$ref": f"http://127.0.0.1:{server.getsockname()[1]}/x"}
        schema = parameters(a=remote) if place == "used" else with_defs(a=remote)
        with pytest.raises(FrameError) as refusal:
            compile_set([{"name": "go", "parameters": schema}])
        assert [fault.code for fault in refusal.value.faults] == ["remote_ref"]
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "levels", [13, 5_000, 100_000], ids=["schema-08-13", "schema-08-5000", "schema-08-100000"]
)
def test_nesting_of_any_depth_is_one_fault_at_the_limit(levels: int) -> None:
    assert [(f.path, f.code) for f in lint(nested(levels))] == [("/properties/a" * 13, "depth")]


def test_what_lies_just_within_the_limits_is_accepted() -> None:
    for schema in (
        nested(12),
        doubling(10, 1),
        parameters(a={"oneOf": [{"type": "null"}] * 16}),
        parameters(a={"pattern": "a" * 256}),
        parameters(a={"type": "array", "uniqueItems": True, "maxItems": 9}),
        parameters(a={"multipleOf": 3}),
    ):
        assert lint(schema) == []


CODE = "+__import__('os').abort()+"


@pytest.mark.parametrize("row", ["schema-25"])
def test_code_in_names_and_defaults_is_inert_text(row: str) -> None:
    schema = parameters(**{CODE: {"type": "integer", "default": CODE, "const": 1}})
    command = compile_set([{"name": "go", "parameters": schema}]).commands["go"]
    assert command.check({CODE: 1}) == []
    assert [fault.code for fault in command.check({CODE: 2})] == ["const"]


@pytest.mark.parametrize("row", ["schema-26"])
def test_a_default_is_never_written_into_the_arguments(row: str) -> None:
    schema = parameters(a={"type": "object", "properties": {"b": {"default": 1}}, "default": {}})
    command = compile_set([{"name": "go", "parameters": schema}]).commands["go"]
    args: dict[str, Any] = {"a": {}}
    assert command.check(args) == []
    assert command.restore(args) == {"a": {}}


# schema-29: random schemas of the profile against the reference implementation.

NAMES = ("a", "b", "c")
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    2,
    3.0,
    1.5,
    -4,
    "",
    "a",
    "ab",
    "bcd",
    [],
    [1],
    [1, 1.0],
    {},
    {"a": 1},
)

leaves = st.one_of(
    st.sampled_from(
        [True, False, {}, {"$ref": "#/$defs/d"}, {"$ref": "#/$defs/e", "type": ["string", "integer"]}]
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["array", "boolean", "integer", "null", "number", "object"])}
    ),
    st.fixed_dictionaries({"enum": st.lists(st.sampled_from(VALUES), min_size=1, max_size=4)}),
    st.fixed_dictionaries({"const": st.sampled_from(VALUES)}),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 3),
            "maxLength": st.integers(0, 3),
            "pattern": st.sampled_from(["^a", "b$", "^[ab]*$", "c{1,2}", "^(a|b)c?"]),
        },
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "minimum": st.integers(-5, 5),
            "exclusiveMinimum": st.integers(-5, 5),
            "maximum": st.floats(-5, 5, allow_nan=False),
            "exclusiveMaximum": st.integers(-5, 5),
            "multipleOf": st.integers(1, 3),
        },
    ),
)


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    names = st.lists(st.sampled_from(NAMES), unique=True, max_size=2)
    objects = {
        "properties": named,
        "required": names,
        "additionalProperties": inner,
        "propertyNames": st.sampled_from([{"maxLength": 1}, {"enum": ["a", "b"]}]),
        "minProperties": st.integers(0, 2),
        "maxProperties": st.integers(1, 3),
        "dependentRequired": st.dictionaries(st.sampled_from(NAMES), names, max_size=2),
        "dependentSchemas": named,
        "unevaluatedProperties": st.booleans(),
    }
    arrays = {
        "items": inner,
        "prefixItems": some,
        "contains": inner,
        "minContains": st.integers(0, 2),
        "maxContains": st.integers(1, 2),
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(1, 4),
        "unevaluatedItems": st.booleans(),
    }
    unique = st.fixed_dictionaries({"uniqueItems": st.booleans(), "maxItems": st.integers(1, 4)})
    combined = {
        "anyOf": some,
        "oneOf": some,
        "allOf": some,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
    }
    return st.one_of(
        st.fixed_dictionaries({}, optional=objects),
        st.fixed_dictionaries({}, optional=arrays),
        st.fixed_dictionaries({}, optional=combined),
        unique,
    )


subschemas = st.recursive(leaves, grown, max_leaves=8)
schemas = st.builds(
    lambda properties, rest, d, e: {
        **rest,
        "properties": properties,
        "type": "object",
        "$defs": {"d": d, "e": e},
    },
    st.dictionaries(st.sampled_from(NAMES), subschemas, min_size=1, max_size=3),
    st.fixed_dictionaries({}, optional={"required": st.just(["a"]), "additionalProperties": st.booleans()}),
    leaves.filter(lambda leaf: "$ref" not in (leaf if isinstance(leaf, dict) else {})),
    st.sampled_from(
        [{"minLength": 1}, {"items": {"$ref": "#/$defs/d"}}, {"properties": {"a": {"$ref": "#/$defs/d"}}}]
    ),
)


def instance(pick: random.Random, depth: int = 0) -> Any:
    kind = pick.random()
    if depth == 0 or (depth < 4 and kind < 0.3):
        return {name: instance(pick, depth + 1) for name in NAMES if pick.random() < 0.6}
    if depth < 4 and kind < 0.5:
        return [instance(pick, depth + 1) for _ in range(pick.randrange(4))]
    return pick.choice(VALUES)


@seed(29)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(schema=schemas, pick=st.integers(0, 2**32).map(random.Random))
def verdicts_agree(schema: dict[str, Any], pick: random.Random) -> None:
    assert lint(schema) == []
    ours, reference = Schema(schema), jsonschema.Draft202012Validator(schema)
    for _ in range(50):
        value = instance(pick)
        assert (ours.check(value) == []) == reference.is_valid(value), value


@pytest.mark.parametrize("property_", [verdicts_agree], ids=["schema-29"])
def test_verdicts_equal_those_of_the_reference(property_: Callable[[], None]) -> None:
    property_()


def test_every_row_of_the_area_has_its_test() -> None:
    elsewhere = {"schema-01", "schema-25", "schema-26", "schema-29"}
    assert {row for row, _, _ in REFUSED} | elsewhere == set(IDS)
