/** A list that forgets its oldest entries: a page may stay open for days. */
export class Ring<Item> {
  dropped = 0;
  #items: { item: Item; weight: number }[] = [];
  #weight = 0;

  /** Keeps at most `most` items that weigh at most `mostWeight` together; one item is always kept. */
  constructor(
    readonly most: number,
    readonly mostWeight = Number.POSITIVE_INFINITY,
  ) {}

  get length(): number {
    return this.#items.length;
  }

  get items(): Item[] {
    return this.#items.map((held) => held.item);
  }

  push(item: Item, weight = 1): void {
    this.#items.push({ item, weight });
    this.#weight += weight;
    while (this.#items.length > 1 && (this.#items.length > this.most || this.#weight > this.mostWeight)) {
      this.#weight -= this.#items.shift()?.weight ?? 0;
      this.dropped += 1;
    }
  }

  clear(): void {
    this.#items = [];
    this.#weight = 0;
    this.dropped = 0;
  }
}
