/** Elements made by the DOM alone: text stays text, whatever a frame or a person put into it. */

type Child = Node | string | false | null | undefined;
/** What an element is made with: a function listens to the event of that name, `true` and `false` set or leave out. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | undefined | ((event: Event) => void)>
>;

const SVG = "http://www.w3.org/2000/svg";

function furnish(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
}

/** An HTML element. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  furnish(element, attributes);
  element.append(...children.filter((child): child is Node | string => child !== false && child != null));
  return element;
}

/** An SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  furnish(element, attributes);
  element.append(...children.filter((child): child is Node | string => child !== false && child != null));
  return element;
}

/** An icon of one stroke in a box of 20 × 20. */
export function icon(path: string, extra = ""): SVGSVGElement {
  return s(
    "svg",
    { class: `i ${extra}`, viewBox: "0 0 20 20", "aria-hidden": "true" },
    s("path", { d: path }),
  );
}

/** The element of the page with that id. Throws where `index.html` has none of that class. */
export function $<E extends Element = HTMLElement>(id: string, kind?: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`index.html has no fitting #${id}`);
  return found as Element as E;
}
