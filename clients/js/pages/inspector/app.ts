/** The page: its bar, the sessions, and what is looked at. Drawn anew as a whole only when the language changes. */

import { h, icon } from "../demo/dom.ts";
import { onTheme, theme, turnTheme } from "../demo/preferences.ts";
import { askToken } from "./dialogs.ts";
import { latencyView } from "./latency-view.ts";
import { readFile } from "./open-file.ts";
import { sessionView } from "./session-view.ts";
import { sessionsView, type View } from "./sessions-view.ts";
import { iconButton, mark, PATHS, painter, put } from "./show.ts";
import { Store } from "./store.ts";
import { traceView } from "./trace-view.ts";
import { language, say, speak } from "./words.ts";

export function start(root: HTMLElement): Store {
  let page: Page | undefined;
  const paint = painter(() => page?.draw());
  const store = new Store(paint, () =>
    askToken(store.token.value !== undefined, (token) => {
      store.token.set(token);
      store.retry();
    }),
  );
  const build = (): void => {
    page?.dispose();
    page = new Page(root, store, () => {
      speak(language() === "zh" ? "en" : "zh");
      build();
    });
    page.draw();
  };
  speak(language());
  build();
  store.look(wanted());
  addEventListener("hashchange", () => {
    store.show(undefined);
    store.look(wanted());
  });
  store.start();
  return store;
}

/** The session that the address names: `#/s/ID`. */
function wanted(): string | undefined {
  const match = /^#\/s\/(.+)$/.exec(location.hash);
  return match?.[1] === undefined ? undefined : decodeURIComponent(match[1]);
}

class Page {
  #views: View[];
  #pane = h("div", { class: "pane" });
  #shown: View | undefined;
  #of: unknown = null;
  #status = h("span", { class: "connection", role: "status" });
  #retry = h(
    "button",
    { type: "button", class: "quiet", hidden: true, click: () => this.store.retry() },
    say("retry"),
  );
  #alert = h("p", { class: "page-alert", role: "alert", hidden: true });
  #stop = new AbortController();

  constructor(
    readonly root: HTMLElement,
    readonly store: Store,
    readonly turnLanguage: () => void,
  ) {
    const sessions = sessionsView(store, (id) => this.#choose(id));
    this.#views = [sessions, latencyView(store)];
    const side = h("div", { class: "side" }, ...this.#views.map((view) => view.element));
    root.replaceChildren(this.#bar(), this.#alert, h("main", { class: "columns" }, side, this.#pane));
    this.#listen();
  }

  draw(): void {
    const { store } = this;
    for (const view of this.#views) view.draw();
    const of = store.trace ?? store.watch;
    if (of !== this.#of) this.#change(of);
    this.#shown?.draw();
    this.root.dataset.view = of ? "one" : "all";
    document.documentElement.dataset.status = store.status.state;
    this.#drawStatus();
  }

  dispose(): void {
    this.#stop.abort();
    this.#shown?.dispose?.();
    for (const view of this.#views) view.dispose?.();
  }

  #change(of: unknown): void {
    const { store } = this;
    const first = this.#of === null;
    this.#of = of;
    this.#shown?.dispose?.();
    this.#shown = store.trace
      ? traceView(store.trace, () => store.show(undefined))
      : store.watch && sessionView(store, store.watch, () => this.#choose(undefined));
    this.#pane.replaceChildren(this.#shown?.element ?? welcome());
    if (!first && this.#shown) this.#pane.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  #choose(id: string | undefined): void {
    if (id === undefined) history.replaceState(null, "", location.pathname);
    else history.replaceState(null, "", `#/s/${encodeURIComponent(id)}`);
    this.store.show(undefined);
    this.store.look(id);
    if (id === undefined) this.root.querySelector<HTMLElement>(".sessions .virtual")?.focus();
  }

  #bar(): HTMLElement {
    const file = h("input", {
      type: "file",
      accept: ".jsonl,.json,.txt",
      hidden: true,
      "aria-label": say("trace.open"),
      id: "trace-file",
      change: () => {
        void this.#load(file.files?.[0]);
        file.value = "";
      },
    });
    const open = iconButton(PATHS.open, say("trace.open.title"), () => file.click(), say("trace.open"));
    const themes = iconButton(PATHS.theme, say("theme"), turnTheme);
    mark(themes, "aria-pressed", String(theme() === "dark"));
    onTheme((now) => mark(themes, "aria-pressed", String(now === "dark")));
    const words = h(
      "button",
      {
        type: "button",
        class: "icon",
        lang: language() === "zh" ? "en" : "zh-CN",
        "aria-label": say("language.label"),
        click: this.turnLanguage,
      },
      say("language"),
    );
    return h(
      "header",
      { class: "top" },
      h(
        "a",
        { class: "brand", href: "/" },
        h("img", { src: "/static/icon.svg", alt: "", width: 22, height: 22 }),
        "capserver",
      ),
      h("h1", {}, say("title")),
      this.#status,
      this.#retry,
      h("span", { class: "grow" }),
      file,
      open,
      words,
      themes,
    );
  }

  #drawStatus(): void {
    const { status, sessions } = this.store;
    mark(this.#status, "data-state", status.state);
    this.#retry.hidden = status.state !== "waiting" && status.state !== "unauthorized";
    const more =
      status.state === "open"
        ? say("link.count", sessions.attached, sessions.size - sessions.attached)
        : undefined;
    const why = status.state === "waiting" ? status.why : undefined;
    put(this.#status, [say(`link.${status.state}`), more, why].filter(Boolean).join(" · "));
  }

  #listen(): void {
    const { signal } = this.#stop;
    addEventListener(
      "dragover",
      (event) => {
        event.preventDefault();
        this.root.classList.add("dropping");
      },
      { signal },
    );
    addEventListener(
      "dragleave",
      (event) => event.relatedTarget === null && this.root.classList.remove("dropping"),
      { signal },
    );
    addEventListener(
      "drop",
      (event) => {
        event.preventDefault();
        this.root.classList.remove("dropping");
        void this.#load(event.dataTransfer?.files[0]);
      },
      { signal },
    );
    addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  #key(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.root.querySelector<HTMLElement>("#session-filter")?.focus();
  }

  async #load(file: File | undefined): Promise<void> {
    if (!file) return;
    const read = await readFile(file);
    this.#alert.hidden = read.trace !== undefined;
    put(this.#alert, read.trouble ?? "");
    if (read.trace) this.store.show(read.trace);
  }
}

function welcome(): HTMLElement {
  return h(
    "div",
    { class: "nothing" },
    icon(PATHS.chevron, "big"),
    h("p", {}, say("nothing")),
    h("p", { class: "soft" }, say("nothing.more")),
  );
}
