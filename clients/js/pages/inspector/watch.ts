/** One session that is looked at: its feed, and what is kept of it. */

import type { Api } from "./api.ts";
import { asObject, type Fault, faultsOf, type Json, numberOf, textOf } from "./json.ts";
import { type Session, sessionOf } from "./sessions.ts";
import { openStream, type Stream, type StreamOptions, type StreamStatus } from "./stream.ts";
import { Turns } from "./turns.ts";
import { Wire } from "./wire.ts";

/** What changes seldom: read anew when the set does. */
export interface Detail {
  commands: Json[];
  findings: Fault[];
  vocabulary: [string, number][];
}

export class Watch {
  readonly wire = new Wire();
  turns = new Turns();
  session: Session | undefined;
  detail: Detail | undefined;
  /** Why the detail could not be read. */
  trouble: string | undefined;
  ended = false;
  status: StreamStatus = { state: "connecting" };
  #stream: Stream;
  #read = "";
  #before = false;

  constructor(
    readonly id: string,
    readonly api: Api,
    options: Pick<StreamOptions, "token"> & Partial<StreamOptions>,
    readonly changed: () => void,
  ) {
    this.#stream = openStream({
      ...options,
      path: `/inspector/feed/${encodeURIComponent(id)}`,
      onEvent: (name, data) => this.take(name, data),
      onStatus: (status) => this.#told(status),
    });
  }

  close(): void {
    this.#stream.close();
  }

  retry(): void {
    if (!this.ended) this.#stream.retry();
  }

  clear(): void {
    this.wire.clear();
    this.turns = new Turns();
    this.changed();
  }

  /** One event of the feed. */
  take(name: string, data: unknown): void {
    const event = asObject(data);
    if (name === "session") this.#viewed(event);
    if (name === "frame") this.#frame(event);
    if (name === "dropped") this.wire.missed += numberOf(event.count) ?? 0;
    if (name === "ended") this.end();
    this.changed();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.turns.over(Date.now());
    this.#stream.close();
    this.changed();
  }

  #told(status: StreamStatus): void {
    this.status = status;
    if (status.state === "unknown") this.end();
    if (status.state === "open") {
      if (this.#before) this.wire.add(Date.now(), "mark", { kind: "gap" });
      this.#before = true;
    }
    this.changed();
  }

  #viewed(event: Json): void {
    const session = sessionOf(event);
    if (!session) return;
    this.session = session;
    if (session.turn) this.turns.about(session.turn.id, session.turn.text);
    const key = `${session.rev} ${session.digest}`;
    if (key !== this.#read) {
      this.#read = key;
      void this.read();
    }
  }

  #frame(event: Json): void {
    const at = numberOf(event.at) ?? Date.now();
    const frame = asObject(event.frame);
    const direction = textOf(event.direction) === "in" ? "in" : "out";
    this.wire.add(at, direction, frame);
    this.turns.note({ at, direction, frame });
    if (direction === "out" && this.session?.turn)
      this.turns.about(this.session.turn.id, this.session.turn.text);
    if (frame.type === "manifest.updated") void this.read();
  }

  /** Read the manifest, its findings and the vocabulary's counts. */
  async read(): Promise<void> {
    try {
      const [view, { commands }] = await Promise.all([this.api.session(this.id), this.api.commands(this.id)]);
      this.detail = {
        commands: Array.isArray(commands) ? commands.map(asObject) : [],
        findings: faultsOf(view.findings),
        vocabulary: Object.entries(asObject(view.vocabulary)).map(([list, count]) => [
          list,
          numberOf(count) ?? 0,
        ]),
      };
      this.trouble = undefined;
    } catch (refused) {
      this.trouble = refused instanceof Error ? refused.message : String(refused);
    }
    this.changed();
  }
}
