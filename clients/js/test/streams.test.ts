import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CommandContext } from "../src/index.ts";
import { COMMAND, type Frame, gate, Scripted, settled, WELCOME } from "./scripted.ts";

let server: Scripted;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Scripted();
});
afterEach(() => {
  server.closeAll();
  vi.useRealTimers();
});

const RESULT = { type: "result", id: "s-1", seq: 1 };

describe("a stream parameter", () => {
  const DELTA = (delta: string, more: object = {}): Frame => {
    return { type: "command.delta", id: "s-1", turn: "t1", name: "say", param: "text", delta, ...more };
  };
  const SAY = (seq: number, text: string) =>
    COMMAND(seq, { id: "s-1", name: "say", args: { text, loud: true } });
  let said: string[];
  let failed: unknown;
  let complete: unknown;
  const say = {
    stream: ["text"],
    lane: "voice",
    async run(args: Record<string, unknown>, ctx: CommandContext) {
      try {
        for await (const delta of ctx.stream.text as AsyncIterable<string>) said.push(delta);
        complete = await ctx.complete;
        return args.loud ? "knew" : "did not know";
      } catch (error) {
        failed = error;
        throw error;
      }
    },
  };
  beforeEach(() => {
    said = [];
    failed = complete = undefined;
  });

  test("is told as it is written, before the command is whole", async () => {
    await server.welcomed({ commands: { say } });
    server.last.tell(DELTA("Once "), DELTA("upon"));
    await settled();
    expect(said).toEqual(["Once ", "upon"]);
    expect(server.last.take()).toEqual([]);
    server.last.tell(SAY(1, "Once upon a time"));
    await settled();
    expect(said).toEqual(["Once ", "upon", " a time"]);
    expect(complete).toEqual({ text: "Once upon a time", loud: true });
    expect(server.last.take()).toEqual([{ ...RESULT, ok: true, value: "did not know" }]);
  });

  test("comes whole where none of it came before, with the other arguments", async () => {
    await server.welcomed({ commands: { say } });
    server.last.tell(SAY(1, "Hello"));
    await settled();
    expect(said).toEqual(["Hello"]);
    expect(server.last.take()[0]).toMatchObject({ value: "knew" });
  });

  test("after a drop, what is missing comes with the command", async () => {
    await server.welcomed({ commands: { say } });
    server.last.tell(DELTA("Once "));
    await settled();
    await server.back();
    server.last.tell(WELCOME({ resumed: true }));
    server.last.tell(SAY(1, "Once upon"));
    await settled();
    expect(said).toEqual(["Once ", "upon"]);
  });

  test("that came all, or was left out, brings nothing more", async () => {
    await server.welcomed({ commands: { say } });
    server.last.tell(DELTA("Hi"), SAY(1, "Hi"));
    await settled();
    expect(said).toEqual(["Hi"]);
    said = [];
    server.last.tell({ ...SAY(3, ""), id: "s-3", args: {} });
    await settled();
    expect(said).toEqual([]);
  });

  test("that is withdrawn ends what reads it", async () => {
    const client = await server.welcomed({ commands: { say } });
    void client.instruct("say it", { id: "t1" });
    server.last.tell(DELTA("Hi"));
    await settled();
    server.last.tell({ type: "cancel", id: "s-1", reason: "rejected", seq: 1 });
    await settled();
    expect(said).toEqual(["Hi"]);
    expect(failed).toBe("rejected");
    server.last.take();
    server.last.tell(
      DELTA("late", { id: "s-9", name: "nobody" }),
      DELTA("late", { id: "s-9", param: "other" }),
    );
    await settled();
    expect(server.last.take()).toEqual([]);
  });

  test("a handler that does not wait is answered once the command is there", async () => {
    await server.welcomed({ commands: { say: { stream: ["text"], run: () => "early" } } });
    server.last.tell(DELTA("Hi"), DELTA("x", { param: "__proto__" }));
    await settled();
    expect(server.last.take()).toEqual([]);
    server.last.tell(SAY(1, "Hi"));
    await settled();
    expect(server.last.take()).toEqual([{ ...RESULT, ok: true, value: "early" }]);
  });

  test("waits for its lane", async () => {
    const end = gate();
    await server.welcomed({ commands: { say, wave: { run: () => end.promise } } });
    server.last.tell(COMMAND(1, { id: "s-7", lane: "voice" }), DELTA("Hi"));
    await settled();
    expect(said).toEqual([]);
    end.open();
    await settled();
    expect(said).toEqual(["Hi"]);
  });
});
