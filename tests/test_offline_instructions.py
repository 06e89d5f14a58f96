"""What the offline planner makes of instructions, on manifests that it has never seen."""

import json

import pytest

from capserver.manifest import compile_set
from capserver.planners.offline.decide import Decision, decide
from capserver.planners.offline.text import is_han
from capserver.prompt import Prompt
from tests.offline_manifests import SETS, THINGS
from tests.offline_page import PAGE

MANIFESTS = SETS | {"page": compile_set([*PAGE])}
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
pet | wave and do not jump | wave {}
pet | wave without jumping | wave {}
pet | wave instead of jumping | wave {}
pet | instead of jumping, wave | wave {}
pet | jump but do not wave | jump {}
pet | do not jump and then wave | wave {}
pet | don't worry, jump | jump {}
pet | no, jump | jump {}
pet | 不，跳吧 | jump {}
pet | 挥手但是不要跳 | wave {}
pet | 跳两下，但不要挥手 | jump {"times": 2}
pet | 跳，别挥手，坐下 | jump {}; sit {}
pet | 特别想看你跳舞 | dance {}
pet | 要不要跳个舞 | dance {}
pet | 不停地跳 | jump {}
pet | jump no more than 3 times | jump {"times": 3}
pet | say do not jump | say {"text": "do not jump"}
pet | 说别跳 | say {"text": "别跳"}
pet | jump for three seconds | jump {}
pet | jump 50 percent | jump {}
pet | 跳三米 | jump {}
pet | walk left 3 meters | walk {"direction": "left"}
pet | 拿起紅色的球 | pick_up {"object": "ball_1"}
pet | pick up the red ball | pick_up {"object": "ball_1"}
game | move up 3 steps | move {"dir": "up", "n": 3}
game | move up 3 seconds | move {"dir": "up"}
game | move left 3 times | move {"dir": "left"}; move {"dir": "left"}; move {"dir": "left"}
page | wave and how are you | wave {}; get_mood {}
page | How are you? Wave! | get_mood {}; wave {}
page | how do you feel | get_mood {}
page | tell me not to jump | say {"text": "not to jump"}
page | tell me something nice | say {"text": "something nice"}
page | say hello | wave {}
page | spin three times | spin {"turns": 3}
page | 转三圈 | spin {"turns": 3}
page | spin twice to the left | spin {"turns": 2, "direction": "left"}
page | 向左转两圈 | spin {"turns": 2, "direction": "left"}
page | spin 90 degrees | spin {}
page | jump for 3 seconds | jump {}
page | 跳三秒 | jump {}
page | 跳高一点 | jump {"height": "high"}
page | dance for a quarter of a minute | dance {"seconds": 15}
page | dance three times | dance {}; dance {}; dance {}
page | dance the twist | dance {"style": "twist"}
page | 跳个扭扭舞 | dance {"style": "twist"}
page | 跳个摇摆舞 | dance {"style": "sway"}
page | 跳一段曳步舞 | dance {"style": "shuffle"}
page | 做个害羞的表情 | set_expression {"expression": "shy"}
page | 变成玉色 | change_color {"color": "jade"}
page | 挥双手 | wave {"hand": "both"}
page | walk to the window and sit down | walk_to {"spot": "window"}; sit {}
page | dance for three seconds | dance {"seconds": 3}
page | 跳舞三秒钟 | dance {"seconds": 3}
pet | dance for three seconds | dance {}
pet | jump once, when you can | jump {"times": 1}
pet | if you can, jump | jump {}
pet | say see you at 7 pm | say {"text": "see you at 7 pm"}
pet | say I smile when you clap | say {"text": "I smile when you clap"}
pet | say 'if it rains, jump' | say {"text": "if it rains, jump"}
home | remind me in ten minutes to drink water | remind_me {"minutes": 10, "what": "drink water"}
home | in ten minutes remind me to drink water | remind_me {"minutes": 10, "what": "drink water"}
home | start a timer for five minutes, then open the curtains | start_timer {"seconds": 300}; open_curtains {}
home | set a timer for 10 minutes and lock the door | start_timer {"seconds": 600}; lock_door {}
page | 去垫子那里 | walk_to {"spot": "cushion"}
page | sit on the cushion | sit {}
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
pet | write a poem
pet | write a poem tomorrow
home | clean my shoes
page | tell me a joke
page | 讲个笑话
page | open the door
page | wash the dishes
page | 关灯
"""

FOR_LATER = """
home | turn on the kitchen light in 10 minutes | nothing
home | in 10 minutes, turn on the kitchen light | nothing
home | in half an hour turn on the fan and open the curtains | nothing
home | turn on the fan 10 minutes from now | nothing
home | turn on the kitchen light at 7 pm | nothing
home | at 7 p.m. turn on the kitchen light | nothing
home | at 7:30 set the brightness to 30% | nothing
home | open the curtains tomorrow | nothing
home | set the volume to 30% later | nothing
home | 12分钟后打开卧室灯 | nothing
home | 明天早上八点打开卧室灯 | nothing
home | 晚上十点半拉上窗帘 | nothing
home | 待会儿拉上窗帘 | nothing
home | play some jazz in 10 minutes | nothing
home | turn on the fan and open the curtains in 10 minutes | turn_on
home | open the curtains in 10 minutes but lock the door | lock_door
home | turn on the fan in 10 minutes. Lock the door. | lock_door
pet | jump after 5 seconds | nothing
pet | could you jump in 5 seconds? | nothing
pet | jump in 5 seconds, then wave | nothing
pet | wave, then jump after 5 seconds | wave
pet | wave every 5 seconds | nothing
pet | wait 5 seconds, then jump | nothing
pet | wait for 5 seconds and then jump | nothing
pet | 十秒钟之后跳一下 | nothing
pet | 十秒之后跳一下，然后挥手 | nothing
pet | in 5 seconds then jump | nothing
pet | 5 seconds later, jump | nothing
home | turn on the fan and, when I clap, lock the door | nothing
pet | 等五秒再跳 | nothing
pet | 过五秒跳一下 | nothing
pet | in 5 seconds say hello | nothing
page | dance in 10 minutes | nothing
page | dance in 10 seconds | nothing
pet | when I clap, jump | nothing
pet | jump when I clap | nothing
pet | whenever I clap, jump and wave | nothing
pet | if it rains, then jump | nothing
pet | as soon as he sits, jump | nothing
home | if it rains open the curtains | nothing
home | close the curtains if it rains | nothing
pet | 我拍手的时候跳一下 | nothing
pet | 我拍手的时候，跳一下 | nothing
pet | 当我拍手时跳一下 | nothing
pet | 等我拍手再跳 | nothing
pet | 我一拍手你就跳 | nothing
home | 如果下雨就拉上窗帘 | nothing
home | 如果下雨，就拉上窗帘 | nothing
home | 下雨的话就拉上窗帘 | nothing
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split(" | ")) for line in table.strip().splitlines()]


