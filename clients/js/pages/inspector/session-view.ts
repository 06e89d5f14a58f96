/** One session: its facts, its log, its turns, its wire, its manifest, and the place to steer it from. */

import { h } from "../demo/dom.ts";
import { Refused } from "./api.ts";
import { ask } from "./dialogs.ts";
import { type Fact, factsBar } from "./facts.ts";
import { age, clock } from "./format.ts";
import { logBar } from "./log-bar.ts";
import { manifestView } from "./manifest-view.ts";
import { recorder } from "./recorder.ts";
import { refusalText } from "./refusal.ts";
import type { Session } from "./sessions.ts";
import { backButton, type View } from "./sessions-view.ts";
import { iconButton, mark, PATHS, put, statusIcon, statusWord } from "./show.ts";
import { steerView } from "./steer-view.ts";
import type { Store } from "./store.ts";
import { Tabs } from "./tabs.ts";
import { readTrace } from "./trace.ts";
import { TurnsView } from "./turns-view.ts";
import type { Watch } from "./watch.ts";
import { WireView } from "./wire-view.ts";
import { say } from "./words.ts";

export function sessionView(store: Store, watch: Watch, back: () => void): View {
  const turns = new TurnsView(
    () => ({ turns: watch.turns.list, now: Date.now(), relative: false }),
    say("tab.turns"),
  );
  const wire = new WireView(() => ({ entries: watch.wire.entries, relative: false, note: wireNote(watch) }), {
    pause: { get: () => watch.wire.paused, set: (paused) => watch.wire.pause(paused) },
    clear: () => watch.clear(),
    name: () => watch.session?.name ?? watch.id,
  });
  const steer = steerView(watch);
  const manifest = manifestView(watch, (name) => steer.command(name));
  const fold = h(
    "div",
    { class: "tools" },
    h("button", { type: "button", class: "quiet", click: () => turns.unfold(true) }, say("turns.unfold")),
    h("button", { type: "button", class: "quiet", click: () => turns.unfold(false) }, say("turns.fold")),
    legend(),
  );
  const tabs = new Tabs([
    {
      name: "turns",
      label: say("tab.turns"),
      element: h("div", { class: "tab-body" }, fold, turns.element),
      draw: () => turns.draw(),
    },
    { name: "wire", label: say("tab.wire"), element: wire.element, draw: () => wire.draw() },
    { name: "manifest", label: say("tab.manifest"), element: manifest.element, draw: () => manifest.draw() },
  ]);
  const head = header(store, watch, back);
  const beat = setInterval(() => {
    if (!document.hidden && watch.turns.open) tabs.draw();
  }, 120);
  return {
    element: h(
      "section",
      { class: "session", "aria-label": say("session") },
      head.element,
      tabs.element,
      steer.element,
    ),
    draw: () => {
      head.draw();
      tabs.count("turns", watch.turns.list.length);
      tabs.count("manifest", watch.detail?.commands.length ?? watch.session?.commands);
      tabs.draw();
      steer.draw();
    },
    dispose: () => {
      clearInterval(beat);
      wire.dispose();
      steer.dispose?.();
    },
  };
}

function wireNote({ wire }: Watch): string {
  return [
    wire.paused && say("wire.waiting", wire.waiting),
    wire.dropped > 0 && say("wire.dropped", wire.dropped),
    wire.missed > 0 && say("missed", wire.missed),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What the marks in the waterfall mean. */
export function legend(): HTMLElement {
  const kinds = ["queued", "planning", "value", "writing", "waiting", "running"] as const;
  return h(
    "span",
    { class: "legend", "aria-hidden": "true" },
    ...kinds.map((kind) => h("span", {}, h("i", { class: `segment ${kind}` }), say(`legend.${kind}`))),
  );
}

function header(store: Store, watch: Watch, back: () => void): View {
  const title = h("h2", { tabindex: -1 });
  const state = h("span", { class: "badge" });
  const facts = factsBar();
  const log = logBar();
  const notice = h("p", { class: "notice", role: "status", hidden: true });
  const record = recorder(watch, (text) => store.show(readTrace(text, watch.session?.name ?? watch.id)));
  const end = iconButton(PATHS.trash, say("end.title"), () => void finish(watch, notice), say("end"));
  end.classList.add("danger");
  let drawn: unknown;
  const element = h(
    "header",
    { class: "session-head" },
    h(
      "div",
      { class: "title-line" },
      backButton(back),
      title,
      state,
      h("span", { class: "grow" }),
      record.element,
      end,
    ),
    facts.element,
    log.element,
    notice,
  );
  return {
    element,
    draw: () => {
      const { session } = watch;
      record.draw();
      end.disabled = watch.ended;
      const key = `${watch.ended} ${watch.status.state}`;
      if (drawn === session && element.dataset.key === key) return;
      drawn = session;
      element.dataset.key = key;
      put(title, session?.name ?? watch.id);
      const word = watch.ended ? "lost" : (session?.state ?? "queued");
      state.replaceChildren(
        statusIcon(watch.ended ? "cancelled" : word),
        watch.ended ? say("ended") : session ? statusWord(word) : "…",
      );
      mark(state, "data-state", watch.ended ? "ended" : word);
      if (session) facts.fill(factsOf(session));
      if (session) log.draw(session);
      noticeOf(watch, notice);
    },
  };
}

function noticeOf(watch: Watch, notice: HTMLElement): void {
  const told = watch.ended
    ? say("session.ended")
    : watch.status.state === "waiting"
      ? say("session.waiting")
      : "";
  notice.hidden = told === "" && !notice.dataset.refused;
  if (told !== "") put(notice, told);
}

function factsOf(session: Session): Fact[] {
  const open = session.open.map((call) => call.name).slice(0, 3);
  return [
    { label: "id", value: session.id, mono: true },
    { label: say("fact.kind"), value: [session.kind, session.version].filter(Boolean).join(" ") },
    { label: say("fact.locale"), value: session.locale },
    { label: say("fact.profile"), value: session.profile },
    { label: say("fact.address"), value: session.address, mono: true },
    {
      label: say("fact.opened"),
      value: `${clock(session.opened).slice(0, 8)} (${age(Date.now() - session.opened)})`,
    },
    { label: say("fact.rev"), value: String(session.rev) },
    {
      label: say("fact.digest"),
      value: session.digest.replace("sha256:", "").slice(0, 10),
      mono: true,
      title: session.digest,
    },
    { label: say("fact.queue"), value: session.queued === 0 ? "" : String(session.queued) },
    {
      label: say("fact.open"),
      value: open.length === 0 ? "" : `${session.open.length} (${open.join(", ")})`,
    },
  ];
}

async function finish(watch: Watch, notice: HTMLElement): Promise<void> {
  const name = watch.session?.name ?? watch.id;
  if (!(await ask(say("end.ask", name), say("end.about"), say("end.confirm")))) return;
  try {
    await watch.api.end(watch.id);
    watch.end();
  } catch (refused) {
    if (refused instanceof Refused && (refused.status === 404 || refused.status === 410)) return watch.end();
    notice.dataset.refused = "true";
    notice.hidden = false;
    put(notice, refusalText(refused));
  }
}
