import { StrictReader } from "./strict_reader.ts";

/**
 * A reader that takes a limited count of numbers, including the tag and the length of each field.
 *
 * A message of 4 MiB has room for two million fields. As objects they take a hundred times as many bytes, and
 * decoding them takes seconds during which nobody else is served, all before any rule on their number can be
 * checked.
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
