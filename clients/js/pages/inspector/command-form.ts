/** One command of a session, called without a model: a form made from its schema, or JSON. */

import { h, icon } from "../demo/dom.ts";
import { Refused } from "./api.ts";
import { collect, fields, spread } from "./form.ts";
import { FormView } from "./form-view.ts";
import { asObject, compact, type Fault, isObject, type Json, textOf } from "./json.ts";
import { jsonView } from "./json-view.ts";
import { refusalText } from "./refusal.ts";
import { mark, PATHS, shown, statusIcon, statusWord } from "./show.ts";
import type { Watch } from "./watch.ts";
import { say } from "./words.ts";

export class CommandForm {
  readonly element: HTMLElement;
  #select = h("select", {
    class: "which mono",
    "aria-label": say("command.which"),
    change: () => this.#chosen(),
  });
  #asJson = h(
    "button",
    { type: "button", class: "quiet", "aria-pressed": "false", click: () => this.#turn() },
    "JSON",
  );
  #run = h("button", { type: "submit", class: "primary" }, icon(PATHS.play), say("run"));
  #body = h("div", { class: "command-body" });
  #answer = h("div", { class: "answer", role: "log", "aria-label": say("command.answer"), hidden: true });
  #raw = h("textarea", { class: "mono raw", rows: 5, "aria-label": say("command.raw"), spellcheck: "false" });
  #form: FormView | undefined;
  #running: AbortController | undefined;
  #drawn: unknown;

  constructor(readonly watch: Watch) {
    this.element = h(
      "form",
      {
        class: "command-form",
        novalidate: true,
        submit: (event) => {
          event.preventDefault();
          void this.#go();
        },
      },
      this.#answer,
      this.#body,
      h("div", { class: "line" }, this.#select, this.#asJson, this.#run),
    );
  }

  draw(): void {
    this.#run.disabled = this.watch.ended || this.#running !== undefined || this.#select.value === "";
    if (this.#drawn === this.watch.detail) return;
    this.#drawn = this.watch.detail;
    const held = this.#select.value;
    const names = (this.watch.detail?.commands ?? []).map((command) => textOf(command.name) ?? "");
    this.#select.replaceChildren(...names.map((name) => h("option", { value: name }, ...shown(name))));
    if (names.includes(held)) this.#select.value = held;
    else this.#chosen();
  }

  choose(name: string): void {
    this.#select.value = name;
    this.#chosen();
    this.#body.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }

  dispose(): void {
    this.#running?.abort();
  }

  get #command(): Json | undefined {
    return this.watch.detail?.commands.find((command) => command.name === this.#select.value);
  }

  #chosen(args: unknown = {}): void {
    const form = fields(this.#command?.parameters ?? {});
    this.#form = new FormView(form, spread(form, args));
    this.#body.replaceChildren(this.#form.element);
    mark(this.#asJson, "aria-pressed", "false");
    this.#run.disabled = this.watch.ended || this.#select.value === "";
  }

  /** From the form to JSON, or back. */
  #turn(): void {
    if (this.#form) {
      this.#raw.value = JSON.stringify(collect(this.#form.fields, this.#form.values).args, null, 2);
      this.#form = undefined;
      this.#body.replaceChildren(this.#raw);
      mark(this.#asJson, "aria-pressed", "true");
      this.#raw.focus();
      return;
    }
    const args = this.#parsed();
    if (args !== undefined) this.#chosen(args);
  }

  #parsed(): Json | undefined {
    try {
      const value: unknown = JSON.parse(this.#raw.value || "{}");
      if (isObject(value)) return value;
      this.#say("failed", say("command.not_object"));
    } catch (broken) {
      this.#say("failed", `${say("command.not_json")} ${broken instanceof Error ? broken.message : ""}`);
    }
    mark(this.#raw, "aria-invalid", "true");
    this.#raw.focus();
    return undefined;
  }

  #args(): Json | undefined {
    if (!this.#form) return this.#parsed();
    const { args, faults } = collect(this.#form.fields, this.#form.values);
    this.#form.faulty(faults.map((fault) => ({ ...fault, message: say("form.unreadable", fault.message) })));
    return faults.length > 0 ? undefined : args;
  }

  async #go(): Promise<void> {
    const name = this.#select.value;
    if (name === "" || this.#running) return;
    mark(this.#raw, "aria-invalid", undefined);
    const args = this.#args();
    if (args === undefined) return;
    this.#running = new AbortController();
    this.draw();
    this.#say("planning", `${name}(${compact(args)})`);
    try {
      this.#told(name, await this.watch.api.command(this.watch.id, name, args, this.#running.signal));
    } catch (refused) {
      if (!this.#running.signal.aborted) this.#refused(refused);
    }
    this.#running = undefined;
    this.draw();
  }

  #told(name: string, answer: Json): void {
    const error = asObject(answer.error);
    const code = textOf(error.code) ?? "";
    if (answer.ok === true) this.#say("done", `${name}: ${statusWord("done")}`);
    else
      this.#say(
        code === "declined" ? "declined" : "failed",
        `${name}: ${code} ${textOf(error.message) ?? ""}`,
      );
    if (answer.value !== undefined && answer.value !== null) this.#answer.append(jsonView(answer.value));
  }

  #refused(refused: unknown): void {
    const faults: Fault[] = refused instanceof Refused ? refused.faults : [];
    const rest = this.#form ? this.#form.faulty(faults) : faults;
    if (!this.#form && faults.length > 0) mark(this.#raw, "aria-invalid", "true");
    this.#say(
      "failed",
      [refusalText(refused), ...rest.map((fault) => `${fault.path} ${fault.message}`)].join(" · "),
    );
  }

  #say(status: string, text: string): void {
    this.#answer.hidden = false;
    this.#answer.replaceChildren(
      h(
        "p",
        { class: "answer-line", "data-status": status },
        statusIcon(status),
        h("span", {}, ...shown(text)),
      ),
    );
  }
}
