import gzip
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from capserver.errors import FrameError
from capserver.manifest import EMPTY, CommandSet, CompiledCommand, compile_set, find_set
from capserver.manifest.commandset import KEPT_SETS, MOST_FAULTS
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
SAY: dict[str, Any] = {
    "name": "say",
    "description": "Say something",
    "parameters": {
        "type": "object",
        "properties": {"text": {"type": "string", "description": "What"}},
        "required": ["text"],
        "additionalProperties": False,
    },
    "returns": {"type": "boolean"},
    "examples": ["say {text}"],
    "lane": "voice",
    "stream": ["text"],
    "timeout": 5,
    "ttl": 0.5,
    "confirm": True,
}


def compiled(parameters: dict[str, Any], **more: Any) -> CompiledCommand:
    return compile_set([{"name": "go", "parameters": parameters, **more}]).commands["go"]


def properties(**inner: Any) -> dict[str, Any]:
    return {"type": "object", "properties": inner}


def faults(commands: list[object], **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(FrameError) as refusal:
        compile_set(commands, **more)
    assert refusal.value.code == "invalid_manifest"
    return [(fault.path, fault.code) for fault in refusal.value.faults]


def found(made: CommandSet) -> set[tuple[str, str]]:
    return {(finding.path, finding.code) for finding in made.findings}


# one command


def test_a_command_is_what_was_sent() -> None:
    command = compile_set([SAY]).commands["say"]
    assert (command.name, command.description, command.lane) == ("say", "Say something", "voice")
    assert (command.timeout, command.ttl, command.confirm) == (5, 0.5, True)
    assert (command.stream, command.examples) == (frozenset({"text"}), ("say {text}",))
    assert (command.parameters, command.returns, command.source) == (SAY["parameters"], SAY["returns"], SAY)
    assert command.digest == "sha256:" + sha256(rfc8785.dumps(SAY)).hexdigest()


def test_what_is_left_out_or_null_has_its_default() -> None:
    bare = compile_set([{"name": "go"}]).commands["go"]
    nulls = compile_set([{"name": "go", **dict.fromkeys(SAY.keys() - {"name"})}]).commands["go"]
    for command in (bare, nulls):
        assert (command.description, command.examples, command.lane) == ("", (), "main")
        assert (command.timeout, command.ttl, command.confirm) == (30, 30, False)
        assert (command.stream, command.returns, command.slots) == (frozenset(), None, ())
        assert command.parameters == {"type": "object", "additionalProperties": False}
        assert command.offered == {"type": "object", "properties": {}, "additionalProperties": False}
        assert command.check({}) == []
        assert [fault.path for fault in command.check({"a": 1})] == ["/a"]


def test_arguments_and_values_are_checked() -> None:
    command = compile_set([SAY]).commands["say"]
    assert command.check({"text": "hi"}) == []
    assert [(fault.path, fault.code) for fault in command.check({"text": 1})] == [("/text", "type")]
    assert command.check_value(True) == []
    assert [(fault.path, fault.code) for fault in command.check_value("yes")] == [("", "type")]
    assert compile_set([WAVE]).commands["wave"].check_value("anything") == []


def test_what_the_caller_changes_afterwards_changes_nothing() -> None:
    mine = deepcopy(WAVE)
    made = compile_set([mine])
    mine["parameters"]["properties"]["times"]["type"] = "string"
    mine["examples"].append("more")
    command = made.commands["wave"]
    assert command.source == WAVE
    assert command.check({"times": 2}) == []
    assert compile_set([WAVE]).commands["wave"] is command


def test_an_utterance_that_is_too_long_is_not_kept() -> None:
    assert compiled(properties(), examples=["go", "x" * 257]).examples == ("go",)


def test_all_faults_of_all_commands_come_at_once() -> None:
    commands: list[object] = [
        3,
        {},
        {
            "name": "a",
            "ttl": True,
            "timeout": 0.01,
            "lane": "",
            "parameters": {"type": "array"},
            "returns": {"$id": 1},
        },
        {"name": "b", "parameters": [], "stream": "text", "confirm": 1, "examples": "x"},
        {
            "name": "B",
            "parameters": {"type": "object", "properties": {"t": {"type": "text"}}},
            "stream": ["t"],
        },
    ]
    assert set(faults(commands)) == {
        ("/commands/0", "object"),
        ("/commands/1/name", "missing"),
        ("/commands/2/ttl", "float_type"),
        ("/commands/2/lane", "string_too_short"),
        ("/commands/2/timeout", "greater_than_equal"),
        ("/commands/2/returns/$id", "keyword_not_allowed"),
        ("/commands/2/parameters/type", "root_type"),
        ("/commands/3/parameters", "dict_type"),
        ("/commands/3/stream", "list_type"),
        ("/commands/3/confirm", "bool_type"),
        ("/commands/3/examples", "list_type"),
        ("/commands/4/parameters/properties/t/type", "unknown_type"),
        ("/commands/4/name", "duplicate_name"),
    }


def test_a_stream_names_string_parameters_without_a_vocabulary() -> None:
    schema = properties(
        text={"type": "string"},
        referred={"$ref": "#/$defs/s"},
        number={"type": "integer"},
        maybe={"type": ["string", "null"]},
        listed={"type": "string", "x-vocabulary": "things"},
        free=True,
    )
    schema["$defs"] = {"s": {"type": "string"}}
    names = ["text", "referred", "number", "maybe", "listed", "free", "absent"]
    command = {"name": "go", "parameters": schema, "stream": names}
    assert faults([command]) == [(f"/commands/0/stream/{index}", "not_streamable") for index in range(2, 7)]
    assert compiled(schema, stream=names[:2]).stream == {"text", "referred"}
    assert faults([{"name": "go", "stream": ["text", 1]}]) == [
        ("/commands/0/stream/1", "string_type"),
        ("/commands/0/stream/0", "not_streamable"),
    ]


def test_the_faults_that_are_told_are_bounded() -> None:
    with pytest.raises(FrameError) as refusal:
        compile_set([None] * (MOST_FAULTS + 1))
    assert len(refusal.value.faults) == MOST_FAULTS
    assert refusal.value.message == "the commands have 101 faults, the first 100 are told"


def test_a_command_that_nests_too_deep_is_refused_without_recursion() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert faults([{"name": "a", "x-deep": deep}]) == [("/commands/0/x-deep" + "/0" * 31, "depth")]


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


# findings


def test_a_good_manifest_has_no_findings() -> None:
    assert compile_set([WAVE, SAY]).findings == ()


def test_findings_tell_what_would_make_it_better() -> None:
    command = {
        "name": "turn_on",
        "descripton": "Turns on",
        "x-mine": 1,
        "zzz": 1,
        "parameters": {
            **properties(
                a={"type": "string", "minlength": 1, "x-b": 2},
                b={"$ref": "#/$defs/b"},
                c={"description": " "},
            ),
            "$defs": {"b": {}},
        },
        "returns": {"typ": "string"},
    }
    made = compile_set([command, {"name": "TurnOn", "description": "x", "examples": ["x"]}])
    where = "/commands/0"
    assert found(made) == {
        ("/commands", "near_duplicate"),
        (where + "/descripton", "unknown_field"),
        (where + "/zzz", "unknown_field"),
        (where + "/description", "no_description"),
        (where + "/examples", "no_examples"),
        (where + "/parameters", "open_object"),
        (where + "/parameters/properties/a", "no_parameter_description"),
        (where + "/parameters/properties/c", "no_parameter_description"),
        (where + "/parameters/properties/a/minlength", "unknown_keyword"),
        (where + "/returns/typ", "unknown_keyword"),
    }
    messages = {finding.path: finding.message for finding in made.findings}
    assert "did you mean description?" in messages[where + "/descripton"]
    assert "did you mean minLength?" in messages[where + "/parameters/properties/a/minlength"]
    assert "did you mean" not in messages[where + "/zzz"]
    assert messages["/commands"] == "TurnOn and turn_on are hard to tell apart"


def test_a_large_set_is_told_with_its_size() -> None:
    many = compile_set([{**WAVE, "name": f"go{n}x"} for n in range(51)])
    (finding,) = many.findings
    assert (finding.path, finding.code) == ("/commands", "large_set")
    assert f"51 commands, about {many.tokens:,} tokens" in finding.message
    wordy = compile_set([{**WAVE, "name": f"go{n}x", "description": "说" * 4000} for n in range(3)])
    assert 12_000 < wordy.tokens < 13_000
    assert found(wordy) == {("/commands", "large_set")}


# sets


def test_a_set_is_sorted_and_its_digest_is_that_of_the_commands_as_sent() -> None:
    made = compile_set([WAVE, SAY])
    assert list(made.commands) == ["say", "wave"]
    assert made.digest == "sha256:" + sha256(rfc8785.dumps([SAY, WAVE])).hexdigest()
    assert EMPTY.digest == "sha256:" + sha256(b"[]").hexdigest()
    assert made.tokens == sum(command.tokens for command in made.commands.values())
    with pytest.raises(TypeError):
        made.commands["new"] = made.commands["say"]  # type: ignore[index]


def test_a_set_is_found_by_its_digest_while_it_is_held() -> None:
    made = compile_set([WAVE, SAY])
    assert find_set(made.digest) is made
    assert find_set("sha256:00") is None


def test_sets_that_nobody_holds_are_forgotten_once_others_came() -> None:
    digest = compile_set([{"name": "forgotten"}]).digest
    assert find_set(digest) is not None
    for number in range(KEPT_SETS):
        compile_set([{"name": f"other{number}"}])
    assert find_set(digest) is None
    kept = compile_set([{"name": "kept"}])
    for number in range(KEPT_SETS):
        compile_set([{"name": f"other{number}"}])
        compile_set([{"name": "kept"}])
    assert find_set(kept.digest) is kept


def test_the_order_in_which_commands_are_sent_moves_findings_alone() -> None:
    one, other = {"name": "one"}, {"name": "other", "description": "x", "examples": ["x"]}
    first, second = compile_set([one, other]), compile_set([other, one])
    assert first.digest == second.digest
    assert first.commands is second.commands
    assert {finding.path[:11] for finding in first.findings} == {"/commands/0"}
    assert {finding.path[:11] for finding in second.findings} == {"/commands/1"}


def test_manifests_that_are_nearly_equal_share_their_commands() -> None:
    first, second = compile_set([WAVE, SAY]), compile_set([WAVE, {**SAY, "lane": "mouth"}])
    assert first.commands["wave"] is second.commands["wave"]
    assert first.commands["say"] is not second.commands["say"]


def test_values_that_only_python_takes_for_equal_are_not_mixed_up() -> None:
    whole = compiled(properties(a={"const": 1}))
    truth = compiled(properties(a={"const": True}))
    assert (whole.check({"a": True}) == [], truth.check({"a": True}) == []) == (False, True)


# changes


def test_a_change_adds_replaces_and_removes() -> None:
    made = compile_set([WAVE, SAY, {"name": "gone"}])
    wave = {**WAVE, "description": "Wave both hands"}
    changed = made.changed([wave, {"name": "new"}], ["gone", "say"], limit=2)
    assert list(changed.commands) == ["new", "wave"]
    assert changed.commands["wave"].description == "Wave both hands"
    assert changed.digest == compile_set([wave, {"name": "new"}]).digest
    assert list(made.commands) == ["gone", "say", "wave"]
    assert found(changed) == {
        ("/commands/0/description", "no_description"),
        ("/commands/0/examples", "no_examples"),
    }


def test_a_change_keeps_what_it_does_not_touch() -> None:
    made = compile_set([WAVE, SAY])
    assert made.changed([{"name": "new"}], [], limit=3).commands["wave"] is made.commands["wave"]
    assert made.changed([WAVE], [], limit=2).commands["wave"] is made.commands["wave"]
    assert made.changed([], [], limit=2).digest == made.digest


def test_a_name_removed_and_added_at_once_is_replaced() -> None:
    made = compile_set([WAVE])
    assert made.changed([{**WAVE, "lane": "hand"}], ["wave"], limit=1).commands["wave"].lane == "hand"
    assert list(made.changed([{"name": "WAVE"}], ["wave"], limit=1).commands) == ["WAVE"]


def test_a_change_with_faults_changes_nothing_and_tells_them_all() -> None:
    made = compile_set([WAVE, SAY])
    add: list[object] = [{"name": "WAVE"}, {"name": "new", "ttl": 0}, {"name": "new"}, 5]
    with pytest.raises(FrameError) as refusal:
        made.changed(add, ["say", "absent"], limit=4)
    assert refusal.value.code == "invalid_manifest"
    assert {fault[:2] for fault in refusal.value.faults} == {
        ("/remove/1", "unknown_name"),
        ("/add/0/name", "duplicate_name"),
        ("/add/1/ttl", "greater_than_equal"),
        ("/add/2/name", "duplicate_name"),
        ("/add/3", "object"),
        ("/add", "too_many"),
    }
    assert list(made.commands) == ["say", "wave"]


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
