/** One turn as a picture: what the planner did, what each lane did, over time. */
import { s } from "./dom.ts";
import { Drawing } from "./drawing.ts";
import { brief } from "./json.ts";
import { SHAPES } from "./marks.ts";
import { type Call, type Gap, isOver, type Turn } from "./turns.ts";
import { say } from "./words.ts";

const GUTTER = 74; // px for the names of the rows
const EDGE = 30; // px on the right, for the mark of what ends there
const ENDING = 112; // px for the words at the end of a turn
const FLAGS = 24; // px above the rows
const AXIS = 24; // px below them
const ROW = { most: 26, least: 18, gap: 7 } as const;
const LETTER = 6.7; // px of a label's letter, on average
const SHORTEST = 1200; // ms that a picture shows at least
const HUES = 5;

/** Where a moment lies in a picture, and how wide that is. */
interface Scale {
  readonly from: number;
  readonly span: number;
  readonly width: number;
  at(moment: number): number;
}

function scaleOf(turn: Turn, now: number, width: number): Scale {
  const from = turn.asked;
  const last = Math.max(turn.ended ?? now, ...turn.calls.map((call) => call.ended ?? now));
  const span = Math.max(SHORTEST, (last - from) * 1.04);
  const room = Math.max(80, width - GUTTER - EDGE);
  return { from, span, width, at: (moment) => GUTTER + ((moment - from) / span) * room };
}

/** The lanes of a turn, in the order in which they were first used. */
export const lanesOf = (turn: Turn): string[] => [
  ...new Set(turn.calls.filter((call) => call.state !== "rejected").map((call) => call.lane)),
];

/** Which of the colours a lane has: the same one in every picture. */
export function hue(lane: string): number {
  const known = ["body", "voice", "face", "gaze", "head"].indexOf(lane);
  if (known >= 0) return known;
  return [...lane].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % HUES;
}

export class Picture {
  readonly svg: SVGSVGElement;
  readonly #drawing: Drawing;
  /** How high a row is, in px: less where there are many. */
  #row: number = ROW.most;
  /** From the ground up: what comes later in time does not come to lie on what came before. */
  readonly #layers = { ground: s("g"), rows: s("g"), flags: s("g") };

  constructor(private readonly onCall: (call: Call, anchor: Element | undefined) => void) {
    const { ground, rows, flags } = this.#layers;
    this.svg = s("svg", { class: "picture", role: "group" }, patterns(), ground, rows, flags);
    this.#drawing = new Drawing(rows);
  }

