/** A recording of a session (JSON Lines), read into what the views show. */

import { asObject, clip, isObject, type Json, numberOf, textOf } from "./json.ts";
import { Turns } from "./turns.ts";
import { type Entry, entryOf, type Way } from "./wire.ts";

export interface Trace {
  name: string;
  version: string;
  /** ISO 8601, as it is written in the file. */
  started: string;
  /** What the session was when the recording began. */
  session: Json;
  /** `at` in ms since the recording began. */
  entries: Entry[];
  /** ms. */
  span: number;
}

/** A file that is no trace; `line` (from 1) is where it stops being one. */
export class BrokenTrace extends Error {
  constructor(
    readonly why:
      | "empty"
      | "not_json"
      | "not_a_trace"
      | "version"
      | "not_an_event"
      | "backwards"
      | "too_large",
    readonly line: number,
    readonly excerpt = "",
  ) {
    super(`${why}, line ${line}`);
  }
}

export const MOST_CHARACTERS = 64 * 1024 * 1024;

/** Raises BrokenTrace. */
export function readTrace(text: string, name: string): Trace {
  if (text.length > MOST_CHARACTERS) throw new BrokenTrace("too_large", 1);
  const rows = lines(text);
  const head = rows.next();
  if (head.done) throw new BrokenTrace("empty", 1);
  const header = parse(head.value);
  if (header.capserver_trace === undefined)
    throw new BrokenTrace("not_a_trace", head.value.line, excerpt(head.value));
  if (header.capserver_trace !== 1)
    throw new BrokenTrace("version", head.value.line, String(header.capserver_trace));
  const entries: Entry[] = [];
  for (const row of rows) entries.push(event(row, entries));
  // Times are told by the clock of the session: here they begin with the first event.
  const began = entries[0]?.at ?? 0;
  for (const entry of entries) entry.at -= began;
  return {
    name,
    version: textOf(header.version) ?? "",
    started: textOf(header.started) ?? "",
    session: asObject(header.session),
    entries,
    span: entries.at(-1)?.at ?? 0,
  };
}

interface Row {
  line: number;
  text: string;
}

function* lines(text: string): Generator<Row, undefined> {
  let line = 1;
  for (let from = 0; from < text.length; line += 1) {
    const found = text.indexOf("\n", from);
    const end = found < 0 ? text.length : found;
    const row = text.slice(from, end).replace(line === 1 ? /^\ufeff|\r$/g : /\r$/, "");
    if (row.trim() !== "") yield { line, text: row };
    from = end + 1;
  }
}

function parse(row: Row): Json {
  try {
    const value: unknown = JSON.parse(row.text);
    if (isObject(value)) return value;
  } catch {
    throw new BrokenTrace("not_json", row.line, excerpt(row));
  }
  throw new BrokenTrace(row.line === 1 ? "not_a_trace" : "not_an_event", row.line, excerpt(row));
}

function event(row: Row, before: Entry[]): Entry {
  const value = parse(row);
  const seconds = numberOf(value.t);
  const into = value.in;
  const out = value.out;
  if (seconds === undefined || isObject(into) === isObject(out)) {
    throw new BrokenTrace("not_an_event", row.line, excerpt(row));
  }
  if (seconds * 1000 < (before.at(-1)?.at ?? 0)) throw new BrokenTrace("backwards", row.line, excerpt(row));
  const [way, frame] = isObject(into) ? taken(into) : given(asObject(out));
  return entryOf(before.length + 1, seconds * 1000, way, frame);
}

/** What the session was given: a frame of the client's as the text that it was, or something beside the wire. */
function taken(given: Json): [Way, Json] {
  if (given.kind !== "frame") return ["mark", given];
  const text = textOf(given.text) ?? "";
  try {
    const frame: unknown = JSON.parse(text);
    if (isObject(frame)) return ["in", frame];
  } catch {
    // A client may have sent anything: it is shown as it came.
  }
  return ["in", { raw: text }];
}

/** What came of it: a frame, or another effect under its name. */
function given(effect: Json): [Way, Json] {
  if (isObject(effect.frame)) return ["out", effect.frame];
  const [kind = "?", value] = Object.entries(effect)[0] ?? [];
  return ["mark", isObject(value) ? { kind, ...value } : { kind, value }];
}

const excerpt = (row: Row): string => clip(row.text, 80);

/** How many entries had passed at `at` (ms): entries are in order. */
export function passedBy(entries: Entry[], at: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The turns as they stood after some entries; going on is cheap, going back begins anew. */
export class Replay {
  turns = new Turns(200);
  #done = 0;

  constructor(readonly entries: Entry[]) {}

  to(count: number): Turns {
    if (count < this.#done) {
      this.turns = new Turns(200);
      this.#done = 0;
    }
    for (; this.#done < count; this.#done += 1) this.#step(this.entries[this.#done]);
    return this.turns;
  }

  #step(entry: Entry | undefined): void {
    if (!entry) return;
    if (entry.way === "mark") {
      const message = asObject(entry.frame.message);
      if (entry.type === "instruct") {
        this.turns.note({ at: entry.at, direction: "in", frame: { ...message, type: "instruct" } });
      }
      return;
    }
    this.turns.note({ at: entry.at, direction: entry.way, frame: entry.frame });
  }
}
