/** Short motions on the spot: jump, wave, spin, bow, nod, shake the head, and what a poke does. */
import type { Ling } from "../ling.ts";
import { easeOut, type Motion, smooth, tween, wait, wrapped } from "../motion.ts";
import type { Aims, Layer } from "../pose.ts";
import type { Stage } from "../stage.ts";
import { ready } from "./walk.ts";

export type Hand = "left" | "right" | "both";
export type Height = "low" | "normal" | "high";

const HEIGHTS: Record<Height, number> = { low: 0.28, normal: 0.55, high: 1.0 };
const GRAVITY = 7;

export function* jump(stage: Stage, times: number, height: Height): Motion {
  const { ling } = stage;
  yield* ready(stage);
  const top = HEIGHTS[height] * (stage.calm ? 0.3 : 1);
  for (let done = 0; done < times; done++) {
    yield* leap(stage, ling.act, top);
    stage.counts.jumps += 1;
    stage.report((done + 1) / times);
  }
  yield* wait(0.25);
}

/** Down to gather strength, up in a parabola, and a landing that gives. */
function* leap(stage: Stage, layer: Layer, top: number): Motion {
  const { pose } = stage.ling;
  layer.aim({
    crouch: 0.55,
    stretch: -0.14,
    lean: 0.16,
    armLRaise: -0.7,
    armRRaise: -0.7,
    earL: -0.3,
    earR: -0.3,
  });
  yield* wait(0.2 + top * 0.06);
  const speed = Math.sqrt(2 * GRAVITY * top);
  const airborne = (2 * speed) / GRAVITY;
  pose.kick("stretch", 2 + top * 2);
  layer.aim({
    crouch: -0.1,
    stretch: 0.1,
    lean: -0.05,
    armLRaise: 0.5,
    armRRaise: 0.5,
    armLSpread: 1.7,
    armRSpread: 1.7,
  });
  layer.aim({ footLStep: -0.04, footRStep: 0.05, footLLift: 0.02, footRLift: 0.05 });
  try {
    yield* tween(
      airborne,
      (share) => {
        const time = share * airborne;
        pose.put("lift", speed * time - (GRAVITY * time * time) / 2);
        if (share > 0.6) layer.aim({ stretch: 0.02, armLSpread: 1.1, armRSpread: 1.1 });
      },
      (share) => share,
    );
  } finally {
    layer.clear();
  }
  pose.kick("stretch", -2.6 - top * 2.4);
  pose.kick("lift", 0);
  layer.aim({ crouch: 0.4 });
  yield* wait(0.09);
  layer.clear();
  yield* wait(0.12);
}

/** With the hand that is free, where none was asked for. */
export function* wave(stage: Stage, asked: Hand | undefined, times: number): Motion {
  const { ling } = stage;
  const hand = asked ?? (ling.holding ? "left" : "right");
  const [left, right] = [hand !== "right", hand !== "left"];
  const lean = (Number(right) - Number(left)) * 0.09;
  const up = (spread: number): Aims => ({
    ...(left && { armLSpread: spread, armLRaise: 0.45, armLBend: 0.2 }),
    ...(right && { armRSpread: spread, armRRaise: ling.holding ? -0.6 : 0.45, armRBend: 0.2 }),
  });
  ling.act.aim({ ...up(-0.15), stretch: -0.04 });
  yield* wait(0.1);
  ling.act.aim({ ...up(1.75), tilt: lean, headRoll: lean, stretch: 0.05, armLRaise: left ? 0.45 : 0 });
  yield* wait(0.22);
  for (let done = 0; done < times; done++) {
    yield* tween(
      0.44,
      (share) => ling.act.aim(up(1.7 + Math.sin(share * Math.PI * 2) * 0.6)),
      (share) => share,
    );
    stage.counts.waves += 1;
    stage.report((done + 1) / times);
  }
  ling.act.clear();
  yield* wait(0.22);
}

