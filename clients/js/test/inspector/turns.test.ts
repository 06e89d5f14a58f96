import { describe, expect, it } from "vitest";
import type { Json } from "../../pages/inspector/json.ts";
import { type Direction, Turns } from "../../pages/inspector/turns.ts";
import { waterfall } from "../../pages/inspector/waterfall.ts";

type Row = [number, Direction, Json];

function folded(rows: Row[], turns = new Turns()): Turns {
  for (const [at, direction, frame] of rows) turns.note({ at, direction, frame });
  return turns;
}

const command = (id: string, seq: number, more: Json = {}): Json => ({
  type: "command",
  id,
  seq,
  turn: "t",
  name: "wave",
  args: {},
  lane: "main",
  returns: false,
  timeout: 30,
  ...more,
});
const TOLD: Row[] = [
  [0, "in", { type: "instruct", id: "t", text: "wave" }],
  [50, "out", { type: "turn.started", turn: "t", source: "client" }],
];
const END: Row = [
  1000,
  "out",
  {
    type: "turn.ended",
    turn: "t",
    status: "completed",
    text: "",
    timing: { queued_ms: 50, first_command_ms: 200, total_ms: 1000 },
  },
];

describe("a turn", () => {
  it("is queued, planned, and ends", () => {
    const turns = folded(TOLD.slice(0, 1));
    expect(turns.list[0]).toMatchObject({ id: "t", text: "wave", status: "queued" });
    folded(TOLD.slice(1), turns);
    expect([turns.list[0]?.status, turns.open]).toEqual(["planning", true]);
    folded([END], turns);
    expect(turns.list[0]).toMatchObject({
      status: "completed",
      ended: 1000,
      timing: { queued: 50, first: 200, total: 1000 },
    });
    expect(turns.open).toBe(false);
  });

  it("that the server did not accept says why", () => {
    const turns = folded([
      TOLD[0] as Row,
      [5, "out", { type: "error", code: "busy", message: "no", ref: "t" }],
    ]);
    expect(turns.list[0]).toMatchObject({ status: "turned_away", error: { code: "busy", message: "no" } });
  });

  it("that came over HTTP takes its text from the session and its beginning from the server", () => {
    const turns = new Turns();
    turns.about("t", "jump");
    folded([[100, "out", { type: "turn.started", turn: "t", source: "http" }], END], turns);
    expect(turns.list[0]).toMatchObject({ text: "jump", accepted: 0, source: "http" });
    expect(waterfall(turns.list[0] as never, 0).plan[0]).toEqual({ kind: "queued", from: 0, width: 10 });
  });

  it("of a session that is over is lost, with its commands in doubt", () => {
    const turns = folded([...TOLD, [60, "out", command("a", 1)]]);
    turns.over(500);
    expect(turns.list[0]).toMatchObject({ status: "lost", ended: 500, calls: [{ outcome: "in_doubt" }] });
  });

  it("is forgotten when there are too many", () => {
    const turns = new Turns(2);
    for (const id of ["a", "b", "c"])
      turns.note({ at: 0, direction: "in", frame: { type: "instruct", id, text: id } });
    expect([turns.list.map((turn) => turn.id), turns.dropped]).toEqual([["b", "c"], 1]);
  });

  it("begins with a context that is not silent", () => {
    const turns = folded([
      [0, "in", { type: "context", id: "c", text: "poked", silent: false }],
      [0, "in", { type: "context", id: "d", text: "nothing" }],
    ]);
    expect(turns.list.map((turn) => turn.text)).toEqual(["poked"]);
  });
});

