/** A WebSocket that can be cut, to see what a lost connection does. */

let newest: Line | undefined;

/** Like the browser's own. Once cut, what was on its way is lost, as in a tunnel. */
export class Line extends WebSocket {
  #cut = false;

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    newest = this;
    // Registered first, so it can keep a late message from everybody who listens after it.
    this.addEventListener("message", (event) => this.#cut && event.stopImmediatePropagation());
  }

  override send(data: Parameters<WebSocket["send"]>[0]): void {
    if (!this.#cut) super.send(data);
  }

  sever(): void {
    this.#cut = true;
    this.close();
  }
}

/** Drop the newest connection without a close code: the session is detached, not ended. */
export function cut(): void {
  newest?.sever();
}
