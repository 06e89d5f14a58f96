/** JSON to look at: in one line, or tinted over several. */
import { h } from "./dom.ts";

/** Arguments in one line. */
export function brief(args: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(args);
  return entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ");
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The text in pieces that carry the class of what they are. */
export function tinted(text: string): (Node | string)[] {
  const pieces: (Node | string)[] = [];
  let at = 0;
  for (const token of text.matchAll(TOKEN)) {
    if (token.index > at) pieces.push(text.slice(at, token.index));
    const [whole, string, colon] = token;
    if (string === undefined) pieces.push(h("span", { class: /\d/.test(whole) ? "number" : "word" }, whole));
    else pieces.push(h("span", { class: colon === undefined ? "string" : "key" }, string), colon ?? "");
    at = token.index + whole.length;
  }
  pieces.push(text.slice(at));
  return pieces;
}

/** A value in several lines, to scroll and to select. */
export function pretty(value: unknown): HTMLPreElement {
  return h("pre", { class: "json", tabindex: 0 }, ...tinted(JSON.stringify(value, null, 2) ?? "undefined"));
}
