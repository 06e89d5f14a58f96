/** Server-sent events that last: through fetch (EventSource sends no token), opened again whenever they break. */

import { events, type Fetch, refusal } from "./api.ts";
import type { Token } from "./token.ts";

export type StreamStatus =
  | { state: "connecting" }
  | { state: "open" }
  /** It broke or was refused, and is tried again `until` (ms since the epoch). */
  | { state: "waiting"; until: number; why: string }
  /** The server wants a token, or another one. */
  | { state: "unauthorized" }
  /** There is no such thing on the server: not tried again. */
  | { state: "unknown" };

export interface StreamOptions {
  path: string;
  token: Token;
  onEvent(name: string, data: unknown): void;
  onStatus(status: StreamStatus): void;
  fetch?: Fetch;
  random?: () => number;
  /** ms: the first wait before another attempt is at most this, the second at most twice that … */
  base?: number;
  cap?: number;
  /** ms without a sign of life (the server gives one every 15 s) after which the connection is dead. */
  silence?: number;
}

export interface Stream {
  /** Try at once, for instance with another token. */
  retry(): void;
  close(): void;
}

export function openStream(options: StreamOptions): Stream {
  const { base = 500, cap = 15_000, random = Math.random } = options;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current = new AbortController();

  const connect = async (): Promise<void> => {
    clearTimeout(timer);
    current.abort();
    current = new AbortController();
    const { signal } = current;
    options.onStatus({ state: "connecting" });
    const ended = await follow(options, signal, () => {
      attempt = 0;
    });
    if (signal.aborted) return;
    if (ended.state !== "waiting") return options.onStatus(ended);
    const wait = random() * Math.min(cap, base * 2 ** attempt);
    attempt += 1;
    timer = setTimeout(connect, wait);
    options.onStatus({ ...ended, until: Date.now() + wait });
  };
  const online = (): void => void connect();
  globalThis.addEventListener?.("online", online);
  void connect();
  return {
    retry: () => void connect(),
    close: () => {
      clearTimeout(timer);
      current.abort();
      globalThis.removeEventListener?.("online", online);
    },
  };
}

/** One connection from its beginning to its end. A server that says nothing for too long is taken for gone. */
async function follow(
  options: StreamOptions,
  signal: AbortSignal,
  opened: () => void,
): Promise<StreamStatus> {
  const { fetch: fetched = (path, init) => fetch(path, init), silence = 40_000 } = options;
  const dead = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(), silence);
  };
  const headers = { Accept: "text/event-stream", ...options.token.headers() };
  try {
    heard();
    const init: RequestInit = { headers, signal: AbortSignal.any([signal, dead.signal]), cache: "no-store" };
    const response = await fetched(options.path, init);
    if (response.status === 401 || response.status === 403) return { state: "unauthorized" };
    if (response.status === 404) return { state: "unknown" };
    if (!response.ok) return { state: "waiting", until: 0, why: (await refusal(response)).message };
    opened();
    options.onStatus({ state: "open" });
    for await (const { event, data } of events(response, heard)) options.onEvent(event, JSON.parse(data));
    return { state: "waiting", until: 0, why: "" };
  } catch (broken) {
    return { state: "waiting", until: 0, why: broken instanceof SyntaxError ? broken.message : "" };
  } finally {
    clearTimeout(timer);
  }
}
