/** Every frame, in and out: to filter, to unfold, to copy. */
import type { Events, Frame } from "../../src/index.ts";
import { copied } from "./clipboard.ts";
import { $, h } from "./dom.ts";
import { Row } from "./wire-row.ts";
import { say, spoken, translate, type Word } from "./words.ts";

const MOST = 500; // rows
const BEATS: ReadonlySet<string> = new Set(["ack", "ping", "pong"]);

/** A frame as it was seen; what came was parsed, and no more. */
export type Seen = Omit<Events["frame"], "frame"> & { readonly frame: Frame };

export class Wire {
  readonly #rows: Row[] = [];
  readonly #held: Seen[] = [];
  readonly #types = new Set<string>();
  readonly #count = $("wire-count");
  readonly #list = h("ol", { class: "frames", tabindex: 0, "data-t-label": "wire.frames" });
  readonly #none = h("p", { class: "empty", "data-t": "wire.empty", hidden: true });
  readonly #find = h("input", {
    type: "search",
    id: "wire-find",
    "data-t-placeholder": "wire.find",
    "data-t-label": "wire.find",
    input: () => this.#filter(),
  });
  readonly #type = h("select", {
    id: "wire-type",
    "data-t-label": "wire.type",
    change: () => this.#filter(),
  });
  readonly #joins = toggle("wire-deltas", "wire.deltas", true, () => this.#filter());
  readonly #beats = toggle("wire-beats", "wire.beats", false, () => this.#filter());
  readonly #pause = h("button", {
    type: "button",
    class: "quiet",
    id: "wire-pause",
    "aria-pressed": "false",
    click: () => this.#hold(),
  });
  readonly #copy = h("button", {
    type: "button",
    class: "quiet",
    id: "wire-copy",
    "data-t": "wire.copy.all",
    click: () => void this.#copyAll(),
  });
  readonly #clear = h("button", {
    type: "button",
    class: "quiet",
    id: "wire-clear",
    "data-t": "wire.clear",
    click: () => this.#empty(),
  });
  readonly #directions: HTMLElement;
  #direction = "all";
  #paused = false;
  #total = 0;

  constructor() {
    const panel = $("wire");
    this.#directions = this.#choices();
    const switches = h("div", { class: "switches" }, this.#joins.label, this.#beats.label);
    const bar = h(
      "div",
      { class: "bar" },
      this.#directions,
      this.#type,
      this.#find,
      switches,
      h("span", { class: "gap" }),
      this.#pause,
      this.#copy,
      this.#clear,
    );
    panel.append(bar, this.#list, this.#none);
    panel.addEventListener("shown", () => this.#newest());
    spoken(() => this.#translate(panel));
  }

  /** Note a frame; while paused it waits. */
  see({ frame, ...how }: Events["frame"]): void {
    const seen = { ...how, frame: frame as unknown as Frame };
    this.#count.textContent = String(++this.#total);
    if (this.#paused) {
      this.#held.push(seen);
      if (this.#held.length > MOST) this.#held.shift();
      this.#words();
    } else this.#add(seen);
  }

  #add(seen: Seen): void {
    const follow = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 48;
    if (!this.#types.has(seen.frame.type)) this.#know(seen.frame.type);
    const last = this.#rows.at(-1);
    if (this.#joins.input.checked && last?.takes(seen)) last.join(seen);
    else this.#append(new Row(seen));
    if (follow) this.#newest();
  }

  #append(row: Row): void {
    row.item.hidden = !this.#fits(row);
    this.#rows.push(row);
    this.#list.append(row.item);
    if (!row.item.hidden) this.#none.hidden = true;
    if (this.#rows.length <= MOST) return;
    // A page left open must not lose what matters to a night of pings.
    const old = Math.max(
      0,
      this.#rows.findIndex((each) => BEATS.has(each.type)),
    );
    this.#rows.splice(old, 1)[0]?.item.remove();
  }

  #fits(row: Row): boolean {
    if (!this.#beats.input.checked && BEATS.has(row.type) && this.#type.value !== row.type) return false;
    if (this.#direction !== "all" && row.direction !== this.#direction) return false;
    if (this.#type.value && row.type !== this.#type.value) return false;
    return row.has(this.#find.value.trim().toLowerCase());
  }

  #filter(): void {
    let shown = 0;
    for (const row of this.#rows) {
      row.item.hidden = !this.#fits(row);
      if (!row.item.hidden) shown++;
    }
    this.#none.hidden = shown > 0;
    this.#newest();
  }

  #hold(): void {
    this.#paused = !this.#paused;
    this.#pause.setAttribute("aria-pressed", String(this.#paused));
    if (!this.#paused) for (const seen of this.#held.splice(0)) this.#add(seen);
    this.#words();
  }

  async #copyAll(): Promise<void> {
    const lines = this.#rows.filter((row) => !row.item.hidden).flatMap((row) => row.lines());
    await copied(lines.join("\n"), this.#copy, "wire.copy.all");
  }

  #empty(): void {
    this.#rows.length = this.#held.length = this.#total = 0;
    this.#list.replaceChildren();
    this.#count.textContent = "0";
    this.#words();
  }

  #newest(): void {
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #know(type: string): void {
    this.#types.add(type);
    this.#type.append(h("option", { value: type }, type));
  }

  #choices(): HTMLElement {
    const choose = (direction: string): void => {
      this.#direction = direction;
      for (const each of group.children)
        each.setAttribute("aria-pressed", String(each.getAttribute("data-direction") === direction));
      this.#filter();
    };
    const words = { all: "wire.all", in: "wire.in", out: "wire.out" } as const;
    const buttons = Object.entries(words).map(([direction, word]) =>
      h("button", {
        type: "button",
        "data-direction": direction,
        "data-t": word,
        "aria-pressed": direction === "all" ? "true" : "false",
        click: () => choose(direction),
      }),
    );
    const group = h(
      "div",
      { class: "segments", role: "group", "data-t-label": "wire.direction" },
      ...buttons,
    );
    return group;
  }

  #translate(panel: HTMLElement): void {
    const chosen = this.#type.value;
    this.#type.replaceChildren(
      h("option", { value: "" }, say("wire.types")),
      ...[...this.#types].map((type) => h("option", { value: type }, type)),
    );
    this.#type.value = chosen;
    translate(panel);
    this.#words();
  }

  #words(): void {
    this.#pause.textContent = this.#paused ? say("wire.resume", this.#held.length) : say("wire.pause");
  }
}

/** A box to tick, with its words beside it. */
function toggle(
  id: string,
  word: Word,
  checked: boolean,
  change: () => void,
): { label: HTMLElement; input: HTMLInputElement } {
  const input = h("input", { type: "checkbox", id, checked, change });
  return { input, label: h("label", { class: "check" }, input, h("span", { "data-t": word })) };
}
