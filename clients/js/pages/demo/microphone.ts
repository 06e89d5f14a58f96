/** The browser's own ears and voice: off until asked for, and not there where it has none. */
import { $ } from "./dom.ts";
import { languageOf, locale, say, spoken } from "./words.ts";

interface Recognised {
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>;
}

/** The part of the Web Speech API that is used; TypeScript's own library does not know it. */
interface Recognition extends EventTarget {
  lang: string;
  interimResults: boolean;
  start(): void;
  stop(): void;
}

declare global {
  interface Window {
    readonly SpeechRecognition?: new () => Recognition;
    readonly webkitSpeechRecognition?: new () => Recognition;
  }
}

interface Ear {
  heard(text: string): void;
  failed(words: string): void;
}

/** Fill the input while somebody speaks, and send it when they are done. */
export function startMicrophone({ heard, failed }: Ear): void {
  const Recogniser = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recogniser) return;
  const button = $("microphone");
  const input = $("text", HTMLInputElement);
  let listening: Recognition | undefined;
  const show = (): void => {
    button.setAttribute("aria-pressed", String(listening !== undefined));
    input.placeholder = say(listening ? "hearing" : "placeholder");
  };
  const begin = (): void => {
    const ear = new Recogniser();
    ear.lang = locale() === "en" ? "en-US" : locale();
    ear.interimResults = true;
    ear.addEventListener("result", (event) => {
      const { results } = event as Event & Recognised;
      input.value = Array.from(results, (result) => result[0]?.transcript ?? "").join("");
      if (!results[results.length - 1]?.isFinal) return;
      heard(input.value.trim());
      input.value = "";
    });
    ear.addEventListener("error", (event) => {
      const { error } = event as Event & { readonly error: string };
      if (error !== "no-speech" && error !== "aborted") failed(say("microphone.denied", error));
    });
    ear.addEventListener("end", () => {
      listening = undefined;
      show();
    });
    listening = ear;
    ear.start();
    show();
  };
  button.hidden = false;
  button.addEventListener("click", () => (listening ? listening.stop() : begin()));
  spoken(show);
}

let aloud = false;

/** Sound, for who asks for it: the world's own, and answers read aloud where the browser can. */
export function startSpeaker(turned: (on: boolean) => void): void {
  const button = $("speaker");
  button.addEventListener("click", () => {
    aloud = !aloud;
    button.setAttribute("aria-pressed", String(aloud));
    if (!aloud) window.speechSynthesis?.cancel();
    turned(aloud);
  });
}

/** Read a text aloud, if that was asked for. */
export function readAloud(text: string): void {
  if (!aloud || !text || !("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = languageOf(text);
  speechSynthesis.speak(words);
}
