import { expect, it } from "vitest";
import { histogram, percentile } from "../../pages/inspector/latency.ts";

const of = (counts: number[]) => histogram({ le: [0.1, 0.5, 1], counts });

it("a percentile lies within its bucket by its share of it", () => {
  const found = of([10, 10, 0, 0]);
  expect(percentile(found, 0.5)).toEqual({ seconds: 0.1, beyond: false, position: 1 });
  expect(percentile(found, 0.75)?.seconds).toBeCloseTo(0.3);
  expect(percentile(found, 0.25)?.seconds).toBeCloseTo(0.05);
});

it("a percentile beyond all bounds is said to be more than the last one", () => {
  expect(percentile(of([1, 0, 0, 99]), 0.95)).toEqual({ seconds: 1, beyond: true, position: 3.5 });
});

it("nothing observed has no percentile", () => {
  expect(percentile(of([0, 0, 0, 0]), 0.5)).toBeUndefined();
  expect(percentile(histogram(undefined), 0.5)).toBeUndefined();
});

it.each([
  ["one count more than bounds", { le: [1], counts: [1, 2] }],
  ["a last bound that is null", { le: [1, null], counts: [1, 2] }],
])("%s: what lies beyond", (_name, given) => {
  expect(histogram(given)).toEqual({ bounds: [1, Number.POSITIVE_INFINITY], counts: [1, 2], total: 3 });
});
