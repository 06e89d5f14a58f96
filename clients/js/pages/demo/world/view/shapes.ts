/** Geometry by code: surfaces, colours on their corners, and many parts merged into one. */
import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  Color,
  CylinderGeometry,
  Euler,
  ExtrudeGeometry,
  LatheGeometry,
  Matrix4,
  Quaternion,
  Shape,
  SphereGeometry,
  TorusGeometry,
  Vector2,
  Vector3,
} from "three";
import { mergeGeometries, mergeVertices } from "three/addons/utils/BufferGeometryUtils.js";

export type Triple = readonly [x: number, y: number, z: number];

/** A colour, or one that depends on the place and on the way the surface faces. */
export type Paint = string | ((point: Vector3, normal: Vector3) => Color | string);

const COLORS = new Map<string, Color>();

/** The colour of that name, made once: thousands of corners ask for it. */
function colored(color: Color | string): Color {
  if (typeof color !== "string") return color;
  const made = COLORS.get(color) ?? new Color(color);
  COLORS.set(color, made);
  return made;
}

/** Gives each corner its colour; drops what the merged parts do not share. */
export function painted(geometry: BufferGeometry, paint: Paint): BufferGeometry {
  geometry.deleteAttribute("uv");
  const [position, normal] = [geometry.getAttribute("position"), geometry.getAttribute("normal")];
  const colors = new Float32Array(position.count * 3);
  const [point, facing] = [new Vector3(), new Vector3()];
  for (let at = 0; at < position.count; at++) {
    const one =
      typeof paint === "string"
        ? paint
        : paint(point.fromBufferAttribute(position, at), facing.fromBufferAttribute(normal, at));
    colored(one).toArray(colors, at * 3);
  }
  geometry.setAttribute("color", new BufferAttribute(colors, 3));
  return geometry;
}

export function placed(
  geometry: BufferGeometry,
  at: Triple,
  turn: Triple = [0, 0, 0],
  scale: Triple | number = 1,
) {
  const size = typeof scale === "number" ? new Vector3(scale, scale, scale) : new Vector3(...scale);
  const turned = new Quaternion().setFromEuler(new Euler(...turn));
  return geometry.applyMatrix4(new Matrix4().compose(new Vector3(...at), turned, size));
}

export function merged(parts: readonly BufferGeometry[]): BufferGeometry {
  const whole = mergeGeometries(parts.map(indexed));
  for (const part of parts) part.dispose();
  return whole;
}

function indexed(geometry: BufferGeometry): BufferGeometry {
  if (geometry.index) return geometry;
  const count = geometry.getAttribute("position").count;
  return geometry.setIndex([...Array(count).keys()]);
}

/** A mixed colour, for paint that shades. */
export function shade(color: string, towards: string, share: number): Color {
  return colored(color)
    .clone()
    .lerp(colored(towards), Math.min(Math.max(share, 0), 1));
}

export const box = (size: Triple, at: Triple, paint: Paint, turn?: Triple): BufferGeometry =>
  painted(placed(new BoxGeometry(...size), at, turn), paint);

/** A box whose edges are round, as a block of wood or a cushion. */
export function softBox(
  size: Triple,
  radius: number,
  at: Triple,
  paint: Paint,
  turn?: Triple,
  steps = 3,
): BufferGeometry {
  const [w, h, d] = size;
  const shape = roundedRectangle(w - 2 * radius, d - 2 * radius, Math.max(radius * 0.5, 0.001));
  const extruded = new ExtrudeGeometry(shape, {
    depth: h - 2 * radius,
    bevelThickness: radius,
    bevelSize: radius,
    bevelSegments: steps,
    curveSegments: steps,
  });
  extruded.translate(0, 0, -(h - 2 * radius) / 2).rotateX(Math.PI / 2);
  return painted(placed(smoothed(extruded), at, turn), paint);
}

/** The same surface with normals that run over its edges. */
function smoothed(geometry: BufferGeometry): BufferGeometry {
  geometry.deleteAttribute("uv");
  geometry.deleteAttribute("normal");
  const whole = mergeVertices(geometry, 1e-4);
  whole.computeVertexNormals();
  return whole;
}

export function roundedRectangle(w: number, h: number, r: number): Shape {
  const [x, y] = [-w / 2, -h / 2];
  const shape = new Shape();
  shape.moveTo(x + r, y);
  shape.lineTo(x + w - r, y).absarc(x + w - r, y + r, r, -Math.PI / 2, 0, false);
  shape.lineTo(x + w, y + h - r).absarc(x + w - r, y + h - r, r, 0, Math.PI / 2, false);
  shape.lineTo(x + r, y + h).absarc(x + r, y + h - r, r, Math.PI / 2, Math.PI, false);
  shape.lineTo(x, y + r).absarc(x + r, y + r, r, Math.PI, Math.PI * 1.5, false);
  return shape;
}

export function extruded(
  shape: Shape,
  depth: number,
  paint: Paint,
  at: Triple,
  turn?: Triple,
  curves = 24,
): BufferGeometry {
  const geometry = new ExtrudeGeometry(shape, { depth, bevelEnabled: false, curveSegments: curves });
  return painted(placed(geometry, at, turn), paint);
}

/** A body of revolution through points [radius, height]. */
export function turned(
  profile: readonly (readonly [number, number])[],
  around: number,
  at: Triple,
  paint: Paint,
  turn?: Triple,
) {
  const points = profile.map(([r, y]) => new Vector2(Math.max(r, 0.0001), y));
  return painted(placed(new LatheGeometry(points, around), at, turn), paint);
}

export function ball(
  radius: number | Triple,
  at: Triple,
  paint: Paint,
  around = 20,
  turn?: Triple,
): BufferGeometry {
  const size: Triple = typeof radius === "number" ? [radius, radius, radius] : radius;
  const sphere = new SphereGeometry(1, around, Math.max(6, Math.round(around * 0.65)));
  return painted(placed(sphere, at, turn, size), paint);
}

export const ring = (
  radius: number,
  tube: number,
  at: Triple,
  paint: Paint,
  turn?: Triple,
  around = 32,
  sides = 8,
  arc?: number,
) => painted(placed(new TorusGeometry(radius, tube, sides, around, arc), at, turn), paint);

export const rod = (
  top: number,
  bottom: number,
  height: number,
  at: Triple,
  paint: Paint,
  turn?: Triple,
  around = 14,
) => painted(placed(new CylinderGeometry(top, bottom, height, around, 1), at, turn), paint);

/** A surface over u, v in 0–1; closed in u, so that no seam is seen. Seen from outside, u goes left where v goes down. */
export function surface(us: number, vs: number, at: (u: number, v: number) => Triple): BufferGeometry {
  const positions: number[] = [];
  const index: number[] = [];
  for (let v = 0; v <= vs; v++) for (let u = 0; u < us; u++) positions.push(...at(u / us, v / vs));
  for (let v = 0; v < vs; v++) {
    for (let u = 0; u < us; u++) {
      const [a, b] = [v * us + u, v * us + ((u + 1) % us)];
      index.push(a, b, a + us, b, b + us, a + us);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setIndex(index);
  geometry.computeVertexNormals();
  return geometry;
}
