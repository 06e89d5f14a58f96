"""The commands of a small page, with examples in English and Chinese."""

from typing import Any

from tests.offline_manifests import command

PAGE: list[dict[str, Any]] = [
    command(
        "wave",
        "Wave a hand to greet or to say goodbye. 挥手打招呼或告别。",
        {
            "hand": {
                "enum": ["left", "right", "both"],
                "default": "right",
                "description": "Which hand to wave: left 左手, right 右手, both 双手.",
            }
        },
        examples=[
            "wave",
            "say hello",
            "wave your {hand} hand",
            "wave goodbye",
            "挥挥手",
            "打个招呼",
            "挥挥{hand}",
        ],
    ),
    command(
        "jump",
        "Jump up and down on the spot. 原地跳跃。",
        {
            "times": {
                "type": "integer",
                "minimum": 1,
                "maximum": 10,
                "default": 1,
                "description": "How many jumps. 跳几下。",
            },
            "height": {
                "enum": ["low", "normal", "high"],
                "default": "normal",
                "description": "How high: low 低, normal 普通, high 高.",
            },
        },
        examples=[
            "jump",
            "jump {times} times",
            "jump {height}",
            "hop",
            "跳一跳",
            "跳{times}下",
            "跳{times}次",
            "蹦一蹦",
        ],
    ),
    command(
        "spin",
        "Spin around on the spot. 原地转圈。",
        {
            "turns": {
                "type": "integer",
                "minimum": 1,
                "maximum": 5,
                "default": 1,
                "description": "How many full turns. 转几圈。",
            },
            "direction": {
                "enum": ["left", "right"],
                "default": "right",
                "description": "Which way round: left 向左, right 向右.",
            },
        },
        examples=[
            "spin",
            "spin {turns} times",
            "spin around {turns} times",
            "turn around",
            "spin to the {direction}",
            "转个圈",
            "转{turns}圈",
            "向{direction}转",
        ],
    ),
    command(
        "dance",
        "Dance for a while. 跳一段舞。",
        {
            "style": {
                "enum": ["bounce", "sway", "twist", "shuffle"],
                "default": "bounce",
                "description": "The dance: bounce 蹦跳, sway 摇摆, twist 扭扭舞, shuffle 曳步舞.",
            },
            "seconds": {
                "type": "number",
                "minimum": 1,
                "maximum": 15,
                "default": 3,
                "description": "How long to dance, in seconds. 跳多少秒。",
            },
        },
        examples=[
            "dance",
            "dance for {seconds} seconds",
            "dance the {style}",
            "do a little dance",
            "跳个舞",
            "跳{seconds}秒舞",
            "跳个{style}",
            "跳一段{style}",
        ],
    ),
    command(
        "walk_to",
        "Walk to a place in the room. 走到房间里的一个地方。",
        {"spot": {"type": "string", "x-vocabulary": "spots", "description": "Where to go. 去哪里。"}},
        required=("spot",),
        examples=[
            "walk to the {spot}",
            "go to the {spot}",
            "go over to the {spot}",
            "走到{spot}",
            "去{spot}那里",
            "到{spot}旁边去",
        ],
    ),
    command(
        "sit",
        "Sit down where you are. 坐下。",
        examples=["sit", "sit down", "take a seat", "坐下", "请坐", "坐一会儿"],
    ),
    command(
        "stand",
        "Stand up; wakes up first when asleep. 站起来，睡着时先醒来。",
        examples=["stand", "stand up", "get up", "wake up", "站起来", "起来", "起立", "醒醒", "起床"],
    ),
    command(
        "sleep",
        "Lie down and fall asleep. 躺下睡觉。",
        examples=["sleep", "go to sleep", "take a nap", "good night", "睡觉", "去睡吧", "打个盹", "晚安"],
    ),
    command(
        "look_at",
        "Turn and look in a direction, as the person who watches sees it. 转头看向一个方向。",
        {
            "direction": {
                "enum": ["left", "right", "up", "down", "front"],
                "default": "front",
                "description": ("Where to look: left 左, right 右, up 上, down 下, front 前面 (the person)."),
            }
        },
        examples=[
            "look {direction}",
            "look to the {direction}",
            "look at me",
            "turn {direction}",
            "看{direction}",
            "往{direction}看",
            "看看{direction}",
        ],
    ),
    command(
        "set_expression",
        "Show a feeling on the face. It stays until the next one. 做表情，保持到下一个表情。",
        {
            "expression": {
                "enum": ["neutral", "happy", "sad", "surprised", "angry", "sleepy", "love", "shy"],
                "default": "happy",
                "description": (
                    "The feeling: neutral 平静, happy 开心, sad 难过, "
                    "surprised 惊讶, angry 生气, sleepy 困, love 爱心, shy 害羞."
                ),
            }
        },
        examples=[
            "look {expression}",
            "be {expression}",
            "make a {expression} face",
            "smile",
            "笑一个",
            "{expression}一点",
            "做个{expression}的表情",
        ],
    ),
    command(
        "change_color",
        "Change the colour of your body. Give a colour by name, or any colour as hex. 变颜色。",
        {
            "color": {
                "enum": [
                    "jade",
                    "red",
                    "orange",
                    "yellow",
                    "green",
                    "blue",
                    "purple",
                    "pink",
                    "white",
                    "black",
                ],
                "description": (
                    "By name: jade 玉色, red 红色, orange 橙色, yellow 黄色, "
                    "green 绿色, blue 蓝色, purple 紫色, pink 粉色, white 白色, black 黑色."
                ),
            },
            "hex": {
                "type": "string",
                "pattern": "^#[0-9a-fA-F]{6}$",
                "description": "Any other colour, such as #ff8800; wins over color.",
            },
        },
        examples=[
            "turn {color}",
            "change your color to {color}",
            "become {color}",
            "变成{color}",
            "换个{color}",
        ],
    ),
    command(
        "say",
        "Say something aloud; it appears in a speech bubble while you write it. 说话，内容会出现在气泡里。",
        {
            "text": {
                "type": "string",
                "minLength": 1,
                "maxLength": 400,
                "description": "What to say. 说的话。",
            }
        },
        required=("text",),
        examples=["say {text}", 'say "{text}"', "tell me {text}", "说{text}", "说“{text}”", "讲{text}"],
        stream=["text"],
    ),
    command(
        "get_mood",
        "Find out how you feel right now: mood, energy in "
        "percent, posture, place and colour. "
        "查看现在的心情、体力、姿势和位置。",
        examples=[
            "how are you",
            "how do you feel",
            "how much energy do you have",
            "你心情怎么样",
            "你累不累",
            "你还有多少体力",
        ],
        returns={"type": "object"},
    ),
]
"""The commands, in their order."""
