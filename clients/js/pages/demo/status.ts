/** How the connection stands: the pill, and a notice with what to do where something is wrong. */
import type { CapserverError, Status } from "../../src/index.ts";
import { $, h } from "./dom.ts";
import { say, sayIfKnown, spoken } from "./words.ts";

const REJOICED = 6000; // ms for which the pill says that nothing was lost

/** What a person can do about it. */
interface Doings {
  /** Connect anew, with another token where one was typed. */
  retry(token?: string): void;
}

interface Notice {
  readonly kind: string;
  readonly title: string;
  readonly text?: string | undefined;
  readonly list?: readonly string[] | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
  readonly form?: boolean;
}

export class StatusView {
  readonly #pill = $("status");
  readonly #text = $("status-text");
  readonly #notice = $("notice");
  #status: Status = { state: "connecting" };
  #error: CapserverError | undefined;
  #told: Notice | undefined;
  #resumed = false;
  #was = "";
  #opened = false;
  #typed = false;
  #timer = 0;
  #clock = 0;
  #until = 0;

  constructor(private readonly doings: Doings) {
    spoken(() => this.#show());
  }

  get now(): Status {
    return this.#status;
  }

  /** The newest error of the server's; a close that follows is explained by it. */
  heard(error: CapserverError): void {
    this.#error = error;
    this.#show();
  }

  /** Something that has nothing to do with the connection; the connection's own notices go first. */
  tell(title: string, text: string, again?: () => void): void {
    const dismiss = (): void => {
      this.#told = undefined;
      this.#show();
    };
    const action = again ? { label: say("retry"), run: again } : { label: say("close"), run: dismiss };
    this.#told = { kind: "told", title, text, action };
    this.#show();
  }

  /** A new client begins: what the old one was told is over. */
  begin(): void {
    this.#error = undefined;
    this.change({ state: "connecting" });
  }

  change(status: Status): void {
    const returned = status.state === "open" && status.resumed === true && this.#status.state !== "open";
    this.#status = status;
    this.#until = performance.now() + (status.retryIn ?? 0);
    if (status.state === "open") {
      this.#opened = true;
      this.#error = undefined;
    }
    if (returned) this.#rejoice();
    else if (status.state !== "open") this.#resumed = false;
    document.documentElement.dataset.status = status.state;
    this.#show();
  }

  #rejoice(): void {
    this.#resumed = true;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#resumed = false;
      this.#show();
    }, REJOICED);
  }

  #show(): void {
    const { state } = this.#status;
    this.#pill.dataset.state = this.#resumed ? "resumed" : state;
    this.#words();
    const notice = this.#explain() ?? this.#told;
    const same = JSON.stringify(notice);
    if (same === this.#was) return;
    this.#was = same;
    this.#notice.hidden = notice === undefined;
    this.#notice.dataset.kind = notice?.kind ?? "";
    this.#notice.replaceChildren(...(notice ? this.#made(notice) : []));
  }

  #words(): void {
    const { state } = this.#status;
    const left = Math.ceil((this.#until - performance.now()) / 1000);
    const waits =
      (state === "detached" || state === "connecting") && this.#status.retryIn !== undefined && left > 0;
    const words = this.#resumed
      ? say("status.resumed")
      : waits
        ? say("status.detached.in", left)
        : say(`status.${state}`);
    if (this.#text.textContent !== words) this.#text.textContent = words;
    clearTimeout(this.#clock);
    if (waits) this.#clock = window.setTimeout(() => this.#words(), 1000);
  }

  #explain(): Notice | undefined {
    const { state, code, reason, attempt = 0 } = this.#status;
    const retry = { label: say("retry"), run: () => this.doings.retry() };
    if (state === "open") return undefined;
    if (state === "closed") return this.#over(code, reason);
    if (state === "detached")
      return attempt > 1
        ? { kind: "away", title: say("notice.away"), text: say("notice.away.do") }
        : undefined;
    if (attempt < 1 || this.#opened) return undefined;
    const text = say("notice.unreachable.do", location.host, location.origin);
    return { kind: "unreachable", title: say("notice.unreachable"), text, action: retry };
  }

  #over(code: number | undefined, reason: string | undefined): Notice {
    const retry = { label: say("retry"), run: () => this.doings.retry() };
    const error = this.#error;
    if (code === 4501) {
      const title = say(this.#typed ? "notice.token.wrong" : "notice.token");
      return { kind: "token", title, text: say("notice.token.do"), form: true };
    }
    if (code === 4503)
      return {
        kind: "forbidden",
        title: say("notice.forbidden"),
        text: error?.message ?? reason,
        action: retry,
      };
    if (code === 4509) {
      const here = { label: say("notice.elsewhere.use"), run: () => this.doings.retry() };
      return {
        kind: "elsewhere",
        title: say("notice.elsewhere"),
        text: say("notice.elsewhere.do"),
        action: here,
      };
    }
    if (code === 4500) {
      const list = error?.details?.map(({ path, message }) => say("notice.manifest.at", path, message));
      return {
        kind: "manifest",
        title: say("notice.manifest"),
        text: list?.length ? undefined : (error?.message ?? reason),
        list,
        action: retry,
      };
    }
    const text = [error?.message ?? reason, code && String(code)].filter(Boolean).join(" · ");
    return { kind: "closed", title: say("notice.closed"), text, action: retry };
  }

  #made({ title, text, list, action, form }: Notice): HTMLElement[] {
    const parts: HTMLElement[] = [h("h2", {}, title)];
    if (text) parts.push(h("p", {}, text));
    if (list?.length) parts.push(h("ul", {}, ...list.map((line) => h("li", {}, line))));
    if (form) parts.push(this.#form());
    if (action)
      parts.push(h("button", { type: "button", class: "primary", click: action.run }, action.label));
    return parts;
  }

  #form(): HTMLFormElement {
    const input = h("input", { id: "token", type: "password", required: true, autocomplete: "off" });
    const submit = (event: Event): void => {
      event.preventDefault();
      this.#typed = true;
      this.doings.retry(input.value.trim());
    };
    const label = h("label", { for: "token" }, say("notice.token.label"));
    return h(
      "form",
      { class: "row", submit },
      label,
      input,
      h("button", { class: "primary" }, say("notice.token.use")),
    );
  }
}

/** Why the old session is gone, in words. */
export const whyLost = (reason: string | undefined): string => sayIfKnown(`reason.${reason}`) ?? reason ?? "";
