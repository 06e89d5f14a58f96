import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoff } from "../src/backoff.ts";
import { CapserverError } from "../src/index.ts";
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

describe("a connection that ends", () => {
  test("the wait for the next one is anything up to a bound that doubles", () => {
    expect(backoff(0, 500, 15_000, () => 1)).toBe(500);
    expect(backoff(3, 500, 15_000, () => 0.5)).toBe(2000);
    expect(backoff(50, 500, 15_000, () => 1)).toBe(15_000);
    expect(backoff(3, 500, 15_000, () => 0)).toBe(0);
  });

  test.each([1001, 1005, 1006, 1012, 4008, 4029, 4499])("with %d is made anew", async (code) => {
    const client = await server.welcomed();
    server.last.end(code);
    expect(client.status).toMatchObject({ state: "detached", code, attempt: 1, retryIn: 500 });
    await vi.advanceTimersByTimeAsync(500);
    expect(server.connections).toHaveLength(2);
  });

  test.each([1000, 1009, 4500, 4501, 4503, 4509, 4999])("with %d is the last", async (code) => {
    const client = await server.welcomed();
    client.on("error", () => {});
    server.last.end(code, "over");
    expect(client.status).toMatchObject({ state: "closed", code, reason: "over" });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(server.connections).toHaveLength(1);
  });

  test.each([
    [4501, "token"],
    [4503, "server"],
    [4509, "tab"],
  ])("with %d gives a hint", async (code, hint) => {
    const client = await server.welcomed();
    const errors = heard(client, "error");
    server.last.end(code);
    await settled();
    expect(client.status.hint).toContain(hint);
    expect(errors[0]?.hint).toContain(hint);
  });

  test("waits longer each time, and no longer than a bound", async () => {
    const client = await server.welcomed();
    server.handshake = "refuse";
    const waits: unknown[] = [];
    client.on("status", ({ retryIn }) => waits.push(retryIn));
    server.last.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  });

  test("begins to count anew once a connection has lasted", async () => {
    const client = await server.welcomed();
    await server.back();
    server.last.tell(WELCOME({ resumed: true }));
    server.last.end();
    expect(client.status.attempt).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    server.last.tell(WELCOME({ resumed: true }));
    for (let second = 0; second < 16; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      server.last.tell({ type: "pong", t: 1 });
    }
    server.last.end();
    expect(client.status.attempt).toBe(1);
  });

  test("waits as long as the server asks for", async () => {
    const client = await server.welcomed();
    const errors = heard(client, "error");
    server.last.tell({ type: "error", code: "rate_limited", message: "too many", retry_after: 7, seq: 1 });
    expect(errors[0]).toMatchObject({ code: "rate_limited", retryAfter: 7 });
    server.last.end(4029);
    expect(client.status).toMatchObject({ retryIn: 7500, reason: "too many" });
  });

  test("an error of long ago is not its reason", async () => {
    const client = await server.welcomed();
    client.on("error", () => {});
    server.last.tell({ type: "error", code: "late_result", message: "late", seq: 1 });
    server.last.end(1006);
    expect(client.status.reason).toBe("");
  });

  test("a manifest that is refused names its commands", async () => {
    const client = server.client({ commands: { wave: { run() {} }, jump: { run() {} } } });
    const errors = heard(client, "error");
    await settled();
    const details = [{ path: "/commands/1/parameters/type", code: "unknown_type", message: "no such type" }];
    server.last.tell({ type: "error", code: "invalid_manifest", message: "not taken", details });
    server.last.end(4500);
    await settled();
    expect(errors[0]).toMatchObject({ code: "invalid_manifest" });
    expect(errors[0]?.details).toEqual([{ ...details[0], path: "/commands/jump/parameters/type" }]);
    expect(errors[0]?.message).toContain("/commands/jump/parameters/type: no such type");
    expect(client.status).toMatchObject({ state: "closed", reason: "not taken" });
  });

  test("nobody listens for errors: the console has it", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    await server.welcomed();
    server.last.end(4503);
    await settled();
    expect(log).toHaveBeenCalledOnce();
  });

  test("close ends the session, and all that waits", async () => {
    const client = await server.welcomed();
    const turn = client.instruct("wave");
    client.close();
    expect(server.last.closed).toEqual({ code: 1000 });
    expect(client.status).toMatchObject({ state: "closed", code: 1000 });
    await expect(turn).rejects.toMatchObject({ code: "closed" });
    await expect(client.instruct("wave")).rejects.toMatchObject({ code: "closed" });
    await expect(client.commands.remove("wave")).rejects.toMatchObject({ code: "closed" });
    expect(() => client.setState({ a: 1 })).toThrow(CapserverError);
    client.cancel("t1");
    client.close();
  });

  test("close before the socket is open leaves nothing behind", async () => {
    const token = vi.fn(() => new Promise<string>(() => {}));
    const client = server.client({ token });
    client.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.connections).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a server that is not as it should be", () => {
  test("is down: the error says so, and how to start it", async () => {
    server.handshake = "refuse";
    vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("failed")));
    const client = server.client();
    const errors = heard(client, "error");
    await settled();
    expect(errors[0]).toMatchObject({ code: "unreachable" });
    expect(errors[0]?.hint).toContain("Nothing answers at http://server.test");
    expect(client.status).toMatchObject({ state: "connecting", hint: errors[0]?.hint });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(errors).toHaveLength(1);
    expect(client.status.hint).toBe(errors[0]?.hint);
  });

  test("is there, but refuses the page: the error tells the option that lets it in", async () => {
    server.handshake = "refuse";
    const fetched = vi.fn().mockResolvedValue({ type: "opaque" });
    vi.stubGlobal("fetch", fetched);
    vi.stubGlobal("location", { href: "http://page.test/a", origin: "http://page.test" });
    const client = server.client();
    const errors = heard(client, "error");
    await settled();
    expect(fetched).toHaveBeenCalledWith(
      "http://server.test/healthz",
      expect.objectContaining({ mode: "no-cors", signal: expect.any(AbortSignal) }),
    );
    expect(errors[0]?.hint).toContain("capserver serve --origin http://page.test");
  });

  test("is there, but refuses a page of file://: that has to be served", async () => {
    server.handshake = "refuse";
    vi.stubGlobal("fetch", vi.fn().mockResolvedValue({}));
    vi.stubGlobal("location", { href: "file:///a.html", origin: "file://" });
    const errors = heard(server.client(), "error");
    await settled();
    expect(errors[0]?.hint).toContain("pages of file://. Serve the page over http");
  });

  test("is there, and refuses its own pages: its log knows", async () => {
    server.handshake = "refuse";
    vi.stubGlobal("fetch", vi.fn().mockResolvedValue({}));
    const client = server.client();
    const errors = heard(client, "error");
    await settled();
    expect(errors[0]?.hint).toContain("log");
  });

  test("is full: its error says so, also before there was a session", async () => {
    const client = server.client();
    const errors = heard(client, "error");
    await settled();
    server.last.tell({ type: "error", code: "busy", message: "full", retry_after: 3 });
    server.last.end(4029);
    await settled();
    expect(errors).toMatchObject([{ code: "busy", message: "full", retryAfter: 3 }]);
    expect(client.status).toMatchObject({ state: "connecting", reason: "full" });
  });

  test("comes up while the reason is looked for: nothing is said", async () => {
    server.handshake = "refuse";
    let answer = (_: unknown) => {};
    vi.stubGlobal("fetch", () => new Promise((resolve) => (answer = resolve)));
    const client = server.client();
    const errors = heard(client, "error");
    await settled();
    client.close();
    answer({});
    await settled();
    expect(errors).toEqual([]);
  });

  test("cannot be dialled at all: that is told, and tried again", async () => {
    const client = server.client({
      WebSocket: class {
        constructor() {
          throw new Error("insecure");
        }
      },
    });
    const errors = heard(client, "error");
    await settled();
    expect(errors[0]?.message).toContain("insecure");
    expect(client.status.state).toBe("connecting");
  });

  test("is not to blame where the token cannot be fetched", async () => {
    const fetched = vi.fn().mockResolvedValue({});
    vi.stubGlobal("fetch", fetched);
    const token = vi.fn().mockRejectedValueOnce(new Error("signed out")).mockResolvedValue("t");
    const client = server.client({ token });
    const errors = heard(client, "error");
    await settled();
    expect(errors).toMatchObject([{ code: "not_connected", message: "Error: signed out" }]);
    expect(client.status).toMatchObject({ state: "connecting", attempt: 1, retryIn: 500 });
    expect(fetched).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(500);
    expect(server.last.take()).toMatchObject([{ token: "t" }]);
  });

  test("cannot be told what no JSON holds", async () => {
    const client = server.client({ context: { state: { big: 1n } } as never });
    const errors = heard(client, "error");
    await settled();
    expect(errors).toMatchObject([{ code: "not_connected", message: expect.stringContaining("BigInt") }]);
  });

  test.each([
    { type: "manifest.updated", id: "u", seq: 1 },
    { type: "error", code: "internal", details: 5, seq: 1 },
    { type: "command", id: "s-1", name: "say", seq: 1 },
  ])("sends frames that lack what they need: %j", async (frame) => {
    const client = await server.welcomed({ commands: { say: { stream: ["text"], run() {} } } });
    const errors = heard(client, "error");
    server.last.tell(frame);
    expect(errors).toMatchObject([{ code: "bad_server" }]);
    expect(client.status.state).toBe("detached");
    expect((await server.back()).resume).toMatchObject({ upto: 1 });
  });

  test.each(["nonsense", "[]", "null", '"text"', "{}", '{"type":1}'])("says %s", async (text) => {
    const client = await server.welcomed();
    const errors = heard(client, "error");
    server.last.raw(text);
    expect(errors[0]?.code).toBe("bad_server");
    expect(client.status.state).toBe("detached");
    expect(server.last.closed).toEqual({ code: undefined });
  });

  test("sends binary frames", async () => {
    const client = await server.welcomed();
    const errors = heard(client, "error");
    server.last.raw(new ArrayBuffer(1));
    expect(errors[0]?.code).toBe("bad_server");
  });

  test.each(["session", "token", "epoch", "upto"])("gives a welcome without %s", async (field) => {
    const client = server.client();
    const errors = heard(client, "error");
    await settled();
    server.last.tell(WELCOME({ [field]: undefined }));
    expect(errors[0]?.code).toBe("bad_server");
    expect(client.status.state).toBe("connecting");
  });

  test("gives no welcome in time", async () => {
    const client = server.client();
    client.on("error", () => {});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.status).toMatchObject({ state: "connecting", reason: "no answer" });
    expect(server.last.closed).toEqual({ code: undefined });
  });

  test("hangs in the handshake", async () => {
    server.handshake = "hang";
    const client = server.client({ timing: { connectTimeout: 100 } });
    await vi.advanceTimersByTimeAsync(100);
    expect(client.status.attempt).toBe(1);
  });

  test("sends types that nobody knows, and frames before its welcome", async () => {
    const client = server.client();
    await settled();
    server.last.tell({ type: "turn.started", turn: "x", seq: 1 }, WELCOME(), { type: "weather", sun: true });
    expect(client.status.state).toBe("open");
  });
});

