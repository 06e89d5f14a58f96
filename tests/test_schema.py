from typing import Any

import jsonschema
import pytest

from capserver.schema import Schema, inlined, lint
from capserver.schema.keywords import ASSERTIONS
from capserver.schema.validator import MAX_DEPTH, MAX_FAULTS, MAX_NODES


def codes(schema: Any, **more: Any) -> dict[str, str]:
    return {fault.path: fault.code for fault in lint(schema, **more)}


def told(schema: Any, value: Any) -> list[tuple[str, str, str]]:
    return [(fault.path, fault.code, fault.message) for fault in Schema(schema).check(value)]


# the profile


def test_all_faults_come_at_once_in_the_order_of_the_schema() -> None:
    schema = {
        "type": "string",
        "properties": {"a/b": {"type": 3}, "c~d": 5, "e": {"minLength": -1}},
        "required": ["a", "a"],
        "allOf": [],
    }
    assert codes(schema) == {
        "/type": "root_type",
        "/required": "keyword_value",
        "/allOf": "keyword_value",
        "/properties/a~1b/type": "unknown_type",
        "/properties/c~0d": "not_a_schema",
        "/properties/e/minLength": "keyword_value",
    }


@pytest.mark.parametrize(
    ("keyword", "values"),
    [
        ("$ref", [1, None, "#/properties/a", "#/$defs/a/items", "#a", "a.json"]),
        ("additionalProperties", ["no"]),
        ("allOf", [{}, [], [1]]),
        ("const", [float("inf"), -(2**60), [[[]]] * 3000]),
        ("default", [{"a": [float("nan")]}]),
        ("dependentRequired", [[], {"a": "b"}]),
        ("dependentSchemas", [[]]),
        ("description", [3]),
        ("enum", ["a", list(range(1025))]),
        ("exclusiveMinimum", [True, "1"]),
        ("items", [[{}]]),
        ("maxItems", [1.5, "2", True, float("inf")]),
        ("maximum", [float("-inf"), 2**53, None]),
        ("minLength", [-1]),
        ("multipleOf", [-1, 2**53, True, float("nan")]),
        ("pattern", [1, "(", "[", "\\p{Nonsense}"]),
        ("prefixItems", [[], {}]),
        ("properties", [[]]),
        ("required", ["a", [1], ["a", "a"]]),
        ("title", [{}]),
        ("type", [None, [], "text", ["object", 1], ["null", "null"]]),
        ("uniqueItems", ["yes", 1]),
    ],
)
def test_a_keyword_with_a_wrong_value_is_a_fault_at_the_keyword(keyword: str, values: list[Any]) -> None:
    for value in values:
        found = lint({keyword: value}, object_root=False)
        assert [fault.path.startswith(f"/{keyword}") for fault in found] == [True], value


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        False,
        {"items": True, "maxItems": 2.0, "default": None, "enum": [], "const": 1.5e300},
        {"type": ["string", "null"], "deprecated": "perhaps", "examples": "one"},
        {"definitions": {"a": {"$ref": "http://example.org"}}, "requierd": 3, "x-mine": {"$id": 1}},
        {
            "$defs": {"a b": {}, "c/d": {}},
            "items": {"$ref": "#/$defs/a%20b"},
            "contains": {"$ref": "#/$defs/c~1d"},
        },
        {"properties": {"$id": {"type": "string"}, "$ref": {}, "patternProperties": {}}},
    ],
)
def test_what_is_harmless_passes(schema: Any) -> None:
    assert lint(schema, object_root=False) == []


@pytest.mark.parametrize("schema", [None, 1, "object", [], ["object"]])
def test_what_is_no_schema_at_all_is_one_fault(schema: Any) -> None:
    assert codes(schema) == {"": "not_a_schema"}


def test_a_reference_to_nothing_is_told_where_it_stands() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/b", "$defs": {"b": {}}}}}
    assert codes(schema) == {"/properties/a/$ref": "unknown_ref"}


def test_what_leads_into_a_circle_is_not_blamed_for_it() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/outside"}},
        "$defs": {"outside": {"$ref": "#/$defs/self"}, "self": {"not": {"$ref": "#/$defs/self"}}},
    }
    assert codes(schema) == {"/$defs/self/not/$ref": "recursive_ref"}


