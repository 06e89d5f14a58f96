import { describe, expect, it } from "vitest";
import { Sessions, sessionOf } from "../../pages/inspector/sessions.ts";

const view = (id: string, more: object = {}) => ({
  id,
  client: { name: id.toUpperCase(), kind: "pet" },
  state: "attached",
  opened: "2026-01-01T00:00:00Z",
  queued: 0,
  open: [],
  ...more,
});

function held(...views: object[]): Sessions {
  const sessions = new Sessions();
  sessions.reset(views);
  return sessions;
}

const ids = (
  sessions: Sessions,
  filter: string,
  column: "name" | "opened" | "queued" | "last" = "name",
  down = false,
) => sessions.rows(filter, { column, down }).map((session) => session.id);

describe("sessions", () => {
  it("are replaced, changed and dropped as the feed tells", () => {
    const sessions = held(view("a"), view("b"));
    sessions.put(view("b", { state: "detached" }));
    sessions.put(view("c"));
    sessions.drop("a");
    expect([ids(sessions, ""), sessions.size, sessions.attached]).toEqual([["b", "c"], 2, 1]);
    sessions.reset([]);
    expect(sessions.size).toBe(0);
  });

  it("are sifted by every word, wherever it stands", () => {
    const sessions = held(
      view("a"),
      view("b", { state: "detached" }),
      view("c", { turn: { id: "t", text: "Jump up" } }),
    );
    expect(ids(sessions, "pet DETACHED")).toEqual(["b"]);
    expect(ids(sessions, "jump")).toEqual(["c"]);
    expect(ids(sessions, "busy")).toEqual(["c"]);
  });

  it("are sorted, and equal ones stay in place", () => {
    const sessions = held(
      view("a", { queued: 1 }),
      view("b", { queued: 1, opened: "2026-01-02T00:00:00Z" }),
      view("c", { queued: 3, last_turn: { status: "failed", timing: { total_ms: 5 } } }),
    );
    expect(ids(sessions, "", "queued", true)).toEqual(["c", "a", "b"]);
    expect(ids(sessions, "", "opened")).toEqual(["b", "a", "c"]);
    expect(ids(sessions, "", "last", true)).toEqual(["c", "a", "b"]);
  });

  it("of five thousand are sifted and sorted whole", () => {
    const sessions = held(...Array.from({ length: 5000 }, (_, n) => view(`s${n}`, { queued: n % 7 })));
    expect(ids(sessions, "s4999", "queued")).toEqual(["s4999"]);
    expect(ids(sessions, "", "queued", true)).toHaveLength(5000);
  });
});

it("a view with nothing in it is still a session, one without an id is none", () => {
  expect(sessionOf({ id: "x" })).toMatchObject({
    name: "–",
    commands: 0,
    log: { last: 0 },
    turn: undefined,
    last: undefined,
  });
  expect(sessionOf({ id: "x", client: null, profile: "pet" })?.name).toBe("pet");
  expect(sessionOf({})).toBeUndefined();
});
