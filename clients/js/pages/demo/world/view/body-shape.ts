/** Her body as one skinned surface: parts by code, each corner with its bones and its mark (fur, cream or a colour). */
import { BufferAttribute, type BufferGeometry, Color, Vector3 } from "three";
import { clamp, mix } from "../motion.ts";
import { ball, merged, ring, surface, type Triple } from "./shapes.ts";

export const BONES = [
  "hips",
  "chest",
  "head",
  "earL",
  "earR",
  "armL",
  "foreL",
  "armR",
  "foreR",
  "footL",
  "footR",
  "tail1",
  "tail2",
  "tail3",
  "tail4",
  "bell",
] as const;
export type BoneName = (typeof BONES)[number];

/** Where each bone's joint is while she stands at rest, from the ground between her feet. */
export const JOINTS: Record<BoneName, Triple> = {
  hips: [0, 0.12, 0],
  chest: [0, 0.34, 0],
  head: [0, 0.54, 0],
  earL: [0.25, 1.2, -0.02],
  earR: [-0.25, 1.2, -0.02],
  armL: [0.225, 0.46, 0.03],
  foreL: [0.225, 0.33, 0.03],
  armR: [-0.225, 0.46, 0.03],
  foreR: [-0.225, 0.33, 0.03],
  footL: [0.135, 0.1, 0.02],
  footR: [-0.135, 0.1, 0.02],
  tail1: [0, 0.2, -0.2],
  tail2: [0, 0.25, -0.36],
  tail3: [0, 0.36, -0.52],
  tail4: [0, 0.54, -0.61],
  bell: [0, 0.47, 0.27],
};

/** Marks: below 0 fur, above 0 cream, `OWN` the corner's own colour. Between fur and cream the edge is drawn at 0. */
const OWN = 5;
const FUR = -1;

type Weights = readonly [BoneName, number, BoneName?];

type Grid = typeof surface;

interface Part {
  readonly geometry: BufferGeometry;
  readonly bones: (point: Vector3) => Weights;
  readonly mark: (point: Vector3, normal: Vector3) => number;
}

export const HEAD = { y: 0.93, a: 0.5, b: 0.425, c: 0.44 } as const;

/** How wide the head is at that height: full cheeks, a narrower crown. */
export function cheeks(up: number): number {
  const low = Math.exp(-(((up + 0.16) / 0.2) ** 2));
  return HEAD.a * (0.93 + 0.13 * low - 0.06 * Math.max(0, up / HEAD.b));
}

/** Fluff at the sides of the face: two points, one over the other. */
function tufts(up: number): number {
  const point = (at: number, high: number): number => Math.max(0, 1 - Math.abs((up - at) / high)) ** 1.2;
  return 0.085 * point(-0.1, 0.085) + 0.105 * point(-0.235, 0.09);
}

/** The head's surface in front, at that height above its middle. */
export function headFront(x: number, up: number): number {
  const inside = 1 - (x / cheeks(up)) ** 2 - (up / HEAD.b) ** 2;
  return HEAD.c * Math.sqrt(Math.max(inside, 0.02));
}

/** `detail`: 1 for the whole number of triangles, less for fewer. */
export function bodyShape(detail = 1): BufferGeometry {
  const grid: Grid = (us, vs, at) => surface(Math.round(us * detail), Math.round(vs * detail), at);
  const parts: Part[] = [
    head(grid),
    trunk(grid),
    ear(grid, "earL", 1),
    ear(grid, "earR", -1),
    tail(grid),
    ...limbs(grid),
    ...collar(detail),
  ];
  return merged(parts.map(dressed));
}

function head(grid: Grid): Part {
  const geometry = grid(44, 30, (u, v) => {
    const up = -Math.cos(v * Math.PI) * HEAD.b;
    const around = Math.sqrt(Math.max(1 - (up / HEAD.b) ** 2, 0));
    const angle = u * Math.PI * 2;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const out = around * cheeks(up) + tufts(up) * Math.max(0, Math.abs(cos) - 0.55) * 2.2;
    return [cos * out, HEAD.y + up - tufts(up) * 0.2, -sin * around * HEAD.c];
  });
  return { geometry, bones: () => ["head", 1], mark: mask };
}

/** The cream of the face: two round cheeks that meet under the nose, and a point up the forehead. */
function mask({ x, y, z }: Vector3): number {
  if (z < 0) return FUR;
  const up = y - HEAD.y;
  const side = Math.abs(x);
  const cheek = 0.215 - Math.hypot(side - 0.16, (up + 0.17) * 1.02);
  const chin = 0.24 - Math.hypot(side * 0.9, up + 0.25);
  return clamp(Math.max(cheek, chin) * 8, -1, 1);
}