def test_depth_counts_through_references() -> None:
    chain = {f"d{n}": {"items": {"$ref": f"#/$defs/d{n + 1}"}} for n in range(13)}
    schema = {"type": "object", "$defs": {**chain, "d13": {}}, "items": {"$ref": "#/$defs/d0"}}
    assert codes(schema) == {"/$defs/d0": "depth"}
    deep: dict[str, Any] = {}
    for _ in range(14):
        deep = {"items": deep}
    schema = {"type": "object", "$defs": {"deep": deep}, "items": {"$ref": "#/$defs/deep"}}
    assert codes(schema) == {"/$defs/deep" + "/items" * 13: "depth"}


def test_a_schema_of_too_many_schemas_is_refused_before_it_is_walked() -> None:
    assert codes({"type": "object", "properties": {str(n): 3 for n in range(100_000)}}) == {"": "expansion"}


def test_a_pattern_weighs_more_than_other_keywords() -> None:
    patterns = {f"p{n}": {"pattern": "("} for n in range(200)}
    found = lint({"type": "object", "properties": patterns})
    assert found[-1].code == "expansion"
    assert len(found) < 110


def test_a_value_that_nests_without_end_is_a_fault_and_no_recursion() -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    assert codes({"const": value}, object_root=False) == {"/const": "value_size"}


def test_what_passes_the_profile_compiles_and_is_a_schema_to_the_reference() -> None:
    every: dict[str, Any] = {
        "additionalProperties": False,
        "allOf": [{}],
        "anyOf": [{}],
        "const": {"$ref": "http://example.org"},
        "contains": {},
        "dependentRequired": {"a": ["b"]},
        "dependentSchemas": {"a": {}},
        "else": {},
        "enum": [{"$id": "http://example.org"}],
        "exclusiveMaximum": 1,
        "exclusiveMinimum": 1.5,
        "if": {},
        "items": {},
        "maxContains": 1,
        "maxItems": 1,
        "maxLength": 1,
        "maxProperties": 1,
        "maximum": 1,
        "minContains": 1,
        "minItems": 1,
        "minLength": 1,
        "minProperties": 1,
        "minimum": 1,
        "multipleOf": 2,
        "not": {},
        "oneOf": [{}],
        "pattern": "^a+$",
        "prefixItems": [{}],
        "properties": {"a": {}},
        "propertyNames": {},
        "required": ["a"],
        "then": {},
        "type": "object",
        "unevaluatedItems": {},
        "unevaluatedProperties": {},
        "uniqueItems": True,
    }
    assert every.keys() == ASSERTIONS
    assert lint(every) == []
    jsonschema.Draft202012Validator.check_schema(every)
    assert Schema(every).check({}) != []


# references


def test_references_are_replaced_by_what_they_name() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "plain": {"$ref": "#/$defs/size"},
            "told": {"$ref": "#/$defs/size", "description": "How big"},
            "both": {"$ref": "#/$defs/size", "maximum": 5, "allOf": [{"minimum": 2}]},
            "never": {"$ref": "#/$defs/never", "title": "No"},
        },
        "$defs": {
            "size": {"$ref": "#/$defs/number"},
            "number": {"type": "integer", "unknown": 1},
            "never": False,
        },
        "x-kept": 1,
    }
    number = {"type": "integer"}
    assert inlined(schema) == {
        "type": "object",
        "properties": {
            "plain": number,
            "told": {"type": "integer", "description": "How big"},
            "both": {"maximum": 5, "allOf": [{"minimum": 2}, number]},
            "never": {"title": "No", "allOf": [False]},
        },
        "x-kept": 1,
    }


# the validator


