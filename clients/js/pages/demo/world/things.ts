/** The things one can take, throw and drag: where they are, and how they fly, bounce and roll. */
import { apart, nearestPlace, OBSTACLES, type Place, type Point, ROOM } from "./places.ts";

export type ThingId =
  | "red_ball"
  | "blue_ball"
  | "yellow_ball"
  | "cube"
  | "star"
  | "book"
  | "music_box"
  | "bun";

interface Kind {
  readonly names: readonly [string, string, ...string[]];
  readonly radius: number;
  /** The share of the speed that is left after a bounce. */
  readonly bounce: number;
  readonly rolls: boolean;
  readonly at: readonly [x: number, y: number, z: number];
}

const KINDS: Record<ThingId, Kind> = {
  red_ball: {
    names: ["red ball", "红色的球", "红球", "红色球"],
    radius: 0.17,
    bounce: 0.68,
    rolls: true,
    at: [0.92, 0, 1.0],
  },
  blue_ball: {
    names: ["blue ball", "蓝色的球", "蓝球", "蓝色球"],
    radius: 0.14,
    bounce: 0.72,
    rolls: true,
    at: [-0.85, 0, -1.35],
  },
  yellow_ball: {
    names: ["yellow ball", "黄色的球", "黄球", "黄色球"],
    radius: 0.12,
    bounce: 0.75,
    rolls: true,
    at: [-0.72, 0, 1.72],
  },
  cube: {
    names: ["cube", "green cube", "block", "wooden block", "积木", "方块", "绿色的方块", "绿方块"],
    radius: 0.14,
    bounce: 0.3,
    rolls: false,
    at: [1.35, 0, 1.85],
  },
  star: {
    names: ["star", "golden star", "星星", "小星星", "金色的星星"],
    radius: 0.15,
    bounce: 0.4,
    rolls: false,
    at: [-1.15, 0, 0.15],
  },
  book: {
    names: ["book", "storybook", "书", "书本", "故事书"],
    radius: 0.16,
    bounce: 0.15,
    rolls: false,
    at: [0.55, 0, -0.75],
  },
  music_box: {
    names: ["music box", "八音盒", "音乐盒"],
    radius: 0.14,
    bounce: 0.15,
    rolls: false,
    at: [1.78, 0.46, -0.2],
  },
  bun: {
    names: ["bun", "steamed bun", "dumpling", "包子", "小包子", "馒头"],
    radius: 0.13,
    bounce: 0.3,
    rolls: false,
    at: [1.42, 0.46, 0.06],
  },
};

export const THING_IDS = Object.keys(KINDS) as ThingId[];

export const isThing = (id: string): id is ThingId => Object.hasOwn(KINDS, id);

const GRAVITY = 7.5;
const SETTLED = 0.12;

export class Thing {
  readonly names: readonly string[];
  readonly radius: number;
  readonly rolls: boolean;
  readonly #bounce: number;
  x: number;
  /** Metres from the floor to its lowest point. */
  y: number;
  z: number;
  speed = { x: 0, y: 0, z: 0 };
  heading = 0;
  tumble = 0;
  /** Who has it: it moves with them, not by itself. */
  held: "ling" | "person" | null = null;

  constructor(readonly id: ThingId) {
    const kind = KINDS[id];
    this.names = kind.names;
    this.radius = kind.radius;
    this.rolls = kind.rolls;
    this.#bounce = kind.bounce;
    [this.x, this.y, this.z] = kind.at;
    this.heading = this.x * 2.3 + this.z;
  }

  get resting(): boolean {
    return this.held === null && this.speed.x === 0 && this.speed.y === 0 && this.speed.z === 0;
  }

  get place(): Place {
    return nearestPlace(this);
  }

  put(point: Point & { y?: number }): void {
    this.x = point.x;
    this.z = point.z;
    this.y = point.y ?? groundAt(point);
    this.speed = { x: 0, y: 0, z: 0 };
  }

