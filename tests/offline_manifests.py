"""Manifests and names that the tests of the offline planner speak to."""

from collections.abc import Mapping
from typing import Any

from capserver.manifest import compile_set
from capserver.protocol.values import Entry
from capserver.vocabulary import Vocabulary


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
        "spots": [
            Entry(id="rug", names=["rug", "middle", "centre", "center", "地毯", "中间", "地毯上"]),
            Entry(id="plant", names=["plant", "flower pot", "植物", "花盆", "盆栽"]),
            Entry(id="window", names=["window", "moon window", "窗户", "窗边", "窗前", "窗"]),
            Entry(id="cushion", names=["cushion", "pillow", "垫子", "坐垫", "蒲团"]),
            Entry(id="lamp", names=["lamp", "light", "灯", "台灯", "落地灯"]),
        ],
        "contacts": [Entry(id="c1", names=["Mom", "妈妈"]), Entry(id="c2", names=["Bob"])],
    }
)
