/**
 * A queue: first in, first out.
 *
 * Not an array, which V8 gives new room as it grows and shrinks: the room that it leaves still refers to all that
 * was in it, and if it lies in the old generation keeps that, such as closed sockets with their sessions and last
 * calls, until a full collection.
 */
export class Fifo<Item> {
  length = 0;
  #first = 0;
  /** As many as a power of 2; those that are free are undefined. */
  #slots: (Item | undefined)[] = [undefined];

  push(item: Item): void {
    if (this.length === this.#slots.length) this.#grow();
    this.#slots[this.#at(this.length++)] = item;
  }

  /** Takes the first one out; undefined if there is none. */
  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#slots[this.#first];
    this.#slots[this.#first] = undefined;
    this.#first = this.#at(1);
    this.length--;
    return item;
  }

  #at(index: number): number {
    return (this.#first + index) & (this.#slots.length - 1);
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = Array.from(
      { length: 2 * old.length },
      (_, index) => index < old.length ? old[this.#at(index)] : undefined,
    );
    this.#first = 0;
    old.fill(undefined);
  }
}
