import { describe, expect, it } from "vitest";
import { BrokenTrace, passedBy, Replay, readTrace } from "../../pages/inspector/trace.ts";

const HEAD = '{"capserver_trace":1,"version":"0.1.0","started":"2026-01-01T00:00:00Z","session":{"id":"s"}}';
const ROWS = [
  '{"t":0.5,"in":{"kind":"frame","text":"{\\"type\\":\\"instruct\\",\\"id\\":\\"t\\",\\"text\\":\\"wave\\"}"}}',
  '{"t":0.5,"out":{"frame":{"type":"turn.started","turn":"t","source":"client","seq":1}}}',
  '{"t":0.5,"out":{"plan":{"turn":"t","steps":0}}}',
  '{"t":0.7,"in":{"kind":"tick"}}',
  '{"t":0.9,"out":{"frame":{"type":"turn.ended","turn":"t","status":"completed","timing":{"total_ms":400},"seq":2}}}',
  '{"t":0.9,"out":{"end":"it was stopped"}}',
];

describe("a trace", () => {
  const trace = readTrace([HEAD, ...ROWS, ""].join("\r\n"), "a.jsonl");

  it("is read into frames and what happened beside them, from its first moment on", () => {
    expect(trace).toMatchObject({ name: "a.jsonl", version: "0.1.0", session: { id: "s" }, span: 400 });
    expect(trace.entries.map((entry) => [entry.at, entry.way, entry.type])).toEqual([
      [0, "in", "instruct"],
      [0, "out", "turn.started"],
      [0, "mark", "plan"],
      [200, "mark", "tick"],
      [400, "out", "turn.ended"],
      [400, "mark", "end"],
    ]);
  });

  it("can be looked at in any moment, forwards and backwards", () => {
    const replay = new Replay(trace.entries);
    const status = (at: number) => replay.to(passedBy(trace.entries, at)).list.map((turn) => turn.status);
    expect(status(400)).toEqual(["completed"]);
    expect(status(300)).toEqual(["planning"]);
    expect(status(-1)).toEqual([]);
    expect(status(400)).toEqual(["completed"]);
  });

  it("knows the text of a turn that came over HTTP", () => {
    const row = '{"t":1,"in":{"kind":"instruct","message":{"id":"h","text":"jump"},"source":"http"}}';
    const { entries } = readTrace([HEAD, row].join("\n"), "x");
    expect(new Replay(entries).to(1).list[0]?.text).toBe("jump");
  });

  it("shows a frame that is no JSON as it came", () => {
    const { entries } = readTrace([HEAD, '{"t":1,"in":{"kind":"frame","text":"{oops"}}'].join("\n"), "x");
    expect(entries[0]).toMatchObject({ way: "in", type: "raw", frame: { raw: "{oops" } });
  });

  it("may hold nothing but its head", () => {
    expect(readTrace(HEAD, "x")).toMatchObject({ entries: [], span: 0 });
  });
});

describe("a file that is no trace", () => {
  it.each([
    ["empty", "", "empty", 1],
    ["blank", "\n\n", "empty", 1],
    ["no JSON", "hello", "not_json", 1],
    ["other JSON", '{"a":1}', "not_a_trace", 1],
    ["a list", "[]", "not_a_trace", 1],
    ["of a later version", '{"capserver_trace":2}', "version", 1],
    ["cut in the middle", [HEAD, ROWS[0], '{"t":0.7,"in'].join("\n"), "not_json", 3],
    ["with a line that is no event", [HEAD, ROWS[0], "", "{}"].join("\n"), "not_an_event", 4],
    ["with a line that is no object", [HEAD, "3"].join("\n"), "not_an_event", 2],
    ["with both directions at once", [HEAD, '{"t":1,"in":{},"out":{}}'].join("\n"), "not_an_event", 2],
    ["that runs backwards", [HEAD, ROWS[4], ROWS[0]].join("\n"), "backwards", 3],
  ])("%s: says so, with the line", (_name, text, why, line) => {
    expect(() => readTrace(text, "x")).toThrow(expect.objectContaining({ why, line }));
    expect(() => readTrace(text, "x")).toThrow(BrokenTrace);
  });
});
