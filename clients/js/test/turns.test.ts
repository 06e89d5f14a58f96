import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TurnFrame } from "../src/index.ts";
import { COMMAND, ENDED, heard, Scripted, settled, WELCOME } from "./scripted.ts";

let server: Scripted;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Scripted();
});
afterEach(() => {
  server.closeAll();
  vi.useRealTimers();
});

const STARTED = { type: "turn.started", turn: "t1", source: "client", seq: 1 };
const TEXT = { type: "text", turn: "t1", delta: "Hi." };

describe("a turn", () => {
  test("is asked for with all that an instruction may say", async () => {
    const client = await server.welcomed();
    void client.instruct("wave", {
      id: "t1",
      onBusy: "interrupt",
      only: ["wave"],
      require: true,
      remember: false,
    });
    expect(server.last.take()).toEqual([
      {
        type: "instruct",
        id: "t1",
        text: "wave",
        on_busy: "interrupt",
        only: ["wave"],
        require: true,
        remember: false,
        seq: 1,
      },
    ]);
  });

  test("has an id of its own where none is given", async () => {
    const client = await server.welcomed();
    const ids = [client.instruct("a").id, client.instruct("b").id];
    expect(new Set(ids).size).toBe(2);
    expect(server.last.take().map(({ id }) => id)).toEqual(ids);
  });

  test("awaited gives how it ended, read gives all its frames from the first", async () => {
    const client = await server.welcomed({ commands: { wave: { run() {} } } });
    const turn = client.instruct("wave", { id: "t1" });
    const cancel = { type: "cancel", id: "s-2", reason: "cancelled", seq: 4 };
    const rejected = { type: "command.rejected", id: "s-9", turn: "t1", name: "x", errors: [], seq: 3 };
    server.last.tell(STARTED, TEXT, COMMAND(2), rejected, cancel, ENDED(5), { ...TEXT, turn: "t2" });
    expect(await turn).toMatchObject({ type: "turn.ended", status: "completed" });
    for (const _ of [1, 2]) {
      const types: string[] = [];
      for await (const frame of turn) types.push(frame.type);
      expect(types).toEqual(["turn.started", "text", "command", "command.rejected", "cancel", "turn.ended"]);
    }
  });

  test("is read while it happens; who leaves early leaves nothing behind", async () => {
    const client = await server.welcomed();
    const turn = client.instruct("wave", { id: "t1" });
    const read: TurnFrame[] = [];
    const reading = (async () => {
      for await (const frame of turn) {
        read.push(frame);
        if (frame.type === "text") break;
      }
      return "left";
    })();
    server.last.tell(STARTED);
    await settled();
    expect(read).toHaveLength(1);
    server.last.tell(TEXT, TEXT);
    expect(await reading).toBe("left");
    expect(read).toHaveLength(2);
    const iterator = turn[Symbol.asyncIterator]();
    void iterator.next();
    await iterator.return?.();
  });

  test("is told by events too, also one that somebody else began", async () => {
    const client = await server.welcomed();
    const events = (["turn", "text", "ended"] as const).map((event) => heard(client, event));
    server.last.tell({ ...STARTED, source: "http" }, TEXT, ENDED(2));
    expect(events.map((all) => all.length)).toEqual([1, 1, 1]);
  });

  test("is cancelled by a frame, and ends as the server says", async () => {
    const client = await server.welcomed();
    const turn = client.instruct("wave", { id: "t1" });
    turn.cancel();
    expect(server.last.take()[1]).toEqual({ type: "cancel", id: "t1", seq: 2 });
    server.last.tell({ ...ENDED(1), status: "cancelled" });
    expect((await turn).status).toBe("cancelled");
  });

  test("is cancelled by a signal, once", async () => {
    const client = await server.welcomed();
    const abort = new AbortController();
    const turn = client.instruct("wave", { id: "t1", signal: abort.signal });
    abort.abort();
    abort.abort();
    expect(server.last.take().map(({ type }) => type)).toEqual(["instruct", "cancel"]);
    server.last.tell(ENDED(1));
    await turn;
  });

  test("is not begun where the signal is aborted, and does not hold on to one that never is", async () => {
    const client = await server.welcomed();
    const signal = AbortSignal.abort(new Error("changed my mind"));
    await expect(client.instruct("wave", { signal })).rejects.toThrow("changed my mind");
    expect(server.last.take()).toEqual([]);
    const lasting = new AbortController();
    const remove = vi.spyOn(lasting.signal, "removeEventListener");
    const turn = client.instruct("wave", { id: "t1", signal: lasting.signal });
    server.last.tell(ENDED(1));
    await turn;
    await settled();
    expect(remove).toHaveBeenCalledOnce();
  });

  test("that is refused throws, for who awaits and for who reads", async () => {
    const client = await server.welcomed();
    const errors = heard(client, "error");
    const turn = client.instruct("", { id: "t1" });
    const details = [{ path: "/text", code: "too_short", message: "at least one character" }];
    server.last.tell({
      type: "error",
      code: "invalid_frame",
      message: "not as it should be",
      ref: "t1",
      ref_type: "instruct",
      details,
      seq: 1,
    });
    await expect(turn).rejects.toMatchObject({ code: "invalid_frame", ref: "t1", details });
    await expect(turn[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "invalid_frame" });
    expect(errors).toHaveLength(1);
    const ended = vi.fn();
    await turn.catch(() => {}).finally(ended);
    await turn.finally(ended).catch(() => {});
    expect(ended).toHaveBeenCalledTimes(2);
  });

  test("lives where the error is about a gap before it", async () => {
    const client = await server.welcomed();
    client.on("error", () => {});
    const turn = client.instruct("wave", { id: "t1" });
    const details = [{ path: "/seq", code: "gap", message: "missing: 1" }];
    const error = { type: "error", code: "invalid_frame", message: "m", ref: "t1" };
    server.last.tell({ ...error, ref_type: "instruct", details, seq: 1 });
    server.last.tell(ENDED(3));
    expect((await turn).status).toBe("completed");
  });

  test("that is too large for the server is refused here", async () => {
    const client = await server.welcomed({}, { limits: { frame_bytes: 100 } });
    await expect(client.instruct("好".repeat(30))).rejects.toMatchObject({ code: "too_large" });
    expect(server.last.take()).toEqual([]);
  });

  test("of a server without that limit may be any size", async () => {
    const client = await server.welcomed({}, { limits: { frame_bytes: 0 } });
    void client.instruct("x".repeat(100_000));
    expect(server.last.take()).toHaveLength(1);
  });

  test("nobody waits for is nobody's error", async () => {
    const client = await server.welcomed();
    void client.instruct("wave");
    client.close();
    await settled();
  });
});