function trunk(grid: Grid): Part {
  const profile = [
    [0.0, 0.06],
    [0.16, 0.065],
    [0.255, 0.11],
    [0.298, 0.19],
    [0.3, 0.27],
    [0.28, 0.36],
    [0.245, 0.45],
    [0.2, 0.54],
    [0.1, 0.62],
  ] as const;
  const geometry = grid(32, 22, (u, v) => {
    const [r, y] = along(profile, 1 - v);
    return [Math.cos(u * Math.PI * 2) * r, y, Math.sin(u * Math.PI * 2) * r * 0.92];
  });
  return {
    geometry,
    bones: ({ y }) => ["chest", clamp((y - 0.14) / 0.26, 0, 1), "hips"],
    mark: ({ x, y, z }) => (z < 0 ? FUR : clamp((0.185 - Math.hypot(x, (y - 0.27) * 0.85)) * 9, -1, 1)),
  };
}

function along(points: readonly (readonly [number, number])[], share: number): [number, number] {
  const at = share * (points.length - 1);
  const first = Math.min(Math.floor(at), points.length - 2);
  const between = at - first;
  const soft = (axis: 0 | 1): number => {
    const p = (i: number): number => points[clamp(i, 0, points.length - 1)]?.[axis] ?? 0;
    const [a, b, c, d] = [p(first - 1), p(first), p(first + 1), p(first + 2)];
    return (
      b + 0.5 * between * (c - a + between * (2 * a - 5 * b + 4 * c - d + between * (3 * (b - c) + d - a)))
    );
  };
  return [Math.max(soft(0), 0), soft(1)];
}

/** A pointed ear, hollow in front, that leans outwards. */
function ear(grid: Grid, bone: BoneName, side: 1 | -1): Part {
  const height = 0.4;
  const geometry = grid(20, 12, (u, v) => {
    const up = 1 - v;
    const angle = u * Math.PI * 2;
    const wide = 0.185 * (1 - up ** 1.7) ** 0.75 * (1 - 0.12 * up);
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const hollow = sin > 0 ? -0.55 * sin * (1 - up) : 0;
    const x = cos * wide + side * up * up * 0.1;
    return [
      JOINTS[bone][0] + x * 1.0 - side * 0.015,
      1.12 + up * height,
      -0.03 + (sin + hollow) * wide * 0.42,
    ];
  });
  placedAround(geometry, JOINTS[bone], -side * 0.42);
  return {
    geometry,
    bones: () => [bone, 1],
    mark: (point, normal) => {
      const local = point
        .clone()
        .sub(new Vector3(...JOINTS[bone]))
        .applyAxisAngle(new Vector3(0, 0, 1), side * 0.42);
      const up = clamp((local.y + 0.08) / height, 0, 1);
      const inner = 0.115 * (1 - up ** 1.4) - Math.abs(local.x - side * up * up * 0.1);
      return normal.z > 0.1 ? clamp(inner * 14, -1, 1) : FUR;
    },
  };
}

function placedAround(geometry: BufferGeometry, joint: Triple, angle: number): void {
  geometry.translate(-joint[0], -joint[1], -joint[2]);
  geometry.rotateZ(angle);
  geometry.translate(...joint);
}

/** A big soft brush that curves upwards, with a cream tip. */
function tail(grid: Grid): Part {
  const spine: readonly (readonly [number, number])[] = [
    [0.18, 0.18],
    [0.34, 0.22],
    [0.5, 0.33],
    [0.61, 0.5],
    [0.64, 0.7],
    [0.58, 0.9],
    [0.5, 1.0],
  ];
  const geometry = grid(20, 22, (u, v) => {
    const share = 1 - v;
    const [back, y] = along(spine, share);
    const [back2, y2] = along(spine, Math.min(share + 0.02, 1));
    const [back1, y1] = along(spine, Math.max(share - 0.02, 0));
    const slope = Math.atan2(y2 - y1, back2 - back1);
    const r = 0.075 + 0.15 * Math.sin(Math.PI * clamp(share * 1.02, 0, 1) ** 1.25) - 0.075 * share ** 6;
    const [cos, sin] = [Math.cos(u * Math.PI * 2), Math.sin(u * Math.PI * 2)];
    const thick = share >= 1 || share <= 0 ? 0.004 : Math.max(r, 0.004);
    return [cos * thick, y + sin * thick * Math.cos(slope), -back + sin * thick * Math.sin(slope)];
  });
  return {
    geometry,
    bones: (point) => tailBones(point),
    mark: ({ x, y, z }) => clamp((y - 0.66 + Math.sin(Math.atan2(x, z + 0.62) * 6) * 0.035) * 12, -1, 1),
  };
}

