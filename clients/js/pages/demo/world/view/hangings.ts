/** What hangs, shines or sways: the lanterns and their string, the lamp's shade, the leaves of the plant. */
import {
  type BufferGeometry,
  CatmullRomCurve3,
  Color,
  InstancedMesh,
  type Material,
  Object3D,
  TubeGeometry,
  Vector3,
} from "three";
import { dice } from "../motion.ts";
import { WALLS } from "./room.ts";
import { merged, painted, placed, ring, rod, shade, surface, type Triple, turned } from "./shapes.ts";

const HANGS = new CatmullRomCurve3([
  new Vector3(WALLS.left + 0.06, 2.72, 1.5),
  new Vector3(WALLS.left + 0.3, 2.4, 0.1),
  new Vector3(WALLS.left + 0.12, 2.72, WALLS.back + 0.12),
  new Vector3(-1.25, 2.42, WALLS.back + 0.28),
  new Vector3(0.1, 2.74, WALLS.back + 0.1),
  new Vector3(1.35, 2.42, WALLS.back + 0.28),
  new Vector3(2.55, 2.76, WALLS.back + 0.1),
]);

export function string(): BufferGeometry[] {
  return [painted(new TubeGeometry(HANGS, 48, 0.009, 3), "#8a5533")];
}

/** The plant's leaves, from its pot: they sway. */
export function leavesShape(): BufferGeometry {
  const random = dice(5);
  return merged(
    Array.from({ length: 13 }, (_, at) => {
      const turn = at * 2.4;
      const [long, lean] = [0.62 + random() * 0.34, 0.28 + (at / 13) * 0.75];
      return placed(leaf(long, 0.115 + random() * 0.05, lean, at % 3), [0, 0, 0], [0, turn, 0]);
    }),
  );
}

function leaf(long: number, wide: number, lean: number, tone: number): BufferGeometry {
  const colors = [
    ["#2f7d52", "#79c77a"],
    ["#3a8f5e", "#96d884"],
    ["#276f4b", "#62b56e"],
  ] as const;
  const [dark, light] = colors[tone] ?? colors[0];
  const geometry = surface(6, 7, (u, v) => {
    const share = 1 - v;
    const bend = lean * (0.35 + share * 1.15);
    const half = share < 0.22 ? 0.012 : wide * Math.sin(Math.PI * ((share - 0.22) / 0.78) ** 0.8) + 0.001;
    const [cos, sin] = [Math.cos(u * Math.PI * 2), Math.sin(u * Math.PI * 2)];
    const thick = sin * 0.014 + Math.abs(cos) * half * 0.35;
    const [out, up] = [Math.sin(bend) * share * long, Math.cos(bend * 0.85) * share * long];
    return [cos * half, up + Math.sin(bend) * thick, out - Math.cos(bend) * thick];
  });
  return painted(geometry, (p) => shade(dark, light, Math.hypot(p.y, p.z) / long - Math.abs(p.x) * 1.2));
}

const LANTERNS = [0.08, 0.21, 0.44, 0.56, 0.78, 0.9];

/** Paper lanterns on the string; they swing a little. */
export class Lanterns {
  readonly mesh: InstancedMesh;
  readonly #each = new Object3D();

  constructor(material: Material) {
    this.mesh = new InstancedMesh(lantern(), material, LANTERNS.length);
    this.mesh.frustumCulled = false;
    this.show(0);
  }

  show(time: number): void {
    for (const [at, share] of LANTERNS.entries()) {
      HANGS.getPoint(share, this.#each.position);
      this.#each.rotation.set(Math.sin(time * 0.9 + at * 2) * 0.05, at, Math.cos(time * 0.8 + at) * 0.05);
      this.#each.scale.setScalar(at % 2 ? 0.85 : 1);
      this.#each.updateMatrix();
      this.mesh.setMatrixAt(at, this.#each.matrix);
    }
    this.mesh.instanceMatrix.needsUpdate = true;
  }
}

function lantern(): BufferGeometry {
  const paper = painted(
    surface(16, 8, (u, v) => {
      const up = -Math.cos(v * Math.PI);
      const r = 0.125 * Math.sin(v * Math.PI) ** 0.7 * (1 - 0.05 * Math.cos(u * Math.PI * 16));
      return [Math.cos(u * Math.PI * 2) * r, -0.17 + up * 0.105, -Math.sin(u * Math.PI * 2) * r];
    }),
    (p) => shade("#e5483f", "#ff7a54", 0.5 + (p.y + 0.17) * -4),
  );
  return merged([
    paper,
    rod(0.05, 0.05, 0.03, [0, -0.065, 0], "#f2b84b", undefined, 8),
    rod(0.05, 0.05, 0.03, [0, -0.275, 0], "#f2b84b", undefined, 8),
    rod(0.004, 0.004, 0.06, [0, -0.03, 0], "#8a5533", undefined, 4),
    rod(0.012, 0.02, 0.09, [0, -0.33, 0], "#f2b84b", undefined, 6),
  ]);
}

/** The lamp's shade, which shines at night. */
export function lampShade(): BufferGeometry {
  const paper = turned(
    [
      [0.36, 0],
      [0.2, 0.42],
    ],
    30,
    [0, 0, 0],
    (p) => shade("#f3b356", "#ffe3a6", 1 - p.y / 0.42),
  );
  const inner = turned(
    [
      [0.2, 0.418],
      [0.357, 0.002],
    ],
    30,
    [0, 0, 0],
    "#fff0c8",
  );
  return merged([
    paper,
    inner,
    ring(0.36, 0.012, [0, 0, 0], "#d98f3b", [Math.PI / 2, 0, 0], 30, 6),
    ring(0.2, 0.012, [0, 0.42, 0], "#d98f3b", [Math.PI / 2, 0, 0], 24, 6),
  ]);
}

export const LAMP: Triple = [2.1, 1.5, -1.55];
export const PLANT: Triple = [-2.05, 0.4, -1.5];
export const lampLight = new Color("#ffb35c");
