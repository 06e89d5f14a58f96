from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest
import rfc8785

from capserver.errors import FrameError
from capserver.manifest import EMPTY, CompiledCommand, compile_set, find_set
from capserver.manifest.commandset import KEPT_SETS, MOST_FAULTS
from tests.offered import SAY, WAVE, found, properties


def compiled(parameters: dict[str, Any], **more: Any) -> CompiledCommand:
    return compile_set([{"name": "go", "parameters": parameters, **more}]).commands["go"]


def faults(commands: list[object], **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(FrameError) as refusal:
        compile_set(commands, **more)
    assert refusal.value.code == "invalid_manifest"
    return [(fault.path, fault.code) for fault in refusal.value.faults]


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
    assert refusal.value.message == "the commands have 100 faults (there may be more)"


def test_commands_that_unfold_to_too_much_together_are_refused() -> None:
    defs = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 3} for n in range(5)}
    schema = {**properties(a={"$ref": "#/$defs/d0"}), "$defs": {**defs, "d5": {"type": "string"}}}
    heavy = [{"name": f"c{n}", "parameters": schema, "returns": schema} for n in range(40)]
    assert faults(list(heavy)) == [("/commands", "expansion")]
    some = compile_set(list(heavy[:20]))
    assert len(some.commands) == 20
    with pytest.raises(FrameError) as refusal:
        some.changed(list(heavy[20:]), [], limit=40)
    assert [fault[:2] for fault in refusal.value.faults] == [("/add", "expansion")]
    assert len(some.changed(list(heavy[20:]), list(some.commands), limit=40).commands) == 20


def test_a_command_that_nests_too_deep_is_refused_without_recursion() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert faults([{"name": "a", "x-deep": deep}]) == [("/commands/0/x-deep" + "/0" * 31, "depth")]


def test_a_command_of_too_many_values_is_refused_unread() -> None:
    assert faults([{"name": "a", "examples": [1] * 100_000}]) == [("/commands/0", "too_large")]


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
