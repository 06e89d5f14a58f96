/** From a command to a motion of the world, and what all commands share. */
import type { CommandContext, CommandSpec, Commands } from "../../../../src/schema.ts";
import { CommandFault } from "../faults.ts";
import type { Motion } from "../motion.ts";
import { type Place, type Point, placeOf } from "../places.ts";
import type { Stage } from "../stage.ts";
import { isThing, type Thing } from "../things.ts";

/** The part of a command's context that a motion needs. */
export type Performing = Pick<CommandContext, "signal" | "progress">;

const QUIET = 0.8;

/** Plays the motion until its end; withdrawn, it stops at once. Tells how far it is, now and then. */
export function perform<T>(stage: Stage, ctx: Performing, motion: Motion<T>): Promise<T> {
  let told = stage.time;
  return stage.play(motion, ctx.signal, (share) => {
    if (share >= 1 || stage.time - told < QUIET) return;
    told = stage.time;
    ctx.progress(Math.round(share * 100) / 100);
  });
}

/** A motion of the whole body: however it ends, her joints are free again. */
export function act<T>(stage: Stage, ctx: Performing, motion: Motion<T>): Promise<T> {
  return perform(stage, ctx, freed(stage, motion));
}

function* freed<T>(stage: Stage, motion: Motion<T>): Motion<T> {
  try {
    return yield* motion;
  } finally {
    stage.ling.act.clear();
    stage.ling.stride.clear();
  }
}

/** The same commands, of which the world knows which one runs and which ones were performed. */
export function counted(stage: Stage, commands: Commands): Commands {
  return Object.fromEntries(Object.entries(commands).map(([name, spec]) => [name, count(stage, name, spec)]));
}

function count(stage: Stage, name: string, spec: CommandSpec): CommandSpec {
  return {
    ...spec,
    async run(args, ctx) {
      stage.running.set(ctx.id, name);
      try {
        const value = await spec.run(args, ctx);
        stage.performed[name] = (stage.performed[name] ?? 0) + 1;
        return value;
      } finally {
        stage.running.delete(ctx.id);
      }
    },
  };
}

export function thingNamed(stage: Stage, id: string): Thing {
  if (!isThing(id)) throw new CommandFault("unknown_object", `There is no object "${id}" in the room.`);
  return stage.thing(id);
}

export function placeNamed(id: string): Place {
  const place = placeOf(id);
  if (!place) throw new CommandFault("unknown_place", `There is no place "${id}" in the room.`);
  return place;
}

export const placeIfNamed = (id: string | undefined): Place | undefined =>
  id === undefined ? undefined : placeNamed(id);

/** For values of a fixed vocabulary: what is in it, or a fault that names what is. */
export function known<T extends string>(
  id: string,
  is: (id: string) => id is T,
  all: object,
  what: string,
): T {
  if (is(id)) return id;
  throw new CommandFault(
    `unknown_${what}`,
    `There is no ${what} "${id}"; there are ${Object.keys(all).join(", ")}.`,
  );
}

export interface Target {
  /** Where one looks or throws to. */
  readonly spot: () => Point & { readonly y: number };
  /** Where one goes, and how near. */
  readonly stand: Point;
  readonly near: number;
  readonly faces?: Point | undefined;
}

const IN_FRONT: Point = { x: 0.35, z: 1.75 };

/** A place, an object, or the one who watches. */
export function targetNamed(stage: Stage, id: string): Target {
  if (id === "viewer") return { spot: () => ({ x: 0.9, y: 1.6, z: 6 }), stand: IN_FRONT, near: 0.05 };
  if (isThing(id)) {
    const thing = stage.thing(id);
    return {
      spot: () => ({ x: thing.x, y: thing.y + thing.radius, z: thing.z }),
      stand: thing,
      near: 0.55,
      faces: thing,
    };
  }
  const { drop, stand, faces } = placeNamed(id);
  const high = LOOKED_AT[id] ?? drop;
  return { spot: () => high, stand, near: 0.05, faces };
}

/** Where the eye goes for places that are more than a spot on the floor. */
const LOOKED_AT: Record<string, Point & { y: number }> = {
  window: { x: 0.3, y: 1.7, z: -2.2 },
  plant: { x: -2.05, y: 1.0, z: -1.5 },
  lamp: { x: 2.1, y: 1.9, z: -1.55 },
  shelf: { x: -2.3, y: 1.1, z: -0.25 },
};
