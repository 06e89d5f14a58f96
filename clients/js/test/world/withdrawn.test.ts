import { expect, test } from "vitest";
import { faultOf, Scene } from "./playing.ts";

const LONG = [
  ["walk_to", { to: "lamp" }],
  ["dance", { seconds: 15 }],
  ["jump", { times: 9, height: "high" }],
  ["wave", { times: 9 }],
  ["spin", { turns: 6 }],
  ["pick_up", { object: "yellow_ball" }],
  ["sit", { place: "cushion" }],
  ["nod", { times: 6 }],
  ["camera", { view: "orbit" }],
  ["play_sound", { sound: "melody" }],
  ["say", { text: "a long speech that takes a while to be read to its very end" }],
] as const;

test.each(LONG)("%s stops at once when it is withdrawn, and she can go on", async (name, args) => {
  const scene = new Scene();
  const { ended, abort } = scene.start(name, args);
  await scene.pass(0.7);
  abort(Object.assign(new Error("cancelled"), { code: "cancelled" }));
  expect(await faultOf(ended)).toBe("cancelled");
  expect(scene.stage.running.size).toBe(0);
  await scene.pass(2);
  for (const joint of ["lift", "tilt", "lean", "twist", "crouch"] as const) {
    expect(Math.abs(scene.stage.ling.pose.now[joint]), joint).toBeLessThan(0.3);
  }
  await scene.perform("wave", { times: 1 });
  expect(scene.stage.performed).toEqual({ wave: 1 });
});

test("a command that is withdrawn before it began does nothing", async () => {
  const scene = new Scene();
  const { ended, abort } = scene.start("say", { text: "never" });
  abort(new Error("gone"));
  await scene.pass(1);
  await expect(ended).rejects.toThrow("gone");
  expect(scene.stage.speech.said).toEqual([]);
});

test("with reduced motion commands still do what they say, sooner and smaller", async () => {
  const scene = new Scene();
  scene.stage.calm = true;
  const { ended } = scene.start("jump", { height: "high" });
  let highest = 0;
  for (let steps = 0; steps < 40; steps++) {
    await scene.pass(0.05);
    highest = Math.max(highest, scene.stage.ling.pose.now.lift);
  }
  await ended;
  expect(highest).toBeLessThan(0.45);
  await scene.perform("dance", { seconds: 20 });
  await scene.perform("camera", { view: "orbit" });
  expect(scene.stage.counts).toMatchObject({ jumps: 1, dances: 1 });
  expect(scene.stage.time).toBeLessThan(8);
});