describe("a connection that has died", () => {
  test("is asked for a sign, and left", async () => {
    const client = await server.welcomed();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.last.take()).toEqual([{ type: "ping", t: Date.now() }]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.status).toMatchObject({ state: "detached", reason: "no answer" });
  });

  test("any frame is a sign", async () => {
    const client = await server.welcomed({ timing: { pingEvery: 100, pingTimeout: 50 } });
    await vi.advanceTimersByTimeAsync(100);
    server.last.tell({ type: "pong", t: 1 });
    await vi.advanceTimersByTimeAsync(99);
    expect(client.status.state).toBe("open");
    expect(server.last.take()).toHaveLength(1);
  });

  test("the page is shown again, and somebody asks at once", async () => {
    const window = new EventTarget();
    vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
    await server.welcomed();
    vi.stubGlobal("document", { hidden: true });
    window.dispatchEvent(new Event("visibilitychange"));
    expect(server.last.take()).toEqual([]);
    vi.stubGlobal("document", { hidden: false });
    window.dispatchEvent(new Event("visibilitychange"));
    expect(server.last.take().map(({ type }) => type)).toEqual(["ping"]);
  });

  test("the network goes and comes back", async () => {
    const window = new EventTarget();
    vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
    const client = await server.welcomed();
    window.dispatchEvent(new Event("offline"));
    expect(client.status).toMatchObject({ state: "detached", reason: "offline" });
    window.dispatchEvent(new Event("offline"));
    window.dispatchEvent(new Event("online"));
    await settled();
    expect(server.connections).toHaveLength(2);
    window.dispatchEvent(new Event("online"));
    await settled();
    expect(server.connections).toHaveLength(2);
    client.close();
    window.dispatchEvent(new Event("online"));
    await settled();
    expect(server.connections).toHaveLength(2);
  });
});

