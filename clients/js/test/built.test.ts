/** What is published has passed two minifiers: it does what the sources do. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import WebSocket from "ws";
// @ts-expect-error a script of the build, without types
import { minified } from "../minified.mjs";
import type * as Client from "../src/index.ts";
import { capserver, type Real } from "./real.ts";
import { heard } from "./scripted.ts";

const folder = mkdtempSync(join(tmpdir(), "capserver-client-"));
const sockets: WebSocket[] = [];
let real: Real;
let built: typeof Client;

class Cuttable extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    sockets.push(this);
  }
}

beforeAll(async () => {
  for (const { path, contents } of await minified(["index"], folder)) writeFileSync(path, contents);
  built = await import(/* @vite-ignore */ pathToFileURL(join(folder, "index.js")).href);
  real = await capserver();
}, 60_000);
afterAll(async () => {
  await real.stop();
  rmSync(folder, { recursive: true });
});

test("the entry performs, streams, changes its set, drops, resumes and closes", async () => {
  const said: string[] = [];
  const parameters = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
  const client = built.createClient({
    url: real.url,
    client: "built",
    WebSocket: Cuttable,
    storage: false,
    commands: {
      say: {
        description: "Say.",
        examples: ["say {text}"],
        stream: ["text"],
        parameters,
        async run(_args: unknown, ctx: Client.CommandContext) {
          for await (const delta of ctx.stream.text as AsyncIterable<string>) said.push(delta);
          ctx.progress(1);
        },
      },
    } as never,
  });
  const statuses = heard(client, "status");
  for await (const frame of client.instruct("say hello there")) expect(frame).toHaveProperty("turn");
  expect(said.join("")).toContain("hello");
  await client.commands.add({
    wave: { description: "Wave.", examples: ["wave"], run: () => "done" },
  } as never);
  await client.vocabulary.set("toys", [{ id: "b", names: ["ball"] }]);
  await client.vocabulary.set("toys", { put: [{ id: "c", names: ["cat"] }], drop: ["b"] });
  sockets.at(-1)?.terminate();
  expect(await client.instruct("wave")).toMatchObject({ status: "completed", commands: 1 });
  client.setState({ mood: "calm" });
  expect(await client.commands.remove("wave")).toMatchObject({ commands: ["say"] });
  client.close();
  expect(statuses.map(({ state, resumed }) => [state, resumed])).toEqual([
    ["open", false],
    ["detached", undefined],
    ["open", true],
    ["closed", undefined],
  ]);
});

test("the entry loads its advice when it is in need of it", async () => {
  const client = built.createClient({
    url: real.url,
    client: "built",
    WebSocket: Cuttable,
    storage: false,
    commands: { jump: { parameters: { type: "string" }, run() {} } } as never,
  });
  const errors = heard(client, "error");
  await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 5000 });
  expect(errors[0]).toBeInstanceOf(built.CapserverError);
  expect(errors[0]?.message).toContain("/commands/jump/parameters");
  expect(client.status.hint).toContain("manifest");
});
