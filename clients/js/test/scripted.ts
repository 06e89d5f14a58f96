/** A server in this process that does what a test says, and the clients of it. */

import { vi } from "vitest";
import { type Client, type ClientOptions, createClient, type Events } from "../src/index.ts";

export type Frame = { type: string; [field: string]: unknown };

/** The server's end of one socket. */
export class Connection {
  readonly url: string;
  readonly protocols: unknown;
  /** What the client sent and nobody has taken yet. */
  sent: Frame[] = [];
  /** The code with which the client closed; none where it gave none. */
  closed: { code?: number | undefined } | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(url: string | URL, protocols: unknown) {
    this.url = String(url);
    this.protocols = protocols;
  }

  // the client's end

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(code?: number): void {
    this.closed = { code };
  }

  // the server's end

  /** Everything that the client has sent since the last time, but for acks. */
  take(): Frame[] {
    const taken = this.sent.filter(({ type }) => type !== "ack");
    this.sent = [];
    return taken;
  }

  acks(): unknown[] {
    return this.sent.filter(({ type }) => type === "ack").map(({ upto }) => upto);
  }

  tell(...frames: Frame[]): void {
    for (const frame of frames) this.raw(JSON.stringify(frame));
  }

  raw(data: unknown): void {
    this.onmessage?.({ data });
  }

  /** Say goodbye with a code; 1006: the socket is gone without a word. */
  end(code = 1006, reason = ""): void {
    if (code === 1006) this.onerror?.();
    this.onclose?.({ code, reason });
  }
}

export class Scripted {
  readonly connections: Connection[] = [];
  /** What is done with a handshake. */
  handshake: "accept" | "refuse" | "hang" = "accept";
  readonly WebSocket: new (
    url: string | URL,
    protocols: unknown,
  ) => Connection;
  #clients: Client[] = [];

  constructor() {
    const server = this;
    this.WebSocket = class extends Connection {
      constructor(url: string | URL, protocols: unknown) {
        super(url, protocols);
        server.connections.push(this);
        if (server.handshake === "accept") queueMicrotask(() => this.onopen?.());
        if (server.handshake === "refuse") queueMicrotask(() => this.end());
      }
    };
  }

  /** The newest connection. */
  get last(): Connection {
    const last = this.connections.at(-1);
    if (!last) throw new Error("nobody has connected");
    return last;
  }

  client(options: Partial<ClientOptions> = {}): Client {
    const given = {
      url: "ws://server.test",
      client: "pet",
      commands: {},
      storage: false,
      WebSocket: this.WebSocket,
    };
    const client = createClient({ ...given, ...options } as unknown as ClientOptions);
    this.#clients.push(client);
    return client;
  }

  /** A client that was welcomed; its manifest has been taken. */
  async welcomed(options: Partial<ClientOptions> = {}, welcome: object = {}): Promise<Client> {
    const client = this.client(options);
    await settled();
    this.last.take();
    this.last.tell(WELCOME(welcome));
    await settled();
    return client;
  }

  /** The socket is gone, and the client is back; gives its manifest, still without an answer. */
  async back(): Promise<Frame> {
    this.last.end();
    await vi.advanceTimersByTimeAsync(1000);
    const [manifest] = this.last.take();
    if (manifest?.type !== "manifest") throw new Error("it did not come back");
    return manifest;
  }

  closeAll(): void {
    for (const client of this.#clients) client.close();
  }
}

export const WELCOME = (more: object = {}): Frame => ({
  type: "welcome",
  server: { name: "capserver", version: "1" },
  session: "s",
  token: "secret",
  epoch: "e",
  resumed: false,
  upto: 0,
  rev: 1,
  digest: "d1",
  commands: 0,
  planner: "scripted",
  heartbeat: { interval: 10, timeout: 10 },
  limits: { frame_bytes: 65536 },
  findings: [],
  ...more,
});

export const COMMAND = (seq: number, more: object = {}): Frame => ({
  type: "command",
  id: `s-${seq}`,
  turn: "t1",
  name: "wave",
  args: {},
  rev: 1,
  lane: "main",
  returns: false,
  timeout: 30,
  confirm: false,
  seq,
  ...more,
});

export const ENDED = (seq: number, turn = "t1"): Frame => ({
  type: "turn.ended",
  turn,
  status: "completed",
  commands: 0,
  text: "",
  usage: {},
  timing: {},
  seq,
});

/** All that was due has been done, and what had to be loaded for it is there. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(0);
}

/** What a client tells of an event, as it comes. */
export function heard<E extends keyof Events>(client: Client, event: E): Events[E][] {
  const all: Events[E][] = [];
  client.on(event, (detail) => all.push(detail));
  return all;
}

/** A storage of one tab. */
export function tab(entries: Iterable<[string, string]> = []) {
  const map = new Map(entries);
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

/** A promise with its handles, for a handler that ends when the test says so. */
export function gate<T = unknown>() {
  let open!: (value?: T) => void;
  let refuse!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve as (value?: T) => void;
    refuse = reject;
  });
  return { promise, open, refuse };
}
