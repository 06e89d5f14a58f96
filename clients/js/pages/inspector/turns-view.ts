/** The turns of a session, newest first, each drawn as a waterfall. */

import { h, s } from "../demo/dom.ts";
import { CallRow } from "./call-row.ts";
import { clock, duration, offset } from "./format.ts";
import { segmentNodes } from "./segments.ts";
import { mark, PATHS, put, statusIcon, statusWord } from "./show.ts";
import type { Turn } from "./turns.ts";
import { escaped } from "./visible.ts";
import { type Waterfall, waterfall } from "./waterfall.ts";
import { say } from "./words.ts";

export interface TurnsSource {
  turns: readonly Turn[];
  /** The moment up to which open turns are drawn. */
  now: number;
  /** Whether times are told since the beginning of a trace instead of by the clock. */
  relative: boolean;
}

const OPENED = 8;

export class TurnsView {
  readonly element: HTMLElement;
  #list = h("ol", { class: "turns" });
  #empty = h("p", { class: "empty" }, say("turns.empty"));
  #cards = new Map<Turn, TurnCard>();
  #lanes = new Map<string, number>();

  constructor(
    readonly source: () => TurnsSource,
    readonly label: string,
  ) {
    this.element = h(
      "div",
      { class: "turns-scroll", role: "region", "aria-label": label, tabindex: 0 },
      this.#list,
      this.#empty,
    );
  }

  draw(): void {
    const { turns, now, relative } = this.source();
    this.#empty.hidden = turns.length > 0;
    for (const [turn, card] of this.#cards) {
      if (turns.includes(turn)) continue;
      card.element.remove();
      this.#cards.delete(turn);
    }
    for (const [index, turn] of turns.entries()) {
      let card = this.#cards.get(turn);
      if (!card) {
        card = new TurnCard(turn, relative, (lane) => this.#lane(lane));
        this.#cards.set(turn, card);
        this.#list.prepend(card.element);
      }
      card.draw(now, index >= turns.length - OPENED);
    }
  }

  /** Fold or unfold all of them. */
  unfold(open: boolean): void {
    for (const card of this.#cards.values()) card.chosen = open;
    this.draw();
  }

  // A lane keeps its colour as long as the session is looked at.
  #lane(name: string): number {
    const known = this.#lanes.get(name) ?? this.#lanes.size % 7;
    this.#lanes.set(name, known);
    return known;
  }
}

class TurnCard {
  readonly element: HTMLElement;
  /** Folded or not, as the person wants it; undefined: as there is room. */
  chosen: boolean | undefined;
  #head: HTMLButtonElement;
  #icon = h("span", { class: "turn-icon" });
  #text = h("span", { class: "turn-text" });
  #meta = h("span", { class: "turn-meta" });
  #mini = h("span", { class: "mini", "aria-hidden": "true" });
  #total = h("span", { class: "turn-total" });
  #body = h("div", { class: "turn-body" });
  #rows = new Map<string, CallRow>();
  #plan = h("div", { class: "chart-cell" });
  #axis = h("div", { class: "chart-cell axis-cell" });
  #said = h("div", { class: "chart-cell" });
  #saidText = h("span", { class: "cell-text" });
  #saidRow: HTMLElement;
  #error = h("p", { class: "turn-error" });
  #drawn = "";

  constructor(
    readonly turn: Turn,
    readonly relative: boolean,
    readonly lane: (name: string) => number,
  ) {
    const chevron = s(
      "svg",
      { class: "i chevron", viewBox: "0 0 20 20", "aria-hidden": "true" },
      s("path", { d: PATHS.chevron }),
    );
    this.#head = h(
      "button",
      { type: "button", class: "turn-head", click: () => this.#toggle() },
      chevron,
      this.#icon,
      this.#text,
      this.#meta,
      this.#mini,
      this.#total,
    );
    this.#saidRow = h(
      "div",
      { class: "fall-row said" },
      h("span", { class: "cell-label" }, say("row.text")),
      this.#saidText,
      this.#said,
    );
    this.#body.append(
      h("div", { class: "fall-row axis-row" }, h("span", {}), this.#axis),
      h(
        "div",
        { class: "fall-row plan-row" },
        h("span", { class: "cell-label" }, say("row.plan")),
        this.#plan,
      ),
      this.#saidRow,
    );
    this.element = h("li", { class: "turn" }, this.#head, this.#body, this.#error);
  }

