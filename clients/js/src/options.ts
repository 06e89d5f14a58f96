/** What `createClient` is given, and what it comes to. */

import { expect, faultless } from "./errors.ts";
import type { Confirm } from "./lanes.ts";
import type { StorageLike } from "./memory.ts";
import { inspect } from "./offer.ts";
import type { Client as ClientInfo, Entry, InitialContext } from "./protocol.ts";
import type { CommandSpec, Commands } from "./schema.ts";

/** Deadlines, in ms. */
export interface Timing {
  /**
   * The bound of the first wait between two connections; it doubles up to `backoffCap`. Once a connection lasted that
   * long, the next wait is a first one.
   */
  backoffBase: number;
  backoffCap: number;
  /** From the beginning of a connection to its `welcome`. */
  connectTimeout: number;
  /** How long it may be quiet before the server is asked for a sign; default: its `heartbeat.interval`. */
  pingEvery?: number;
  /** How long a sign may take; default: `heartbeat.timeout`. */
  pingTimeout?: number;
}

export interface ClientOptions<C = Commands> {
  /** `ws(s)://…/v1/ws`; `http(s)` will do, and so will a bare origin. */
  url: string | URL;
  /** Who is speaking; a string is its name. */
  client: string | ClientInfo;
  commands: C;
  /** What exists right now: lists of entries, by name. */
  vocabulary?: { readonly [list: string]: readonly Entry[] };
  context?: InitialContext;
  persona?: string;
  /** The credential, or what fetches one for each connection. */
  token?: string | (() => string | Promise<string>);
  /** Asks a person about a command with `confirm`. Without it, nobody agrees. */
  confirm?: Confirm;
  /** Where the session outlives a reload of the page; false: nowhere. */
  storage?: StorageLike | false;
  /** Where the platform has none. */
  WebSocket?: unknown;
  timing?: Partial<Timing>;
}

/** The same, complete. */
export interface Settings extends Pick<ClientOptions, "vocabulary" | "context" | "persona" | "storage"> {
  url: URL;
  client: ClientInfo;
  commands: Map<string, CommandSpec>;
  token: () => Promise<string | undefined>;
  confirm?: Confirm;
  WebSocket: typeof WebSocket;
  timing: Timing;
}

const TIMING = {
  backoffBase: 500,
  backoffCap: 15_000,
  connectTimeout: 10_000,
};

/** Throws a CapserverError with every fault. */
export const settle = (options: ClientOptions): Settings =>
  faultless((attempt) => {
    const { client, commands, token, timing, url } = options;
    const who = typeof client === "string" ? { name: client } : client;
    const socket = options.WebSocket ?? globalThis.WebSocket;
    attempt("/client", () => expect(who.name, "no name"));
    attempt("/WebSocket", () => expect(socket, "none: give one, e.g. of ws"));
    return {
      ...options,
      url: attempt("/url", () => address(url)) as URL,
      client: who,
      commands: attempt("/commands", () => inspect(commands, attempt)) as Settings["commands"],
      token: async () => (typeof token === "function" ? token() : token),
      WebSocket: socket as typeof WebSocket,
      timing: { ...TIMING, ...timing },
    };
  });

function address(given: string | URL): URL {
  const url = new URL(given, globalThis.location?.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (url.pathname === "/") url.pathname = "/v1/ws";
  expect(/^wss?:/.test(url.href), "no ws URL");
  return url;
}
