import { describe, expect, it, vi } from "vitest";
import { createApi, Refused } from "../../pages/inspector/api.ts";
import { Token } from "../../pages/inspector/token.ts";

function calling(response: () => Response | Promise<Response>) {
  const fetch = vi.fn(async (_path: string, _init?: RequestInit) => response());
  const token = new Token(undefined);
  token.set("secret");
  return { api: createApi(token, fetch), fetch };
}

const never = new AbortController().signal;

describe("a call", () => {
  it("goes to its place with the token", async () => {
    const { api, fetch } = calling(() => Response.json({ id: "c", ok: true }));
    expect(await api.command("a/b", "jump", { times: 2 }, never)).toEqual({ id: "c", ok: true });
    const [path, init] = fetch.mock.calls[0] ?? [];
    expect(path).toBe("/v1/sessions/a%2Fb/commands/jump");
    expect(init).toMatchObject({
      method: "POST",
      body: '{"args":{"times":2}}',
      headers: { Authorization: "Bearer secret" },
    });
  });

  it("that is refused tells every fault by its path", async () => {
    const errors = [{ path: "/args/times", code: "maximum", message: "must be at most 5" }];
    const { api } = calling(() => Response.json({ title: "no", detail: "not so", errors }, { status: 422 }));
    const refused = await api.command("s", "jump", {}, never).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ status: 422, message: "not so", faults: errors });
  });

  it.each([
    [
      "nonsense",
      () => new Response("<html>", { status: 502, statusText: "Bad Gateway" }),
      502,
      "502 Bad Gateway",
    ],
    ["nothing at all", () => Promise.reject(new TypeError("refused")), 0, ""],
  ])("that is answered with %s is told, too", async (_name, answer, status, message) => {
    const { api } = calling(answer);
    await expect(api.sessions()).rejects.toMatchObject({ status, message });
  });

  it("that was given up is no fault of the server", async () => {
    const { api } = calling(() => Promise.reject(new DOMException("", "AbortError")));
    await expect(api.command("s", "jump", {}, never)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("of an instruction yields its frames", async () => {
    const { api } = calling(
      () =>
        new Response(
          'event: text\ndata: {"type":"text","delta":"Hi"}\n\n:\n\nevent: x\ndata: {"type":"turn.ended"}\n\n',
        ),
    );
    const frames = [];
    for await (const frame of api.instruct("s", { text: "hi" }, never)) frames.push(frame.type);
    expect(frames).toEqual(["text", "turn.ended"]);
  });

  it("for a recording gives its text", async () => {
    const { api, fetch } = calling(() => new Response('{"capserver_trace":1}\n'));
    expect(await api.endTrace("s")).toBe('{"capserver_trace":1}\n');
    expect(fetch.mock.calls[0]).toMatchObject(["/inspector/traces/s", { method: "DELETE" }]);
  });
});
