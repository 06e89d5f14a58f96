/** Getting about: walking, turning, sitting down, standing up. */
import type { Ling } from "../ling.ts";
import { clamp, type Motion, wait, wrapped } from "../motion.ts";
import { pathTo } from "../path.ts";
import { apart, type Place, type Point } from "../places.ts";
import type { Stage } from "../stage.ts";

export type Pace = "walk" | "run";

const SPEEDS: Record<Pace, number> = { walk: 1.25, run: 2.5 };
const TURN_SPEED = 6.5;
const NEAR = 0.05;

/** On her feet, and free to move. */
export function* ready(stage: Stage): Motion {
  if (stage.ling.posture === "sitting") yield* stand(stage);
}

export function* stand(stage: Stage): Motion {
  const { ling } = stage;
  if (ling.posture !== "sitting") return;
  const seat = ling.seat;
  ling.act.aim({ lean: 0.4, crouch: 0.25, stretch: -0.08 });
  yield* wait(0.16);
  ling.standUp();
  ling.act.clear();
  ling.pose.kick("stretch", 1.2);
  if (seat) yield* slide(ling, ling.ahead(0.62), 0.3);
  else yield* wait(0.3);
}

export function* sit(stage: Stage, place?: Place): Motion {
  const { ling } = stage;
  if (ling.posture === "sitting" && (!place?.seat || ling.seat === place.id)) return;
  yield* ready(stage);
  if (place) yield* walkTo(stage, place.seat ? beside(place.seat.at) : place.stand, "walk");
  yield* turnTo(ling, place?.seat ? 0.35 : 0);
  ling.act.aim({ lean: 0.22, stretch: 0.06, armLSpread: 0.35, armRSpread: 0.35 });
  yield* wait(0.18);
  ling.act.clear();
  ling.sitDown(place?.seat ? place.id : null, place?.seat?.height ?? 0);
  if (place?.seat) yield* slide(ling, place.seat.at, 0.26);
  else yield* wait(0.26);
  ling.pose.kick("stretch", -1.6);
  yield* wait(0.35);
}

const beside = (seat: Point): Point => ({ x: seat.x + 0.55, z: seat.z + 0.4 });

function* slide(ling: Ling, to: Point, seconds: number): Motion {
  const from = { x: ling.x, z: ling.z };
  ling.pose.kick("lift", 1.2);
  for (let gone = 0; gone < seconds; gone += yield) {
    ling.x = from.x + (to.x - from.x) * (gone / seconds);
    ling.z = from.z + (to.z - from.z) * (gone / seconds);
  }
  ling.x = to.x;
  ling.z = to.z;
}

/** Turns on the spot, with small steps. */
export function* turnTo(ling: Ling, heading: number): Motion {
  let steps = 0;
  try {
    for (let left = wrapped(heading - ling.heading); Math.abs(left) > 0.02; ) {
      const seconds = yield;
      steps += seconds;
      const turned = clamp(left, -1, 1) * Math.min(TURN_SPEED * seconds, Math.abs(left));
      ling.heading = wrapped(
        ling.heading + (Math.abs(left) > 0.3 ? Math.sign(left) * TURN_SPEED * seconds : turned),
      );
      ling.stride.aim({
        footLLift: Math.max(0, Math.sin(steps * 18)) * 0.07,
        footRLift: Math.max(0, -Math.sin(steps * 18)) * 0.07,
        headYaw: clamp(left, -0.6, 0.6) * 0.7,
        tilt: clamp(left, -1, 1) * 0.06,
      });
      const next = wrapped(heading - ling.heading);
      if (Math.sign(next) !== Math.sign(left) || Math.abs(next) < 0.03) break;
      left = next;
    }
    ling.heading = wrapped(heading);
  } finally {
    ling.stride.clear();
  }
}

export const headingTo = (from: Point, to: Point): number => Math.atan2(to.x - from.x, to.z - from.z);

export function* face(stage: Stage, to: Point): Motion {
  yield* turnTo(stage.ling, headingTo(stage.ling, to));
}

/** Walks around what is in the way. `near`: how far from the goal she may stop. */
export function* walkTo(stage: Stage, to: Point, pace: Pace, near = NEAR): Motion {
  const { ling } = stage;
  yield* ready(stage);
  if (apart(ling, to) <= near) return;
  const way = pathTo(ling, to);
  const whole = lengthOf(ling, way);
  try {
    ling.pose.kick("stretch", -0.8);
    for (const [at, corner] of way.entries()) {
      const last = at === way.length - 1;
      yield* leg(stage, corner, SPEEDS[pace] * stage.haste, last ? near : 0.14, () =>
        stage.report(1 - lengthOf(ling, way.slice(at)) / whole),
      );
    }
  } finally {
    ling.stride.clear();
  }
  yield* wait(0.12);
}

function lengthOf(from: Point, way: readonly Point[]): number {
  return way.reduce((sum, corner, at) => sum + apart(way[at - 1] ?? from, corner), 0);
}

function* leg(stage: Stage, to: Point, speed: number, near: number, moved: () => void): Motion {
  const { ling } = stage;
  let going = 0;
  let phase = 0;
  const longest = apart(ling, to) / speed + 3;
  for (let gone = 0; apart(ling, to) > near && gone < longest; ) {
    const seconds = yield;
    gone += seconds;
    const off = wrapped(headingTo(ling, to) - ling.heading);
    ling.heading = wrapped(ling.heading + clamp(off, -TURN_SPEED * seconds, TURN_SPEED * seconds));
    const wanted =
      speed * Math.max(0, Math.cos(clamp(off, -1.5, 1.5))) * clamp((apart(ling, to) - near) * 4 + 0.25, 0, 1);
    going += (wanted - going) * Math.min(1, seconds * 9);
    const left = apart(ling, to);
    const go = Math.min(going * seconds, left);
    const straight = left > 0.25 ? ling.heading : headingTo(ling, to);
    ling.x += Math.sin(straight) * go;
    ling.z += Math.cos(straight) * go;
    phase += seconds * (4 + going * 6.2);
    stride(stage, phase, going, off);
    moved();
  }
}

/** One moment of the gait: feet, bounce, arms and the roll of the body. */
function stride(stage: Stage, phase: number, going: number, off: number): void {
  const much = clamp(going / 1.2, 0, 1.35);
  const soft = stage.calm ? 0.4 : 1;
  const [sin, cos] = [Math.sin(phase), Math.cos(phase)];
  stage.ling.stride.aim({
    footLStep: sin * 0.16 * much,
    footRStep: -sin * 0.16 * much,
    footLLift: Math.max(0, cos) * 0.13 * much,
    footRLift: Math.max(0, -cos) * 0.13 * much,
    armLRaise: -sin * 0.7 * much * soft,
    armRRaise: sin * 0.7 * much * soft * (stage.ling.holding ? 0.15 : 1),
    lean: 0.12 * much + (much > 1.1 ? 0.12 : 0),
    tilt: cos * 0.075 * much * soft - clamp(off, -1, 1) * 0.12,
    lift: Math.abs(sin) * 0.055 * much * soft,
    stretch: Math.cos(phase * 2) * 0.05 * much * soft,
    headRoll: -cos * 0.05 * much * soft,
    tailWag: 0.25 * much,
  });
}
