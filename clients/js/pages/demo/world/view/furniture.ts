/** What stands and hangs in the room: it casts shadows, and does not move. */
import type { BufferGeometry } from "three";
import { dice } from "../motion.ts";
import { string } from "./hangings.ts";
import { WALLS } from "./room.ts";
import {
  ball,
  box,
  merged,
  painted,
  placed,
  ring,
  rod,
  shade,
  softBox,
  surface,
  type Triple,
  turned,
} from "./shapes.ts";

const WOOD = "#b9794a";
const LIGHT_WOOD = "#d49a62";
const DARK_WOOD = "#8a5533";

export function furnitureShape(): BufferGeometry {
  return merged([
    ...cushion(),
    ...table(),
    ...basket(),
    ...shelf(),
    ...pictures(),
    ...lampStand(),
    ...pot(),
    ...string(),
  ]);
}

function cushion(): BufferGeometry[] {
  const [x, z] = [-1.62, 0.8];
  const pillow = (y: number, size: number, tone: string, light: string): BufferGeometry[] => [
    painted(
      placed(
        surface(32, 10, (u, v) => {
          const [cos, sin] = [Math.cos(u * Math.PI * 2), Math.sin(u * Math.PI * 2)];
          const up = -Math.cos(v * Math.PI);
          const r =
            Math.sin(v * Math.PI) ** 0.5 * (1 + 0.03 * Math.cos(u * Math.PI * 16) * Math.sin(v * Math.PI));
          const dent = up > 0 ? 0.3 * Math.exp(-((r / 0.35) ** 2)) : 0;
          return [cos * r * size, (up - dent) * 0.1, -sin * r * size];
        }),
        [x, y, z],
      ),
      (_, n) => shade(tone, light, n.y * 0.5 + 0.2),
    ),
    ball([0.035, 0.018, 0.035], [x, y + 0.072, z], "#f7cd6b", 10),
    ring(size * 0.985, 0.014, [x, y, z], "#f7cd6b", [Math.PI / 2, 0, 0], 32, 4),
  ];
  return [...pillow(0.09, 0.47, "#3f8f86", "#62b8a8"), ...pillow(0.22, 0.42, "#cf4a50", "#ee7a70")];
}

function table(): BufferGeometry[] {
  const [x, z] = [1.62, -0.1];
  const legs = [0.5, 2.6, 4.7].map((turn) =>
    rod(
      0.035,
      0.026,
      0.42,
      [x + Math.cos(turn) * 0.34, 0.2, z + Math.sin(turn) * 0.34],
      DARK_WOOD,
      [Math.sin(turn) * -0.12, 0, Math.cos(turn) * 0.12],
      10,
    ),
  );
  const top = turned(
    [
      [0, 0.395],
      [0.5, 0.395],
      [0.545, 0.41],
      [0.555, 0.43],
      [0.545, 0.45],
      [0.5, 0.46],
      [0, 0.46],
    ],
    32,
    [x, 0, z],
    (p, n) => (n.y > 0.5 ? shade(LIGHT_WOOD, "#e8b988", 0.5 + 0.5 * Math.sin(p.x * 40)) : WOOD),
  );
  const cloth = turned(
    [
      [0, 0.464],
      [0.3, 0.464],
      [0.31, 0.461],
    ].reverse() as [number, number][],
    28,
    [x, 0, z],
    "#f7efe2",
  );
  const band = turned(
    [
      [0.22, 0.4655],
      [0.27, 0.4655],
    ].reverse() as [number, number][],
    28,
    [x, 0, z],
    "#e98a6b",
  );
  return [top, cloth, band, ...legs];
}

