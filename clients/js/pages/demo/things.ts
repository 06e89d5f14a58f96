/** Poking and moving without a pointer: the same as on the canvas, as a small form. */
import { $, h } from "./dom.ts";
import { language, say, spoken } from "./words.ts";

export interface Named {
  readonly id: string;
  readonly names: readonly string[];
}

/** What there is to touch now, and what the form does. */
export interface Touch {
  readonly things: readonly Named[];
  readonly places: readonly Named[];
  poke(): void;
  click(thing: Named): void;
  move(thing: Named, place: Named): void;
}

/** A name in the language of the interface. */
export function nameOf({ id, names }: Named): string {
  const chinese = (name: string): boolean => /[\u3400-\u9fff]/.test(name);
  return names.find((name) => chinese(name) === (language() === "zh")) ?? names[0] ?? id;
}

/** The form is made whenever it opens. */
export function startThings(touch: Touch): void {
  const card = $("things-card");
  const fill = (): void => {
    const { things, places } = touch;
    const options = (all: readonly Named[]): HTMLElement[] =>
      all.map((one) => h("option", { value: one.id }, nameOf(one)));
    const thing = h("select", { id: "thing" }, ...options(things));
    const place = h("select", { id: "place" }, ...options(places));
    const found = (all: readonly Named[], select: HTMLSelectElement): Named | undefined =>
      all.find((one) => one.id === select.value);
    const click = (): void => {
      const one = found(things, thing);
      if (one) touch.click(one);
    };
    const move = (): void => {
      const [one, there] = [found(things, thing), found(places, place)];
      if (one && there) touch.move(one, there);
    };
    card.replaceChildren(
      h("h2", {}, say("things.title")),
      h(
        "button",
        { type: "button", class: "primary wide", id: "poke", click: () => touch.poke() },
        say("things.poke"),
      ),
      h("label", { for: "thing" }, say("things.thing")),
      h(
        "div",
        { class: "row" },
        thing,
        h("button", { type: "button", class: "quiet", id: "point", click }, say("things.click")),
      ),
      h("label", { for: "place" }, say("things.place")),
      h(
        "div",
        { class: "row" },
        place,
        h("button", { type: "button", class: "quiet", id: "move", click: move }, say("things.move")),
      ),
    );
  };
  card.addEventListener("beforetoggle", (event) => (event as ToggleEvent).newState === "open" && fill());
  spoken(() => card.matches(":popover-open") && fill());
}
