/** Reading values that somebody else wrote: a frame, a trace, a problem. Nothing in here trusts a shape. */

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const asObject = (value: unknown): Json => (isObject(value) ? value : {});

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

export interface Fault {
  /** A JSON Pointer. */
  path: string;
  code: string;
  message: string;
}

export const faultsOf = (value: unknown): Fault[] =>
  asList(value)
    .filter(isObject)
    .map((fault) => ({
      path: textOf(fault.path) ?? "",
      code: textOf(fault.code) ?? "",
      message: textOf(fault.message) ?? "",
    }));

/** `value` as one line of JSON. */
export const compact = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value));

/** `{times: 2, text: "hi"}`: arguments as a reader wants them in a row, cut at `most` characters. */
export function brief(value: unknown, most = 120): string {
  if (value === undefined) return "";
  const found = isObject(value)
    ? Object.entries(value)
        .map(([key, inner]) => `${key}: ${compact(inner)}`)
        .join(", ")
    : compact(value);
  return clip(found, most);
}

/** At most `most` characters of a text, never half of a surrogate pair. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return `${text.slice(0, end)}…`;
}
