"use client";
/** A component's own client: `const { status, instruct } = useCapabilities({ url, client, commands })`. */

import { useCallback, useEffect, useInsertionEffect, useRef, useState } from "react";
import {
  CapserverError,
  type Client,
  type ClientOptions,
  type CommandContext,
  type CommandSpec,
  type Commands,
  type CommandTable,
  createClient,
  type Status,
  toJSONSchema,
} from "./index.ts";

export interface Capabilities {
  /** Undefined until the component is mounted. */
  readonly client: Client | undefined;
  readonly status: Status;
  /** As the client's own. For event handlers and effects: where the component is not mounted, it throws. */
  readonly instruct: Client["instruct"];
}

/**
 * A client for as long as the component is mounted.
 *
 * The commands may be written inline: a `run` that changed is used from the next call on, and a definition that
 * came, went or changed goes to the server as one `manifest.update`. A new `url` is a new client; of the other
 * options, those of the first render count, except for the functions `token` and `confirm`: always the newest.
 */
export function useCapabilities<const P, const S>(options: ClientOptions<CommandTable<P, S>>): Capabilities {
  const newest = useRef(options as unknown as ClientOptions);
  const held = useRef<Held>(undefined);
  const [client, setClient] = useState<Client>();
  const [status, setStatus] = useState<Status>({ state: "connecting" });
  const url = String(options.url);

  useInsertionEffect(() => {
    newest.current = options as unknown as ClientOptions;
  });

  useEffect(() => {
    const mine = held.current?.url === url ? held.current : new Held(url, newest);
    held.current = mine;
    mine.wanted = true;
    setClient(mine.client);
    setStatus(mine.client.status);
    const unsubscribe = mine.client.on("status", setStatus);
    return () => {
      unsubscribe();
      mine.wanted = false;
      // StrictMode takes effects back and runs them again at once; that is to cost no connection.
      queueMicrotask(() => {
        if (mine.wanted) return;
        mine.client.close();
        if (held.current === mine) held.current = undefined;
      });
    };
  }, [url]);

  useEffect(() => held.current?.offer(options.commands as unknown as Commands));

  const instruct = useCallback<Client["instruct"]>((text, more) => {
    if (!held.current)
      throw new CapserverError("not_mounted", "instruct() is for event handlers and effects");
    return held.current.client.instruct(text, more);
  }, []);

  return { client, status, instruct };
}

interface Newest {
  readonly current: ClientOptions;
}

/** A client, and what its server has been told. */
class Held {
  readonly url: string;
  readonly client: Client;
  wanted = true;
  readonly #newest: Newest;
  #commands: Commands;
  #told: ReadonlyMap<string, string>;

  constructor(url: string, newest: Newest) {
    const { commands, token, confirm } = newest.current;
    this.url = url;
    this.#newest = newest;
    this.#commands = commands;
    this.#told = definitions(commands);
    this.client = createClient({
      ...newest.current,
      ...(typeof token === "function" && { token: () => (newest.current.token as typeof token)() }),
      ...(confirm && { confirm: (call, signal) => (newest.current.confirm ?? confirm)(call, signal) }),
      commands: this.#relayed(Object.entries(commands)),
    });
  }

  /** Tell the server what is new about these. */
  offer(commands: Commands): void {
    if (commands === this.#commands) return;
    const told = definitions(commands);
    const before = this.#told;
    this.#commands = commands;
    this.#told = told;
    const gone = [...before.keys()].filter((name) => !told.has(name));
    const fresh = Object.entries(commands).filter(([name]) => before.get(name) !== told.get(name));
    const sent = [];
    if (gone.length) sent.push(this.client.commands.remove(...gone));
    if (fresh.length) sent.push(this.client.commands.add(this.#relayed(fresh)));
    void Promise.allSettled(sent); // the client tells a refusal as its "error"
  }

  /** Each calls the newest `run` of its name. */
  #relayed(entries: [string, CommandSpec][]): Commands {
    const relay = ([name, spec]: [string, CommandSpec]) => {
      const run = (args: Record<string, unknown>, ctx: CommandContext) =>
        (this.#newest.current.commands[name] ?? spec).run(args, ctx);
      return [name, { ...spec, run }];
    };
    return Object.fromEntries(entries.map(relay));
  }
}

/** By name, all that the server is told of a command, as text. */
function definitions(commands: Commands): ReadonlyMap<string, string> {
  return new Map(Object.entries(commands).map(([name, spec]) => [name, definition(name, spec)]));
}

function definition(name: string, { run, parameters, returns, ...rest }: CommandSpec): string {
  const input = parameters && toJSONSchema(parameters, `commands.${name}.parameters`);
  const output = returns && toJSONSchema(returns, `commands.${name}.returns`, "output");
  return JSON.stringify({ ...rest, input, output });
}
