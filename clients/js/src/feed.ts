import { withResolvers } from "./make.ts";

/** A list that grows until it ends; any number of readers, each from its beginning, at its own pace. */
export class Feed<T> implements AsyncIterable<T> {
  readonly items: T[] = [];
  #end: [error: unknown] | undefined;
  #grown = withResolvers<void>();

  push(item: T): void {
    this.items.push(item);
    this.#wake();
  }

  /** Nothing more comes. With an `error`, who has read all that came before gets that. */
  end(error?: unknown): void {
    this.#end ??= [error];
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let index = 0; ; ) {
      if (index < this.items.length) yield this.items[index++] as T;
      else if (!this.#end) await this.#grown.promise;
      else if (this.#end[0]) throw this.#end[0];
      else return;
    }
  }

  #wake(): void {
    this.#grown.resolve();
    this.#grown = withResolvers();
  }
}
