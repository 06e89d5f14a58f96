/** Fewer pixels and cheaper shadows where frames come late, more where there is room; never to and fro. */

export interface Level {
  /** Of the device's own resolution and at most 2: pixels of the picture per CSS pixel. */
  readonly ratio: number;
  /** Corners of the shadow map, 0 without. */
  readonly shadow: number;
  /** The shadow is drawn anew every so many frames. */
  readonly every: number;
}

export const BEST: Level = { ratio: 2, shadow: 2048, every: 1 };

export const LEVELS: readonly Level[] = [
  BEST,
  { ratio: 1.5, shadow: 1536, every: 1 },
  { ratio: 1.25, shadow: 1024, every: 1 },
  { ratio: 1, shadow: 1024, every: 2 },
  { ratio: 0.8, shadow: 768, every: 2 },
  { ratio: 0.65, shadow: 512, every: 3 },
  { ratio: 0.5, shadow: 512, every: 3 },
  { ratio: 0.42, shadow: 0, every: 1 },
];

const LATE = 36;
const EARLY = 19;
const PATIENCE = 14;
const LONG_EARLY = 4000;
const LONGEST_FRAME = 120;

export class Quality {
  level: number;
  /** Milliseconds from frame to frame, smoothed. */
  interval = 1000 / 60;
  #frames = 0;
  #earlySince = 0;
  /** Levels that were too much once are tried again only after a while, each time later. */
  #notBefore = 0;
  #fallen = 0;

  constructor(
    start: number,
    private readonly changed: (level: Level) => void,
  ) {
    this.level = start;
    changed(this.now);
  }

  get now(): Level {
    return LEVELS[this.level] ?? { ratio: 0.5, shadow: 0, every: 1 };
  }

  /** A frame came `interval` ms after the one before. */
  frame(interval: number, now: number): void {
    this.interval += (Math.min(interval, LONGEST_FRAME) - this.interval) * 0.1;
    this.#frames += 1;
    if (this.#frames < PATIENCE) return;
    if (this.interval > LATE && this.level < LEVELS.length - 1) this.#lower(now);
    else if (this.interval < EARLY && this.level > 0) this.#raise(now);
    else this.#earlySince = 0;
  }

  #lower(now: number): void {
    this.#fallen += 1;
    this.#notBefore = now + Math.min(8000 * 2 ** this.#fallen, 300_000);
    this.#set(this.level + 1);
  }

  #raise(now: number): void {
    this.#earlySince ||= now;
    if (now - this.#earlySince > LONG_EARLY && now > this.#notBefore) this.#set(this.level - 1);
  }

  #set(level: number): void {
    this.level = level;
    this.#frames = 0;
    this.#earlySince = 0;
    this.interval = (LATE + EARLY) / 2;
    this.changed(this.now);
  }
}
