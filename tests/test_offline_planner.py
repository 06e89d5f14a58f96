"""What the offline planner makes of instructions, on manifests that it has never seen."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from capserver.manifest import CommandSet, compile_set
from capserver.planners.offline import OfflinePlanner
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
from capserver.protocol.values import Client, Entry
from capserver.vocabulary import Vocabulary

DATA = Path(__file__).parent / "data"


def command(
    name: str,
    description: str,
    parameters: Mapping[str, Any] | None = None,
    required: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    made = {"name": name, "description": description, **more}
    if parameters:
        made["parameters"] = {
            "type": "object",
            "properties": parameters,
            "required": list(required),
            "additionalProperties": False,
        }
    return made


def listed(name: str) -> dict[str, Any]:
    return {"type": "string", "x-vocabulary": name}


def one_of(*values: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


PET = compile_set(
    [
        command("wave", "Wave a hand at the user"),
        command("jump", "Jump up and down", {"times": {"type": "integer", "description": "How many times"}}),
        command("dance", "Do a little dance", {"style": one_of("ballet", "disco", "robot")}),
        command("sit", "Sit down on the floor"),
        command("stand_up", "Stand up"),
        command(
            "walk",
            "Walk in a direction",
            {"direction": one_of("left", "right", "forward", "backward"), "steps": {"type": "integer"}},
            ("direction",),
        ),
        command(
            "turn",
            "Turn by an angle",
            {"direction": one_of("left", "right"), "angle": {"type": "number", "description": "in degrees"}},
            ("direction",),
        ),
        command(
            "say",
            "Say something in a speech bubble",
            {"text": {"type": "string", "description": "what to say"}},
            ("text",),
            stream=["text"],
        ),
        command("setColor", "Change the pet's colour", {"color": {"type": "string"}}, ("color",)),
        command("pick_up", "Pick up an object", {"object": listed("objects")}, ("object",)),
        command(
            "set_mood",
            "Show an emotion on the face",
            {"mood": one_of("happy", "sad", "angry", "surprised")},
            ("mood",),
        ),
        command("sleep", "Go to sleep"),
        command("wake_up", "Wake up"),
        command("get_battery", "Read the battery level", returns={"type": "number"}),
    ]
)
HOME = compile_set(
    [
        command("turn_on", "Turn a device on", {"device": listed("devices")}, ("device",)),
        command("turn_off", "Turn a device off", {"device": listed("devices")}, ("device",)),
        command(
            "set_brightness",
            "Set how bright a light is",
            {"device": listed("devices"), "percent": {"type": "integer", "minimum": 0, "maximum": 100}},
            ("percent",),
        ),
        command(
            "set_temperature",
            "Set the target temperature of the thermostat",
            {"degrees": {"type": "number", "description": "in degrees Celsius"}},
            ("degrees",),
        ),
        command("start_timer", "Start a timer", {"seconds": {"type": "integer"}}, ("seconds",)),
        command("play_music", "Play music", {"query": {"type": "string", "description": "song or artist"}}),
        command(
            "set_volume",
            "Set the volume",
            {"level": {"type": "number", "minimum": 0, "maximum": 1}},
            ("level",),
        ),
        command("open_curtains", "Open the curtains"),
        command("close_curtains", "Close the curtains"),
        command("lock_door", "Lock the front door"),
        command("unlock_door", "Unlock the front door"),
        command("set_night_mode", "Switch night mode", {"on": {"type": "boolean"}}, ("on",)),
        command("get_temperature", "Tell the current temperature", returns={"type": "number"}),
        command(
            "remind_me",
            "Remind the user of something",
            {"what": {"type": "string"}, "minutes": {"type": "number", "description": "minutes from now"}},
            ("what", "minutes"),
            examples=["remind me to {what} in {minutes} minutes", "{minutes}分钟后提醒我{what}"],
        ),
    ]
)
CHINESE = compile_set(
    [
        command("huishou", "挥手打招呼"),
        command("tiaoyue", "跳跃", {"cishu": {"type": "integer", "description": "次数"}}),
        command("zou", "行走", {"fangxiang": one_of("左", "右", "前", "后")}, ("fangxiang",)),
        command("shuo", "说话", {"neirong": {"type": "string", "description": "要说的内容"}}, ("neirong",)),
        command("fangun", "在地上翻跟头"),
        command("yanse", "改变颜色", {"color": {"type": "string", "description": "颜色"}}, ("color",)),
    ]
)
AVATAR = compile_set(
    [
        command(
            "playAnimation",
            "Play an animation clip on the avatar",
            {"clip": one_of("idle", "wave", "jump", "dance_happy", "sit_down"), "loop": {"type": "boolean"}},
            ("clip",),
        ),
        command(
            "setExpression",
            "Set the facial expression",
            {
                "expression": one_of("neutral", "happy", "sad", "angry"),
                "intensity": {"type": "number", "maximum": 1},
            },
            ("expression",),
        ),
        command("lookAt", "Make the avatar look at something", {"target": listed("objects")}, ("target",)),
        command(
            "moveTo",
            "Walk to an object",
            {"target": listed("objects"), "speed": one_of("slow", "normal", "fast")},
            ("target",),
        ),
        command(
            "setLights",
            "Switch the scene lights",
            {"on": {"type": "boolean"}, "color": {"type": "string", "description": "name of the colour"}},
            ("on",),
        ),
        command(
            "collect",
            "Collect several objects",
            {"objects": {"type": "array", "items": listed("objects")}},
            ("objects",),
        ),
        command(
            "rotateCamera",
            "Rotate the camera around the scene",
            {
                "angle": {"type": "number", "description": "degrees"},
                "direction": one_of("clockwise", "counterclockwise"),
            },
            ("angle",),
        ),
    ]
)
GAME = compile_set(
    [
        command(
            "move",
            "Move the player",
            {"dir": one_of("up", "down", "left", "right"), "n": {"type": "integer", "default": 1}},
            ("dir",),
        ),
        command("attack", "Attack an enemy", {"enemy": {"type": "string"}}, ("enemy",)),
        command("use_item", "Use an item", {"item": one_of("potion", "sword", "shield")}, ("item",)),
        command("drop_item", "Drop an item", {"item": one_of("potion", "sword", "shield")}, ("item",)),
        command("volume_up", "Make it louder"),
        command("volume_down", "Make it quieter"),
        command("next_track", "Play the next song"),
        command("previous_track", "Play the previous song"),
        command("pause", "Pause playback"),
        command("resume", "Resume playback"),
        command(
            "send_message",
            "Send a message to a contact",
            {"to": listed("contacts"), "text": {"type": "string"}},
            ("to", "text"),
        ),
        command("start_timer", "Start a timer", {"minutes": {"type": "number"}, "name": {"type": "string"}}),
        command("search_web", "Search the web", {"query": {"type": "string"}}, ("query",)),
        command("take_photo", "Take a photo"),
    ]
)
SETS = {"pet": PET, "home": HOME, "zh": CHINESE, "avatar": AVATAR, "game": GAME}
THINGS = Vocabulary.of(
    {
        "objects": [
            Entry(id="ball_1", names=["red ball", "红球"]),
            Entry(id="ball_2", names=["blue ball"]),
            Entry(id="cup", names=["cup", "杯子"]),
        ],
        "devices": [
            Entry(id="light.kitchen", names=["kitchen light"]),
            Entry(id="light.bed", names=["卧室灯"]),
            Entry(id="fan", names=["fan"]),
            Entry(id="tv", names=["television"]),
        ],
        "contacts": [Entry(id="c1", names=["Mom", "妈妈"]), Entry(id="c2", names=["Bob"])],
    }
)

CASES = """
pet | wave and then jump twice | wave {}; jump {"times": 2}
pet | Wave, then jump three times! | wave {}; jump {"times": 3}
pet | 挥挥手，然后跳两下 | wave {}; jump {"times": 2}
pet | 揮揮手，然後跳兩下 | wave {}; jump {"times": 2}
pet | 先坐下再跳个舞 | sit {}; dance {}
pet | wave and jump | wave {}; jump {}
pet | wave, jump and dance | wave {}; jump {}; dance {}
pet | 挥手并且跳舞 | wave {}; dance {}
pet | could you please wave | wave {}
pet | can you jump? | jump {}
pet | 你能跳吗 | jump {}
pet | jumping | jump {}
pet | stand_up | stand_up {}
pet | stand up | stand_up {}
pet | 站起来 | stand_up {}
pet | sit down please | sit {}
pet | say 'hello' | say {"text": "hello"}
pet | say “I'll wave, then jump” | say {"text": "I'll wave, then jump"}
pet | 说“你好” | say {"text": "你好"}
pet | 说你好 | say {"text": "你好"}
pet | 说再见 | say {"text": "再见"}
pet | say rock and roll | say {"text": "rock and roll"}
pet | say hello to everyone | say {"text": "hello to everyone"}
pet | say good night, please | say {"text": "good night"}
pet | say good night and wave | say {"text": "good night"}; wave {}
pet | wave but don't jump | wave {}
pet | wave, not jump | wave {}
pet | 不要跳，挥手 | wave {}
pet | don't forget to wave | wave {}
pet | pick up the cup | pick_up {"object": "cup"}
pet | 拿起红色的球 | pick_up {"object": "ball_1"}
pet | pick up the blue ball and say thank you | pick_up {"object": "ball_2"}; say {"text": "thank you"}
pet | pick up the red ball and the cup | pick_up {"object": "ball_1"}; pick_up {"object": "cup"}
pet | walk three steps to the left | walk {"direction": "left", "steps": 3}
pet | 向左走三步 | walk {"direction": "left", "steps": 3}
pet | turn right 90 degrees | turn {"direction": "right", "angle": 90}
pet | 向右转九十度 | turn {"direction": "right", "angle": 90}
pet | turn left then right | turn {"direction": "left"}; turn {"direction": "right"}
pet | walk left, then right two steps | walk {"direction": "left"}; walk {"direction": "right", "steps": 2}
pet | change your color to blue | setColor {"color": "blue"}
pet | 变成红色 | setColor {"color": "red"}
pet | set your colour to #Ff8800 | setColor {"color": "#Ff8800"}
pet | turn green | setColor {"color": "green"}
pet | 往前走三步，左转 | walk {"direction": "forward", "steps": 3}; turn {"direction": "left"}
pet | jump up and down | jump {}
pet | make the pet jump | jump {}
pet | walk left or right | walk {"direction": "left"}
pet | be happy | set_mood {"mood": "happy"}
pet | look sad please | set_mood {"mood": "sad"}
pet | 开心一点 | set_mood {"mood": "happy"}
pet | how much battery do you have? | get_battery {}
pet | 还有多少电量 | get_battery {}
pet | wave three times | wave {}; wave {}; wave {}
pet | 挥手两次 | wave {}; wave {}
pet | dance disco | dance {"style": "disco"}
pet | 跳一支机器人舞 | dance {"style": "robot"}
pet | go to sleep | sleep {}
pet | 起床 | wake_up {}
home | turn on the kitchen light | turn_on {"device": "light.kitchen"}
home | turn the kitchen light off | turn_off {"device": "light.kitchen"}
home | kitchen light on | turn_on {"device": "light.kitchen"}
home | 打开卧室灯 | turn_on {"device": "light.bed"}
home | 把卧室的灯关掉 | turn_off {"device": "light.bed"}
home | turn on the fan and the television | turn_on {"device": "fan"}; turn_on {"device": "tv"}
home | turn on the fan and open the curtains | turn_on {"device": "fan"}; open_curtains {}
home | set the brightness to thirty percent | set_brightness {"percent": 30}
home | 把亮度调到百分之三十 | set_brightness {"percent": 30}
home | dim the kitchen light to 20% | set_brightness {"device": "light.kitchen", "percent": 20}
home | set the brightness to maximum | set_brightness {"percent": 100}
home | 亮度调到最低 | set_brightness {"percent": 0}
home | set the temperature to 22.5 degrees | set_temperature {"degrees": 22.5}
home | 温度调到二十二度 | set_temperature {"degrees": 22}
home | set a timer for five minutes | start_timer {"seconds": 300}
home | 定时十分钟 | start_timer {"seconds": 600}
home | start a timer for half an hour | start_timer {"seconds": 1800}
home | start a timer for one and a half minutes | start_timer {"seconds": 90}
home | set the volume to 50% | set_volume {"level": 0.5}
home | 音量调到一半 | set_volume {"level": 0.5}
home | 音量30 | set_volume {"level": 0.3}
home | open the curtains | open_curtains {}
home | 拉上窗帘 | close_curtains {}
home | lock the door | lock_door {}
home | 解锁前门 | unlock_door {}
home | turn night mode on | set_night_mode {"on": true}
home | 关闭夜间模式 | set_night_mode {"on": false}
home | play some jazz by Miles Davis | play_music {"query": "some jazz by Miles Davis"}
home | play some music for me | play_music {}
home | what is the temperature? | get_temperature {}
home | remind me to call my mother in 20 minutes | remind_me {"what": "call my mother", "minutes": 20}
home | 十分钟后提醒我喝水 | remind_me {"minutes": 10, "what": "喝水"}
zh | wave your hand | huishou {}
zh | jump three times | tiaoyue {"cishu": 3}
zh | 跳五次 | tiaoyue {"cishu": 5}
zh | 往左走 | zou {"fangxiang": "左"}
zh | walk right | zou {"fangxiang": "右"}
zh | say good morning | shuo {"neirong": "good morning"}
zh | 翻个跟头 | fangun {}
zh | 变成绿色 | yanse {"color": "绿色"}
avatar | wave | playAnimation {"clip": "wave"}
avatar | 跳个舞 | playAnimation {"clip": "dance_happy"}
avatar | play the wave animation | playAnimation {"clip": "wave"}
avatar | make a sad face | setExpression {"expression": "sad"}
avatar | 生气 | setExpression {"expression": "angry"}
avatar | be half happy | setExpression {"expression": "happy", "intensity": 0.5}
avatar | look at the red ball | lookAt {"target": "ball_1"}
avatar | 看着红球 | lookAt {"target": "ball_1"}
avatar | walk to the cup slowly | moveTo {"target": "cup", "speed": "slow"}
avatar | 快点走到杯子那里 | moveTo {"target": "cup", "speed": "fast"}
avatar | turn the lights off | setLights {"on": false}
avatar | turn on the lights in blue | setLights {"on": true, "color": "blue"}
avatar | 把灯打开，变成红色 | setLights {"on": true}; setLights {"on": true, "color": "red"}
avatar | collect the red ball and the cup | collect {"objects": ["ball_1", "cup"]}
avatar | rotate the camera 45 degrees clockwise | rotateCamera {"angle": 45, "direction": "clockwise"}
avatar | 把相机顺时针旋转九十度 | rotateCamera {"angle": 90, "direction": "clockwise"}
avatar | sit down and look at the cup | playAnimation {"clip": "sit_down"}; lookAt {"target": "cup"}
game | go left | move {"dir": "left"}
game | 向上走三格 | move {"dir": "up", "n": 3}
game | move left and up | move {"dir": "left"}; move {"dir": "up"}
game | attack the goblin | attack {"enemy": "goblin"}
game | 攻击哥布林 | attack {"enemy": "哥布林"}
game | drop the sword then use the shield | drop_item {"item": "sword"}; use_item {"item": "shield"}
game | turn the volume up | volume_up {}
game | 声音小一点 | volume_down {}
game | skip this song | next_track {}
game | 上一首 | previous_track {}
game | continue | resume {}
game | 暂停 | pause {}
game | send a message to Bob saying I'm late | send_message {"to": "c2", "text": "I'm late"}
game | tell Mom I will be late | send_message {"to": "c1", "text": "I will be late"}
game | 给妈妈发消息说我晚点回来 | send_message {"to": "c1", "text": "我晚点回来"}
game | start a 5 minute timer named pizza | start_timer {"minutes": 5, "name": "pizza"}
game | search the web for cheap flights | search_web {"query": "cheap flights"}
game | 搜索附近的餐厅 | search_web {"query": "附近的餐厅"}
game | pause the music and take a photo | pause {}; take_photo {}
"""

IN_VAIN = """
pet | what's the capital of France?
pet | 法国的首都是哪里？
pet | why did you jump?
pet | tell me a joke
pet | do a backflip
pet | write me an essay about jumping spiders
pet | my favourite colour is blue
pet | 再见
pet | stop dancing
pet | 停止跳舞
pet | 我昨天去了北京
home | who won the world cup?
home | the stock market is up
home | 讲个笑话
home | 推荐一本好书
zh | 今天天气怎么样
zh | let's talk about philosophy
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split(" | ")) for line in table.strip().splitlines()]


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