  draw(now: number, room: boolean): void {
    const open = this.chosen ?? room;
    const { turn } = this;
    const settled = turn.ended !== undefined && turn.calls.every((call) => call.ended !== undefined);
    const key = `${settled} ${open} ${turn.status} ${turn.text}`;
    if (settled && key === this.#drawn) return;
    this.#drawn = key;
    const fall = waterfall(turn, now);
    this.#drawHead(fall, open);
    this.#body.hidden = !open;
    this.#error.hidden = !turn.error;
    if (turn.error) put(this.#error, `${turn.error.code}: ${turn.error.message}`);
    if (open) this.#drawBody(fall);
  }

  #drawHead(fall: Waterfall, open: boolean): void {
    const { turn } = this;
    mark(this.element, "data-status", turn.status);
    mark(this.element, "data-turn", turn.id);
    mark(this.#head, "aria-expanded", String(open));
    if (this.#icon.dataset.status !== turn.status) {
      this.#icon.dataset.status = turn.status;
      this.#icon.replaceChildren(statusIcon(turn.status, statusWord(turn.status)));
    }
    const direct = turn.direct ? `${turn.calls[0]?.name ?? ""}` : undefined;
    put(this.#text, direct ?? turn.text ?? turn.id);
    this.#text.classList.toggle("unknown", direct === undefined && turn.text === undefined);
    put(this.#meta, this.#about());
    this.#mini.hidden = open;
    if (!open) this.#mini.replaceChildren(...mini(fall));
    put(
      this.#total,
      turn.ended === undefined ? duration(fall.span) : duration(turn.timing?.total ?? fall.span),
    );
  }

  #about(): string {
    const { turn } = this;
    const at = this.relative ? offset(turn.accepted) : clock(turn.accepted).slice(0, 8);
    const source = turn.direct ? say("direct") : sourceWord(turn.source);
    const commands = turn.direct
      ? ""
      : say(turn.calls.length === 1 ? "commands.one" : "commands.n", turn.calls.length);
    const status = turn.status === "completed" ? "" : statusWord(turn.status);
    return [status, source, commands, at].filter(Boolean).join(" · ");
  }

  #drawBody(fall: Waterfall): void {
    this.#axis.replaceChildren(
      ...fall.ticks.map((tick) => {
        const element = h("span", { class: "tick" }, tick.ms === 0 ? "0" : duration(tick.ms));
        element.style.left = `${tick.at}%`;
        return element;
      }),
    );
    this.#drawPlan(fall);
    this.#saidRow.hidden = !fall.text;
    if (fall.text) {
      put(this.#saidText, this.turn.said);
      this.#saidText.title = escaped(this.turn.said);
      this.#said.replaceChildren(...segmentNodes([fall.text.segment], fall.text.moments));
    }
    this.#drawCalls(fall);
  }

  #drawPlan(fall: Waterfall): void {
    const nodes = segmentNodes(fall.plan, fall.sent);
    if (fall.first !== undefined && !this.turn.direct) {
      const flag = h("span", { class: "first" }, duration(fall.firstMs));
      flag.title = say("row.first");
      flag.style.left = `${fall.first}%`;
      flag.classList.toggle("left", fall.first > 80);
      nodes.push(flag);
    }
    this.#plan.replaceChildren(...nodes);
    this.#plan.title = this.#planTitle(fall);
    mark(this.#body.children[1] ?? this.#body, "hidden", fall.plan.length === 0 ? "" : undefined);
  }

  #planTitle(fall: Waterfall): string {
    const { turn } = this;
    const queued = turn.timing?.queued ?? (turn.started ?? turn.accepted + fall.span) - turn.accepted;
    return `${say("row.queued")} ${duration(queued)} · ${say("row.first")} ${duration(fall.firstMs)} · ${say("row.total")} ${duration(turn.timing?.total ?? fall.span)}`;
  }

  #drawCalls(fall: Waterfall): void {
    for (const { lane, bars } of fall.lanes) {
      for (const [index, bar] of bars.entries()) {
        let row = this.#rows.get(bar.call.id);
        if (!row) {
          row = new CallRow(bar.call, this.lane(bar.call.lane));
          this.#rows.set(bar.call.id, row);
        }
        row.draw(bar, this.turn, index === 0 ? lane : "", this.lane(lane));
        if (row.element.parentNode !== this.#body) this.#body.append(row.element);
      }
    }
    this.#arrange(fall);
  }

  // Rows stand lane by lane. They are moved only where the order is another: moving takes the focus away.
  #arrange(fall: Waterfall): void {
    const wanted = fall.lanes.flatMap(({ bars }) => bars.map(({ call }) => this.#rows.get(call.id)?.element));
    const there = [...this.#body.children].slice(3);
    if (wanted.some((row, index) => row !== there[index]))
      this.#body.append(...wanted.filter((row) => row !== undefined));
  }

  #toggle(): void {
    this.chosen = this.#body.hidden !== false;
    this.draw(Date.now(), true);
  }
}

const sourceWord = (source: string | undefined): string =>
  source === undefined || source === "client" ? "" : source === "http" ? say("over.http") : source;

function mini(fall: Waterfall): HTMLElement[] {
  const nodes = segmentNodes(fall.plan);
  for (const { bars } of fall.lanes) nodes.push(...segmentNodes(bars.flatMap((bar) => bar.segments)));
  return nodes;
}
