import { Buffer } from "node:buffer";
import { copyBytes } from "./bytes.ts";

/** Data is merged up to this size, so that many small frames cost their reader one event. */
const MERGED_BYTES = 16_384;

/** Received data that its handler has not taken yet. */
export class ReceiveQueue {
  /** How many bytes wait. */
  bytes = 0;
  private readonly chunks: Buffer[] = [];
  /** The chunk that data is still appended to: its first `lastLength` bytes. */
  private last: Buffer | undefined;
  private lastLength = 0;

  /** The chunk is a part of a received buffer, kept until `own` at the longest. */
  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    const length = this.lastLength + chunk.length;
    if (this.last === undefined) {
      this.last = chunk;
    } else if (length > MERGED_BYTES) {
      this.own();
      this.chunks.push(this.last.subarray(0, this.lastLength));
      this.last = chunk;
      this.lastLength = chunk.length;
      return;
    } else {
      if (length > this.last.length) this.grow(length);
      copyBytes(chunk, 0, chunk.length, this.last, this.lastLength);
    }
    this.lastLength = length;
  }

  /** The next data, in the order it came; `undefined` if none waits. */
  take(): Buffer | undefined {
    const chunk = this.chunks.shift();
    if (chunk !== undefined) {
      this.bytes -= chunk.length;
      return chunk;
    }
    const { last, lastLength } = this;
    if (last === undefined) return undefined;
    this.clear();
    return lastLength === last.length ? last : last.subarray(0, lastLength);
  }

  clear(): void {
    this.bytes = 0;
    this.chunks.length = 0;
    this.last = undefined;
    this.lastLength = 0;
  }

  /** Copies what would keep a much larger buffer alive while it waits. */
  own(): void {
    if (this.last !== undefined && this.lastLength * 2 < this.last.buffer.byteLength) {
      this.grow(this.lastLength);
    }
  }

  private grow(length: number): void {
    // One frame can be longer than what is merged, if `maxFrameBytes` allows it.
    const larger = Buffer.allocUnsafeSlow(Math.max(length, Math.min(length * 2, MERGED_BYTES)));
    copyBytes(this.last!, 0, this.lastLength, larger, 0);
    this.last = larger;
  }
}