export function* spin(stage: Stage, turns: number, side: "left" | "right"): Motion {
  const { ling } = stage;
  yield* ready(stage);
  const way = side === "left" ? 1 : -1;
  const from = ling.heading;
  ling.act.aim({ twist: -way * 0.5, crouch: 0.3, armLSpread: 0.3, armRSpread: 0.3 });
  yield* wait(0.24);
  ling.act.aim({
    twist: way * 0.15,
    crouch: -0.05,
    stretch: 0.09,
    armLSpread: 1.2,
    armRSpread: 1.2,
    footLLift: 0.05,
  });
  const seconds = (0.35 + turns * 0.5) * (stage.calm ? 0.6 : 1);
  yield* tween(seconds, (share) => {
    ling.heading = wrapped(from + way * turns * Math.PI * 2 * share);
    ling.act.aim({ tilt: Math.sin(share * turns * Math.PI * 2) * 0.07 });
  });
  ling.heading = from;
  ling.act.clear();
  ling.pose.kick("twist", way * 5);
  ling.pose.kick("stretch", -1.2);
  yield* wait(0.4);
}

export function* bow(stage: Stage, deep: boolean): Motion {
  const { ling } = stage;
  yield* ready(stage);
  const much = deep ? 1 : 0.6;
  ling.act.aim({ lean: -0.1, stretch: 0.05 });
  yield* wait(0.16);
  ling.act.aim({
    lean: 0.85 * much,
    headPitch: 0.45 * much,
    stretch: -0.03,
    armLSpread: 0.25,
    armRSpread: 0.25,
    tailLift: 0.5,
  });
  ling.act.aim({ armLRaise: -0.35, armRRaise: ling.holding ? -0.2 : 0.9, armRSpread: -0.25 });
  yield* wait(0.75 + 0.35 * much);
  ling.act.clear();
  yield* wait(0.4);
}

export function* nod(stage: Stage, times: number): Motion {
  yield* shakes(stage, times, (swing) => ({ headPitch: 0.06 + swing * 0.34, stretch: -swing * 0.03 }), 0.4);
}

export function* shakeHead(stage: Stage, times: number): Motion {
  yield* shakes(stage, times, (swing) => ({ headYaw: swing * 0.62, twist: -swing * 0.08 }), 0.46);
}

function* shakes(stage: Stage, times: number, aims: (swing: number) => Aims, seconds: number): Motion {
  const { head } = stage.ling;
  for (let done = 0; done < times; done++) {
    yield* tween(
      seconds,
      (share) => head.aim(aims(Math.sin(share * Math.PI * 2))),
      (share) => share,
    );
    stage.report((done + 1) / times);
  }
  head.clear();
  yield* wait(0.2);
}

export function* giggle(stage: Stage): Motion {
  const { head } = stage.ling;
  head.aim({ arc: 1, smile: 0.4, gape: 0.7, blush: 0.6, tailWag: 0.7 });
  yield* tween(
    1.2,
    (share) => head.aim({ headRoll: Math.sin(share * 25) * 0.12, stretch: Math.sin(share * 31) * 0.03 }),
    smooth,
  );
  head.clear();
  yield* wait(0.2);
}

/** Right away, over whatever she does: a start, a hop, a giggle; each poke in a row tickles more. */
export function* poked(stage: Stage, tickle: number): Motion {
  const { ling } = stage;
  const { reflex, pose } = ling;
  try {
    pose.kick("stretch", -3.2);
    pose.kick("earL", 14);
    pose.kick("earR", 14);
    pose.kick("flame", 6);
    reflex.aim({
      arc: 1 - pose.now.heart,
      smile: 0.3,
      gape: 0.7,
      blush: 0.6,
      tailWag: 0.7,
      headRoll: tickle % 2 ? 0.14 : -0.14,
    });
    yield* wait(0.1);
    if (!stage.calm && ling.posture === "standing" && pose.now.lift < 0.02) yield* hop(ling, 0.16);
    yield* tween(0.7, (share) => reflex.aim({ tilt: Math.sin(share * 26) * 0.07 * (1 - share) }), smooth);
    yield* wait(0.25 + Math.min(tickle, 4) * 0.15);
  } finally {
    reflex.clear();
  }
}

function* hop(ling: Ling, top: number): Motion {
  yield* tween(0.3, (share) => ling.reflex.aim({ lift: Math.sin(share * Math.PI) * top }), easeOut);
  ling.pose.kick("stretch", -1.8);
}
