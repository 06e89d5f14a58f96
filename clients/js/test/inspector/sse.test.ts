import { describe, expect, it } from "vitest";
import { EventParser } from "../../pages/inspector/sse.ts";

const whole = (...given: string[]) => {
  const parser = new EventParser();
  return given.flatMap((piece) => parser.push(piece));
};

describe("server-sent events", () => {
  it("are told by name and data", () => {
    expect(whole('event: frame\ndata: {"a":1}\n\n')).toEqual([{ event: "frame", data: '{"a":1}' }]);
  });

  it.each(["\n", "\r", "\r\n"])("may end their lines with %j", (end) => {
    const text = ["event: a", "data: 1", "", "data: 2", "", "", ": the last"].join(end);
    expect(whole(text, end).map((event) => event.data)).toEqual(["1", "2"]);
  });

  it("come out the same wherever the pieces are cut", () => {
    const text = "\ufeffid: 4\r\nevent: text\r\ndata: 你\r\ndata:  好\r\n\r\n:\r\n\r\ndata\r\n\r\n";
    const expected = [
      { event: "text", data: "你\n 好" },
      { event: "message", data: "" },
    ];
    for (let size = 1; size <= text.length; size += 1) {
      const cut = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      expect(whole(...cut, "\n")).toEqual(expected);
    }
  });

  it("without data are none", () => {
    expect(whole("event: session\n\n", ":\n\n", "retry: 5\n\n")).toEqual([]);
  });

  it("that were begun wait for their end", () => {
    expect(whole("data: half")).toEqual([]);
  });
});
