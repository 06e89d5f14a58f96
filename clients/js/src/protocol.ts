/** The messages of capserver.v1. Generated from the server's own models by `npm run protocol`. */

/** The WebSocket subprotocol. */
export const SUBPROTOCOL = "capserver.v1";

/** why a connection closes; 4000-4499: come again and resume, 4500-4999: stop */
export const CloseCode = {
  normal: 1000,
  restart: 1012,
  no_manifest: 4008,
  slow_reader: 4013,
  too_many: 4029,
  bad_manifest: 4500,
  unauthorized: 4501,
  forbidden: 4503,
  resumed_elsewhere: 4509,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** the codes of errors */
export type ErrorCode =
  | "invalid_frame"
  | "unknown_type"
  | "invalid_manifest"
  | "manifest_unknown"
  | "unauthorized"
  | "forbidden"
  | "duplicate_id"
  | "unknown_id"
  | "invalid_result"
  | "late_result"
  | "busy"
  | "rate_limited"
  | "too_large"
  | "planner_unavailable"
  | "planner_overloaded"
  | "planner_failed"
  | "no_command"
  | "timeout"
  | "internal";

/** any frame of capserver.v1 */
export type Frame = ClientMessage | ServerMessage;
/** what a client sends */
export type ClientMessage =
  Manifest | ManifestUpdate | Context | Instruct | Result | Progress | Cancel | Auth | Ack | Ping;
/** what the server sends */
export type ServerMessage =
  | Welcome
  | ManifestUpdated
  | TurnStarted
  | TextFrame
  | CommandDelta
  | CommandFrame
  | CommandRejected
  | CancelCommand
  | TurnEnded
  | ErrorFrame
  | AuthExpiring
  | ServerAck
  | Pong;

/** Who I am and what I can do. The first frame. */
export interface Manifest {
  type: "manifest";
  /** 1 */
  protocol: number;
  client: Client;
  /** a list of Command */
  commands?: Command[];
  /** names a set that the server may still hold */
  digest?: string;
  vocabulary?: Record<string, Entry[]>;
  context?: InitialContext;
  persona?: string;
  token?: string;
  resume?: Resume;
}
/** Who is speaking. */
export interface Client {
  name: string;
  kind?: string;
  version?: string;
  /** BCP 47, e.g. zh-CN */
  locale?: string;
}
/** One capability that a client offers. */
export interface Command {
  /** a command's name */
  name: string;
  description?: string;
  /** JSON Schema 2020-12 of an object, within the safe profile; none: no parameters */
  parameters?: Record<string, unknown>;
  /** JSON Schema of the value that the model waits for */
  returns?: Record<string, unknown>;
  /** utterances, with {param} slots */
  examples?: string[];
  lane?: string;
  /** string parameters sent while written */
  stream?: string[];
  /** seconds; 0: no result is expected */
  timeout?: number;
  /** seconds until an unsent command is dropped */
  ttl?: number;
  /** a person must agree on the client first */
  confirm?: boolean;
}
/** One thing of a vocabulary list. */
export interface Entry {
  /** 1-128 characters */
  id: string;
  names: string[];
  about?: string;
}
/** What is the case on the client's side when it connects. */
export interface InitialContext {
  text?: string;
  state?: Record<string, unknown>;
}
/** Which session to go on with, and what was seen of it. */
export interface Resume {
  /** 1-128 characters */
  session: string;
  token: string;
  epoch: string;
  upto: number;
  rev?: number;
}
/** Change my set now: all of it or none of it. */
export interface ManifestUpdate {
  type: "manifest.update";
  /** 1-128 characters */
  id: string;
  /** a list of Command; a known name is replaced */
  add?: Command[];
  remove?: string[];
  vocabulary?: Record<string, Entry[] | EntryPatch | null>;
  persona?: string;
  /** the frame's number, from 1, without gaps */
  seq?: number;
}
/** A change to one vocabulary list; in place of the whole list. */
export interface EntryPatch {
  put?: Entry[];
  drop?: string[];
}
/** What is the case on my side; not silent: react if there is reason to. */
export interface Context {
  type: "context";
  /** 1-128 characters */
  id?: string;
  text?: string;
  /** JSON merge patch (RFC 7396) */
  state?: Record<string, unknown>;
  silent?: boolean;
  /** the frame's number, from 1, without gaps */
  seq?: number;
}
/** What a person said or what happened: turn it into commands. */
export interface Instruct {
  type: "instruct";
  /** 1-128 characters */
  id: string;
  text: string;
  on_busy?: "queue" | "interrupt" | "reject";
  /** the commands allowed; [] means text alone */
  only?: string[];
  require?: boolean;
  remember?: boolean;
  /** in a first frame without a manifest */
  token?: string;
  /** the frame's number, from 1, without gaps */
  seq?: number;
}
/** How a command ended. The first one counts. */
export interface Result {
  type: "result";
  /** 1-128 characters */
  id: string;
  ok: boolean;
  value?: unknown;
  error?: ResultError;
  /** the frame's number, from 1, without gaps */
  seq?: number;
}
/** Why a command failed. Own codes are welcome beside `declined`, `cancelled`, `in_doubt`. */
export interface ResultError {
  code: string;
  message?: string;
}
/** A command has begun, and how far it is. */
export interface Progress {
  type: "progress";
  /** 1-128 characters */
  id: string;
  fraction?: number;
  note?: string;
}
/** Stop a turn or a command. */
export interface Cancel {
  type: "cancel";
  /** 1-128 characters */
  id: string;
  /** the frame's number, from 1, without gaps */
  seq?: number;
}
/** A fresh token. */
export interface Auth {
  type: "auth";
  token: string;
}
/** All reliable frames up to `upto` were taken in. */
export interface Ack {
  type: "ack";
  upto: number;
}
/** Is somebody there? For clients that cannot see WebSocket pings. */
export interface Ping {
  type: "ping";
  t?: unknown;
}
/** The session stands. */
export interface Welcome {
  type: "welcome";
  server: ServerInfo;
  session: string;
  token: string;
  epoch: string;
  resumed: boolean;
  reason?: "expired" | "unknown" | "epoch_changed" | "gap" | "unauthorized";
  lost?: Lost[];
  upto: number;
  rev: number;
  digest: string;
  commands: number;
  planner: string;
  heartbeat: Heartbeat;
  limits: Limits;
  profile?: string;
  findings: ErrorDetail[];
}
/** Which server this is. */
export interface ServerInfo {
  name: string;
  version: string;
}
/** A command that is in doubt. */
export interface Lost {
  /** 1-128 characters */
  id: string;
  turn: string | null;
  name: string;
}
/** How often the server pings, and how long it waits for the answer, in seconds. */
export interface Heartbeat {
  interval: number;
  timeout: number;
}
/** What the server allows. 0 turns a limit off (`resume_seconds`: no resume). */
export interface Limits {
  /** sessions on this node */
  sessions: number;
  /** sessions from one address */
  sessions_per_address: number;
  /** sessions of one principal */
  sessions_per_principal: number;
  /** handshakes from one address */
  handshakes_per_second: number;
  /** from the handshake to the first frame */
  manifest_seconds: number;
  /** how long a detached session is kept */
  resume_seconds: number;
  /** the largest frame after the first */
  frame_bytes: number;
  /** the largest manifest or update */
  manifest_bytes: number;
  /** commands in a manifest */
  commands: number;
  /** requests to the model in one turn */
  steps: number;
  /** commands sent in one turn */
  commands_per_turn: number;
  /** instructions that wait for their turn */
  turns_queued: number;
  /** frames from one client; burst 4 x */
  frames_per_second: number;
  /** commands on their way, for who acks */
  commands_unacked: number;
  /** frames kept for one client */
  outbox_bytes: number;
}
/** One fault of a frame. */
export interface ErrorDetail {
  /** JSON Pointer (RFC 6901) */
  path: string;
  code: string;
  message: string;
}
/** A change of the set is in force. */
export interface ManifestUpdated {
  type: "manifest.updated";
  /** 1-128 characters */
  id: string;
  rev: number;
  digest: string;
  commands: string[];
  findings: ErrorDetail[];
  /** the frame's number, from 1, without gaps */
  seq: number;
}
/** A planner has it. */
export interface TurnStarted {
  type: "turn.started";
  turn: string;
  source: "client" | "http" | "bridge";
  /** the frame's number, from 1, without gaps */
  seq: number;
}
/** What the model says beside its commands, as it is written. */
export interface TextFrame {
  type: "text";
  turn: string;
  delta: string;
}
/** A `stream` parameter as it is written. */
export interface CommandDelta {
  type: "command.delta";
  /** 1-128 characters */
  id: string;
  turn: string;
  name: string;
  param: string;
  delta: string;
}
/** Do this: complete, of the set in force, valid against its schema. */
export interface CommandFrame {
  type: "command";
  /** 1-128 characters */
  id: string;
  turn: string | null;
  name: string;
  args: Record<string, unknown>;
  rev: number;
  lane: string;
  returns: boolean;
  timeout: number;
  confirm: boolean;
  /** the frame's number, from 1, without gaps */
  seq: number;
}
/** The model asked for what may not be sent; it was not sent. */
export interface CommandRejected {
  type: "command.rejected";
  /** 1-128 characters */
  id: string;
  turn: string;
  name: string;
  args?: Record<string, unknown>;
  errors: ErrorDetail[];
  /** the frame's number, from 1, without gaps */
  seq: number;
}
/** Stop doing this; no result is owed. */
export interface CancelCommand {
  type: "cancel";
  /** 1-128 characters */
  id: string;
  reason: "cancelled" | "interrupted" | "timeout" | "expired" | "removed" | "rejected";
  /** the frame's number, from 1, without gaps */
  seq: number;
}
/** Exactly one for each accepted `instruct`, after the end of its commands. */
export interface TurnEnded {
  type: "turn.ended";
  turn: string;
  status: "completed" | "cancelled" | "failed" | "refused" | "truncated";
  commands: number;
  text: string;
  usage: Usage;
  timing: Timing;
  error?: TurnError;
  /** the frame's number, from 1, without gaps */
  seq: number;
}
/** Tokens that the model took, as far as the planner knows. All zero: none. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
}
/** Milliseconds from acceptance. */
export interface Timing {
  queued_ms: number;
  first_command_ms: number | null;
  total_ms: number;
}
/** Why a turn did not complete. */
export interface TurnError {
  code: string;
  message: string;
  /** seconds */
  retry_after?: number;
}
/** What was wrong with what the client sent: all faults of a frame at once. */
export interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
  ref?: string;
  ref_type?: string;
  details?: ErrorDetail[];
  /** seconds */
  retry_after?: number;
  /** the frame's number, from 1, without gaps */
  seq?: number;
}
/** Send `auth`, or the connection closes with 4501. */
export interface AuthExpiring {
  type: "auth.expiring";
  expires_in: number;
}
/** All of the client's reliable frames up to `upto` were taken in. */
export interface ServerAck {
  type: "ack";
  upto: number;
}
/** The answer to `ping`. */
export interface Pong {
  type: "pong";
  t: unknown;
}
