import { describe, expect, it } from "vitest";
import { escaped, pieces } from "../../pages/inspector/visible.ts";

describe("characters that people cannot see", () => {
  it.each([
    ["right-to-left override", "a\u202eb", "a⟨RLO⟩b"],
    ["escape sequence", "\u001b[31mred", "⟨ESC⟩[31mred"],
    ["tag", "x\u{e0041}", "x⟨tag A⟩"],
    ["zero width space", "a\u200bb", "a⟨ZWSP⟩b"],
    ["lone surrogate", "a\ud800", "a⟨U+D800⟩"],
    ["C1 control", "\u0085", "⟨U+0085⟩"],
    ["joiner without an emoji", "a\u200db", "a⟨ZWJ⟩b"],
    ["filler that is no space", "\u3164", "⟨U+3164⟩"],
  ])("%s: marked", (_name, text, expected) => {
    expect(escaped(text)).toBe(expected);
  });

  it.each(["plain", "走到窗边。", "👩‍💻 works", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "שלום", "é"])("%s: left alone", (text) => {
    expect(pieces(text)).toEqual([{ text }]);
  });

  it("line feeds stay where there are lines", () => {
    expect(pieces("a\n\tb", true)).toEqual([{ text: "a\n\tb" }]);
    expect(escaped("a\nb")).toBe("a⟨LF⟩b");
  });

  it("are told by code", () => {
    expect(pieces("\u202e")).toEqual([{ text: "RLO", code: "U+202E" }]);
    expect(pieces("")).toEqual([]);
  });
});
