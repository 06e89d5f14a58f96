/** The things one can take, by code; each stands on its lowest point, around its own middle. */
import { type BufferGeometry, Shape } from "three";
import type { ThingId } from "../things.ts";
import {
  ball,
  box,
  extruded,
  merged,
  painted,
  placed,
  ring,
  rod,
  shade,
  softBox,
  surface,
  turned,
} from "./shapes.ts";

export const THING_SHAPES: Record<ThingId, (radius: number) => BufferGeometry> = {
  red_ball: (r) => striped(r, "#e8484a", "#fff4e6"),
  blue_ball: (r) => striped(r, "#3f86e0", "#dff0ff"),
  yellow_ball: (r) => striped(r, "#f6c02f", "#fff6d8"),
  cube: (r) => cube(r),
  star: (r) => star(r),
  book: (r) => book(r),
  music_box: (r) => musicBox(r),
  bun: (r) => bun(r),
};

function striped(r: number, tone: string, band: string): BufferGeometry {
  return ball(
    r,
    [0, 0, 0],
    (p) => (Math.abs(p.y / r) < 0.22 ? band : Math.abs(p.y / r) > 0.93 ? band : tone),
    22,
  );
}

function cube(r: number): BufferGeometry {
  const side = r * 1.7;
  const faces = [
    ball([0.05, 0.05, 0.012], [0, 0, side / 2], "#fff4e0", 8),
    ball([0.012, 0.05, 0.05], [side / 2, 0, 0], "#ffd166", 8),
    ball([0.05, 0.012, 0.05], [0, side / 2, 0], "#f58ea8", 8),
    ball([0.012, 0.05, 0.05], [-side / 2, 0, 0], "#8ec9f0", 8),
  ];
  return merged([softBox([side, side, side], 0.03, [0, 0, 0], "#57b26a", undefined, 2), ...faces]);
}

function star(r: number): BufferGeometry {
  const shape = new Shape();
  for (let at = 0; at < 10; at++) {
    const [turn, far] = [(at * Math.PI) / 5 + Math.PI / 2, at % 2 ? r * 0.56 : r * 1.12];
    const [x, y] = [Math.cos(turn) * far, Math.sin(turn) * far];
    if (at === 0) shape.moveTo(x, y);
    else shape.lineTo(x, y);
  }
  const flat = extruded(shape.closePath() as Shape, 0.05, "#ffc93d", [0, 0, -0.025]);
  const puff = ball([r * 0.62, r * 0.62, 0.06], [0, 0, 0], (p) => shade("#ffc93d", "#ffe58a", p.y / r), 16);
  const eyes = [-0.035, 0.035].map((x) => ball([0.011, 0.016, 0.01], [x, 0.012, 0.058], "#4a2f3a", 8));
  return merged([flat, puff, ...eyes]);
}

function book(r: number): BufferGeometry {
  const [w, h, d] = [r * 1.5, 0.075, r * 1.9];
  return merged([
    softBox([w, 0.018, d], 0.008, [0, h / 2, 0], "#7d5fc0", undefined, 1),
    softBox([w, 0.018, d], 0.008, [0, -h / 2, 0], "#7d5fc0", undefined, 1),
    box([w * 0.95, h, d * 0.94], [0.006, 0, 0], "#fff6e3"),
    rod(h * 0.56, h * 0.56, d, [-w / 2 + 0.006, 0, 0], "#6a4fae", [Math.PI / 2, 0, 0], 10),
    ball([0.05, 0.006, 0.05], [0, h / 2 + 0.01, 0], "#ffd166", 14),
    box([0.02, 0.004, 0.12], [w * 0.2, 0, d / 2 + 0.04], "#e5484d"),
  ]);
}

function musicBox(r: number): BufferGeometry {
  const h = r * 1.1;
  return merged([
    softBox([r * 1.9, h, r * 1.5], 0.025, [0, 0, 0], "#b05f8c", undefined, 2),
    softBox([r * 2.0, 0.03, r * 1.6], 0.012, [0, h / 2, 0], "#f2b84b", undefined, 2),
    rod(0.012, 0.012, 0.06, [r * 1.0, 0, 0], "#f2b84b", [0, 0, Math.PI / 2], 8),
    ball(0.022, [r * 1.22, 0.03, 0], "#f2b84b", 8),
    turned(
      [
        [0.05, 0],
        [0.034, 0.04],
        [0.012, 0.07],
        [0, 0.075],
      ],
      14,
      [0, h / 2 + 0.015, 0],
      "#fdf3f6",
    ),
    ball(0.028, [0, h / 2 + 0.1, 0], "#ffd9c2", 8),
    ball([0.03, 0.016, 0.03], [0, h / 2 + 0.122, 0], "#7a4a33", 8),
    ring(0.03, 0.006, [0, 0.0, r * 0.76], "#f2b84b", undefined, 12, 4),
  ]);
}

function bun(r: number): BufferGeometry {
  const dough = painted(
    surface(28, 9, (u, v) => {
      const up = -Math.cos(v * Math.PI);
      const pleats = up > 0.1 ? 1 + 0.05 * up * Math.cos(u * Math.PI * 28) : 1;
      const round = Math.sin(v * Math.PI) ** 0.85 * pleats;
      const tip = up > 0.75 ? (up - 0.75) * 0.5 : 0;
      return [
        Math.cos(u * Math.PI * 2) * round * r,
        (up * 0.66 + tip) * r,
        -Math.sin(u * Math.PI * 2) * round * r,
      ];
    }),
    (p) => shade("#f0ddc2", "#fffaf0", 0.5 + p.y / r),
  );
  const cheek = [-1, 1].map((side) =>
    ball([0.02, 0.012, 0.008], [side * 0.062, -0.012, r * 0.93], "#f7a6a0", 8),
  );
  const eyes = [-1, 1].map((side) =>
    ball([0.01, 0.013, 0.008], [side * 0.035, 0.006, r * 0.965], "#4a2f3a", 8),
  );
  return merged([placed(dough, [0, 0, 0]), ...cheek, ...eyes]);
}

/** How far below its middle the lowest point is, while it lies. */
export const HALF_HEIGHTS: Record<ThingId, number> = {
  red_ball: 0.17,
  blue_ball: 0.14,
  yellow_ball: 0.12,
  cube: 0.12,
  star: 0.12,
  book: 0.047,
  music_box: 0.077,
  bun: 0.085,
};
