import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CommandContext } from "../src/index.ts";
import { COMMAND, ENDED, gate, heard, Scripted, settled, tab, WELCOME } from "./scripted.ts";

let server: Scripted;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Scripted();
});
afterEach(() => {
  server.closeAll();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const RESUMED = (more: object = {}) => WELCOME({ resumed: true, token: "second", ...more });
const wave = { run() {} };

describe("after a drop", () => {
  test("it says what it has, and gets and gives the rest", async () => {
    const run = vi.fn();
    const client = await server.welcomed({ commands: { wave: { run } } });
    const turn = client.instruct("wave twice", { id: "t1" });
    server.last.tell({ type: "turn.started", turn: "t1", source: "client", seq: 1 }, COMMAND(2));
    await settled();
    server.last.take();
    const manifest = await server.back();
    expect(manifest.resume).toEqual({ session: "s", token: "secret", epoch: "e", upto: 2, rev: 1 });
    server.last.tell(RESUMED({ upto: 1 }));
    expect(client.status).toEqual({ state: "open", resumed: true });
    expect(server.last.take()).toEqual([{ type: "result", id: "s-2", ok: true, seq: 2 }]);
    server.last.tell(COMMAND(2), COMMAND(3), ENDED(4));
    await settled();
    expect(run).toHaveBeenCalledTimes(2);
    expect(await turn).toMatchObject({ status: "completed" });
    expect((await server.back()).resume).toMatchObject({ token: "second", upto: 4 });
  });

  test("what is acknowledged is not sent again", async () => {
    const client = await server.welcomed();
    for (const mood of [1, 2, 3]) client.setState({ mood });
    server.last.tell({ type: "ack", upto: 2 });
    await server.back();
    server.last.tell(RESUMED({ upto: 2 }));
    expect(server.last.take()).toMatchObject([{ seq: 3 }]);
  });

  test("commands that run go on, and are answered", async () => {
    const end = gate();
    await server.welcomed({ commands: { wave: { run: () => end.promise } } });
    server.last.tell(COMMAND(1));
    await settled();
    server.last.end();
    end.open();
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.last.take().map(({ type }) => type)).toEqual(["manifest"]);
    server.last.tell(RESUMED());
    expect(server.last.take()).toMatchObject([{ type: "result", id: "s-1", ok: true, seq: 1 }]);
  });

  test("a welcome that is lost costs nothing", async () => {
    await server.welcomed();
    await server.back();
    expect((await server.back()).resume).toMatchObject({ token: "secret" });
  });

  test("a second welcome on one connection is nothing", async () => {
    const client = await server.welcomed();
    const welcomes = heard(client, "welcome");
    server.last.tell(WELCOME({ session: "other" }));
    expect(welcomes).toHaveLength(0);
    expect((await server.back()).resume).toMatchObject({ session: "s" });
  });
});

describe("a session that is lost", () => {
  const LOST = (more: object = {}) =>
    WELCOME({ session: "new", resumed: false, reason: "epoch_changed", ...more });

  test("becomes a new one by itself, and says what is in doubt", async () => {
    const reasons: unknown[] = [];
    const run = (_args: unknown, { signal }: CommandContext) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return gate().promise;
    };
    const client = await server.welcomed({ commands: { wave: { run }, sit: wave } });
    const lost = heard(client, "lost");
    const turn = client.instruct("wave", { id: "t1" });
    server.last.tell(COMMAND(1), COMMAND(2, { name: "sit", lane: "x" }));
    await settled();
    await server.back();
    server.last.tell(
      LOST({
        lost: [
          { id: "s-1", turn: "t1", name: "wave" },
          { id: "s-0", turn: null, name: "x" },
        ],
      }),
    );
    expect(client.status).toEqual({ state: "open", resumed: false });
    expect(lost).toMatchObject([
      {
        reason: "epoch_changed",
        lost: [
          { id: "s-1", turn: "t1", name: "wave" },
          { id: "s-0", turn: null, name: "x" },
        ],
        turns: ["t1"],
      },
    ]);
    await expect(turn).rejects.toMatchObject({ code: "session_lost" });
    await settled();
    expect(reasons).toEqual(["lost"]);
    expect(server.last.take()).toEqual([]);
    server.last.tell(COMMAND(1, { id: "new-1", name: "sit" }));
    await settled();
    expect(server.last.take()).toMatchObject([{ type: "result", id: "new-1", seq: 1 }]);
  });

  test("commands in doubt are told also where the server knows of none", async () => {
    const client = await server.welcomed({ commands: { wave: { run: () => gate().promise } } });
    const lost = heard(client, "lost");
    server.last.tell(COMMAND(1));
    await server.back();
    server.last.tell(LOST({ reason: undefined }));
    expect(lost).toMatchObject([{ reason: "unknown", lost: [{ id: "s-1", name: "wave" }], turns: [] }]);
  });

  test("what no socket ever took is asked of the new one, what one took is not", async () => {
    const client = await server.welcomed();
    const lost = heard(client, "lost");
    const sent = client.instruct("sent", { id: "t1" });
    client.setState({ sent: true });
    server.last.end();
    const unsent = client.instruct("unsent", { id: "t2" });
    client.setContext({ text: "unsent" });
    client.cancel("t1");
    await vi.advanceTimersByTimeAsync(1000);
    server.last.take();
    server.last.tell(LOST());
    expect(server.last.take()).toMatchObject([
      { type: "instruct", id: "t2", seq: 1 },
      { type: "context", text: "unsent", seq: 2 },
      { type: "cancel", id: "t1", seq: 3 },
    ]);
    expect(lost[0]?.turns).toEqual(["t1"]);
    await expect(sent).rejects.toMatchObject({ code: "session_lost" });
    server.last.tell(ENDED(1, "t2"));
    await unsent;
  });

  test("resumed, though nobody asked for it, is new", async () => {
    const client = server.client();
    await settled();
    server.last.tell(RESUMED());
    expect(client.status.resumed).toBe(false);
  });
});

