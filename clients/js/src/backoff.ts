/**
 * How long to wait before an attempt, in ms: anything from nothing to a bound that doubles each time (full jitter).
 * Clients that were cut off together do not come back together.
 */
export const backoff = (attempt: number, base: number, cap: number, random = Math.random): number =>
  random() * Math.min(cap, base * 2 ** attempt);
