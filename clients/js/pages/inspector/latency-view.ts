/** Plan latencies as bars, with the percentiles read off. */

import { h } from "../demo/dom.ts";
import { type Histogram, percentile, type Reading } from "./latency.ts";
import type { View } from "./sessions-view.ts";
import type { Store } from "./store.ts";
import { say } from "./words.ts";

const SHARES = [
  ["p50", 0.5],
  ["p95", 0.95],
  ["p99", 0.99],
] as const;

export function latencyView(store: Store): View {
  const body = h("div", { class: "charts" });
  let drawn: unknown = null;
  return {
    element: h(
      "section",
      { class: "latency", "aria-labelledby": "latency-title" },
      h("header", { class: "bar" }, h("h2", { id: "latency-title" }, say("latency"))),
      body,
    ),
    draw: () => {
      if (drawn === store.latency) return;
      drawn = store.latency;
      if (!store.latency) return;
      body.replaceChildren(
        chart(say("latency.first"), store.latency.first),
        chart(say("latency.total"), store.latency.total),
      );
    },
  };
}

function chart(title: string, found: Histogram): HTMLElement {
  const readings = SHARES.map(([name, share]) => ({ name, reading: percentile(found, share) }));
  const told = readings.map(({ name, reading }) => `${name} ${read(reading)}`).join(", ");
  const plot = h("div", {
    class: "plot",
    role: "img",
    "aria-label": `${title}: ${told}, n = ${found.total}`,
  });
  const [from, to] = shownBuckets(found);
  const most = Math.max(1, ...found.counts);
  for (let at = from; at < to; at += 1) plot.append(bar(found, at, most));
  for (const { name, reading } of readings) {
    if (!reading) continue;
    const line = h("span", { class: `percentile ${name}` });
    line.style.left = `${((reading.position - from) / (to - from)) * 100}%`;
    plot.append(line);
  }
  const axis = h("div", { class: "axis" });
  axis.append(h("span", {}, bound(found.bounds[from - 1] ?? 0)), h("span", {}, bound(found.bounds[to - 1])));
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, title, h("small", {}, `n = ${found.total}`)),
    plot,
    axis,
    h(
      "dl",
      {},
      ...readings.map(({ name, reading }) =>
        h("div", { class: name }, h("dt", {}, name), h("dd", {}, read(reading))),
      ),
    ),
  );
}

function bar({ counts, bounds }: Histogram, at: number, most: number): HTMLElement {
  const count = counts[at] ?? 0;
  const element = h("span", {
    class: "column",
    title: `${bound(bounds[at - 1] ?? 0)} – ${bound(bounds[at])}: ${count}`,
  });
  const fill = h("i", {});
  fill.style.height = `${(count / most) * 100}%`;
  fill.classList.toggle("none", count === 0);
  element.append(fill);
  return element;
}

/** From one bucket before the first that holds anything to one after the last. */
function shownBuckets({ counts }: Histogram): [number, number] {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return [0, counts.length];
  const last = counts.findLastIndex((count) => count > 0);
  return [Math.max(0, first - 1), Math.min(counts.length, last + 2)];
}

function bound(seconds: number | undefined): string {
  if (seconds === undefined || seconds === Number.POSITIVE_INFINITY) return "∞";
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds} s`;
}

function read(reading: Reading | undefined): string {
  if (!reading) return "–";
  const { seconds, beyond } = reading;
  const text =
    seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  return beyond ? `> ${text}` : text;
}
