/** Where the logs of a session stand: what went to the client and was acked, and what came from it. */

import { h } from "../demo/dom.ts";
import type { Session } from "./sessions.ts";
import { put } from "./show.ts";
import { say } from "./words.ts";

/** Frames that the bar has room for; older ones are acked for sure. */
const ROOM = 32;

export function logBar(): { element: HTMLElement; draw(session: Session): void } {
  const track = h("span", { class: "track", role: "img" });
  const out = h("span", {});
  const into = h("span", {});
  return {
    element: h("div", { class: "log-bar" }, h("span", { class: "cell-label" }, say("log")), out, track, into),
    draw: ({ log, taken }) => {
      put(out, say("log.out", log.last, log.acked));
      put(into, say("log.in", taken));
      const told = say("log.told", log.last, log.acked, log.waiting, taken);
      track.setAttribute("aria-label", told);
      track.title = told;
      track.replaceChildren(...cells(log));
    },
  };
}

function cells({ last, waiting }: Session["log"]): HTMLElement[] {
  const drawn = Math.min(last, ROOM);
  return Array.from({ length: ROOM }, (_, index) => {
    const place = ROOM - index;
    const kind = place > drawn ? "none" : place <= Math.min(waiting, ROOM) ? "waiting" : "acked";
    return h("i", { class: kind });
  });
}
