import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStream, type Stream, type StreamStatus } from "../../pages/inspector/stream.ts";
import { Token } from "../../pages/inspector/token.ts";

const token = () => new Token(undefined);
const answer = (text: string, status = 200) => new Response(text, { status });

/** A response that says something and then nothing more, until it is aborted. */
function silent(init: RequestInit | undefined, text: string): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      init?.signal?.addEventListener("abort", () => controller.error(new DOMException("", "AbortError")));
    },
  });
  return new Response(body);
}

describe("a stream", () => {
  let stream: Stream | undefined;
  const states: string[] = [];
  const told: unknown[] = [];

  function opened(fetch: (path: string, init?: RequestInit) => Promise<Response>, held = token()): void {
    states.length = 0;
    told.length = 0;
    stream = openStream({
      path: "/feed",
      token: held,
      fetch,
      random: () => 1,
      onEvent: (name, data) => told.push([name, data]),
      onStatus: (status: StreamStatus) => states.push(status.state),
    });
  }

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    stream?.close();
    vi.useRealTimers();
  });

  it("tells what the server says, with the token sent along", async () => {
    const held = token();
    held.set("secret");
    const fetch = vi.fn(async (_path: string, init?: RequestInit) =>
      silent(init, 'event: ended\ndata: {"id":"a"}\n\n'),
    );
    opened(fetch, held);
    await vi.waitFor(() => expect(told).toEqual([["ended", { id: "a" }]]));
    expect(states).toEqual(["connecting", "open"]);
    expect(fetch.mock.calls[0]?.[1]?.headers).toMatchObject({ Authorization: "Bearer secret" });
  });

  it("is opened again when it ends, later each time", async () => {
    const fetch = vi.fn(async () => Promise.reject(new TypeError("gone")));
    opened(fetch);
    for (const [calls, wait] of [
      [1, 500],
      [2, 1000],
      [3, 2000],
    ] as const) {
      await vi.advanceTimersByTimeAsync(0);
      expect(fetch).toHaveBeenCalledTimes(calls);
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(fetch).toHaveBeenCalledTimes(calls);
      await vi.advanceTimersByTimeAsync(1);
    }
  });

  it("that says nothing for too long is taken for dead", async () => {
    const fetch = vi.fn(async (_path: string, init?: RequestInit) => silent(init, ":\n\n"));
    opened(fetch);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(states.at(-1)).toBe("waiting");
    await vi.advanceTimersByTimeAsync(500);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it.each([
    [401, "unauthorized"],
    [403, "unauthorized"],
    [404, "unknown"],
  ])("that is refused with %i is not tried again by itself", async (status, state) => {
    const fetch = vi.fn(async () => answer("{}", status));
    opened(fetch);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toBe(state);
    expect(fetch).toHaveBeenCalledTimes(1);
    stream?.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it("that a busy server refuses says why and is tried again", async () => {
    opened(async () => answer('{"detail":"64 viewers watch already"}', 503));
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe("waiting");
  });

  it("that was closed says no more", async () => {
    const fetch = vi.fn(async () => Promise.reject(new TypeError("gone")));
    opened(fetch);
    stream?.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(states).toEqual(["connecting"]);
  });
});

it("a token is kept where the browser allows it, and in memory where not", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
  new Token(storage).set("a");
  expect(new Token(storage).headers()).toEqual({ Authorization: "Bearer a" });
  const refusing = {
    getItem: () => {
      throw new Error("forbidden");
    },
    setItem: () => {
      throw new Error("full");
    },
  } as unknown as Storage;
  const token = new Token(refusing);
  token.set("b");
  expect(token.value).toBe("b");
});