describe("a reload of the page", () => {
  /** The page is gone, without a word; another one has its storage. */
  const reload = (storage: ReturnType<typeof tab>) => {
    const next = tab(storage.map);
    server.last.onmessage = null;
    return next;
  };

  test("goes on where the page was", async () => {
    const storage = tab();
    const before = await server.welcomed({ storage, commands: { wave } });
    void before.instruct("wave", { id: "t1" });
    server.last.tell(COMMAND(1));
    await settled();
    const client = server.client({ storage: reload(storage), commands: { wave } });
    const events = {
      ended: heard(client, "ended"),
      lost: heard(client, "lost"),
      results: heard(client, "result"),
    };
    await settled();
    const [manifest] = server.last.take();
    expect(manifest?.resume).toEqual({ session: "s", token: "secret", epoch: "e", upto: 1, rev: 1 });
    server.last.tell(RESUMED({ upto: 1 }));
    const [result, update] = server.last.take();
    expect(result).toEqual({ type: "result", id: "s-1", ok: true, seq: 2 });
    expect(update).toMatchObject({ type: "manifest.update", add: [{ name: "wave" }], seq: 3 });
    server.last.tell(COMMAND(1), ENDED(2));
    expect(events.ended).toHaveLength(1);
    expect(events.lost).toEqual([]);
    expect(events.results).toEqual([]);
    expect(client.status).toEqual({ state: "open", resumed: true });
  });

  test("a command that was noted and has no result is in doubt, and never run again", async () => {
    const storage = tab();
    await server.welcomed({ storage, commands: { wave: { run: () => gate().promise } } });
    server.last.tell(COMMAND(1), COMMAND(2));
    await settled();
    const run = vi.fn();
    server.client({ storage: reload(storage), commands: { wave: { run } } });
    await settled();
    server.last.take();
    server.last.tell(RESUMED());
    expect(server.last.take().slice(0, 2)).toMatchObject([
      { type: "result", id: "s-1", ok: false, error: { code: "in_doubt" }, seq: 1 },
      { type: "result", id: "s-2", ok: false, error: { code: "in_doubt" }, seq: 2 },
    ]);
    server.last.tell(COMMAND(1), COMMAND(2));
    await settled();
    expect(run).not.toHaveBeenCalled();
  });

  test("what is asked at once comes after what was asked before", async () => {
    const storage = tab();
    const before = await server.welcomed({ storage });
    void before.instruct("one", { id: "t1" });
    const client = server.client({ storage: reload(storage) });
    const turn = client.instruct("two", { id: "t2" });
    await settled();
    server.last.take();
    server.last.tell(RESUMED());
    expect(server.last.take()).toMatchObject([
      { id: "t1", seq: 1 },
      { id: "t2", seq: 2 },
      { type: "manifest.update", seq: 3 },
    ]);
    server.last.tell(ENDED(1, "t2"));
    await turn;
  });

  test("too late: it is told what was lost, and what it asks itself is done", async () => {
    const storage = tab();
    const before = await server.welcomed({ storage, commands: { wave: { run: () => gate().promise } } });
    void before.instruct("one", { id: "t1" });
    void before.commands.add({ sit: wave });
    await settled();
    server.last.tell(COMMAND(1));
    const client = server.client({ storage: reload(storage), commands: { wave } });
    const lost = heard(client, "lost");
    void client.instruct("two", { id: "t2" });
    await settled();
    server.last.take();
    server.last.tell(WELCOME({ session: "new", reason: "expired" }));
    expect(lost).toMatchObject([{ reason: "expired", lost: [{ id: "s-1" }], turns: [] }]);
    expect(server.last.take()).toMatchObject([{ type: "instruct", id: "t2", seq: 1 }]);
  });

  test("that never had a session begins one", async () => {
    const storage = tab();
    const client = server.client({ storage });
    void client.instruct("one");
    await settled();
    server.client({ storage: reload(storage) });
    await settled();
    expect(server.last.take()[0]?.resume).toBeUndefined();
  });

  test("after close there is nothing to go on with", async () => {
    const storage = tab();
    const client = await server.welcomed({ storage });
    expect(storage.map.size).toBe(1);
    client.close();
    expect(storage.map.size).toBe(0);
  });

  test("another client, and another server, have their own", async () => {
    const storage = tab();
    await server.welcomed({ storage });
    for (const other of [{ client: "other" }, { url: "ws://other.test" }]) {
      server.client({ storage, ...other });
      await settled();
      expect(server.last.take()[0]?.resume).toBeUndefined();
    }
  });
});