describe("context", () => {
  test("that is silent is told, and has no turn", async () => {
    const client = await server.welcomed();
    expect(client.setContext({ text: "It rains." })).toBeUndefined();
    client.setState({ mood: "calm", toys: { ball: 1 } });
    expect(server.last.take()).toMatchObject([
      { type: "context", text: "It rains.", seq: 1 },
      { type: "context", state: { mood: "calm", toys: { ball: 1 } }, seq: 2 },
    ]);
  });

  test("that is not silent has a turn", async () => {
    const client = await server.welcomed();
    const turn = client.setContext({ id: "t1", text: "Somebody pokes.", silent: false });
    expect(server.last.take()).toEqual([
      { type: "context", id: "t1", text: "Somebody pokes.", silent: false, seq: 1 },
    ]);
    server.last.tell(STARTED, ENDED(2));
    expect((await turn).turn).toBe("t1");
  });

  test("refused as busy rejects its turn", async () => {
    const client = await server.welcomed();
    client.on("error", () => {});
    const turn = client.setContext({ id: "c1", silent: false });
    server.last.tell({
      type: "error",
      code: "busy",
      message: "m",
      ref: "c1",
      ref_type: "context",
      retry_after: 2,
      seq: 1,
    });
    await expect(turn).rejects.toMatchObject({ code: "busy", retryAfter: 2 });
  });

  test("a session that begins anew is told what is the case now", async () => {
    const client = await server.welcomed({
      context: { text: "Morning.", state: { a: 1, b: { c: 2, d: [1] } } },
    });
    client.setState(
      JSON.parse('{"a":null,"b":{"c":null,"d":[2]},"e":{"f":null,"g":1},"__proto__":{"evil":1}}'),
    );
    client.setContext({ text: "Noon." });
    const manifest = await server.back();
    expect(JSON.stringify(manifest.context)).toBe(
      '{"text":"Noon.","state":{"b":{"d":[2]},"e":{"g":1},"__proto__":{"evil":1}}}',
    );
    expect({}).not.toHaveProperty("evil");
  });

  test("what JSON cannot hold is refused at once", async () => {
    const client = await server.welcomed();
    expect(() => client.setState({ big: 1n })).toThrow("BigInt");
    expect((await server.back()).context).toBeUndefined();
  });
});

describe("what is asked while detached", () => {
  test("is sent in order once it is back", async () => {
    const client = await server.welcomed();
    server.last.end();
    void client.instruct("one", { id: "t1" });
    client.setState({ a: 1 });
    client.cancel("t1");
    await vi.advanceTimersByTimeAsync(1000);
    server.last.take();
    client.on("status", ({ state }) => state === "open" && void client.instruct("two", { id: "t2" }));
    server.last.tell(WELCOME({ resumed: true }));
    expect(server.last.take().map(({ type, seq }) => [type, seq])).toEqual([
      ["instruct", 1],
      ["context", 2],
      ["cancel", 3],
      ["instruct", 4],
    ]);
  });
});
