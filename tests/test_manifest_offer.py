import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from capserver.manifest import CommandSet, CompiledCommand, compile_set
from capserver.schema import inlined
from capserver.schema.keywords import BRANCHES, children

DATA = Path(__file__).with_name("data")
API_KEY = re.compile(r"[a-zA-Z0-9_.-]{1,64}")

WAVE: dict[str, Any] = {
    "name": "wave",
    "description": "Wave a hand",
    "parameters": {
        "type": "object",
        "properties": {"times": {"type": "integer", "minimum": 1, "description": "How often"}},
        "additionalProperties": False,
    },
    "examples": ["wave {times} times"],
}


def compiled(parameters: dict[str, Any], **more: Any) -> CompiledCommand:
    return compile_set([{"name": "go", "parameters": parameters, **more}]).commands["go"]


def properties(**inner: Any) -> dict[str, Any]:
    return {"type": "object", "properties": inner}


def found(made: CommandSet) -> set[tuple[str, str]]:
    return {(finding.path, finding.code) for finding in made.findings}


# what a model is shown


def schemas_in(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for _, child in children(schema):
            yield from schemas_in(child)


def assert_the_api_takes(offered: Any) -> None:
    assert offered["type"] == "object"
    assert not BRANCHES & offered.keys()
    for schema in schemas_in(offered):
        assert not {"$ref", "$defs", "$schema", "x-vocabulary"} & schema.keys()
        for key in schema.get("properties", ()):
            assert API_KEY.fullmatch(key), key


def filled(schema: Any) -> Any:
    """A value with every property that the schema names."""
    if not isinstance(schema, dict):
        return 1
    if "properties" in schema:
        return {key: filled(inner) for key, inner in schema["properties"].items()}
    return [filled(schema["items"])] if "items" in schema else 1


def test_references_are_inlined_and_branches_leave_the_root() -> None:
    schema = {
        **properties(a={"$ref": "#/$defs/n", "description": "A"}, e=True, f=False),
        "allOf": [properties(b={"$ref": "#/$defs/n"}) | {"required": ["b"]}, True],
        "anyOf": [{"required": ["a"]}, {"anyOf": [properties(c={"type": "null"})]}],
        "required": ["a"],
        "$defs": {"n": {"type": "integer", "oneOf": [{"minimum": 1}]}},
    }
    command = compiled(schema)
    assert_the_api_takes(command.offered)
    number = {"type": "integer", "oneOf": [{"minimum": 1}]}
    assert command.offered["properties"] == {
        "a": {**number, "description": "A"},
        "b": number,
        "c": {"type": "null"},
        "e": {},
        "f": {"not": {}},
    }
    assert command.offered["required"] == ["a", "b"]
    assert [fault.path for fault in command.check({"a": 1})] == ["/b"]
    closed = compiled({**schema, "additionalProperties": False})
    assert list(closed.offered["properties"]) == ["a", "e", "f"]


RENAMED = {
    **properties(
        **{
            "城市": {"type": "string", "description": "Where"},
            "param": {"type": "integer"},
            "año": {"type": "integer"},
            "a b": {"type": "object", "properties": {"x/y": {"type": "integer"}}, "required": ["x/y"]},
            "a_b": {
                "type": "array",
                "items": {"properties": {"x/y": True, "z": {"items": {"properties": {"城市": {}}}}}},
            },
            "k" * 65: {
                "anyOf": [{"properties": {"城市": {}}}, {"properties": {"x/y": {}}}, {"type": "null"}]
            },
            "map": {
                "type": "object",
                "additionalProperties": {"properties": {"a b": {}}},
                "properties": {"kept": {}},
            },
        }
    ),
    "required": ["城市", "unnamed one"],
    "dependentRequired": {"año": ["a b"]},
    "dependentSchemas": {
        "a b": {"required": ["año"], "properties": {"a b": {"properties": {"x/y": {"minimum": 2}}}}}
    },
}


def test_keys_that_the_api_refuses_are_renamed_and_told() -> None:
    offered = compiled(RENAMED).offered
    assert_the_api_takes(offered)
    assert list(offered["properties"]) == ["param_2", "param", "a_o", "a_b_2", "a_b", "k" * 56, "map"]
    assert offered["properties"]["param_2"]["description"] == "城市: Where"
    assert offered["properties"]["a_b_2"]["required"] == ["x_y"]
    assert offered["required"] == ["param_2", "unnamed one"]
    assert offered["dependentRequired"] == {"a_o": ["a_b_2"]}
    assert list(offered["dependentSchemas"]) == ["a_b_2"]


def test_renamed_keys_come_back_at_every_depth() -> None:
    command = compiled(RENAMED)
    long = "k" * 56
    args = {
        "param_2": "Paris",
        "param": 1,
        "a_o": 2,
        "a_b_2": {"x_y": 3, "param_2": "not named here"},
        "a_b": [{"x_y": [4], "z": [{"param_2": 5}]}, "x"],
        long: {"param_2": 6, "x_y": 7},
        "map": {"x_y": {"a_b_2": 8}, "kept": {"a_b_2": 9}},
        "unknown": {"x_y": 10},
    }
    assert command.restore(args) == {
        "城市": "Paris",
        "param": 1,
        "año": 2,
        "a b": {"x/y": 3, "param_2": "not named here"},
        "a_b": [{"x/y": [4], "z": [{"城市": 5}]}, "x"],
        "k" * 65: {"城市": 6, "x/y": 7},
        "map": {"x_y": {"a b": 8}, "kept": {"a_b_2": 9}},
        "unknown": {"x_y": 10},
    }


def test_the_order_of_keys_does_not_change_their_names() -> None:
    keys = ["é", "è", "e", "_"]
    offers = [compiled(properties(**dict.fromkeys(order, True))).offered for order in (keys, keys[::-1])]
    assert len(offers[0]["properties"]) == 4
    assert offers[0] == offers[1]


def test_where_no_key_is_renamed_the_arguments_are_the_same_object() -> None:
    args = {"times": 2}
    assert compile_set([WAVE]).commands["wave"].restore(args) is args


def test_values_that_hide_something_are_not_offered_but_hold() -> None:
    hidden = "on\U000e0041"
    command = compiled(
        properties(
            a={"enum": ["off", hidden]}, b={"enum": [hidden]}, c={"const": [hidden]}, d={"const": None}
        )
    )
    assert command.offered["properties"] == {"a": {"enum": ["off"]}, "b": {}, "c": {}, "d": {"const": None}}
    assert command.check({"a": hidden, "b": hidden, "c": [hidden]}) == []


def test_examples_that_are_no_list_and_long_objects_are_not_offered() -> None:
    long = {"k" * 129: 1}
    command = compiled(properties(a={"examples": "one"}, b={"default": long}, c={"default": {"k": [1]}}))
    assert command.offered["properties"] == {"a": {}, "b": {}, "c": {"default": {"k": [1]}}}


def test_slots_are_where_a_vocabulary_is_taken_from() -> None:
    thing = {"type": "string", "x-vocabulary": "things"}
    schema = properties(
        one={**thing, "description": "Which"},
        many={"type": "array", "items": {"$ref": "#/$defs/pair"}},
        either={"anyOf": [thing, {"type": "null"}]},
        untyped={"x-vocabulary": "others"},
    )
    schema["$defs"] = {"pair": properties(to=thing)}
    command = compiled(schema)
    assert set(command.slots) == {
        (("one",), "things"),
        (("many", "*", "to"), "things"),
        (("either",), "things"),
        (("untyped",), "others"),
    }
    shown = command.offered["properties"]
    assert shown["one"] == {"type": "string", "description": "Which (an id or a name from the list things)"}
    assert shown["untyped"] == {"description": "(an id or a name from the list others)"}


def test_a_vocabulary_where_it_means_nothing_is_a_finding() -> None:
    thing = {"type": "string", "x-vocabulary": "things"}
    schema = properties(
        a={"type": "integer", "x-vocabulary": "things"},
        b={"type": "string", "x-vocabulary": ["things"]},
        c={"type": "string", "x-vocabulary": ""},
        d={"type": "array", "prefixItems": [thing]},
        e={"not": {"properties": {"f": thing}}},
    )
    made = compile_set([{"name": "go", "parameters": schema}])
    assert made.commands["go"].slots == ()
    inner = "/commands/0/parameters/properties/"
    ways = ("a", "b", "c", "d/prefixItems/0", "e/not/properties/f")
    misused = {path for path, code in found(made) if code == "vocabulary_misused"}
    assert misused == {f"{inner}{way}/x-vocabulary" for way in ways}


# real manifests


def bfcl() -> list[dict[str, Any]]:
    with gzip.open(DATA / "bfcl_functions.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_function_of_the_leaderboard_compiles_to_what_the_api_takes() -> None:
    functions = bfcl()
    assert len(functions) > 3500
    for function in functions:
        command = compile_set([function]).commands[function["name"]]
        assert_the_api_takes(command.offered)
        assert command.restore(filled(command.offered)) == filled(inlined(function["parameters"]))


@pytest.mark.parametrize(("language", "count"), [("en", 33), ("zh-cn", 25), ("zh-hk", 30)])
def test_the_manifests_of_a_smart_home_compile(language: str, count: int) -> None:
    commands = json.loads((DATA / f"ha_manifest_{language}.json").read_text(encoding="utf-8"))
    made = compile_set(commands)
    assert len(made.commands) == count
    for command in made.commands.values():
        assert_the_api_takes(command.offered)
