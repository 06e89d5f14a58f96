/** Tools that a page has registered with WebMCP (`document.modelContext`) as commands. */

import type { CommandSpec, Commands, JsonSchema } from "./schema.ts";

/** `document.modelContext`, as far as it is used here: https://webmachinelearning.github.io/webmcp/ */
export interface ModelContext extends EventTarget {
  getTools(): Promise<readonly RegisteredTool[]>;
  executeTool(tool: RegisteredTool, input: unknown, options?: { signal?: AbortSignal }): Promise<unknown>;
}

export interface RegisteredTool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** The first browsers had it as JSON in a string; `executeTool` took the same. */
  readonly inputSchema?: JsonSchema | string;
  readonly annotations?: { readonly consequentialHint?: boolean };
}

/** What is asked of a client to keep its commands in step. */
export interface CommandHolder {
  readonly commands: {
    add(commands: Commands): Promise<unknown>;
    remove(...names: string[]): Promise<unknown>;
  };
}

export interface PageTools {
  /** For `createClient({ commands })`. */
  readonly commands: Commands;
  /** The names of tools that had to become others, by the command's name. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Keeps the commands of a client in step with the page's tools; gives its own end. */
  follow(client: CommandHolder): () => void;
}

/**
 * The page's tools as they are now, as a table of commands.
 *
 * A name that no command may have is mapped (`cart.add` becomes `cart_add`), which `renamed` tells. The model
 * waits for what a tool gives. A tool that says it has consequences asks a person first (`confirm`).
 * Throws a `TypeError` where the browser has no WebMCP.
 */
export async function fromModelContext(modelContext: ModelContext = ofDocument()): Promise<PageTools> {
  let { commands, renamed } = tableOf(modelContext, await modelContext.getTools());
  return {
    get commands() {
      return commands;
    },
    get renamed() {
      return renamed;
    },
    follow(client) {
      let held = commands;
      const changed = async () => {
        ({ commands, renamed } = tableOf(modelContext, await modelContext.getTools()));
        const before = held;
        held = commands;
        await handOver(client, before, held);
      };
      const listener = inTurn(changed);
      modelContext.addEventListener("toolchange", listener);
      listener();
      return () => modelContext.removeEventListener("toolchange", listener);
    },
  };
}

function ofDocument(): ModelContext {
  const found = (globalThis as { document?: { modelContext?: ModelContext } }).document?.modelContext;
  if (!found) throw new TypeError("this browser has no WebMCP: there is no document.modelContext");
  return found;
}

/** One run at a time, and one more after it where more was asked for meanwhile. */
function inTurn(run: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  return async function next() {
    again = running;
    if (running) return;
    running = true;
    await run().finally(() => {
      running = false;
    });
    if (again) next();
  };
}

async function handOver(client: CommandHolder, before: Commands, now: Commands): Promise<void> {
  const gone = Object.keys(before).filter((name) => !(name in now));
  const fresh = Object.entries(now).filter(([name, spec]) => !same(before[name], spec));
  const sent = [];
  if (gone.length) sent.push(client.commands.remove(...gone));
  if (fresh.length) sent.push(client.commands.add(Object.fromEntries(fresh)));
  await Promise.allSettled(sent); // the client tells a refusal as its "error"
}

function same(one: CommandSpec | undefined, other: CommandSpec): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function tableOf(modelContext: ModelContext, tools: readonly RegisteredTool[]) {
  const commands: Record<string, CommandSpec> = {};
  const renamed: Record<string, string> = {};
  const taken = new Set<string>();
  for (const tool of tools) {
    const name = freeName(tool.name, taken);
    if (name !== tool.name) renamed[name] = tool.name;
    commands[name] = commandOf(modelContext, tool);
  }
  return { commands, renamed };
}

/** A command's name for this tool; names that differ in case alone count as one. */
function freeName(tool: string, taken: Set<string>): string {
  const plain = tool.replace(/[^A-Za-z0-9_-]/g, "_").replace(/^(?![A-Za-z])/, "t");
  let name = plain.slice(0, 64);
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain.slice(0, 60)}_${n}`;
  taken.add(name.toLowerCase());
  return name;
}

function commandOf(modelContext: ModelContext, tool: RegisteredTool): CommandSpec {
  const asText = typeof tool.inputSchema === "string";
  const parameters = parametersOf(tool.inputSchema);
  return {
    description: tool.title ? `${tool.title}. ${tool.description}` : tool.description,
    ...(parameters && { parameters }),
    ...(tool.annotations?.consequentialHint && { confirm: true }),
    returns: {},
    run: async (args, { signal }) =>
      given(await modelContext.executeTool(tool, asText ? JSON.stringify(args) : args, { signal })),
  };
}

function parametersOf(schema: RegisteredTool["inputSchema"]): JsonSchema | undefined {
  const { $schema, ...read } = (
    typeof schema === "string" ? parsed(schema || "{}") : (schema ?? {})
  ) as JsonSchema;
  return Object.keys(read).length ? { type: "object", ...read } : undefined;
}

/** What a tool gave: browsers hand it over as text, of an object its JSON. */
function given(result: unknown): unknown {
  const value = typeof result === "string" ? parsed(result) : result;
  if (!isOutcome(value)) return value ?? null;
  const text = value.content.map((part) => part.text ?? "").join("\n");
  if (value.isError) throw new Error(text || "the tool failed");
  return value.structuredContent ?? text;
}

interface Outcome {
  readonly content: readonly { readonly text?: string }[];
  readonly isError?: boolean;
  readonly structuredContent?: unknown;
}

function isOutcome(value: unknown): value is Outcome {
  return typeof value === "object" && !!value && Array.isArray((value as Partial<Outcome>).content);
}

/** The value of JSON; text that is none as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === "undefined" ? null : text;
  }
}
