/**
 * One connection after another to one server: opens, notices when nobody is there any more, comes back with
 * backoff, stops where it is told to. Knows frames only as far as it takes for that.
 */

import { backoff } from "./backoff.ts";
import { CapserverError } from "./errors.ts";
import type { Emitter } from "./events.ts";
import { type AnyFrame, decode, encode, redacted } from "./json.ts";
import type { Settings } from "./options.ts";
import type { ErrorFrame, Heartbeat } from "./protocol.ts";

export interface Status {
  state: "connecting" | "open" | "detached" | "closed";
  /** Why it is not open. */
  reason?: string;
  /** The close code. */
  code?: number;
  /** How many connections in a row have come to nothing. */
  attempt?: number;
  /** ms until the next one. */
  retryIn?: number;
  /** Once open: whether it goes on with the session before. */
  resumed?: boolean;
  /** What to do about it. */
  hint?: string | undefined;
}

/** Who holds the link. */
export interface Holder {
  /** The first frame of a connection. Rejects where there is none, e.g. no token. */
  greet(): Promise<AnyFrame>;
  /** Throws for what is no frame of a server. */
  receive(frame: AnyFrame): void;
  /** It has stopped for good. */
  stopped(): void;
  /** It has stopped, or not come about, for a reason. */
  troubled(): void;
}

export interface Link {
  readonly status: Status;
  /** The newest `error` frame of this connection: why it is closed, where that comes next. */
  readonly trouble: ErrorFrame | undefined;
  is(state: Status["state"]): boolean;
  connect(): void;
  tell(status: Status): void;
  write(frame: AnyFrame): void;
  /** The server has welcomed us. Who holds the link tells of the status. */
  opened(resumed: boolean, heartbeat: Heartbeat): void;
  /** For good. */
  stop(code: number, reason: string): void;
}

export function createLink(
  { url, WebSocket, timing }: Settings,
  emit: Emitter["emit"],
  { greet, receive, stopped, troubled }: Holder,
): Link {
  const watched = new AbortController();
  let socket: WebSocket | undefined;
  /** For what is waited: a `welcome`, a sign of the server, the next attempt. */
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWaiting = false;
  let attempt = 0;
  let openedAt = 0;
  let heartbeat: Heartbeat;
  const link = {
    status: { state: "connecting" } as Status,
    trouble: undefined as ErrorFrame | undefined,
    is: (state: Status["state"]) => link.status.state === state,
    connect,
    write,
    opened(resumed: boolean, given: Heartbeat) {
      heartbeat = given;
      openedAt = Date.now();
      link.status = { state: "open", resumed };
    },
    tell,
    stop,
  };
  for (const type of ["online", "offline", "visibilitychange"]) {
    globalThis.addEventListener?.(type, noticed, watched);
  }
  return link;

  /** Somebody came back to the page, or to the network: see at once whether the server is there. */
  function noticed({ type }: Event): void {
    if (type === "offline") quit(type);
    else if (globalThis.document?.hidden) return;
    else if (isWaiting) connect();
    else if (link.is("open")) ping();
  }

  function tell(status: Status): void {
    link.status = status;
    emit("status", status);
  }

  function after(ms: number, then: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  }

  function connect(): void {
    if (link.is("closed")) return;
    isWaiting = false;
    link.trouble = undefined;
    after(timing.connectTimeout, () => quit("no answer"));
    const own = timer;
    greet()
      .then((first) => own === timer && dial(first))
      .catch((error) => own === timer && quit(`${error}`, "not_connected"));
  }

  function dial(first: AnyFrame): void {
    socket = new WebSocket(url, "capserver.v1");
    socket.onopen = () => write(first);
    socket.onmessage = heard;
    socket.onerror = () => gone(1006, ""); // Node 20 tells of a failed handshake by nothing else
    socket.onclose = ({ code, reason }) => gone(code, reason);
  }

  function write(frame: AnyFrame): void {
    socket?.send(encode(frame));
    seen("out", frame);
  }

  function seen(direction: "in" | "out", frame: AnyFrame): void {
    emit("frame", { direction, frame: redacted(frame), at: Date.now() });
  }

  function heard({ data }: { data: unknown }): void {
    try {
      const frame = decode(data);
      if (frame.type === "error") link.trouble = frame as unknown as ErrorFrame;
      seen("in", frame);
      receive(frame);
    } catch {
      quit("this is no capserver.v1", "bad_server");
    }
    if (link.is("open")) after(timing.pingEvery ?? heartbeat.interval * 1000, ping);
  }

  function ping(): void {
    write({ type: "ping", t: Date.now() });
    after(timing.pingTimeout ?? heartbeat.timeout * 1000, () => quit("no answer"));
  }

  /** This connection is of no use; there will be another one. With a code somebody should know. */
  function quit(reason: string, code?: string): void {
    if (code) emit("error", new CapserverError(code, reason));
    if (!isWaiting) gone(1006, reason, code);
  }

  function gone(code: number, told: string, known?: string): void {
    if (link.is("closed")) return;
    const trouble = code < 4000 ? undefined : link.trouble;
    const reason = trouble?.message ?? told;
    leave();
    if (code === 1000 || code === 1009 || code > 4499) {
      stop(code, reason);
      if (code !== 1000) troubled();
      return;
    }
    if (link.is("open") && Date.now() - openedAt > timing.backoffCap) attempt = 0;
    const wait = backoff(attempt++, timing.backoffBase, timing.backoffCap);
    const retryIn = wait + (trouble?.retry_after ?? 0) * 1000;
    const state = openedAt ? "detached" : "connecting";
    isWaiting = true;
    after(retryIn, connect);
    tell({ state, reason, code, attempt, retryIn, hint: link.status.hint });
    if (!openedAt && !link.status.hint && !known) troubled();
  }

  function stop(code: number, reason: string): void {
    if (link.is("closed")) return;
    leave(code);
    watched.abort();
    tell({ state: "closed", code, reason });
    stopped();
  }

  function leave(code?: number): void {
    const old = socket;
    clearTimeout(timer);
    timer = socket = undefined;
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = null;
    old.onerror = () => {}; // the package `ws` wants a listener
    old.close(code);
  }
}
