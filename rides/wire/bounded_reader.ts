import { StrictReader } from "./strict_reader.ts";

/**
 * A reader that takes so many numbers, among them the tag and the length of each field, and no more.
 *
 * A message of 4 MiB has room for two million fields, of which each takes a hundred times its bytes once it
 * is an object, and all of them seconds in which nobody else is served: before a rule about how many
 * there may be is asked, they are there.
 */
export class BoundedReader extends StrictReader {
  #left: number;

  constructor(bytes: Uint8Array, private readonly most: number) {
    super(bytes);
    this.#left = most;
  }

  /** @throws {RangeError} if it is one too many */
  override uint32(): number {
    this.#count();
    return super.uint32();
  }

  /** @throws {RangeError} if it is one too many */
  override int64(): ReturnType<StrictReader["int64"]> {
    this.#count();
    return super.int64();
  }

  /** @throws {RangeError} if it is one too many */
  override uint64(): ReturnType<StrictReader["uint64"]> {
    this.#count();
    return super.uint64();
  }

  #count(): void {
    if (this.#left-- === 0) {
      throw new RangeError(`more than ${this.most} tags, lengths and numbers`);
    }
  }
}
