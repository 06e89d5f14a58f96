/**
 * The conformance transcripts, from the client's side: this file is the server that they tell of, and says its lines.
 * What the client is to do of its own accord (results, resumes) has to be what the transcript's client does; what a
 * program asks for (instruct, context, cancel, update) it is told to ask for.
 */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CapserverError, Client, ClientOptions, Turn } from "../src/index.ts";
import { COMMAND, ENDED, type Frame, Scripted, settled, WELCOME } from "./scripted.ts";
import { names, read, type Step } from "./transcripts.ts";

/** Transcripts of clients that do what this one never would. */
const OTHERS: { readonly [name: string]: string } = {
  acks: "acknowledges what was never sent",
  bad_first_frame: "its first frame is no manifest",
  bad_frames: "sends what is no frame",
  busy: "asks again under an id that is open",
  digest: "names its set by a digest; this client sends it whole",
  duplicate_id: "asks again under an id that was accepted",
  gap: "leaves out numbers",
  invalid_manifest: "sends commands that this client refuses itself",
  no_commands: "sends a manifest without commands",
  no_profile: "sends no manifest",
  no_result: "answers where no answer is expected",
  profile: "sends no manifest",
  resume: "shows a token that it has replaced",
  resume_gap: "says that it has what was never sent",
  resume_refused: "shows tokens that it was never given",
  results: "answers what was never asked",
  seen_before: "sends a number twice on one connection",
  timeout: "answers what has timed out",
  too_large: "sends more than the limit",
};

let server: Scripted;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
  server = new Scripted();
});
afterEach(() => {
  server.closeAll();
  vi.useRealTimers();
});

/** The client, the server that the transcript tells of, and what stands between them. */
class Player {
  readonly #steps: Step[];
  readonly #names = new Map<string, unknown>();
  readonly #errors: CapserverError[] = [];
  readonly #turns = new Map<string, Turn>();
  readonly #results: Frame[];
  readonly #sent: Frame[] = [];
  readonly #refused: unknown[] = [];
  #client: Client | undefined;
  #seq = 0;