@pytest.mark.parametrize(
    ("schema", "value", "path", "code", "message"),
    [
        ({"enum": ["a", 1, None]}, "SECRET", "", "enum", 'must be one of: "a", 1, null'),
        ({"const": {"a": "é"}}, "SECRET", "", "const", 'must be {"a": "é"}'),
        ({"type": ["integer", "null"]}, "SECRET", "", "type", "must be null or integer"),
        ({"maximum": 5}, 97, "", "maximum", "must be at most 5"),
        ({"minimum": 500}, 97, "", "minimum", "must be at least 500"),
        ({"exclusiveMaximum": 5}, 97, "", "exclusiveMaximum", "must be less than 5"),
        ({"exclusiveMinimum": 500}, 97, "", "exclusiveMinimum", "must be more than 500"),
        ({"multipleOf": 5}, 97, "", "multipleOf", "must be a multiple of 5"),
        ({"maxLength": 2}, "SECRET", "", "maxLength", "must have at most 2 characters"),
        ({"minLength": 9}, "SECRET", "", "minLength", "must have at least 9 characters"),
        ({"pattern": "^[a-z]{2}$"}, "SECRET", "", "pattern", "must match the pattern ^[a-z]{2}$"),
        ({"minItems": 2}, ["SECRET"], "", "minItems", "must have at least 2 items"),
        ({"maxItems": 0}, ["SECRET"], "", "maxItems", "must have at most 0 items"),
        ({"uniqueItems": True, "maxItems": 3}, [97, 97], "", "uniqueItems", "must have no item twice"),
        ({"minProperties": 2}, {"a": 97}, "", "minProperties", "must have at least 2 properties"),
        ({"maxProperties": 0}, {"a": 97}, "", "maxProperties", "must have at most 0 properties"),
        ({"not": {"type": "string"}}, "SECRET", "", "not", "must not fit the schema of `not`"),
        ({"properties": {"a": False}}, {"a": 97}, "/a", "falseSchema", "nothing may stand here"),
        ({"items": {"required": ["b/c"]}}, [{}], "/0/b~1c", "required", "missing"),
        (
            {"additionalProperties": False},
            {"~": "SECRET"},
            "/~0",
            "additionalProperties",
            "no property of this name is known",
        ),
        (
            {"propertyNames": {"maxLength": 1}},
            {"ab": 97},
            "",
            "propertyNames",
            "the name of a property: must have at most 1 characters",
        ),
        (
            {"oneOf": [{"minimum": 1}, {"minimum": 2}]},
            97,
            "",
            "oneOf",
            "fits more than one of the alternatives; exactly one has to fit",
        ),
        (
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "SECRET",
            "",
            "anyOf",
            "must be one of: integer, null",
        ),
        (
            {
                "anyOf": [
                    {"type": "null"},
                    {"properties": {"a": {"type": "integer"}}},
                    {"maxProperties": 0, "required": ["b"]},
                ]
            },
            {"a": "SECRET"},
            "",
            "anyOf",
            "must fit one of 3 alternatives; the nearest: /a: must be integer",
        ),
        (
            {"anyOf": [{"type": "null"}, {"minLength": 9}]},
            "SECRET",
            "",
            "anyOf",
            "must fit one of 2 alternatives; the nearest: it: must have at least 9 characters",
        ),
    ],
)
def test_a_fault_says_what_was_expected_and_never_what_came(
    schema: Any, value: Any, path: str, code: str, message: str
) -> None:
    assert lint(schema, object_root=False) == []
    assert told(schema, value) == [(path, code, message)]
    assert "SECRET" not in message
    assert "97" not in message


def test_every_fault_of_a_value_is_told() -> None:
    schema = {"properties": {"a": {"type": "integer"}, "b": {"maxLength": 1}}, "required": ["c"]}
    assert {fault.path for fault in Schema(schema).check({"a": "x", "b": "xy"})} == {"/a", "/b", "/c"}


def test_a_long_expectation_is_cut() -> None:
    schema = {"enum": ["x" * 100 + str(n) for n in range(50)]}
    (fault,) = Schema(schema).check("y")
    assert len(fault.message) < 600
    assert fault.message.endswith(" …")


def test_the_number_of_faults_is_bounded() -> None:
    assert len(Schema({"items": {"type": "string"}}).check(list(range(500)))) == MAX_FAULTS
    assert len(Schema({"additionalProperties": False}).check({str(n): n for n in range(500)})) == MAX_FAULTS


def test_a_value_of_too_many_values_or_levels_is_refused_unread() -> None:
    anything = Schema({})
    assert anything.check([0] * (MAX_NODES - 1)) == []
    assert [fault.code for fault in anything.check([0] * MAX_NODES)] == ["too_large"]
    value: Any = {}
    for _ in range(MAX_DEPTH - 1):
        value = {"a": value}
    assert anything.check(value) == []
    for _ in range(100_000):
        value = [value]
    assert [fault.code for fault in anything.check(value)] == ["too_large"]


def branching(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "maxLength": 3}
    for _ in range(levels):
        schema = {"anyOf": [schema] * 4}
    return schema


def test_branches_that_multiply_are_told_as_one_fault() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": branching(4)}}}
    assert lint(schema) == []
    some, many = {"a": ["long"] * 100}, {"a": ["fine"] * 1500}
    assert told(schema, some) == [
        ("", "schema", "the value does not fit its schema; it is too large to say where")
    ]
    assert [fault.code for fault in Schema(schema).check(many)] == ["too_large"]
    assert [fault.code for fault in Schema(schema).check({"a": ["long"]})] == ["anyOf"]


def test_a_property_is_counted_once_however_many_there_are() -> None:
    schema = {"type": "object", "properties": {f"p{n}": {"type": "integer"} for n in range(500)}}
    assert Schema(schema).check({f"p{n}": n for n in range(500)}) == []