@pytest.mark.parametrize(("commands", "said", "expected"), rows(CASES))
async def test_an_instruction_becomes_its_commands(commands: str, said: str, expected: str) -> None:
    wanted = [part.split(" ", 1) for part in expected.split("; ")]
    calls, text = await plan(said, SETS[commands])
    assert calls == [(name, json.loads(args)) for name, args in wanted]
    assert text == ""
    for name, args in calls:
        assert SETS[commands].commands[name].check(args) == []


@pytest.mark.parametrize(("commands", "said"), rows(IN_VAIN))
async def test_what_fits_nothing_is_answered_by_what_could_be_asked(commands: str, said: str) -> None:
    calls, text = await plan(said, SETS[commands])
    assert calls == []
    assert "我会" in text or "What I can do" in text


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("don't jump", "All right, I won't."),
        ("don't wave or jump", "All right, I won't."),
        ("不要跳", "好的，不做。"),
        ("不要跳也不要挥手", "好的，不做。"),
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
            command("close_curtains", "Close the curtains. " * 9),
            command("frobnicate", ""),
        ]
    )
    english, chinese = (await plan("x", mixed))[1], (await plan("某", mixed))[1]
    assert english == "I can't help with that. What I can do: close curtains, frobnicate, “wave to me”."
    assert chinese == "这个我不会。我会：关窗帘、frobnicate、挥手。"


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
