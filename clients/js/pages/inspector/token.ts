/** The token of whoever looks: kept for this tab alone, in memory where the browser allows no more. */

const KEY = "capserver.inspector.token";

export class Token {
  #value: string | undefined;

  constructor(readonly storage: Storage | undefined = allowed()) {
    this.#value = attempt(() => storage?.getItem(KEY)) ?? undefined;
  }

  get value(): string | undefined {
    return this.#value;
  }

  set(value: string | undefined): void {
    this.#value = value || undefined;
    attempt(() => (value ? this.storage?.setItem(KEY, value) : this.storage?.removeItem(KEY)));
  }

  headers(): Record<string, string> {
    return this.#value === undefined ? {} : { Authorization: `Bearer ${this.#value}` };
  }
}

// A browser that forbids storage throws at the very name of it.
function allowed(): Storage | undefined {
  return attempt(() => globalThis.sessionStorage);
}

/** What `ask` gives; undefined where the browser forbids it. */
export function attempt<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
