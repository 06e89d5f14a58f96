/** Where a session is told something: in words for its planner, or one command without. */

import { h, icon } from "../demo/dom.ts";
import { CommandForm } from "./command-form.ts";
import { InstructForm } from "./instruct-form.ts";
import type { View } from "./sessions-view.ts";
import { mark, PATHS } from "./show.ts";
import type { Watch } from "./watch.ts";
import { say } from "./words.ts";

type Mode = "instruct" | "command";

export interface SteerView extends View {
  /** Open the form of a command. */
  command(name: string): void;
}

export function steerView(watch: Watch): SteerView {
  const instruct = new InstructForm(watch);
  const command = new CommandForm(watch);
  const parts: Record<Mode, { element: HTMLElement }> = { instruct, command };
  let mode: Mode = "instruct";
  const tabs = (["instruct", "command"] as const).map((name) =>
    h(
      "button",
      { type: "button", "data-mode": name, click: () => show(name) },
      icon(name === "instruct" ? PATHS.send : PATHS.play),
      say(`steer.${name}`),
    ),
  );
  const show = (next: Mode): void => {
    mode = next;
    for (const button of tabs) mark(button, "aria-pressed", String(button.dataset.mode === mode));
    for (const [name, part] of Object.entries(parts)) part.element.hidden = name !== mode;
  };
  show(mode);
  const element = h(
    "section",
    { class: "steer", "aria-label": say("steer") },
    h("div", { class: "switch" }, ...tabs),
    instruct.element,
    command.element,
  );
  return {
    element,
    draw: () => {
      element.classList.toggle("over", watch.ended);
      command.draw();
      instruct.draw();
    },
    command: (name) => {
      show("command");
      command.choose(name);
    },
    dispose: () => {
      instruct.dispose();
      command.dispose();
    },
  };
}
