// @ts-check
/** What the spirit can do, as motions of its joints. Each ends when the motion has ended, or rejects when `signal` aborts. */
import { ASLEEP, BODY, EXPRESSIONS, ease } from './rig.js';

/** @typedef {import('./figure.js').Figure} Figure */
/** @typedef {{x: number, depth: number, floor: number}} Place */

/** @type {ReadonlyMap<string, Place>} where one can stand in the room */
export const PLACES = new Map([
  ['rug', { x: 240, depth: 0.8, floor: 0 }],
  ['plant', { x: 128, depth: 0.7, floor: 0 }],
  ['window', { x: 164, depth: 0, floor: 0 }],
  ['cushion', { x: 338, depth: 0.9, floor: 12 }],
  ['lamp', { x: 374, depth: 0.15, floor: 0 }],
]);

/** @type {ReadonlyMap<string, string>} */
export const COLORS = new Map([
  ['jade', '#5fc6a0'], ['red', '#ef6461'], ['orange', '#f79a4b'], ['yellow', '#f5cf57'], ['green', '#7ecb5a'], ['blue', '#5aa9f0'],
  ['purple', '#a384ec'], ['pink', '#f593b8'], ['white', '#f1eef7'], ['black', '#5b566e'],
]);

/** @type {ReadonlyMap<string, [yaw: number, lookX: number, lookY: number]>} as the one who watches sees it */
export const DIRECTIONS = new Map([
  ['left', [-34, -1, 0]], ['right', [34, 1, 0]], ['up', [0, 0, -2.1]], ['down', [0, 0, 1.7]], ['front', [0, 0, 0]],
]);

const HEIGHTS = new Map([['low', 30], ['normal', 70], ['high', 118]]);

/** Get on the feet, facing the front. @param {Figure} figure @param {AbortSignal} signal */
async function ready(figure, signal) {
  if (figure.facts.posture !== 'standing') await stand(figure, signal);
  else if (figure.facts.facing !== 'front') await figure.rig.to({ yaw: 0, lookX: 0, lookY: 0 }, 180, ease.both, signal);
  figure.facts.facing = 'front';
}

/** @param {Figure} figure @param {AbortSignal} signal */
export async function stand(figure, signal) {
  const { rig, facts } = figure;
  const slept = facts.posture === 'asleep';
  if (slept) {
    await rig.to({ ...face(figure), open: 0.4, shut: 0, heart: 0 }, 260, ease.both, signal);
    await rig.to({ squash: 0.9, lie: 0.5 }, 200, ease.out, signal);
  }
  await rig.to({ ...face(figure), sit: 0, lie: 0, squash: 1.1, y: 10 * rig.amount, armL: 20, armR: 20 }, 220, ease.out, signal);
  facts.posture = 'standing';
  await rig.to({ ...BODY }, 240, ease.back, signal);
}

/** @param {Figure} figure */
const face = (figure) => EXPRESSIONS.get(figure.facts.expression) ?? {};

/** @param {Figure} figure @param {{hand?: string}} args @param {AbortSignal} signal */
export async function wave(figure, { hand = 'right' }, signal) {
  await ready(figure, signal);
  const { rig, facts } = figure;
  const [left, right] = [hand !== 'right', hand !== 'left'];
  const lean = (Number(left) - Number(right)) * 5 * rig.amount;
  await rig.to({ armL: left ? 138 : 0, armR: right ? 138 : 0, tilt: lean, squash: 1.04 }, 240, ease.back, signal);
  await rig.during(1050, signal, (share) => {
    const swing = Math.sin(share * Math.PI * 6) * 24;
    rig.set({ armL: left ? 138 + swing : 0, armR: right ? 138 + swing : 0, tilt: lean + swing * 0.08 * rig.amount });
  });
  facts.waves += 1;
  await rig.to({ armL: 0, armR: 0, tilt: 0, squash: 1 }, 240, ease.both, signal);
}

/** @param {Figure} figure @param {{times?: number, height?: string}} args @param {AbortSignal} signal */
export async function jump(figure, { times = 1, height = 'normal' }, signal) {
  await ready(figure, signal);
  const { rig, facts } = figure;
  const up = (HEIGHTS.get(height) ?? 70) * rig.amount;
  const air = 130 + 11 * Math.sqrt(up * 6);
  for (let i = 0; i < times; i++) {
    await rig.to({ squash: 0.76, armL: -6, armR: -6 }, 130, ease.out, signal);
    await rig.to({ squash: 1.15, y: up, armL: 78, armR: 78, footL: -5, footR: -5 }, air, ease.out, signal);
    await rig.to({ squash: 1.06, y: 0, armL: 96, armR: 96 }, air * 0.85, ease.in, signal);
    facts.jumps += 1;
    figure.emit('spark', 2);
    await rig.to({ squash: 0.78, armL: 10, armR: 10, footL: 0, footR: 0 }, 80, ease.out, signal);
    await rig.to({ squash: 1, armL: 0, armR: 0 }, 190, ease.back, signal);
  }
}

