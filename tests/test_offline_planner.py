"""How the offline planner answers, streams and follows up."""

import json
from pathlib import Path
from typing import Any

import pytest

from capserver.manifest import CommandSet, compile_set
from capserver.planners.offline import OfflinePlanner
from capserver.planners.offline.index import is_kept
from capserver.prompt import (
    CallClosed,
    CallDelta,
    CallOpened,
    Delta,
    Exchange,
    PastCall,
    Planner,
    Prompt,
    Step,
    Stopped,
    TextDelta,
)
from capserver.protocol.values import Client
from tests.offline_manifests import PET, THINGS, command, one_of

DATA = Path(__file__).parent / "data"


async def deltas(planner: Planner, prompt: Prompt) -> list[Delta]:
    return [delta async for delta in planner.plan(prompt)]


def calls_of(found: list[Delta]) -> list[tuple[str, Any]]:
    names = {delta.index: delta.name for delta in found if isinstance(delta, CallOpened)}
    written = dict.fromkeys(names, "")
    for delta in found:
        if isinstance(delta, CallDelta):
            written[delta.index] += delta.json
    return [(names[index], json.loads(text)) for index, text in written.items()]


def text_of(found: list[Delta]) -> str:
    return "".join(delta.text for delta in found if isinstance(delta, TextDelta))


async def plan(text: str, commands: CommandSet = PET, **more: Any) -> tuple[list[tuple[str, Any]], str]:
    found = await deltas(OfflinePlanner(), Prompt(text, commands, vocabulary=THINGS, **more))
    return calls_of(found), text_of(found)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("don't jump", "All right, I won't."),
        ("don't wave or jump", "All right, I won't."),
        ("do not jump", "All right, I won't."),
        ("dont jump", "All right, I won't."),
        ("Don’t jump!", "All right, I won't."),
        ("never jump", "All right, I won't."),
        ("no jumping", "All right, I won't."),
        ("no jumping, please", "All right, I won't."),
        ("please do not jump", "All right, I won't."),
        ("you must not jump", "All right, I won't."),
        ("I don't want you to jump", "All right, I won't."),
        ("neither wave nor jump", "All right, I won't."),
        ("don't wave, jump or dance", "All right, I won't."),
        ("do not jump three times", "All right, I won't."),
        ("refrain from jumping", "All right, I won't."),
        ("不要跳", "好的，不做。"),
        ("不要跳也不要挥手", "好的，不做。"),
        ("别跳", "好的，不做。"),
        ("別跳", "好的，不做。"),
        ("不许跳", "好的，不做。"),
        ("先别跳", "好的，不做。"),
        ("请不要跳", "好的，不做。"),
        ("你别再跳了", "好的，不做。"),
        ("千万别跳", "好的，不做。"),
        ("我不想让你跳", "好的，不做。"),
        ("禁止跳跃", "好的，不做。"),
        ("不要跳、挥手", "好的，不做。"),
        ("既不要跳也不要挥手", "好的，不做。"),
    ],
)
async def test_what_is_denied_is_not_done(said: str, answer: str) -> None:
    assert await plan(said) == ([], answer)


async def test_what_lacks_a_required_value_is_asked_for_and_not_called() -> None:
    assert await plan("walk") == ([], "To walk I still need to know: direction.")
    calls, text = await plan("往前走然后拿起来")
    assert calls == [("walk", {"direction": "forward"})]
    assert "还需要告诉我" in text


async def test_a_greeting_and_a_cry_for_help_are_answered() -> None:
    assert (await plan("hello"))[1].startswith("Hello! What I can do: ")
    assert (await plan("你好"))[1].startswith("你好！我会：")
    assert (await plan("what can you do?"))[1].startswith("What I can do: ")
    assert (await plan("你会什么"))[1].startswith("我会：")


async def test_what_it_can_do_is_said_in_the_language_of_the_speaker() -> None:
    mixed = compile_set(
        [
            command("wave", "挥手", examples=["wave to {name}", "wave to me"]),
            command("close_curtains", "Close the curtains " * 9),
            command("frobnicate", ""),
            command("take", "Take 2.5 of them. 拿两个半。好！"),
        ]
    )
    english, chinese = (await plan("x", mixed))[1], (await plan("某", mixed))[1]
    can = "close curtains, frobnicate, take 2.5 of them, “wave to me”"
    assert english == f"I can't help with that. What I can do: {can}."
    assert chinese == "这个我不会。我会：关窗帘、frobnicate、拿两个半、挥手。"


