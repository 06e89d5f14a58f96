/** Record a session, keep the recording, or look at it at once. */

import { h } from "../demo/dom.ts";
import { bytes } from "./format.ts";
import { textOf } from "./json.ts";
import { refusalText } from "./refusal.ts";
import type { View } from "./sessions-view.ts";
import { iconButton, mark, PATHS, put, save } from "./show.ts";
import type { Watch } from "./watch.ts";
import { say } from "./words.ts";

export function recorder(watch: Watch, open: (text: string) => void): View {
  let state = "off";
  let text: string | undefined;
  let busy = false;
  const told = h("span", { class: "record-told", role: "status" });
  const attempt = async (doing: () => Promise<void>): Promise<void> => {
    busy = true;
    draw();
    await doing().catch((refused: unknown) => put(told, refusalText(refused)));
    busy = false;
    draw();
  };
  const start = iconButton(
    PATHS.record,
    say("record.title"),
    () =>
      void attempt(async () => {
        text = undefined;
        put(told, "");
        const answer = await watch.api.startTrace(watch.id);
        state = textOf(answer.state) === "waiting" ? "waiting" : "on";
      }),
    say("record"),
  );
  const stop = iconButton(
    PATHS.stop,
    say("record.stop.title"),
    () =>
      void attempt(async () => {
        text = await watch.api.endTrace(watch.id);
        state = "off";
      }),
    say("record.stop"),
  );
  const name = (): string =>
    `${(watch.session?.name ?? "session").replace(/[^\p{L}\p{N}_-]+/gu, "-")}-${watch.id.slice(-6)}.jsonl`;
  const keep = iconButton(
    PATHS.save,
    say("record.save.title"),
    () =>
      void attempt(async () => {
        save(name(), text ?? (await watch.api.trace(watch.id)), "application/jsonl");
      }),
    say("record.save"),
  );
  const look = iconButton(
    PATHS.open,
    say("record.open.title"),
    () =>
      void attempt(async () => {
        open(text ?? (await watch.api.trace(watch.id)));
      }),
    say("record.open"),
  );
  start.classList.add("record");
  stop.classList.add("record");
  const element = h("span", { class: "recorder" }, told, keep, look, start, stop);
  const draw = (): void => {
    const found = watch.session?.recording;
    if (!busy && found !== undefined && !watch.ended) state = found;
    const running = state !== "off";
    mark(element, "data-state", state);
    start.hidden = running;
    stop.hidden = !running;
    keep.hidden = !running && text === undefined;
    look.hidden = keep.hidden;
    for (const button of [start, stop, keep, look]) button.disabled = busy;
    start.disabled ||= watch.ended;
    if (state === "waiting") put(told, say("record.waiting"));
    else if (running) put(told, say("recording"));
    else if (text !== undefined) put(told, say("record.size", bytes(text.length)));
    else if (told.textContent === say("recording") || told.textContent === say("record.waiting"))
      put(told, "");
  };
  return { element, draw };
}
