/** What a program has of all this: `createClient`. */

import type { Events } from "./events.ts";
import type { Status } from "./link.ts";
import type { ListChange } from "./offer.ts";
import { type ClientOptions, settle } from "./options.ts";
import type { Context, ManifestUpdated, Welcome } from "./protocol.ts";
import type { CommandTable } from "./schema.ts";
import { createSession } from "./session.ts";
import type { Turn } from "./turns.ts";

export interface InstructOptions {
  /** The turn's id; default: a new one. */
  id?: string;
  /** What to do while the model is busy; default: `queue`. */
  onBusy?: "queue" | "interrupt" | "reject";
  /** The commands that may be used; `[]`: answer in text alone. */
  only?: string[];
  /** Fail (`no_command`) where the model answers without a command. */
  require?: boolean;
  /** `false`: the model forgets it afterwards. */
  remember?: boolean;
  /** Aborting it cancels the turn. */
  signal?: AbortSignal;
}

export type ContextUpdate = Pick<Context, "id" | "text" | "state">;

/** One client of one server, for as long as the program wants. */
export interface Client {
  readonly status: Status;
  /** The newest `welcome`, without its token. */
  readonly welcome: Welcome | undefined;
  readonly commands: {
    /** Those in force. */
    readonly names: string[];
    /** New ones; a known name is replaced. */
    add<const P, const S>(commands: CommandTable<P, S>): Promise<ManifestUpdated>;
    remove(...names: string[]): Promise<ManifestUpdated>;
  };
  readonly vocabulary: {
    /** Entries replace a list, null removes it, `{ put, drop }` changes it. */
    set(list: string, change: ListChange): Promise<ManifestUpdated>;
  };
  /** What a person said, or what happened: the model turns it into commands. */
  instruct(text: string, options?: InstructOptions): Turn;
  /** What is the case on this side. With `silent: false` the model may react, in a turn. */
  setContext(context: ContextUpdate & { silent: false }): Turn;
  setContext(context: ContextUpdate & { silent?: true }): void;
  /** A JSON merge patch (RFC 7396) to the state that the model is told. */
  setState(patch: Record<string, unknown>): void;
  /** Stop a turn or a command. */
  cancel(id: string): void;
  /** Gives what ends it. */
  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void): () => void;
  /** End the session, and the client. */
  close(code?: number): void;
}

/**
 * Connect, and stay connected.
 *
 * Throws a CapserverError (`bad_options`) with every fault of the options. What goes wrong later is told by the
 * events `error` and `status`.
 */
export const createClient = <const P, const S>(options: ClientOptions<CommandTable<P, S>>): Client =>
  createSession(settle(options as ClientOptions));