function basket(): BufferGeometry[] {
  const [x, z] = [1.86, 1.3];
  const rows = 6;
  const parts = Array.from({ length: rows }, (_, row) => {
    const y = 0.03 + row * 0.048;
    return ring(
      0.27 + row * 0.013,
      0.03,
      [x, y, z],
      row % 2 ? "#d8a463" : "#c08a49",
      [Math.PI / 2, 0, 0],
      24,
      5,
    );
  });
  const bottom = rod(0.28, 0.27, 0.05, [x, 0.05, z], "#8f6231", undefined, 18);
  const handles = [0.25, -2.9].map((turn) =>
    ring(
      0.07,
      0.016,
      [x + Math.cos(turn) * 0.35, 0.31, z + Math.sin(turn) * 0.35],
      "#a4733b",
      [0, -turn + Math.PI / 2, 0],
      10,
      5,
      Math.PI,
    ),
  );
  const rim = ring(0.35, 0.022, [x, 0.305, z], "#a4733b", [Math.PI / 2, 0, 0], 24, 5);
  return [...parts, bottom, rim, ...handles];
}

function shelf(): BufferGeometry[] {
  const [x, z] = [-2.42, -0.25];
  const boards = [0.03, 0.42, 0.81, 1.16].map((y) => box([0.36, 0.045, 0.98], [x, y, z], LIGHT_WOOD));
  const sides = [-0.49, 0.49].map((aside) => box([0.36, 1.18, 0.045], [x, 0.59, z + aside], WOOD));
  const back = box([0.02, 1.15, 0.96], [x - 0.165, 0.58, z], DARK_WOOD);
  const vase = turned(
    [
      [0, 0],
      [0.07, 0],
      [0.1, 0.08],
      [0.085, 0.17],
      [0.04, 0.22],
      [0.055, 0.27],
    ],
    18,
    [x, 1.18, z + 0.28],
    (p) => (p.y > 1.3 && p.y < 1.34 ? "#f7efe2" : "#5a86b8"),
  );
  const flowers = [-0.3, 0.05, 0.4].flatMap((lean, at): BufferGeometry[] => [
    rod(
      0.008,
      0.008,
      0.22,
      [x + lean * 0.06, 1.52, z + 0.28 + lean * 0.1],
      "#5d9a58",
      [lean * 0.5, 0, -lean * 0.3],
      5,
    ),
    ball(
      0.045,
      [x + lean * 0.1, 1.63 + at * 0.015, z + 0.28 + lean * 0.19],
      at === 1 ? "#ffd166" : "#f58ea8",
      10,
    ),
  ]);
  return [...boards, ...sides, back, ...books(x, z), vase, ...flowers, ...clock(x, 1.18, z - 0.2)];
}

function books(x: number, z: number): BufferGeometry[] {
  const random = dice(11);
  const tones = ["#d9574f", "#f2b84b", "#5c9fd0", "#6fb07a", "#9a7cc7", "#f0e2c8", "#e58a5f"];
  const parts: BufferGeometry[] = [];
  for (const [floor, room] of [
    [0.05, 0.9],
    [0.44, 0.62],
    [0.83, 0.45],
  ] as const) {
    for (let at = -0.44; at < -0.44 + room; ) {
      const [thick, high] = [0.045 + random() * 0.045, 0.2 + random() * 0.11];
      const tone = tones[Math.floor(random() * tones.length)] ?? "#d9574f";
      const lean = random() < 0.12 ? 0.16 : 0;
      parts.push(
        box([0.22, high, thick - 0.006], [x + 0.02, floor + high / 2, z + at + thick / 2], tone, [
          lean,
          0,
          0,
        ]),
      );
      at += thick + lean * 0.2;
    }
  }
  parts.push(ball(0.1, [x, 0.54, z + 0.33], "#f2b84b", 10), ...bear(x, 0.84, z + 0.26));
  return parts;
}

function bear(x: number, y: number, z: number): BufferGeometry[] {
  const fur = "#c99767";
  return [
    ball([0.08, 0.09, 0.085], [x, y + 0.07, z], fur, 8),
    ball(0.075, [x + 0.01, y + 0.2, z], fur, 9),
    ball(0.03, [x, y + 0.265, z + 0.05], fur, 8),
    ball(0.03, [x, y + 0.265, z - 0.05], fur, 8),
    ball([0.03, 0.025, 0.035], [x + 0.075, y + 0.185, z], "#f0dcc0", 8),
    ball(0.011, [x + 0.103, y + 0.193, z], "#3a2a2a", 6),
    ball(0.009, [x + 0.075, y + 0.22, z + 0.028], "#3a2a2a", 6),
    ball(0.009, [x + 0.075, y + 0.22, z - 0.028], "#3a2a2a", 6),
  ];
}

