/** Commands of the body: getting about, gestures, dances. */
import { type Commands, defineCommands } from "../../../../src/schema.ts";
import type { Motion } from "../motion.ts";
import { dance, STYLES } from "../moves/dance.ts";
import { bow, giggle, jump, nod, shakeHead, spin, wave } from "../moves/gestures.ts";
import { face, ready, sit, stand, turnTo, walkTo } from "../moves/walk.ts";
import type { Stage } from "../stage.ts";
import { act, perform, placeIfNamed, type Target, targetNamed } from "./perform.ts";

const times = (most: number, fallback: number) =>
  ({
    type: "integer",
    minimum: 1,
    maximum: most,
    default: fallback,
    description: "How many times. 次数",
  }) as const;

export const getAbout = (stage: Stage): Commands =>
  defineCommands({
    walk_to: {
      description: "Go to a place or an object of the room: walk or run. 走到、跑到某处或某物旁边。",
      parameters: {
        type: "object",
        properties: {
          to: { type: "string", "x-vocabulary": "targets", description: "Where to go. 去哪里" },
          pace: { enum: ["walk", "run"], default: "walk", description: "How: walk 走, run 跑" },
        },
        required: ["to"],
        additionalProperties: false,
      },
      examples: [
        "walk to the {to}",
        "go to the {to}",
        "go over to the {to}",
        "{pace} to the {to}",
        "come to {to}",
        "走到{to}",
        "走到{to}旁边",
        "去{to}那里",
        "到{to}那边去",
        "{pace}到{to}",
        "过来{to}",
      ],
      lane: "body",
      timeout: 30,
      run: ({ to, pace = "walk" }, ctx) => act(stage, ctx, goTo(stage, targetNamed(stage, to), pace)),
    },
    come_here: {
      description: "Come to the viewer, to the front of the room. 过来，走到观众面前。",
      examples: ["come here", "come over here", "come closer", "过来", "到我这里来", "来这边", "靠近一点"],
      lane: "body",
      timeout: 30,
      run: (_, ctx) => act(stage, ctx, goTo(stage, targetNamed(stage, "viewer"), "walk")),
    },
    turn: {
      description: "Turn the body on the spot, to her own left or right. 原地转身，以她自己的左右为准。",
      parameters: {
        type: "object",
        properties: {
          direction: {
            enum: ["left", "right", "around", "front"],
            default: "around",
            description: "Which way: left 左, right 右, around 向后, front 正面 (to the viewer)",
          },
          degrees: {
            type: "integer",
            minimum: 5,
            maximum: 360,
            default: 90,
            description: "How far, in degrees. 角度",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "turn {direction}",
        "turn to the {direction}",
        "turn around",
        "turn {degrees} degrees to the {direction}",
        "face the {direction}",
        "向{direction}转",
        "{direction}转",
        "向{direction}转{degrees}度",
        "转到{direction}",
        "转身",
        "向后转",
      ],
      lane: "body",
      timeout: 15,
      run: ({ direction = "around", degrees = 90 }, ctx) =>
        act(stage, ctx, turned(stage, direction, degrees)),
    },
    sit: {
      description: "Sit down: where she is, or on a seat. 坐下，可以坐到垫子上。",
      parameters: {
        type: "object",
        properties: {
          place: {
            type: "string",
            "x-vocabulary": "places",
            description: "Where to sit; left out, right here. 座位",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "sit",
        "sit down",
        "take a seat",
        "sit on the {place}",
        "坐下",
        "请坐",
        "坐到{place}上",
        "坐在{place}上",
      ],
      lane: "body",
      timeout: 30,
      run: ({ place }, ctx) => act(stage, ctx, sit(stage, placeIfNamed(place))),
    },
    stand: {
      description: "Stand up. 站起来。",
      examples: ["stand", "stand up", "get up", "站起来", "起来", "起立"],
      lane: "body",
      timeout: 10,
      run: (_, ctx) => act(stage, ctx, stand(stage)),
    },
  });

function* goTo(stage: Stage, target: Target, pace: "walk" | "run"): Motion {
  yield* walkTo(stage, target.stand, pace, target.near);
  if (target.faces) yield* face(stage, target.faces);
  else yield* turnTo(stage.ling, 0.18);
}

function* turned(stage: Stage, direction: "left" | "right" | "around" | "front", degrees: number): Motion {
  yield* ready(stage);
  const by = { left: degrees, right: -degrees, around: 180, front: 0 }[direction];
  const from = direction === "front" ? 0.18 : stage.ling.heading;
  const angle = (by * Math.PI) / 180;
  // Two halves, so that more than half a turn goes round the way that was asked for.
  for (const share of [0.5, 1]) yield* turnTo(stage.ling, from + angle * share);
}

export const gestures = (stage: Stage): Commands =>
  defineCommands({
    wave: {
      description: "Wave to greet or to say goodbye. 挥手打招呼或告别。",
      parameters: {
        type: "object",
        properties: {
          hand: {
            enum: ["left", "right", "both"],
            description: "Which hand: left 左手, right 右手, both 双手. 哪只手",
          },
          times: times(10, 2),
        },
        additionalProperties: false,
      },
      examples: [
        "wave",
        "wave {times} times",
        "wave your {hand} hand",
        "wave with {hand} hands",
        "wave hello",
        "wave goodbye",
        "挥手",
        "挥挥手",
        "挥{times}下手",
        "挥{hand}",
        "打个招呼",
      ],
      lane: "body",
      timeout: 20,
      run: ({ hand, times = 2 }, ctx) => act(stage, ctx, wave(stage, hand, times)),
    },
    jump: {
      description: "Jump on the spot. 原地跳。",
      parameters: {
        type: "object",
        properties: {
          times: times(10, 1),
          height: {
            enum: ["low", "normal", "high"],
            default: "normal",
            description: "How high: low 低, normal 普通, high 高",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "jump",
        "jump {times} times",
        "jump {height}",
        "hop",
        "跳",
        "跳一跳",
        "跳{times}下",
        "跳{times}次",
        "跳{height}一点",
        "蹦一蹦",
      ],
      lane: "body",
      timeout: 30,
      run: ({ times = 1, height = "normal" }, ctx) => act(stage, ctx, jump(stage, times, height)),
    },
    dance: {
      description: "Dance for a while, in a style. 跳一段舞。",
      parameters: {
        type: "object",
        properties: {
          style: {
            enum: STYLES,
            default: "bounce",
            description:
              "The dance: bounce 蹦跳, ballet 芭蕾, disco 迪斯科, robot 机器人舞, twist 扭扭舞, sway 摇摆, taichi 太极 (tai chi)",
          },
          seconds: {
            type: "number",
            minimum: 1,
            maximum: 20,
            default: 5,
            description: "How long, in seconds. 跳多少秒",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "dance",
        "dance for {seconds} seconds",
        "dance {style}",
        "dance the {style}",
        "do the {style}",
        "do a {style} dance",
        "跳舞",
        "跳个舞",
        "跳支舞",
        "跳{seconds}秒舞",
        "跳{style}",
        "跳{style}舞",
        "跳一段{style}",
        "来一段{style}",
        "打{style}",
      ],
      lane: "body",
      timeout: 40,
      run: ({ style = "bounce", seconds = 5 }, ctx) => act(stage, ctx, dance(stage, style, seconds)),
    },
    spin: {
      description: "Spin around on the spot. 原地转圈。",
      parameters: {
        type: "object",
        properties: {
          turns: {
            type: "integer",
            minimum: 1,
            maximum: 6,
            default: 1,
            description: "How many full turns. 圈数",
          },
          direction: {
            enum: ["left", "right"],
            default: "left",
            description: "Which way round: left 向左, right 向右",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "spin",
        "spin around",
        "spin {turns} times",
        "spin to the {direction}",
        "twirl",
        "转圈",
        "转个圈",
        "转{turns}圈",
        "向{direction}转{turns}圈",
      ],
      lane: "body",
      timeout: 20,
      run: ({ turns = 1, direction = "left" }, ctx) => act(stage, ctx, spin(stage, turns, direction)),
    },
    bow: {
      description: "Bow politely. 鞠躬。",
      parameters: {
        type: "object",
        properties: { deep: { type: "boolean", default: false, description: "Whether deeply. 是否深深地" } },
        additionalProperties: false,
      },
      examples: ["bow", "take a bow", "鞠躬", "鞠个躬", "行个礼"],
      lane: "body",
      timeout: 10,
      run: ({ deep = false }, ctx) => act(stage, ctx, bow(stage, deep)),
    },
    nod: {
      description: "Nod: yes. 点头表示同意。",
      parameters: { type: "object", properties: { times: times(6, 2) }, additionalProperties: false },
      examples: [
        "nod",
        "nod {times} times",
        "nod your head",
        "say yes with your head",
        "点头",
        "点点头",
        "点{times}下头",
      ],
      lane: "head",
      timeout: 15,
      run: ({ times = 2 }, ctx) => perform(stage, ctx, headed(stage, nod(stage, times))),
    },
    giggle: {
      description: "Giggle, as when tickled. 咯咯笑，比如被戳的时候。",
      examples: [
        "giggle",
        "laugh",
        "laugh out loud",
        "咯咯笑",
        "笑出声",
        "大笑",
        // What the page tells when somebody pokes her: even who only knows examples can react to it.
        "The person just poked you with a finger.",
        "这个人刚刚用手指戳了你一下。",
      ],
      lane: "head",
      timeout: 10,
      run: (_, ctx) => perform(stage, ctx, headed(stage, giggle(stage))),
    },
    shake_head: {
      description: "Shake the head: no. 摇头表示不同意。",
      parameters: { type: "object", properties: { times: times(6, 2) }, additionalProperties: false },
      examples: [
        "shake your head",
        "shake your head {times} times",
        "say no with your head",
        "摇头",
        "摇摇头",
        "摇{times}下头",
      ],
      lane: "head",
      timeout: 15,
      run: ({ times = 2 }, ctx) => perform(stage, ctx, headed(stage, shakeHead(stage, times))),
    },
  });

function* headed(stage: Stage, motion: Motion): Motion {
  try {
    yield* motion;
  } finally {
    stage.ling.head.clear();
  }
}