/** @param {Figure} figure @param {{turns?: number, direction?: string}} args @param {AbortSignal} signal */
export async function spin(figure, { turns = 1, direction = 'right' }, signal) {
  await ready(figure, signal);
  const { rig, facts } = figure;
  const sign = direction === 'left' ? -1 : 1;
  await rig.to({ squash: 0.88, yaw: -18 * sign }, 150, ease.out, signal);
  rig.to({ squash: 1.06, armL: 58, armR: 58 }, 220, ease.out, signal).catch(() => {});
  for (let i = 0; i < turns; i++) {
    const from = i === 0 ? -18 : 0;
    await rig.during(620, signal, (share) => {
      const whole = i === turns - 1 ? ease.out(share) : share;
      rig.set({ yaw: sign * (from + (360 - from) * whole), y: Math.sin(share * Math.PI) * 12 * rig.amount });
    });
    facts.spins += 1;
  }
  rig.set({ yaw: 0, y: 0 });
  figure.emit('spark', 3);
  await rig.to({ squash: 1, armL: 0, armR: 0 }, 260, ease.back, signal);
}

/** @type {Record<string, (t: number) => Partial<import('./rig.js').Pose>>} the pose at `t`, π to a beat */
const STEPS = {
  bounce: (t) => ({
    y: Math.abs(Math.sin(t)) * 26, squash: 0.92 + Math.abs(Math.sin(t)) * 0.14, tilt: Math.sin(t) * 4,
    armL: 70 + 50 * Math.sin(t), armR: 70 - 50 * Math.sin(t),
  }),
  sway: (t) => ({
    tilt: Math.sin(t) * 13, yaw: Math.sin(t) * 22, lookX: Math.sin(t) * 0.6, squash: 1 + Math.cos(t * 2) * 0.04,
    armL: 95 + 35 * Math.sin(t), armR: 95 - 35 * Math.sin(t),
  }),
  twist: (t) => ({
    yaw: Math.sin(t * 1.5) * 58, squash: 0.94 + Math.cos(t * 3) * 0.06, tilt: Math.sin(t * 1.5) * -5,
    armL: 40 + 30 * Math.sin(t * 3), armR: 40 + 30 * Math.sin(t * 3),
  }),
  shuffle: (t) => ({
    footL: Math.max(0, Math.sin(t)) * 14, footR: Math.max(0, -Math.sin(t)) * 14, tilt: Math.sin(t) * 9,
    y: Math.abs(Math.sin(t)) * 8, squash: 1 + Math.cos(t * 2) * 0.05,
    armL: 30 + 40 * Math.max(0, Math.sin(t)), armR: 30 + 40 * Math.max(0, -Math.sin(t)),
  }),
};
const DANCES = new Map(Object.entries(STEPS));

/** @param {Figure} figure @param {{style?: string, seconds?: number}} args @param {AbortSignal} signal */
export async function dance(figure, { style = 'bounce', seconds = 3 }, signal) {
  await ready(figure, signal);
  const { rig, facts } = figure;
  const step = DANCES.get(style) ?? (() => ({}));
  const beats = Math.max(1, Math.round((seconds * 1000) / 460)) * Math.PI;
  let sung = -1;
  await rig.during(seconds * 1000, signal, (share) => {
    const t = share * beats;
    const grown = Math.min(1, share * 8, (1 - share) * 8) * (rig.amount < 1 ? 0.35 : 1);
    rig.set(scaled(step(t), grown));
    if (Math.floor(t / Math.PI / 2) > sung) {
      sung = Math.floor(t / Math.PI / 2);
      figure.emit('note', 1);
    }
  });
  facts.dances += 1;
  await rig.to({ ...BODY }, 240, ease.back, signal);
}

/** A pose between rest and `pose`. @param {Partial<import('./rig.js').Pose>} pose @param {number} share */
function scaled(pose, share) {
  const rest = /** @type {Record<string, number>} */ ({ ...BODY });
  const entries = Object.entries(pose).map(([joint, value]) => [joint, rest[joint] + (value - rest[joint]) * share]);
  return /** @type {Partial<import('./rig.js').Pose>} */ (Object.fromEntries(entries));
}

