import { expect, test } from "vitest";
import { Turns } from "../../pages/demo/turns.ts";

function record() {
  let now = 0;
  const turns = new Turns(() => ++now);
  const turn = turns.ask("t", "wave");
  return { turns, turn };
}

test("a call goes from written to waiting to running to done", () => {
  const { turns, turn } = record();
  const states = () => turn.calls.map(({ state }) => state);
  turns.draft("c", "t", "say", "Hel");
  expect(states()).toEqual(["streaming"]);
  turns.send("c", "t", "say", { text: "Hello" }, "voice");
  expect(states()).toEqual(["waiting"]);
  turns.begin("c");
  expect(states()).toEqual(["running"]);
  turns.finish("c", { ok: true, value: 1 });
  expect(turn.calls[0]).toMatchObject({ state: "done", draft: "Hel", lane: "voice", value: 1 });
});

test("a call that begins while it is written is written until it is whole", () => {
  const { turns, turn } = record();
  turns.draft("c", "t", "say", "Hel");
  turns.begin("c");
  expect(turn.calls[0]?.state).toBe("streaming");
  turns.send("c", "t", "say", {}, "voice");
  expect(turn.calls[0]?.state).toBe("running");
});

test("the first end of a call counts", () => {
  const { turns, turn } = record();
  turns.send("c", "t", "wave", {}, "body");
  turns.stop("c", "timeout");
  turns.finish("c", { ok: true });
  turns.begin("c");
  expect(turn.calls[0]).toMatchObject({ state: "timeout", error: "timeout" });
});

test("what was called directly is a turn of its own, over with the call", () => {
  const { turns } = record();
  turns.send("c", null, "wave", {}, "body");
  expect(turns.open).toHaveLength(2);
  turns.finish("c", { ok: false, error: { code: "failed", message: "no" } });
  expect(turns.all.at(-1)).toMatchObject({ source: "direct", status: "failed" });
  expect(turns.open).toHaveLength(1);
});

test("with the session all that is open is lost", () => {
  const { turns, turn } = record();
  turns.send("c", "t", "wave", {}, "body");
  turns.lose("gone");
  expect(turn).toMatchObject({ status: "lost", error: "gone", calls: [{ state: "lost" }] });
  expect(turns.open).toEqual([]);
});

test("a connection that is gone leaves a gap", () => {
  const { turns } = record();
  turns.connected(true);
  turns.connected(false);
  turns.connected(false);
  turns.connected(true);
  expect(turns.gaps).toHaveLength(1);
  expect(turns.gaps[0]?.to).toBeGreaterThan(turns.gaps[0]?.from ?? 0);
});

test("the oldest turns are forgotten", () => {
  const { turns } = record();
  for (let n = 0; n < 80; n++) turns.ask(`t${n}`, "again");
  expect(turns.all).toHaveLength(60);
});
