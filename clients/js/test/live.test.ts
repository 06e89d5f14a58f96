/** Against the real server. */

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { type Client, type ClientOptions, createClient, type Status } from "../src/index.ts";
import { capserver, type Real } from "./real.ts";
import { heard, tab } from "./scripted.ts";

let real: Real;
const clients: Client[] = [];
const sockets: WebSocket[] = [];

/** Sockets that a test can cut. */
class Cuttable extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    sockets.push(this);
  }
}

beforeAll(async () => {
  real = await capserver();
}, 30_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await real.stop();
});

const parameters = {
  type: "object",
  properties: { times: { type: "integer", minimum: 1 } },
  additionalProperties: false,
};
const text = {
  type: "object",
  properties: { text: { type: "string" } },
  required: ["text"],
  additionalProperties: false,
};

function connect(options: Partial<ClientOptions> = {}): Client {
  const commands = {
    wave: { description: "Wave.", examples: ["wave", "wave {times} times"], parameters, run() {} },
  };
  const given = { url: real.url, client: "live", commands, WebSocket: Cuttable, storage: false };
  const client = createClient({ ...given, ...options } as unknown as ClientOptions);
  clients.push(client);
  return client;
}

const until = (client: Client, state: Status["state"]) =>
  vi.waitFor(() => expect(client.status.state).toBe(state), { timeout: 10_000, interval: 5 });

test("an instruction is planned, performed and ended", async () => {
  const run = vi.fn();
  const client = connect({
    commands: { wave: { description: "Wave.", examples: ["wave {times} times"], parameters, run } } as never,
  });
  const turn = client.instruct("wave 3 times");
  const types: string[] = [];
  for await (const { type } of turn) types.push(type);
  expect(types).toEqual(["turn.started", "command", "turn.ended"]);
  expect(await turn).toMatchObject({ status: "completed", commands: 1 });
  expect(run.mock.calls[0]?.[0]).toEqual({ times: 3 });
});

test("a value is streamed while it is written", async () => {
  const said: string[] = [];
  const client = connect({
    commands: {
      say: {
        description: "Say.",
        examples: ["say {text}"],
        stream: ["text"],
        parameters: text,
        async run(
          _args: unknown,
          ctx: { stream: { text: AsyncIterable<string> }; complete: Promise<unknown> },
        ) {
          for await (const delta of ctx.stream.text) said.push(delta);
          said.push(JSON.stringify(await ctx.complete));
        },
      },
    } as never,
  });
  await client.instruct("say once upon a time");
  const whole = said.pop();
  expect(said.length).toBeGreaterThan(1);
  expect(JSON.parse(whole ?? "")).toEqual({ text: said.join("") });
});

test("a cancel stops a handler that never ends", async () => {
  let reason: unknown;
  const run = (_args: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise(() => signal.addEventListener("abort", () => (reason = signal.reason)));
  const client = connect({ commands: { wave: { description: "Wave.", examples: ["wave"], run } } as never });
  const turn = client.instruct("wave");
  for await (const { type } of turn) if (type === "command") turn.cancel();
  expect(await turn).toMatchObject({ status: "cancelled" });
  expect(reason).toBe("cancelled");
});

test("a drop in the midst of a command costs nothing, and nothing is done twice", async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
    sockets.at(-1)?.terminate();
    await until(client, "detached");
  };
  const client = connect({ commands: { wave: { description: "Wave.", examples: ["wave"], run } } as never });
  const statuses = heard(client, "status");
  expect(await client.instruct("wave")).toMatchObject({ status: "completed", commands: 1 });
  expect(runs).toBe(1);
  expect(statuses.map(({ state, resumed }) => [state, resumed])).toEqual([
    ["open", false],
    ["detached", undefined],
    ["open", true],
  ]);
});

test("a reload goes on with the session, with another set", async () => {
  const storage = tab();
  const before = connect({ storage, timing: { backoffBase: 60_000 } });
  await until(before, "open");
  await before.commands.add({ sit: { description: "Sit.", run() {} } });
  const copy = tab(storage.map);
  const updates: unknown[] = [];
  sockets.at(-1)?.terminate();
  const after = connect({ storage: copy });
  after.on("updated", ({ commands }) => updates.push(commands));
  await until(after, "open");
  expect(after.status.resumed).toBe(true);
  await vi.waitFor(() => expect(updates).toHaveLength(2));
  expect(updates).toEqual([["sit", "wave"], ["wave"]]);
  expect(await after.instruct("wave")).toMatchObject({ status: "completed", commands: 1 });
});

test("a manifest that the server refuses names the command, and stops", async () => {
  const client = connect({
    commands: { wave: { run() {} }, jump: { run() {}, parameters: { type: "string" } } } as never,
  });
  const errors = heard(client, "error");
  await until(client, "closed");
  await vi.waitFor(() => expect(errors).toHaveLength(1));
  expect(errors[0]).toMatchObject({ code: "invalid_manifest" });
  expect(errors[0]?.message).toContain("/commands/jump/parameters");
});

test("a server that is not there is told, with what to do", async () => {
  const client = connect({ url: "ws://127.0.0.1:1" });
  const errors = heard(client, "error");
  await vi.waitFor(() => expect(errors).toHaveLength(1));
  expect(errors[0]?.hint).toContain("capserver serve");
  client.close();
});

test("a restarted server is found again, and says what was lost", async () => {
  const port = new URL(real.url).port;
  const client = connect({ timing: { backoffBase: 50 } });
  const lost = heard(client, "lost");
  await until(client, "open");
  await real.stop();
  await until(client, "detached");
  const unsent = client.instruct("wave");
  real = await capserver("--port", port);
  await until(client, "open");
  expect(client.status.resumed).toBe(false);
  expect(lost).toMatchObject([{ reason: "epoch_changed" }]);
  expect(await unsent).toMatchObject({ status: "completed" });
}, 30_000);
