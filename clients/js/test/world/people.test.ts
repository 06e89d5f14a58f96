import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { demoManifest } from "../../pages/demo/world/manifest.ts";
import { PLACES } from "../../pages/demo/world/places.ts";
import { NOT_SHOWN, stateOf } from "../../pages/demo/world/state.ts";
import { vocabularyOf } from "../../pages/demo/world/vocabulary.ts";
import { Scene } from "./playing.ts";

const HAN = /[\u4e00-\u9fff]/;

test("the manifest in tests/data is the one that the page offers: `npm run manifest` in clients/js/pages", () => {
  const kept = readFileSync(new URL("../../../../tests/data/demo_manifest.json", import.meta.url), "utf8");
  expect(JSON.parse(kept)).toEqual(JSON.parse(JSON.stringify(demoManifest())));
});

test("everything has names in English and in Chinese, and no name means two things of a list", () => {
  const { objects, places, sounds, views } = vocabularyOf(new Scene().stage);
  for (const list of [objects, places, sounds, views]) {
    const names = list.flatMap((entry) => entry.names);
    expect(new Set(names).size).toBe(names.length);
    for (const { id, names } of list) {
      expect(names.some((name) => HAN.test(name)) && names.some((name) => !HAN.test(name)), id).toBe(true);
    }
  }
});

test("every command is described and exemplified in both languages", () => {
  for (const { name, description = "", examples = [] } of demoManifest().commands) {
    expect(HAN.test(description), name).toBe(true);
    expect(examples.some((one) => HAN.test(one)) && examples.some((one) => !HAN.test(one)), name).toBe(true);
  }
});

test("the desk offers at least sixteen commands, the phone fewer and one of its own", () => {
  const { desk, phone } = new Scene();
  expect(Object.keys(desk).length).toBeGreaterThanOrEqual(16);
  expect(Object.keys(phone).length).toBeLessThan(12);
  expect(Object.keys(phone).filter((name) => !(name in desk))).toEqual(["vibrate"]);
});

test("a poke is told, and makes her react whatever she does", async () => {
  const scene = new Scene();
  const told: number[] = [];
  scene.stage.on("poked", ({ times }) => told.push(times));
  const dance = scene.start("dance", { seconds: 2 });
  await scene.pass(0.5);
  scene.stage.poke();
  await scene.pass(0.2);
  expect(scene.stage.ling.pose.now.arc).toBeGreaterThan(0.4);
  scene.stage.poke();
  expect(told).toEqual([1, 2]);
  await scene.pass(4);
  await dance.ended;
  expect(scene.stage.ling.pose.now.arc).toBeLessThan(0.1);
});

test("an object that a person moves is told with its place, and the vocabulary follows", async () => {
  const scene = new Scene();
  const told: unknown[] = [];
  scene.stage.on("moved", (detail) => told.push(detail));
  scene.stage.on("changed", (detail) => told.push(detail));
  scene.stage.moveObject("red_ball", "basket");
  await scene.pass(3);
  expect(told).toEqual([{ id: "red_ball", name: "red ball", place: "basket" }, { list: "objects" }]);
  const entry = vocabularyOf(scene.stage).objects.find(({ id }) => id === "red_ball");
  expect(entry?.about).toBe("near the basket 在篮子附近");
});

test("an object that a person takes out of her hand is gone from it", async () => {
  const scene = new Scene();
  await scene.perform("pick_up", { object: "star" });
  scene.stage.grab("star");
  expect(scene.stage.ling.holding).toBeNull();
  await expect(scene.perform("throw")).rejects.toMatchObject({ code: "not_holding" });
  scene.stage.drop("star");
  await scene.pass(2);
  expect(scene.stage.thing("star").resting).toBe(true);
});

test("what a person holds cannot be picked up", async () => {
  const scene = new Scene();
  scene.stage.grab("book");
  await expect(scene.perform("pick_up", { object: "book" })).rejects.toMatchObject({
    code: "held_by_person",
  });
});

test("a click on an object is told and lets it hop", async () => {
  const scene = new Scene();
  const told: string[] = [];
  const off = scene.stage.on("clicked", ({ id }) => told.push(id));
  scene.stage.click("cube");
  await scene.pass(0.1);
  expect(scene.stage.thing("cube").y).toBeGreaterThan(0);
  off();
  scene.stage.click("cube");
  expect(told).toEqual(["cube"]);
});

test("objects can be put at every place and lie there, none in another", async () => {
  const scene = new Scene();
  for (const { id } of PLACES) {
    for (const thing of ["red_ball", "cube"] as const) scene.stage.moveObject(thing, id);
    await scene.pass(4);
    const [ball, cube] = [scene.stage.thing("red_ball"), scene.stage.thing("cube")];
    expect(ball.resting && cube.resting, id).toBe(true);
    expect(Math.hypot(ball.x - cube.x, ball.z - cube.z), id).toBeGreaterThan(0.15);
  }
});

test("the state is plain JSON", async () => {
  const scene = new Scene();
  await scene.perform("wave", { times: 2 });
  const state = stateOf(scene.stage, "dark", NOT_SHOWN);
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  expect(state).toMatchObject({
    waves: 2,
    performed: { wave: 1 },
    theme: "dark",
    holding: null,
    camera: "front",
  });
});
