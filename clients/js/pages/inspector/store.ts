/** What the page knows: the sessions, the one that is looked at, a trace, the latencies. The views draw it. */

import { type Api, createApi } from "./api.ts";
import { asObject, numberOf, textOf } from "./json.ts";
import { type Histogram, histogram } from "./latency.ts";
import { Sessions } from "./sessions.ts";
import { openStream, type Stream, type StreamStatus } from "./stream.ts";
import { Token } from "./token.ts";
import type { Trace } from "./trace.ts";
import { Watch } from "./watch.ts";

export class Store {
  readonly token = new Token();
  readonly api: Api = createApi(this.token);
  readonly sessions = new Sessions();
  latency: { first: Histogram; total: Histogram } | undefined;
  status: StreamStatus = { state: "connecting" };
  /** Sessions' news that the server left out because this page was too slow. */
  missed = 0;
  watch: Watch | undefined;
  trace: Trace | undefined;
  #stream: Stream | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** `changed` is called after each change, `unauthorized` when the server wants a token or another one. */
  constructor(
    readonly changed: () => void,
    readonly unauthorized: () => void,
  ) {}

  start(): void {
    this.#stream = openStream({
      path: "/inspector/feed",
      token: this.token,
      onEvent: (name, data) => this.take(name, data),
      onStatus: (status) => this.#told(status),
    });
  }

  retry(): void {
    this.#stream?.retry();
    this.watch?.retry();
  }

  /** Look at a session (none: at no session). */
  look(id: string | undefined): void {
    if (this.watch?.id === id) return;
    this.watch?.close();
    const told = { token: this.token };
    this.watch = id === undefined ? undefined : new Watch(id, this.api, told, () => this.#watched());
    this.changed();
  }

  #watched(): void {
    if (this.watch?.status.state === "unauthorized") this.unauthorized();
    this.changed();
  }

  show(trace: Trace | undefined): void {
    this.trace = trace;
    this.changed();
  }

  /** One event of the feed of all sessions. */
  take(name: string, data: unknown): void {
    const event = asObject(data);
    if (name === "sessions") this.sessions.reset(event.sessions);
    if (name === "session") this.sessions.put(event);
    if (name === "ended") this.#ended(textOf(event.id) ?? "");
    if (name === "latency") {
      this.latency = { first: histogram(event.first_command), total: histogram(event.total) };
    }
    if (name === "dropped") this.#dropped(numberOf(event.count) ?? 0);
    this.changed();
  }

  #ended(id: string): void {
    this.sessions.drop(id);
    if (this.watch?.id === id) this.watch.end();
  }

  // What was left out may have been the end of a session: the list is read once more, when it has calmed down.
  #dropped(count: number): void {
    this.missed += count;
    clearTimeout(this.#again);
    this.#again = setTimeout(async () => {
      const found = await this.api.sessions().catch(() => undefined);
      if (found) this.sessions.reset(found.sessions);
      this.changed();
    }, 2000);
  }

  #told(status: StreamStatus): void {
    this.status = status;
    if (status.state === "unauthorized") this.unauthorized();
    this.changed();
  }
}
