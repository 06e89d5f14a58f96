/** A way across the floor, around the furniture. */
import { apart, inRoom, OBSTACLES, type Obstacle, type Point } from "./places.ts";

const HER_RADIUS = 0.4;
const MOST_TURNS = 6;

/** The points to walk to one after the other; the last is `to`, moved out of what stands there. */
export function pathTo(from: Point, to: Point): Point[] {
  const goal = inRoom(clear(to), 0.2);
  const way = [goal];
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    const next = way[0] ?? goal;
    const blocking = OBSTACLES.filter((it) => blocks(it, from, next)).sort(
      (a, b) => apart(a, from) - apart(b, from),
    );
    const first = blocking[0];
    if (!first) break;
    way.unshift(around(first, from, next));
  }
  return way;
}

/** The nearest point that is not within furniture. */
export function clear(point: Point): Point {
  const inside = OBSTACLES.find((it) => apart(it, point) < it.radius + HER_RADIUS - 0.02);
  if (!inside) return point;
  const away = apart(inside, point) || 1;
  const out = (inside.radius + HER_RADIUS) / away;
  return { x: inside.x + (point.x - inside.x) * out, z: inside.z + (point.z - inside.z) * out };
}

function blocks(it: Obstacle, from: Point, to: Point): boolean {
  const reach = it.radius + HER_RADIUS - 0.04;
  if (apart(it, from) < reach || apart(it, to) < reach) return false;
  const near = nearest(it, from, to);
  return near.share > 0 && near.share < 1 && apart(it, near) < reach;
}

function nearest(point: Point, from: Point, to: Point): Point & { share: number } {
  const [dx, dz] = [to.x - from.x, to.z - from.z];
  const length = dx * dx + dz * dz || 1;
  const share = ((point.x - from.x) * dx + (point.z - from.z) * dz) / length;
  return { x: from.x + dx * share, z: from.z + dz * share, share };
}

/** A point beside the obstacle, on the side where the way is shorter and inside the room. */
function around(it: Obstacle, from: Point, to: Point): Point {
  const near = nearest(it, from, to);
  const distance = apart(it, near);
  const [dx, dz] = distance > 0.01 ? [near.x - it.x, near.z - it.z] : [to.z - from.z, from.x - to.x];
  const out = (it.radius + HER_RADIUS + 0.1) / (Math.hypot(dx, dz) || 1);
  const beside = { x: it.x + dx * out, z: it.z + dz * out };
  const inside = inRoom(beside, 0.15);
  return apart(inside, beside) < 0.01 ? beside : { x: it.x - dx * out, z: it.z - dz * out };
}
