/** Where the picture is taken from, as numbers; the view fits them to the size of the page. */
import type { Ling } from "./ling.ts";
import { type Motion, mix, smooth, tween } from "./motion.ts";

export interface Shot {
  /** Radians around the middle, 0 from the front, to the right. */
  around: number;
  /** Radians above the floor. */
  above: number;
  /** Metres that have to fit into the width and the height of the picture. */
  width: number;
  height: number;
  x: number;
  y: number;
  z: number;
}

/** The views, and what they are called. */
export const VIEWS = {
  front: ["front", "front view", "normal", "default", "正面", "默认"],
  close: ["close", "close-up", "closeup", "zoom in", "closer", "特写", "近景", "拉近"],
  left: ["left", "from the left", "left side", "左边", "左侧", "左"],
  right: ["right", "from the right", "right side", "右边", "右侧", "右"],
  top: ["top", "from above", "bird's eye", "above", "俯视", "上方", "从上面"],
  wide: ["wide", "zoom out", "farther", "whole room", "全景", "远景", "拉远"],
  orbit: ["orbit", "all around", "环绕", "绕一圈", "转一圈"],
} as const satisfies Record<string, readonly string[]>;
export type ViewName = keyof typeof VIEWS;

export const isView = (name: string): name is ViewName => Object.hasOwn(VIEWS, name);

const HOME: Shot = { around: 0.34, above: 0.3, width: 6.85, height: 5.15, x: -0.24, y: 0.93, z: 0 };

export class Camera {
  view: ViewName = "front";
  now: Shot = HOME;
  /** What a person adds by dragging, radians; it springs back. */
  nudge = { around: 0, above: 0 };

  constructor(private readonly ling: Ling) {}

  /** Moves to the view; `seconds` 0 cuts. */
  *move(view: ViewName, seconds: number): Motion {
    const from = this.now;
    this.view = view;
    if (view === "orbit") yield* this.#sweep(from, seconds * 3);
    else {
      const to = this.#shot(view);
      try {
        yield* tween(seconds, (share) => {
          this.now = between(from, to, share);
        });
      } finally {
        this.now = to;
      }
    }
  }

  #shot(view: ViewName): Shot {
    const { x, z } = this.ling;
    const floor = this.ling.pose.now.floor;
    switch (view) {
      case "close":
        return { around: 0.16, above: 0.1, width: 2.5, height: 2.7, x, y: 1.24 + floor, z };
      case "left":
        return { ...HOME, around: -0.42 };
      case "right":
        return { ...HOME, around: 1.05, above: 0.28 };
      case "top":
        return { ...HOME, around: 0.12, above: 1.22, y: 0.3, height: 5 };
      case "wide":
        return { ...HOME, width: 8.4, height: 6.4, y: 1.1 };
      default:
        return HOME;
    }
  }

  *#sweep(from: Shot, seconds: number): Motion {
    try {
      if (seconds > 0)
        yield* tween(seconds, (share) => {
          this.now = {
            ...between(from, HOME, smooth(Math.min(share * 3, 1))),
            around: from.around + swing(share),
          };
        });
    } finally {
      this.now = HOME;
      this.view = "front";
    }
  }
}

/** There and back, since the room has two walls only: first to the left, then to the right. */
const swing = (share: number): number => Math.sin(share * Math.PI * 2) * -0.85;

function between(from: Shot, to: Shot, share: number): Shot {
  return {
    around: mix(from.around, to.around, share),
    above: mix(from.above, to.above, share),
    width: mix(from.width, to.width, share),
    height: mix(from.height, to.height, share),
    x: mix(from.x, to.x, share),
    y: mix(from.y, to.y, share),
    z: mix(from.z, to.z, share),
  };
}
