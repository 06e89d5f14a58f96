/**
 * Motions as generators: each `yield` waits for the next step of the world's clock and is answered by its length in
 * seconds. A motion that is ended early runs its `finally` blocks at once, so that nothing is left half done.
 */

export type Motion<T = void> = Generator<undefined, T, number>;

interface Playing {
  readonly motion: Motion<unknown>;
  readonly settle: (result: IteratorResult<undefined, unknown>) => boolean;
  readonly fail: (error: unknown) => void;
  readonly report: ((share: number) => void) | undefined;
}

/** Plays motions side by side, on a clock that is driven from outside. */
export class Player {
  readonly #playing = new Set<Playing>();
  #current: Playing | null = null;

  get busy(): boolean {
    return this.#playing.size > 0;
  }

  /** Begins at once. Rejects with the signal's reason where that aborts first, or with what the motion throws. */
  play<T>(motion: Motion<T>, signal?: AbortSignal, report?: (share: number) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#playing.delete(playing);
        motion.return(undefined as T);
        reject(signal?.reason);
      };
      const end = () => {
        this.#playing.delete(playing);
        signal?.removeEventListener("abort", stop);
      };
      const playing: Playing = {
        motion,
        settle: (result) => {
          if (!result.done) return false;
          end();
          resolve(result.value as T);
          return true;
        },
        fail: (error) => {
          end();
          reject(error);
        },
        report,
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#playing.add(playing);
      this.#advance(playing, 0);
    });
  }

  step(seconds: number): void {
    for (const playing of [...this.#playing]) if (this.#playing.has(playing)) this.#advance(playing, seconds);
  }

  /** For the motion that moves right now: how far it is, 0 to 1. */
  report(share: number): void {
    this.#current?.report?.(clamp(share, 0, 1));
  }

  #advance(playing: Playing, seconds: number): void {
    const before = this.#current;
    this.#current = playing;
    try {
      playing.settle(playing.motion.next(seconds));
    } catch (error) {
      playing.fail(error);
    } finally {
      this.#current = before;
    }
  }
}

export type Ease = (share: number) => number;

export const linear: Ease = (t) => t;
export const smooth: Ease = (t) => t * t * (3 - 2 * t);
export const easeOut: Ease = (t) => 1 - (1 - t) ** 3;
export const easeIn: Ease = (t) => t * t;

/** Calls `paint` with the share of the time that has gone, eased, until it is 1. */
export function* tween(seconds: number, paint: (share: number) => void, ease: Ease = smooth): Motion {
  for (let gone = 0; gone < seconds; gone += yield) paint(ease(gone / seconds));
  paint(1);
}

export function* wait(seconds: number): Motion {
  for (let gone = 0; gone < seconds; ) gone += yield;
}

/** Waits for `done`, at most so many seconds; tells whether it came. */
export function* until(done: () => boolean, atMost: number): Motion<boolean> {
  for (let gone = 0; gone < atMost; gone += yield) if (done()) return true;
  return done();
}

export const clamp = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), most);

export const mix = (from: number, to: number, share: number): number => from + (to - from) * share;

/** The angle in (−π, π] that is the same direction. */
export function wrapped(angle: number): number {
  const turn = Math.PI * 2;
  const rest = ((angle % turn) + turn) % turn;
  return rest > Math.PI ? rest - turn : rest;
}

/** A small seeded generator of numbers in [0, 1): mulberry32. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
