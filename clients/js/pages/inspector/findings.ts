/** What would make a manifest better, put beside what it is about. */

import type { Fault, Json } from "./json.ts";

/** Findings by the command that their path names (`/commands/3/…`, `/commands/jump/…`), and those of no command. */
export function divided(commands: Json[], faults: Fault[]): { own: Fault[][]; rest: Fault[] } {
  const own: Fault[][] = commands.map(() => []);
  const rest: Fault[] = [];
  for (const fault of faults) {
    const [, step = "", path = ""] = /^\/commands\/([^/]+)(\/.*)?$/.exec(fault.path) ?? [];
    const place = /^\d+$/.test(step) ? Number(step) : commands.findIndex((command) => command.name === step);
    const of = step === "" ? undefined : own[place];
    if (of) of.push({ ...fault, path });
    else rest.push(fault);
  }
  return { own, rest };
}
