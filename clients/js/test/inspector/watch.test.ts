import { expect, it, vi } from "vitest";
import type { Api } from "../../pages/inspector/api.ts";
import { Token } from "../../pages/inspector/token.ts";
import { Watch } from "../../pages/inspector/watch.ts";

function watching(): { watch: Watch; api: Pick<Api, "session" | "commands"> } {
  const api = {
    session: vi.fn(async () => ({
      findings: [{ path: "/commands/0", code: "c", message: "m" }],
      vocabulary: { places: 2 },
    })),
    commands: vi.fn(async () => ({ commands: [{ name: "wave" }] })),
  };
  const never = () => new Promise<Response>(() => undefined);
  const watch = new Watch(
    "s",
    api as unknown as Api,
    { token: new Token(undefined), fetch: never },
    () => undefined,
  );
  return { watch, api };
}

const VIEW = { id: "s", rev: 1, digest: "d", turn: { id: "t", text: "wave to me", stage: "planning" } };

it("a session that is watched keeps its frames, its turns and what the server left out", () => {
  const { watch } = watching();
  watch.take("session", VIEW);
  watch.take("frame", {
    at: 5,
    direction: "out",
    frame: { type: "turn.started", turn: "t", source: "http" },
  });
  watch.take("dropped", { count: 3 });
  watch.take("dropped", { count: 2 });
  expect(watch.wire.entries.map((entry) => entry.type)).toEqual(["turn.started"]);
  expect(watch.turns.list[0]?.text).toBe("wave to me");
  expect(watch.wire.missed).toBe(5);
  watch.close();
});

it("the manifest is read anew when the set changes, and only then", async () => {
  const { watch, api } = watching();
  watch.take("session", VIEW);
  watch.take("session", { ...VIEW, queued: 4 });
  await vi.waitFor(() => expect(watch.detail).toBeDefined());
  expect(api.commands).toHaveBeenCalledTimes(1);
  expect(watch.detail).toMatchObject({ commands: [{ name: "wave" }], vocabulary: [["places", 2]] });
  watch.take("session", { ...VIEW, rev: 2 });
  expect(api.commands).toHaveBeenCalledTimes(2);
  watch.close();
});

it("a session that ended leaves what was seen of it", () => {
  const { watch } = watching();
  watch.take("frame", { at: 5, direction: "in", frame: { type: "instruct", id: "t", text: "wave" } });
  watch.take("ended", { id: "s" });
  expect(watch.ended).toBe(true);
  expect(watch.turns.list[0]?.status).toBe("lost");
  expect(watch.wire.entries).toHaveLength(1);
});
