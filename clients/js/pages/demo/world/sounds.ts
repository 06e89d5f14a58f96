/** The sounds that the world can make; without a page they are silent. */
export const SOUND_NAMES = [
  "bell",
  "chime",
  "drum",
  "pop",
  "giggle",
  "whistle",
  "fanfare",
  "melody",
] as const;
export type SoundName = (typeof SOUND_NAMES)[number];

/** What they are called. */
export const SOUND_CALLED: Record<SoundName, readonly string[]> = {
  bell: ["bell", "铃声", "铃铛", "铃"],
  chime: ["chime", "wind chime", "风铃"],
  drum: ["drum", "drums", "鼓", "鼓声"],
  pop: ["pop", "啵", "砰"],
  giggle: ["giggle", "laughter", "笑声"],
  whistle: ["whistle", "口哨", "口哨声"],
  fanfare: ["fanfare", "trumpet", "号角", "小号"],
  melody: ["melody", "music", "song", "tune", "旋律", "音乐", "歌", "曲子"],
};

export const isSound = (name: string): name is SoundName => Object.hasOwn(SOUND_CALLED, name);

/** How long each lasts, in seconds. */
export const SOUND_SECONDS: Record<SoundName, number> = {
  bell: 1.4,
  chime: 1.6,
  drum: 1.1,
  pop: 0.3,
  giggle: 0.9,
  whistle: 0.9,
  fanfare: 1.7,
  melody: 4.4,
};

export interface Sounds {
  /** Whether it can be heard: a page may sound only after a person has touched it. */
  play(name: SoundName): boolean;
  /** A syllable of her voice. */
  mumble(letter: number): void;
  /** One beat of a dance. */
  beat(count: number): void;
  dispose(): void;
}

export const SILENCE: Sounds = { play: () => false, mumble: () => {}, beat: () => {}, dispose: () => {} };
