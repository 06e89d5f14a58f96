/** Who plans here, and how to get a model. */
import type { Welcome } from "../../src/index.ts";
import { $, h } from "./dom.ts";
import { say, spoken } from "./words.ts";

let welcome: Welcome | undefined;

function about(planner: string): string {
  if (planner.startsWith("offline")) return say("planner.offline");
  if (planner.startsWith("scripted")) return say("planner.scripted");
  return say("planner.model", planner.replace(/^[^:]*:/, ""));
}

function show(): void {
  if (!welcome) return;
  const { planner, server } = welcome;
  $("planner").hidden = false;
  $("planner-name").textContent = planner;
  document.documentElement.dataset.planner = planner;
  $("planner-card").replaceChildren(
    h("h2", {}, say("planner.title")),
    h("p", {}, about(planner)),
    h("p", { class: "soft" }, say("planner.how")),
    h("pre", { class: "shell", tabindex: 0 }, "ANTHROPIC_API_KEY=… make run"),
    h("p", { class: "soft" }, say("planner.other")),
    h(
      "pre",
      { class: "shell", tabindex: 0 },
      'ANTHROPIC_BASE_URL=https://… ANTHROPIC_API_KEY=… \\\n  make run ARGS="--model NAME"',
    ),
    h("p", { class: "soft small" }, say("planner.server", `${server.name} ${server.version}`)),
  );
}

/** The server said who plans. */
export function plannedBy(frame: Welcome): void {
  welcome = frame;
  show();
}

export const startPlannerCard = (): void => spoken(show);
