/** Commands of face, gaze, skin, voice and camera. */
import { type Commands, defineCommands } from "../../../../src/schema.ts";
import { isView, VIEWS } from "../camera.ts";
import { COLORS, isColorName } from "../colors.ts";
import { EXPRESSIONS, type Expression } from "../expressions.ts";
import type { Spot } from "../gaze.ts";
import { type Motion, until, wait } from "../motion.ts";
import { isSound, SOUND_SECONDS } from "../sounds.ts";
import type { Stage } from "../stage.ts";
import { known, perform, targetNamed } from "./perform.ts";

const DIRECTIONS = ["left", "right", "up", "down", "front"] as const;
type Direction = (typeof DIRECTIONS)[number];

const names = <T extends string>(table: Record<T, unknown>): [T, ...T[]] => Object.keys(table) as [T, ...T[]];

export const face = (stage: Stage): Commands =>
  defineCommands({
    look_at: {
      description:
        "Turn head and eyes to a place, an object, the viewer, or in a direction. 看向某处、某物或某个方向。",
      parameters: {
        type: "object",
        properties: {
          target: { type: "string", "x-vocabulary": "targets", description: "At what. 看什么" },
          direction: {
            enum: DIRECTIONS,
            description: "Instead of a target, her own: left 左, right 右, up 上, down 下, front 前",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "look at the {target}",
        "look at {target}",
        "look at me",
        "watch the {target}",
        "look {direction}",
        "look to the {direction}",
        "看{target}",
        "看着{target}",
        "看我",
        "看着我",
        "看看{target}",
        "往{direction}看",
        "向{direction}看",
        "看{direction}边",
      ],
      lane: "gaze",
      timeout: 10,
      run: ({ target, direction }, ctx) =>
        perform(stage, ctx, looking(stage, lookedAt(stage, target, direction))),
    },
    set_expression: {
      description: "Show a feeling on the face; it stays until the next one. 做表情，保持到下一个表情。",
      parameters: {
        type: "object",
        properties: {
          expression: {
            enum: names(EXPRESSIONS),
            description:
              "The feeling: neutral 平静, happy 开心 高兴, sad 难过 伤心, angry 生气, surprised 惊讶, sleepy 困, love 爱心, shy 害羞, excited 兴奋, wink 眨眼",
          },
        },
        required: ["expression"],
        additionalProperties: false,
      },
      examples: [
        "be {expression}",
        "look {expression}",
        "make a {expression} face",
        "feel {expression}",
        "{expression}一点",
        "做个{expression}的表情",
        "做{expression}的表情",
        "表现得{expression}",
      ],
      lane: "face",
      timeout: 10,
      run: ({ expression }, ctx) => perform(stage, ctx, feeling(stage, expression)),
    },
    change_color: {
      description: "Change the colour of her fur: by name, or any colour as hex. 变成别的颜色。",
      parameters: {
        type: "object",
        properties: {
          color: {
            enum: names(COLORS),
            description:
              "By name: jade 玉色 青色, red 红色, orange 橙色, yellow 黄色, green 绿色, blue 蓝色, purple 紫色, pink 粉色, white 白色, black 黑色. 颜色",
          },
          hex: {
            type: "string",
            pattern: "^#[0-9a-fA-F]{6}$",
            description: "Any other colour, such as #ff8800; wins over color",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "turn {color}",
        "become {color}",
        "change your color to {color}",
        "变成{color}",
        "变{color}",
        "换成{color}",
        "把颜色换成{color}",
      ],
      lane: "skin",
      timeout: 10,
      run: ({ color = "jade", hex }, ctx) => perform(stage, ctx, tinting(stage, hex ?? color)),
    },
  });

function lookedAt(stage: Stage, target?: string, direction?: Direction): () => Spot {
  return direction !== undefined && target === undefined
    ? towards(stage, direction)
    : targetNamed(stage, target ?? "viewer").spot;
}

function towards(stage: Stage, direction: Direction): () => Spot {
  const { ling } = stage;
  const aside = { left: 3, right: -3, up: 0, down: 0, front: 0 }[direction];
  const up = { left: 0.95, right: 0.95, up: 4.2, down: -1.6, front: 1.1 }[direction];
  return () => ({ ...ling.ahead(direction === "down" ? 1.6 : 3, aside), y: up });
}

function* looking(stage: Stage, spot: () => Spot): Motion {
  stage.gaze.at(spot);
  yield* wait(0.7);
}

function* feeling(stage: Stage, expression: Expression): Motion {
  stage.ling.feel(expression);
  stage.ling.pose.kick("stretch", -0.8);
  yield* wait(0.5);
}

function* tinting(stage: Stage, color: string): Motion {
  const { ling } = stage;
  ling.colorName = color;
  ling.color = isColorName(color) ? COLORS[color] : color.toLowerCase();
  ling.pose.kick("stretch", -1.6);
  ling.pose.kick("flame", 7);
  yield* wait(0.7);
}

export const voice = (stage: Stage): Commands =>
  defineCommands({
    say: {
      description:
        "Say something; it appears in a speech bubble while it is written. 说话，内容边写边出现在气泡里。",
      parameters: {
        type: "object",
        properties: {
          text: { type: "string", minLength: 1, maxLength: 400, description: "What to say. 说的话" },
        },
        required: ["text"],
        additionalProperties: false,
      },
      examples: ["say {text}", 'say "{text}"', "tell me {text}", "说{text}", "说“{text}”", "讲{text}"],
      stream: ["text"],
      lane: "voice",
      timeout: 60,
      run: (_, ctx) => spoken(stage, ctx.stream.text, ctx),
    },
    play_sound: {
      description: "Play a sound, synthesised. 播放一个声音。",
      parameters: {
        type: "object",
        properties: {
          sound: { type: "string", "x-vocabulary": "sounds", description: "Which sound. 什么声音" },
        },
        required: ["sound"],
        additionalProperties: false,
      },
      examples: [
        "play the {sound} sound",
        "play a {sound}",
        "play {sound}",
        "ring the {sound}",
        "make a {sound} sound",
        "播放{sound}",
        "play some {sound}",
        "敲{sound}",
        "打{sound}",
        "吹{sound}",
        "放{sound}",
        "来一段{sound}",
      ],
      lane: "sound",
      timeout: 15,
      run({ sound }, ctx) {
        const name = known(sound, isSound, SOUND_SECONDS, "sound");
        stage.sounds.play(name);
        return perform(stage, ctx, wait(SOUND_SECONDS[name]));
      },
    },
    camera: {
      description: "Show the room from another side, near or far. 换个镜头角度看房间。",
      parameters: {
        type: "object",
        properties: {
          view: { type: "string", "x-vocabulary": "views", description: "Which view. 视角" },
        },
        required: ["view"],
        additionalProperties: false,
      },
      examples: [
        "camera {view}",
        "show the {view} view",
        "{view} view",
        "set the camera to {view}",
        "{view}",
        "the {view} camera",
        "look from {view}",
        "镜头{view}",
        "切换到{view}",
        "{view}视角",
        "镜头拉到{view}",
      ],
      lane: "camera",
      timeout: 20,
      run: ({ view }, ctx) =>
        perform(stage, ctx, stage.camera.move(known(view, isView, VIEWS, "view"), stage.calm ? 0 : 1.1)),
    },
  });

async function spoken(
  stage: Stage,
  text: AsyncIterable<string> | undefined,
  ctx: { signal: AbortSignal },
): Promise<void> {
  const { speech } = stage;
  speech.begin();
  try {
    for await (const delta of text ?? []) speech.write(delta);
    speech.end();
    await stage.play(reading(stage), ctx.signal);
    speech.said.push(speech.shown);
  } catch (fault) {
    speech.stop();
    throw fault;
  }
}

function* reading(stage: Stage): Motion {
  yield* until(() => stage.speech.silent, 45);
  yield* wait(0.5);
}
