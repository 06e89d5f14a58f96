/** The panel that draws each turn as it happens, with the turns before it beside it. */
import { $, h, icon, s } from "./dom.ts";
import { pretty } from "./json.ts";
import { mark } from "./marks.ts";
import { narrow } from "./panels.ts";
import { hue, lanesOf, Picture } from "./picture.ts";
import { calm } from "./preferences.ts";
import { type Call, isOver, type Turn, type Turns } from "./turns.ts";
import { say, sayIfKnown, spoken } from "./words.ts";

const PACE = { lively: 80, calm: 500 } as const; // ms from picture to picture
const SHOWN = 30; // turns to choose from

export class Timeline {
  readonly #panel = $("timeline");
  readonly #tip = $("tip");
  readonly #turns: Turns;
  readonly #picture = new Picture((call, anchor) => this.#detail(call, anchor));
  readonly #list = h("ol", { class: "turns" });
  readonly #head = h("p", { class: "turn-head" });
  readonly #steps = h("ol", { class: "turn-steps" });
  readonly #stage = h("div", { class: "picture-room" }, this.#picture.svg);
  readonly #empty = h("p", { class: "empty" });
  readonly #items = new Map<string, HTMLButtonElement>();
  #chosen: Turn | undefined;
  #last = 0;
  #drawing = false;

