/** The record of what happened, turn by turn: the conversation and the timeline both draw from it. */

export type CallState =
  | "streaming"
  | "waiting"
  | "running"
  | "done"
  | "failed"
  | "cancelled"
  | "timeout"
  | "rejected"
  | "lost";
export type Source = "you" | "world" | "http" | "bridge" | "direct";

/** One use of a command. Moments are those of `performance.now()`. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly turn: Turn;
  lane: string;
  args: Readonly<Record<string, unknown>>;
  draft: string;
  state: CallState;
  value?: unknown;
  error?: string;
  /** When its first delta came, or it came whole; when it was whole; when it began to run; when it ended. */
  readonly first: number;
  whole?: number;
  began?: number;
  ended?: number;
}

/** One instruction and all that follows from it until it ends. */
export interface Turn {
  readonly id: string;
  readonly source: Source;
  readonly text: string;
  readonly asked: number;
  readonly calls: Call[];
  answer: string;
  /** When text came, oldest first. */
  readonly written: number[];
  started?: number;
  ended?: number;
  status?: string;
  error?: string;
}

export interface Gap {
  readonly from: number;
  to?: number;
}

export interface Outcome {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message?: string | undefined } | undefined;
}

type Watcher = (turn: Turn, call?: Call) => void;

const MOST = 60; // turns
const OVER: ReadonlySet<CallState> = new Set(["done", "failed", "cancelled", "timeout", "rejected", "lost"]);

export const isOver = (call: Call): boolean => OVER.has(call.state);

export class Turns {
  readonly all: Turn[] = [];
  /** When there was no connection. */
  readonly gaps: Gap[] = [];
  /** The lane of a command of which no more than the beginning is here. */
  laneOf: (name: string) => string | undefined = () => undefined;
  readonly #turns = new Map<string, Turn>();
  readonly #calls = new Map<string, Call>();
  readonly #watchers = new Set<Watcher>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Hear of each change. */
  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  /** Those that have not ended. */
  get open(): Turn[] {
    return this.all.filter((turn) => turn.ended === undefined);
  }

  call(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** A turn that this page asked for. */
  ask(id: string, text: string, source: Source = "you"): Turn {
    return this.#turn(id, source, text);
  }

  start(id: string, source: string): void {
    const turn = this.#turn(id, source === "client" ? "world" : source === "bridge" ? "bridge" : "http", "");
    turn.started ??= this.now();
    this.#tell(turn);
  }

  write(id: string, delta: string): void {
    const turn = this.#turns.get(id);
    if (!turn) return;
    turn.answer += delta;
    turn.written.push(this.now());
    this.#tell(turn);
  }

  draft(id: string, turnId: string | null, name: string, delta: string): void {
    const call = this.#calls.get(id) ?? this.#call(id, turnId, name);
    call.draft += delta;
    this.#tell(call.turn, call);
  }

  send(id: string, turnId: string | null, name: string, args: Call["args"], lane: string): void {
    const call = this.#calls.get(id) ?? this.#call(id, turnId, name);
    call.args = args;
    call.lane = lane;
    call.whole ??= this.now();
    if (call.state === "streaming") call.state = call.began === undefined ? "waiting" : "running";
    this.#tell(call.turn, call);
  }

  reject(id: string, turnId: string | null, name: string, args: Call["args"], error: string): void {
    const call = this.#calls.get(id) ?? this.#call(id, turnId, name);
    call.args = args;
    this.#close(call, "rejected", error);
  }

  begin(id: string): void {
    const call = this.#calls.get(id);
    if (!call || isOver(call)) return;
    call.began ??= this.now();
    if (call.whole !== undefined) call.state = "running";
    this.#tell(call.turn, call);
  }

  finish(id: string, outcome: Outcome): void {
    const call = this.#calls.get(id);
    if (!call || isOver(call)) return;
    call.value = outcome.value;
    this.#close(call, outcome.ok ? "done" : "failed", describe(outcome.error));
  }

  stop(id: string, reason: string): void {
    const call = this.#calls.get(id);
    if (!call || isOver(call)) return;
    this.#close(call, reason === "timeout" || reason === "expired" ? "timeout" : "cancelled", reason);
  }

  end(id: string, status: string, text: string, error?: string): void {
    const turn = this.#turns.get(id);
    if (!turn || turn.ended !== undefined) return;
    if (text) turn.answer = text;
    turn.status = status;
    turn.ended = this.now();
    if (error) turn.error = error;
    this.#tell(turn);
  }

  /** The connection is there, or not. */
  connected(open: boolean): void {
    const gap = this.gaps.at(-1);
    if (open && gap) gap.to ??= this.now();
    else if (!open && (!gap || gap.to !== undefined)) this.gaps.push({ from: this.now() });
    if (this.gaps.length > MOST) this.gaps.shift();
  }

  /** The session is gone: what was open is over, and the named calls are in doubt. */
  lose(words: string): void {
    for (const turn of this.open) {
      for (const call of turn.calls) if (!isOver(call)) this.#close(call, "lost");
      this.end(turn.id, "lost", "", words);
    }
  }

  #turn(id: string, source: Source, text: string): Turn {
    const known = this.#turns.get(id);
    if (known) return known;
    const turn: Turn = { id, source, text, asked: this.now(), calls: [], answer: "", written: [] };
    this.#turns.set(id, turn);
    this.all.push(turn);
    if (this.all.length > MOST) this.#forget(this.all.shift());
    this.#tell(turn);
    return turn;
  }

  #call(id: string, turnId: string | null, name: string): Call {
    const turn = this.#turn(turnId ?? `direct ${id}`, turnId ? "http" : "direct", "");
    turn.started ??= this.now();
    const state: CallState = "streaming";
    const call: Call = {
      id,
      name,
      turn,
      lane: this.laneOf(name) ?? "main",
      args: {},
      draft: "",
      state,
      first: this.now(),
    };
    turn.calls.push(call);
    this.#calls.set(id, call);
    return call;
  }

  #close(call: Call, state: CallState, error?: string): void {
    call.state = state;
    call.ended = this.now();
    if (error) call.error = error;
    this.#tell(call.turn, call);
    // What was called directly has no `turn.ended` of its own.
    if (call.turn.source === "direct") this.end(call.turn.id, state === "done" ? "completed" : "failed", "");
  }

  #forget(turn: Turn | undefined): void {
    if (!turn) return;
    this.#turns.delete(turn.id);
    for (const call of turn.calls) this.#calls.delete(call.id);
  }

  #tell(turn: Turn, call?: Call): void {
    for (const watcher of this.#watchers) watcher(turn, call);
  }
}

function describe(error: Outcome["error"]): string | undefined {
  return error && [error.code, error.message].filter(Boolean).join(": ");
}