describe("storage", () => {
  test("is the tab's own by default", async () => {
    const storage = tab();
    vi.stubGlobal("sessionStorage", storage);
    const { storage: _, ...options } = { storage, client: "pet" };
    const client = server.client({ ...options, storage: undefined } as never);
    await settled();
    server.last.tell(WELCOME());
    expect([...storage.map.keys()]).toEqual(["capserver.v1 ws://server.test/v1/ws pet"]);
    client.close();
  });

  test("that is forbidden is done without, and told once", async () => {
    const forbidden = () => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.stubGlobal("window", {});
    Object.defineProperty(globalThis, "sessionStorage", { configurable: true, get: forbidden });
    const client = server.client({ storage: undefined } as never);
    const errors = heard(client, "error");
    await settled();
    server.last.tell(WELCOME());
    Reflect.deleteProperty(globalThis, "sessionStorage");
    expect(errors).toMatchObject([{ code: "storage_unavailable" }]);
    expect(errors[0]?.message).toContain("denied");
    expect(client.status.state).toBe("open");
  });

  test("that is full is done without, told once, and left empty", async () => {
    const storage = tab();
    const client = await server.welcomed({ storage });
    const errors = heard(client, "error");
    storage.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    client.setState({ a: 1 });
    client.setState({ a: 2 });
    await settled();
    expect(errors).toMatchObject([{ code: "storage_unavailable" }]);
    expect(storage.map.size).toBe(0);
    expect(server.last.take()).toHaveLength(2);
  });

  test("that cannot even be emptied is done without", async () => {
    const storage = tab();
    const fails = () => {
      throw new Error("broken");
    };
    const client = server.client({ storage: { getItem: fails, setItem: fails, removeItem: fails } });
    const errors = heard(client, "error");
    await settled();
    server.last.tell(WELCOME());
    expect(errors).toHaveLength(1);
    expect(storage.map.size).toBe(0);
  });

  test("with nonsense in it is as good as empty", async () => {
    for (const text of ["nonsense", "{}", "[]"]) {
      const storage = tab([["capserver.v1 ws://server.test/v1/ws pet", text]]);
      const client = server.client({ storage });
      client.on("error", () => {});
      await settled();
      expect(server.last.take()[0]?.resume).toBeUndefined();
    }
  });
});

describe("a duplicated tab", () => {
  /** The locks of one browser. */
  const browser = () => {
    const held = new Map<string, Promise<unknown>>();
    const grant = (name: string, hold: () => Promise<unknown>) => {
      const until = hold().then(() => void held.delete(name));
      held.set(name, until);
      return until;
    };
    const request = (name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<unknown>) => {
      const before = held.get(name);
      if (!before) return grant(name, hold);
      return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        void before.then(() => resolve(grant(name, hold)));
      });
    };
    return { locks: { request }, held };
  };

  test("leaves the session to the first, and begins its own", async () => {
    vi.useRealTimers();
    const { held, ...navigator } = browser();
    vi.stubGlobal("navigator", navigator);
    const storage = tab();
    const first = server.client({ storage });
    await vi.waitFor(() => server.last.take()[0]);
    server.last.tell(WELCOME());
    expect([...held.keys()]).toEqual(["capserver s"]);
    const second = server.client({ storage: tab(storage.map) });
    await vi.waitFor(() => expect(server.connections).toHaveLength(2), { timeout: 5000 });
    expect(server.last.take()[0]?.resume).toBeUndefined();
    first.close();
    second.close();
  });

  test("a page that is reloaded waits until the one before it has let go", async () => {
    vi.useRealTimers();
    const { held, ...navigator } = browser();
    vi.stubGlobal("navigator", navigator);
    const storage = tab();
    const first = server.client({ storage });
    await vi.waitFor(() => server.last.take()[0]);
    server.last.tell(WELCOME());
    const copy = tab(storage.map);
    const second = server.client({ storage: copy });
    expect(server.connections).toHaveLength(1);
    first.close();
    await vi.waitFor(() => expect(server.connections).toHaveLength(2));
    expect(server.last.take()[0]?.resume).toMatchObject({ session: "s" });
    expect(held.size).toBe(1);
    second.close();
  });
});
