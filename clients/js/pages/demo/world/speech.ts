/** What she says: the text in the bubble, which fills while it is written, and the mouth that moves with it. */
import type { Ling } from "./ling.ts";
import { clamp } from "./motion.ts";
import type { Sounds } from "./sounds.ts";

const PER_SECOND = 26;
const LINGER = 2.6;
const HAN = /[\u3400-\u9fff]/;
const PAUSE = /[,.!?;:，。！？；：…\n]/;

export class Speech {
  /** What is in the bubble now. */
  shown = "";
  visible = false;
  readonly said: string[] = [];
  #coming = "";
  #owed = 0;
  #linger = 0;
  #open = false;

  constructor(
    private readonly ling: Ling,
    private readonly sounds: Sounds,
  ) {}

  begin(): void {
    this.shown = "";
    this.#coming = "";
    this.#open = true;
    this.visible = true;
  }

  write(text: string): void {
    this.#coming += text;
  }

  /** No more will come; what is there is still read out. */
  end(): void {
    this.#open = false;
    this.#linger = LINGER + Math.min(this.shown.length + this.#coming.length, 120) * 0.02;
  }

  /** Breaks off: what was said so far is all. */
  stop(): void {
    this.#coming = "";
    this.end();
    this.#linger = 0.8;
  }

  get silent(): boolean {
    return !this.#open && this.#coming === "";
  }

  step(seconds: number): void {
    if (!this.visible) return;
    if (this.#coming !== "") this.#speak(seconds);
    else {
      this.ling.talk.clear();
      if (!this.#open) this.#linger -= seconds;
      if (!this.#open && this.#linger <= 0) this.visible = false;
    }
  }

  #speak(seconds: number): void {
    const rate =
      Math.max(PER_SECOND, this.#coming.length * 1.2) * (HAN.test(this.#coming[0] ?? "") ? 0.5 : 1);
    this.#owed = Math.min(this.#owed + seconds * rate, 8);
    while (this.#owed >= 1 && this.#coming !== "") this.#utter();
  }

  #utter(): void {
    const [letter = ""] = this.#coming;
    this.#coming = this.#coming.slice(letter.length);
    this.shown += letter;
    this.#owed -= PAUSE.test(letter) ? 4 : 1;
    const code = letter.codePointAt(0) ?? 0;
    const quiet = PAUSE.test(letter) || letter === " ";
    this.ling.talk.aim({
      gape: quiet ? 0.05 : clamp(0.28 + (code % 7) * 0.09, 0, 0.8),
      wide: quiet ? 0 : ((code % 5) - 2) * 0.08,
      headPitch: quiet ? 0 : ((code % 3) - 1) * 0.035,
    });
    if (!quiet && this.shown.length % 3 === 1) this.sounds.mumble(code);
  }
}
