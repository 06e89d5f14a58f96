/** Dances: each style says where the joints are at a moment of the beat. */
import { clamp, type Motion, wait, wrapped } from "../motion.ts";
import type { Aims } from "../pose.ts";
import type { Stage } from "../stage.ts";
import { ready } from "./walk.ts";

export const STYLES = ["bounce", "ballet", "disco", "robot", "twist", "sway", "taichi"] as const;
export type Style = (typeof STYLES)[number];

interface Step {
  readonly aims: Aims;
  /** Radians that she is turned by. */
  readonly turned?: number;
}

const wave = (beat: number): number => Math.sin(beat * Math.PI);
const bump = (beat: number): number => Math.abs(wave(beat));
/** Holds a pose, then snaps to the next. */
const snap = (beat: number): number => Math.sign(wave(beat / 2)) * clamp(Math.abs(wave(beat / 2)) * 4, 0, 1);

const STEPS: Record<Style, (beat: number) => Step> = {
  bounce: (beat) => ({
    aims: {
      lift: bump(beat) * 0.13,
      stretch: (bump(beat) - 0.5) * 0.16,
      tilt: wave(beat / 2) * 0.16,
      headRoll: wave(beat / 2) * 0.14,
      armLSpread: 0.7 + wave(beat) * 0.7,
      armRSpread: 0.7 - wave(beat) * 0.7,
      armLRaise: 0.4,
      armRRaise: 0.4,
      footLLift: Math.max(0, wave(beat / 2)) * 0.12,
      footRLift: Math.max(0, -wave(beat / 2)) * 0.12,
    },
  }),
  ballet: (beat) => {
    const turning = beat % 8 > 4;
    return {
      turned: turning ? ((beat % 4) / 4) ** 2 * (3 - (beat % 4) / 2) * Math.PI * 2 : 0,
      aims: {
        stretch: 0.13,
        lift: 0.04 + bump(beat / 2) * 0.05,
        armLSpread: turning ? 2.3 : 1.5 + wave(beat / 2) * 0.8,
        armRSpread: turning ? 2.3 : 1.5 - wave(beat / 2) * 0.8,
        armLBend: 0.6,
        armRBend: 0.6,
        tilt: turning ? 0 : wave(beat / 2) * 0.14,
        headPitch: -0.12,
        headYaw: turning ? 0 : wave(beat / 2) * 0.3,
        footRLift: turning ? 0.16 : Math.max(0, wave(beat / 2)) * 0.14,
        footLLift: turning ? 0 : Math.max(0, -wave(beat / 2)) * 0.14,
        tailLift: 0.5,
      },
    };
  },
  disco: (beat) => {
    const right = Math.floor(beat / 2) % 2 === 0;
    return {
      aims: {
        sway: (right ? -1 : 1) * 0.06,
        tilt: (right ? 1 : -1) * 0.12,
        twist: (right ? -1 : 1) * 0.25,
        armRSpread: right ? 2.2 : 0.3,
        armRRaise: right ? 0.4 : -0.2,
        armLSpread: right ? 0.3 : 2.2,
        armLRaise: right ? -0.2 : 0.4,
        crouch: bump(beat) * 0.22,
        headYaw: (right ? -1 : 1) * 0.3,
        headPitch: -0.1 + bump(beat) * 0.12,
        stretch: (0.5 - bump(beat)) * 0.08,
      },
    };
  },
  robot: (beat) => {
    const [first, second] = [snap(beat), snap(beat + 1)];
    return {
      aims: {
        twist: first * 0.4,
        headYaw: second * 0.55,
        armLSpread: 0.9,
        armRSpread: 0.9,
        armLRaise: first > 0 ? 1.2 : -0.1,
        armRRaise: first > 0 ? -0.1 : 1.2,
        armLBend: 0.9,
        armRBend: 0.9,
        tilt: second * 0.07,
        crouch: second > 0 ? 0.15 : 0,
        earL: first * 0.5,
        earR: -first * 0.5,
      },
    };
  },
  twist: (beat) => ({
    aims: {
      twist: wave(beat) * 0.6,
      crouch: 0.18 + wave(beat / 4) * 0.16,
      armLRaise: 0.7 + wave(beat) * 0.5,
      armRRaise: 0.7 - wave(beat) * 0.5,
      armLSpread: 0.3,
      armRSpread: 0.3,
      headYaw: -wave(beat) * 0.3,
      footLStep: wave(beat) * 0.06,
      footRStep: -wave(beat) * 0.06,
      lean: wave(beat / 4) * 0.12,
    },
  }),
  sway: (beat) => ({
    aims: {
      tilt: wave(beat / 2) * 0.22,
      sway: wave(beat / 2) * 0.1,
      headRoll: wave(beat / 2 - 0.2) * 0.2,
      armLSpread: 1.5 + wave(beat / 2) * 0.5,
      armRSpread: 1.5 - wave(beat / 2) * 0.5,
      footLLift: Math.max(0, wave(beat / 2)) * 0.06,
      footRLift: Math.max(0, -wave(beat / 2)) * 0.06,
      tailWag: 0.4,
    },
  }),
  taichi: (beat) => ({
    aims: {
      crouch: 0.32 + wave(beat / 4) * 0.12,
      twist: wave(beat / 4) * 0.5,
      sway: wave(beat / 4) * 0.08,
      armLRaise: 1.1 + wave(beat / 4) * 0.7,
      armRRaise: 1.1 - wave(beat / 4) * 0.7,
      armLSpread: 0.2 + wave(beat / 4 + 0.5) * 0.5,
      armRSpread: 0.2 - wave(beat / 4 + 0.5) * 0.5,
      headYaw: wave(beat / 4) * 0.2,
      footLStep: 0.06,
      footRStep: -0.06,
    },
  }),
};

const BEATS: Record<Style, number> = {
  bounce: 2.2,
  ballet: 2,
  disco: 2.2,
  robot: 1.9,
  twist: 2.6,
  sway: 1.7,
  taichi: 1.4,
};

export function* dance(stage: Stage, style: Style, seconds: number): Motion {
  const { ling } = stage;
  yield* ready(stage);
  const from = ling.heading;
  const soft = stage.calm ? 0.35 : 1;
  const lasts = stage.calm ? Math.min(seconds, 2) : seconds;
  let beats = -1;
  try {
    for (let gone = 0; gone < lasts; gone += yield) {
      const beat = gone * BEATS[style];
      const step = STEPS[style](beat);
      ling.act.aim(scaled(step.aims, soft));
      if (!stage.calm) ling.heading = wrapped(from + (step.turned ?? 0));
      if (Math.floor(beat) > beats) {
        beats = Math.floor(beat);
        stage.sounds.beat(beats);
      }
      stage.report(gone / lasts);
    }
  } finally {
    ling.heading = from;
    ling.act.clear();
  }
  ling.act.aim({ armLSpread: 1.7 * soft, armRSpread: 1.7 * soft, stretch: 0.08, headPitch: -0.15 });
  yield* wait(0.45);
  ling.act.clear();
  stage.counts.dances += 1;
  yield* wait(0.25);
}

function scaled(aims: Aims, by: number): Aims {
  if (by === 1) return aims;
  return Object.fromEntries(Object.entries(aims).map(([name, value]) => [name, value * by]));
}
