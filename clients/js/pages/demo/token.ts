/** The credential where the server asks for one: kept for this tab alone. */

const KEY = "capserver.token";
let token: string | undefined;

function kept(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Use this one from now on. */
export function setToken(wanted: string): void {
  token = wanted;
  try {
    sessionStorage.setItem(KEY, wanted);
  } catch {
    // Where storage is forbidden it holds until the page is left.
  }
}

/** It may come behind the `#`, which no server's log sees; it is taken out of sight at once. */
export function readToken(): void {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!found) return;
  setToken(found);
  history.replaceState(null, "", location.pathname + location.search);
}

export const currentToken = (): string | undefined => (token ??= kept());
