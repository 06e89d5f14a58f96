/** Commands that find something out. */
import { type Commands, defineCommands } from "../../../../src/schema.ts";
import { PLACES } from "../places.ts";
import type { Stage } from "../stage.ts";
import { whereabouts } from "../vocabulary.ts";

const TIRING = 400;
const LEAST = 5;

export const sensing = (stage: Stage): Commands =>
  defineCommands({
    get_scene: {
      description:
        "Find out what is in the room and where, what Ling holds, how she stands. 查看房间里有什么、在哪里、手里拿着什么。",
      examples: [
        "what is in the room",
        "what do you see",
        "what can you see",
        "where is everything",
        "房间里有什么",
        "你看到什么",
        "你能看到什么",
      ],
      returns: { type: "object" },
      lane: "query",
      timeout: 5,
      run: () => sceneOf(stage),
    },
    get_energy: {
      description: "Find out how Ling is: energy (battery) in percent, mood. 查看体力、电量和心情。",
      examples: [
        "how are you",
        "how do you feel",
        "how much energy do you have",
        "how full is your battery",
        "are you tired",
        "你好吗",
        "你累不累",
        "你还有多少体力",
        "还有多少电量",
        "你心情怎么样",
      ],
      returns: {
        type: "object",
        properties: { percent: { type: "integer", minimum: 0, maximum: 100 }, mood: { type: "string" } },
      },
      lane: "query",
      timeout: 5,
      run: () => ({ percent: energyOf(stage), mood: stage.ling.expression, posture: stage.ling.posture }),
    },
  });

/** Every command that she performed costs a little; time gives it back. */
export function energyOf(stage: Stage): number {
  const done = Object.values(stage.performed).reduce((sum, times) => sum + times, 0);
  const tired = (done * 14) / (TIRING + stage.time);
  return Math.max(LEAST, Math.round(100 - Math.min(tired, 0.95) * 100));
}

function sceneOf(stage: Stage) {
  const { ling } = stage;
  return {
    ling: {
      position: [round(ling.x), round(ling.z)],
      posture: ling.posture,
      seat: ling.seat,
      expression: ling.expression,
      color: ling.colorName,
      holding: ling.holding?.id ?? null,
    },
    objects: [...stage.things.values()].map((thing) => ({
      id: thing.id,
      name: thing.names[0],
      where: whereabouts(thing),
    })),
    places: PLACES.map(({ id }) => id),
    camera: stage.camera.view,
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