  /** Begins to fall from where it is, or to fly. */
  release(x = 0, y = -0.01, z = 0): void {
    this.held = null;
    this.speed = { x, y, z };
  }

  step(seconds: number): void {
    if (this.held !== null || this.resting) return;
    const before = { x: this.x, z: this.z };
    this.speed.y -= GRAVITY * seconds;
    this.x += this.speed.x * seconds;
    this.y += this.speed.y * seconds;
    this.z += this.speed.z * seconds;
    this.tumble += Math.hypot(this.speed.x, this.speed.z) * seconds * (this.rolls ? 1 / this.radius : 3);
    this.#keepIn();
    this.#keepOut(before);
    this.#land(seconds);
  }

  #keepIn(): void {
    const r = this.radius;
    if (this.x < ROOM.left + r || this.x > ROOM.right - r) this.speed.x *= -0.6;
    if (this.z < ROOM.back + r || this.z > ROOM.front - r) this.speed.z *= -0.6;
    this.x = Math.min(Math.max(this.x, ROOM.left + r), ROOM.right - r);
    this.z = Math.min(Math.max(this.z, ROOM.back + r), ROOM.front - r);
  }

  /** Bounces off the sides of furniture; what comes from above may lie on it. */
  #keepOut(before: Point): void {
    for (const it of OBSTACLES) {
      const reach = it.radius + this.radius * 0.6;
      if (this.y >= it.height - 0.06 || apart(it, this) >= reach || apart(it, before) < reach - 0.02)
        continue;
      const [nx, nz] = unit(before.x - it.x, before.z - it.z);
      const into = this.speed.x * nx + this.speed.z * nz;
      this.speed.x -= 1.6 * into * nx;
      this.speed.z -= 1.6 * into * nz;
      this.x = it.x + nx * reach;
      this.z = it.z + nz * reach;
    }
  }

  #land(seconds: number): void {
    const ground = groundAt(this);
    if (this.y > ground) return;
    this.y = ground;
    const kept = this.rolls ? Math.exp(-1.6 * seconds) : Math.exp(-9 * seconds);
    this.speed.x *= kept;
    this.speed.z *= kept;
    const up = -this.speed.y * this.#bounce;
    this.speed.y = up > 0.45 ? up : 0;
    if (this.speed.y === 0 && Math.hypot(this.speed.x, this.speed.z) < SETTLED)
      this.speed = { x: 0, y: 0, z: 0 };
  }
}

function unit(x: number, z: number): [number, number] {
  const length = Math.hypot(x, z) || 1;
  return [x / length, z / length];
}

/** How high the ground is: the floor, or what can carry a thing. */
export function groundAt(point: Point): number {
  const on = OBSTACLES.find((it) => it.height < 0.6 && apart(it, point) < it.radius - 0.03);
  if (!on) return 0;
  return on.height === 0.3 ? 0.12 : on.height + 0.02;
}

/** Where a thing can lie near `wanted` without lying in another. */
export function freeSpot(wanted: Point, things: Iterable<Thing>, but: Thing): Point {
  const others = [...things].filter((it) => it !== but && it.held === null);
  for (let turn = 0; turn < 30; turn++) {
    const reach = 0.09 * Math.ceil(turn / 3);
    const spot = { x: wanted.x + Math.cos(turn * 2.1) * reach, z: wanted.z + Math.sin(turn * 2.1) * reach };
    const level = groundAt(spot) === groundAt(wanted);
    if (level && others.every((it) => apart(it, spot) > it.radius + but.radius)) return spot;
  }
  return wanted;
}

/** The speed at which a thing gets from one point to another in that time. */
export function throwSpeed(from: Point & { y: number }, to: Point & { y: number }, seconds: number) {
  return {
    x: (to.x - from.x) / seconds,
    y: (to.y - from.y) / seconds + (GRAVITY * seconds) / 2,
    z: (to.z - from.z) / seconds,
  };
}
