/** One command in the manifest's panel. */
import type { ErrorDetail } from "../../src/index.ts";
import { h, icon } from "./dom.ts";
import type { Declared } from "./manifest.ts";
import { ours, say } from "./words.ts";

interface Doings {
  toggle(on: boolean): Promise<void>;
  remove(): void;
  attempt(text: string): void;
}

interface Property {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly "x-vocabulary"?: string;
}

export class Card {
  readonly element = h("li", { class: "command" });
  readonly #switch = h("input", { type: "checkbox", role: "switch", class: "switch", checked: true });
  #findings: readonly ErrorDetail[] = [];
  #open = false;

  constructor(
    readonly command: Declared,
    readonly own: boolean,
    private readonly doings: Doings,
  ) {
    this.element.dataset.name = command.name;
    this.#switch.addEventListener("change", () => void this.#turn());
    this.translate();
  }

  has(text: string): boolean {
    const { name, description = "", examples = [] } = this.command;
    return [name, description, ...examples].join("\n").toLowerCase().includes(text);
  }

  set(on: boolean): void {
    this.#switch.checked = on;
    this.element.classList.toggle("off", !on);
  }

  found(findings: readonly ErrorDetail[]): void {
    if (findings.length === 0 && this.#findings.length === 0) return;
    this.#findings = findings;
    this.translate();
  }

  /** Make all of it anew, in the language of the interface. */
  translate(): void {
    const { name, description = "" } = this.command;
    this.#switch.setAttribute("aria-label", say("manifest.offer", name));
    const summary = h(
      "summary",
      {},
      h("b", {}, name),
      ...this.#badges(),
      h("span", { class: "about" }, ours(description)),
    );
    const details = h("details", { open: this.#open }, summary, this.#body());
    details.addEventListener("toggle", () => {
      this.#open = details.open;
    });
    const label = { type: "button", class: "round plain", "aria-label": say("manifest.remove", name) };
    const remove =
      this.own && h("button", { ...label, click: () => this.doings.remove() }, icon("m6 6 8 8m0-8-8 8"));
    this.element.replaceChildren(this.#switch, details, remove || "");
  }

  async #turn(): Promise<void> {
    this.#switch.disabled = true;
    await this.doings.toggle(this.#switch.checked);
    this.#switch.disabled = false;
  }

  #badges(): HTMLElement[] {
    const { lane, stream, returns, confirm } = this.command;
    const words = [
      this.own && say("manifest.own"),
      lane && say("manifest.lane", lane),
      stream?.length && say("manifest.stream", stream.join(", ")),
      returns !== undefined && say("manifest.returns"),
      confirm && say("manifest.confirm"),
    ];
    return words
      .filter((word): word is string => typeof word === "string")
      .map((word) => h("span", { class: "badge" }, word));
  }

  #body(): HTMLElement {
    const { parameters, examples = [] } = this.command;
    const schema = parameters as
      | { properties?: Record<string, Property>; required?: readonly string[] }
      | undefined;
    const rows = Object.entries(schema?.properties ?? {}).flatMap(([name, property]) => [
      h(
        "dt",
        {},
        h("code", {}, name),
        schema?.required?.includes(name) && h("span", { class: "badge" }, say("manifest.required")),
      ),
      h("dd", {}, h("span", { class: "kind" }, kindOf(property)), ours(property.description ?? "")),
    ]);
    const tries = examples.map((example) =>
      h(
        "button",
        {
          type: "button",
          class: "example",
          "aria-label": say("manifest.try", example),
          click: () => this.doings.attempt(example),
        },
        example,
      ),
    );
    const found = this.#findings.map(({ path, message }) =>
      h("li", {}, h("code", {}, path.split("/").slice(3).join("/") || "/"), ` ${message}`),
    );
    return h(
      "div",
      { class: "command-body" },
      found.length > 0 && h("ul", { class: "found" }, ...found),
      rows.length > 0 && h("dl", {}, ...rows),
      tries.length > 0 && h("div", { class: "examples" }, ...tries),
    );
  }
}

/** What a parameter may be, in a line. */
function kindOf(property: Property): string {
  const range =
    property.minimum !== undefined || property.maximum !== undefined
      ? ` ${property.minimum ?? ""}…${property.maximum ?? ""}`
      : "";
  const kind =
    property.enum?.join(" | ") ??
    (property["x-vocabulary"] ? `→ ${property["x-vocabulary"]}` : `${String(property.type ?? "")}${range}`);
  return property.default === undefined ? kind : `${kind} = ${JSON.stringify(property.default)}`;
}
