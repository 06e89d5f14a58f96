import { expect, test } from "vitest";
import { placeOf } from "../../pages/demo/world/places.ts";
import { faultOf, Scene } from "./playing.ts";

const near = (a: { x: number; z: number }, b: { x: number; z: number }) => Math.hypot(a.x - b.x, a.z - b.z);

test("she walks to each place and stands there", async () => {
  const scene = new Scene();
  for (const id of ["window", "table", "shelf", "basket", "plant", "front", "lamp", "cushion", "rug"]) {
    await scene.perform("walk_to", { to: id });
    expect(near(scene.stage.ling, placeOf(id)?.stand ?? { x: 9, z: 9 }), id).toBeLessThan(0.2);
  }
  expect(scene.stage.performed.walk_to).toBe(9);
});

test("she comes near to an object and turns to it", async () => {
  const scene = new Scene();
  await scene.perform("walk_to", { to: "yellow_ball", pace: "run" });
  const { ling } = scene.stage;
  const ball = scene.stage.thing("yellow_ball");
  expect(near(ling, ball)).toBeLessThan(0.75);
  expect(Math.atan2(ball.x - ling.x, ball.z - ling.z)).toBeCloseTo(ling.heading, 1);
});

test("a long walk tells how far it is", async () => {
  const scene = new Scene();
  scene.stage.ling.x = -2;
  const walk = scene.start("walk_to", { to: "lamp" });
  await scene.pass(6);
  await walk.ended;
  expect(walk.progress.length).toBeGreaterThan(0);
  expect([...walk.progress].sort((a, b) => a - b)).toEqual(walk.progress);
});

test("picking up, carrying, putting down and throwing move the object", async () => {
  const scene = new Scene();
  const ball = scene.stage.thing("red_ball");
  await scene.perform("pick_up", { object: "red_ball" });
  expect(ball.held).toBe("ling");
  await scene.perform("walk_to", { to: "window" });
  expect(near(ball, scene.stage.ling)).toBeLessThan(0.8);
  await scene.perform("put_down", { place: "table" });
  expect(ball.place.id).toBe("table");
  expect(ball.held).toBeNull();
  expect(ball.y).toBeGreaterThan(0.4);
  await scene.perform("pick_up", { object: "red_ball" });
  await scene.perform("throw", { to: "shelf", strength: "hard" });
  expect(ball.place.id).not.toBe("table");
  expect(ball.held).toBeNull();
  expect(scene.stage.ling.holding).toBeNull();
});

test.each(["red_ball", "blue_ball", "yellow_ball", "cube", "star", "book", "music_box", "bun"])(
  "she can reach the %s",
  async (object) => {
    const scene = new Scene();
    await scene.perform("pick_up", { object });
    expect(scene.stage.ling.holding?.id).toBe(object);
  },
);

test("what is thrown bounces and comes to rest inside the room", async () => {
  const scene = new Scene();
  await scene.perform("pick_up", { object: "red_ball" });
  const flight = scene.start("throw", { strength: "hard" });
  const ball = scene.stage.thing("red_ball");
  let highest = 0;
  for (let steps = 0; steps < 60; steps++) {
    await scene.pass(0.05);
    highest = Math.max(highest, ball.y);
  }
  await scene.pass(4);
  await flight.ended;
  expect(highest).toBeGreaterThan(0.6);
  expect(ball.resting).toBe(true);
  expect(Math.abs(ball.x)).toBeLessThan(2.5);
  expect(Math.abs(ball.z)).toBeLessThan(2.3);
});

test.each([
  ["throw", {}, "not_holding"],
  ["put_down", {}, "not_holding"],
  ["pick_up", { object: "piano" }, "unknown_object"],
  ["walk_to", { to: "moon" }, "unknown_place"],
  ["sit", { place: "moon" }, "unknown_place"],
  ["look_at", { target: "moon" }, "unknown_place"],
  ["camera", { view: "below" }, "unknown_view"],
  ["play_sound", { sound: "thunder" }, "unknown_sound"],
] as const)("%s %o is refused as %s", async (name, args, code) => {
  expect(await faultOf(new Scene().perform(name, args))).toBe(code);
});

test("a second object is refused while the hand is full, and the fault says which one it holds", async () => {
  const scene = new Scene();
  await scene.perform("pick_up", { object: "star" });
  await expect(scene.perform("pick_up", { object: "book" })).rejects.toThrow(/already holds the star/);
});

