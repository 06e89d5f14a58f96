/** The server's HTTP calls, as far as the inspector makes them. */

import { asObject, type Fault, faultsOf, type Json, textOf } from "./json.ts";
import { EventParser } from "./sse.ts";
import type { Token } from "./token.ts";

/** The server said no (`status` ≥ 400), or nothing at all (`status` 0). */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly faults: Fault[] = [],
  ) {
    super(message);
  }
}

export interface Api {
  sessions(): Promise<Json>;
  session(id: string): Promise<Json>;
  commands(id: string): Promise<Json>;
  end(id: string): Promise<void>;
  /** The frames of the turn as they come. */
  instruct(id: string, body: Json, signal: AbortSignal): AsyncGenerator<Json, void>;
  command(id: string, name: string, args: unknown, signal: AbortSignal): Promise<Json>;
  startTrace(id: string): Promise<Json>;
  trace(id: string): Promise<string>;
  endTrace(id: string): Promise<string>;
}

export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

export function createApi(token: Token, fetched: Fetch = (path, init) => fetch(path, init)): Api {
  const call = async (
    path: string,
    init: RequestInit = {},
    accept = "application/json",
  ): Promise<Response> => {
    const headers: Record<string, string> = { Accept: accept, ...token.headers() };
    if (init.body !== undefined) headers["Content-Type"] = "application/json";
    const response = await fetched(path, { ...init, headers, cache: "no-store" }).catch(gone);
    if (!response.ok) throw await refusal(response);
    return response;
  };
  const read = async (path: string, init?: RequestInit): Promise<Json> =>
    asObject(await (await call(path, init)).json());
  const post = (body: unknown, signal?: AbortSignal): RequestInit => ({
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const at = (id: string): string => `/v1/sessions/${encodeURIComponent(id)}`;
  const traceAt = (id: string): string => `/inspector/traces/${encodeURIComponent(id)}`;
  const jsonl = async (id: string, init?: RequestInit): Promise<string> =>
    (await call(traceAt(id), init, "application/jsonl")).text();
  return {
    sessions: () => read("/v1/sessions"),
    session: (id) => read(at(id)),
    commands: (id) => read(`${at(id)}/commands`),
    end: async (id) => void (await call(at(id), { method: "DELETE" })),
    instruct: (id, body, signal) =>
      frames(() => call(`${at(id)}/instruct`, post(body, signal), "text/event-stream")),
    command: (id, name, args, signal) =>
      read(`${at(id)}/commands/${encodeURIComponent(name)}`, post({ args }, signal)),
    startTrace: (id) => read(traceAt(id), post(undefined)),
    trace: (id) => jsonl(id),
    endTrace: (id) => jsonl(id, { method: "DELETE" }),
  };
}

async function* frames(open: () => Promise<Response>): AsyncGenerator<Json, void> {
  for await (const { data } of events(await open())) yield asObject(JSON.parse(data));
}

/** The events of a response, until it ends; `heard` at each sign of life. Raises TypeError where it breaks. */
export async function* events(
  response: Response,
  heard?: () => void,
): AsyncGenerator<{ event: string; data: string }, void> {
  const parser = new EventParser();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    heard?.();
    yield* parser.push(piece.value);
  }
}

function gone(reason: unknown): never {
  if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
  throw new Refused(0, "");
}

/** What problem details (RFC 9457) say; the bare status where there are none. */
export async function refusal(response: Response): Promise<Refused> {
  const problem = asObject(await response.json().catch(() => undefined));
  const message =
    textOf(problem.detail) ?? textOf(problem.title) ?? `${response.status} ${response.statusText}`;
  return new Refused(response.status, message, faultsOf(problem.errors));
}
