/** The room: a floor of boards and two walls, cut open like a doll's house. */
import { type BufferGeometry, Path, PlaneGeometry, Shape, ShapeGeometry } from "three";
import { dice } from "../motion.ts";
import {
  box,
  extruded,
  merged,
  painted,
  placed,
  ring,
  rod,
  roundedRectangle,
  shade,
  softBox,
  turned,
} from "./shapes.ts";

export const WALLS = { left: -2.62, back: -2.16, height: 2.95, thick: 0.16 } as const;
export const WINDOW = { x: 0.35, y: 1.72, radius: 0.66 } as const;

const FLOOR = { width: 5.3, depth: 4.6, x: 0.02, z: 0.1 } as const;
const WALL = "#f9dfc0";
const OUTSIDE = "#e9c49c";
const WALL_LOW = "#eec59c";
const WOOD = "#b9794a";
const DARK_WOOD = "#8a5533";

/** What receives shadows and casts none. */
export function roomShape(): BufferGeometry {
  return merged([...floor(), ...walls(), ...trim(), ...rug()]);
}

function floor(): BufferGeometry[] {
  const slab = roundedRectangle(FLOOR.width + 0.24, FLOOR.depth + 0.24, 0.22);
  const random = dice(7);
  const boards = 11;
  const wide = FLOOR.depth / boards;
  const parts = [
    extruded(slab, 0.2, "#d9a26b", [FLOOR.x, -0.03, FLOOR.z], [Math.PI / 2, 0, 0], 6),
    extruded(slab, 0.1, DARK_WOOD, [FLOOR.x, -0.23, FLOOR.z], [Math.PI / 2, 0, 0], 6),
  ];
  for (let board = 0; board < boards; board++) {
    const z = FLOOR.z - FLOOR.depth / 2 + wide * (board + 0.5);
    const cut = (random() - 0.5) * 3;
    for (const [from, to] of [
      [-FLOOR.width / 2, cut],
      [cut, FLOOR.width / 2],
    ] as const) {
      const tone = shade("#e3ae76", random() < 0.5 ? "#d2945b" : "#efc08c", random() * 0.65);
      parts.push(
        box([to - from - 0.014, 0.04, wide - 0.014], [FLOOR.x + (from + to) / 2, -0.02, z], (p, n) =>
          n.y > 0.5 ? shade(`#${tone.getHexString()}`, "#7c4a2a", edge(p.x, p.z)) : "#9c6238",
        ),
      );
    }
  }
  return parts;
}

/** Darker where the floor meets the walls: light comes there last. */
const edge = (x: number, z: number): number =>
  0.4 * Math.exp(-(x - WALLS.left) / 0.35) + 0.4 * Math.exp(-(z - WALLS.back) / 0.35);

function walls(): BufferGeometry[] {
  const { left, back, height, thick } = WALLS;
  const right = FLOOR.x + FLOOR.width / 2;
  const front = FLOOR.z + FLOOR.depth / 2 - 0.35;
  const wide = right - left;
  return [
    ...backWall(left, right, back, height, thick),
    ...leftWall(left, back, front, height, thick),
    rod(
      0.05,
      0.05,
      wide + thick,
      [left - thick + (wide + thick) / 2, height + 0.02, back - thick / 2],
      WOOD,
      [0, 0, Math.PI / 2],
    ),
    rod(
      0.05,
      0.05,
      front - back + thick,
      [left - thick / 2, height + 0.02, (front + back - thick) / 2],
      WOOD,
      [Math.PI / 2, 0, 0],
    ),
  ];
}

/** The left wall: a plane whose corners carry the shade of the room's corner, and the slab behind it. */
function leftWall(
  left: number,
  back: number,
  front: number,
  height: number,
  thick: number,
): BufferGeometry[] {
  const plane = new PlaneGeometry(front - back, height, 10, 1);
  const middle = (front + back) / 2;
  return [
    painted(placed(plane, [left, height / 2 - 0.02, middle], [0, Math.PI / 2, 0]), (p) =>
      wallPaint(p.y, p.z - back),
    ),
    box(
      [thick - 0.01, height, front - back + thick],
      [left - thick / 2 - 0.005, height / 2 - 0.02, middle - thick / 2],
      OUTSIDE,
    ),
  ];
}

function wallPaint(y: number, fromCorner: number) {
  return shade(WALL, "#a8683e", 0.3 * Math.exp(-fromCorner / 0.55) + (y < 0.1 ? 0.12 : 0));
}

