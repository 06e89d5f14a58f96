/** The phone's own, smaller table: some of the desk's commands, and what only a phone can do. */
import { type Commands, defineCommands } from "../../../../src/schema.ts";
import { type Motion, wait } from "../motion.ts";
import type { Stage } from "../stage.ts";
import { perform } from "./perform.ts";

const SHARED = [
  "wave",
  "jump",
  "dance",
  "giggle",
  "come_here",
  "set_expression",
  "change_color",
  "say",
  "get_energy",
] as const;

export function phoneTable(stage: Stage, desk: Commands): Commands {
  const shared = Object.fromEntries(SHARED.flatMap((name) => (desk[name] ? [[name, desk[name]]] : [])));
  return { ...shared, ...vibration(stage) };
}

const vibration = (stage: Stage): Commands =>
  defineCommands({
    vibrate: {
      description: "Let the phone vibrate; she shivers with it. 让手机震动。",
      parameters: {
        type: "object",
        properties: {
          seconds: {
            type: "number",
            minimum: 0.1,
            maximum: 3,
            default: 0.6,
            description: "How long, in seconds. 震动几秒",
          },
        },
        additionalProperties: false,
      },
      examples: ["vibrate", "buzz", "vibrate for {seconds} seconds", "震动", "震一下", "震动{seconds}秒"],
      lane: "phone",
      timeout: 10,
      run({ seconds = 0.6 }, ctx) {
        const phone = globalThis.navigator as { vibrate?: (ms: number) => boolean } | undefined;
        phone?.vibrate?.(seconds * 1000);
        return perform(stage, ctx, shiver(stage, seconds));
      },
    },
  });

function* shiver(stage: Stage, seconds: number): Motion {
  const { reflex } = stage.ling;
  try {
    for (let gone = 0; gone < seconds; gone += yield) {
      const much = stage.calm ? 0.02 : 0.09;
      reflex.aim({
        tilt: Math.sin(gone * 70) * much,
        headRoll: -Math.sin(gone * 70) * much,
        open: 0.15,
        pupil: -0.25,
      });
    }
  } finally {
    reflex.clear();
  }
  yield* wait(0.1);
}
