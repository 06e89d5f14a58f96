/** The two questions that the page asks: for a token, and whether somebody is sure. */

import { h } from "../demo/dom.ts";
import { say } from "./words.ts";

/** Whether the person agrees. */
export function ask(title: string, about: string, yes: string): Promise<boolean> {
  return new Promise((answer) => {
    const dialog = h(
      "dialog",
      { "aria-labelledby": "ask-title" },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "ask-title" }, title),
        h("p", {}, about),
        h(
          "div",
          { class: "line" },
          h("button", { value: "no", autofocus: true }, say("cancel")),
          h("button", { value: "yes", class: "danger solid" }, yes),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

let open: HTMLDialogElement | undefined;

/** Ask for the server's token; `wrong`: the one that was sent was not taken. Asked once at a time. */
export function askToken(wrong: boolean, given: (token: string) => void): void {
  if (open) return;
  const input = h("input", {
    type: "password",
    id: "token",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "token-error token-about",
    autofocus: true,
  });
  if (wrong) input.setAttribute("aria-invalid", "true");
  const dialog = h(
    "dialog",
    { class: "token", "aria-labelledby": "token-title" },
    h(
      "form",
      { method: "dialog", submit: (event) => input.value.trim() === "" && event.preventDefault() },
      h("h2", { id: "token-title" }, say("token.title")),
      h("label", { for: "token" }, say("token.label")),
      input,
      h("p", { class: "field-error", id: "token-error", role: "alert" }, wrong && say("token.wrong")),
      h("p", { class: "soft", id: "token-about" }, say("token.about")),
      h("div", { class: "line" }, h("button", { class: "primary", value: "yes" }, say("token.go"))),
    ),
  );
  open = dialog;
  dialog.addEventListener("close", () => {
    dialog.remove();
    open = undefined;
    if (dialog.returnValue === "yes" && input.value.trim() !== "") given(input.value.trim());
  });
  document.body.append(dialog);
  dialog.showModal();
}