/** With a round hole for the window. */
function backWall(
  left: number,
  right: number,
  back: number,
  height: number,
  thick: number,
): BufferGeometry[] {
  const [from, to] = [WINDOW.x - WINDOW.radius - 0.12, WINDOW.x + WINDOW.radius + 0.12];
  const plain = (a: number, b: number, parts: number): BufferGeometry =>
    placed(new PlaneGeometry(b - a, height, parts, 1), [(a + b) / 2, height / 2 - 0.02, back]);
  const pierced = new Shape();
  pierced
    .moveTo(from, -0.02)
    .lineTo(to, -0.02)
    .lineTo(to, height - 0.02)
    .lineTo(from, height - 0.02)
    .closePath();
  pierced.holes.push(new Path().absarc(WINDOW.x, WINDOW.y, WINDOW.radius, 0, Math.PI * 2, true));
  const middle = placed(new ShapeGeometry(pierced, 28), [0, 0, back]);
  const cap = box(
    [0.02, height, thick - 0.01],
    [right - 0.01, height / 2 - 0.02, back - thick / 2 - 0.005],
    OUTSIDE,
  );
  const parts = [plain(left, from, 7), middle, plain(to, right, 2)];
  return [...parts.map((part) => painted(part, (p) => wallPaint(p.y, p.x - left))), cap];
}

function trim(): BufferGeometry[] {
  const { left, back } = WALLS;
  const right = FLOOR.x + FLOOR.width / 2;
  const front = FLOOR.z + FLOOR.depth / 2 - 0.35;
  const wide = right - left;
  const low = 0.72;
  const parts = [
    box([wide, low, 0.03], [left + wide / 2, low / 2, back + 0.015], (p) =>
      shade(WALL_LOW, "#a8683e", 0.25 * Math.exp(-(p.x - left) / 0.6)),
    ),
    box([0.03, low, front - back], [left + 0.015, low / 2, (front + back) / 2], (p) =>
      shade(WALL_LOW, "#a8683e", 0.3 * Math.exp(-(p.z - back) / 0.6)),
    ),
    softBox([wide, 0.07, 0.08], 0.02, [left + wide / 2, low, back + 0.035], WOOD, undefined, 2),
    softBox([0.08, 0.07, front - back], 0.02, [left + 0.035, low, (front + back) / 2], WOOD, undefined, 2),
    softBox([wide, 0.12, 0.06], 0.02, [left + wide / 2, 0.06, back + 0.03], DARK_WOOD, undefined, 2),
    softBox(
      [0.06, 0.12, front - back],
      0.02,
      [left + 0.03, 0.06, (front + back) / 2],
      DARK_WOOD,
      undefined,
      2,
    ),
    ...frame(back),
  ];
  return parts;
}

function frame(back: number): BufferGeometry[] {
  const { x, y, radius } = WINDOW;
  return [
    ring(radius, 0.075, [x, y, back - 0.02], WOOD, undefined, 36, 7),
    ring(radius * 0.36, 0.026, [x, y, back - 0.06], WOOD, undefined, 28, 8),
    ...[0, Math.PI / 2, Math.PI, Math.PI * 1.5].map((turn) =>
      rod(
        0.026,
        0.026,
        radius * 0.62,
        [x + Math.sin(turn) * radius * 0.68, y + Math.cos(turn) * radius * 0.68, back - 0.06],
        WOOD,
        [0, 0, -turn],
        8,
      ),
    ),
    softBox([1.25, 0.06, 0.26], 0.025, [x, y - radius - 0.09, back + 0.1], WOOD, undefined, 2),
    turned(
      [
        [0, 0],
        [0.07, 0],
        [0.085, 0.06],
        [0.1, 0.14],
        [0.09, 0.15],
      ],
      14,
      [x + 0.42, y - radius - 0.06, back + 0.12],
      "#5aa0b8",
    ),
    ...[-0.5, 0, 0.55].map((lean) =>
      placed(leafBlade(0.2, 0.04), [x + 0.42, y - radius + 0.07, back + 0.12], [lean * 0.4, lean * 3, lean]),
    ),
  ];
}

function leafBlade(length: number, wide: number): BufferGeometry {
  return rod(
    0.004,
    wide,
    length,
    [0, length / 2, 0],
    (p) => shade("#3f8f5b", "#8ccf7c", p.y / length),
    [0, 0, 0],
    5,
  );
}

function rug(): BufferGeometry[] {
  const [x, z] = [0, 0.42];
  const rings = [
    [1.32, 0.012, "#c9545a"],
    [1.22, 0.017, "#f7e6cf"],
    [1.08, 0.021, "#e98a6b"],
    [0.96, 0.025, "#f7e6cf"],
    [0.62, 0.029, "#7fc0a8"],
    [0.5, 0.033, "#f7e6cf"],
  ] as const;
  const discs = rings.map(([radius, height, tone]) =>
    turned(
      [
        [0, height],
        [radius - 0.012, height],
        [radius, height - 0.008],
        [radius, 0],
      ].reverse() as [number, number][],
      40,
      [x, 0, z],
      tone,
    ),
  );
  const dots = Array.from({ length: 20 }, (_, at) => {
    const turn = (at / 20) * Math.PI * 2;
    return rod(
      0.045,
      0.045,
      0.006,
      [x + Math.cos(turn) * 0.79, 0.028, z + Math.sin(turn) * 0.79],
      at % 2 ? "#e98a6b" : "#c9545a",
      undefined,
      10,
    );
  });
  return [...discs, ...dots];
}
