/** The table of sessions. */

import { h, icon } from "../demo/dom.ts";
import { age, duration } from "./format.ts";
import type { Column, Order, Session } from "./sessions.ts";
import { mark, PATHS, put, shown, statusIcon, statusWord } from "./show.ts";
import type { Store } from "./store.ts";
import { VirtualList } from "./virtual.ts";
import { escaped } from "./visible.ts";
import { say, type Word } from "./words.ts";

const COLUMNS: readonly Column[] = ["state", "name", "opened", "queued", "open", "last"];
const MOST_FIRST = new Set<Column>(["queued", "open", "last"]);
const HEIGHT = 42;
const HEAD = 30;
/** So many sessions are sorted at most every `CALM` ms. */
const MANY = 200;
const CALM = 250;

export interface View {
  element: HTMLElement;
  draw(): void;
  dispose?(): void;
}

export function sessionsView(store: Store, choose: (id: string) => void): View {
  const order: Order = { column: "opened", down: false };
  let seen = -1;
  let sorted = 0;
  const filter = h("input", {
    type: "search",
    class: "filter",
    id: "session-filter",
    placeholder: say("sessions.filter"),
    "aria-label": say("sessions.filter"),
    "aria-keyshortcuts": "/",
    title: "/",
    autocomplete: "off",
    spellcheck: "false",
    input: () => sort(),
  });
  const count = h("span", { class: "count" });
  const head = heads(order, () => sort());
  const list = new VirtualList<Session>({
    height: HEIGHT,
    label: say("sessions"),
    role: "grid",
    head: { element: head, height: HEAD },
    key: (session) => session.id,
    make: makeRow,
    fill: (row, session) => fillRow(row, session, store.watch?.id === session.id && !store.trace),
    onChoose: (session) => choose(session.id),
  });
  const empty = h("p", { class: "empty" });
  const sort = (): void => {
    const held = list.items[list.active]?.id;
    const rows = store.sessions.rows(filter.value, order);
    list.active = held === undefined ? -1 : rows.findIndex((row) => row.id === held);
    list.set(rows);
    seen = store.sessions.version;
    sorted = Date.now();
  };
  let later: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    later = undefined;
    store.changed();
  };
  const ages = setInterval(() => document.hidden || list.draw(), 1000);
  return {
    element: h(
      "section",
      { class: "sessions", "aria-labelledby": "sessions-title" },
      h("header", { class: "bar" }, h("h2", { id: "sessions-title" }, say("sessions")), count, filter),
      list.element,
      empty,
    ),
    draw: () => {
      const calm = store.sessions.size > MANY ? CALM : 0;
      if (seen !== store.sessions.version && Date.now() - sorted >= calm) sort();
      else list.draw();
      if (seen !== store.sessions.version) later ??= setTimeout(soon, CALM);
      put(count, countText(store, list.items.length));
      empty.hidden = list.items.length > 0;
      put(empty, say(store.sessions.size > 0 ? "sessions.none" : emptyWord(store)));
    },
    dispose: () => {
      clearInterval(ages);
      clearTimeout(later);
      list.dispose();
    },
  };
}

const emptyWord = (store: Store): Word =>
  store.status.state === "open" ? "sessions.empty" : "sessions.unknown";

function countText(store: Store, rows: number): string {
  const all = store.sessions.size;
  const shownOf = rows === all ? `${all}` : `${rows} / ${all}`;
  return store.missed > 0 ? `${shownOf} · ${say("missed", store.missed)}` : shownOf;
}

function heads(order: Order, sort: () => void): HTMLElement {
  const cells = COLUMNS.map((column) => {
    const cell = h("div", { role: "columnheader", class: `c-${column}` });
    cell.append(
      h(
        "button",
        {
          type: "button",
          tabindex: column === "name" ? 0 : -1,
          title: say(`column.${column}.title` as Word),
          click: () => {
            order.down = order.column === column ? !order.down : MOST_FIRST.has(column);
            order.column = column;
            sorts();
            sort();
          },
          keydown: (event) => across(event as KeyboardEvent, cell),
        },
        say(`column.${column}` as Word),
      ),
    );
    return cell;
  });
  const sorts = (): void => {
    for (const [index, cell] of cells.entries()) {
      const isSorted = COLUMNS[index] === order.column;
      mark(cell, "aria-sort", isSorted ? (order.down ? "descending" : "ascending") : undefined);
    }
  };
  sorts();
  return h(
    "div",
    { role: "rowgroup", class: "head" },
    h("div", { role: "row", "aria-rowindex": 1, class: "row" }, ...cells),
  );
}

function across(event: KeyboardEvent, cell: HTMLElement): void {
  event.stopPropagation();
  const next = event.key === "ArrowRight" ? cell.nextElementSibling : cell.previousElementSibling;
  if ((event.key !== "ArrowRight" && event.key !== "ArrowLeft") || !next) return;
  event.preventDefault();
  next.querySelector("button")?.focus();
}

function makeRow(): HTMLElement {
  const cells = COLUMNS.map((column) => h("div", { role: "gridcell", class: `c-${column}` }));
  cells[1]?.append(h("b", {}), h("small", {}));
  return h("div", { class: "row session-row" }, ...cells);
}

function fillRow(row: HTMLElement, session: Session, chosen: boolean): void {
  const [state, name, opened, queued, open, last] = row.children;
  mark(row, "aria-selected", String(chosen));
  row.dataset.session = session.id;
  if (!state || !name || !opened || !queued || !open || !last) return;
  stateCell(state, session);
  const [title, about] = name.children;
  if (title && about) {
    put(title, session.name);
    put(about, [session.kind || session.profile, session.id].filter(Boolean).join(" · "));
  }
  put(opened, age(Date.now() - session.opened));
  number(queued, session.queued);
  number(open, session.open.length);
  lastCell(last, session);
}

function stateCell(cell: Element, session: Session): void {
  const state = session.recording !== "off" ? `${session.state} rec` : session.state;
  const busy = session.turn ? `${state} busy` : state;
  if (cell.getAttribute("data-state") === busy) return;
  cell.setAttribute("data-state", busy);
  const words = [
    statusWord(session.state),
    session.turn && say("busy"),
    session.recording !== "off" && say("recording"),
  ];
  const label = words.filter(Boolean).join(", ");
  cell.setAttribute("title", label);
  cell.replaceChildren(statusIcon(session.state, label));
}

function number(cell: Element, value: number): void {
  put(cell, value === 0 ? "·" : String(value));
  cell.classList.toggle("zero", value === 0);
}

function lastCell(cell: Element, session: Session): void {
  const { turn, last } = session;
  const key = turn ? `${turn.stage} ${turn.text}` : `${last?.status} ${last?.totalMs}`;
  if (cell.getAttribute("data-key") === key) return;
  cell.setAttribute("data-key", key);
  if (turn) {
    cell.setAttribute("title", escaped(turn.text));
    cell.replaceChildren(statusIcon("planning"), ...shown(statusWord(turn.stage || "planning")));
  } else if (last) {
    cell.setAttribute("title", statusWord(last.status));
    cell.replaceChildren(statusIcon(last.status, statusWord(last.status)), duration(last.totalMs));
  } else cell.replaceChildren("–");
}

/** Where there is room for no table: back to it. */
export const backButton = (back: () => void): HTMLButtonElement =>
  h(
    "button",
    { type: "button", class: "icon back", "aria-label": say("back"), click: back },
    icon(PATHS.back),
  );
