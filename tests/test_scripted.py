"""Planners that say what they are told to."""

import asyncio
from typing import Any

import pytest

from capserver.manifest import EMPTY
from capserver.planners.scripted import Pause, PuppetPlanner, ScriptedPlanner
from capserver.prompt import (
    CallClosed,
    CallDelta,
    CallOpened,
    Delta,
    Failed,
    Planner,
    Prompt,
    Step,
    Stopped,
    TextDelta,
    Thought,
)
from capserver.protocol.server import Usage


async def played(planner: Planner, said: str, steps: int = 0) -> list[Delta]:
    prompt = Prompt(said, EMPTY, steps=(Step(()),) * steps)
    return [delta async for delta in planner.plan(prompt)]


async def scripted(*step: Any) -> list[Delta]:
    return await played(ScriptedPlanner.from_json({"go": list(step)}), "go")


async def test_a_script_is_replayed_step_by_step() -> None:
    planner = ScriptedPlanner({"go": [[TextDelta("a"), Stopped("calls")], [Stopped("end")]]})
    await planner.warm()
    assert planner.name == "scripted"
    assert await played(planner, "go") == [TextDelta("a"), Stopped("calls")]
    assert await played(planner, "go", steps=1) == [Stopped("end")]
    await planner.aclose()


async def test_what_is_not_in_the_script_ends_at_once() -> None:
    planner = ScriptedPlanner({"go": [[TextDelta("a")]]})
    assert await played(planner, "stay") == [Stopped("end")]
    assert await played(planner, "go", steps=1) == [Stopped("end")]


async def test_a_step_of_json_is_texts_calls_and_thoughts() -> None:
    call = {"call": "jump", "args": {"times": 2}, "parts": 2}
    assert await scripted("Now: ", {"thought": {"type": "x"}}, call, {"stop": "calls"}) == [
        TextDelta("Now: "),
        Thought({"type": "x"}),
        CallOpened(2, "jump"),
        CallDelta(2, '{"time'),
        CallDelta(2, 's": 2}'),
        CallClosed(2),
        Stopped("calls"),
    ]


async def test_a_step_of_json_without_an_end_ends() -> None:
    assert await scripted({"call": "wave"}) == [
        CallOpened(0, "wave"),
        CallDelta(0, "{}"),
        CallClosed(0),
        Stopped("end"),
    ]


async def test_a_call_can_be_malformed_empty_or_left_open() -> None:
    assert await scripted({"call": "wave", "raw": '{"a":', "closed": False}, {"cut": True}) == [
        CallOpened(0, "wave"),
        CallDelta(0, '{"a":'),
    ]
    assert await scripted({"call": "wave", "raw": ""}, {"cut": True}) == [
        CallOpened(0, "wave"),
        CallClosed(0),
    ]


async def test_a_failure_says_what_the_script_says() -> None:
    item = {"fail": "planner_overloaded", "message": "busy", "retryable": True, "retry_after": 2}
    assert await scripted(item, "never said") == [
        Failed("planner_overloaded", "busy", retryable=True, retry_after=2)
    ]
    assert await scripted({"fail": "planner_failed"}) == [Failed("planner_failed", "the script says so")]


async def test_usage_is_told() -> None:
    assert await scripted({"stop": "end", "usage": {"input_tokens": 3}}) == [
        Stopped("end", Usage(input_tokens=3))
    ]


async def test_several_steps_stand_in_lists_of_their_own() -> None:
    planner = ScriptedPlanner.from_json({"go": [["a"], ["b"]]})
    assert await played(planner, "go") == [TextDelta("a"), Stopped("end")]
    assert await played(planner, "go", steps=1) == [TextDelta("b"), Stopped("end")]


async def test_pauses_are_kept_and_not_told() -> None:
    planner = ScriptedPlanner({"go": [[Pause(0), TextDelta("a"), Stopped("end")]]}, pause=0.0001)
    assert await played(planner, "go") == [TextDelta("a"), Stopped("end")]
    assert await scripted({"pause": 0}, "b") == [TextDelta("b"), Stopped("end")]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ({"go": "wave"}, "'go': a list of steps is expected"),
        ({"go": [{"stop": "soon"}]}, "'go': stop is one of end, calls, max_tokens, refusal"),
        ({"go": [{"dance": 1}]}, "'go': item 0 is a text or an object with one of call, thought"),
        ({"go": [1]}, "'go': item 0 is a text or an object"),
        ({"go": [{"call": "wave", "arguments": {}}]}, "'go': .*arguments"),
        ({"go": [{"pause": "long"}]}, "'go': could not convert"),
    ],
)
def test_a_script_of_another_form_is_refused(script: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ScriptedPlanner.from_json(script)


async def test_a_puppet_says_what_the_hand_sends() -> None:
    puppet = PuppetPlanner()
    await puppet.warm()
    plan = asyncio.create_task(played(puppet, "go"))
    assert (await puppet.next_prompt()).text == "go"
    puppet.send(TextDelta("a"), Stopped("end"), TextDelta("never said"))
    assert await plan == [TextDelta("a"), Stopped("end")]
    await puppet.aclose()


async def test_a_puppet_can_be_cut_off() -> None:
    puppet = PuppetPlanner()
    plan = asyncio.create_task(played(puppet, "go"))
    await puppet.next_prompt()
    puppet.send(CallOpened(0, "wave"))
    puppet.cut()
    assert await plan == [CallOpened(0, "wave")]


async def test_two_plans_of_a_puppet_are_driven_side_by_side() -> None:
    puppet = PuppetPlanner()
    plans = [asyncio.create_task(played(puppet, said)) for said in ("a", "b")]
    one, other = await puppet.next_plan(), await puppet.next_plan()
    other.send(Stopped("end"))
    assert await plans[1] == [Stopped("end")]
    assert other.over.is_set()
    assert not one.over.is_set()
    plans[0].cancel()
    await one.over.wait()


async def test_a_puppet_without_a_plan_has_nobody_to_speak_for() -> None:
    with pytest.raises(RuntimeError, match="next_prompt"):
        PuppetPlanner().send(Stopped("end"))
