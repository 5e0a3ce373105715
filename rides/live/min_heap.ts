/** Numbers, each with a key; the one with the smallest key comes out first. */
export class MinHeap {
  readonly #keys: number[] = [];
  readonly #items: number[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** The smallest key; Infinity where there is none. */
  get smallest(): number {
    return this.#keys[0] ?? Infinity;
  }

  push(key: number, item: number): void {
    let at = this.#keys.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentKey = this.#keys[parent]!;
      if (parentKey <= key) break;
      this.#keys[at] = parentKey;
      this.#items[at] = this.#items[parent]!;
      at = parent;
    }
    this.#keys[at] = key;
    this.#items[at] = item;
  }

  /** Takes the item with the smallest key; -1 where there is none. */
  pop(): number {
    const top = this.#items[0];
    if (top === undefined) return -1;
    const key = this.#keys.pop()!;
    const item = this.#items.pop()!;
    if (this.#keys.length > 0) this.#sink(key, item);
    return top;
  }

  /** Puts an item at the top, and lets it sink to its place. */
  #sink(key: number, item: number): void {
    const size = this.#keys.length;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#keys[child + 1]! < this.#keys[child]!) child++;
      if (this.#keys[child]! >= key) break;
      this.#keys[at] = this.#keys[child]!;
      this.#items[at] = this.#items[child]!;
      at = child;
    }
    this.#keys[at] = key;
    this.#items[at] = item;
  }
}
