/** What happened in each turn and when, folded from the frames of one session. Plain values; the views draw them. */

import { asList, asObject, clip, type Fault, faultsOf, type Json, numberOf, textOf } from "./json.ts";
import { Ring } from "./ring.ts";

export type Direction = "in" | "out";

/** One frame on the wire; `at` in ms (since the epoch, or since a trace began). */
export interface Passed {
  at: number;
  direction: Direction;
  frame: Json;
}

export type Outcome =
  | "open"
  | "writing"
  | "done"
  | "failed"
  | "declined"
  | "in_doubt"
  | "cancelled"
  | "interrupted"
  | "timeout"
  | "expired"
  | "removed"
  | "rejected";

export interface Call {
  id: string;
  name: string;
  lane: string;
  seq: number | undefined;
  args: unknown;
  /** When the first delta of it went out, where it was streamed. */
  begun: number | undefined;
  sent: number | undefined;
  ended: number | undefined;
  outcome: Outcome;
  deltas: number[];
  streamed: string;
  progress: { at: number; fraction: number | undefined; note: string | undefined }[];
  value: unknown;
  error: { code: string; message: string } | undefined;
  errors: Fault[];
  returns: boolean;
  confirm: boolean;
  timeout: number | undefined;
}

export type Status =
  | "queued"
  | "planning"
  | "completed"
  | "cancelled"
  | "failed"
  | "refused"
  | "truncated"
  | "turned_away"
  | "lost";

export interface Turn {
  id: string;
  text: string | undefined;
  source: string | undefined;
  /** True for a command that was called without a turn. */
  direct: boolean;
  accepted: number;
  started: number | undefined;
  ended: number | undefined;
  status: Status;
  texts: number[];
  said: string;
  calls: Call[];
  /** When the model last gave anything. */
  lastOutput: number | undefined;
  timing: { queued: number | undefined; first: number | undefined; total: number | undefined } | undefined;
  error: { code: string; message: string } | undefined;
  usage: unknown;
}

/** How much of a streamed text, and how many of its moments, are kept. */
const MOST_TEXT = 4000;
const MOST_MOMENTS = 200;
const MOST_CALLS = 128;