async def test_an_example_is_understood_in_its_very_words() -> None:
    words = compile_set(
        [
            command(
                "get_mood",
                "Tell the mood of it",
                examples=["how are you", "你累不累"],
                returns={"type": "string"},
            ),
            command("hush", "Be silent", examples=["don't you dare!", "别说了"]),
            command("look", "Look", {"at": one_of("in", "out")}, ("at",), examples=["look {at}", "peek"]),
        ]
    )
    assert (await plan("How are you?", words))[0] == [("get_mood", {})]
    assert (await plan("你累不累？", words))[0] == [("get_mood", {})]
    assert (await plan("别说了", words))[0] == [("hush", {})]
    assert (await plan("how are you", words, only=frozenset({"hush"})))[0] == []
    assert (await plan("peek", words))[1] == "To look I still need to know: at."


async def test_an_example_is_understood_in_words_that_mean_the_same() -> None:
    frob = compile_set([command("frob", "", examples=["cuddle"])])
    assert (await plan("hug me", frob))[0] == [("frob", {})]
    assert (await plan("抱抱", frob))[0] == [("frob", {})]


async def test_a_description_names_the_values_in_chinese() -> None:
    described = {"hand": {"enum": ["l", "r"], "description": "l 左手, r 右手"}}
    both = compile_set([command("wave", "Wave 挥手", described)])
    assert (await plan("挥右手", both))[0] == [("wave", {"hand": "r"})]


async def test_what_is_understood_is_done_and_the_rest_named() -> None:
    calls, text = await plan("wave, then fly to the moon")
    assert calls == [("wave", {})]
    assert text == "I did not understand “fly to the moon”."
    assert (await plan("挥手，然后飞到月球上"))[1] == "这一部分我没听懂：“飞到月球上”。"


async def test_a_command_streams_in_pieces_and_in_order() -> None:
    found = await deltas(OfflinePlanner(), Prompt("say the quick brown fox is here, then wave", PET))
    assert found[0] == CallOpened(0, "say")
    pieces = [delta for delta in found if isinstance(delta, CallDelta) and delta.index == 0]
    assert len(pieces) > 2
    assert found.index(CallClosed(0)) < found.index(CallOpened(1, "wave"))
    assert found[-1] == Stopped("end")


async def test_a_plan_with_an_answer_to_come_waits_for_it() -> None:
    found = await deltas(OfflinePlanner(), Prompt("check the battery", PET))
    assert calls_of(found) == [("get_battery", {})]
    assert found[-1] == Stopped("calls")


async def test_a_result_is_told_and_nothing_is_repeated() -> None:
    step = Step((PastCall("c1", "get_battery", {}, "80"), PastCall("c2", "wave", {}, "done")))
    assert await plan("check the battery and wave", steps=(step,)) == ([], "get battery: 80.")
    assert await plan("还有多少电量", steps=(step,)) == ([], "查电池：80。")


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ('"full"', "get battery: full."),
        ('{"level":80,"unit":"%"}', "get battery: level 80, unit %."),
        ("[1,2]", "get battery: 1, 2."),
        ("done", "get battery: done."),
    ],
)
async def test_a_value_is_told_as_one_would_say_it(told: str, answer: str) -> None:
    step = Step((PastCall("c1", "get_battery", {}, told),))
    assert (await plan("battery?", steps=(step,)))[1] == answer


async def test_a_rejection_is_regretted_and_not_tried_again() -> None:
    step = Step((PastCall("c1", "jump", {"times": 99}, "rejected, not sent", failed=True),))
    assert await plan("jump 99 times", steps=(step,)) == (
        [],
        "Sorry, jump did not work: rejected, not sent.",
    )
    assert (await plan("跳99次", steps=(step,)))[1] == "抱歉，“跳”没有成功：rejected, not sent。"


async def test_a_result_of_a_command_that_is_gone_is_not_told() -> None:
    step = Step((PastCall("c1", "fly", {}, "80"), PastCall("c2", "fly", {}, "no", failed=True)))
    assert await plan("飞", steps=(step,)) == ([], "抱歉，“fly”没有成功：no。")