  /** Draw the turn as it is at `now`, `width` px wide and, where its lanes are not too many, `room` px high. */
  show(turn: Turn, gaps: readonly Gap[], now: number, width: number, room: number): void {
    const scale = scaleOf(turn, now, width);
    const lanes = lanesOf(turn);
    const fair = (room - FLAGS - AXIS) / (lanes.length + 1) - ROW.gap;
    this.#row = Math.max(ROW.least, Math.min(ROW.most, Math.floor(fair)));
    const height = FLAGS + (lanes.length + 1) * (this.#row + ROW.gap) + AXIS;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("height", String(height));
    this.#drawing.again(() => {
      for (const gap of gaps) this.#gap(gap, turn, now, scale, height - AXIS);
      this.#axis(scale, height - AXIS);
      this.#planner(turn, now, scale);
      for (const [n, lane] of lanes.entries()) this.#lane(turn, lane, this.#rowAt(n + 1), now, scale);
      this.#flags(turn, scale, height - AXIS);
    });
  }

  #rowAt(n: number): number {
    return FLAGS + n * (this.#row + ROW.gap);
  }

  #axis(scale: Scale, bottom: number): void {
    const step = tick(scale.span, (scale.width - GUTTER) / 72);
    for (let ms = 0; ms <= scale.span; ms += step) {
      const x = scale.at(scale.from + ms);
      this.#drawing.put(
        `grid ${ms}`,
        "line",
        { class: "grid", x1: x, x2: x, y1: FLAGS - 4, y2: bottom },
        undefined,
        this.#layers.ground,
      );
      const words =
        ms % 1000 === 0 ? `${ms / 1000} s` : step < 1000 && ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
      this.#drawing.put(
        `tick ${ms}`,
        "text",
        { class: "tick", x, y: bottom + 16, "text-anchor": "middle" },
        words,
        this.#layers.ground,
      );
    }
  }

  /** While the connection was gone. */
  #gap(gap: Gap, turn: Turn, now: number, scale: Scale, bottom: number): void {
    const end = Math.min(gap.to ?? now, turn.ended ?? now);
    const from = Math.max(gap.from, turn.asked);
    if (end <= from) return;
    const [left, right] = [scale.at(from), scale.at(end)];
    this.#drawing.put(
      `gap ${gap.from}`,
      "rect",
      { class: "gap", x: left, y: FLAGS - 4, width: Math.max(4, right - left), height: bottom - FLAGS + 4 },
      undefined,
      this.#layers.ground,
    );
    if (right - left < 46) return;
    const looks = {
      class: "gap-words",
      x: (left + right) / 2,
      y: this.#rowAt(0) + this.#row / 2 + 4,
      "text-anchor": "middle",
    };
    this.#drawing.put(`gap words ${gap.from}`, "text", looks, say("picture.gap"));
  }

  #planner(turn: Turn, now: number, scale: Scale): void {
    const y = this.#rowAt(0);
    this.#name("planner", say("picture.model"), y);
    const first = Math.min(
      turn.ended ?? now,
      ...turn.written.slice(0, 1),
      ...turn.calls.map((call) => call.first),
    );
    const last = Math.max(
      first,
      ...turn.written.slice(-1),
      ...turn.calls.map((call) => call.whole ?? call.first),
    );
    this.#bar("thinking", "thinking", scale.at(scale.from), scale.at(first), y + 6, this.#row - 12);
    if (last > first) this.#bar("writing", "writing", scale.at(first), scale.at(last), y + 6, this.#row - 12);
    const wide = scale.at(first) - scale.at(scale.from) > 70;
    const label = { class: "inside", x: scale.at(scale.from) + 9, y: y + this.#row / 2 + 4 };
    if (wide) this.#drawing.put("thinking words", "text", label, say("picture.thinking"));
    for (const [n, moment] of turn.written.slice(0, 80).entries()) {
      const x = scale.at(moment);
      this.#drawing.put(`written ${n}`, "line", {
        class: "written",
        x1: x,
        x2: x,
        y1: y + 3,
        y2: y + this.#row - 3,
      });
    }
    for (const call of turn.calls.filter((one) => one.state === "rejected")) this.#rejected(call, y, scale);
  }

  #lane(turn: Turn, lane: string, y: number, now: number, scale: Scale): void {
    this.#name(`lane ${lane}`, lane, y);
    const calls = turn.calls.filter((call) => call.lane === lane && call.state !== "rejected");
    for (const [n, call] of calls.entries()) {
      const next = calls[n + 1];
      this.#call(call, y, now, scale, next ? scale.at(next.began ?? next.first) : scale.width);
    }
  }

  #call(call: Call, y: number, now: number, scale: Scale, until: number): void {
    const around = this.#group(call, now, scale);
    const group = this.#drawing.put(`bars ${call.id}`, "g", {}, undefined, around);
    const end = scale.at(call.ended ?? now);
    const whole = scale.at(call.whole ?? call.ended ?? now);
    const began = call.began === undefined ? undefined : scale.at(call.began);
    const start = scale.at(call.first);
    const key = `call ${call.id}`;
    // One that began to run while it was written is hatched for as long as it was.
    if (whole - start > 1) this.#bar(`${key} draft`, "draft", start, whole, y, this.#row, group);
    const waited = Math.max(whole, start);
    const run = began === undefined ? end : Math.max(began, whole - start > 1 ? whole : began);
    if (run - waited > 1) {
      const below = y + this.#row + 3;
      const line = { class: "wait", x1: waited, x2: run, y1: below, y2: below };
      this.#drawing.put(`${key} wait`, "line", line, undefined, group);
    }
    if (began !== undefined && (end > run + 1 || isOver(call))) {
      this.#bar(`${key} run`, "run", Math.min(run + 1, end - 3), end - 1, y, this.#row, group);
    }
    this.#label(
      call,
      { left: began === undefined || end - run > 60 ? run : start, right: end, until },
      y,
      around,
    );
    const wide = began !== undefined && end - run > 34;
    if (isOver(call)) this.#cap(call, wide ? end - 12 : end, y, around);
  }

  #group(call: Call, now: number, scale: Scale): SVGElement {
    const fresh = !this.#layers.rows.querySelector(`[data-call="${CSS.escape(call.id)}"]`);
    const ms = (moment: number): number => Math.round(moment - scale.from);
    const span = [ms(call.began ?? call.first), ms(call.ended ?? now)] as const;
    const group = this.#drawing.put(`call ${call.id}`, "g", {
      class: "call",
      tabindex: 0,
      role: "button",
      "data-call": call.id,
      "data-state": call.state,
      "data-hue": hue(call.lane),
      "aria-label": say(
        "picture.call",
        call.name,
        call.lane,
        say(`call.${call.state}`),
        span[0],
        isOver(call) ? span[1] : "…",
      ),
    });
    if (fresh) this.#listen(group, call);
    return group;
  }

  #listen(group: SVGElement, call: Call): void {
    for (const event of ["pointerenter", "focus", "click"])
      group.addEventListener(event, () => this.onCall(call, group));
    for (const event of ["pointerleave", "blur"])
      group.addEventListener(event, () => this.onCall(call, undefined));
  }

  #bar(
    key: string,
    kind: string,
    from: number,
    to: number,
    y: number,
    height: number,
    home?: SVGElement,
  ): void {
    const looks = {
      class: kind,
      x: from,
      y,
      width: Math.max(3, to - from),
      height,
      rx: Math.min(7, height / 2),
    };
    this.#drawing.put(key, "rect", looks, undefined, home);
  }

  #label(
    call: Call,
    room: { left: number; right: number; until: number },
    y: number,
    group: SVGElement,
  ): void {
    const args = call.whole === undefined ? call.draft : brief(call.args);
    const inside = room.right - room.left - 26;
    const outside = room.until - room.right - 20;
    const within = inside >= Math.min(call.name.length * LETTER, Math.max(outside, 40));
    const words = fit(args ? `${call.name} ${args}` : call.name, within ? inside : outside);
    const x = within ? room.left + 9 : room.right + (isOver(call) ? 15 : 7);
    const looks = { class: within ? "inside" : "outside", x, y: y + this.#row / 2 + 4 };
    this.#drawing.put(`call ${call.id} label`, "text", looks, words, group);
  }

  #cap(call: Call, x: number, y: number, group: SVGElement): void {
    const [outline, sign] = SHAPES[call.state];
    const transform = `translate(${Math.round(x) - 8} ${y + this.#row / 2 - 8})`;
    this.#drawing.put(
      `call ${call.id} cap`,
      "path",
      { class: "cap", d: outline, transform },
      undefined,
      group,
    );
    this.#drawing.put(
      `call ${call.id} sign`,
      "path",
      { class: "sign", d: sign, transform },
      undefined,
      group,
    );
  }

  #rejected(call: Call, y: number, scale: Scale): void {
    const group = this.#group(call, call.first, scale);
    this.#cap(call, scale.at(call.first), y, group);
  }

  #name(key: string, words: string, y: number): void {
    this.#drawing.put(
      `name ${key}`,
      "text",
      { class: "name", x: 0, y: y + this.#row / 2 + 4 },
      fit(words, GUTTER - 8),
    );
  }

  #flags(turn: Turn, scale: Scale, bottom: number): void {
    const first = turn.calls.filter((call) => call.state !== "rejected").at(0);
    const asked = scale.at(turn.asked);
    this.#flag("asked", asked, bottom, say("picture.asked"), "start");
    const ended = turn.ended === undefined ? undefined : scale.at(turn.ended);
    if (first) {
      const x = scale.at(first.first);
      const ms = `${Math.round(first.first - turn.asked)} ms`;
      const near = x - asked < 44;
      const shift = near ? 40 : 0;
      const room = (ended === undefined ? scale.width : ended - ENDING) - x - shift;
      const words = room > 130 ? `${say("picture.first")} ${ms}` : room > 56 ? ms : "";
      this.#flag("first", x, bottom, near && words ? `· ${words}` : words, "start", shift);
    }
    if (ended === undefined) return;
    const words = `${say(`turn.${turn.status as "completed"}`)} ${seconds(turn.ended ?? 0, turn.asked)}`;
    this.#flag("ended", ended, bottom, words, ended > scale.width - 120 ? "end" : "start");
  }

  #flag(kind: string, x: number, bottom: number, words: string, anchor: "start" | "end", shift = 0): void {
    const { flags } = this.#layers;
    this.#drawing.put(
      `flag ${kind}`,
      "line",
      { class: `flag ${kind}`, x1: x, x2: x, y1: 16, y2: bottom },
      undefined,
      flags,
    );
    this.#drawing.put(
      `dot ${kind}`,
      "circle",
      { class: `dot ${kind}`, cx: x, cy: 16, r: 3.5 },
      undefined,
      flags,
    );
    const looks = {
      class: "flag-words",
      x: x + shift + (anchor === "end" ? 4 : -3),
      y: 9,
      "text-anchor": anchor,
    };
    this.#drawing.put(`words ${kind}`, "text", looks, words, flags);
  }
}

const seconds = (to: number, from: number): string =>
  `${((to - from) / 1000).toFixed(to - from < 10_000 ? 2 : 1)} s`;

/** As much of a text as fits in so many px. */
function fit(text: string, room: number): string {
  const letters = [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 1.75 : 1), 0);
  if (letters * LETTER <= room) return text;
  const most = Math.floor(room / LETTER) - 1;
  return most < 3 ? "" : `${text.slice(0, most)}…`;
}

/** The distance of ticks, in ms, of which at most `most` are shown. */
function tick(span: number, most: number): number {
  const steps = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000, 300_000];
  return steps.find((step) => span / step <= most) ?? 600_000;
}

/** Hatched is what is still being written, dotted what is thought about. */
function patterns(): SVGDefsElement {
  const hatch = {
    id: "hatch",
    width: 7,
    height: 7,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  };
  const dots = { id: "dots", width: 7, height: 7, patternUnits: "userSpaceOnUse" };
  return s(
    "defs",
    {},
    s("pattern", hatch, s("rect", { class: "hatch", width: 3.2, height: 7 })),
    s("pattern", dots, s("circle", { class: "dots", cx: 3.5, cy: 3.5, r: 1.3 })),
  );
}
