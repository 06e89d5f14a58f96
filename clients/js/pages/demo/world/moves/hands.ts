/** Taking things, putting them down, throwing them. */
import { CommandFault } from "../faults.ts";
import { type Motion, mix, until, wait } from "../motion.ts";
import { apart, inRoom, type Place, type Point } from "../places.ts";
import type { Stage } from "../stage.ts";
import { freeSpot, groundAt, type Thing, throwSpeed } from "../things.ts";
import { face, ready, walkTo } from "./walk.ts";

export type Strength = "soft" | "normal" | "hard";

const REACH = 0.64;
const FLIGHT: Record<Strength, number> = { soft: 0.95, normal: 0.75, hard: 0.55 };
const AWAY: Record<Strength, number> = { soft: 1.1, normal: 1.9, hard: 2.8 };

export function* pickUp(stage: Stage, thing: Thing): Motion {
  const { ling } = stage;
  if (ling.holding === thing) return;
  if (ling.holding) {
    throw new CommandFault(
      "hands_full",
      `Ling already holds the ${ling.holding.names[0]}: put it down or throw it first.`,
    );
  }
  yield* ready(stage);
  yield* reachFor(stage, thing);
  if (thing.held === "person") {
    throw new CommandFault(
      "held_by_person",
      `A person is holding the ${thing.names[0]} right now: try again later.`,
    );
  }
  ling.take(thing);
  stage.touched(thing);
  ling.pose.kick("stretch", 1);
  ling.act.clear();
  yield* wait(0.4);
}

/** Goes there and bends down to it; once more where it has been moved meanwhile. */
function* reachFor(stage: Stage, thing: Thing): Motion {
  const { ling } = stage;
  for (let tries = 0; tries < 3; tries++) {
    yield* walkTo(stage, thing, "walk", REACH + thing.radius * 0.3);
    yield* face(stage, thing);
    const high = thing.y > 0.25;
    ling.act.aim({
      crouch: high ? 0.1 : 0.75,
      lean: high ? 0.25 : 0.5,
      headPitch: high ? 0.1 : 0.25,
      stretch: -0.05,
    });
    ling.act.aim({
      armRRaise: high ? 1.2 : 0.75,
      armLRaise: high ? 0.3 : -0.4,
      armRSpread: -0.2,
      tailLift: 0.4,
    });
    yield* wait(0.36);
    if (apart(ling, thing) < REACH + 0.75 || thing.held !== null) return;
    ling.act.clear();
  }
  throw new CommandFault("out_of_reach", `The ${thing.names[0]} keeps moving away.`);
}

function held(stage: Stage): Thing {
  const { holding } = stage.ling;
  if (!holding) throw new CommandFault("not_holding", "Ling holds nothing: pick something up first.");
  return holding;
}

export function* putDown(stage: Stage, place?: Place): Motion {
  const { ling } = stage;
  const thing = held(stage);
  yield* ready(stage);
  if (place) yield* walkTo(stage, place.stand, "walk", 0.1);
  const wanted = place?.drop ?? inRoom(ling.ahead(0.7), 0.2);
  const spot = freeSpot(wanted, stage.things.values(), thing);
  yield* face(stage, spot);
  const high = groundAt(spot) > 0.25;
  ling.act.aim({
    crouch: high ? 0.1 : 0.7,
    lean: high ? 0.28 : 0.48,
    headPitch: 0.2,
    armRRaise: high ? 0.25 : -0.25,
  });
  yield* wait(0.38);
  if (ling.holding !== thing)
    throw new CommandFault("taken_away", `A person took the ${thing.names[0]} away.`);
  ling.let();
  thing.put(spot);
  stage.touched(thing);
  ling.act.clear();
  yield* wait(0.35);
}

export function* throwIt(stage: Stage, strength: Strength, to?: Point & { y: number }): Motion {
  const { ling } = stage;
  const thing = held(stage);
  yield* ready(stage);
  if (to) yield* face(stage, to);
  ling.act.aim({
    twist: -0.55,
    lean: -0.3,
    stretch: 0.06,
    armRRaise: 1.5,
    armRSpread: 0.35,
    armLRaise: 0.9,
    footLStep: 0.1,
  });
  yield* wait(strength === "hard" ? 0.5 : 0.36);
  ling.act.aim({
    twist: 0.6,
    lean: 0.28,
    headPitch: -0.2,
    stretch: -0.04,
    armRRaise: -0.5,
    armRSpread: 0,
    armLRaise: -0.5,
  });
  yield* wait(0.1);
  if (ling.holding !== thing)
    throw new CommandFault("taken_away", `A person took the ${thing.names[0]} away.`);
  fling(stage, thing, strength, to ?? { ...goal(stage, strength), y: 0 });
  ling.pose.kick("stretch", -1.4);
  yield* wait(0.22);
  ling.act.clear();
  yield* until(() => thing.resting || thing.held !== null, 3.5);
}

/** Where it comes down when nothing was named: ahead, well inside the room. */
function goal(stage: Stage, strength: Strength): Point {
  return inRoom(stage.ling.ahead(AWAY[strength]), 0.35);
}

function fling(stage: Stage, thing: Thing, strength: Strength, to: Point & { y: number }): void {
  const { ling } = stage;
  ling.let();
  const from = { ...ling.ahead(0.42, -0.29), y: ling.handHeight + 0.5 };
  thing.put(from);
  const far = apart(from, to);
  const seconds = FLIGHT[strength] * mix(0.6, 1.15, Math.min(far / 3.5, 1));
  const speed = throwSpeed(from, to, seconds);
  thing.release(speed.x, speed.y, speed.z);
  stage.gaze.at(() => ({ x: thing.x, y: thing.y, z: thing.z }), 2);
  stage.touched(thing);
}
