/** The client for a capserver: declare what your page can do, and a language model does it. */

export { type Client, type ContextUpdate, createClient, type InstructOptions } from "./client.ts";
export { CapserverError, type Fault } from "./errors.ts";
export type { Events } from "./events.ts";
export type { Confirm } from "./lanes.ts";
export type { Status } from "./link.ts";
export type { StorageLike } from "./memory.ts";
export type { ListChange } from "./offer.ts";
export type { ClientOptions, Timing } from "./options.ts";
export type * from "./protocol.ts";
export {
  type CommandContext,
  type CommandSpec,
  type Commands,
  type CommandTable,
  defineCommands,
  type InferArgs,
  type JsonSchema,
  type StandardSchema,
  toJSONSchema,
} from "./schema.ts";
export type { Turn, TurnFrame } from "./turns.ts";
