/** What this page offers, each command with a switch; and a box for a command of one's own. */
import type { ErrorDetail, ManifestUpdated, Welcome } from "../../src/index.ts";
import { CapserverError } from "../../src/index.ts";
import { Card } from "./command-card.ts";
import { $, h } from "./dom.ts";
import { OwnCommand } from "./own-command.ts";
import { say, spoken, translate } from "./words.ts";

/** A command as it is told to the server. */
export interface Declared {
  readonly name: string;
  readonly description?: string | undefined;
  readonly parameters?: unknown;
  readonly returns?: unknown;
  readonly examples?: readonly string[] | undefined;
  readonly lane?: string | undefined;
  readonly stream?: readonly string[] | undefined;
  readonly confirm?: boolean | undefined;
}

/** What the panel needs of the session. */
export interface Offer {
  add(command: Declared, own: boolean): Promise<ManifestUpdated>;
  remove(name: string): Promise<ManifestUpdated>;
  attempt(text: string): void;
}

interface InForce {
  readonly rev: number;
  readonly digest: string;
  readonly findings: readonly ErrorDetail[];
}

export class ManifestPanel {
  readonly #cards = new Map<string, Card>();
  readonly #offered = new Set<string>();
  readonly #count = $("manifest-count");
  readonly #state = h("p", { class: "manifest-state", id: "manifest-state", role: "status" });
  readonly #findings = h("div", { class: "findings" });
  readonly #find = h("input", {
    type: "search",
    id: "manifest-find",
    "data-t-placeholder": "manifest.find",
    "data-t-label": "manifest.find",
    input: () => this.#filter(),
  });
  readonly #list = h("ul", { class: "commands" });
  #inForce: InForce | undefined;
  #order: readonly string[] = [];
  #words = (): string => say("manifest.none");

  constructor(private readonly offer: Offer) {
    const own = new OwnCommand(
      (declared) => this.#own(declared),
      (text) => offer.attempt(text),
    );
    const head = h("div", { class: "manifest-head" }, this.#state, this.#find);
    const main = h("div", { class: "manifest-main" }, head, this.#findings, this.#list);
    $("manifest").append(main, own.element);
    spoken(() => this.#translate());
  }

  /** The commands of the world, before anything is said to the server. */
  fill(commands: readonly Declared[]): void {
    for (const command of commands) {
      this.#offered.add(command.name);
      this.#place(command, false);
    }
    this.#order = commands.map((command) => command.name);
    this.#tally();
  }

  /** What the server said when the session began, or went on. */
  welcome(welcome: Welcome): void {
    if (welcome.rev > 1) this.#order = [...this.#offered].sort();
    this.#now(welcome);
    this.#say(() => say("manifest.state", welcome.commands, welcome.rev, short(welcome.digest)));
  }

  updated(updated: ManifestUpdated): void {
    this.#order = updated.commands;
    this.#now(updated);
  }

  #now(inForce: InForce): void {
    this.#inForce = inForce;
    const at = (finding: ErrorDetail): string | undefined => {
      const name = finding.path.split("/")[2] ?? "";
      return /^\d+$/.test(name) ? this.#order[Number(name)] : name;
    };
    for (const [name, card] of this.#cards) card.found(inForce.findings.filter((one) => at(one) === name));
    this.#showFindings();
    this.#tally();
  }

  async #toggle(card: Card, on: boolean): Promise<void> {
    const { name } = card.command;
    const answer = await this.#ask(() =>
      on ? this.offer.add(card.command, card.own) : this.offer.remove(name),
    );
    if (answer) this.#offered[on ? "add" : "delete"](name);
    card.set(this.#offered.has(name));
    this.#tally();
  }

  async #own(declared: Declared): Promise<void> {
    const known = this.#cards.get(declared.name);
    if (known && !known.own) {
      const details = [{ path: "/add/0/name", code: "known", message: say("own.known") }];
      throw new CapserverError("invalid_manifest", say("own.known"), { details });
    }
    await this.#timed(() => this.offer.add(declared, true));
    this.#offered.add(declared.name);
    this.#place(declared, true);
    this.#now(this.#inForce as InForce);
  }

  async #drop(card: Card): Promise<void> {
    const { name } = card.command;
    if (this.#offered.has(name) && !(await this.#ask(() => this.offer.remove(name)))) return;
    this.#offered.delete(name);
    this.#cards.delete(name);
    card.element.remove();
    this.#tally();
  }

  /** Ask the server; where it refuses, say so. */
  async #ask(question: () => Promise<ManifestUpdated>): Promise<ManifestUpdated | undefined> {
    try {
      return await this.#timed(question);
    } catch (error) {
      if (!(error instanceof CapserverError)) throw error;
      this.#say(() => `${say("notice.update")}: ${error.message}`, "bad");
      return undefined;
    }
  }

  async #timed(question: () => Promise<ManifestUpdated>): Promise<ManifestUpdated> {
    const from = performance.now();
    this.#say(() => say("manifest.asked"));
    const answer = await question().catch((error: unknown) => {
      this.#say(() => say("notice.update"), "bad");
      throw error;
    });
    const ms = Math.round(performance.now() - from);
    this.#say(() => say("manifest.answered", ms, answer.rev, short(answer.digest)), "good");
    return answer;
  }

  #place(command: Declared, own: boolean): void {
    const card = new Card(command, own, {
      toggle: (on) => this.#toggle(card, on),
      remove: () => void this.#drop(card),
      attempt: (text) => this.offer.attempt(text),
    });
    const before = this.#cards.get(command.name);
    this.#cards.set(command.name, card);
    if (before) before.element.replaceWith(card.element);
    else if (own) this.#list.prepend(card.element);
    else this.#list.append(card.element);
  }

  #showFindings(): void {
    if (!this.#inForce) return;
    const { findings } = this.#inForce;
    const rows = findings.map(({ path, message }) => h("li", {}, h("code", {}, path), ` ${message}`));
    const summary = h("summary", {}, say("manifest.findings", findings.length));
    const fine = h("p", { class: "soft" }, say("manifest.fine"));
    this.#findings.replaceChildren(rows.length > 0 ? h("details", {}, summary, h("ul", {}, ...rows)) : fine);
  }

  #filter(): void {
    const text = this.#find.value.trim().toLowerCase();
    for (const card of this.#cards.values()) card.element.hidden = !card.has(text);
  }

  #tally(): void {
    this.#count.textContent = String(this.#offered.size);
  }

  #say(words: () => string, kind: "" | "good" | "bad" = ""): void {
    this.#words = words;
    this.#state.textContent = words();
    this.#state.className = `manifest-state ${kind}`;
  }

  #translate(): void {
    translate($("manifest"));
    this.#state.textContent = this.#words();
    this.#showFindings();
    for (const card of this.#cards.values()) card.translate();
  }
}

/** The beginning of a digest, to tell it from another. */
const short = (digest: string): string => digest.slice(0, "sha256:".length + 8);
