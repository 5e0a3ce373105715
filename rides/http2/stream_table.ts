import type { Stream } from "./stream.ts";

const INITIAL_SLOTS = 8;

/**
 * The open streams of a connection, by their identifiers.
 *
 * A hash table of its own, because a `Map` that lives long while its entries come and go makes V8 keep
 * the entries: each time it rehashes, the old table points to the new one, so once a dead table has
 * reached the old generation, every later one, and all the streams in it, are promoted too and live
 * until the next full collection. That was a third of all that a call allocates.
 */
export class StreamTable {
  #size = 0;
  /** Linear probing; at most half full. Identifiers of clients are odd, so their half is the hash. */
  #slots: (Stream | undefined)[] = [];

  get size(): number {
    return this.#size;
  }

  get(id: number): Stream | undefined {
    return this.#slots.length === 0 ? undefined : this.#slots[this.#find(id)];
  }

  /** Adds a stream whose identifier is new. */
  add(stream: Stream): void {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    this.#slots[this.#find(stream.id)] = stream;
    this.#size++;
  }

  delete(id: number): void {
    if (this.get(id) === undefined) return;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#find(id);
    this.#size--;
    // What probed past the hole moves into it, so that nothing ends a probe too early.
    for (let at = (hole + 1) & mask; slots[at] !== undefined; at = (at + 1) & mask) {
      const home = (slots[at]!.id >>> 1) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at];
        hole = at;
      }
    }
    slots[hole] = undefined;
  }

  /** The streams that are open now, in no order; adding and deleting meanwhile changes nothing in it. */
  all(): Stream[] {
    return this.#slots.filter((stream) => stream !== undefined);
  }

  /** The slot that the stream is in, or would be in. */
  #find(id: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (id >>> 1) & mask;
    while (slots[at] !== undefined && slots[at]!.id !== id) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const streams = this.all();
    this.#slots = new Array(Math.max(INITIAL_SLOTS, this.#slots.length * 2)).fill(undefined);
    for (const stream of streams) this.#slots[this.#find(stream.id)] = stream;
  }
}
