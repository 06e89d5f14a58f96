/** The page's sounds, made by Web Audio: nothing is fetched. They stay silent until a person has touched the page. */
import type { SoundName, Sounds } from "./sounds.ts";

const LOUD = 0.2;

interface Tone {
  readonly at: number;
  readonly hertz: number;
  readonly to?: number;
  readonly seconds: number;
  readonly loud?: number;
  readonly kind?: OscillatorType;
}

const NOTE = (steps: number): number => 523.25 * 2 ** (steps / 12);
const MELODY = [0, 4, 7, 12, 11, 7, 9, 5, 4, 7, 2, 4, 0] as const;

const SCORES: Record<SoundName, readonly Tone[]> = {
  bell: [1, 2.76, 5.4].map((over, at) => ({
    at: 0,
    hertz: 880 * over,
    seconds: 1.4 / (at + 1),
    loud: 0.7 / (at + 1),
  })),
  chime: [12, 7, 9, 4, 14].map((step, at) => ({ at: at * 0.14, hertz: NOTE(step), seconds: 1, loud: 0.5 })),
  drum: [0, 0.25, 0.5, 0.625, 0.75].map((at) => ({ at, hertz: 150, to: 46, seconds: 0.24, loud: 1.3 })),
  pop: [{ at: 0, hertz: 280, to: 900, seconds: 0.11, loud: 0.9 }],
  giggle: [0, 1, 2, 3, 4].map((at) => ({
    at: at * 0.12,
    hertz: 780 - at * 45,
    to: 980 - at * 60,
    seconds: 0.1,
    kind: "triangle" as const,
  })),
  whistle: [
    { at: 0, hertz: 900, to: 1500, seconds: 0.3 },
    { at: 0.38, hertz: 1500, to: 1050, seconds: 0.4 },
  ],
  fanfare: [0, 0, 0, 5, 9, 12].map((step, at) => ({
    at: [0, 0.16, 0.32, 0.48, 0.72, 0.96][at] ?? 0,
    hertz: NOTE(step) / 2,
    seconds: at === 5 ? 0.7 : 0.2,
    kind: "sawtooth" as const,
    loud: 0.35,
  })),
  melody: MELODY.map((step, at) => ({ at: at * 0.32, hertz: NOTE(step + 12), seconds: 0.7, loud: 0.5 })),
};

/** `incidental`: whether her voice and her dances sound too, or only what was asked for. */
export class Synth implements Sounds {
  incidental = false;
  #context: AudioContext | null = null;

  play(name: SoundName): boolean {
    if (name === "giggle" && !this.incidental && !this.#touched()) return false;
    return this.#sound(SCORES[name]);
  }

  mumble(letter: number): void {
    if (!this.incidental) return;
    const hertz = 420 + (letter % 11) * 34;
    this.#sound([{ at: 0, hertz, to: hertz * 1.15, seconds: 0.07, kind: "triangle", loud: 0.35 }]);
  }

  beat(count: number): void {
    if (!this.incidental) return;
    this.#sound([
      count % 2
        ? { at: 0, hertz: 1800, seconds: 0.04, loud: 0.15 }
        : { at: 0, hertz: 140, to: 50, seconds: 0.16, loud: 0.8 },
    ]);
  }

  dispose(): void {
    this.#context?.close().catch(() => {});
    this.#context = null;
  }

  #touched(): boolean {
    return navigator.userActivation?.hasBeenActive ?? false;
  }

  #sound(tones: readonly Tone[]): boolean {
    const context = this.#open();
    if (context?.state !== "running") return false;
    for (const tone of tones) sounded(context, tone);
    return true;
  }

  #open(): AudioContext | null {
    if (!this.#touched() || typeof AudioContext === "undefined") return null;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
    return this.#context;
  }
}

function sounded(
  context: AudioContext,
  { at, hertz, to = hertz, seconds, loud = 1, kind = "sine" }: Tone,
): void {
  const [from, end] = [context.currentTime + at + 0.01, context.currentTime + at + seconds + 0.01];
  const gain = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { type: kind, frequency: hertz });
  tone.frequency.setValueAtTime(hertz, from);
  tone.frequency.exponentialRampToValueAtTime(to, end);
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(LOUD * loud, from + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0008, end);
  tone.connect(gain).connect(context.destination);
  tone.start(from);
  tone.stop(end + 0.02);
}
