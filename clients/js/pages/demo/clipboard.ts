/** Copying, with an answer on the button that asked for it. */
import { say, type Word } from "./words.ts";

/** Copy, and say on the button that it was done, for a moment. */
export async function copied(text: string, button: HTMLElement, word: Word): Promise<void> {
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  button.textContent = say(done ? "wire.copied" : "wire.uncopied");
  setTimeout(() => {
    button.textContent = say(word);
  }, 1500);
}
