/** A histogram as the server tells it, and what is read off it. */

import { asList, asObject, numberOf } from "./json.ts";

export interface Histogram {
  /** Upper bounds in seconds, rising; the last bucket has none (Infinity). */
  bounds: number[];
  /** Observations per bucket (not added up). */
  counts: number[];
  total: number;
}

/** From `{le: [s…], counts: […]}`; one count more than bounds, or a null bound, is what lies beyond them. */
export function histogram(value: unknown): Histogram {
  const given = asObject(value);
  const bounds = asList(given.le).map((bound) => numberOf(bound) ?? Number.POSITIVE_INFINITY);
  const counts = asList(given.counts).map((count) => Math.max(0, numberOf(count) ?? 0));
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) bounds.push(Number.POSITIVE_INFINITY);
  while (counts.length < bounds.length) counts.push(0);
  counts.length = bounds.length;
  return { bounds, counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

export interface Reading {
  /** Seconds; where `beyond`, at least that. */
  seconds: number;
  beyond: boolean;
  /** Where it lies among the buckets: 2.5 is the middle of the third. */
  position: number;
}

/** The value below which `share` of the observations lie, by linear interpolation in its bucket. */
export function percentile({ bounds, counts, total }: Histogram, share: number): Reading | undefined {
  if (total === 0) return undefined;
  let rest = share * total;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && rest <= count) return within(bounds, index, rest / count);
    rest -= count;
  }
  return undefined;
}

function within(bounds: number[], index: number, part: number): Reading {
  const low = index === 0 ? 0 : (bounds[index - 1] ?? 0);
  const high = bounds[index] ?? Number.POSITIVE_INFINITY;
  if (high === Number.POSITIVE_INFINITY) return { seconds: low, beyond: true, position: index + 0.5 };
  return { seconds: low + (high - low) * part, beyond: false, position: index + part };
}
