/** Commands of the hands: things are taken, put down and thrown. */
import { type Commands, defineCommands } from "../../../../src/schema.ts";
import { pickUp, putDown, throwIt } from "../moves/hands.ts";
import type { Stage } from "../stage.ts";
import { act, placeIfNamed, targetNamed, thingNamed } from "./perform.ts";

export const hands = (stage: Stage): Commands =>
  defineCommands({
    pick_up: {
      description: "Walk to an object and take it into the hand. 走过去拿起一个东西。",
      parameters: {
        type: "object",
        properties: {
          object: { type: "string", "x-vocabulary": "objects", description: "What to take. 拿什么" },
        },
        required: ["object"],
        additionalProperties: false,
      },
      examples: [
        "pick up the {object}",
        "take the {object}",
        "grab the {object}",
        "get the {object}",
        "拿起{object}",
        "捡起{object}",
        "拿{object}",
        "把{object}拿起来",
        "把{object}捡起来",
      ],
      lane: "body",
      timeout: 40,
      run: ({ object }, ctx) => act(stage, ctx, pickUp(stage, thingNamed(stage, object))),
    },
    put_down: {
      description: "Put down what she holds: here, or at a place. 放下手里的东西，可以放到某处。",
      parameters: {
        type: "object",
        properties: {
          place: {
            type: "string",
            "x-vocabulary": "places",
            description: "Where; left out, right here. 放在哪里",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "put it down",
        "drop it",
        "put it on the {place}",
        "put it in the {place}",
        "放下",
        "把它放下",
        "放到{place}上",
        "放在{place}里",
        "把它放到{place}",
      ],
      lane: "body",
      timeout: 40,
      run: ({ place }, ctx) => act(stage, ctx, putDown(stage, placeIfNamed(place))),
    },
    throw: {
      description:
        "Throw what she holds, forwards or to a target; it flies and bounces. 把手里的东西扔出去。",
      parameters: {
        type: "object",
        properties: {
          to: {
            type: "string",
            "x-vocabulary": "targets",
            description: "Where to; left out, forwards. 扔向哪里",
          },
          strength: {
            enum: ["soft", "normal", "hard"],
            default: "normal",
            description: "How hard: soft 轻, normal 普通, hard 用力",
          },
        },
        additionalProperties: false,
      },
      examples: [
        "throw it",
        "throw it to {to}",
        "throw it at the {to}",
        "throw it into the {to}",
        "throw it {strength}",
        "扔出去",
        "扔掉",
        "把它扔出去",
        "扔到{to}",
        "扔给{to}",
        "{strength}扔出去",
      ],
      lane: "body",
      timeout: 20,
      run: ({ to, strength = "normal" }, ctx) =>
        act(stage, ctx, throwIt(stage, strength, to === undefined ? undefined : landing(stage, to))),
    },
  });

/** Towards the viewer means to the front edge: nothing leaves the room. */
function landing(stage: Stage, id: string): { x: number; y: number; z: number } {
  return id === "viewer" ? { x: 0.5, y: 0, z: 1.9 } : targetNamed(stage, id).spot();
}
