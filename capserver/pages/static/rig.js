// @ts-check
/** The spirit's joints as plain numbers, and how they move from one value to another. Knows nothing of SVG. */

/**
 * What the body does. `x`: 0–480 across the room; `depth`: 0 at the wall, 1 in front; `floor`: px of
 * what it stands on; `y`: px above that;
 * `squash`: 1 at rest, less is flatter; `tilt`, `yaw`, `armL`, `armR`: degrees; `footL`, `footR`: px lifted;
 * `sit`, `lie`: 0–1; `lookX`, `lookY`: −1–1.
 * @typedef {Record<'y' | 'squash' | 'tilt' | 'yaw' | 'armL' | 'armR' | 'footL' | 'footR' | 'lookX' | 'lookY', number>} Body
 */
/** @type {Readonly<Body>} */
export const BODY = Object.freeze({
  y: 0, squash: 1, tilt: 0, yaw: 0, armL: 0, armR: 0, footL: 0, footR: 0, lookX: 0, lookY: 0,
});

/**
 * What the face does. `open`: of the eyes; `shut`: 0–1 from eyes to lids, `arc`: lids ‿ −1 to ⌒ 1; `brow`: −1 sad
 * to 1 cross; `mouth`: curve −1–1, `gape`: open 0–1, `wide`: its width; `blush`, `heart`, `tear`: 0–1.
 */
const CALM = { open: 1, shut: 0, arc: 0, brow: 0, lift: 0, mouth: 0.55, gape: 0, wide: 1, blush: 0.55, heart: 0, tear: 0 };

/** @typedef {typeof CALM} Face */
/** @typedef {Body & Face & {x: number, depth: number, floor: number, sit: number, lie: number, talk: number}} Pose */
/** @typedef {(t: number) => number} Ease */

/** @type {ReadonlyMap<string, Face>} */
export const EXPRESSIONS = new Map([
  ['neutral', CALM],
  ['happy', { ...CALM, shut: 1, arc: 1, mouth: 1, gape: 0.6, wide: 1.2, blush: 0.95 }],
  ['sad', { ...CALM, open: 0.86, brow: -1, lift: 1, mouth: -0.8, wide: 0.85, blush: 0.25, tear: 1 }],
  ['surprised', { ...CALM, open: 1.22, lift: 4, mouth: 0, gape: 0.95, wide: 0.62, blush: 0.4 }],
  ['angry', { ...CALM, open: 0.82, brow: 1, lift: -2, mouth: -0.7, wide: 0.9, blush: 0.8 }],
  ['sleepy', { ...CALM, open: 0.36, brow: -0.3, mouth: 0.15, gape: 0.3, wide: 0.5, blush: 0.5 }],
  ['love', { ...CALM, heart: 1, open: 0, mouth: 1, gape: 0.5, wide: 1.1, blush: 1 }],
  ['shy', { ...CALM, shut: 1, arc: -0.8, brow: -0.5, lift: 2, mouth: 0.4, wide: 0.6, blush: 1.25 }],
]);

export const ASLEEP = Object.freeze({ ...CALM, shut: 1, arc: -1, mouth: 0.3, gape: 0.12, wide: 0.45, blush: 0.7 });

/** @type {Record<'in' | 'out' | 'both' | 'back' | 'flat', Ease>} */
export const ease = {
  in: (t) => t * t,
  out: (t) => 1 - (1 - t) ** 2.4,
  both: (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2),
  back: (t) => 1 + 2.6 * (t - 1) ** 3 + 1.6 * (t - 1) ** 2,
  flat: (t) => t,
};

/**
 * @typedef {object} Tween
 * @property {number} begin
 * @property {number} ms
 * @property {(share: number) => void} step
 * @property {() => void} done
 */

export class Rig {
  /** @type {Pose} */
  pose = { ...BODY, ...CALM, x: 240, depth: 0.8, floor: 0, sit: 0, lie: 0, talk: 0 };
  /** Less than 1 where a person asked for little motion. */
  amount = 1;
  /** @type {Set<Tween>} */
  #tweens = new Set();
  /** @type {Map<string, Tween>} the newest tween of each joint */
  #owners = new Map();
  #now = 0;

  get busy() {
    return this.#tweens.size > 0;
  }

  /** Take every tween to where it is at `now` (ms). @param {number} now */
  advance(now) {
    this.#now = now;
    for (const tween of [...this.#tweens]) {
      const share = Math.min(1, Math.max(0, (now - tween.begin) / tween.ms));
      tween.step(share);
      if (share === 1) this.#end(tween);
    }
  }

  /**
   * Move joints to their new values; a later move of the same joint takes it over.
   * @param {Partial<Pose>} goal
   * @param {number} ms
   * @param {Ease} [shape]
   * @param {AbortSignal} [signal] ends the move where it is, and rejects with its reason
   * @returns {Promise<void>}
   */
  to(goal, ms, shape = ease.both, signal) {
    const joints = /** @type {(keyof Pose)[]} */ (Object.keys(goal));
    const from = joints.map((joint) => this.pose[joint]);
    const step = (/** @type {number} */ share) => {
      joints.forEach((joint, i) => {
        if (this.#owners.get(joint) !== tween) return;
        this.pose[joint] = from[i] + (/** @type {number} */ (goal[joint]) - from[i]) * shape(share);
      });
    };
    const { tween, promise } = this.#begin(ms, step, signal);
    for (const joint of joints) this.#owners.set(joint, tween);
    return promise;
  }

  /**
   * Call `step` with the share of time passed (0–1) at each frame for `ms`.
   * @param {number} ms
   * @param {AbortSignal} signal
   * @param {(share: number) => void} [step]
   */
  during(ms, signal, step = () => {}) {
    return this.#begin(ms, step, signal).promise;
  }

  /** Set joints at once, taking them from whatever moves them. @param {Partial<Pose>} values */
  set(values) {
    for (const joint of Object.keys(values)) this.#owners.delete(joint);
    Object.assign(this.pose, values);
  }

  /** @param {number} ms @param {(share: number) => void} step @param {AbortSignal} [signal] */
  #begin(ms, step, signal) {
    /** @type {Tween} */
    const tween = { begin: this.#now, ms: Math.max(1, ms), step, done: () => {} };
    const promise = /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          this.#tweens.delete(tween);
          reject(signal?.reason);
        };
        tween.done = () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        };
        signal?.addEventListener('abort', stop, { once: true });
        this.#tweens.add(tween);
      })
    );
    return { tween, promise };
  }

  /** @param {Tween} tween */
  #end(tween) {
    this.#tweens.delete(tween);
    for (const [joint, owner] of this.#owners) if (owner === tween) this.#owners.delete(joint);
    tween.done();
  }
}
