/** What the person chose for this page, kept where the browser allows it. */

function kept(key: string): string | null {
  try {
    return localStorage.getItem(`capserver.${key}`);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`capserver.${key}`, value);
  } catch {
    // Where storage is forbidden or full, the choice holds until the page is closed.
  }
}

export type Theme = "light" | "dark";

const darkness = matchMedia("(prefers-color-scheme: dark)");
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
let chosenTheme = kept("theme");

/** The theme that shows: the person's choice, else the system's. */
export function theme(): Theme {
  if (chosenTheme === "light" || chosenTheme === "dark") return chosenTheme;
  return darkness.matches ? "dark" : "light";
}

/** Change from light to dark or back; where that is the system's own theme, the page follows the system again. */
export function turnTheme(): void {
  const wanted: Theme = theme() === "dark" ? "light" : "dark";
  const system: Theme = darkness.matches ? "dark" : "light";
  chosenTheme = wanted === system ? "" : wanted;
  keep("theme", chosenTheme);
  showTheme();
}

const themeWatchers = new Set<(theme: Theme) => void>();

/** Put the theme on the page, and tell who watches. */
export function showTheme(): void {
  document.documentElement.dataset.theme = theme();
  for (const watcher of themeWatchers) watcher(theme());
}

/** Hear of each change of theme. */
export function onTheme(watcher: (theme: Theme) => void): void {
  themeWatchers.add(watcher);
}

/** Whether the person asked for little motion. */
export const calm = (): boolean => stillness.matches;

/** Hear of it when that changes. */
export function onCalm(watcher: (calm: boolean) => void): void {
  stillness.addEventListener("change", () => watcher(stillness.matches));
}

darkness.addEventListener("change", showTheme);

/** A choice that survives a reload, where there is storage. */
export const choice = { of: kept, keep };