test("a fresh token is sent when the old one is about to expire", async () => {
  const token = vi.fn().mockResolvedValueOnce("one").mockResolvedValueOnce("two").mockRejectedValue("gone");
  const client = await server.welcomed({ token });
  const errors = heard(client, "error");
  server.last.tell({ type: "auth.expiring", expires_in: 60 });
  await settled();
  expect(server.last.take()).toEqual([{ type: "auth", token: "two" }]);
  server.last.tell({ type: "auth.expiring", expires_in: 60 });
  await settled();
  expect(errors[0]).toMatchObject({ code: "no_token" });
});

test("a listener can be taken away, and one that throws disturbs nobody", async () => {
  const client = server.client();
  const first = vi.fn(() => {
    throw new Error("mine");
  });
  const second = vi.fn();
  const off = client.on("welcome", first);
  client.on("welcome", second);
  await settled();
  const tasks = vi.spyOn(globalThis, "queueMicrotask").mockReturnValue();
  server.last.tell(WELCOME());
  expect(tasks.mock.calls[0]?.[0]).toThrow("mine");
  tasks.mockRestore();
  off();
  off();
  await server.back();
  server.last.tell(WELCOME({ resumed: true }));
  expect(first).toHaveBeenCalledOnce();
  expect(second).toHaveBeenCalledTimes(2);
});
