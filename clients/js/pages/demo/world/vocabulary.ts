/** What exists in the world, by names in English and Chinese: the lists that commands refer to. */
import { VIEWS } from "./camera.ts";
import { PLACES } from "./places.ts";
import { SOUND_CALLED } from "./sounds.ts";
import type { Stage } from "./stage.ts";
import type { Thing } from "./things.ts";

export interface Entry {
  readonly id: string;
  readonly names: readonly string[];
  readonly about?: string;
}

export type Vocabulary = Record<"objects" | "places" | "targets" | "sounds" | "views", Entry[]>;

const VIEWER: Entry = {
  id: "viewer",
  names: ["me", "viewer", "camera", "user", "我", "观众", "镜头", "这里"],
  about: "who watches 屏幕前的人",
};

export function vocabularyOf(stage: Stage): Vocabulary {
  const objects = [...stage.things.values()].map(entryOf);
  const places = PLACES.map(({ id, names, about }) => ({ id, names, about }));
  const plain = objects.map(({ id, names }) => ({ id, names }));
  return {
    objects,
    places,
    targets: [VIEWER, ...places.map(({ id, names }) => ({ id, names })), ...plain],
    sounds: called(SOUND_CALLED),
    views: called(VIEWS),
  };
}

const called = (table: Readonly<Record<string, readonly string[]>>): Entry[] =>
  Object.entries(table).map(([id, names]) => ({ id, names }));

const entryOf = (thing: Thing): Entry => ({ id: thing.id, names: thing.names, about: whereabouts(thing) });

export function whereabouts(thing: Thing): string {
  if (thing.held === "ling") return "in Ling's hand 在灵的手里";
  if (thing.held === "person") return "held by the viewer 被观众拿着";
  const { names } = thing.place;
  const chinese = names.find((name) => name > "\u3400") ?? "";
  return `near the ${names[0]} 在${chinese}附近`;
}