function clock(x: number, y: number, z: number): BufferGeometry[] {
  const turn: Triple = [0, 0, -Math.PI / 2];
  return [
    rod(0.12, 0.12, 0.08, [x + 0.02, y + 0.13, z], "#f0b33f", turn, 16),
    rod(0.1, 0.1, 0.01, [x + 0.065, y + 0.13, z], "#fff8ec", turn, 16),
    box([0.01, 0.07, 0.012], [x + 0.072, y + 0.155, z], "#4a3a4a"),
    box([0.01, 0.012, 0.05], [x + 0.072, y + 0.13, z + 0.022], "#4a3a4a"),
    ball(0.03, [x + 0.02, y + 0.02, z + 0.07], "#f0b33f", 8),
    ball(0.03, [x + 0.02, y + 0.02, z - 0.07], "#f0b33f", 8),
  ];
}

function pictures(): BufferGeometry[] {
  const x = WALLS.left + 0.03;
  const hung = (
    y: number,
    z: number,
    w: number,
    h: number,
    paper: string,
    parts: BufferGeometry[],
  ): BufferGeometry[] => [
    softBox([0.04, h + 0.12, w + 0.12], 0.015, [x, y, z], WOOD, undefined, 2),
    box([0.012, h, w], [x + 0.022, y, z], paper),
    ...parts,
  ];
  const flat = (r: number, y: number, z: number, tone: string, up = r): BufferGeometry =>
    placed(
      rod(r, r, 0.006, [0, 0, 0], tone, [0, 0, Math.PI / 2], 16),
      [x + 0.03, y, z],
      [0, 0, 0],
      [1, up / r, 1],
    );
  return [
    ...hung(1.95, 0.72, 0.5, 0.62, "#fdf3e0", [
      flat(0.11, 2.06, 0.72, "#e5684e"),
      flat(0.2, 1.76, 0.62, "#6fb07a", 0.13),
      flat(0.2, 1.74, 0.82, "#4f9a86", 0.11),
    ]),
    ...hung(2.1, -0.25, 0.42, 0.42, "#e6f0ec", [
      flat(0.1, 2.06, -0.25, "#f2b84b"),
      flat(0.035, 2.17, -0.32, "#f2b84b", 0.07),
      flat(0.035, 2.17, -0.18, "#f2b84b", 0.07),
      flat(0.014, 2.08, -0.29, "#4a3a4a"),
      flat(0.014, 2.08, -0.21, "#4a3a4a"),
    ]),
  ];
}

function lampStand(): BufferGeometry[] {
  const [x, z] = [2.1, -1.55];
  return [
    turned(
      [
        [0, 0.06],
        [0.05, 0.06],
        [0.2, 0.04],
        [0.22, 0.015],
        [0.21, 0],
      ].reverse() as [number, number][],
      18,
      [x, 0, z],
      DARK_WOOD,
    ),
    rod(0.025, 0.032, 1.6, [x, 0.83, z], WOOD, undefined, 10),
    ball(0.05, [x, 0.36, z], DARK_WOOD, 12),
    rod(0.01, 0.01, 0.22, [x - 0.14, 1.42, z + 0.1], "#f0b33f", undefined, 6),
    ball(0.022, [x - 0.14, 1.3, z + 0.1], "#f0b33f", 8),
  ];
}

function pot(): BufferGeometry[] {
  const [x, z] = [-2.05, -1.5];
  return [
    turned(
      [
        [0, 0],
        [0.2, 0],
        [0.235, 0.03],
        [0.29, 0.36],
        [0.32, 0.37],
        [0.32, 0.45],
        [0.28, 0.45],
        [0.27, 0.4],
      ],
      20,
      [x, 0, z],
      (p) => (p.y > 0.36 ? "#d9714a" : shade("#b9552f", "#d9714a", p.y * 2.4)),
    ),
    rod(0.27, 0.27, 0.02, [x, 0.4, z], "#5b3a2a", undefined, 22),
    ring(0.262, 0.014, [x, 0.19, z], "#f7e6cf", [Math.PI / 2, 0, 0], 20, 4),
  ];
}
