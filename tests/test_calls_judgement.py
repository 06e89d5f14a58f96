"""The judgement on a call once it is whole."""

import json

import pytest

from capserver.calls import (
    Accepted,
    Rejected,
    judge,
    judge_arguments,
)
from capserver.manifest import compile_set
from capserver.protocol.values import Entry
from capserver.vocabulary import Vocabulary
from tests.calling import COMMANDS, ROOM, collected, judged, rejected, streamed, told

# The judgement


def test_valid_arguments_are_accepted_as_they_are() -> None:
    assert judged('{"text": "hi", "times": 2}', "say") == Accepted({"text": "hi", "times": 2})


def test_every_fault_of_the_schema_is_told_with_the_arguments() -> None:
    verdict = judged('{"text": 1, "times": "x"}', "say")
    assert isinstance(verdict, Rejected)
    assert verdict.args == {"text": 1, "times": "x"}
    assert sorted(fault.path for fault in verdict.faults) == ["/text", "/times"]


def test_names_become_ids_wherever_the_schema_asks_for_them() -> None:
    assert judged('{"at": " RED cube"}', "point") == Accepted({"at": "cube_red"})
    text = json.dumps({"on": {"base": "紅色方塊"}, "cubes": ["Blue Cube", "cube_red"]})
    expected = {"on": {"base": "cube_red"}, "cubes": ["cube_blue", "cube_red"]}
    assert judged(text, "stack") == Accepted(expected)


def test_unknown_names_are_rejected_with_the_nearest_beside_every_other_fault() -> None:
    verdict = judged('{"at": "rde cube", "steps": "x"}', "point")
    assert isinstance(verdict, Rejected)
    assert verdict.args == {"at": "rde cube", "steps": "x"}
    assert next((fault.path, fault.code) for fault in verdict.faults) == ("/at", "vocabulary")
    assert [fault.path for fault in verdict.faults] == ["/at", "/steps"]
    assert verdict.faults[0].message.startswith('not in "objects"; nearest: "red cube", ')
    assert rejected('{"cubes": ["red cube", "x", "y"]}', "stack") == [
        ("/cubes/1", "vocabulary"),
        ("/cubes/2", "vocabulary"),
    ]


def test_an_ambiguous_name_is_rejected_with_the_ids_it_may_mean() -> None:
    assert told('{"at": "Chair"}', "point") == (
        'ambiguous: "chair_0" or "chair_1" or "chair_2" or "chair_3" or "chair_4" or 2 more'
    )
    two = Vocabulary.of({"objects": [Entry(id="a", names=["x"]), Entry(id="b", names=["x"])]})
    verdict = judge(collected('{"at": "x"}', name="point"), COMMANDS, "point", two)
    assert isinstance(verdict, Rejected)
    assert verdict.faults[0].message == 'ambiguous: "a" or "b"'


def test_where_several_lists_are_asked_for_the_first_that_knows_the_name_counts() -> None:
    assert judged('{"who": "kim"}', "greet") == Accepted({"who": "p1"})
    assert judged('{"who": "red cube"}', "greet") == Accepted({"who": "cube_red"})
    assert told('{"who": "kin"}', "greet").startswith('not in "people" or "objects"; nearest: "Kim", ')


def test_a_word_of_a_list_that_is_not_there_is_rejected() -> None:
    assert told('{"song": "la"}', "sing") == 'the client has nothing in "songs" right now'


def test_values_of_another_shape_are_left_to_the_schema() -> None:
    assert [path for path, _ in rejected('{"at": 7}', "point")] == ["/at"]
    assert [path for path, _ in rejected('{"on": [1], "cubes": {"x": 1}}', "stack")] == ["/on", "/cubes"]


@pytest.mark.parametrize("name", ["wav", "WAVE"], ids=["llm-11-misspelt", "llm-11-other-case"])
def test_an_unknown_command_is_rejected_with_the_names_there_are_nearest_first(name: str) -> None:
    message = told("{}", name)
    assert message.startswith("no command has this name; there are: wave, ")
    assert all(each in message for each in COMMANDS.commands)
    verdict = judged('{"a": 1}', name)
    assert isinstance(verdict, Rejected)
    assert verdict.args == {"a": 1}


def test_of_many_commands_only_the_nearest_are_told() -> None:
    many = compile_set([{"name": f"do_{index}"} for index in range(100)])
    verdict = judged("{}", "do_7x", commands=many)
    assert isinstance(verdict, Rejected)
    message = verdict.faults[0].message
    assert message.startswith("no command has this name; there are: do_7, ")
    assert message.endswith(" and 80 more")
    assert message.count(",") == 19


def test_a_command_outside_those_allowed_is_rejected() -> None:
    assert rejected("{}", "wave", frozenset({"say"})) == [("", "not_allowed")]
    assert told("{}", "wave", frozenset({"say"})) == "not allowed in this turn; allowed are: say"
    assert told("{}", "wave", frozenset()) == "not allowed in this turn; allowed are: none: answer in text"
    assert judged("{}", "wave", frozenset({"wave"})) == Accepted({})
    assert told("{}", "wafe", frozenset({"say", "gone"})).endswith("there are: say")


def test_name_and_arguments_are_judged_together() -> None:
    assert rejected('{"times": "x"}', "say", frozenset()) == [("", "not_allowed"), ("/times", "type")]
    assert rejected("{,", "wav") == [("", "unknown_command"), ("", "json")]
    assert rejected('{"a": "' + "x" * 20_000, "wav") == [("", "unknown_command"), ("", "too_large")]


def test_two_keys_that_mean_one_parameter_are_rejected() -> None:
    made = COMMANDS.commands["write"]
    offered = next(key for key in made.offered["properties"] if made.restore({key: ""}) == {"the text": ""})
    text = json.dumps({offered: "a", "the text": "b"})
    assert streamed([text], "write") == {"the text": "a"}
    assert rejected(text, "write") == [("", "duplicate_key")]
    assert judged(json.dumps({offered: "a"}), "write") == Accepted({"the text": "a"})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (json.dumps({"at": "z" * 9_000}), "point"),
        (json.dumps({"z" * 9_000: 1}), "wave"),
        ('{"a": {"' + "z" * 7_000 + '": 1, "' + "z" * 7_000 + '": 2}}', "say"),
        ("z" * 9_000, "say"),
        ("{}", "z" * 9_000),
        (json.dumps({"at": "l" * 250}), "point"),
    ],
)
def test_long_input_is_never_told_back(text: str, name: str) -> None:
    verdict = judged(text, name)
    assert isinstance(verdict, Rejected)
    for fault in verdict.faults:
        assert len(fault.path) <= 256
        assert len(fault.message) <= 400


def test_arguments_that_were_decoded_elsewhere_are_judged_alike_and_not_changed() -> None:
    args = {"cubes": ["red cube"], "on": {"base": "blue cube"}}
    verdict = judge_arguments(args, COMMANDS, "stack", ROOM)
    assert verdict == Accepted({"cubes": ["cube_red"], "on": {"base": "cube_blue"}})
    assert args == {"cubes": ["red cube"], "on": {"base": "blue cube"}}
