/** The conformance transcripts, read; `tests/conformance/README.md` has their format. */

import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Frame } from "./scripted.ts";

const folder = resolve(import.meta.dirname, "../../../tests/conformance");

export type Step =
  | { kind: "send"; line: number; frame: Frame }
  | { kind: "raw"; line: number }
  | { kind: "expect"; line: number; frame: Frame }
  | { kind: "close"; line: number; code: number }
  | { kind: "drop"; line: number }
  | { kind: "connect"; line: number }
  | { kind: "wait"; line: number; seconds: number };

/** Every transcript, by name. */
export const names = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.slice(0, -".jsonl".length))
  .sort();

export function read(name: string): Step[] {
  const steps: Step[] = [];
  for (const [at, text] of readFileSync(`${folder}/${name}.jsonl`, "utf8").split("\n").entries()) {
    const [mark = "", ...words] = text.split(" ");
    const rest = words.join(" ");
    const line = at + 1;
    if (mark === ">") steps.push({ kind: "send", line, frame: JSON.parse(rest) });
    else if (mark === ">|") steps.push({ kind: "raw", line });
    else if (mark === "<") steps.push({ kind: "expect", line, frame: JSON.parse(rest) });
    else if (mark === "!") steps.push(event(line, words));
  }
  return steps;
}

function event(line: number, [name, value]: string[]): Step {
  if (name === "close") return { kind: "close", line, code: Number(value) };
  if (name === "wait") return { kind: "wait", line, seconds: Number(value) };
  return { kind: name as "drop" | "connect", line };
}
