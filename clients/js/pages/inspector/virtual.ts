/** A list of any length of which only the rows in sight exist. All rows have one height. */

import { h } from "../demo/dom.ts";
import { mark } from "./show.ts";

export interface VirtualOptions<Item> {
  /** Of a row, px. */
  height: number;
  label: string;
  /** What tells one item from another, also after it has changed. */
  key(item: Item): unknown;
  /** A row that stays above the others, and its height. */
  head?: { element: HTMLElement; height: number };
  /** `grid` rows hold cells, `listbox` rows are options. */
  role: "grid" | "listbox";
  make(): HTMLElement;
  fill(row: HTMLElement, item: Item, index: number): void;
  /** The row under the keyboard changed, by hand. */
  onMove?(item: Item, index: number): void;
  onChoose?(item: Item, index: number): void;
}

let lists = 0;
const next = (): number => {
  lists += 1;
  return lists;
};

export class VirtualList<Item> {
  readonly element: HTMLElement;
  items: readonly Item[] = [];
  /** The row under the keyboard. */
  active = -1;
  /** Whether the end stays in sight as rows come. */
  follow = false;
  #rows: HTMLElement[] = [];
  #inner: HTMLElement;
  #prefix = `list${next()}`;
  #due = 0;
  #pressed: unknown;
  #watch: ResizeObserver;
  #head: number;

  constructor(readonly options: VirtualOptions<Item>) {
    const grid = options.role === "grid";
    this.#head = options.head?.height ?? 0;
    this.#inner = h("div", { class: "virtual-inner", role: grid ? "rowgroup" : "presentation" });
    this.element = h("div", {
      class: "virtual",
      tabindex: 0,
      role: options.role,
      "aria-label": options.label,
      scroll: () => this.#soon(),
      keydown: (event) => this.#key(event as KeyboardEvent),
      pointerdown: (event) => this.#press(event),
      click: (event) => this.#click(event),
    });
    this.element.append(...(options.head ? [options.head.element] : []), this.#inner);
    this.#watch = new ResizeObserver(() => this.#soon());
    this.#watch.observe(this.element);
  }

  set(items: readonly Item[]): void {
    this.items = items;
    this.active = Math.min(this.active, items.length - 1);
    this.#inner.style.height = `${items.length * this.options.height}px`;
    if (this.options.role === "grid") this.element.setAttribute("aria-rowcount", String(items.length + 1));
    if (this.follow) this.element.scrollTop = this.element.scrollHeight;
    this.draw();
  }

  draw(): void {
    const { height } = this.options;
    const first = Math.max(0, Math.floor((this.element.scrollTop - this.#head) / height) - 2);
    const count = Math.min(this.items.length - first, Math.ceil(this.element.clientHeight / height) + 5);
    while (this.#rows.length < count) this.#add();
    // A row keeps its element while it is in sight, so that nobody clicks on what has just come to its place.
    const room = this.#rows.length;
    for (let at = 0; at < room; at += 1) {
      const index = first + ((((at - first) % room) + room) % room);
      const row = this.#rows[at];
      const item = index < first + count ? this.items[index] : undefined;
      if (!row) continue;
      row.hidden = item === undefined;
      if (item === undefined) continue;
      this.#place(row, index);
      this.options.fill(row, item, index);
    }
    const seen = this.active >= first && this.active < first + count;
    mark(this.element, "aria-activedescendant", seen ? `${this.#prefix}-${this.active}` : undefined);
  }

  #place(row: HTMLElement, index: number): void {
    row.style.transform = `translateY(${index * this.options.height}px)`;
    row.id = `${this.#prefix}-${index}`;
    row.dataset.index = String(index);
    row.classList.toggle("active", index === this.active);
    if (this.options.role === "grid") mark(row, "aria-rowindex", String(index + 2));
    else {
      mark(row, "aria-posinset", String(index + 1));
      mark(row, "aria-setsize", String(this.items.length));
    }
  }

  /** Bring a row into sight and under the keyboard. */
  move(index: number): void {
    this.active = Math.min(Math.max(index, 0), this.items.length - 1);
    const top = this.active * this.options.height;
    const { scrollTop, clientHeight } = this.element;
    const bottom = this.#head + top + this.options.height;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
    this.draw();
  }

  dispose(): void {
    this.#watch.disconnect();
    cancelAnimationFrame(this.#due);
  }

  get atEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return scrollTop + clientHeight >= scrollHeight - this.options.height;
  }

  #add(): void {
    const row = this.options.make();
    row.setAttribute("role", this.options.role === "grid" ? "row" : "option");
    this.#rows.push(row);
    this.#inner.append(row);
  }

  #soon(): void {
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      if (this.follow) this.element.scrollTop = this.element.scrollHeight;
      this.draw();
    });
  }

  #click(event: Event): void {
    const index = indexOf(event);
    if (index === undefined) return;
    const pressed = this.#pressed;
    this.#pressed = undefined;
    // The list may have been sorted anew between press and release: what was pressed is meant.
    const meant =
      pressed === undefined ? index : this.items.findIndex((item) => this.options.key(item) === pressed);
    if (meant < 0) return;
    this.#go(meant);
    this.#choose();
  }

  #press(event: Event): void {
    const index = indexOf(event);
    const item = index === undefined ? undefined : this.items[index];
    this.#pressed = item === undefined ? undefined : this.options.key(item);
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.options.height) - 1);
    const steps: Record<string, number> = {
      ArrowDown: this.active + 1,
      ArrowUp: Math.max(0, this.active - 1),
      Home: 0,
      End: this.items.length - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
    };
    const to = steps[event.key];
    if (to !== undefined) this.#go(to);
    else if (event.key === "Enter" || event.key === " ") this.#choose();
    else return;
    event.preventDefault();
  }

  #go(index: number): void {
    this.move(index);
    const item = this.items[this.active];
    if (item !== undefined) this.options.onMove?.(item, this.active);
  }

  #choose(): void {
    const item = this.items[this.active];
    if (item !== undefined) this.options.onChoose?.(item, this.active);
  }
}

function indexOf(event: Event): number | undefined {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
  return row ? Number(row.dataset.index) : undefined;
}
