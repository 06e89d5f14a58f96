/** A file of the person's, read as a trace; what is wrong with it is said in words, with the line. */

import { bytes } from "./format.ts";
import { BrokenTrace, MOST_CHARACTERS, readTrace, type Trace } from "./trace.ts";
import { say } from "./words.ts";

export async function readFile(file: File): Promise<{ trace?: Trace; trouble?: string }> {
  try {
    if (file.size > MOST_CHARACTERS) throw new BrokenTrace("too_large", 1);
    return { trace: readTrace(await file.text(), file.name) };
  } catch (broken) {
    return { trouble: `${file.name}: ${troubleText(broken)}` };
  }
}

function troubleText(broken: unknown): string {
  if (!(broken instanceof BrokenTrace)) return say("broken.unreadable");
  if (broken.why === "empty") return say("broken.empty");
  if (broken.why === "too_large") return say("broken.too_large", bytes(MOST_CHARACTERS));
  const told = say(`broken.${broken.why}`, broken.excerpt);
  return `${say("broken.line", broken.line)}: ${told}`;
}
