"""What the offline planner makes of what people say to the demo page.

`tests/data/demo_manifest.json` is what the page offers; `npm run manifest` in `clients/js/pages` writes it.
"""

import json
from pathlib import Path

import pytest

from capserver.manifest import compile_set
from capserver.planners.offline.decide import decide
from capserver.prompt import Prompt
from capserver.protocol.values import Entry
from capserver.vocabulary import Vocabulary

OFFERED = json.loads((Path(__file__).parent / "data/demo_manifest.json").read_text(encoding="utf-8"))
COMMANDS = compile_set(OFFERED["commands"])
THINGS = Vocabulary.of(
    {name: [Entry(**entry) for entry in entries] for name, entries in OFFERED["vocabulary"].items()}
)
CASES = """
walk to the window | walk_to {"to": "window"}
go to the plant | walk_to {"to": "plant"}
run to the table | walk_to {"to": "table", "pace": "run"}
walk over to the red ball | walk_to {"to": "red_ball"}
come here | come_here {}
过来 | come_here {}
走到窗边 | walk_to {"to": "window"}
走到红色的球旁边 | walk_to {"to": "red_ball"}
跑到桌子那里 | walk_to {"to": "table", "pace": "run"}
去书架那里 | walk_to {"to": "shelf"}
turn left | turn {"direction": "left"}
turn 45 degrees to the right | turn {"direction": "right", "degrees": 45}
turn around | turn {}
向左转 | turn {"direction": "left"}
向右转九十度 | turn {"direction": "right", "degrees": 90}
look at the lamp | look_at {"target": "lamp"}
look at me | look_at {"target": "viewer"}
look up | look_at {"direction": "up"}
看着我 | look_at {"target": "viewer"}
看看窗户 | look_at {"target": "window"}
往上看 | look_at {"direction": "up"}
jump | jump {}
jump twice | jump {"times": 2}
jump high | jump {"height": "high"}
跳三下 | jump {"times": 3}
跳高一点 | jump {"height": "high"}
wave | wave {}
wave twice | wave {"times": 2}
wave your left hand | wave {"hand": "left"}
wave both hands | wave {"hand": "both"}
挥挥手 | wave {}
挥左手 | wave {"hand": "left"}
打个招呼 | wave {}
dance | dance {}
dance ballet | dance {"style": "ballet"}
do a robot dance | dance {"style": "robot"}
dance the twist for 8 seconds | dance {"style": "twist", "seconds": 8}
跳个舞 | dance {}
跳芭蕾 | dance {"style": "ballet"}
跳一段机器人舞 | dance {"style": "robot"}
打太极 | dance {"style": "taichi"}
跳十秒舞 | dance {"seconds": 10}
spin around | spin {}
spin three times | spin {"turns": 3}
转两圈 | spin {"turns": 2}
take a bow | bow {}
鞠躬 | bow {}
nod | nod {}
点点头 | nod {}
shake your head | shake_head {}
摇头 | shake_head {}
sit down | sit {}
sit on the cushion | sit {"place": "cushion"}
坐下 | sit {}
坐到垫子上 | sit {"place": "cushion"}
stand up | stand {}
站起来 | stand {}
pick up the red ball | pick_up {"object": "red_ball"}
take the book | pick_up {"object": "book"}
grab the star | pick_up {"object": "star"}
拿起红色的球 | pick_up {"object": "red_ball"}
拿起红球 | pick_up {"object": "red_ball"}
把包子拿起来 | pick_up {"object": "bun"}
捡起星星 | pick_up {"object": "star"}
put it down | put_down {}
put it on the table | put_down {"place": "table"}
put it in the basket | put_down {"place": "basket"}
放下 | put_down {}
把它放到桌子上 | put_down {"place": "table"}
放到篮子里 | put_down {"place": "basket"}
throw it | throw {}
throw it to me | throw {"to": "viewer"}
throw it at the plant | throw {"to": "plant"}
throw it into the basket | throw {"to": "basket"}
扔出去 | throw {}
用力扔出去 | throw {"strength": "hard"}
be happy | set_expression {"expression": "happy"}
look sad | set_expression {"expression": "sad"}
make a surprised face | set_expression {"expression": "surprised"}
smile | set_expression {"expression": "happy"}
wink | set_expression {"expression": "wink"}
开心一点 | set_expression {"expression": "happy"}
做个害羞的表情 | set_expression {"expression": "shy"}
笑一个 | set_expression {"expression": "happy"}
turn blue | change_color {"color": "blue"}
change your color to purple | change_color {"color": "purple"}
变成蓝色 | change_color {"color": "blue"}
变成粉色 | change_color {"color": "pink"}
say hello | say {"text": "hello"}
say "good morning" | say {"text": "good morning"}
说你好 | say {"text": "你好"}
play the bell sound | play_sound {"sound": "bell"}
play a fanfare | play_sound {"sound": "fanfare"}
play some music | play_sound {"sound": "melody"}
播放铃声 | play_sound {"sound": "bell"}
打鼓 | play_sound {"sound": "drum"}
放音乐 | play_sound {"sound": "melody"}
close-up camera | camera {"view": "close"}
show the top view | camera {"view": "top"}
orbit the camera | camera {"view": "orbit"}
zoom in | camera {"view": "close"}
zoom out | camera {"view": "wide"}
镜头拉近 | camera {"view": "close"}
切换到俯视 | camera {"view": "top"}
特写 | camera {"view": "close"}
what do you see? | get_scene {}
房间里有什么 | get_scene {}
how are you? | get_energy {}
how much energy do you have? | get_energy {}
你累不累 | get_energy {}
还有多少电量 | get_energy {}
walk to the window and wave | walk_to {"to": "window"}; wave {}
wave twice, then jump three times | wave {"times": 2}; jump {"times": 3}
pick up the blue ball and throw it | pick_up {"object": "blue_ball"}; throw {}
拿起红色的球，走到窗边，然后放下 | pick_up {"object": "red_ball"}; walk_to {"to": "window"}; put_down {}
turn pink and look happy | change_color {"color": "pink"}; set_expression {"expression": "happy"}
jump and say hooray | jump {}; say {"text": "hooray"}
先挥手再跳两下 | wave {}; jump {"times": 2}
走到垫子那里坐下 | sit {"place": "cushion"}
pick up the red ball and put it on the table | pick_up {"object": "red_ball"}; put_down {"place": "table"}
go to the lamp | walk_to {"to": "lamp"}
go to the window | walk_to {"to": "window"}
go to the potted plant | walk_to {"to": "plant"}
go over to the plant | walk_to {"to": "plant"}
walk to the plant | walk_to {"to": "plant"}
"""


def test_the_manifest_of_the_page_leaves_nothing_to_better() -> None:
    assert [
        (fault.path, fault.message) for command in COMMANDS.commands.values() for fault in command.findings
    ] == []


def rows(table: str) -> list[tuple[str, str]]:
    return [
        (said, wanted) for said, _, wanted in (line.partition(" | ") for line in table.strip().splitlines())
    ]


@pytest.mark.parametrize(("said", "expected"), rows(CASES))
def test_what_people_say_to_the_page_becomes_its_commands(said: str, expected: str) -> None:
    decision = decide(Prompt(said, COMMANDS, vocabulary=THINGS))
    found = [(command.name, dict(args)) for command, args in decision.calls]
    wanted = [part.split(" ", 1) for part in expected.split("; ")]
    assert found == [(name, json.loads(args)) for name, args in wanted]
    assert decision.text == ""
    assert all(command.check(dict(args)) == [] for command, args in decision.calls)
