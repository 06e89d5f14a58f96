import { expect, it } from "vitest";
import { Ring } from "../../pages/inspector/ring.ts";

it("a ring forgets its oldest items and counts them", () => {
  const ring = new Ring<number>(3);
  for (let n = 1; n <= 5; n += 1) ring.push(n);
  expect(ring.items).toEqual([3, 4, 5]);
  expect([ring.length, ring.dropped]).toEqual([3, 2]);
});

it("a ring forgets by weight, but never the newest", () => {
  const ring = new Ring<string>(10, 100);
  ring.push("a", 60);
  ring.push("b", 60);
  expect(ring.items).toEqual(["b"]);
  ring.push("huge", 1000);
  expect(ring.items).toEqual(["huge"]);
});

it("a ring that was cleared begins anew", () => {
  const ring = new Ring<number>(1);
  ring.push(1);
  ring.push(2);
  ring.clear();
  expect([ring.items, ring.dropped]).toEqual([[], 0]);
});