describe("a command", () => {
  it.each([
    ["done", { ok: true, value: 1 }, "done"],
    ["failed", { ok: false, error: { code: "blocked", message: "a chair" } }, "failed"],
    ["declined", { ok: false, error: { code: "declined", message: "" } }, "declined"],
    ["in doubt", { ok: false, error: { code: "in_doubt", message: "" } }, "in_doubt"],
  ])("%s: ends with its result, once", (_name, result, outcome) => {
    const turns = folded([
      ...TOLD,
      [200, "out", command("a", 1)],
      [250, "in", { type: "progress", id: "a", fraction: 0.5 }],
      [600, "in", { type: "result", id: "a", ...result }],
      [700, "out", { type: "cancel", id: "a", reason: "timeout" }],
    ]);
    expect(turns.list[0]?.calls).toMatchObject([
      { outcome, sent: 200, ended: 600, progress: [{ fraction: 0.5 }] },
    ]);
  });

  it.each(["cancelled", "interrupted", "timeout", "expired", "removed"])("%s: is taken back", (reason) => {
    const turns = folded([
      ...TOLD,
      [200, "out", command("a", 1)],
      [300, "out", { type: "cancel", id: "a", reason }],
    ]);
    expect(turns.list[0]?.calls[0]?.outcome).toBe(reason);
  });

  it("that owes no result ends as it is acked", () => {
    const turns = folded([
      ...TOLD,
      [200, "out", command("a", 7, { timeout: 0 })],
      [210, "in", { type: "ack", upto: 6 }],
      [220, "in", { type: "ack", upto: 7 }],
    ]);
    expect(turns.list[0]?.calls[0]).toMatchObject({ outcome: "done", ended: 220 });
  });

  it("is streamed before it is whole, and may still be rejected", () => {
    const turns = folded([
      ...TOLD,
      [100, "out", { type: "command.delta", id: "a", turn: "t", name: "say", param: "text", delta: "He" }],
      [150, "out", { type: "command.delta", id: "a", turn: "t", name: "say", param: "text", delta: "llo" }],
      [
        180,
        "out",
        {
          type: "command.rejected",
          id: "a",
          turn: "t",
          name: "say",
          errors: [{ path: "/loud", code: "x", message: "no" }],
        },
      ],
    ]);
    expect(turns.list[0]?.calls[0]).toMatchObject({
      begun: 100,
      streamed: "Hello",
      outcome: "rejected",
      errors: [{ path: "/loud" }],
    });
  });

  it("that was sent again after a resume counts once", () => {
    const turns = folded([...TOLD, [200, "out", command("a", 1)], [900, "out", command("a", 1)]]);
    expect(turns.list[0]?.calls).toHaveLength(1);
    expect(turns.list[0]?.calls[0]?.sent).toBe(200);
  });

  it("called directly stands for itself", () => {
    const turns = folded([
      [10, "out", command("d", 1, { turn: null })],
      [30, "in", { type: "result", id: "d", ok: true }],
    ]);
    expect(turns.list[0]).toMatchObject({ direct: true, status: "completed", ended: 30 });
  });
});

describe("a waterfall", () => {
  it("lets commands of one lane wait for each other, and lanes run side by side", () => {
    const turns = folded([
      ...TOLD,
      [200, "out", command("a", 1)],
      [300, "out", command("b", 2)],
      [300, "out", command("c", 3, { lane: "face" })],
      [600, "in", { type: "result", id: "a", ok: true }],
      [800, "in", { type: "result", id: "b", ok: true }],
      [500, "in", { type: "result", id: "c", ok: true }],
      END,
    ]);
    const fall = waterfall(turns.list[0] as never, 0);
    expect(fall.lanes.map(({ lane, bars }) => [lane, bars.map((bar) => bar.segments)])).toEqual([
      [
        "main",
        [
          [{ kind: "running", from: 20, width: 40 }],
          [
            { kind: "waiting", from: 30, width: 30 },
            { kind: "running", from: 60, width: 20 },
          ],
        ],
      ],
      ["face", [[{ kind: "running", from: 30, width: 20 }]]],
    ]);
    expect([fall.first, fall.firstMs, fall.end]).toEqual([20, 200, 100]);
    expect(fall.lanes[0]?.bars.map((bar) => bar.ran)).toEqual([400, 200]);
    expect(fall.plan).toEqual([
      { kind: "queued", from: 0, width: 5 },
      { kind: "planning", from: 5, width: 25 },
      { kind: "tail", from: 30, width: 70 },
    ]);
  });

  it("shows that the model waits for a value", () => {
    const turns = folded([
      ...TOLD,
      [200, "out", command("a", 1, { returns: true })],
      [600, "in", { type: "result", id: "a", ok: true }],
      [700, "out", { type: "text", turn: "t", delta: "a ball" }],
      END,
    ]);
    expect(waterfall(turns.list[0] as never, 0).plan.map((part) => [part.kind, part.from])).toEqual([
      ["queued", 0],
      ["planning", 5],
      ["value", 20],
      ["planning", 60],
      ["tail", 70],
    ]);
  });

  it("of an open turn grows with the time", () => {
    const turns = folded(TOLD);
    expect(waterfall(turns.list[0] as never, 500)).toMatchObject({
      span: 500,
      end: undefined,
      first: undefined,
    });
    expect(waterfall(turns.list[0] as never, 500).ticks.map((tick) => tick.ms)).toEqual([
      0, 100, 200, 300, 400,
    ]);
  });
});
