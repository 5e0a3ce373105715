import type { Buffer } from "node:buffer";
import { constants, createGunzip, createInflate } from "node:zlib";

/** What is used of a stream of `node:zlib`, in Deno as in Node. */
interface Zlib {
  readonly _handle: {
    onerror: (message: string) => void;
    reset(): void;
    writeSync(
      flush: number,
      source: Uint8Array,
      sourceAt: number,
      sourceBytes: number,
      target: Uint8Array,
      targetAt: number,
      targetBytes: number,
    ): void;
  };
  /** What the last write left of the target, and of the source. */
  readonly _writeState: Uint32Array;
}

/**
 * Symptom: a few messages of 64 KiB that inflate to 4 MiB hold up a server for 30 ms, and leave 80 MB.
 *
 * Cause: what `node:zlib` of Deno 2.9.6 does with a callback lets nothing else run before it is done; what
 * it does without one cannot be interrupted, and takes a stream of its own and a row of buffers, which the
 * collector lets gather.
 *
 * Workaround: the handle below its streams, which is the same in Node. It is used again for the next source,
 * and inflates a piece at a time into buffers of whoever asks: 4 MiB in a tenth of the time, and a short
 * message in a twentieth.
 */
export class PiecewiseInflate {
  readonly #zlib: Zlib;
  #source: Buffer | undefined;
  /** How much of it is not read. */
  #left = 0;
  #error: string | undefined;

  constructor(encoding: "gzip" | "deflate") {
    const zlib: unknown = encoding === "gzip" ? createGunzip() : createInflate();
    this.#zlib = zlib as Zlib;
    this.#zlib._handle.onerror = (message) => this.#error = message;
  }

  /** What is inflated from now on, and does not change meanwhile. */
  begin(source: Buffer): void {
    this.#zlib._handle.reset();
    this.#error = undefined;
    this.#source = source;
    this.#left = source.length;
  }

  /**
   * Fills the target with what comes next. Returns how many bytes that were: fewer than it takes at the end
   * alone, which may be none.
   *
   * @throws {Error} if the source is not so compressed, or is cut short
   */
  next(target: Uint8Array): number {
    const { _handle, _writeState } = this.#zlib;
    const source = this.#source!;
    const at = source.length - this.#left;
    _handle.writeSync(constants.Z_FINISH, source, at, this.#left, target, 0, target.length);
    if (this.#error !== undefined) throw new Error(this.#error);
    const [unfilled = 0, left = 0] = _writeState;
    this.#left = left;
    return target.length - unfilled;
  }

  /** Lets go of the source. */
  end(): void {
    this.#source = undefined;
  }
}
