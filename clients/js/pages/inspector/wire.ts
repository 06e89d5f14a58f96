/** The frames of one session as they pass: a ring, a pause, a filter. */

import { asList, brief, clip, compact, isObject, type Json, numberOf, textOf } from "./json.ts";
import { Ring } from "./ring.ts";

/** A `mark` is no frame: something that happened beside the wire. */
export type Way = "in" | "out" | "mark";

export interface Entry {
  n: number;
  at: number;
  way: Way;
  type: string;
  seq: number | undefined;
  /** What a reader wants to know of it in one line. */
  about: string;
  frame: Json;
  /** The frame as one line of JSON. */
  text: string;
}

export interface WireFilter {
  words: string;
  way: Way | "both";
  /** Whether what says nothing of the turns is left out: acks, pings, ticks of a clock. */
  quiet: boolean;
}

const SMALL = new Set(["ack", "ping", "pong", "tick", "wrote"]);

export class Wire {
  paused = false;
  /** Frames that the server left out because this page was too slow. */
  missed = 0;
  #ring: Ring<Entry>;
  #held: Entry[] | undefined;
  #next = 1;

  constructor(most = 500, mostCharacters = 16_000_000) {
    this.#ring = new Ring(most, mostCharacters);
  }

  get dropped(): number {
    return this.#ring.dropped;
  }

  /** Frames that came since the pause. */
  get waiting(): number {
    return this.#held ? this.#next - 1 - (this.#held.at(-1)?.n ?? 0) : 0;
  }

  /** What is shown: while paused, what was there at the pause. */
  get entries(): Entry[] {
    return this.#held ?? this.#ring.items;
  }

  add(at: number, way: Way, frame: Json): void {
    const entry = entryOf(this.#next, at, way, frame);
    this.#next += 1;
    this.#ring.push(entry, entry.text.length);
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.#held = paused ? this.#ring.items : undefined;
  }

  clear(): void {
    this.#ring.clear();
    this.#held = this.paused ? [] : undefined;
    this.missed = 0;
  }
}

export function entryOf(n: number, at: number, way: Way, frame: Json): Entry {
  const text = compact(frame);
  const type = textOf(frame.type) ?? textOf(frame.kind) ?? (frame.raw === undefined ? "?" : "raw");
  return { n, at, way, type, seq: numberOf(frame.seq), about: clip(aboutOf(type, frame), 160), frame, text };
}

/** The entries that a reader asked for. Several words: all of them have to be there. */
export function sifted(entries: readonly Entry[], filter: WireFilter): Entry[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (filter.way !== "both" && entry.way !== filter.way) return false;
    if (filter.quiet && SMALL.has(entry.type)) return false;
    if (words.length === 0) return true;
    const text = entry.text.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const ABOUT: Record<string, (frame: Json) => string> = {
  manifest: (frame) => `${asList(frame.commands).length} commands`,
  welcome: (frame) => `${textOf(frame.session) ?? ""} ${frame.resumed === true ? "resumed" : ""}`,
  instruct: (frame) => textOf(frame.text) ?? "",
  context: (frame) => textOf(frame.text) ?? brief(frame.state),
  text: (frame) => textOf(frame.delta) ?? "",
  "command.delta": (frame) =>
    `${textOf(frame.name) ?? ""} ${textOf(frame.param) ?? ""}: ${textOf(frame.delta) ?? ""}`,
  command: (frame) => `${textOf(frame.name) ?? ""}(${brief(frame.args)})`,
  "command.rejected": (frame) => `${textOf(frame.name) ?? ""}: ${messages(frame.errors)}`,
  result: (frame) => (frame.ok === true ? `ok ${brief(frame.value)}` : said(frame.error)),
  progress: (frame) => `${frame.fraction ?? ""} ${textOf(frame.note) ?? ""}`,
  cancel: (frame) => textOf(frame.reason) ?? textOf(frame.id) ?? "",
  "turn.started": (frame) => textOf(frame.source) ?? "",
  "turn.ended": (frame) => [textOf(frame.status), textOf(frame.text)].filter(Boolean).join(" · "),
  error: said,
  ack: (frame) => `${frame.upto ?? ""}`,
};

function aboutOf(type: string, frame: Json): string {
  const found = ABOUT[type]?.(frame);
  if (found !== undefined) return found.trim();
  const rest = Object.entries(frame).filter(([key]) => key !== "type" && key !== "seq" && key !== "kind");
  return brief(Object.fromEntries(rest));
}

function said(error: unknown): string {
  if (!isObject(error)) return "";
  return [textOf(error.code), textOf(error.message)].filter(Boolean).join(": ");
}

const messages = (errors: unknown): string =>
  asList(errors)
    .filter(isObject)
    .map((error) => textOf(error.message) ?? "")
    .join("; ");
