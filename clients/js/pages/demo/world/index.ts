/** The world of the demo page: a character in a room, the commands that she performs, and what exists around her. */
import type { Commands } from "../../../src/schema.ts";
import { deskCommands, phoneCommands } from "./commands/index.ts";
import { isPlace, PLACES } from "./places.ts";
import { type Events, Stage } from "./stage.ts";
import { NOT_SHOWN, stateOf, type WorldState } from "./state.ts";
import { Synth } from "./synth.ts";
import { isThing, type ThingId } from "./things.ts";
import { View } from "./view/view.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";

export type { Events } from "./stage.ts";
export type { WorldState } from "./state.ts";
export type { Vocabulary } from "./vocabulary.ts";

export interface WorldOptions {
  /** An element over the canvas, in the same positioned box; it follows her head and fills while she speaks. */
  readonly bubble: HTMLElement;
  readonly reducedMotion: boolean;
  readonly theme: "light" | "dark";
}

export interface World {
  /** The desk's whole table. */
  readonly commands: Commands;
  /** The phone's smaller one, with one of its own. */
  readonly phoneCommands: Commands;
  /** Why there is no picture, in words for a person; the commands work all the same. */
  readonly trouble: string | null;
  vocabulary(): Vocabulary;
  state(): WorldState;
  /** Gives its own unsubscribe. */
  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void;
  setTheme(theme: "light" | "dark"): void;
  setReducedMotion(reduced: boolean): void;
  /** Whether her voice and her dances sound; what `play_sound` plays is always heard. Off at first. */
  setSounds(on: boolean): void;
  /** As if the character were clicked. */
  poke(): void;
  /** As if a person had dragged an object to a place: the keyboard's way. */
  moveObject(id: string, place: string): void;
  readonly objects: readonly { readonly id: ThingId; readonly names: readonly string[] }[];
  readonly places: readonly { readonly id: string; readonly names: readonly string[] }[];
  /** Stops the world's own clock, and moves it on by hand: for tests and pictures. */
  drive(seconds: number): void;
  dispose(): void;
}

/** Where there is no WebGL, the world has no picture, and `trouble` tells why. */
export async function createWorld(canvas: HTMLCanvasElement, options: WorldOptions): Promise<World> {
  const synth = new Synth();
  const stage = new Stage(synth);
  stage.calm = options.reducedMotion;
  const shown = show(stage, canvas, options);
  const { view } = shown;
  let theme = options.theme;
  return {
    commands: deskCommands(stage),
    phoneCommands: phoneCommands(stage),
    trouble: shown.trouble,
    objects: [...stage.things.values()].map(({ id, names }) => ({ id, names })),
    places: PLACES.map(({ id, names }) => ({ id, names })),
    vocabulary: () => vocabularyOf(stage),
    state: () => stateOf(stage, theme, view?.quality ?? NOT_SHOWN),
    on: (event, listener) => stage.on(event, listener),
    setTheme(next) {
      theme = next;
      view?.setTheme(next);
    },
    setReducedMotion(reduced) {
      stage.calm = reduced;
    },
    setSounds(on) {
      synth.incidental = on;
    },
    poke: () => stage.poke(),
    moveObject(id, place) {
      if (isThing(id) && isPlace(place)) stage.moveObject(id, place);
    },
    drive: (seconds) => (view ? view.drive(seconds) : stage.advance(seconds)),
    dispose() {
      shown.stop();
      synth.dispose();
    },
  };
}

function show(stage: Stage, canvas: HTMLCanvasElement, { bubble, theme }: WorldOptions) {
  try {
    const view = new View(stage, canvas, bubble, theme);
    return { view, trouble: null, stop: () => view.dispose() };
  } catch (fault) {
    return { view: null, trouble: (fault as Error).message, stop: unseen(stage) };
  }
}

const UNSEEN_EVERY = 50;

/** The clock of a world that is not drawn. */
function unseen(stage: Stage): () => void {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    stage.advance((now - last) / 1000);
    last = now;
  }, UNSEEN_EVERY);
  return () => clearInterval(timer);
}
