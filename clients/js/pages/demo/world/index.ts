/** The world of the demo page: a character in a room, the commands that she performs, and what exists around her. */
import type { Commands } from "../../../src/schema.ts";
import { deskCommands, phoneCommands } from "./commands/index.ts";
import { isPlace, PLACES } from "./places.ts";
import { type Events, Stage } from "./stage.ts";
import { NOT_SHOWN, stateOf, type WorldState } from "./state.ts";
import { Synth } from "./synth.ts";
import { isThing, type ThingId } from "./things.ts";
import type { View } from "./view/view.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";

export type { Events } from "./stage.ts";
export type { WorldState } from "./state.ts";
export type { Vocabulary } from "./vocabulary.ts";

export interface WorldOptions {
  readonly reducedMotion: boolean;
  readonly theme: "light" | "dark";
}

export interface World {
  /** The desk's whole table. */
  readonly commands: Commands;
  /** The phone's smaller one, with one of its own. */
  readonly phoneCommands: Commands;
  /**
   * Show it. `bubble` lies over the canvas, in the same positioned box; it follows her head and fills while she
   * speaks. Gives why there is no picture, in words for a person, or null; the commands work all the same.
   */
  draw(canvas: HTMLCanvasElement, bubble: HTMLElement): Promise<string | null>;
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

/** It lives from now on, seen or not: what draws it is loaded by `draw`. */
export function createWorld(options: WorldOptions): World {
  const synth = new Synth();
  const stage = new Stage(synth);
  stage.calm = options.reducedMotion;
  let { theme } = options;
  let view: View | undefined;
  let stop = unseen(stage);
  return {
    commands: deskCommands(stage),
    phoneCommands: phoneCommands(stage),
    objects: [...stage.things.values()].map(({ id, names }) => ({ id, names })),
    places: PLACES.map(({ id, names }) => ({ id, names })),
    vocabulary: () => vocabularyOf(stage),
    state: () => stateOf(stage, theme, view?.quality ?? NOT_SHOWN),
    on: (event, listener) => stage.on(event, listener),
    async draw(canvas, bubble) {
      const { View } = await import("./view/view.ts");
      try {
        const made = new View(stage, canvas, bubble, theme);
        stop();
        view = made;
        stop = () => made.dispose();
        return null;
      } catch (fault) {
        return (fault as Error).message;
      }
    },
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
      stop();
      synth.dispose();
    },
  };
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
