"""What the offline planner makes of instructions to the profiles that are shipped."""

import json
from functools import cache
from pathlib import Path

import pytest

from capserver.greeting import make_offer
from capserver.offer import Offer
from capserver.planners.offline.decide import Decision, decide
from capserver.profile import read_profiles
from capserver.prompt import Prompt
from capserver.protocol.server import Limits
from tests.test_offline_instructions import rows

CASES = """
desktop_pet | wave and do not jump | wave {}
desktop_pet | 挥手，别跳 | wave {}
desktop_pet | wave for 5 seconds | wave {}
desktop_pet | jump 30% | jump {}
desktop_pet | 转三圈 | spin {"times": 3}
desktop_pet | walk left 5 seconds | walk {"direction": "left"}
desktop_pet | how are you | get_mood {}
desktop_pet | remind me in ten minutes to drink water | remind {"minutes": 10, "text": "drink water"}
desktop_pet | remind me to feed the cat in ten minutes | remind {"minutes": 10, "text": "feed the cat"}
avatar_3d | wave, then dance for three seconds | wave {}; play_animation {"animation": "dance_pop"}
avatar_3d | play the yoga animation for 5 seconds | play_animation {"animation": "yoga"}
avatar_3d | nod three meters | nod {}
avatar_3d | turn right 45 degrees | turn {"direction": "right", "degrees": 45}
avatar_3d | zoom in 20 percent | zoom {"way": "in", "percent": 20}
avatar_3d | 别说了 | stop_speaking {}
avatar_3d | pick up the red ball | pick_up {"object": "red_ball"}
avatar_3d | 拿起紅色的球 | pick_up {"object": "red_ball"}
smart_home | open the blinds | open_cover {"cover": "study_blind"}
smart_home | 打开百叶窗 | open_cover {"cover": "study_blind"}
smart_home | open the bedroom curtains | open_cover {"cover": "bedroom_curtain"}
smart_home | turn off the lights | turn_off {"device": "all_lights"}
smart_home | dim the bedroom lamp to 30% | set_brightness {"light": "bedroom_light", "percent": 30}
smart_home | 打开厨房灯，不要打开卧室灯 | turn_on {"device": "kitchen_light"}
"""

NOTHING = """
desktop_pet | do not jump
desktop_pet | no jumping
desktop_pet | stop jumping
desktop_pet | 先别跳
desktop_pet | tell me a joke
desktop_pet | 讲个笑话
desktop_pet | write a poem
avatar_3d | tell me about history
avatar_3d | play the wave animation
smart_home | don't turn off the lights
smart_home | 不要关灯
smart_home | clean my shoes
smart_home | lock the car
"""

ASKED = """
smart_home | open the curtains | living room curtains or bedroom curtains
smart_home | 打开窗帘 | 是客厅窗帘还是卧室窗帘
smart_home | lock the door | front door, back door or garage side door
smart_home | turn on the lamp | bedside lamp or study light
smart_home | 关灯 | 是客厅灯、卧室灯、床头灯、厨房灯还是浴室灯
"""


@cache
def offer(profile: str) -> Offer:
    ready = read_profiles(Path("/nowhere/at/all"))[profile]
    return make_offer(ready.model_dump(exclude_none=True), Limits())[0]


def decided(profile: str, said: str) -> Decision:
    made = offer(profile)
    return decide(Prompt(said, made.commands, vocabulary=made.vocabulary))


@pytest.mark.parametrize(("profile", "said", "expected"), rows(CASES))
def test_an_instruction_to_a_ready_profile_becomes_its_commands(
    profile: str, said: str, expected: str
) -> None:
    wanted = [part.split(" ", 1) for part in expected.split("; ")]
    found = [(command.name, args) for command, args in decided(profile, said).calls]
    assert found == [(name, json.loads(args)) for name, args in wanted]


@pytest.mark.parametrize(("profile", "said"), rows(NOTHING))
def test_what_is_denied_or_fits_nothing_calls_nothing(profile: str, said: str) -> None:
    assert decided(profile, said).calls == []


@pytest.mark.parametrize(("profile", "said", "choice"), rows(ASKED))
def test_which_of_several_is_meant_is_asked(profile: str, said: str, choice: str) -> None:
    decision = decided(profile, said)
    assert decision.calls == []
    assert choice in decision.text


def test_after_a_command_that_is_clear_the_other_is_asked_for() -> None:
    decision = decided("smart_home", "关掉卧室的灯然后打开窗帘")
    assert [(command.name, args) for command, args in decision.calls] == [
        ("turn_off", {"device": "bedroom_light"})
    ]
    assert "是客厅窗帘还是卧室窗帘" in decision.text
