/**
 * What this side offers: its commands and what performs them, its vocabulary, its persona. A change is in force once
 * the server says so; those of one moment share a frame.
 */

import type { Client } from "./client.ts";
import { type Attempt, expect, faultless } from "./errors.ts";
import { newId, type Resolvers, withResolvers } from "./make.ts";
import type { Settings } from "./options.ts";
import type { Command, Entry, EntryPatch, ManifestUpdate, ManifestUpdated } from "./protocol.ts";
import { type CommandSpec, type Commands, toJSONSchema } from "./schema.ts";
import type { Pending } from "./turns.ts";

/** Entries replace a list, null removes it, a patch changes it. */
export type ListChange = readonly Entry[] | EntryPatch | null;

interface Change extends Resolvers<ManifestUpdated> {
  add: Map<string, CommandSpec>;
  remove: Set<string>;
  lists: Map<string, ListChange>;
}

type Lists = NonNullable<ManifestUpdate["vocabulary"]>;

const NAME = /^[A-Za-z][\w-]{0,63}$/;

export interface Offer {
  readonly commands: ReadonlyMap<string, CommandSpec>;
  readonly table: Client["commands"];
  readonly vocabulary: Client["vocabulary"];
  /** All of it, for a manifest. */
  whole(): { commands: Command[]; vocabulary: Lists; persona: string | undefined };
  /** Say it all again: the server's set may be another page's. */
  repeat(): void;
  /** Send at once what was changed in this moment. */
  flush(): void;
  /** Take from the server's set what is not in ours. */
  prune(names: string[]): void;
}

/** `ask` sends an update, and tells how it went. */
export function createOffer(
  { commands, persona, ...given }: Settings,
  ask: (frame: ManifestUpdate, pending: Pending) => void,
): Offer {
  const vocabulary = new Map(Object.entries(given.vocabulary ?? {}));
  let draft: Change | undefined;
  return {
    commands,
    table: {
      get names() {
        return [...commands.keys()];
      },
      add(table) {
        const specs = faultless((attempt) => inspect(table as Commands, attempt));
        return edit(({ add }) => {
          for (const [name, spec] of specs) add.set(name, spec);
        });
      },
      remove: (...names) =>
        edit(({ add, remove }) => {
          for (const name of names) if (!add.delete(name) || commands.has(name)) remove.add(name);
        }),
    },
    vocabulary: {
      set(name, change) {
        if (draft?.lists.has(name)) flush();
        return edit(({ lists }) => lists.set(name, change));
      },
    },
    whole,
    flush,
    repeat() {
      const { commands: add, ...rest } = whole();
      ask({ type: "manifest.update", id: newId(), add, ...rest } as ManifestUpdate, {});
    },
    prune(names) {
      const foreign = names.filter((name) => !commands.has(name));
      if (foreign[0]) edit(({ remove }) => foreign.forEach(remove.add, remove));
    },
  };

  function whole() {
    return { commands: definitions(commands), vocabulary: Object.fromEntries(vocabulary) as Lists, persona };
  }

  /** Change this together with whatever else is changed in this moment. */
  function edit(write: (change: Change) => void): Promise<ManifestUpdated> {
    if (!draft) {
      draft = { add: new Map(), remove: new Set(), lists: new Map(), ...withResolvers<ManifestUpdated>() };
      queueMicrotask(flush);
    }
    write(draft);
    return draft.promise;
  }

  function flush(): void {
    const change = draft;
    if (!change) return;
    const { add, remove, lists, resolve, reject } = change;
    draft = undefined;
    ask(
      {
        type: "manifest.update",
        id: newId(),
        add: definitions(add),
        remove: [...remove],
        vocabulary: Object.fromEntries(lists) as Lists,
      },
      {
        take(frame) {
          apply(change);
          resolve(frame as ManifestUpdated);
        },
        fail: reject,
      },
    );
  }

  function apply({ add, remove, lists }: Change): void {
    for (const name of remove) commands.delete(name);
    for (const [name, spec] of add) commands.set(name, spec);
    for (const [name, change] of lists) {
      const entries = changed(vocabulary.get(name), change);
      if (entries) vocabulary.set(name, entries);
      else vocabulary.delete(name);
    }
  }
}

function changed(entries: readonly Entry[] = [], change: ListChange): readonly Entry[] | null {
  if (!change || "map" in change) return change;
  const { put = [], drop = [] } = change;
  const gone = [...drop, ...put.map(({ id }) => id)];
  return [...entries.filter(({ id }) => !gone.includes(id)), ...put];
}

function definitions(commands: Map<string, CommandSpec>): Command[] {
  return [...commands].map(([name, spec]) => definition(name, spec));
}

function definition(name: string, { run, parameters, returns, ...rest }: CommandSpec): Command {
  return {
    ...(rest as Partial<Command>),
    name,
    ...(parameters && { parameters: toJSONSchema(parameters, "parameters") }),
    ...(returns && { returns: toJSONSchema(returns, "returns", "output") }),
  };
}

/** A table of commands by name; finds what is wrong with it, on this side. */
export function inspect(commands: Commands, attempt: Attempt): Map<string, CommandSpec> {
  const specs = new Map(Object.entries(commands));
  for (const [name, spec] of specs) {
    attempt(`/commands/${name}`, () => {
      expect(NAME.test(name), "no name");
      expect(typeof spec.run === "function", "no `run`");
      definition(name, spec);
    });
  }
  return specs;
}
