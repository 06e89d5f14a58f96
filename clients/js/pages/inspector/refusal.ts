/** What a person is told when the server says no. */

import { Refused } from "./api.ts";
import { say } from "./words.ts";

export function refusalText(refused: unknown): string {
  if (!(refused instanceof Refused)) return say("refused.broken");
  if (refused.status === 0) return say("refused.gone");
  if (refused.status === 401) return say("refused.token");
  if (refused.status === 404) return `${say("refused.unknown")} (${refused.message})`;
  return refused.message;
}
