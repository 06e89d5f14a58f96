/** A recording, looked at offline: the same waterfall and wire, at any moment of it. */

import { h } from "../demo/dom.ts";
import { factsBar } from "./facts.ts";
import { clock, duration, offset } from "./format.ts";
import { asObject, textOf } from "./json.ts";
import { jsonView } from "./json-view.ts";
import { legend } from "./session-view.ts";
import { backButton, type View } from "./sessions-view.ts";
import { iconButton, mark, PATHS, put, shown } from "./show.ts";
import { Tabs } from "./tabs.ts";
import { passedBy, Replay, type Trace } from "./trace.ts";
import { TurnsView } from "./turns-view.ts";
import { WireView } from "./wire-view.ts";
import { say } from "./words.ts";

export function traceView(trace: Trace, close: () => void): View {
  const replay = new Replay(trace.entries);
  let now = trace.span;
  let count = trace.entries.length;
  const turns = new TurnsView(
    () => ({ turns: replay.to(count).list, now, relative: true }),
    say("tab.turns"),
  );
  const wire = new WireView(() => ({ entries: trace.entries.slice(0, count), relative: true, note: "" }), {
    name: () => trace.name,
  });
  const start = h("div", { class: "trace-start" }, jsonView(trace.session));
  const tabs = new Tabs([
    {
      name: "turns",
      label: say("tab.turns"),
      element: h("div", { class: "tab-body" }, h("div", { class: "tools" }, legend()), turns.element),
      draw: () => turns.draw(),
    },
    { name: "wire", label: say("tab.wire"), element: wire.element, draw: () => wire.draw() },
    { name: "start", label: say("tab.start"), element: start, draw: () => undefined },
  ]);
  const time = slider(trace, (at) => {
    now = at;
    count = passedBy(trace.entries, at);
    tabs.draw();
  });
  return {
    element: h(
      "section",
      { class: "session trace", "aria-label": say("trace") },
      head(trace, close),
      time.element,
      tabs.element,
    ),
    draw: () => tabs.draw(),
    dispose: () => {
      time.stop();
      wire.dispose();
    },
  };
}

function head(trace: Trace, close: () => void): HTMLElement {
  const client = asObject(asObject(trace.session.offer).client);
  const started = Date.parse(trace.started);
  const facts = factsBar();
  facts.fill([
    {
      label: say("trace.client"),
      value: [textOf(client.name), textOf(client.kind)].filter(Boolean).join(" · "),
    },
    {
      label: say("trace.started"),
      value: Number.isNaN(started)
        ? trace.started
        : `${trace.started.slice(0, 10)} ${clock(started).slice(0, 8)}`,
    },
    { label: say("trace.version"), value: trace.version },
    { label: say("trace.span"), value: duration(trace.span) },
    { label: say("trace.entries"), value: String(trace.entries.length) },
  ]);
  return h(
    "header",
    { class: "session-head" },
    h(
      "div",
      { class: "title-line" },
      backButton(close),
      h("h2", { tabindex: -1 }, ...shown(trace.name)),
      h("span", { class: "badge", "data-state": "trace" }, say("trace.offline")),
      h("span", { class: "grow" }),
      iconButton(PATHS.close, say("trace.close"), close, say("close")),
    ),
    facts.element,
  );
}

/** A slider over the time of a trace, with its density drawn behind it; it can play. */
function slider(trace: Trace, moved: (at: number) => void): { element: HTMLElement; stop(): void } {
  const range = h("input", {
    type: "range",
    min: 0,
    max: Math.ceil(trace.span),
    step: 1,
    "aria-label": say("trace.time"),
    input: () => go(Number(range.value)),
  });
  const told = h("output", { class: "mono" });
  const play = iconButton(PATHS.play, say("trace.play"), () => (playing ? stop() : start()));
  let playing = 0;
  const go = (at: number): void => {
    range.value = String(at);
    put(told, `${offset(at)} / ${offset(trace.span)}`);
    range.setAttribute("aria-valuetext", offset(at));
    moved(at);
  };
  const stop = (): void => {
    cancelAnimationFrame(playing);
    playing = 0;
    mark(play, "aria-pressed", "false");
  };
  const start = (): void => {
    const from = Number(range.value) >= trace.span ? 0 : Number(range.value);
    const began = performance.now();
    mark(play, "aria-pressed", "true");
    const step = (time: number): void => {
      const at = from + (time - began);
      go(Math.min(at, Math.ceil(trace.span)));
      playing = at < trace.span ? requestAnimationFrame(step) : 0;
      if (!playing) stop();
    };
    playing = requestAnimationFrame(step);
  };
  range.value = range.max;
  put(told, `${offset(trace.span)} / ${offset(trace.span)}`);
  range.addEventListener("pointerdown", stop);
  range.addEventListener("keydown", stop);
  return {
    element: h(
      "div",
      { class: "time-line" },
      play,
      h("div", { class: "time-track" }, density(trace), range),
      told,
    ),
    stop,
  };
}

const PARTS = 96;

function density(trace: Trace): HTMLElement {
  const counts = new Array<number>(PARTS).fill(0);
  for (const entry of trace.entries) {
    const part = Math.min(PARTS - 1, Math.floor((entry.at / Math.max(1, trace.span)) * PARTS));
    counts[part] = (counts[part] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  return h(
    "div",
    { class: "density", "aria-hidden": "true" },
    ...counts.map((count) => {
      const bar = h("i", {});
      bar.style.height = `${count === 0 ? 0 : 12 + (count / most) * 88}%`;
      return bar;
    }),
  );
}
