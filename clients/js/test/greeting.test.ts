import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CapserverError, createClient } from "../src/index.ts";
import { heard, Scripted, settled, WELCOME } from "./scripted.ts";

let server: Scripted;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  server = new Scripted();
});
afterEach(() => {
  server.closeAll();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the options", () => {
  const refused = (options: object): CapserverError => {
    try {
      createClient({ WebSocket: server.WebSocket, ...options } as never);
    } catch (error) {
      return error as CapserverError;
    }
    throw new Error("they were taken");
  };

  test("are refused with every fault at once", () => {
    const commands = { "no name": {}, __proto__: {}, walk: { run: 1 }, sit: null, wave: { run() {} } };
    const error = refused({ url: "nonsense", client: "", commands });
    expect(error).toBeInstanceOf(CapserverError);
    expect(error.code).toBe("bad_options");
    const paths = error.details?.map(({ path }) => path);
    expect(new Set(paths)).toEqual(
      new Set(["/url", "/client", "/commands/no name", "/commands/walk", "/commands/sit"]),
    );
    expect(error.message).toContain("/commands/walk: ");
  });

  test("need a table of commands", () => {
    expect(refused({ url: "ws://a", client: "pet" }).details?.[0]?.path).toBe("/commands");
    expect(refused({ url: "ws://a", client: "pet", commands: null }).details?.[0]?.path).toBe("/commands");
  });

  test("need a WebSocket where the platform has none", () => {
    vi.stubGlobal("WebSocket", undefined);
    expect(refused({ url: "ws://a", client: "pet", commands: {}, WebSocket: undefined }).message).toContain(
      "/WebSocket: ",
    );
  });

  test.each([
    ["ws://a:1", "ws://a:1/v1/ws"],
    ["http://a/", "ws://a/v1/ws"],
    ["https://a/v1/ws?profile=x", "wss://a/v1/ws?profile=x"],
    [new URL("wss://a/elsewhere"), "wss://a/elsewhere"],
  ])("%s is a server at %s", async (url, address) => {
    server.client({ url });
    await settled();
    expect(server.last.url).toBe(address);
    expect(server.last.protocols).toBe("capserver.v1");
  });

  test("may give an address relative to the page, and no other scheme", async () => {
    vi.stubGlobal("location", { href: "https://page.test/a/b", origin: "https://page.test" });
    server.client({ url: "/v1/ws" });
    await settled();
    expect(server.last.url).toBe("wss://page.test/v1/ws");
    expect(refused({ url: "ftp://a", client: "pet", commands: {} }).details?.[0]?.path).toBe("/url");
  });
});

describe("the first frame", () => {
  test("is the manifest, made from the table", async () => {
    const parameters = { type: "object", properties: {} };
    const client = server.client({
      client: { name: "pet", kind: "web3d", locale: "zh-CN" },
      commands: {
        wave: { description: "Wave.", parameters, lane: "body", timeout: 5, run() {} },
        sit: { run() {} },
      },
      vocabulary: { toys: [{ id: "b", names: ["ball"] }] },
      context: { text: "It rains." },
      persona: "A cat.",
      token: async () => "ticket",
    });
    await settled();
    expect(server.last.take()).toEqual([
      {
        type: "manifest",
        protocol: 1,
        client: { name: "pet", kind: "web3d", locale: "zh-CN" },
        commands: [
          { name: "wave", description: "Wave.", parameters, lane: "body", timeout: 5 },
          { name: "sit" },
        ],
        vocabulary: { toys: [{ id: "b", names: ["ball"] }] },
        context: { text: "It rains." },
        persona: "A cat.",
        token: "ticket",
      },
    ]);
    expect(client.status.state).toBe("connecting");
    expect(client.commands.names).toEqual(["wave", "sit"]);
  });

  test("is followed by what was asked before the session stood, once it does", async () => {
    const client = server.client();
    void client.instruct("wave", { id: "t1" });
    await settled();
    expect(server.last.take().map(({ type }) => type)).toEqual(["manifest"]);
    server.last.tell(WELCOME());
    expect(server.last.take()).toEqual([{ type: "instruct", id: "t1", text: "wave", seq: 1 }]);
    expect(client.status).toEqual({ state: "open", resumed: false });
  });

  test("a failing token is told, and asked for again", async () => {
    const token = vi.fn().mockRejectedValueOnce(new Error("no network")).mockResolvedValue("t");
    const client = server.client({ token });
    const errors = heard(client, "error");
    await settled();
    expect(errors[0]?.message).toContain("no network");
    expect(client.status).toMatchObject({ state: "connecting", retryIn: 500 });
    await vi.advanceTimersByTimeAsync(500);
    expect(server.last.take()[0]).toMatchObject({ token: "t" });
  });

  test("secrets are not told to listeners", async () => {
    const client = server.client({ token: "hidden" });
    const frames = heard(client, "frame");
    await settled();
    server.last.tell(WELCOME());
    await server.back();
    server.last.tell(WELCOME({ resumed: true }));
    expect(JSON.stringify(frames)).not.toMatch(/hidden|secret/);
    expect(frames.map(({ direction, frame }) => `${direction} ${frame.type}`)).toEqual([
      "out manifest",
      "in welcome",
      "out manifest",
      "in welcome",
    ]);
    expect(client.welcome).toMatchObject({ session: "s", token: "…" });
  });
});
