/** Where a session is kept while its page is away; and who may go on with it. */

import type { Delivery } from "./delivery.ts";
import type { Settings } from "./options.ts";

/** `sessionStorage`, or what is like it. */
export type StorageLike = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export interface Memory {
  /** What was kept; none where there is nothing, or nothing that can be read. */
  load(): Delivery | undefined;
  /** Keep it; without a value, forget it, and let go of it. */
  save(delivery?: Delivery): void;
  /** Hold a session for as long as this page lives; false where another page does. */
  claim(session: string): Promise<boolean>;
}

const PATIENCE = 1000;

/** `failed` is called once, where storage is forbidden or full; from then on nothing is kept. */
export function createMemory({ url, client, storage }: Settings, failed: (error: unknown) => void): Memory {
  const key = `capserver.v1 ${url} ${client.name}`;
  let store: StorageLike | undefined;
  let release = () => {};
  return {
    load: () =>
      attempt(() => {
        store = storage === false ? undefined : (storage ?? globalThis.sessionStorage);
        const saved = JSON.parse(store?.getItem(key) ?? "{}");
        return saved.seat && saved;
      }),
    save(delivery) {
      if (!delivery) release();
      attempt(
        () => store && (delivery ? store.setItem(key, JSON.stringify(delivery)) : store.removeItem(key)),
      );
    },
    claim(session) {
      const locks = store && globalThis.navigator?.locks;
      release();
      return new Promise((resolve) => {
        // A duplicated tab has a copy of our storage, but not the lock. A page that is being left has it for a moment.
        const signal = AbortSignal.timeout(PATIENCE);
        const hold = () =>
          new Promise<void>((end) => {
            release = end;
            resolve(true);
          });
        if (!locks) resolve(true);
        else locks.request(`capserver ${session}`, { signal }, hold).catch(() => resolve(false));
      });
    },
  };

  /** What is old is worse than nothing: a page that went on from it would do things twice. */
  function attempt<T>(task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      const old = store;
      store = undefined;
      failed(error);
      try {
        old?.removeItem(key);
      } catch {}
      return undefined;
    }
  }
}
