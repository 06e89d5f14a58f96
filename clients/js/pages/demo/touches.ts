/** What the person does to the world, told to the session: a poke asks for a reaction, all else is taken note of. */
import type { Client, ClientOptions } from "../../src/index.ts";
import { type Named, nameOf, type Touch } from "./things.ts";
import type { Turns } from "./turns.ts";
import { say } from "./words.ts";
import type { Vocabulary, World } from "./world/index.ts";

/** The world's lists as the client takes them. */
export function told(vocabulary: Vocabulary): NonNullable<ClientOptions["vocabulary"]> {
  const lists = Object.entries(vocabulary);
  return Object.fromEntries(
    lists.map(([list, entries]) => [list, entries.map((entry) => ({ ...entry, names: [...entry.names] }))]),
  );
}

export class Touches implements Touch {
  constructor(
    private readonly world: World,
    private readonly client: () => Client | undefined,
    private readonly turns: Turns,
    private readonly note: (words: string) => void,
  ) {
    world.on("poked", () => this.#poked());
    world.on("moved", ({ id, place }) => this.#moved(id, place));
    world.on("clicked", ({ id }) => this.#clicked(id));
    world.on("changed", ({ list }) => this.#changed(list));
  }

  /** What there is to touch, and where it can be put. */
  get things(): readonly Named[] {
    return this.world.objects;
  }

  get places(): readonly Named[] {
    return this.world.places;
  }

  poke(): void {
    this.world.poke();
  }

  click(thing: Named): void {
    this.#clicked(thing.id);
  }

  move(thing: Named, place: Named): void {
    this.world.moveObject(thing.id, place.id);
  }

  #poked(): void {
    const turn = this.client()?.setContext({ text: say("context.poked"), silent: false });
    if (!turn) return;
    this.turns.ask(turn.id, say("poked"), "world");
    // How it ends is told by the record.
    turn.then(undefined, () => {});
  }

  #moved(id: string, place: string): void {
    const [thing, where] = [named(this.things, id), named(this.places, place)];
    this.#tell(say("context.moved", thing, where));
    this.note(say("note.moved", thing, where));
  }

  #clicked(id: string): void {
    const thing = named(this.things, id);
    this.#tell(say("context.clicked", thing));
    this.note(say("note.clicked", thing));
  }

  #tell(text: string): void {
    const { position, holding, objects } = this.world.state();
    const places = Object.entries(objects).map(([id, { place }]) => [id, place]);
    this.client()?.setContext({ text, state: { position, holding, objects: Object.fromEntries(places) } });
  }

  #changed(list: keyof Vocabulary): void {
    const entries = told(this.world.vocabulary())[list];
    // What is refused is told by the client's `error` event.
    if (entries)
      this.client()
        ?.vocabulary.set(list, entries)
        .catch(() => {});
  }
}

/** A name in the language of the interface. */
const named = (all: readonly Named[], id: string): string => {
  const found = all.find((one) => one.id === id);
  return found ? nameOf(found) : id;
};
