import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { CommandContext } from "../src/index.ts";
import { COMMAND, type Frame, gate, heard, Scripted, settled } from "./scripted.ts";

let server: Scripted;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Scripted();
});
afterEach(() => {
  server.closeAll();
  vi.useRealTimers();
});

/** A client that was sent one `command`; gives what it answered. */
async function answer(run: unknown, command: object = {}, more: object = {}): Promise<Frame[]> {
  const commands = { wave: { run, ...more } } as never;
  await server.welcomed({ commands });
  server.last.tell(COMMAND(1, command));
  await settled();
  return server.last.take();
}

const RESULT = { type: "result", id: "s-1", seq: 1 };

describe("a command", () => {
  test("is acknowledged, then performed, then answered", async () => {
    const order: string[] = [];
    const client = await server.welcomed({
      commands: { wave: { run: () => void order.push("run") } },
    });
    client.on("frame", ({ direction, frame }) => order.push(`${direction} ${frame.type}`));
    server.last.tell(COMMAND(1));
    await settled();
    expect(order).toEqual(["in command", "out ack", "run", "out result"]);
    expect(server.last.acks()).toEqual([1]);
    expect(server.last.take()).toEqual([{ ...RESULT, ok: true }]);
  });

  test("gets its arguments, its turn and its id", async () => {
    const run = vi.fn((_args: unknown, { id, turn, name }: CommandContext) => ({ id, turn, name }));
    const [frame] = await answer(run, { args: { times: 2 }, turn: null });
    expect(run.mock.calls[0]?.[0]).toEqual({ times: 2 });
    expect(frame).toEqual({ ...RESULT, ok: true, value: { id: "s-1", turn: null, name: "wave" } });
  });

  test("gives what it returns, or promises", async () => {
    expect(await answer(() => Promise.resolve([1, "a", null]))).toEqual([
      { ...RESULT, ok: true, value: [1, "a", null] },
    ]);
  });

  test.each([
    [new Error("too tired"), { code: "failed", message: "too tired" }],
    [Object.assign(new Error("no"), { code: "too_tired" }), { code: "too_tired", message: "no" }],
    [new DOMException("stop", "AbortError"), { code: "failed", message: "stop" }],
    ["a text", { code: "failed", message: "a text" }],
    [Symbol("odd"), { code: "failed", message: "Symbol(odd)" }],
    [undefined, { code: "failed", message: "undefined" }],
    [
      Object.assign(new Error("x".repeat(9000)), { code: "c".repeat(99) }),
      { code: "c".repeat(64), message: "x".repeat(4096) },
    ],
    [Object.assign(new Error("e"), { code: "" }), { code: "failed", message: "e" }],
  ])("that throws %s has failed", async (thrown, error) => {
    const throws = () => {
      throw thrown;
    };
    expect(await answer(throws)).toEqual([{ ...RESULT, ok: false, error }]);
  });

  test("whose promise is rejected has failed", async () => {
    expect(await answer(() => Promise.reject(new Error("late")))).toEqual([
      { ...RESULT, ok: false, error: { code: "failed", message: "late" } },
    ]);
  });

  const circle: { self?: object } = {};
  circle.self = circle;
  test.each([
    ["a cycle", circle, "circular"],
    ["a BigInt", 1n, "BigInt"],
    ["too much", "x".repeat(70_000), "65536"],
  ])("that returns %s has failed, and says why", async (_name, value, reason) => {
    const [frame] = await answer(() => value);
    expect(frame).toMatchObject({
      ...RESULT,
      ok: false,
      error: { message: expect.stringContaining(reason) },
    });
  });

  const nested = (levels: number): unknown => (levels ? [nested(levels - 1)] : 0);
  test.each([
    ["an integer that no browser holds", [2 ** 60], "integer"],
    ["one below all of them", { low: -(2 ** 60), more: 1 }, "integer"],
    ["what nests too deep", nested(32), "deep"],
  ])("that returns %s has failed, and says why", async (_name, value, reason) => {
    const [frame] = await answer(() => value);
    expect(frame).toMatchObject({
      ...RESULT,
      ok: false,
      error: { message: expect.stringContaining(reason) },
    });
  });

  test("returns the largest and the deepest that a server takes", async () => {
    const value = [2 ** 53 - 1, -(2 ** 53 - 1), Number.MAX_VALUE, "9".repeat(20), 2 / 3, nested(30)];
    expect(await answer(() => value)).toEqual([{ ...RESULT, ok: true, value }]);
  });

  test("returns half a character: it is replaced, a backslash is not", async () => {
    const [frame] = await answer(() => ["\ud83d", "\ud83d\ude00", "\\ud800", "\\\ud800"]);
    expect(frame?.value).toEqual(["\ufffd", "😀", "\\ud800", "\\\ufffd"]);
  });

  test("that nobody performs is answered", async () => {
    const [frame] = await answer(() => {}, { name: "constructor" });
    expect(frame).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("without a result that is expected gets none", async () => {
    expect(await answer(() => "value", { timeout: 0 })).toEqual([]);
  });

  test("that came before is not performed again", async () => {
    const run = vi.fn();
    await answer(run);
    server.last.tell(COMMAND(1), COMMAND(2, { id: "s-1" }), COMMAND(0, { seq: undefined, id: "s-1" }));
    await settled();
    expect(run).toHaveBeenCalledOnce();
    expect(server.last.acks()).toEqual([1, 2]);
    expect(server.last.take()).toEqual([]);
  });

  test("of a server that numbers nothing is known by its id", async () => {
    const run = vi.fn();
    await answer(run, { seq: undefined });
    server.last.tell(COMMAND(1, { seq: undefined }));
    await settled();
    expect(run).toHaveBeenCalledOnce();
    expect(server.last.acks()).toEqual([]);
  });

  test("what is remembered of those that ended is bounded", async () => {
    const run = vi.fn();
    await server.welcomed({ commands: { wave: { run } } });
    for (let seq = 1; seq <= 1030; seq++) server.last.tell(COMMAND(seq));
    await settled();
    server.last.tell(COMMAND(1031, { id: "s-1030" }), COMMAND(1032, { id: "s-1" }));
    await settled();
    expect(run).toHaveBeenCalledTimes(1031);
  });

  test("a key such as __proto__ is a key", async () => {
    const run = vi.fn();
    await server.welcomed({ commands: { wave: { run } } });
    server.last.raw(JSON.stringify(COMMAND(1)).replace('"args":{}', '"args":{"__proto__":{"evil":1}}'));
    await settled();
    expect(Object.keys(run.mock.calls[0]?.[0])).toEqual(["__proto__"]);
    expect({}).not.toHaveProperty("evil");
  });

  test("tells its progress, until it has ended", async () => {
    const end = gate();
    let context: CommandContext | undefined;
    const client = await server.welcomed({
      commands: {
        wave: {
          run(_args: unknown, ctx: CommandContext) {
            context = ctx;
            ctx.progress(0.5, "half");
            ctx.progress();
            return end.promise;
          },
        },
      },
    });
    const told = heard(client, "progress");
    const results = heard(client, "result");
    server.last.tell(COMMAND(1));
    await settled();
    expect(server.last.take()).toEqual([
      { type: "progress", id: "s-1", fraction: 0.5, note: "half" },
      { type: "progress", id: "s-1" },
    ]);
    end.open();
    await settled();
    context?.progress(1);
    expect(told).toHaveLength(2);
    expect(results).toMatchObject([{ id: "s-1", ok: true }]);
    expect(server.last.take()).toHaveLength(1);
  });

  test("progress while detached is nothing", async () => {
    let context: CommandContext | undefined;
    const run = (_args: unknown, ctx: CommandContext) => {
      context = ctx;
      return gate().promise;
    };
    await answer(run);
    server.last.end();
    context?.progress(0.1);
    expect(server.last.take()).toEqual([]);
  });
});

describe("values with a Standard Schema", () => {
  test("arguments are what it makes of them", async () => {
    const parameters = z.object({ times: z.number().default(3) });
    const run = vi.fn();
    await answer(run, { args: {} }, { parameters });
    expect(run.mock.calls[0]?.[0]).toEqual({ times: 3 });
  });

  test("what it refuses has failed", async () => {
    const returns = z.string();
    const [frame] = await answer(() => 1, { returns: true }, { returns });
    expect(frame).toMatchObject({ ok: false, error: { code: "invalid_result" } });
  });
});

describe("lanes", () => {
  const order: string[] = [];
  const gates = new Map<string, ReturnType<typeof gate>>();
  const commands = {
    wave: {
      async run(_args: unknown, { id, signal }: CommandContext) {
        order.push(`+${id}`);
        signal.addEventListener("abort", () => order.push(`!${id} ${signal.reason}`));
        const one = gate();
        gates.set(id, one);
        await one.promise;
        order.push(`-${id}`);
      },
    },
  };
  beforeEach(() => void order.splice(0));

  test("one after the other in one, side by side across", async () => {
    await server.welcomed({ commands });
    server.last.tell(COMMAND(1), COMMAND(2), COMMAND(3, { lane: "voice" }));
    await settled();
    expect(order).toEqual(["+s-1", "+s-3"]);
    gates.get("s-1")?.open();
    await settled();
    expect(order).toEqual(["+s-1", "+s-3", "-s-1", "+s-2"]);
  });

  test("a cancelled command leaves its lane, though it never ends", async () => {
    await server.welcomed({ commands });
    server.last.tell(COMMAND(1), COMMAND(2));
    await settled();
    server.last.tell({ type: "cancel", id: "s-1", reason: "timeout", seq: 3 });
    await settled();
    expect(order).toEqual(["+s-1", "!s-1 timeout", "+s-2"]);
    gates.get("s-1")?.open();
    await settled();
    expect(server.last.take()).toEqual([]);
  });

  test("one that is cancelled while it waits never begins", async () => {
    await server.welcomed({ commands });
    server.last.tell(COMMAND(1), COMMAND(2), COMMAND(3), {
      type: "cancel",
      id: "s-2",
      reason: "removed",
      seq: 4,
    });
    await settled();
    gates.get("s-1")?.open();
    await settled();
    expect(order).toEqual(["+s-1", "-s-1", "+s-3"]);
  });

  test("a cancel of what is not known, or has ended, is nothing", async () => {
    const client = await server.welcomed({ commands });
    const cancels = heard(client, "cancel");
    server.last.tell({ type: "cancel", id: "nobody", reason: "expired", seq: 1 });
    expect(cancels).toHaveLength(1);
    expect(order).toEqual([]);
  });

  test("what is cancelled and fails late is nobody's error", async () => {
    await server.welcomed({ commands });
    server.last.tell(COMMAND(1), { type: "cancel", id: "s-1", reason: "cancelled", seq: 2 });
    await settled();
    gates.get("s-1")?.refuse(new Error("late"));
    await settled();
    expect(server.last.take()).toEqual([]);
  });

  test("all stop when the client is closed", async () => {
    const client = await server.welcomed({ commands });
    server.last.tell(COMMAND(1), COMMAND(2));
    await settled();
    client.close();
    await settled();
    expect(order).toEqual(["+s-1", "!s-1 closed"]);
  });

  test("a client that is closed by a listener answers nothing more", async () => {
    const client = await server.welcomed({ commands: { sit: { run() {} } } });
    client.on("command", () => client.close());
    server.last.tell(COMMAND(1));
    await settled();
    expect(server.last.take()).toEqual([]);
  });
});

describe("confirm", () => {
  test("by default nobody agrees", async () => {
    const run = vi.fn();
    const [frame] = await answer(run, { confirm: true });
    expect(frame).toMatchObject({ ok: false, error: { code: "declined" } });
    expect(run).not.toHaveBeenCalled();
  });

  test("a person is asked, and may agree", async () => {
    const confirm = vi.fn(async (_call: unknown, _signal: AbortSignal) => true);
    const run = vi.fn();
    await server.welcomed({ confirm, commands: { wave: { run } } });
    server.last.tell(COMMAND(1, { confirm: true, args: { times: 1 } }));
    await settled();
    expect(confirm.mock.calls[0]?.[0]).toMatchObject({
      id: "s-1",
      turn: "t1",
      name: "wave",
      args: { times: 1 },
    });
    expect(confirm.mock.calls[0]?.[1]).toBeInstanceOf(AbortSignal);
    expect(run).toHaveBeenCalledOnce();
  });

  test("an answer that comes after the cancel performs nothing that counts", async () => {
    const agreed = gate<boolean>();
    const run = vi.fn();
    await server.welcomed({ confirm: () => agreed.promise, commands: { wave: { run } } });
    server.last.tell(COMMAND(1, { confirm: true }), {
      type: "cancel",
      id: "s-1",
      reason: "cancelled",
      seq: 2,
    });
    await settled();
    agreed.open(true);
    await settled();
    expect(run).not.toHaveBeenCalled();
    expect(server.last.take()).toEqual([]);
  });

  test("who agrees once it is withdrawn agrees to nothing", async () => {
    const agreed = gate<boolean>();
    const run = vi.fn();
    await server.welcomed({ confirm: () => agreed.promise, commands: { wave: { run } } });
    server.last.tell(COMMAND(1, { confirm: true }));
    await settled();
    server.last.tell({ type: "cancel", id: "s-1", reason: "timeout", seq: 2 });
    agreed.open(true);
    await settled();
    expect(run).not.toHaveBeenCalled();
    expect(server.last.take()).toEqual([]);
  });

  test("a hook that throws is a failure", async () => {
    const confirm = () => {
      throw new Error("no dialog");
    };
    await server.welcomed({ confirm, commands: { wave: { run() {} } } });
    server.last.tell(COMMAND(1, { confirm: true }));
    await settled();
    expect(server.last.take()[0]).toMatchObject({
      ok: false,
      error: { code: "failed", message: "no dialog" },
    });
  });
});
