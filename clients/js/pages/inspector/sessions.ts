/** Every session that the server told of, and the rows that a reader asked for: sifted and sorted. */

import { asList, asObject, isObject, type Json, numberOf, textOf } from "./json.ts";

export interface OpenCall {
  id: string;
  name: string;
  lane: string;
  turn: string | undefined;
}

export interface LastTurn {
  status: string;
  totalMs: number | undefined;
  commands: number;
}

export interface Session {
  id: string;
  name: string;
  kind: string;
  version: string;
  locale: string;
  profile: string;
  state: string;
  /** ms since the epoch. */
  opened: number;
  address: string;
  rev: number;
  digest: string;
  commands: number;
  turn: { id: string; text: string; stage: string } | undefined;
  queued: number;
  open: OpenCall[];
  last: LastTurn | undefined;
  log: { last: number; acked: number; waiting: number };
  taken: number;
  recording: string;
  /** What the filter looks at. */
  haystack: string;
}

export function sessionOf(value: unknown): Session | undefined {
  const view = asObject(value);
  const id = textOf(view.id);
  if (id === undefined) return undefined;
  const client = asObject(view.client);
  const session = {
    id,
    name: textOf(client.name) ?? textOf(view.profile) ?? "–",
    kind: textOf(client.kind) ?? "",
    version: textOf(client.version) ?? "",
    locale: textOf(client.locale) ?? "",
    profile: textOf(view.profile) ?? "",
    state: textOf(view.state) ?? "",
    opened: Date.parse(textOf(view.opened) ?? "") || Date.now(),
    address: textOf(view.address) ?? "",
    rev: numberOf(view.rev) ?? 0,
    digest: textOf(view.digest) ?? "",
    commands: numberOf(view.commands) ?? 0,
    turn: turnOf(view.turn),
    queued: numberOf(view.queued) ?? 0,
    open: asList(view.open).filter(isObject).map(openCall),
    last: lastOf(view.last_turn),
    log: logOf(view.log),
    taken: numberOf(view.taken) ?? 0,
    recording: textOf(view.recording) ?? "off",
  };
  return { ...session, haystack: haystack(session) };
}

const turnOf = (value: unknown): Session["turn"] =>
  isObject(value)
    ? { id: textOf(value.id) ?? "", text: textOf(value.text) ?? "", stage: textOf(value.stage) ?? "" }
    : undefined;

const openCall = (value: Json): OpenCall => ({
  id: textOf(value.id) ?? "",
  name: textOf(value.name) ?? "",
  lane: textOf(value.lane) ?? "",
  turn: textOf(value.turn),
});

const lastOf = (value: unknown): LastTurn | undefined =>
  isObject(value)
    ? {
        status: textOf(value.status) ?? "",
        totalMs: numberOf(asObject(value.timing).total_ms),
        commands: numberOf(value.commands) ?? 0,
      }
    : undefined;

function logOf(value: unknown): Session["log"] {
  const log = asObject(value);
  return {
    last: numberOf(log.last) ?? 0,
    acked: numberOf(log.acked) ?? 0,
    waiting: numberOf(log.waiting) ?? 0,
  };
}

const haystack = (session: Omit<Session, "haystack">): string =>
  [session.name, session.kind, session.id, session.profile, session.address, session.locale]
    .concat(session.state, session.last?.status ?? "", session.turn ? "busy" : "", session.turn?.text ?? "")
    .join("\n")
    .toLowerCase();

export type Column = "name" | "opened" | "state" | "queued" | "open" | "last";

export interface Order {
  column: Column;
  down: boolean;
}

const KEYS: Record<Column, (session: Session) => string | number> = {
  name: (session) => `${session.name}\n${session.kind}`.toLowerCase(),
  opened: (session) => -session.opened,
  state: (session) => `${session.state}${session.turn ? 0 : 1}`,
  queued: (session) => session.queued + (session.turn ? 0.5 : 0),
  open: (session) => session.open.length,
  last: (session) => session.last?.totalMs ?? -1,
};

export class Sessions {
  /** Grows with each change. */
  version = 0;
  #held = new Map<string, Session>();

  get size(): number {
    return this.#held.size;
  }

  get attached(): number {
    let count = 0;
    for (const session of this.#held.values()) if (session.state === "attached") count += 1;
    return count;
  }

  get(id: string): Session | undefined {
    return this.#held.get(id);
  }

  /** Everything anew: what is not among these is gone. */
  reset(values: unknown): void {
    this.#held.clear();
    for (const value of asList(values)) this.put(value);
    this.version += 1;
  }

  put(value: unknown): void {
    const session = sessionOf(value);
    if (session) this.#held.set(session.id, session);
    this.version += 1;
  }

  drop(id: string): void {
    this.#held.delete(id);
    this.version += 1;
  }

  /** The sessions that hold every word of `filter`, in this order; equal ones by id, so that rows stay put. */
  rows(filter: string, order: Order): Session[] {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const found: { key: string | number; session: Session }[] = [];
    for (const session of this.#held.values()) {
      if (words.every((word) => session.haystack.includes(word))) {
        found.push({ key: KEYS[order.column](session), session });
      }
    }
    const sign = order.down ? -1 : 1;
    found.sort(
      (one, other) => sign * compare(one.key, other.key) || compare(one.session.id, other.session.id),
    );
    return found.map((row) => row.session);
  }
}

function compare(one: string | number, other: string | number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
