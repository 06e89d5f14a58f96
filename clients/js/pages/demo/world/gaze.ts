/** Where she looks: a point that was asked for, a thing that a person drags, the pointer, or here and there by herself. */
import type { Ling } from "./ling.ts";
import { clamp, mix, wrapped } from "./motion.ts";

export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export const VIEWER: Spot = { x: 0.9, y: 2, z: 7 };
const EYES_AT = 1.32;
const HOW_LONG_ASKED = 6;

export class Gaze {
  /** What the person points at, in the room; `null` while the pointer is elsewhere. */
  pointer: Spot | null = null;
  #asked: (() => Spot) | null = null;
  #left = 0;
  #wandering: Spot | null = null;
  #next = 3;
  #noticing = 0;

  constructor(private readonly ling: Ling) {}

  /** Looks there from now on: for a while, or until released. */
  at(spot: () => Spot, seconds = HOW_LONG_ASKED): void {
    this.#asked = spot;
    this.#left = seconds;
  }

  release(): void {
    this.#asked = null;
  }

  /** The person did something there: she follows it with her eyes for a while. */
  notice(seconds = 2.5): void {
    this.#noticing = seconds;
  }

  step(seconds: number): void {
    this.#left -= seconds;
    this.#noticing -= seconds;
    if (this.#left <= 0) this.#asked = null;
    this.#wander(seconds);
    const spot = this.#asked?.() ?? (this.#noticing > 0 ? this.pointer : null) ?? this.#wandering ?? VIEWER;
    this.#look(spot, this.#asked !== null || (this.#noticing > 0 && this.pointer !== null));
  }

  #wander(seconds: number): void {
    this.#next -= seconds;
    if (this.#next > 0) return;
    const { random } = this.ling;
    const choice = random();
    if (choice < 0.45) this.#wandering = null;
    else if (choice < 0.65 && this.pointer) this.#wandering = this.pointer;
    else this.#wandering = { x: mix(-3, 3, random()), y: mix(0.3, 1.8, random()), z: mix(0.5, 5, random()) };
    this.#next = mix(1.2, 3.6, random());
  }

  #look(spot: Spot, eager: boolean): void {
    const { ling } = this;
    const [dx, dz] = [spot.x - ling.x, spot.z - ling.z];
    const yaw = wrapped(Math.atan2(dx, dz) - ling.heading);
    const behind = Math.abs(yaw) > 2.2 && !eager;
    const pitch = Math.atan2(EYES_AT + ling.pose.now.floor - spot.y, Math.max(Math.hypot(dx, dz), 0.4));
    const share = eager ? 0.8 : 0.5;
    const headYaw = behind ? 0 : clamp(yaw * share, -0.95, 0.95);
    const headPitch = clamp(pitch * share, -0.45, 0.5);
    ling.gaze.aim({
      headYaw,
      headPitch,
      headRoll: clamp(yaw, -1, 1) * -0.05,
      twist: eager ? clamp(yaw * 0.2, -0.3, 0.3) : 0,
      lookX: behind ? 0 : clamp((yaw - headYaw) * 1.6, -1, 1),
      lookY: clamp(-(pitch - headPitch) * 1.6, -1, 1),
    });
  }
}
