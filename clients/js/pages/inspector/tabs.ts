/** Tabs, as the ARIA practices describe them: arrows move, one panel shows. */

import { h } from "../demo/dom.ts";
import { choice } from "../demo/preferences.ts";
import { mark } from "./show.ts";

export interface Tab {
  name: string;
  label: string;
  element: HTMLElement;
  draw(): void;
}

let held = choice.of("inspector.tab");

export class Tabs {
  readonly element: HTMLElement;
  #chosen: Tab | undefined;
  #buttons: HTMLButtonElement[];

  constructor(readonly tabs: readonly Tab[]) {
    this.#buttons = tabs.map((tab) => this.#button(tab));
    const bar = h(
      "div",
      { class: "tab-bar", role: "tablist", keydown: (event) => this.#key(event as KeyboardEvent) },
      ...this.#buttons,
    );
    for (const tab of tabs) {
      tab.element.id = `panel-${tab.name}`;
      tab.element.setAttribute("role", "tabpanel");
      tab.element.setAttribute("aria-labelledby", `tab-${tab.name}`);
    }
    this.element = h("div", { class: "tabs" }, bar, ...tabs.map((tab) => tab.element));
    this.show(tabs.find((tab) => tab.name === held) ?? tabs[0]);
  }

  draw(): void {
    this.#chosen?.draw();
  }

  /** A number beside a tab's name. */
  count(name: string, count: number | undefined): void {
    const button = this.#buttons[this.tabs.findIndex((tab) => tab.name === name)];
    const small = button?.querySelector("small");
    if (small) small.textContent = count ? String(count) : "";
  }

  show(tab: Tab | undefined): void {
    if (!tab) return;
    this.#chosen = tab;
    for (const [index, button] of this.#buttons.entries()) {
      const isChosen = this.tabs[index] === tab;
      mark(button, "aria-selected", String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    }
    for (const other of this.tabs) other.element.hidden = other !== tab;
    tab.draw();
  }

  #button(tab: Tab): HTMLButtonElement {
    const chosen = (): void => {
      held = tab.name;
      choice.keep("inspector.tab", tab.name);
      this.show(tab);
    };
    return h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${tab.name}`,
        "aria-controls": `panel-${tab.name}`,
        click: chosen,
      },
      tab.label,
      h("small", {}),
    );
  }

  #key(event: KeyboardEvent): void {
    const at = this.#buttons.indexOf(event.target as HTMLButtonElement);
    const to = event.key === "ArrowRight" ? at + 1 : event.key === "ArrowLeft" ? at - 1 : undefined;
    const button = to === undefined ? undefined : this.#buttons.at(to % this.#buttons.length);
    if (!button) return;
    event.preventDefault();
    button.click();
    button.focus();
  }
}
