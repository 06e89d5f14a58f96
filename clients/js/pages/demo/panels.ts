/** The dock below the world: three tabs, more or less of them; on a phone a sheet that is drawn up over the talk. */
import { $ } from "./dom.ts";
import { say, spoken } from "./words.ts";

type Size = "closed" | "open" | "tall";

const dock = $("dock");
const size = $("dock-size");
const tabs = [...dock.querySelectorAll<HTMLElement>("[role=tab]")];
export const narrow = matchMedia("(max-width: 860px), (max-height: 540px)");

let shown = tabs[0];
let now: Size = "open";

/** Show the panel of a tab, at least as large as it can be read. */
export function open(tab: HTMLElement, wanted: Size = now === "closed" ? "open" : now): void {
  shown = tab;
  resize(wanted);
}

function resize(wanted: Size): void {
  now = wanted;
  dock.dataset.size = now;
  for (const tab of tabs) {
    const panel = $(tab.getAttribute("aria-controls") ?? "");
    const on = tab === shown;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    panel.hidden = !on || now === "closed";
    if (!panel.hidden) panel.dispatchEvent(new Event("shown"));
  }
  label();
}

/** What the one button does next: a sheet opens and closes; at a desk there is a third, taller size. */
const next = (): Size =>
  narrow.matches ? (now === "closed" ? "open" : "closed") : now === "open" ? "tall" : "open";

function label(): void {
  const grows = next() !== "closed" && !(now === "tall");
  size.setAttribute("aria-label", say(grows ? "dock.larger" : "dock.smaller"));
  size.setAttribute("aria-expanded", String(!grows));
}

function press(tab: HTMLElement): void {
  if (narrow.matches && tab === shown && now !== "closed") resize("closed");
  else open(tab);
}

function arrow(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.length, End: tabs.length }[event.key];
  if (step === undefined || !shown) return;
  event.preventDefault();
  const at = tabs.indexOf(shown);
  const wanted =
    Math.abs(step) === 1 ? (at + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
  const tab = tabs[wanted];
  if (!tab) return;
  if (now === "closed") resize("open");
  open(tab);
  tab.focus();
}

for (const tab of tabs) tab.addEventListener("click", () => press(tab));
$("tabs").addEventListener("keydown", arrow);
size.addEventListener("click", () => resize(next()));
narrow.addEventListener("change", () => resize(narrow.matches ? "closed" : "open"));
dock.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && narrow.matches && now !== "closed") {
    resize("closed");
    shown?.focus();
  }
});

export function startPanels(): void {
  resize(narrow.matches ? "closed" : "open");
  spoken(label);
}
