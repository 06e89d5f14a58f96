"""What is known of each model, and how it is asked to think or not to."""

from typing import Any

import pytest

from capserver.manifest import compile_set
from capserver.planners.anthropic.models import MODELS, ModelSettings, ask, settings_of
from capserver.planners.anthropic.request import RequestOptions, build
from capserver.prompt import Prompt


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-haiku-5-5", "claude-haiku-5-5"),
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-opus-5", "claude-opus-5"),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("claude-fable-5-2", "claude-fable-5"),
    ],
)
def test_a_model_is_known_by_the_longest_beginning(model: str, family: str) -> None:
    assert settings_of(model) is MODELS[family]


@pytest.mark.parametrize("model", ["claude-haiku-9", "qwen3:4b", "", "claude-haiku-5-55"])
def test_nothing_is_assumed_of_an_unknown_model(model: str) -> None:
    assert settings_of(model) == ModelSettings()
    assert ask(settings_of(model), "off").fields == {}


@pytest.mark.parametrize(
    ("model", "mode", "fields", "room", "forces"),
    [
        ("claude-haiku-5-5", "off", {"thinking": {"type": "disabled"}}, 0, True),
        (
            "claude-sonnet-5-5",
            "off",
            {"thinking": {"type": "between_tools"}, "output_config": {"effort": "low"}},
            0,
            False,
        ),
        ("claude-opus-5-5", "off", {"output_config": {"effort": "low"}}, 4096, False),
        ("claude-haiku-4-5", "off", {}, 0, True),
        ("claude-haiku-5-5", "default", {}, 4096, False),
        ("claude-haiku-5-5", "adaptive", {"thinking": {"type": "adaptive"}}, 4096, False),
        (
            "claude-haiku-4-5",
            2000,
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            2000,
            False,
        ),
        ("claude-haiku-4-5", 1, {"thinking": {"type": "enabled", "budget_tokens": 1024}}, 1024, False),
        ("claude-haiku-5-5", 2000, {"thinking": {"type": "adaptive"}}, 2000, False),
    ],
)
def test_each_model_is_asked_to_think_in_the_way_it_knows(
    model: str, mode: Any, fields: Any, room: int, forces: bool
) -> None:
    thinking = ask(settings_of(model), mode)
    assert (thinking.fields, thinking.room, thinking.forces) == (fields, room, forces)
    sent = build(Prompt("hi", compile_set([])), RequestOptions(model, 500, thinking))
    assert sent["max_tokens"] == 500 + room
    assert sent["model"] == model
