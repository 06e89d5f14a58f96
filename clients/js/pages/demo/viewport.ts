/** What a phone's keyboard leaves of the page: the input stays in reach above it. */

const KEYBOARD = 140; // px that are gone at least once a keyboard is up

/** Keep `--height` at what is seen, and `data-keyboard` on the page while a keyboard takes the rest. */
export function startViewport(): void {
  const view = window.visualViewport;
  if (!view) return;
  const root = document.documentElement;
  let whole = window.innerHeight;
  const fit = (): void => {
    if (view.scale > 1.05) return; // zoomed in by hand: nothing is to move
    whole = Math.max(whole, view.height);
    const typing = document.activeElement?.matches("input, textarea") ?? false;
    root.toggleAttribute("data-keyboard", typing && whole - view.height > KEYBOARD);
    root.style.setProperty("--height", `${Math.round(view.height)}px`);
    root.style.setProperty("--top", `${Math.round(view.offsetTop)}px`);
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  window.addEventListener("orientationchange", () => {
    whole = 0;
  });
  fit();
}
