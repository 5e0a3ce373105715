/** Whole numbers in as few bytes as they need: seven bits per byte, the lowest first, as in protobuf. */

/** Signs are in the lowest bit, so that small numbers below zero are short too. */
const SIGN = 2;

/** Writes numbers one after the other. */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #at = 0;

  constructor(capacity = 4_096) {
    this.#buffer = new Uint8Array(capacity);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /** What was written; valid until the next write. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
  }

  /** @param value from 0 to 2^53 - 1 */
  unsigned(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      // The lowest bits, also of what is more than 32 of them.
      this.#buffer[this.#at++] = (rest % 0x80) | 0x80;
      rest = rest < 2 ** 31 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.#buffer[this.#at++] = rest;
  }

  /** @param value from -2^52 to 2^52 - 1 */
  signed(value: number): void {
    this.unsigned(value < 0 ? -value * SIGN - 1 : value * SIGN);
  }

  /** @param value of 64 bits, in as many */
  bigint(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.#at, value);
    this.#at += 8;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(this.#buffer.length * 2);
    larger.set(this.#buffer);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads what a {@linkcode ByteWriter} wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws {RangeError} at the end */
  unsigned(): number {
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("The bytes end within a number");
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 0x80;
    }
  }

  /** @throws {RangeError} at the end */
  signed(): number {
    const value = this.unsigned();
    return value % SIGN === 0 ? value / SIGN : -(value + 1) / SIGN;
  }

  /** @throws {RangeError} at the end */
  bigint(): bigint {
    const value = this.#view.getBigInt64(this.#at);
    this.#at += 8;
    return value;
  }

  /** The next bytes, as they are. */
  take(length: number): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#at += length);
  }
}
