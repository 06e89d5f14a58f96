/** One command in a waterfall: its bar, and its facts when it is pointed at, focused or unfolded. */

import { h } from "../demo/dom.ts";
import { duration } from "./format.ts";
import { brief } from "./json.ts";
import { jsonView } from "./json-view.ts";
import { at, segmentNodes } from "./segments.ts";
import { mark, put, shown, statusIcon, statusWord } from "./show.ts";
import { hideTip, showTip } from "./tip.ts";
import type { Call, Turn } from "./turns.ts";
import type { Bar } from "./waterfall.ts";
import { say } from "./words.ts";

export class CallRow {
  readonly element: HTMLElement;
  #lane = h("span", { class: "cell-label lane-name" });
  #icon = h("span", { class: "call-icon" });
  #name = h("b", {});
  #args = h("span", { class: "call-args" });
  #chart = h("span", { class: "chart-cell" });
  #button: HTMLButtonElement;
  #more: HTMLElement | undefined;
  #turn: Turn | undefined;

  constructor(
    readonly call: Call,
    lane: number,
  ) {
    const tip = (): void => showTip(this.#button, this.#facts());
    this.#button = h(
      "button",
      {
        type: "button",
        class: "call-line",
        "aria-expanded": "false",
        click: () => this.#toggle(),
        pointerenter: tip,
        focus: tip,
        pointerleave: hideTip,
        blur: hideTip,
      },
      h("span", { class: "call-name" }, this.#lane, this.#icon, this.#name, this.#args),
      this.#chart,
    );
    this.element = h("div", { class: `call lane-${lane}`, "data-call": call.id }, this.#button);
  }

  draw(bar: Bar, turn: Turn, label: string, lane: number): void {
    const { call } = this;
    this.#turn = turn;
    this.element.className = `call lane-${lane}`;
    mark(this.element, "data-outcome", call.outcome);
    put(this.#lane, label);
    if (this.#icon.dataset.status !== call.outcome) {
      this.#icon.dataset.status = call.outcome;
      this.#icon.replaceChildren(statusIcon(call.outcome, statusWord(call.outcome)));
    }
    put(this.#name, call.name);
    put(this.#args, call.args === undefined ? call.streamed : brief(call.args, 90));
    const nodes = segmentNodes(bar.segments, bar.deltas);
    const starts = bar.segments.at(-1)?.from ?? 0;
    nodes.push(...bar.progress.filter((place) => place > starts + 1).map((place) => at("step", place)));
    if (bar.end !== undefined) nodes.push(this.#end(bar, bar.end));
    this.#chart.replaceChildren(...nodes);
  }

  #end({ segments, ran }: Bar, end: number): HTMLElement {
    const { outcome } = this.call;
    const time = ran === undefined ? "" : duration(ran);
    const told = outcome === "done" ? time : [statusWord(outcome), time].filter(Boolean).join(" · ");
    // Right of the bar, else left of it, else upon it: wherever there is room.
    const begin = segments[0]?.from ?? end;
    const side = end < 82 ? "" : begin > 20 ? "left" : "upon";
    const element = at(`bar-end ${side}`, side === "left" ? begin : end);
    element.append(told);
    return element;
  }

  /** `[label, value]` rows. */
  #facts(): [string, string][] {
    const { call } = this;
    const from = this.#turn?.accepted ?? 0;
    const since = (moment: number | undefined): string =>
      moment === undefined ? "–" : `+${duration(moment - from)}`;
    const facts: [string, string | undefined][] = [
      [call.name, statusWord(call.outcome)],
      [say("call.lane"), call.lane],
      [
        say("call.begun"),
        call.begun === undefined
          ? undefined
          : `${since(call.begun)}, ${say("call.deltas", call.deltas.length)}`,
      ],
      [say("call.sent"), since(call.sent)],
      [say("call.ended"), since(call.ended)],
      [
        say("call.took"),
        call.sent === undefined || call.ended === undefined ? undefined : duration(call.ended - call.sent),
      ],
      [
        say("call.timeout"),
        call.timeout === undefined
          ? undefined
          : call.timeout === 0
            ? say("call.no_result")
            : `${call.timeout} s`,
      ],
      [say("call.progress"), call.progress.at(-1)?.note ?? undefined],
      [say("call.error"), call.error && `${call.error.code}: ${call.error.message}`],
      [
        say("call.rejected"),
        call.errors.map((fault) => `${fault.path} ${fault.message}`).join("; ") || undefined,
      ],
    ];
    return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  }

  #toggle(): void {
    if (this.#more) {
      this.#more.remove();
      this.#more = undefined;
    } else {
      this.#more = this.#details();
      this.element.append(this.#more);
      hideTip();
    }
    mark(this.#button, "aria-expanded", String(this.#more !== undefined));
  }

  #details(): HTMLElement {
    const { call } = this;
    const list = h("dl", { class: "facts" });
    for (const [label, value] of this.#facts().slice(1))
      list.append(h("dt", {}, label), h("dd", {}, ...shown(value)));
    list.append(h("dt", {}, "id"), h("dd", { class: "mono" }, ...shown(call.id)));
    const blocks: [string, unknown][] = [
      [say("call.args"), call.args ?? call.streamed],
      [say("call.value"), call.value],
    ];
    return h(
      "div",
      { class: "call-more" },
      list,
      ...blocks
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([label, value]) =>
          h("div", { class: "block" }, h("p", { class: "block-name" }, label), jsonView(value)),
        ),
    );
  }
}
