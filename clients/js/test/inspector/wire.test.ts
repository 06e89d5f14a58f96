import { expect, it } from "vitest";
import { sifted, Wire } from "../../pages/inspector/wire.ts";

const ALL = { words: "", way: "both", quiet: false } as const;

function filled(count: number): Wire {
  const wire = new Wire(500);
  for (let n = 0; n < count; n += 1) wire.add(n, "out", { type: "text", turn: "t", delta: `${n}` });
  return wire;
}

it("the wire keeps the newest 500 frames and counts the others", () => {
  const wire = filled(620);
  expect([wire.entries.length, wire.dropped, wire.entries[0]?.about]).toEqual([500, 120, "120"]);
});

it("a pause holds what is shown while frames go on to come", () => {
  const wire = filled(3);
  wire.pause(true);
  wire.add(9, "in", { type: "ack", upto: 3 });
  expect([wire.entries.length, wire.waiting]).toEqual([3, 1]);
  wire.pause(false);
  expect([wire.entries.length, wire.waiting]).toEqual([4, 0]);
});

it("what was cleared is gone, in a pause too", () => {
  const wire = filled(3);
  wire.pause(true);
  wire.clear();
  expect(wire.entries).toEqual([]);
});

it("frames are sifted by words, direction and importance", () => {
  const wire = filled(2);
  wire.add(2, "in", { type: "ack", upto: 3 });
  wire.add(3, "in", { type: "result", id: "c1", ok: false, error: { code: "blocked", message: "a Chair" } });
  const types = (filter: object) => sifted(wire.entries, { ...ALL, ...filter }).map((entry) => entry.type);
  expect(types({ words: "chair BLOCKED" })).toEqual(["result"]);
  expect(types({ way: "in" })).toEqual(["ack", "result"]);
  expect(types({ quiet: true, way: "in" })).toEqual(["result"]);
  expect(types({ words: "none such" })).toEqual([]);
});

it.each([
  [{ type: "command", name: "jump", args: { times: 2 } }, "jump(times: 2)"],
  [{ type: "result", ok: true, value: { a: 1 } }, "ok a: 1"],
  [{ type: "error", code: "busy", message: "wait" }, "busy: wait"],
  [{ type: "turn.ended", status: "completed", text: "Hi" }, "completed · Hi"],
  [{ type: "command.rejected", name: "jump", errors: [{ message: "too many" }, 4] }, "jump: too many"],
  [{ type: "something.new", x: 1 }, "x: 1"],
  [{ raw: "{oops" }, 'raw: "{oops"'],
])("%j is told in one line", (frame, about) => {
  const wire = new Wire();
  wire.add(0, "in", frame);
  expect(wire.entries[0]?.about).toBe(about);
});