export class Turns {
  #ring: Ring<Turn>;
  #turns = new Map<string, Turn>();
  #calls = new Map<string, { call: Call; turn: Turn }>();
  /** What a turn is about that has not shown itself yet. */
  #next: { id: string; text: string } | undefined;
  #answered: Record<string, (passed: Passed) => void> = {
    "in instruct": (passed) => this.#asked(passed, textOf(passed.frame.text)),
    "in context": (passed) => this.#context(passed),
    "in progress": (passed) => this.#progress(passed),
    "in result": (passed) => this.#result(passed),
    "in ack": (passed) => this.#ack(passed),
    "out turn.started": (passed) => this.#started(passed),
    "out text": (passed) => this.#text(passed),
    "out command.delta": (passed) => this.#delta(passed),
    "out command": (passed) => this.#command(passed),
    "out command.rejected": (passed) => this.#rejected(passed),
    "out cancel": (passed) => this.#cancel(passed),
    "out turn.ended": (passed) => this.#ended(passed),
    "out error": (passed) => this.#error(passed),
    "out welcome": (passed) => this.#welcome(passed),
  };

  constructor(readonly most = 60) {
    this.#ring = new Ring(most);
  }

  get list(): Turn[] {
    return this.#ring.items;
  }

  get dropped(): number {
    return this.#ring.dropped;
  }

  get open(): boolean {
    return this.#ring.items.some((turn) => turn.ended === undefined);
  }

  /** Take in one frame. Frames that come twice (after a resume) count once. */
  note(passed: Passed): void {
    this.#answered[`${passed.direction} ${textOf(passed.frame.type) ?? ""}`]?.(passed);
  }

  /** What a turn was about, where no frame of the client says so (a turn that came over HTTP). */
  about(id: string, text: string): void {
    const turn = this.#turns.get(id);
    if (turn) turn.text ??= text;
    else this.#next = { id, text };
  }

  /** The session is over: nothing that was open will end any more. */
  over(at: number): void {
    for (const turn of this.list) if (turn.ended === undefined) close(turn, at, "lost");
  }

  #turn(id: string, at: number): Turn {
    const known = this.#turns.get(id);
    if (known) return known;
    const turn = newTurn(id, at);
    if (this.#next?.id === id) turn.text = this.#next.text;
    this.#turns.set(id, turn);
    const oldest = this.#ring.length === this.most ? this.#ring.items[0] : undefined;
    this.#ring.push(turn);
    if (oldest) this.#forget(oldest);
    return turn;
  }

  #forget(turn: Turn): void {
    this.#turns.delete(turn.id);
    for (const call of turn.calls) this.#calls.delete(call.id);
  }

  #asked({ at, frame }: Passed, text: string | undefined): void {
    const id = textOf(frame.id);
    if (id === undefined) return;
    const turn = this.#turn(id, at);
    turn.text ??= text;
    turn.source ??= "client";
  }

  #context(passed: Passed): void {
    if (passed.frame.silent === false) this.#asked(passed, textOf(passed.frame.text));
  }

  #started({ at, frame }: Passed): void {
    const turn = this.#turn(textOf(frame.turn) ?? "", at);
    turn.started ??= at;
    turn.source = textOf(frame.source) ?? turn.source;
    if (turn.ended === undefined) turn.status = "planning";
  }

  #text({ at, frame }: Passed): void {
    const turn = this.#turn(textOf(frame.turn) ?? "", at);
    moment(turn.texts, at);
    turn.said = clip(turn.said + (textOf(frame.delta) ?? ""), MOST_TEXT);
    turn.lastOutput = at;
  }

  #delta({ at, frame }: Passed): void {
    const { call, turn } = this.#call(at, frame);
    call.begun ??= at;
    moment(call.deltas, at);
    call.streamed = clip(call.streamed + (textOf(frame.delta) ?? ""), MOST_TEXT);
    turn.lastOutput = at;
  }

  #command({ at, frame }: Passed): void {
    const { call, turn } = this.#call(at, frame);
    if (call.sent !== undefined) return;
    call.sent = at;
    call.seq = numberOf(frame.seq);
    call.args = frame.args;
    call.lane = textOf(frame.lane) ?? call.lane;
    call.returns = frame.returns === true;
    call.confirm = frame.confirm === true;
    call.timeout = numberOf(frame.timeout);
    if (call.outcome === "writing") call.outcome = "open";
    turn.lastOutput = at;
  }

  #rejected({ at, frame }: Passed): void {
    const { call, turn } = this.#call(at, frame);
    call.args ??= frame.args;
    call.errors = faultsOf(frame.errors);
    settle(call, at, "rejected");
    turn.lastOutput = at;
  }

  #call(at: number, frame: Json): { call: Call; turn: Turn } {
    const id = textOf(frame.id) ?? "";
    const known = this.#calls.get(id);
    if (known) return known;
    const of = textOf(frame.turn);
    const turn = this.#turn(of ?? id, at);
    if (of === undefined)
      Object.assign(turn, { direct: true, status: "planning", started: at, source: "http" });
    const held = { call: newCall(id, textOf(frame.name) ?? "?"), turn };
    if (turn.calls.length < MOST_CALLS) turn.calls.push(held.call);
    this.#calls.set(id, held);
    return held;
  }

  #progress({ at, frame }: Passed): void {
    const held = this.#calls.get(textOf(frame.id) ?? "");
    if (!held || held.call.ended !== undefined || held.call.progress.length >= MOST_MOMENTS) return;
    held.call.progress.push({ at, fraction: numberOf(frame.fraction), note: textOf(frame.note) });
  }

  #result({ at, frame }: Passed): void {
    const held = this.#calls.get(textOf(frame.id) ?? "");
    if (!held || held.call.ended !== undefined) return;
    const error = errorOf(frame.error);
    held.call.value = frame.value;
    held.call.error = error;
    settle(held.call, at, frame.ok === true ? "done" : failure(error?.code));
    this.#settled(held.turn, at);
  }

  /** A command that owes no result ends as it is taken in. */
  #ack({ at, frame }: Passed): void {
    const upto = numberOf(frame.upto) ?? 0;
    for (const { call, turn } of this.#calls.values()) {
      const owesNothing = call.timeout === 0 && call.sent !== undefined && (call.seq ?? Infinity) <= upto;
      if (!owesNothing || call.ended !== undefined) continue;
      settle(call, at, "done");
      this.#settled(turn, at);
    }
  }

  #cancel({ at, frame }: Passed): void {
    const held = this.#calls.get(textOf(frame.id) ?? "");
    if (!held || held.call.ended !== undefined) return;
    settle(held.call, at, (textOf(frame.reason) ?? "cancelled") as Outcome);
    this.#settled(held.turn, at);
  }

  #settled(turn: Turn, at: number): void {
    if (turn.direct) close(turn, at, turn.calls[0]?.outcome === "done" ? "completed" : "failed");
  }

  #ended({ at, frame }: Passed): void {
    const turn = this.#turn(textOf(frame.turn) ?? "", at);
    if (turn.ended !== undefined) return;
    const timing = asObject(frame.timing);
    const total = numberOf(timing.total_ms);
    turn.timing = { queued: numberOf(timing.queued_ms), first: numberOf(timing.first_command_ms), total };
    // Who began to look in the middle knows from the server when it began.
    if (total !== undefined && turn.source !== "client") turn.accepted = Math.min(turn.accepted, at - total);
    turn.said = clip(textOf(frame.text) ?? turn.said, MOST_TEXT);
    turn.error = errorOf(frame.error);
    turn.usage = frame.usage;
    close(turn, at, (textOf(frame.status) ?? "completed") as Status);
  }

  #error({ at, frame }: Passed): void {
    const turn = this.#turns.get(textOf(frame.ref) ?? "");
    if (!turn || turn.started !== undefined || turn.ended !== undefined) return;
    turn.error = errorOf(frame);
    close(turn, at, "turned_away");
  }

  #welcome({ at, frame }: Passed): void {
    if (frame.resumed === false && asList(frame.lost).length + this.list.length > 0) this.over(at);
  }
}

