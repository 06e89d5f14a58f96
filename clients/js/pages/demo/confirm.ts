/** Asks the person before a command with `confirm` is performed. */
import type { Confirm } from "../../src/index.ts";
import { $, h } from "./dom.ts";
import { pretty } from "./json.ts";
import { say } from "./words.ts";

/** Resolves to what the person answered; withdrawn, the question goes and the answer is no. */
export const ask: Confirm = (call, signal) => {
  const dialog = $("confirm", HTMLDialogElement);
  const yes = h("button", { type: "submit", value: "yes", class: "primary" }, say("confirm.yes"));
  const no = h("button", { type: "submit", value: "no", class: "quiet" }, say("confirm.no"));
  const buttons = h("form", { method: "dialog", class: "row" }, no, yes);
  dialog.replaceChildren(
    h("h2", { id: "confirm-title" }, say("confirm.title")),
    h("p", {}, h("b", {}, call.name)),
    pretty(call.args),
    buttons,
  );
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => dialog.close("no"), { once: true });
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
};
