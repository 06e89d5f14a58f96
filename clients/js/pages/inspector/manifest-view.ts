/** What a session can do: its commands, what would make them better, and how many words its vocabulary has. */

import { h } from "../demo/dom.ts";
import { divided } from "./findings.ts";
import { asList, type Fault, type Json, textOf } from "./json.ts";
import { jsonView } from "./json-view.ts";
import { type Row, rows, typeText } from "./schema.ts";
import type { View } from "./sessions-view.ts";
import { put, shown, statusIcon } from "./show.ts";
import type { Watch } from "./watch.ts";
import { say } from "./words.ts";

export function manifestView(watch: Watch, steer: (name: string) => void): View {
  const filter = h("input", {
    type: "search",
    class: "filter",
    placeholder: say("manifest.filter"),
    "aria-label": say("manifest.filter"),
    autocomplete: "off",
    input: () => sift(),
  });
  const count = h("span", { class: "count" });
  const words = h("span", { class: "chips" });
  const general = h("div", {});
  const list = h("ul", { class: "commands" });
  const empty = h("p", { class: "empty" }, say("manifest.loading"));
  let drawn: unknown;
  const sift = (): void => {
    const wanted = filter.value.toLowerCase();
    for (const item of list.children) {
      if (item instanceof HTMLElement) item.hidden = !(item.dataset.words ?? "").includes(wanted);
    }
  };
  return {
    element: h(
      "div",
      { class: "manifest", role: "region", "aria-label": say("tab.manifest"), tabindex: 0 },
      h("div", { class: "tools" }, filter, count, words),
      general,
      empty,
      list,
    ),
    draw: () => {
      const { detail, trouble } = watch;
      empty.hidden = detail !== undefined;
      if (trouble !== undefined) put(empty, trouble);
      if (!detail || drawn === detail) return;
      drawn = detail;
      put(count, say("manifest.count", detail.commands.length, detail.findings.length));
      words.replaceChildren(
        ...detail.vocabulary.map(([name, size]) =>
          h("span", { class: "chip" }, ...shown(name), h("b", {}, String(size))),
        ),
      );
      const { own, rest } = divided(detail.commands, detail.findings);
      general.replaceChildren(...(rest.length > 0 ? [findings(rest)] : []));
      list.replaceChildren(
        ...detail.commands.map((command, index) => item(command, own[index] ?? [], steer)),
      );
      sift();
    },
  };
}

function item(command: Json, found: Fault[], steer: (name: string) => void): HTMLElement {
  const name = textOf(command.name) ?? "?";
  const about = textOf(command.description) ?? "";
  const parameters = rows(command.parameters);
  const element = h(
    "li",
    { class: "command", "data-name": name, "data-words": `${name} ${about}`.toLowerCase() },
    h(
      "header",
      {},
      h("h3", {}, ...shown(name)),
      h("span", { class: "marks" }, ...marks(command)),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          click: () => steer(name),
          "aria-label": say("manifest.call.label", name),
        },
        say("manifest.call"),
      ),
    ),
    about === ""
      ? h("p", { class: "about none" }, say("manifest.no_description"))
      : h("p", { class: "about" }, ...shown(about, true)),
    parameters.length > 0 && table(parameters),
    command.returns !== undefined &&
      command.returns !== null &&
      h(
        "p",
        { class: "returns" },
        h("span", { class: "cell-label" }, say("manifest.returns")),
        h("code", {}, ...shown(returned(command.returns))),
      ),
    examples(command),
    found.length > 0 && findings(found),
  );
  const raw = h("details", {}, h("summary", {}, "JSON"));
  raw.addEventListener("toggle", () => raw.children.length < 2 && raw.append(jsonView(command)));
  element.append(raw);
  return element;
}

function returned(schema: unknown): string {
  const found = rows(schema);
  if (found.length === 0) return typeText(schema);
  return `{ ${found.map((row) => `${row.name}${row.required ? "" : "?"}: ${row.type}`).join(", ")} }`;
}

function examples(command: Json): HTMLElement | false {
  const found = asList(command.examples)
    .map(textOf)
    .filter((example) => example !== undefined);
  if (found.length === 0) return false;
  return h("p", { class: "examples" }, ...found.map((example) => h("q", {}, ...shown(example))));
}

function marks(command: Json): HTMLElement[] {
  const timeout =
    command.timeout === 0
      ? say("manifest.no_result")
      : command.timeout === undefined || command.timeout === null
        ? ""
        : `${say("call.timeout")} ${String(command.timeout)} s`;
  const stream = asList(command.stream).map(String).join(", ");
  const found: [string, string][] = [
    ["lane", textOf(command.lane) ?? "main"],
    ["timeout", timeout],
    ["ttl", typeof command.ttl === "number" ? `ttl ${command.ttl} s` : ""],
    ["stream", stream && `${say("manifest.stream")} ${stream}`],
    ["confirm", command.confirm === true ? say("manifest.confirm") : ""],
  ];
  return found
    .filter(([, text]) => text !== "")
    .map(([kind, text]) => h("span", { class: `chip ${kind}` }, ...shown(text)));
}

function table(parameters: Row[]): HTMLElement {
  const body = h("tbody", {});
  fill(body, parameters, 0);
  const heads = [say("manifest.parameter"), say("manifest.type"), say("manifest.about")];
  return h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": say("manifest.parameters") },
    h(
      "table",
      {},
      h("thead", { class: "unseen" }, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      body,
    ),
  );
}

function fill(body: HTMLElement, parameters: Row[], depth: number): void {
  for (const row of parameters) {
    const name = h(
      "th",
      { scope: "row" },
      h("code", {}, ...shown(row.name)),
      row.required && h("abbr", { title: say("required") }, "*"),
    );
    name.style.paddingInlineStart = `${depth * 1.1}em`;
    const type = h(
      "td",
      {},
      h("code", { class: "type" }, ...shown(row.type)),
      row.preset !== undefined && h("small", {}, ...shown(` = ${row.preset}`)),
    );
    body.append(h("tr", {}, name, type, h("td", {}, ...shown(row.about))));
    fill(body, row.rows, depth + 1);
  }
}

function findings(found: Fault[]): HTMLElement {
  return h(
    "ul",
    { class: "findings" },
    ...found.map((fault) =>
      h(
        "li",
        { "data-code": fault.code },
        statusIcon("refused"),
        h("code", {}, ...shown(fault.path)),
        h("span", {}, ...shown(fault.message)),
      ),
    ),
  );
}