def decided(commands: str, said: str) -> Decision:
    return decide(Prompt(said, MANIFESTS[commands], vocabulary=THINGS))


@pytest.mark.parametrize(("commands", "said", "expected"), rows(CASES))
def test_an_instruction_becomes_its_commands(commands: str, said: str, expected: str) -> None:
    decision = decided(commands, said)
    found = [(command.name, args) for command, args in decision.calls]
    wanted = [part.split(" ", 1) for part in expected.split("; ")]
    assert found == [(name, json.loads(args)) for name, args in wanted]
    assert decision.text == ""
    assert all(command.check(dict(args)) == [] for command, args in decision.calls)


@pytest.mark.parametrize(("commands", "said"), rows(IN_VAIN))
def test_what_fits_nothing_is_answered_by_what_could_be_asked(commands: str, said: str) -> None:
    decision = decided(commands, said)
    assert decision.calls == []
    assert "我会" in decision.text or "What I can do" in decision.text


@pytest.mark.parametrize(("commands", "said", "done"), rows(FOR_LATER))
def test_what_is_for_later_or_hangs_on_something_is_not_done_at_once(
    commands: str, said: str, done: str
) -> None:
    decision = decided(commands, said)
    assert [command.name for command, _ in decision.calls] == [name for name in [done] if name != "nothing"]
    answer = "我不会等" if is_han(said) or "分钟" in said else "I can't wait"
    assert answer in decision.text
