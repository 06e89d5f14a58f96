/** A command of the person's own, written as JSON, with what is wrong shown where it is wrong. */
import { CapserverError } from "../../src/index.ts";
import { h } from "./dom.ts";
import { lineAndColumn, placeOf, read, type Span } from "./json-text.ts";
import type { Declared } from "./manifest.ts";
import { say, spoken, translate } from "./words.ts";

const EXAMPLE = `{
  "name": "juggle",
  "description": "Juggle with things. 抛接杂耍。",
  "parameters": {
    "type": "object",
    "properties": {
      "count": {
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "default": 3,
        "description": "How many things. 几个。"
      }
    },
    "additionalProperties": false
  },
  "examples": ["juggle {count} balls", "juggle", "抛接{count}个球", "玩杂耍"],
  "lane": "body"
}
`;

interface Trouble extends Span {
  readonly message: string;
}

export class OwnCommand {
  readonly element: HTMLElement;
  readonly #text = h("textarea", {
    id: "own",
    spellcheck: "false",
    rows: 14,
    autocapitalize: "off",
    "aria-describedby": "own-errors",
  });
  readonly #lines = h("div", { class: "own-lines", "aria-hidden": "true" });
  readonly #marks = h("div", { class: "own-marks", "aria-hidden": "true" });
  readonly #errors = h("ul", { class: "own-errors", id: "own-errors" });
  readonly #add = h("button", { type: "submit", class: "primary", id: "own-add", "data-t": "own.add" });
  readonly #done = h("p", { class: "own-done", role: "status", hidden: true });

  /** @param offer adds it to the manifest; rejects as the server does */
  constructor(
    private readonly offer: (declared: Declared) => Promise<void>,
    private readonly attempt: (text: string) => void,
  ) {
    this.#text.value = EXAMPLE;
    const editor = h(
      "div",
      { class: "own-editor" },
      this.#lines,
      h("div", { class: "own-box" }, this.#marks, this.#text),
    );
    this.element = h(
      "form",
      { class: "own", submit: (event) => void this.#submit(event) },
      h("h2", { "data-t": "own.title" }),
      h("p", { class: "soft", "data-t": "own.about" }),
      h("label", { class: "unseen", for: "own", "data-t": "own.label" }),
      editor,
      h("div", { role: "alert" }, this.#errors),
      h("div", { class: "own-foot" }, this.#add, this.#done),
    );
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("scroll", () => this.#scroll(), { passive: true });
    spoken(() => {
      translate(this.element);
      this.#typed();
    });
  }

  /** While it is written, only what is no JSON is told, and what the server said goes. */
  #typed(): void {
    const { slip } = read(this.#text.value);
    this.#show(slip ? [{ ...slip, message: say(slip.word) }] : []);
    this.#done.hidden = true;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const text = this.#text.value;
    const reading = read(text);
    if (reading.slip) return this.#show([{ ...reading.slip, message: say(reading.slip.word) }]);
    const whole = placeOf(reading.places, "");
    const { value } = reading;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return this.#show([{ ...whole, message: say("own.object") }]);
    }
    if (!("name" in value) || typeof value.name !== "string" || !value.name) {
      return this.#show([{ ...placeOf(reading.places, "/name"), message: say("own.name") }]);
    }
    this.#add.disabled = true;
    try {
      await this.offer(value as Declared);
      this.#offered(value as Declared);
    } catch (error) {
      if (!(error instanceof CapserverError)) throw error;
      this.#show(troubles(error, reading.places));
    } finally {
      this.#add.disabled = false;
    }
  }

  #offered(declared: Declared): void {
    this.#show([]);
    const utterance = utteranceOf(declared);
    const [before, after] = say("own.added", declared.name, "\u0000").split("\u0000");
    const link = h(
      "button",
      { type: "button", class: "link", click: () => this.attempt(utterance) },
      utterance,
    );
    this.#done.replaceChildren(before ?? "", link, after ?? "");
    this.#done.hidden = false;
  }

  #show(troubles: Trouble[]): void {
    const text = this.#text.value;
    this.#text.setAttribute("aria-invalid", String(troubles.length > 0));
    this.#errors.replaceChildren(...troubles.map((trouble) => this.#error(trouble)));
    const at = troubles.map((trouble) => lineAndColumn(text, trouble.from)[0]);
    const lines = text
      .split("\n")
      .map((_, n) => h("span", at.includes(n + 1) ? { class: "bad" } : {}, String(n + 1)));
    this.#lines.replaceChildren(...lines);
    this.#marks.replaceChildren(...marked(text, troubles));
    this.#scroll();
  }

  #error(trouble: Trouble): HTMLElement {
    const where = say("own.at", ...lineAndColumn(this.#text.value, trouble.from));
    const go = (): void => {
      this.#text.focus();
      this.#text.setSelectionRange(trouble.from, trouble.to);
    };
    return h(
      "li",
      {},
      h("button", { type: "button", class: "link", click: go }, where),
      ` ${trouble.message}`,
    );
  }

  #scroll(): void {
    this.#lines.scrollTop = this.#marks.scrollTop = this.#text.scrollTop;
    this.#marks.scrollLeft = this.#text.scrollLeft;
  }
}

/** The server's faults, each where it means; one that is not about this text stands at its beginning. */
function troubles(error: CapserverError, places: ReadonlyMap<string, Span>): Trouble[] {
  if (!error.details?.length) return [{ from: 0, to: 1, message: error.message }];
  return error.details.map(({ path, message }) => {
    const pointer = path.replace(/^\/(?:add|commands)\/[^/]*/, "");
    return { ...placeOf(places, pointer), message: pointer ? `${pointer}: ${message}` : message };
  });
}

/** The text once more, unseen, with what is wrong underlined. */
function marked(text: string, troubles: readonly Trouble[]): (Node | string)[] {
  const pieces: (Node | string)[] = [];
  let at = 0;
  for (const { from, to } of [...troubles].sort((a, b) => a.from - b.from)) {
    if (from < at) continue;
    const first = text.slice(from, Math.max(to, from + 1)).split("\n")[0] || " ";
    pieces.push(text.slice(at, from), h("mark", {}, first));
    at = from + first.length;
  }
  pieces.push(text.slice(at));
  return pieces;
}

/** Something to say that calls it: an example with its slots filled by the defaults. */
export function utteranceOf({ name, examples, parameters }: Declared): string {
  const properties = (
    parameters as
      | { properties?: Record<string, { default?: unknown; enum?: unknown[]; minimum?: unknown }> }
      | undefined
  )?.properties;
  const example = examples?.find((text) => typeof text === "string") ?? name;
  return example.replace(/\{(\w+)\}/g, (slot, param: string) => {
    const schema = properties?.[param];
    return String(schema?.default ?? schema?.enum?.[0] ?? schema?.minimum ?? slot);
  });
}
