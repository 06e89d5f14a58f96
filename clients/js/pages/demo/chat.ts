/** The conversation: one entry for each turn, with what was said, the calls as they go, and the answer. */
import { $, h } from "./dom.ts";
import { brief } from "./json.ts";
import { mark } from "./marks.ts";
import { type Call, isOver, type Turn, type Turns } from "./turns.ts";
import { languageOf, say, sayIfKnown, spoken } from "./words.ts";

const MOST = 80; // entries

interface Entry {
  readonly element: HTMLElement;
  readonly answer: HTMLElement;
  readonly steps: HTMLElement;
  readonly state: HTMLElement;
  readonly calls: Map<string, HTMLElement>;
}

export class Chat {
  readonly #list = $("chat");
  readonly #entries = new Map<string, Entry>();
  readonly #turns: Turns;
  #follows = true;

  constructor(turns: Turns) {
    this.#turns = turns;
    turns.watch((turn, call) => this.#show(turn, call));
    this.#list.addEventListener("scroll", () => {
      this.#follows = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 48;
    });
    new ResizeObserver(() => this.#follow()).observe(this.#list);
    spoken(() => this.#again());
  }

  /** Something that the page itself has to say. */
  note(text: string, kind: "hello" | "good" | "bad" | "event" | "plain" = "plain"): void {
    this.#append(h("p", { class: `note ${kind}` }, text));
  }

  /** The newest entry into view, also for somebody who had scrolled up. */
  newest(): void {
    this.#follows = true;
    this.#follow();
  }

  #show(turn: Turn, call: Call | undefined): void {
    const entry = this.#entries.get(turn.id) ?? this.#begin(turn);
    if (call) this.#step(entry, call);
    const answer = turn.answer.trim();
    if (entry.answer.textContent !== answer) entry.answer.replaceChildren(answer);
    entry.answer.hidden = !answer;
    if (answer) entry.answer.lang = languageOf(answer);
    this.#state(entry, turn);
    entry.element.setAttribute("aria-busy", String(turn.ended === undefined));
    this.#follow();
  }

  #begin(turn: Turn): Entry {
    const said =
      turn.source === "you" ? h("p", { class: "said", lang: languageOf(turn.text) }, turn.text) : undefined;
    const about =
      said ?? h("p", { class: "note event" }, turn.text || (sayIfKnown(`source.${turn.source}`) ?? ""));
    const entry = {
      steps: h("ul", { class: "steps", hidden: true }),
      answer: h("p", { class: "answer", hidden: true }),
      state: h("p", { class: "state" }),
      calls: new Map<string, HTMLElement>(),
    };
    const element = h("div", { class: "turn" }, about, entry.steps, entry.answer, entry.state);
    element.dataset.turn = turn.id;
    const made = { ...entry, element };
    this.#entries.set(turn.id, made);
    this.#append(element);
    return made;
  }

  #step(entry: Entry, call: Call): void {
    let step = entry.calls.get(call.id);
    if (!step) {
      step = h("li");
      entry.calls.set(call.id, step);
      entry.steps.append(step);
      entry.steps.hidden = false;
    }
    step.dataset.state = call.state;
    const args = call.whole === undefined ? call.draft : brief(call.args);
    const reason = isOver(call) && call.state !== "done" ? h("em", {}, say(`call.${call.state}`)) : undefined;
    step.replaceChildren(
      mark(call.state),
      h("b", {}, call.name),
      args ? h("small", {}, args) : "",
      reason ?? "",
    );
    step.title = call.error ?? "";
  }

  #state(entry: Entry, turn: Turn): void {
    const thinking = turn.ended === undefined && turn.calls.length === 0 && !turn.answer;
    const bad = turn.ended !== undefined && turn.status !== "completed";
    entry.state.classList.toggle("thinking", thinking);
    entry.state.classList.toggle("calm", turn.status === "cancelled");
    const waits = turn.started === undefined && this.#turns.open[0] !== turn;
    const words = thinking
      ? say(waits ? "turn.queued" : "turn.thinking")
      : bad
        ? [sayIfKnown(`turn.${turn.status}`) ?? turn.status, turn.error].filter(Boolean).join(": ")
        : "";
    if (entry.state.textContent !== words) entry.state.replaceChildren(words);
    entry.state.hidden = !words;
  }

  #again(): void {
    for (const turn of this.#turns.all) {
      const entry = this.#entries.get(turn.id);
      if (!entry) continue;
      for (const call of turn.calls) this.#step(entry, call);
      this.#state(entry, turn);
    }
  }

  #append(element: HTMLElement): void {
    this.#list.append(element);
    if (this.#list.childElementCount > MOST) this.#drop(this.#list.firstElementChild);
    this.#follow();
  }

  #drop(old: Element | null): void {
    old?.remove();
    const id = old instanceof HTMLElement ? old.dataset.turn : undefined;
    if (id !== undefined) this.#entries.delete(id);
  }

  #follow(): void {
    if (this.#follows) this.#list.scrollTop = this.#list.scrollHeight;
  }
}
