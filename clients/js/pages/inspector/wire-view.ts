/** The frames of a session or a trace: a list, a filter, and the one that is chosen in full. */

import { h } from "../demo/dom.ts";
import { clock, offset } from "./format.ts";
import { jsonView } from "./json-view.ts";
import { copy, iconButton, mark, PATHS, put, save } from "./show.ts";
import { VirtualList } from "./virtual.ts";
import { escaped } from "./visible.ts";
import { type Entry, sifted, type Way, type WireFilter } from "./wire.ts";
import { say } from "./words.ts";

export interface WireSource {
  entries: readonly Entry[];
  relative: boolean;
  /** What is told beside the count: what was dropped, what waits. */
  note: string;
}

export interface WireControls {
  pause?: { get(): boolean; set(paused: boolean): void };
  clear?: () => void;
  name: () => string;
}

const HEIGHT = 24;
const ARROWS: Record<Way, string> = { in: "→", out: "←", mark: "•" };

export class WireView {
  readonly element: HTMLElement;
  #filter: WireFilter = { words: "", way: "both", quiet: false };
  #list: VirtualList<Entry>;
  #note = h("span", { class: "count" });
  #empty = h("p", { class: "empty" }, say("wire.empty"));
  #detail = h("div", { class: "wire-detail", hidden: true });
  #chosen: Entry | undefined;
  #relative = false;
  #pause: HTMLButtonElement | undefined;

  constructor(
    readonly source: () => WireSource,
    readonly controls: WireControls,
  ) {
    this.#list = new VirtualList<Entry>({
      height: HEIGHT,
      label: say("wire"),
      role: "listbox",
      key: (entry) => entry.n,
      make: makeRow,
      fill: (row, entry) => this.#fill(row, entry),
      onMove: (entry) => this.#choose(entry),
      onChoose: (entry) => this.#choose(entry),
    });
    this.#list.follow = true;
    this.#list.element.addEventListener("scroll", () => {
      this.#list.follow = this.#list.atEnd && this.#chosen === undefined;
    });
    this.element = h(
      "div",
      { class: "wire" },
      this.#tools(),
      h("div", { class: "wire-body" }, this.#list.element, this.#detail),
      this.#empty,
    );
  }

  draw(): void {
    const { entries, relative, note } = this.source();
    this.#relative = relative;
    const rows = sifted(entries, this.#filter);
    const held = this.#chosen;
    this.#list.active = held ? rows.findIndex((row) => row.n === held.n) : -1;
    this.#list.set(rows);
    this.#empty.hidden = rows.length > 0;
    put(
      this.#note,
      [rows.length === entries.length ? `${rows.length}` : `${rows.length} / ${entries.length}`, note]
        .filter(Boolean)
        .join(" · "),
    );
    if (this.#pause) mark(this.#pause, "aria-pressed", String(this.controls.pause?.get() ?? false));
  }

  dispose(): void {
    this.#list.dispose();
  }

  #tools(): HTMLElement {
    const { pause, clear } = this.controls;
    const words = h("input", {
      type: "search",
      class: "filter",
      placeholder: say("wire.filter"),
      "aria-label": say("wire.filter"),
      autocomplete: "off",
      spellcheck: "false",
      input: () => this.#sift({ words: words.value }),
    });
    const way = h(
      "select",
      { "aria-label": say("wire.way"), change: () => this.#sift({ way: way.value as Way | "both" }) },
      h("option", { value: "both" }, say("wire.both")),
      h("option", { value: "in" }, say("wire.in")),
      h("option", { value: "out" }, say("wire.out")),
      h("option", { value: "mark" }, say("wire.mark")),
    );
    const quiet = h("input", { type: "checkbox", change: () => this.#sift({ quiet: quiet.checked }) });
    const bar = h(
      "div",
      { class: "tools" },
      words,
      way,
      h("label", {}, quiet, say("wire.quiet")),
      this.#note,
    );
    if (pause) {
      this.#pause = iconButton(PATHS.pause, say("wire.pause"), () => {
        pause.set(!pause.get());
        this.draw();
      });
      bar.append(this.#pause);
    }
    const copyAll = iconButton(PATHS.copy, say("wire.copy"), () => void copy(this.#asText(), copyAll));
    const saveAll = iconButton(PATHS.save, say("wire.save"), () =>
      save(`${this.controls.name()}.frames.jsonl`, this.#asText(), "application/jsonl"),
    );
    bar.append(copyAll, saveAll);
    if (clear) bar.append(iconButton(PATHS.trash, say("wire.clear"), clear));
    return bar;
  }

  #asText(): string {
    return this.#list.items
      .map((entry) => JSON.stringify({ at: entry.at, direction: entry.way, frame: entry.frame }))
      .join("\n");
  }

  #sift(change: Partial<WireFilter>): void {
    Object.assign(this.#filter, change);
    this.draw();
  }

  #fill(row: HTMLElement, entry: Entry): void {
    const [time, arrow, seq, type, about] = row.children;
    if (!time || !arrow || !seq || !type || !about) return;
    row.className = `wire-row ${entry.way}${entry.n === this.#chosen?.n ? " active" : ""}`;
    mark(row, "data-type", entry.type);
    mark(row, "aria-selected", String(entry.n === this.#chosen?.n));
    put(time, this.#relative ? offset(entry.at) : clock(entry.at));
    put(arrow, ARROWS[entry.way]);
    mark(arrow, "aria-label", say(`wire.${entry.way}`));
    put(seq, entry.seq === undefined ? "" : String(entry.seq));
    put(type, entry.type === "gap" ? say("wire.gap") : entry.type);
    put(about, entry.type === "gap" ? "" : entry.about);
  }

  #choose(entry: Entry | undefined): void {
    this.#chosen = entry;
    this.#list.follow = entry === undefined && this.#list.atEnd;
    this.#detail.hidden = entry === undefined;
    if (entry) this.#detail.replaceChildren(...this.#full(entry));
    this.draw();
  }

  #full(entry: Entry): HTMLElement[] {
    const text = JSON.stringify(entry.frame, null, 2);
    const button = iconButton(PATHS.copy, say("wire.copy.one"), () => void copy(text, button));
    const head = h(
      "header",
      {},
      h("b", {}, escaped(entry.type)),
      h("small", {}, this.#relative ? offset(entry.at) : clock(entry.at)),
      button,
      iconButton(PATHS.close, say("close"), () => {
        this.#choose(undefined);
        this.#list.element.focus();
      }),
    );
    return [head, jsonView(entry.frame)];
  }
}

function makeRow(): HTMLElement {
  const cell = (name: string): HTMLElement => h("span", { class: name });
  const arrow = h("span", { class: "w-way", role: "img" });
  return h(
    "div",
    { class: "wire-row" },
    cell("w-time"),
    arrow,
    cell("w-seq"),
    cell("w-type"),
    cell("w-about"),
  );
}