@pytest.mark.parametrize(
    ("said", "name", "args"),
    [
        ("turn on the kitchen lights", "HassTurnOn", {"area": "Kitchen"}),
        ("set the living room lamp to red", "HassLightSet", {"name": "Living Room Lamp", "color": "red"}),
        ("set the volume to thirty percent", "HassSetVolume", {"volume_level": 30}),
        ("start a timer for one hour and five minutes", "HassStartTimer", {"hours": 1, "minutes": 5}),
        ("pause the music", "HassMediaPause", {}),
        ("what's the weather like", "HassGetWeather", {}),
        ("打开厨房灯", "HassTurnOn", {"area": "Kitchen"}),
    ],
)
async def test_a_manifest_from_elsewhere_is_understood(said: str, name: str, args: dict[str, Any]) -> None:
    real = compile_set(json.loads((DATA / "ha_manifest_en.json").read_text(encoding="utf-8")))
    calls, _ = await plan(said, real)
    assert [called for called, _ in calls] == [name]
    assert args.items() <= calls[0][1].items()


async def test_only_the_allowed_commands_are_called() -> None:
    assert (await plan("wave and jump", only=frozenset({"jump"})))[0] == [("jump", {})]
    assert await plan("wave", only=frozenset()) == ([], "There is nothing that I can do right now.")
    assert (await plan("挥手", only=frozenset()))[1] == "我现在没有什么能做的。"


async def test_a_required_command_is_the_nearest_one() -> None:
    assert (await plan("the wave was huge that day", require=True))[0] == [("wave", {})]
    assert (await plan("quantum chromodynamics", require=True))[0] == []
    assert (await plan("don't wave", require=True))[0] == []


async def test_an_event_alone_moves_nothing() -> None:
    assert await plan("the user waved at you", reaction=True) == ([], "")


async def test_an_event_that_an_example_names_is_reacted_to() -> None:
    shy = compile_set([command("blush", "Blush", examples=["the user pats your head"])])
    assert await plan("The user pats your head.", shy, reaction=True) == ([("blush", {})], "")


async def test_again_repeats_the_turn_before() -> None:
    earlier = Exchange("x", (), (Step((PastCall("c1", "jump", {"times": 2}, "done"),)),))
    assert (await plan("again", history=(earlier,)))[0] == [("jump", {"times": 2})]
    assert (await plan("再来两次", history=(earlier,)))[0] == [("jump", {"times": 2})] * 2
    assert (await plan("again", history=(Exchange("x", (), ()),)))[0] == []


async def test_repetition_is_bounded() -> None:
    assert len((await plan("wave 1000 times"))[0]) == 10
    assert len((await plan(", then ".join(["wave 10 times"] * 5)))[0]) == 32


async def test_the_locale_decides_where_no_letter_does() -> None:
    chinese = Client(name="pet", locale="zh-CN")
    assert "我会" in (await plan("?!", client=chinese))[1]
    assert "What I can do" in (await plan("?!"))[1]


async def test_the_planner_is_named_and_lets_go_of_nothing() -> None:
    planner = OfflinePlanner(pace=0.0001)
    await planner.warm()
    assert planner.name == "offline"
    assert await deltas(planner, Prompt("wave", PET)) == [
        CallOpened(0, "wave"),
        CallDelta(0, "{}"),
        CallClosed(0),
        Stopped("end"),
    ]
    await planner.aclose()


@pytest.mark.parametrize(
    "said",
    ["9" * 400, "一" + "万" * 400, "一" * 400, f"1/{'9' * 400}", "jump and " * 200, "跳和" * 500, "a," * 500],
)
async def test_endless_digits_and_lists_are_survived(said: str) -> None:
    calls, _ = await plan(said)
    assert len(calls) <= 32


async def test_a_number_too_large_to_count_with_is_no_amount() -> None:
    assert (await plan(f"jump {'9' * 40}"))[0] == [("jump", {})]


async def test_an_index_is_built_beside_the_loop_and_once() -> None:
    fresh = compile_set([command("glide", "Glide over the ice")])
    assert not is_kept(fresh)
    assert (await plan("glide", fresh))[0] == [("glide", {})]
    assert is_kept(fresh)
    assert (await plan("glide", fresh))[0] == [("glide", {})]