test("she stands up by herself for what she cannot do while sitting", async () => {
  const scene = new Scene();
  await scene.perform("sit", { place: "cushion" });
  expect(scene.stage.ling).toMatchObject({ posture: "sitting", seat: "cushion" });
  await scene.perform("jump", { times: 2 });
  expect(scene.stage.ling.posture).toBe("standing");
  expect(scene.stage.counts.jumps).toBe(2);
});

test("each way to move comes to its end and leaves her joints at rest", async () => {
  const scene = new Scene();
  for (const [name, args] of [
    ["wave", { hand: "both", times: 3 }],
    ["spin", { turns: 2 }],
    ["bow", { deep: true }],
    ["nod", {}],
    ["shake_head", {}],
    ["turn", { direction: "left", degrees: 120 }],
    ["turn", { direction: "front" }],
    ["come_here", {}],
    ["stand", {}],
    ["vibrate", { seconds: 0.3 }],
    ...["bounce", "ballet", "disco", "robot", "twist", "sway", "taichi"].map(
      (style) => ["dance", { style, seconds: 1 }] as const,
    ),
  ] as const) {
    await scene.perform(name, args);
  }
  await scene.pass(2);
  const { now } = scene.stage.ling.pose;
  for (const joint of ["lift", "tilt", "lean", "twist", "crouch"] as const) {
    expect(Math.abs(now[joint]), joint).toBeLessThan(0.05);
  }
  expect(scene.stage.counts).toMatchObject({ waves: 3, dances: 7 });
});

test("a turn goes the way and as far as it was asked for", async () => {
  const scene = new Scene();
  const before = scene.stage.ling.heading;
  await scene.perform("turn", { direction: "left", degrees: 90 });
  expect(scene.stage.ling.heading - before).toBeCloseTo(Math.PI / 2, 2);
});

test("face, skin, voice and body run side by side", async () => {
  const scene = new Scene();
  const all = [
    scene.start("dance", { seconds: 3 }),
    scene.start("set_expression", { expression: "happy" }),
    scene.start("change_color", { hex: "#FF8800" }),
    scene.start("say", { text: "Hello, 你好" }),
    scene.start("look_at", { direction: "up" }),
  ];
  await scene.pass(0.2);
  expect([...scene.stage.running.values()]).toHaveLength(5);
  await scene.pass(6);
  await Promise.all(all.map(({ ended }) => ended));
  expect(scene.stage.ling).toMatchObject({ expression: "happy", color: "#ff8800" });
  expect(scene.stage.speech.said).toEqual(["Hello, 你好"]);
  expect(scene.stage.running.size).toBe(0);
});

test("the bubble fills while the text is still being written", async () => {
  const scene = new Scene();
  let write: (text: string) => void = () => {};
  let finish: () => void = () => {};
  async function* slowly() {
    yield "One ";
    yield await new Promise<string>((resolve) => {
      write = resolve;
    });
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  }
  const { ended } = scene.start("say", {}, slowly());
  await scene.pass(1);
  expect(scene.stage.speech.shown).toBe("One ");
  write("two.");
  await scene.pass(1);
  expect(scene.stage.speech.shown).toBe("One two.");
  finish();
  await scene.pass(2);
  await ended;
});

test("the camera tells its view, and an orbit ends where it began", async () => {
  const scene = new Scene();
  await scene.perform("camera", { view: "top" });
  expect(scene.stage.camera.view).toBe("top");
  await scene.perform("camera", { view: "orbit" });
  expect(scene.stage.camera.view).toBe("front");
});

test("the scene and her energy can be asked for", async () => {
  const scene = new Scene();
  await scene.perform("pick_up", { object: "bun" });
  expect(await scene.perform("get_scene")).toMatchObject({
    ling: { holding: "bun", posture: "standing" },
    objects: expect.arrayContaining([{ id: "bun", name: "bun", where: "in Ling's hand 在灵的手里" }]),
  });
  const before = (await scene.perform("get_energy")) as { percent: number };
  for (let times = 0; times < 5; times++) await scene.perform("jump");
  const after = (await scene.perform("get_energy")) as { percent: number };
  expect(after.percent).toBeLessThan(before.percent);
});