  constructor(steps: Step[]) {
    this.#steps = steps;
    this.#results = steps.flatMap((step) =>
      step.kind === "send" && step.frame.type === "result" ? [step.frame] : [],
    );
  }

  async play(): Promise<void> {
    for (const step of this.#steps) {
      await this.#step(step);
      await settled();
      this.#sent.push(...this.#taken());
    }
    expect(this.#errors.map(({ code }) => code)).toEqual(this.#refused);
    this.#nothingElse();
  }

  #taken(): Frame[] {
    return server.connections.length ? server.last.take() : [];
  }

  async #step(step: Step): Promise<void> {
    if (step.kind === "send") return this.#send(step.frame);
    if (step.kind === "expect") return this.#say(step.frame);
    if (step.kind === "drop") return server.last.end();
    if (step.kind === "close") return server.last.end(step.code);
    if (step.kind === "wait") return void (await vi.advanceTimersByTimeAsync(step.seconds * 1000));
    await vi.advanceTimersByTimeAsync(1);
  }

  // the client's lines

  async #send(line: Frame): Promise<void> {
    const client = this.#client;
    const { type, seq: _, ...fields } = this.#filled(line) as Frame & { id: string };
    if (type === "manifest") return this.#greet(fields);
    if (!client) throw new Error("it begins with a manifest");
    if (type === "instruct") this.#ask(fields);
    else if (type === "context") this.#tell(fields);
    else if (type === "cancel") client.cancel(fields.id);
    else if (type === "manifest.update") this.#update(fields);
    else if (type === "result") await this.#expect({ type, ...fields });
  }

  /** On its first connection a client is made; on others it comes by itself. */
  async #greet(fields: object): Promise<void> {
    const { resume, digest, commands, ...options } = fields as Record<string, unknown> & {
      commands?: Frame[];
    };
    if (!this.#client) {
      const table = Object.fromEntries(
        (commands ?? []).map(({ name, ...spec }) => [name, this.#handler(spec)]),
      );
      this.#client = server.client({ ...options, commands: table } as unknown as Partial<ClientOptions>);
      this.#client.on("error", (error) => this.#errors.push(error));
    }
    await settled();
    const { upto: _, rev: __, ...shown } = (resume ?? {}) as Record<string, unknown>;
    await this.#expect({ type: "manifest", ...(resume ? { resume: expect.objectContaining(shown) } : {}) });
  }

  /** A handler that does what the transcript's client answers. */
  #handler(spec: object): unknown {
    const run = (_args: unknown, { id, signal }: { id: string; signal: AbortSignal }) => {
      const answer = this.#results.find((result) => this.#filled(result.id) === id);
      const { ok, value, error } = (answer ?? {}) as {
        ok?: boolean;
        value?: unknown;
        error?: { code: string };
      };
      if (ok) return value;
      if (error) throw Object.assign(new Error(""), error);
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    };
    return { ...spec, run };
  }

  #ask({ id, text, on_busy: onBusy, ...rest }: Record<string, unknown>): void {
    const turn = this.#client?.instruct(
      text as string,
      { id, ...(onBusy ? { onBusy } : {}), ...rest } as never,
    );
    if (turn) this.#turns.set(id as string, turn);
  }

  #tell(context: { id?: string }): void {
    const turn = this.#client?.setContext(context as never) as unknown as Turn | undefined;
    if (turn && context.id) this.#turns.set(context.id, turn);
  }

  #update({ add = [], remove = [], vocabulary = {} }: Record<string, unknown>): void {
    const { commands, vocabulary: lists } = this.#client as Client;
    const named = (add as Frame[]).filter(({ name }) => /^\w+$/.test(String(name)));
    if (named.length) {
      void commands.add(
        Object.fromEntries(named.map(({ name, ...spec }) => [name, this.#handler(spec)])) as never,
      );
    }
    void commands.remove(...(remove as string[]));
    for (const [name, change] of Object.entries(vocabulary as object)) void lists.set(name, change);
  }

  /** Such a frame was sent; its number is the client's own affair. */
  async #expect(frame: object): Promise<void> {
    this.#sent.push(...this.#taken());
    const at = this.#sent.findIndex((sent) => contains(sent, frame));
    expect(this.#sent, JSON.stringify(frame)).toContainEqual(expect.objectContaining(frame));
    this.#sent.splice(at, 1);
  }

  // the server's lines

  async #say(line: Frame): Promise<void> {
    await settled();
    this.#sent.push(...this.#taken());
    const frame = this.#made(line);
    server.last.tell(frame);
    await settled();
    const turn = this.#turns.get(frame.turn as string);
    if (frame.type === "turn.ended" && turn) expect(await turn).toEqual(frame);
    if (frame.type === "error") this.#refused.push(frame.code);
    if (frame.type === "welcome") expect(this.#client?.status.state).toBe("open");
  }

  /** A frame of which the transcript has said what matters. */
  #made(line: Frame): Frame {
    const base = DEFAULTS[line.type]?.() ?? {};
    const frame = { ...base, ...(this.#bound(line) as object) } as Frame;
    const isNumbered = /^(manifest\.updated|turn\..*|command(\.rejected)?|cancel|error)$/.test(frame.type);
    if (frame.type === "welcome") this.#seq = frame.resumed ? this.#seq : 0;
    if (!isNumbered || !this.#client || this.#client.status.state !== "open")
      return { ...frame, seq: undefined };
    const seq = Number(frame.seq ?? this.#seq + 1);
    this.#seq = Math.max(this.#seq, seq);
    return { ...frame, seq, ...this.#asked(frame) };
  }

  /** An answer names what it answers, under the id that this client gave it. */
  #asked({ type, ref_type: refused }: Frame): object {
    const update = this.#sent.findLast((sent) => sent.type === "manifest.update");
    if (type === "manifest.updated") return { id: update?.id };
    return refused === "manifest.update" ? { ref: update?.id } : {};
  }

  #filled(value: unknown): unknown {
    if (typeof value === "string" && value.startsWith("$")) return this.#names.get(value);
    if (Array.isArray(value)) return value.map((item) => this.#filled(item));
    if (typeof value !== "object" || !value) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#filled(item)]));
  }

  /** The same; a name that is met for the first time gets a value. */
  #bound(value: unknown): unknown {
    if (typeof value === "string" && value.startsWith("$") && !this.#names.has(value)) {
      this.#names.set(value, `value-of-${value.slice(1)}`);
    }
    if (Array.isArray(value)) return value.map((item) => this.#bound(item));
    if (typeof value !== "object" || !value) return this.#filled(value);
    const known = Object.entries(value).filter(([, item]) => item !== "*" && item !== null);
    return Object.fromEntries(known.map(([key, item]) => [key, this.#bound(item)]));
  }

  /** What is left is what the program asked for, or was said again after a drop: no answer of its own. */
  #nothingElse(): void {
    const answered = this.#results.map(({ id }) => this.#filled(id));
    const left = this.#sent.filter(({ type, id }) => type === "result" && !answered.includes(id));
    expect(left).toEqual([]);
  }
}

const contains = (sent: Frame, frame: object): boolean => {
  try {
    expect(sent).toMatchObject(frame);
    return true;
  } catch {
    return false;
  }
};

const DEFAULTS: { readonly [type: string]: () => object } = {
  welcome: () => WELCOME(),
  command: () => ({ ...COMMAND(0), seq: undefined }),
  "turn.ended": () => ({ ...ENDED(0), seq: undefined }),
  "manifest.updated": () => ({ rev: 2, digest: "d2", commands: [], findings: [] }),
  error: () => ({ message: "" }),
};

test("every transcript is played, or there is a reason", () => {
  expect(names).toEqual(expect.arrayContaining(Object.keys(OTHERS)));
});

test.each(names.filter((name) => !(name in OTHERS)))("%s", async (name) => {
  await new Player(read(name)).play();
});
