/** A form of fields, with the faults of each at its place. */

import { h } from "../demo/dom.ts";
import { type Field, flat, placed } from "./form.ts";
import { compact, type Fault } from "./json.ts";
import { mark, shown } from "./show.ts";
import { say } from "./words.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
let forms = 0;
const next = (): number => {
  forms += 1;
  return forms;
};

export class FormView {
  readonly element = h("div", { class: "fields" });
  #prefix = `form${next()}`;
  #controls = new Map<string, Control>();
  #errors = new Map<string, HTMLElement>();

  constructor(
    readonly fields: Field[],
    values: ReadonlyMap<string, string>,
  ) {
    this.element.append(...this.#nodes(fields, values));
    if (fields.length === 0) this.element.append(h("p", { class: "soft" }, say("form.none")));
  }

  get values(): Map<string, string> {
    return new Map([...this.#controls].map(([pointer, control]) => [pointer, control.value]));
  }

  /** Show each fault at its field; the ones that belong to none come back. The first field with one gets the focus. */
  faulty(faults: Fault[]): Fault[] {
    const found = placed(this.fields, faults);
    for (const { pointer } of flat(this.fields)) {
      const here = found.get(pointer) ?? [];
      const control = this.#controls.get(pointer);
      if (control) mark(control, "aria-invalid", here.length > 0 ? "true" : undefined);
      this.#errors.get(pointer)?.replaceChildren(...shown(here.map((fault) => fault.message).join("; ")));
    }
    this.element.querySelector<HTMLElement>("[aria-invalid]")?.focus();
    return found.get("") ?? [];
  }

  #nodes(fields: Field[], values: ReadonlyMap<string, string>): HTMLElement[] {
    return fields.map((field) =>
      field.kind === "group" ? this.#group(field, values) : this.#field(field, values),
    );
  }

  #group(field: Field, values: ReadonlyMap<string, string>): HTMLElement {
    const error = h("p", { class: "field-error" });
    this.#errors.set(field.pointer, error);
    return h(
      "fieldset",
      {},
      h("legend", {}, ...shown(field.name), field.required && star()),
      error,
      ...this.#nodes(field.fields, values),
    );
  }

  #field(field: Field, values: ReadonlyMap<string, string>): HTMLElement {
    const id = `${this.#prefix}${field.pointer.replaceAll("/", "-")}`;
    const control = controlOf(field);
    control.id = id;
    control.value = values.get(field.pointer) ?? (field.required ? field.preset : "");
    control.setAttribute("aria-describedby", `${id}-about ${id}-error`);
    control.dataset.pointer = field.pointer;
    if (field.required) control.setAttribute("aria-required", "true");
    const error = h("p", { class: "field-error", id: `${id}-error`, "aria-live": "polite" });
    this.#controls.set(field.pointer, control);
    this.#errors.set(field.pointer, error);
    const about = h(
      "p",
      { class: "field-about", id: `${id}-about` },
      h("code", {}, ...shown(field.type)),
      " ",
      ...shown(field.about),
    );
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, ...shown(field.name), field.required && star()),
      control,
      error,
      about,
    );
  }
}

const star = (): HTMLElement => h("abbr", { title: say("required") }, "*");

function controlOf(field: Field): Control {
  const hint = field.preset === "" ? "" : field.preset;
  if (field.kind === "choice")
    return choice(
      field.required,
      field.options.map((option) => [compact(option), typeof option === "string" ? option : compact(option)]),
    );
  if (field.kind === "yesno")
    return choice(field.required, [
      ["true", say("yes")],
      ["false", say("no")],
    ]);
  if (field.kind === "json")
    return h("textarea", { rows: 2, placeholder: hint || "JSON", spellcheck: "false", class: "mono" });
  if (field.kind === "number") {
    return h("input", {
      type: "number",
      step: field.whole ? 1 : "any",
      min: field.least,
      max: field.most,
      placeholder: hint,
      inputmode: field.whole ? "numeric" : "decimal",
    });
  }
  return h("input", { type: "text", placeholder: hint, autocomplete: "off" });
}

function choice(required: boolean, options: [string, string][]): HTMLSelectElement {
  const element = h("select", {});
  if (!required) element.append(h("option", { value: "" }, "–"));
  for (const [value, text] of options) element.append(h("option", { value }, ...shown(text)));
  return element;
}
