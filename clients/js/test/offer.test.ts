import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ManifestUpdated } from "../src/index.ts";
import { COMMAND, type Frame, heard, Scripted, settled, WELCOME } from "./scripted.ts";

let server: Scripted;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Scripted();
});
afterEach(() => {
  server.closeAll();
  vi.useRealTimers();
});

const run = () => {};
const wave = { run };
const sit = { description: "Sit.", run };

const UPDATED = (update: Frame | undefined, commands: string[], seq: number): Frame => ({
  type: "manifest.updated",
  id: update?.id,
  rev: 2,
  digest: `d${seq + 1}`,
  commands,
  findings: [],
  seq,
});

describe("a change of the offer", () => {
  test("of one moment is one update, in force once it is answered", async () => {
    const client = await server.welcomed({ commands: { wave } });
    const answers: Promise<ManifestUpdated>[] = [
      client.commands.add({ sit }),
      client.commands.remove("wave"),
      client.vocabulary.set("toys", [{ id: "b", names: ["ball"] }]),
    ];
    await settled();
    const [update, ...others] = server.last.take();
    expect(others).toEqual([]);
    expect(update).toEqual({
      type: "manifest.update",
      id: update?.id,
      add: [{ name: "sit", description: "Sit." }],
      remove: ["wave"],
      vocabulary: { toys: [{ id: "b", names: ["ball"] }] },
      seq: 1,
    });
    expect(client.commands.names).toEqual(["wave"]);
    server.last.tell(UPDATED(update, ["sit"], 1));
    for (const answer of answers) expect(await answer).toMatchObject({ rev: 2 });
    expect(client.commands.names).toEqual(["sit"]);
  });

  test("of different moments are different updates", async () => {
    const client = await server.welcomed();
    void client.commands.add({ wave });
    await settled();
    void client.commands.add({ sit });
    await settled();
    expect(server.last.take()).toHaveLength(2);
  });

  test("goes out before what is asked after it", async () => {
    const client = await server.welcomed();
    void client.commands.add({ sit });
    void client.vocabulary.set("toys", []);
    void client.instruct("sit");
    await settled();
    const sent = server.last.take();
    expect(sent.map(({ type, seq }) => [type, seq])).toEqual([
      ["manifest.update", 1],
      ["instruct", 2],
    ]);
    expect(sent[0]).toMatchObject({ add: [{ name: "sit" }], vocabulary: { toys: [] } });
  });

  test("a command that was added and removed in one moment never was", async () => {
    const client = await server.welcomed({ commands: { wave } });
    void client.commands.add({ sit, wave });
    void client.commands.remove("sit", "wave");
    await settled();
    expect(server.last.take()[0]).toMatchObject({ add: [], remove: ["wave"] });
  });

  test("a command is performed by what stood when it was sent", async () => {
    const old = vi.fn();
    const client = await server.welcomed({ commands: { wave: { run: old } } });
    void client.commands.remove("wave");
    await settled();
    const [update] = server.last.take();
    server.last.tell(COMMAND(1), UPDATED(update, [], 2));
    await settled();
    expect(old).toHaveBeenCalledOnce();
    expect(client.commands.names).toEqual([]);
  });

  test("that the server refuses changes nothing", async () => {
    const client = await server.welcomed({ commands: { wave } });
    const errors = heard(client, "error");
    const answer = client.commands.add({ sit });
    await settled();
    const [update] = server.last.take();
    const details = [{ path: "/add/0/description", code: "too_long", message: "too long" }];
    server.last.tell({
      type: "error",
      code: "invalid_manifest",
      message: "m",
      ref: update?.id,
      ref_type: "manifest.update",
      details,
      seq: 1,
    });
    await expect(answer).rejects.toMatchObject({ code: "invalid_manifest", details });
    expect(client.commands.names).toEqual(["wave"]);
    expect(errors).toHaveLength(1);
  });

  test("commands that are none are refused here, with every fault", async () => {
    const client = await server.welcomed();
    const add = () => client.commands.add({ "no name": wave, jump: {} } as never);
    expect(add).toThrow(/\/commands\/no name: .*\n.*\/commands\/jump: /);
    expect(server.last.take()).toEqual([]);
  });

  test("that JSON cannot hold is refused", async () => {
    const client = await server.welcomed();
    await expect(client.commands.add({ jump: { ...wave, "x-count": 1n } } as never)).rejects.toThrow(
      "BigInt",
    );
  });

  test("before the session stands is sent once it does", async () => {
    const client = server.client();
    void client.commands.add({ wave });
    await settled();
    server.last.tell(WELCOME());
    expect(server.last.take().map(({ type }) => type)).toEqual(["manifest", "manifest.update"]);
  });
});

