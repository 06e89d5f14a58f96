/** What the world tells of itself, as plain JSON. */
import type { Posture } from "./ling.ts";
import type { Stage } from "./stage.ts";

export interface Quality {
  readonly renderer: string | null;
  readonly level: number;
  readonly pixelRatio: number;
  readonly shadows: boolean;
  readonly fps: number;
  /** Pictures drawn so far. */
  readonly frames: number;
  readonly drawCalls: number;
  readonly triangles: number;
  /** Milliseconds of script that a frame takes: the median of the newest. */
  readonly scriptMs: number;
}

export interface WorldState {
  readonly position: { readonly x: number; readonly z: number };
  /** Degrees to her left from facing the viewer. */
  readonly heading: number;
  /** Metres above what she stands on. */
  readonly lift: number;
  readonly posture: Posture;
  readonly seat: string | null;
  readonly expression: string;
  readonly color: string;
  readonly holding: string | null;
  readonly camera: string;
  readonly waves: number;
  readonly jumps: number;
  readonly dances: number;
  readonly pokes: number;
  readonly saying: string | null;
  readonly said: readonly string[];
  readonly performed: Readonly<Record<string, number>>;
  readonly running: readonly string[];
  readonly objects: Readonly<
    Record<string, { x: number; y: number; z: number; held: string | null; place: string }>
  >;
  readonly theme: "light" | "dark";
  readonly reducedMotion: boolean;
  readonly time: number;
  readonly quality: Quality;
}

export const NOT_SHOWN: Quality = {
  renderer: null,
  level: 0,
  pixelRatio: 0,
  shadows: false,
  fps: 0,
  frames: 0,
  drawCalls: 0,
  triangles: 0,
  scriptMs: 0,
};

export function stateOf(stage: Stage, theme: "light" | "dark", quality: Quality): WorldState {
  const { ling, speech } = stage;
  return {
    position: { x: round(ling.x), z: round(ling.z) },
    heading: Math.round((ling.heading * 180) / Math.PI),
    lift: round(ling.pose.now.lift),
    posture: ling.posture,
    seat: ling.seat,
    expression: ling.expression,
    color: ling.colorName,
    holding: ling.holding?.id ?? null,
    camera: stage.camera.view,
    ...stage.counts,
    saying: speech.visible ? speech.shown : null,
    said: [...speech.said],
    performed: { ...stage.performed },
    running: [...stage.running.values()],
    objects: Object.fromEntries(
      [...stage.things.values()].map((thing) => [
        thing.id,
        { x: round(thing.x), y: round(thing.y), z: round(thing.z), held: thing.held, place: thing.place.id },
      ]),
    ),
    theme,
    reducedMotion: stage.calm,
    time: round(stage.time),
    quality,
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
