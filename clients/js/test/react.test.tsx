// @vitest-environment happy-dom
import { act, StrictMode, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { z } from "zod";
import type { Client, ClientOptions } from "../src/index.ts";
import { type Capabilities, useCapabilities } from "../src/react.ts";
import { capserver, type Real } from "./real.ts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let server: Real;
let root: Root;
/** However slow the machine is. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What the hook gave at the newest render. */
let newest: Capabilities;
/** Every client that a component had. */
const clients = new Set<Client>();

beforeAll(async () => {
  server = await capserver();
});
afterAll(() => server.stop());

beforeEach(() => {
  root = createRoot(document.createElement("div"));
});
afterEach(async () => {
  await act(() => root.unmount());
  clients.clear();
});

function Component(options: Partial<ClientOptions>) {
  newest = useCapabilities({
    url: server.url,
    client: "component",
    storage: false,
    commands: {},
    WebSocket,
    ...options,
  });
  if (newest.client) clients.add(newest.client);
  return newest.status.state;
}

async function render(options: Partial<ClientOptions> = {}): Promise<void> {
  await act(() => root.render(<Component {...options} />));
}

async function open(options: Partial<ClientOptions> = {}): Promise<Client> {
  await render(options);
  await act(() => eventually(() => expect(newest.client?.status.state).toBe("open")));
  return newest.client as Client;
}

/** Frames of a type that go from now on. */
function sent(client: Client, type: string): unknown[] {
  const frames: unknown[] = [];
  client.on("frame", ({ direction, frame }) => {
    if (direction === "out" && frame.type === type) frames.push(frame);
  });
  return frames;
}

describe("a client", () => {
  test("is there once the component is mounted, and its status renders", async () => {
    await open();
    expect(newest.status.state).toBe("open");
    expect(clients.size).toBe(1);
  });

  test("is closed once the component is gone", async () => {
    const client = await open();
    await act(() => root.render(null));
    expect(client.status).toMatchObject({ state: "closed", code: 1000 });
    expect(() => newest.instruct("wave")).toThrow("for event handlers and effects");
  });

  test("is one, though StrictMode runs every effect twice", async () => {
    await act(() =>
      root.render(
        <StrictMode>
          <Component />
        </StrictMode>,
      ),
    );
    await act(() => eventually(() => expect(newest.client?.status.state).toBe("open")));
    expect(clients.size).toBe(1);
  });

  test("is another one for another url", async () => {
    const client = await open();
    const other = await open({ url: new URL("/v1/ws?profile=desktop_pet", server.url) });
    expect(other).not.toBe(client);
    expect(client.status.state).toBe("closed");
  });
});

describe("commands", () => {
  test("perform with the newest state", async () => {
    const performed: number[] = [];
    function Counter() {
      const [count, setCount] = useState(0);
      const commands = {
        wave: {
          run: () => {
            performed.push(count);
            setCount((before) => before + 1);
          },
        },
      };
      return <Component commands={commands} />;
    }
    await act(() => root.render(<Counter />));
    await act(() => eventually(() => expect(newest.client?.status.state).toBe("open")));
    const updates = sent(newest.client as Client, "manifest.update");
    const { instruct } = newest;
    for (const _ of [1, 2, 3]) await act(async () => void (await instruct("wave")));
    expect(performed).toEqual([0, 1, 2]);
    expect(newest.instruct).toBe(instruct);
    expect(updates).toEqual([]);
  });

  test("that come, go and change are one update; those that do not are none", async () => {
    const wave = { parameters: z.object({ hand: z.enum(["left", "right"]) }), run: () => {} };
    const client = await open({ commands: { wave, sit: { run: () => {} } } });
    const updates = sent(client, "manifest.update");
    const anew = { parameters: z.object({ hand: z.enum(["left", "right"]) }), run: () => {} };
    await render({ commands: { wave: anew, sit: { run: () => {} } } });
    expect(updates).toEqual([]);
    const sit = { description: "Sit down.", returns: { type: "string" }, run: () => "sat" };
    await render({ commands: { sit, jump: { run: () => {} } } });
    await act(() => eventually(() => expect(client.commands.names.sort()).toEqual(["jump", "sit"])));
    expect(updates).toMatchObject([{ add: [{ name: "sit" }, { name: "jump" }], remove: ["wave"] }]);
  });

  test("that the server refuses are told as an error, and can be mended", async () => {
    const client = await open();
    const errors: string[] = [];
    client.on("error", ({ message }) => errors.push(message));
    const refused = { parameters: { type: "string" }, run: () => {} };
    await render({ commands: { wave: refused } });
    await act(() => eventually(() => expect(errors).toHaveLength(1)));
    expect(errors[0]).toContain("/parameters/type: parameters are an object");
    await render({ commands: { wave: { run: () => {} } } });
    await act(() => eventually(() => expect(client.commands.names).toEqual(["wave"])));
  });

  test("whose run went with its command are still performed to their end", async () => {
    const run = vi.fn();
    const client = await open({ commands: { wave: { run } } });
    const updates = sent(client, "manifest.update");
    client.on("command", () => flushSync(() => root.render(<Component commands={{}} />)));
    await act(async () => void (await newest.instruct("wave")));
    expect(run).toHaveBeenCalledOnce();
    await act(() => eventually(() => expect(updates).toMatchObject([{ remove: ["wave"] }])));
  });
});

describe("functions among the options", () => {
  test("are the newest ones: confirm", async () => {
    const run = vi.fn();
    const commands = { wave: { confirm: true, run } };
    await open({ commands, confirm: () => false });
    await render({ commands, confirm: () => true });
    await act(async () => void (await newest.instruct("wave")));
    expect(run).toHaveBeenCalledOnce();
    await render({ commands });
    await act(async () => void (await newest.instruct("wave")));
    expect(run).toHaveBeenCalledOnce();
  });

  test("are the newest ones: token", async () => {
    const token = vi.fn(async () => "second");
    await open({ token: () => "first", timing: { backoffBase: 1 } });
    await render({ token });
    await act(async () => {
      globalThis.dispatchEvent(new Event("offline"));
      await eventually(() => expect(newest.client?.status).toMatchObject({ state: "open", resumed: true }));
    });
    expect(token).toHaveBeenCalledOnce();
  });
});
