/** JSON as a person reads it: indented, coloured, and with nothing hidden in its strings. */

import { h } from "../demo/dom.ts";
import { shown } from "./show.ts";
import { say } from "./words.ts";

const MOST = 20_000;

/** `value` as a block. What is longer than a screen can use is cut, and says so. */
export function jsonView(value: unknown): HTMLElement {
  const text = JSON.stringify(value, null, 2) ?? "";
  const block = h("pre", { class: "json", tabindex: 0, role: "region", "aria-label": "JSON" });
  block.append(...coloured(text.slice(0, MOST)));
  if (text.length > MOST) block.append(h("span", { class: "cut" }, say("json.cut", text.length - MOST)));
  return block;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;

function coloured(text: string): (Node | string)[] {
  const found: (Node | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    found.push(...shown(text.slice(from, match.index), true));
    const [whole, string, colon] = match;
    if (string === undefined) found.push(h("span", { class: "number" }, whole));
    else found.push(h("span", { class: colon ? "key" : "string" }, ...shown(string)), colon ?? "");
    from = match.index + whole.length;
  }
  found.push(...shown(text.slice(from), true));
  return found;
}
