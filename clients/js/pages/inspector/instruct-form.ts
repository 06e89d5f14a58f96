/** An instruction for a session, and what comes of it while it comes. */

import { h, icon } from "../demo/dom.ts";
import { Refused } from "./api.ts";
import { duration } from "./format.ts";
import { asObject, brief, faultsOf, type Json, numberOf, textOf } from "./json.ts";
import { refusalText } from "./refusal.ts";
import { PATHS, shown, statusIcon, statusWord } from "./show.ts";
import type { Watch } from "./watch.ts";
import { say } from "./words.ts";

export class InstructForm {
  readonly element: HTMLElement;
  #text = h("input", {
    type: "text",
    class: "say",
    "aria-label": say("instruct.label"),
    placeholder: say("instruct.placeholder"),
    autocomplete: "off",
    enterkeyhint: "send",
  });
  #only = h("input", {
    type: "text",
    class: "only mono",
    "aria-label": say("instruct.only"),
    placeholder: say("instruct.only"),
    title: say("instruct.only.title"),
    autocomplete: "off",
    spellcheck: "false",
  });
  #require = h("input", { type: "checkbox" });
  #send = h("button", { type: "submit", class: "primary" }, icon(PATHS.send), say("send"));
  #answer = h("div", { class: "answer", role: "log", "aria-label": say("instruct.answer"), hidden: true });
  #running: AbortController | undefined;

  constructor(readonly watch: Watch) {
    this.element = h(
      "form",
      {
        class: "instruct",
        submit: (event) => {
          event.preventDefault();
          void this.#go();
        },
      },
      this.#answer,
      h("div", { class: "line" }, this.#text, this.#send),
      h(
        "div",
        { class: "options" },
        this.#only,
        h("label", { title: say("instruct.require.title") }, this.#require, say("instruct.require")),
      ),
    );
  }

  draw(): void {
    this.#send.disabled = this.watch.ended || this.#running !== undefined;
  }

  dispose(): void {
    this.#running?.abort();
  }

  async #go(): Promise<void> {
    const text = this.#text.value.trim();
    if (text === "" || this.#running) return this.#text.focus();
    const body: Json = { text };
    const only = this.#only.value.split(/[\s,]+/).filter(Boolean);
    if (only.length > 0) body.only = only;
    if (this.#require.checked) body.require = true;
    this.#running = new AbortController();
    this.draw();
    this.#answer.hidden = false;
    this.#answer.replaceChildren(line("planning", text));
    try {
      const frames = this.watch.api.instruct(this.watch.id, body, this.#running.signal);
      this.#text.value = "";
      for await (const frame of frames) {
        if (frame.type === "turn.started") this.watch.turns.about(textOf(frame.turn) ?? "", text);
        this.#frame(frame);
      }
    } catch (refused) {
      if (!this.#running.signal.aborted) this.#refused(refused, text);
    }
    this.#running = undefined;
    this.#answer.firstElementChild?.firstElementChild?.replaceWith(statusIcon("said"));
    this.draw();
  }

  #frame(frame: Json): void {
    const row = rowOf(frame);
    if (row === undefined) return;
    const last = this.#answer.lastElementChild;
    if (frame.type === "text" && last?.classList.contains("text"))
      last.append(...shown(textOf(frame.delta) ?? ""));
    else this.#answer.append(row);
    while (this.#answer.children.length > 80) this.#answer.children[1]?.remove();
    this.#answer.scrollTop = this.#answer.scrollHeight;
  }

  #refused(refused: unknown, text: string): void {
    const faults = refused instanceof Refused ? refused.faults : [];
    this.#answer.append(
      line(
        "failed",
        [refusalText(refused), ...faults.map((fault) => `${fault.path} ${fault.message}`)].join(" · "),
      ),
    );
    this.#text.value ||= text;
    this.#text.focus();
  }
}

function rowOf(frame: Json): HTMLElement | undefined {
  switch (frame.type) {
    case "text":
      return h("p", { class: "text" }, ...shown(textOf(frame.delta) ?? ""));
    case "command":
      return line("open", `${textOf(frame.name) ?? ""}(${brief(frame.args)})`);
    case "command.rejected":
      return line(
        "rejected",
        `${textOf(frame.name) ?? ""}: ${faultsOf(frame.errors)
          .map((fault) => fault.message)
          .join("; ")}`,
      );
    case "cancel":
      return line("cancelled", `${textOf(frame.id) ?? ""} ${textOf(frame.reason) ?? ""}`);
    case "error":
      return line("failed", `${textOf(frame.code) ?? ""}: ${textOf(frame.message) ?? ""}`);
    case "turn.ended":
      return endLine(frame);
    default:
      return undefined;
  }
}

function endLine(frame: Json): HTMLElement {
  const status = textOf(frame.status) ?? "";
  const error = asObject(frame.error);
  const why = textOf(error.message);
  const count = numberOf(frame.commands) ?? 0;
  const told = [
    statusWord(status),
    say(count === 1 ? "commands.one" : "commands.n", count),
    duration(numberOf(asObject(frame.timing).total_ms)),
    why,
  ];
  return line(status, told.filter(Boolean).join(" · "));
}

const line = (status: string, text: string): HTMLElement =>
  h("p", { class: "answer-line", "data-status": status }, statusIcon(status), h("span", {}, ...shown(text)));
