/**
 * What to do about a connection that does not come about, for who has just made a page. Loaded when it is needed: a
 * page that works never is in need of it.
 */

import type { Fault } from "./errors.ts";
import type { Status } from "./link.ts";
import type { ErrorFrame } from "./protocol.ts";

const BY_CODE: { readonly [code: number]: string } = {
  1009: "A frame was larger than the server takes: see limits.manifest_bytes in its welcome.",
  4500: "Mend the manifest: the details name each fault.",
  4501: "Give createClient a `token` that the server accepts, or a function that fetches a fresh one.",
  4503: "The token is good, but not for this: ask who runs the server.",
  4509: "The session goes on elsewhere, perhaps in a copy of this tab. Reload the page for one of its own.",
};

const LATER = "Wait: it is tried again by itself.";

/** A server that is not there at all may let one wait for minutes, where nobody answers for it. */
const PATIENCE = 3000;

/** What an error gets beside, or in place of, what it says itself. */
export interface Advice {
  code?: string;
  message?: string;
  hint: string | undefined;
  details: Fault[] | undefined;
}

/**
 * What to do after a close code that is final, or where no connection comes about. Faults of commands, which the
 * server counts, are named.
 */
export async function advise(
  { state, code = 0 }: Status,
  trouble: ErrorFrame | undefined,
  url: URL,
  names: readonly string[],
): Promise<Advice> {
  const isUnreachable = state === "connecting" && code < 4000;
  const named = (path: string) => path.replace(/^(\/commands\/)(\d+)/, (_, way, at) => way + names[at]);
  return {
    ...(isUnreachable && { code: "unreachable", message: `no connection to ${url}` }),
    hint: isUnreachable ? await diagnose(url) : (BY_CODE[code] ?? (state === "closed" ? undefined : LATER)),
    details: trouble?.details?.map((fault) => ({ ...fault, path: named(fault.path) })),
  };
}

/**
 * Why a handshake failed. A browser hides the answer; but a request that it may send without asking tells whether
 * anybody is there at all.
 */
async function diagnose({ protocol, host, pathname }: URL): Promise<string> {
  const page = globalThis.location?.origin;
  const server = `${protocol.replace("ws", "http")}//${host}`;
  try {
    await fetch(`${server}/healthz`, { mode: "no-cors", ...impatient() });
  } catch {
    return `Nothing answers at ${server}. Start it with: capserver serve`;
  }
  if (!page || page === server)
    return `The server is there, but takes no WebSocket at ${pathname}: its log says why.`;
  const fix = page.startsWith("http")
    ? `Start it with: capserver serve --origin ${page}`
    : "Serve the page over http, then start the server with --origin and its address";
  return `The server refuses pages of ${page}. ${fix}`;
}

/** Without what not every browser has, it takes as long as it takes. */
function impatient(): RequestInit {
  return AbortSignal.timeout ? { signal: AbortSignal.timeout(PATIENCE) } : {};
}