  constructor(turns: Turns) {
    this.#turns = turns;
    const main = h("div", { class: "timeline-main" }, this.#head, this.#stage, this.#steps, this.#empty);
    this.#panel.append(this.#list, main);
    turns.watch((turn) => this.#changed(turn));
    new ResizeObserver(() => this.#draw()).observe(this.#stage);
    this.#panel.addEventListener("shown", () => this.#draw());
    this.#stage.addEventListener("scroll", () => this.#hide(), { passive: true });
    spoken(() => this.#translate());
  }

  #changed(turn: Turn): void {
    const fresh = !this.#items.has(turn.id);
    const followed =
      this.#chosen === undefined || this.#chosen === this.#turns.all.at(-2) || this.#chosen === turn;
    if (fresh) this.#add(turn);
    if (fresh && followed) this.#choose(turn);
    this.#mini(turn);
    this.#live();
    if (turn === this.#chosen) this.#tell(turn);
  }

  #add(turn: Turn): void {
    const item = h("button", { type: "button", class: "turn-item", click: () => this.#choose(turn) });
    this.#items.set(turn.id, item);
    this.#list.prepend(h("li", {}, item));
    while (this.#list.childElementCount > SHOWN) this.#list.lastElementChild?.remove();
  }

  #choose(turn: Turn): void {
    if (this.#chosen) this.#items.get(this.#chosen.id)?.removeAttribute("aria-current");
    this.#chosen = turn;
    this.#items.get(turn.id)?.setAttribute("aria-current", "true");
    this.#hide();
    this.#tell(turn);
    this.#draw();
  }

  /** Each turn's item: how it stands, what was said, and its shape in small. */
  #mini(turn: Turn): void {
    const item = this.#items.get(turn.id);
    if (!item) return;
    const state =
      turn.ended === undefined
        ? "running"
        : turn.status === "completed"
          ? "done"
          : turn.status === "cancelled"
            ? "cancelled"
            : "failed";
    const status =
      turn.ended === undefined ? say("turn.thinking") : (sayIfKnown(`turn.${turn.status}`) ?? "");
    item.replaceChildren(
      mark(state),
      h("span", { class: "what" }, title(turn)),
      small(turn),
      h("span", { class: "unseen" }, status),
    );
  }

  /** While something goes on, the picture grows. */
  #live(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    const step = (now: number): void => {
      const turn = this.#chosen;
      const open =
        turn !== undefined && (turn.ended === undefined || turn.calls.some((call) => !isOver(call)));
      if (now - this.#last >= (calm() ? PACE.calm : PACE.lively) || !open) this.#draw();
      this.#drawing = open;
      if (open) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #draw(): void {
    this.#last = performance.now();
    const turn = this.#chosen;
    this.#empty.hidden = turn !== undefined;
    this.#stage.hidden = this.#head.hidden = turn === undefined;
    const width = this.#stage.clientWidth;
    if (!turn || this.#panel.hidden || width === 0) return;
    this.#picture.svg.setAttribute("aria-label", say("picture.label", title(turn)));
    const room = narrow.matches ? Infinity : this.#stage.clientHeight - 4;
    this.#picture.show(turn, this.#turns.gaps, performance.now(), width, room);
  }

  /** The same for those who do not see it. */
  #tell(turn: Turn): void {
    this.#head.replaceChildren(h("b", {}, title(turn)), turn.answer ? h("span", {}, turn.answer) : "");
    const ms = (moment: number): number => Math.round(moment - turn.asked);
    const calls = turn.calls.map((call) => {
      const span = [ms(call.began ?? call.first), call.ended ? ms(call.ended) : "…"] as const;
      const words = say("picture.call", call.name, call.lane, say(`call.${call.state}`), ...span);
      return h("li", {}, mark(call.state), h("span", {}, words), call.error ? h("em", {}, call.error) : "");
    });
    const end =
      turn.ended !== undefined &&
      h("li", {}, `${sayIfKnown(`turn.${turn.status}`) ?? ""} ${ms(turn.ended)} ms`);
    this.#steps.replaceChildren(h("li", {}, title(turn)), ...calls, end || "");
  }

  #detail(call: Call, anchor: Element | undefined): void {
    if (!anchor) {
      this.#hide();
      return;
    }
    this.#tip.replaceChildren(...details(call));
    this.#tip.showPopover();
    const at = anchor.getBoundingClientRect();
    const box = this.#tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left), innerWidth - box.width - 8);
    const above = at.top - box.height - 8;
    this.#tip.style.left = `${left}px`;
    this.#tip.style.top = `${above > 8 ? above : Math.min(at.bottom + 8, innerHeight - box.height - 8)}px`;
  }

  #hide(): void {
    if (this.#tip.matches(":popover-open")) this.#tip.hidePopover();
  }

  #translate(): void {
    this.#list.setAttribute("aria-label", say("picture.turns"));
    this.#steps.setAttribute("aria-label", say("picture.steps"));
    this.#empty.replaceChildren(icon("M3 5.5h6M7 10h8M5 14.5h5", "large"), say("picture.empty"));
    for (const turn of this.#turns.all) this.#mini(turn);
    if (this.#chosen) this.#tell(this.#chosen);
    this.#draw();
  }
}

const title = (turn: Turn): string => turn.text || (sayIfKnown(`source.${turn.source}`) ?? turn.id);

/** A turn of 72 × 14 px: one stroke for each call, in the row of its lane. */
function small(turn: Turn): SVGSVGElement {
  const end = Math.max(
    turn.asked + 1,
    turn.ended ?? 0,
    ...turn.calls.map((call) => call.ended ?? performance.now()),
  );
  const at = (moment: number): number => ((moment - turn.asked) / (end - turn.asked)) * 72;
  const lanes = lanesOf(turn);
  const strokes = turn.calls.map((call) => {
    const x = at(call.began ?? call.first);
    const y = 1 + Math.max(0, lanes.indexOf(call.lane)) * 5;
    const looks = { class: "stroke", "data-hue": hue(call.lane), "data-state": call.state };
    return s("rect", { ...looks, x, y, width: Math.max(2, at(call.ended ?? end) - x), height: 3.4, rx: 1.5 });
  });
  return s("svg", { class: "small-picture", viewBox: "0 0 72 15", "aria-hidden": "true" }, ...strokes);
}

function details(call: Call): HTMLElement[] {
  const span = (from: number | undefined, to: number | undefined): number | undefined =>
    from === undefined || to === undefined ? undefined : Math.round(to - from);
  const written = span(call.first, call.whole);
  const waited = span(call.whole, call.began);
  const ran = span(call.began, call.ended);
  const times = [
    say("detail.lane", call.lane),
    written !== undefined && written > 0 && say("detail.written", written),
    waited !== undefined && waited > 1 && say("detail.waited", waited),
    ran !== undefined && say("detail.ran", ran),
  ].filter((words) => words !== false);
  const parts: HTMLElement[] = [
    h(
      "p",
      { class: "tip-head" },
      mark(call.state),
      h("b", {}, call.name),
      h("span", {}, say(`call.${call.state}`)),
    ),
    h("p", { class: "tip-times" }, times.join(" · ")),
  ];
  if (Object.keys(call.args).length > 0)
    parts.push(h("p", { class: "tip-label" }, say("detail.args")), pretty(call.args));
  if (call.value !== undefined)
    parts.push(h("p", { class: "tip-label" }, say("detail.value")), pretty(call.value));
  if (call.error)
    parts.push(h("p", { class: "tip-label" }, say("detail.error")), h("p", { class: "bad" }, call.error));
  return parts;
}
