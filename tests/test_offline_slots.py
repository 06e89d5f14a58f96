"""What fills a parameter, for schemas of every kind."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capserver.manifest import compile_set
from capserver.planners.offline.decide import decide
from capserver.planners.offline.index import index_of
from capserver.planners.offline.parameters import Parameter
from capserver.planners.offline.planner import deltas
from capserver.prompt import Prompt, Stopped
from capserver.protocol.values import Entry
from capserver.vocabulary import Vocabulary


def one(name: str, schema: Mapping[str, Any] | None, *, required: bool = True, **more: Any) -> dict[str, Any]:
    """A command `go_there` with one parameter."""
    parameters = {"type": "object", "properties": {name: schema}, "required": [name] if required else []}
    return {"name": "go_there", "description": "Go", "parameters": parameters, **more}


def parameter(name: str, schema: Mapping[str, Any]) -> Parameter:
    index = index_of(compile_set([one(name, schema)]))
    return index.commands[0].parameters[0]


def args(said: str, command: Mapping[str, Any], vocabulary: Vocabulary | None = None) -> Any:
    decision = decide(Prompt(said, compile_set([command]), vocabulary=vocabulary or Vocabulary()))
    return [dict(found) for _, found in decision.calls]


@pytest.mark.parametrize(
    ("name", "schema", "unit"),
    [
        ("seconds", {"type": "integer"}, "second"),
        ("delay_ms", {"type": "integer"}, "millisecond"),
        ("duration", {"type": "number", "description": "how long (s)"}, "second"),
        ("duration", {"type": "number", "description": "in minutes"}, "minute"),
        ("duration", {"type": "number"}, "second"),
        ("yaw", {"type": "number"}, "degree"),
        ("miaoshu", {"type": "integer", "description": "秒数"}, "second"),
        ("brightness", {"type": "integer", "description": "percentage"}, "percent"),
        ("x", {"type": "number", "description": "a coordinate"}, None),
        ("n", {"type": "integer", "description": "how many times"}, "times"),
    ],
)
def test_a_unit_is_read_from_name_and_description(name: str, schema: Mapping[str, Any], unit: str) -> None:
    assert parameter(name, schema).unit == unit


@pytest.mark.parametrize(
    ("name", "schema", "kind"),
    [
        ("colour", {"type": "string"}, "colour"),
        ("yanse", {"type": "string", "description": "颜色"}, "colour"),
        ("message", {"type": "string"}, "text"),
        ("device", {"type": "string", "description": "name of the device to say"}, "thing"),
        ("place", {"type": ["string", "null"]}, "thing"),
        ("place", {"type": ["null"]}, "thing"),
        ("place", {"enum": ["here", 3, None]}, "values"),
        ("size", {"anyOf": [{"type": "null"}, {"type": "integer"}]}, "number"),
        ("size", {"oneOf": [{"type": "boolean"}, {"type": "integer"}]}, "boolean"),
        ("size", {"anyOf": [{"type": "null"}]}, "thing"),
        ("point", {"type": "object"}, "other"),
        ("points", {"type": "array"}, "list"),
    ],
)
def test_a_parameter_has_a_kind(name: str, schema: Mapping[str, Any], kind: str) -> None:
    assert parameter(name, schema).kind == kind


def test_a_reference_is_followed() -> None:
    command = one("side", {"$ref": "#/$defs/side"})
    command["parameters"]["$defs"] = {"side": {"type": "string", "enum": ["left", "right"]}}
    assert args("go there to the left", command) == [{"side": "left"}]


@pytest.mark.parametrize(
    ("said", "schema", "values"),
    [
        ("go there 3", {"type": "integer"}, [3]),
        ("go there 2.5", {"type": "integer"}, []),
        ("go there 2.5", {"type": "number"}, [2.5]),
        ("go there for 2 minutes", {"type": "integer", "description": "seconds"}, [120]),
        ("go there for 500 ms", {"type": "number", "description": "seconds"}, [0.5]),
        ("go there 50%", {"type": "number", "maximum": 1}, [0.5]),
        ("go there 50%", {"type": "number", "maximum": 10}, [50]),
        ("go there for 3 seconds", {"type": "number", "description": "how fast"}, []),
        ("go there 90 degrees", {"type": "number"}, []),
        ("go there 3 meters", {"type": "integer", "description": "how many times"}, [1]),
        ("go there 50%", {"type": "integer", "description": "how many turns"}, [1]),
        ("go there 3 times", {"type": "integer", "description": "how many full turns"}, [3]),
        ("go there 3 times", {"type": "integer", "description": "圈数"}, [3]),
        ("go there 3 times", {"type": "integer", "description": "how many people"}, []),
        ("go there 3 meters", {"type": "number", "description": "the distance"}, [3]),
        ("go there 30 degrees", {"type": "number", "description": "target temperature"}, [30]),
        ("go there 3 seconds", {"type": "number", "description": "in metres"}, []),
        ("go there in 10 seconds", {"type": "number", "description": "percent"}, []),
        ("go there 2nd", {"type": "integer"}, [2]),
        ("go there at maximum", {"type": "number", "description": "from 1 to 9"}, [9]),
        ("go there at minimum", {"type": "number", "description": "in percent"}, [0]),
        ("go there at maximum", {"type": "number"}, []),
        ("go there", {"type": "integer", "description": "how many times"}, [1]),
        ("go there", {"type": "integer", "default": 7}, [7]),
        ("go there", {"const": "x"}, ["x"]),
        ("go there left", {"enum": ["left", "right"]}, ["left"]),
        ("往左走", {"enum": ["left", "right"]}, ["left"]),
        ("go there left", {"enum": ["左", "右"]}, ["左"]),
        ("go there to 2", {"enum": [1, 2, 3]}, [2]),
        (
            "go there 曳步",
            {"enum": ["shuffle", "twist"], "description": "shuffle 曳步, twist 扭扭"},
            ["shuffle"],
        ),
        ("go there twisting", {"enum": ["niu", "yao"], "description": "niu 扭, yao 摇"}, []),
        ("go there shuffle", {"enum": ["曳步", "扭扭"], "description": "曳步 shuffle, 扭扭 twist"}, ["曳步"]),
        ("go there 曳步", {"enum": ["a1", "b2"], "description": "`a1` – 曳步; `b2` – 扭扭"}, ["a1"]),
        ("go there drowsy", {"enum": [0, 1], "description": "0 = drowsy, 1 = perky"}, [0]),
        ("go there", {"enum": ["left", "right"]}, []),
        ("go there 'over the hill'", {"type": "string"}, ["over the hill"]),
        ("go there yes", {"type": "boolean"}, [True]),
        ("go there off", {"type": "boolean"}, [False]),
        ("go there", {"type": "boolean"}, []),
        ("go there 3", {"type": "object"}, []),
    ],
)
def test_a_required_parameter_takes_what_was_said(
    said: str, schema: Mapping[str, Any], values: list[Any]
) -> None:
    assert args(said, one("value", schema)) == [{"value": value} for value in values]


def test_a_parameter_that_is_required_but_not_declared_is_asked_for() -> None:
    command = {**one("a", {"type": "integer"})}
    command["parameters"] = {"type": "object", "required": ["b"]}
    assert args("go there", command) == []


def test_an_optional_parameter_is_left_out_when_it_was_not_said() -> None:
    assert args("go there", one("speed", {"type": "number", "default": 1}, required=False)) == [{}]
    assert args("go there", one("name", {"type": "string"}, required=False)) == [{}]
    assert args("go there 鼟", one("name", {"type": "string"}, required=False)) == [{}]


def test_an_optional_flag_is_set_by_its_name() -> None:
    assert args("go there quietly", one("quiet", {"type": "boolean"}, required=False)) == [{"quiet": True}]


def test_an_optional_name_takes_words_that_nothing_explains() -> None:
    named = one("name", {"type": "string", "examples": ["Rover", "Lamp"]}, required=False)
    assert args("go there Rover", named) == [{"name": "Rover"}]
    assert args("go there Zanzibar", named) == [{"name": "Zanzibar"}]
    assert args("go there overhead lamp", named) == [{"name": "overhead lamp"}]


def test_a_name_that_was_given_is_found() -> None:
    assert args("go there, named", one("label", {"type": "string"})) == [{"label": "named"}]
    assert args("go there, named pizza", one("label", {"type": "string"})) == [{"label": "pizza"}]


def test_an_example_fills_its_slots_in_their_kind() -> None:
    command = {
        "name": "frob",
        "description": "",
        "parameters": {
            "type": "object",
            "properties": {
                "n": {"type": "integer"},
                "side": {"enum": ["left", "right"]},
                "text": {"type": "string"},
            },
        },
        "examples": ["{text}", "shimmy {unknown}", "wobble {n} times {side}", "mumble {text}"],
    }
    assert args("wobble three times right", command) == [{"n": 3, "side": "right"}]
    assert args("mumble that I am a fish", command) == [{"text": "that I am a fish"}]
    assert args("mumble that", command) == [{}]
    assert args("mumble 'x y'", command) == [{"text": "x y"}]
    assert args("wobble blue times right", command) == []
    assert args("shimmy all", command) == []


def test_an_example_that_does_not_fit_is_left() -> None:
    command = {
        "name": "trade",
        "description": "Trade",
        "parameters": {"type": "object", "properties": {"p": {"type": "string"}, "q": {"type": "string"}}},
        "examples": ["trade {p} versus {q} forever", "trade {p} versus {q} today"],
    }
    assert args("trade apples versus pears versus plums", command) == [{}]
    assert args("trade apples versus pears today", command) == [{"p": "apples", "q": "pears"}]


def test_a_name_of_which_half_is_said_is_enough_where_it_is_the_only_one() -> None:
    lists = Vocabulary.of(
        {"places": [Entry(id="p1", names=["green ball"]), Entry(id="p2", names=["old chair"])]}
    )
    command = one("to", {"type": "string", "x-vocabulary": "places"})
    assert args("go there to the ball", command, lists) == [{"to": "p1"}]
    assert args("go there to the green", command, lists) == []
    twins = Vocabulary.of(
        {"places": [Entry(id="p1", names=["red ball"]), Entry(id="p2", names=["blue ball"])]}
    )
    assert args("go there to the ball", command, twins) == []


PLACES = Vocabulary.of(
    {
        "places": [
            Entry(id="c1", names=["bedroom curtains", "卧室窗帘"]),
            Entry(id="c2", names=["study curtains", "书房窗帘"]),
            Entry(id="b1", names=["blinds", "百叶窗"]),
            Entry(id="g1", names=["shiny oval gate"]),
            Entry(id="h1", names=["heart gesture"]),
        ]
    }
)
TO = one("gesture", {"type": "string", "x-vocabulary": "places", "description": "Where to"})


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("go there to the blinds", "b1"),
        ("go there to the bedroom curtains", "c1"),
        ("go there to the gate", "g1"),
        ("go there to the gesture", "h1"),
    ],
)
def test_the_one_value_that_fits_the_noun_is_taken(said: str, value: str) -> None:
    assert args(said, TO, PLACES) == [{"gesture": value}]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("go there to the curtains", "To go there I still need to know: bedroom curtains or study curtains."),
        ("去窗帘那里", "要“移动”，还需要告诉我：是卧室窗帘还是书房窗帘。"),
        ("go there by animation", "To go there I still need to know: Where to."),
    ],
)
def test_of_several_values_that_fit_none_is_taken_and_they_are_asked_for(said: str, asked: str) -> None:
    decision = decide(Prompt(said, compile_set([TO]), vocabulary=PLACES))
    assert (decision.calls, decision.text) == ([], asked)


def test_an_example_tells_the_unit_of_a_number() -> None:
    command = one("n", {"type": "integer"}, required=False, examples=["go there {n} times", "waddle {n}步"])
    assert args("go there thrice", command) == [{"n": 3}]
    held = one("n", {"type": "number"}, required=False, examples=["linger for {n} seconds"])
    assert args("go there for 2 minutes", held) == [{"n": 120}]
    assert args("linger 30 degrees", held) == [{}]


def test_an_example_with_a_denial_is_another_one_than_without() -> None:
    command = one("what", {"enum": ["left", "right"]}, examples=["don't peek {what}"])
    assert args("don't peek left", command) == [{"what": "left"}]
    assert args("don't go there left", command) == []


def test_several_values_of_one_parameter_are_several_calls_or_one_list() -> None:
    assert args("go there left and right", one("side", {"enum": ["left", "right"]})) == [
        {"side": "left"},
        {"side": "right"},
    ]
    assert args(
        "go there left and right", one("side", {"type": "array", "items": {"enum": ["left", "right"]}})
    ) == [{"side": ["left", "right"]}]


def test_many_lists_and_sets_are_let_go_of() -> None:
    command = one("to", {"type": "string", "x-vocabulary": "places"})
    for i in range(300):
        lists = Vocabulary.of({"places": [Entry(id=f"p{i}", names=[f"harbour {i}"])]})
        assert args(f"go there to harbour {i}", {**command, "description": f"Go {i}"}, lists) == [
            {"to": f"p{i}"}
        ]


SAYINGS = [
    *("go there", "and", "then", "left", "3", "twice", "say", "'", "“", "再", "跳", "don't", ",", "?"),
    *("half", "一", "百", "turn", "on", "not", "{x}", "hop", "over", "3 times"),
]


@given(st.text(max_size=80) | st.lists(st.sampled_from(SAYINGS)).map(" ".join))
def test_whatever_is_said_the_plan_is_whole(said: str) -> None:
    commands = compile_set(
        [
            {"name": "jump", "description": "Jump up", "examples": ["hop {n} times over {x}"]},
            one("side", {"enum": ["left", "right"]}),
        ]
    )
    found = list(deltas(decide(Prompt(said, commands))))
    assert isinstance(found[-1], Stopped)
    assert not any(isinstance(delta, Stopped) for delta in found[:-1])