function newTurn(id: string, at: number): Turn {
  return {
    id,
    accepted: at,
    status: "queued",
    direct: false,
    texts: [],
    said: "",
    calls: [],
    text: undefined,
    source: undefined,
    started: undefined,
    ended: undefined,
    lastOutput: undefined,
    timing: undefined,
    error: undefined,
    usage: undefined,
  };
}

function newCall(id: string, name: string): Call {
  return {
    id,
    name,
    lane: "main",
    outcome: "writing",
    deltas: [],
    streamed: "",
    progress: [],
    errors: [],
    seq: undefined,
    args: undefined,
    begun: undefined,
    sent: undefined,
    ended: undefined,
    value: undefined,
    error: undefined,
    returns: false,
    confirm: false,
    timeout: undefined,
  };
}

function settle(call: Call, at: number, outcome: Outcome): void {
  if (call.ended !== undefined) return;
  call.ended = at;
  call.outcome = outcome;
}

function close(turn: Turn, at: number, status: Status): void {
  turn.ended = at;
  turn.status = status;
  for (const call of turn.calls) settle(call, at, call.outcome === "writing" ? "rejected" : "in_doubt");
}

function moment(moments: number[], at: number): void {
  if (moments.length < MOST_MOMENTS) moments.push(at);
}

function failure(code: string | undefined): Outcome {
  return code === "declined" || code === "cancelled" || code === "in_doubt" ? code : "failed";
}

function errorOf(value: unknown): { code: string; message: string } | undefined {
  const error = asObject(value);
  const code = textOf(error.code);
  return code === undefined ? undefined : { code, message: textOf(error.message) ?? "" };
}
