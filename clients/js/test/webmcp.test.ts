import { afterEach, describe, expect, test, vi } from "vitest";
import type { CommandContext, Commands } from "../src/schema.ts";
import { fromModelContext, type ModelContext, type RegisteredTool } from "../src/webmcp.ts";

interface Tool {
  name: string;
  title?: string;
  description?: string;
  inputSchema?: Record<string, unknown> | string;
  annotations?: { consequentialHint?: boolean };
  execute?: (input: never, options: { signal?: AbortSignal }) => unknown;
}

/** `document.modelContext` as Chromium 156 has it: results come as text, tools in the order of their names. */
class Page extends EventTarget implements ModelContext {
  private readonly tools = new Map<string, Tool>();

  register(...tools: Tool[]): this {
    for (const tool of tools) this.tools.set(tool.name, tool);
    this.dispatchEvent(new Event("toolchange"));
    return this;
  }

  unregister(name: string): void {
    this.tools.delete(name);
    this.dispatchEvent(new Event("toolchange"));
  }

  async getTools(): Promise<RegisteredTool[]> {
    const listed = [...this.tools.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return listed.map(({ execute, description = "", ...tool }) => ({ title: "", description, ...tool }));
  }

  async executeTool(tool: RegisteredTool, input: unknown, options: { signal?: AbortSignal } = {}) {
    const gave = await this.tools.get(tool.name)?.execute?.(input as never, options);
    return typeof gave === "object" ? JSON.stringify(gave) : String(gave);
  }
}

/** A client that notes what is asked of it. */
function noting() {
  const seen: unknown[] = [];
  const commands = {
    add: async (table: Commands) => seen.push({ add: Object.keys(table) }),
    remove: async (...names: string[]) => seen.push({ remove: names }),
  };
  return { seen, commands };
}

/** However slow the machine is. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 4000, interval: 5 });

const signal = new AbortController().signal;
const ctx = { signal } as CommandContext;

async function run(tool: Partial<Tool>, args = {}): Promise<unknown> {
  const { commands } = await fromModelContext(new Page().register({ name: "tool", ...tool }));
  return commands.tool?.run(args, ctx);
}

afterEach(() => vi.unstubAllGlobals());

describe("a page's tool becomes a command", () => {
  test("with its description and its schema, and a value that the model waits for", async () => {
    const properties = { item: { type: "string" } };
    const page = new Page().register({
      name: "add_item",
      description: "Adds an item.",
      inputSchema: { $schema: "https://json-schema.org/draft/2020-12/schema", properties },
    });
    const { commands, renamed } = await fromModelContext(page);
    expect(commands).toEqual({
      add_item: {
        description: "Adds an item.",
        parameters: { type: "object", properties },
        returns: {},
        run: expect.any(Function),
      },
    });
    expect(renamed).toEqual({});
  });

  test("with its title, and a person's consent where it has consequences", async () => {
    const page = new Page().register({
      name: "pay",
      title: "Pay",
      description: "Pays now.",
      annotations: { consequentialHint: true },
    });
    const { commands } = await fromModelContext(page);
    expect(commands.pay).toMatchObject({ description: "Pay. Pays now.", confirm: true });
    expect(commands.pay).not.toHaveProperty("parameters");
  });

  test("under a name that a command may have, and says which it was", async () => {
    const page = new Page().register(
      { name: "cart.add" },
      { name: "cart_add" },
      { name: "2nd" },
      { name: "Same" },
      { name: "same" },
      { name: "x".repeat(100) },
    );
    const { commands, renamed } = await fromModelContext(page);
    expect(Object.keys(commands).sort()).toEqual(
      ["Same", "cart_add", "cart_add_2", "same_2", "t2nd", "x".repeat(64)].sort(),
    );
    expect(renamed).toEqual({
      cart_add: "cart.add",
      cart_add_2: "cart_add",
      t2nd: "2nd",
      same_2: "same",
      ["x".repeat(64)]: "x".repeat(100),
    });
  });

  test("of document.modelContext, where nothing else is named", async () => {
    vi.stubGlobal("document", { modelContext: new Page().register({ name: "wave" }) });
    expect(Object.keys((await fromModelContext()).commands)).toEqual(["wave"]);
  });

  test("but not in a browser that has none", async () => {
    await expect(fromModelContext()).rejects.toThrow("this browser has no WebMCP");
  });
});

describe("performing it", () => {
  test("hands over the arguments and the signal", async () => {
    const execute = vi.fn();
    await run({ execute }, { item: "milk" });
    expect(execute).toHaveBeenCalledWith({ item: "milk" }, { signal });
  });

  test("hands over text where the schema is text, as the first browsers had it", async () => {
    const inputSchema = '{"properties":{"item":{"type":"string"}}}';
    const execute = vi.fn();
    await run({ inputSchema, execute }, { item: "milk" });
    expect(execute).toHaveBeenCalledWith('{"item":"milk"}', { signal });
    const { commands } = await fromModelContext(
      new Page().register({ name: "old", inputSchema }, { name: "bare", inputSchema: "" }),
    );
    expect(commands.old?.parameters).toEqual({ type: "object", properties: { item: { type: "string" } } });
    expect(commands.bare).not.toHaveProperty("parameters");
  });

  test.each([
    ["text as it is", "done", "done"],
    ["a number", 42, 42],
    ["nothing as null", undefined, null],
    ["an object", { total: 3 }, { total: 3 }],
    ["content as its text", { content: [{ text: "a" }, { type: "image" }, { text: "b" }] }, "a\n\nb"],
    ["structured content", { content: [], structuredContent: { total: 3 } }, { total: 3 }],
  ])("gives %s", async (_, gave, value) => {
    expect(await run({ execute: () => gave })).toEqual(value);
  });

  test("gives what was not made text of, too", async () => {
    const page = Object.assign(new Page().register({ name: "tool" }), { executeTool: async () => undefined });
    const { commands } = await fromModelContext(page);
    expect(await commands.tool?.run({}, ctx)).toBe(null);
  });

  test("fails where the tool says so", async () => {
    const failed = (content: unknown) => run({ execute: () => ({ isError: true, content }) });
    await expect(failed([{ type: "text", text: "sold out" }])).rejects.toThrow("sold out");
    await expect(failed([])).rejects.toThrow("the tool failed");
  });
});

describe("a client that follows", () => {
  test("hears of what came, went and changed, and of nothing else", async () => {
    const page = new Page().register({ name: "a" }, { name: "b" });
    const tools = await fromModelContext(page);
    const client = noting();
    tools.follow(client);
    page.unregister("a");
    page.register({ name: "c.d" });
    await eventually(() => expect(client.seen).toEqual([{ remove: ["a"] }, { add: ["c_d"] }]));
    expect(Object.keys(tools.commands)).toEqual(["b", "c_d"]);
    expect(tools.renamed).toEqual({ c_d: "c.d" });
    page.register({ name: "b", description: "new" });
    await eventually(() =>
      expect(client.seen).toEqual([{ remove: ["a"] }, { add: ["c_d"] }, { add: ["b"] }]),
    );
  });

  test("hears of what changed before it began to", async () => {
    const page = new Page();
    const tools = await fromModelContext(page);
    page.register({ name: "late" });
    const client = noting();
    tools.follow(client);
    await eventually(() => expect(client.seen).toEqual([{ add: ["late"] }]));
  });

  test("hears no more once it has ended", async () => {
    const page = new Page().register({ name: "a" });
    const tools = await fromModelContext(page);
    const client = noting();
    const getTools = vi.spyOn(page, "getTools");
    tools.follow(client)();
    await eventually(() => expect(getTools).toHaveBeenCalledOnce());
    page.register({ name: "b" });
    expect(getTools).toHaveBeenCalledOnce();
  });

  test("goes on after an update that was refused", async () => {
    const page = new Page();
    const tools = await fromModelContext(page);
    const client = noting();
    const add = vi.spyOn(client.commands, "add").mockRejectedValueOnce(new Error("invalid_manifest"));
    tools.follow(client);
    page.register({ name: "a" });
    await eventually(() => expect(add).toHaveBeenCalledTimes(1));
    page.register({ name: "b" });
    await eventually(() => expect(client.seen).toEqual([{ add: ["b"] }]));
  });
});
