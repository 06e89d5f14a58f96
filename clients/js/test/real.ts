/** The real server, with its offline planner, on a free port. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../../..");
const venv = `${root}/.venv/bin/python`;
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : "python3");

export interface Real {
  /** `http://127.0.0.1:…` */
  url: string;
  stop(): Promise<void>;
}

export async function capserver(...options: string[]): Promise<Real> {
  const given = ["-m", "capserver", "serve", "--planner", "offline", "--port", "0", ...options];
  const child = spawn(python, given, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    told.push(line);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (!url) continue;
    child.stderr.resume();
    return {
      url,
      stop: () => {
        child.kill();
        return ended;
      },
    };
  }
  throw new Error(`the server did not start:\n${told.join("\n")}`);
}
