/**
 * The character's joints as plain numbers. Layers (body, head, face, gaze, …) each say where a joint should be; their
 * sum is what a spring pulls the joint to. So lanes run side by side, and a motion that stops early leaves nothing behind.
 */

/** Per joint: how fast its spring is (Hz), how damped (1: no overshoot), where it rests. Angles are in radians. */
const JOINTS = {
  lift: [6, 0.9, 0], // metres above the ground, of jumps
  floor: [3.4, 0.75, 0], // height of what she sits or stands on
  crouch: [3.4, 0.6, 0], // 0–1
  stretch: [3.6, 0.34, 0], // −0.5 flat to 0.5 long
  lean: [3, 0.55, 0], // forwards
  tilt: [2.8, 0.5, 0], // to her left
  twist: [3, 0.6, 0],
  sway: [3, 0.6, 0], // metres to her left
  sit: [2.6, 0.62, 0],
  headPitch: [3.6, 0.6, 0], // down
  headYaw: [3, 0.7, 0], // to her left
  headRoll: [2.8, 0.5, 0],
  armLRaise: [3.8, 0.5, 0], // forwards and up
  armRRaise: [3.8, 0.5, 0],
  armLSpread: [3.8, 0.5, 0.28], // sideways and up
  armRSpread: [3.8, 0.5, 0.28],
  armLBend: [4, 0.55, 0.25],
  armRBend: [4, 0.55, 0.25],
  footLLift: [6, 0.7, 0],
  footRLift: [6, 0.7, 0],
  footLStep: [6, 0.7, 0],
  footRStep: [6, 0.7, 0],
  earL: [4, 0.35, 0], // back −1, perked 1
  earR: [4, 0.35, 0],
  tailLift: [2.2, 0.5, 0],
  tailWag: [2.4, 0.5, 0.12],
  flame: [3, 0.4, 1],
  open: [7, 0.8, 1], // of the eyes
  wink: [8, 0.9, 0],
  arc: [7, 0.8, 0], // eyes as happy arcs
  slant: [6, 0.8, 0], // lids: −1 sad, 1 cross
  pupil: [4, 0.6, 1],
  lookX: [7, 0.85, 0], // to her left, −1–1
  lookY: [7, 0.85, 0], // up
  brow: [6, 0.7, 0], // −1 sad, 1 cross
  browLift: [6, 0.6, 0],
  smile: [6, 0.7, 0.55], // −1–1
  gape: [9, 0.7, 0],
  wide: [6, 0.7, 1],
  blush: [2, 1, 0.5],
  heart: [6, 0.6, 0],
  star: [6, 0.6, 0],
  tear: [2.5, 1, 0],
} as const satisfies Record<string, readonly [number, number, number]>;

export type Joint = keyof typeof JOINTS;
export type Joints = Record<Joint, number>;
export type Aims = Partial<Joints>;

export const JOINT_NAMES = Object.keys(JOINTS) as Joint[];

const zeros = (): Joints => Object.fromEntries(JOINT_NAMES.map((name) => [name, 0])) as Joints;

/** What one lane wants of the joints, as differences from rest. */
export class Layer {
  readonly aims: Aims = {};

  aim(aims: Aims): void {
    Object.assign(this.aims, aims);
  }

  clear(...names: Joint[]): void {
    for (const name of names.length > 0 ? names : JOINT_NAMES) delete this.aims[name];
  }
}

export class Pose {
  readonly now: Joints = zeros();
  readonly #speed: Joints = zeros();
  readonly #wanted: Joints = zeros();
  readonly #layers: Layer[] = [];

  constructor() {
    for (const name of JOINT_NAMES) this.now[name] = JOINTS[name][2];
  }

  layer(): Layer {
    const layer = new Layer();
    this.#layers.push(layer);
    return layer;
  }

  /** A push that the spring answers: a hop of the ears, a squash at the landing. */
  kick(name: Joint, speed: number): void {
    this.#speed[name] += speed;
  }

  /** Puts a joint there at once, and keeps it from moving on. */
  put(name: Joint, value: number): void {
    this.now[name] = value;
    this.#speed[name] = 0;
  }

  step(seconds: number): void {
    for (const name of JOINT_NAMES) this.#wanted[name] = JOINTS[name][2];
    for (const { aims } of this.#layers) {
      for (const name in aims) this.#wanted[name as Joint] += aims[name as Joint] ?? 0;
    }
    for (const name of JOINT_NAMES) this.#pull(name, seconds);
  }

  #pull(name: Joint, seconds: number): void {
    const [hertz, damping] = JOINTS[name];
    const omega = hertz * Math.PI * 2;
    const force =
      omega * omega * (this.#wanted[name] - this.now[name]) - 2 * damping * omega * this.#speed[name];
    this.#speed[name] += force * seconds;
    this.now[name] += this.#speed[name] * seconds;
  }
}