/** @param {Figure} figure @param {{spot: string}} args @param {AbortSignal} signal */
export async function walkTo(figure, { spot }, signal) {
  const { rig, facts } = figure;
  const place = PLACES.get(spot);
  if (!place) throw new Error(`there is no ${spot} here`);
  await ready(figure, signal);
  const { x, depth, floor } = rig.pose;
  const from = { x, depth, floor };
  const far = Math.hypot(place.x - from.x, (place.depth - from.depth) * 90);
  if (far > 4) {
    const side = place.x === from.x ? 0 : Math.sign(place.x - from.x);
    await rig.to({ yaw: side * 38 }, 160, ease.both, signal);
    facts.spot = 'between';
    const steps = Math.max(2, Math.round(far / 34));
    const ms = Math.max(500, Math.min(2400, far * 7.5));
    await rig.during(ms, signal, (share) => walk(figure, from, place, share, steps));
    facts.spot = spot;
  }
  await rig.to({ ...BODY }, 220, ease.back, signal);
}

/**
 * One moment of a walk of `steps` steps.
 * @param {Figure} figure
 * @param {Place} from
 * @param {Place} to
 * @param {number} share
 * @param {number} steps
 */
function walk({ rig }, from, to, share, steps) {
  const way = ease.both(share);
  const stride = Math.sin(way * steps * Math.PI);
  const hop = Math.abs(stride) * rig.amount;
  rig.set({
    x: from.x + (to.x - from.x) * way, depth: from.depth + (to.depth - from.depth) * way,
    floor: from.floor + (to.floor - from.floor) * way ** 4, y: hop * 9,
    footL: Math.max(0, stride) * 12, footR: Math.max(0, -stride) * 12, tilt: stride * 6 * rig.amount,
    squash: 0.97 + hop * 0.07, armL: 18 + stride * 22, armR: 18 - stride * 22,
  });
}

/** @param {Figure} figure @param {AbortSignal} signal */
export async function sit(figure, signal) {
  const { rig, facts } = figure;
  if (facts.posture === 'sitting') return;
  await ready(figure, signal);
  await rig.to({ squash: 1.08, y: 16 * rig.amount, armL: 40, armR: 40 }, 190, ease.out, signal);
  facts.posture = 'sitting';
  await rig.to({ squash: 0.88, y: 0, sit: 1, armL: 6, armR: 6 }, 190, ease.in, signal);
  await rig.to({ squash: 1, armL: 0, armR: 0 }, 260, ease.back, signal);
}

/** @param {Figure} figure @param {AbortSignal} signal */
export async function sleep(figure, signal) {
  const { rig, facts } = figure;
  if (facts.posture === 'asleep') return;
  await ready(figure, signal);
  await rig.to({ open: 0.35, shut: 0, heart: 0, mouth: 0, gape: 0.8, wide: 0.55, armR: 60, tilt: -4, squash: 1.04 }, 420, ease.both, signal);
  await rig.during(380, signal);
  facts.posture = 'asleep';
  await rig.to({ ...ASLEEP, ...BODY, lie: 1, squash: 0.96 }, 620, ease.both, signal);
  await rig.to({ squash: 1 }, 300, ease.back, signal);
}

/** @param {Figure} figure @param {{direction: string}} args @param {AbortSignal} signal */
export async function lookAt(figure, { direction = 'front' }, signal) {
  const { rig, facts } = figure;
  if (facts.posture === 'asleep') await stand(figure, signal);
  const [yaw, lookX, lookY] = DIRECTIONS.get(direction) ?? [0, 0, 0];
  facts.facing = direction;
  await rig.to({ yaw, lookX, lookY, tilt: lookX * 3 * rig.amount }, 360, ease.back, signal);
  await rig.during(420, signal);
}

/** @param {Figure} figure @param {{expression?: string}} args @param {AbortSignal} signal */
export async function setExpression(figure, { expression = 'happy' }, signal) {
  const { rig, facts } = figure;
  facts.expression = expression;
  if (facts.posture === 'asleep') return;
  if (expression === 'love') figure.emit('heart', 4);
  await rig.to({ ...face(figure) }, 320, ease.back, signal);
  await rig.during(160, signal);
}

/** @param {Figure} figure @param {{color?: string, hex?: string}} args @param {AbortSignal} signal */
export async function changeColor(figure, { color, hex }, signal) {
  const { rig, facts } = figure;
  facts.color = hex ?? color ?? 'jade';
  figure.paint(hex ?? COLORS.get(color ?? 'jade') ?? '#5fc6a0');
  figure.emit('spark', 5);
  await rig.during(520, signal);
}

/** Come to rest from wherever a motion was stopped. @param {Figure} figure */
export function settle(figure) {
  const { rig, facts } = figure;
  const held = { sit: facts.posture === 'sitting' ? 1 : 0, lie: facts.posture === 'asleep' ? 1 : 0 };
  facts.facing = 'front';
  return rig.to({ ...BODY, ...held, ...(held.lie ? ASLEEP : face(figure)) }, 300, ease.back);
}
