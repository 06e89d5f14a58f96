/** A frame in the list of frames; deltas of one stream share a row. */
import type { Frame } from "../../src/index.ts";
import { copied } from "./clipboard.ts";
import { h, icon } from "./dom.ts";
import { brief, pretty } from "./json.ts";
import type { Seen } from "./wire.ts";
import { say } from "./words.ts";

const JOINED = 200; // deltas to a row

/** What a frame says, in a few words. */
function summary(f: Frame): string {
  switch (f.type) {
    case "manifest":
      return f.resume ? `resume · upto ${f.resume.upto}` : `${f.commands?.length ?? 0} commands`;
    case "manifest.update":
      return [
        ...(f.add ?? []).map((c) => `+${c.name}`),
        ...(f.remove ?? []).map((n) => `−${n}`),
        ...Object.keys(f.vocabulary ?? {}),
      ].join(" ");
    case "welcome":
      return `${f.resumed ? "resumed" : "new session"} · ${f.planner}`;
    case "manifest.updated":
      return `rev ${f.rev} · ${f.commands.length} commands`;
    case "context":
      return [f.text, f.state && brief(f.state)].filter(Boolean).join(" · ");
    case "instruct":
      return `“${f.text}”`;
    case "turn.started":
      return f.source;
    case "command.delta":
      return `${f.name} ${f.param} += “${f.delta}”`;
    case "text":
      return `“${f.delta}”`;
    case "command":
      return `${f.name}(${brief(f.args)})`;
    case "command.rejected":
      return `${f.name}: ${f.errors[0]?.message ?? ""}`;
    case "result":
      return f.ok
        ? `ok ${f.value === undefined ? "" : JSON.stringify(f.value)}`
        : `${f.error?.code}: ${f.error?.message}`;
    case "cancel":
      return "reason" in f ? f.reason : "";
    case "turn.ended":
      return `${f.status} · ${f.commands} · ${Math.round(f.timing.total_ms)} ms`;
    case "error":
      return `${f.code}: ${f.message}`;
    case "ack":
      return `upto ${f.upto}`;
    default:
      return "";
  }
}

/** A frame may be of a newer server, or nonsense: then it has no summary. */
function about(frame: Frame): string {
  try {
    return summary(frame);
  } catch (error) {
    if (error instanceof TypeError) return "";
    throw error;
  }
}

/** What several deltas in a row have in common, or nothing. */
const streamOf = (f: Frame): string =>
  f.type === "text" ? `text ${f.turn}` : f.type === "command.delta" ? `delta ${f.id}` : "";

/** To what a frame belongs. */
function refOf(f: Frame): string {
  const found = "id" in f && f.id ? f.id : "turn" in f && f.turn ? f.turn : "ref" in f && f.ref ? f.ref : "";
  return String(found).slice(-6);
}

function clock(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

export class Row {
  readonly item: HTMLLIElement;
  readonly direction: "in" | "out";
  readonly type: string;
  readonly #seen: Seen[];
  readonly #stream: string;
  readonly #about: HTMLElement;
  readonly #times = h("span", { class: "times" });
  #text: string | undefined;

  constructor(seen: Seen) {
    this.#seen = [seen];
    this.direction = seen.direction;
    this.type = String(seen.frame.type);
    this.#stream = streamOf(seen.frame);
    this.#about = h("span", { class: "about" }, about(seen.frame));
    const details = h("details", {}, this.#head(seen));
    details.addEventListener("toggle", () => this.#unfold(details));
    this.item = h("li", { class: `frame ${seen.direction}`, "data-type": this.type }, details);
  }

  takes(seen: Seen): boolean {
    return this.#stream !== "" && this.#stream === streamOf(seen.frame) && this.#seen.length < JOINED;
  }

  join(seen: Seen): void {
    this.#seen.push(seen);
    this.#text = undefined;
    const delta = "delta" in seen.frame ? seen.frame.delta : "";
    this.#about.textContent = `${this.#about.textContent?.slice(0, -1)}${delta}”`;
    this.#times.textContent = `×${this.#seen.length}`;
  }

  has(text: string): boolean {
    this.#text ??= this.lines().join("\n").toLowerCase();
    return this.#text.includes(text);
  }

  /** Each frame as a line of JSON. */
  lines(): string[] {
    return this.#seen.map(({ direction, at, frame }) => JSON.stringify({ at, direction, frame }));
  }

  #head(seen: Seen): HTMLElement {
    const out = seen.direction === "out";
    const arrow = h("span", {
      class: "arrow",
      role: "img",
      "aria-label": say(out ? "wire.sent" : "wire.received"),
    });
    arrow.append(icon(out ? "M10 16V4.5M5.5 9 10 4.5 14.5 9" : "M10 4v11.5M5.5 11l4.5 4.5 4.5-4.5"));
    const seq = "seq" in seen.frame && seen.frame.seq !== undefined ? `#${seen.frame.seq}` : "";
    return h(
      "summary",
      {},
      h("time", {}, clock(seen.at)),
      arrow,
      h("b", {}, this.type),
      this.#about,
      this.#times,
      h("span", { class: "ref" }, refOf(seen.frame)),
      h("span", { class: "seq" }, seq),
    );
  }

  #unfold(details: HTMLDetailsElement): void {
    details.querySelector(".frame-body")?.remove();
    if (!details.open) return;
    const copy = h("button", { type: "button", class: "quiet" }, say("wire.copy"));
    copy.addEventListener(
      "click",
      () => void copied(this.#seen.map(({ frame }) => JSON.stringify(frame)).join("\n"), copy, "wire.copy"),
    );
    details.append(h("div", { class: "frame-body" }, ...this.#seen.map(({ frame }) => pretty(frame)), copy));
  }
}