function tailBones({ y, z }: Vector3): Weights {
  const way = clamp((-z - 0.16) / 0.45 + Math.max(0, y - 0.35) * 2.2, 0, 2.2) * 1.5;
  const chain = ["tail1", "tail2", "tail3", "tail4"] as const;
  const at = clamp(way, 0, 2.999);
  const first = Math.floor(at);
  return [chain[first + 1] ?? "tail4", at - first, chain[first] ?? "tail1"];
}

function limbs(grid: Grid): Part[] {
  return [
    arm(grid, "armL", "foreL", 1),
    arm(grid, "armR", "foreR", -1),
    foot(grid, "footL", 1),
    foot(grid, "footR", -1),
  ];
}

function arm(grid: Grid, upper: BoneName, lower: BoneName, side: 1 | -1): Part {
  const [x, y, z] = JOINTS[upper];
  const length = 0.27;
  const geometry = grid(14, 14, (u, v) => {
    const share = v;
    const r =
      share === 0 || share === 1
        ? 0.001
        : 0.078 * Math.sin(Math.PI * clamp(share, 0.02, 0.98)) ** 0.45 + 0.024 * share;
    const angle = u * Math.PI * 2;
    return [x + Math.cos(angle) * r, y + 0.05 - share * (length + 0.05), z + Math.sin(angle) * r];
  });
  return {
    geometry,
    bones: (point) => [lower, clamp((y - 0.06 - point.y) / 0.14, 0, 1), upper],
    mark: (point) =>
      clamp(
        (y - 0.17 - point.y + Math.sin(Math.atan2(point.z - z, side * (point.x - x)) * 3) * 0.008) * 16,
        -1,
        1,
      ),
  };
}

function foot(grid: Grid, bone: BoneName, side: 1 | -1): Part {
  const [x] = JOINTS[bone];
  const geometry = grid(18, 12, (u, v) => {
    const up = Math.cos(v * Math.PI);
    const around = Math.sin(v * Math.PI);
    const angle = u * Math.PI * 2;
    const forward = Math.sin(angle) * around;
    const low = up < 0 ? 0.6 : 1.15;
    return [
      x + side * 0.012 + Math.cos(angle) * around * (0.105 + forward * 0.014),
      0.062 + up * 0.095 * low,
      0.055 + forward * 0.155,
    ];
  });
  return { geometry, bones: () => [bone, 1], mark: ({ z }) => clamp((z - 0.125) * 16, -1, 1) };
}

function collar(detail: number): Part[] {
  const scarf = ring(
    0.222,
    0.062,
    [0, 0.535, 0.012],
    (p) => new Color(p.y > 0.55 ? "#e5484d" : "#d83a43"),
    [Math.PI / 2 + 0.08, 0, 0],
    Math.round(28 * detail),
    Math.round(10 * detail),
  );
  const bell = ball(
    [0.066, 0.066, 0.066],
    [0, 0.455, 0.288],
    (p) => (p.y < 0.43 ? "#b9791a" : "#ffc93d"),
    Math.round(16 * detail),
  );
  const rim = ring(
    0.066,
    0.011,
    [0, 0.452, 0.288],
    "#e09c1f",
    [Math.PI / 2, 0, 0],
    Math.round(18 * detail),
    5,
  );
  const own = () => OWN;
  return [
    { geometry: scarf, bones: () => ["chest", 0.6, "head"], mark: own },
    { geometry: bell, bones: () => ["bell", 1], mark: own },
    { geometry: rim, bones: () => ["bell", 1], mark: own },
  ];
}

/** Adds what the skin needs, to all parts alike. */
function dressed({ geometry, bones, mark }: Part): BufferGeometry {
  const [position, normal] = [geometry.getAttribute("position"), geometry.getAttribute("normal")];
  const count = position.count;
  const [marks, index, weight] = [
    new Float32Array(count),
    new Uint16Array(count * 4),
    new Float32Array(count * 4),
  ];
  const [point, facing] = [new Vector3(), new Vector3()];
  for (let at = 0; at < count; at++) {
    point.fromBufferAttribute(position, at);
    marks[at] = mark(point, facing.fromBufferAttribute(normal, at));
    const [first, share, second = first] = bones(point);
    index.set([BONES.indexOf(first), BONES.indexOf(second)], at * 4);
    weight.set([mix(0, 1, share), 1 - share], at * 4);
  }
  if (!geometry.hasAttribute("color")) {
    geometry.setAttribute("color", new BufferAttribute(new Float32Array(count * 3).fill(1), 3));
  }
  geometry.setAttribute("mark", new BufferAttribute(marks, 1));
  geometry.setAttribute("skinIndex", new BufferAttribute(index, 4));
  geometry.setAttribute("skinWeight", new BufferAttribute(weight, 4));
  return geometry;
}