describe("the vocabulary", () => {
  const vocabulary = {
    toys: [
      { id: "a", names: ["ant"] },
      { id: "b", names: ["ball"] },
    ],
    old: [],
  };

  test("changes by list and by entry, and is told whole to a session that begins anew", async () => {
    const client = await server.welcomed({ vocabulary });
    const change = {
      put: [
        { id: "c", names: ["cat"] },
        { id: "a", names: ["ape"] },
      ],
      drop: ["b"],
    };
    void client.vocabulary.set("toys", change);
    void client.vocabulary.set("old", null);
    void client.vocabulary.set("new", { put: [{ id: "n", names: ["new"] }] });
    await settled();
    const [update] = server.last.take();
    expect(update?.vocabulary).toEqual({
      toys: change,
      old: null,
      new: { put: [{ id: "n", names: ["new"] }] },
    });
    server.last.tell(UPDATED(update, [], 1));
    expect((await server.back()).vocabulary).toEqual({
      toys: [
        { id: "c", names: ["cat"] },
        { id: "a", names: ["ape"] },
      ],
      new: [{ id: "n", names: ["new"] }],
    });
  });

  test("a list that changes twice in one moment changes in two updates", async () => {
    const client = await server.welcomed({ vocabulary });
    void client.vocabulary.set("toys", { drop: ["a"] });
    void client.vocabulary.set("toys", { drop: ["b"] });
    await settled();
    const updates = server.last.take();
    expect(updates.map(({ vocabulary }) => vocabulary)).toEqual([
      { toys: { drop: ["a"] } },
      { toys: { drop: ["b"] } },
    ]);
    server.last.tell(UPDATED(updates[0], [], 1), UPDATED(updates[1], [], 2));
    expect((await server.back()).vocabulary).toEqual({ toys: [], old: [] });
  });
});

describe("a set on the server that is not ours", () => {
  test("is made ours where the digest is another one", async () => {
    await server.welcomed({ commands: { wave }, persona: "A cat.", context: { text: "Here." } });
    await server.back();
    server.last.tell(WELCOME({ resumed: true, digest: "another" }));
    await settled();
    const [update] = server.last.take();
    expect(update).toMatchObject({ type: "manifest.update", add: [{ name: "wave" }], persona: "A cat." });
    server.last.tell(UPDATED(update, ["wave", "stranger"], 1));
    await settled();
    expect(server.last.take()).toMatchObject([{ add: [], remove: ["stranger"] }]);
  });

  test("is left alone where it is ours", async () => {
    const client = await server.welcomed({ commands: { wave } });
    void client.commands.add({ sit });
    await settled();
    server.last.tell(UPDATED(server.last.take()[0], ["wave", "sit"], 1));
    await server.back();
    server.last.tell(WELCOME({ resumed: true, digest: "d2", upto: 1 }));
    await settled();
    expect(server.last.take()).toEqual([]);
  });

  test("an update on its way is sent again, and no other", async () => {
    const client = await server.welcomed({ commands: { wave } });
    const answer = client.commands.add({ sit });
    await settled();
    const [update] = server.last.take();
    await server.back();
    server.last.tell(WELCOME({ resumed: true, upto: 0 }));
    await settled();
    expect(server.last.take()).toEqual([update]);
    server.last.tell(UPDATED(update, ["wave", "sit"], 1));
    await answer;
  });

  test("an update that nobody answered is lost with its session", async () => {
    const client = await server.welcomed({ commands: { wave } });
    const answer = client.commands.add({ sit });
    await settled();
    server.last.take();
    const manifest = await server.back();
    expect(manifest.commands).toEqual([{ name: "wave" }]);
    server.last.tell(WELCOME({ session: "new", resumed: false, reason: "epoch_changed" }));
    expect(server.last.take()).toEqual([]);
    await expect(answer).rejects.toMatchObject({ code: "session_lost" });
    expect(client.commands.names).toEqual(["wave"]);
  });
});
