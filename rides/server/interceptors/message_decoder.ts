import { Buffer } from "node:buffer";
import { ResourceExhausted } from "../../domain/failure.ts";
import type { CallMemory } from "./message_memory.ts";

/** A flag and the length of what follows (grpc/grpc, PROTOCOL-HTTP2.md, "Length-Prefixed-Message"). */
const PREFIX_BYTES = 5;

/** The first buffer for a longer message: what was announced is not always sent. */
const FIRST_BYTES = 16_384;

const NONE: Buffer = Buffer.alloc(0);

/**
 * Splits the data of a stream into messages, in place of grpc-js's decoder. That one keeps every chunk of an
 * unfinished message, with the whole buffer that the chunk is a slice of, without counting it, and copies
 * each message once more.
 */
export class MessageDecoder {
  /** What has come, read up to `#at`. */
  #chunk: Buffer = NONE;
  #at = 0;
  /** The beginning of a message: its first `#filled` bytes. */
  #partial: Buffer | undefined;
  #filled = 0;
  /** Its length with its prefix; that of the prefix alone until that is complete. */
  #wanted = PREFIX_BYTES;

  /** Whether the message that was read last is compressed. */
  isCompressed = false;

  constructor(private readonly memory: CallMemory) {}

  /** Takes what has come. */
  add(chunk: Buffer): void {
    this.#chunk = this.#at < this.#chunk.length
      ? Buffer.concat([this.#chunk.subarray(this.#at), chunk])
      : chunk;
    this.#at = 0;
  }

  /**
   * The next message that is whole, perhaps as a part of what was added; undefined if there is none.
   *
   * @throws {ResourceExhausted} if a message is too large, or too much is unfinished
   */
  next(): Buffer | undefined {
    while (this.#at < this.#chunk.length && !this.memory.hasEnded) {
      const chunk = this.#chunk;
      const start = this.#at;
      const end = this.#filled > 0 ? NaN : this.#endAt(chunk, start);
      if (end <= chunk.length) {
        if (this.memory.keeps) this.memory.hold(end - start);
        this.#at = end;
        this.isCompressed = chunk[start] !== 0;
        return chunk.subarray(start + PREFIX_BYTES, end);
      }
      this.#at = this.#fill(chunk, start);
      if (this.#filled === this.#wanted) return this.#finish();
    }
    this.#chunk = NONE;
    this.#at = 0;
  }

  /** Frees a message that nobody reads any more, at once if it has a buffer of its own. */
  free(message: Buffer): void {
    if (message.buffer.byteLength === PREFIX_BYTES + message.length) moved(message, 0);
  }

  /** Lets go of what has come. */
  clear(): void {
    this.#chunk = NONE;
    this.#at = 0;
    this.#partial = undefined;
    this.#filled = 0;
  }

  /** Nothing is read for a while: what is left must not keep a much larger buffer alive meanwhile. */
  keep(): void {
    const left = this.#chunk.length - this.#at;
    if (left * 2 >= this.#chunk.buffer.byteLength) return;
    const rest = left === 0 ? NONE : Buffer.allocUnsafeSlow(left);
    this.#chunk.copy(rest, 0, this.#at);
    this.#chunk = rest;
    this.#at = 0;
  }

  /** Where the message ends that begins at `at`; NaN if its prefix is not whole. */
  #endAt(chunk: Buffer, at: number): number {
    if (at + PREFIX_BYTES > chunk.length) return NaN;
    return at + PREFIX_BYTES + this.#lengthIn(chunk, at);
  }

  #lengthIn(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at + 1);
    const { maxMessageBytes } = this.memory.limits;
    if (length <= maxMessageBytes) return length;
    throw new ResourceExhausted(
      `Received message larger than max (${length} vs ${maxMessageBytes})`,
    );
  }

  /** Adds the part of the chunk that belongs to the unfinished message; returns where that part ends. */
  #fill(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#wanted - this.#filled);
    const filled = this.#filled + end - at;
    if (this.#partial === undefined || this.#partial.length < filled) this.#grow(filled);
    chunk.copy(this.#partial!, this.#filled, at, end);
    this.#filled = filled;
    if (filled === PREFIX_BYTES && this.#wanted === PREFIX_BYTES) {
      this.#wanted += this.#lengthIn(this.#partial!, 0);
    }
    return end;
  }

  /** Twice what it was, so that each byte is copied twice at most. */
  #grow(needed: number): void {
    const before = this.#partial;
    const had = before?.length ?? 0;
    const size = Math.min(this.#wanted, Math.max(needed, had * 2, FIRST_BYTES));
    this.memory.hold(size - had);
    this.#partial = before === undefined ? Buffer.allocUnsafeSlow(size) : moved(before, size);
  }

  #finish(): Buffer {
    const message = this.#partial!;
    this.memory.deliver(message.length);
    this.#partial = undefined;
    this.#filled = 0;
    this.#wanted = PREFIX_BYTES;
    this.isCompressed = message[0] !== 0;
    return message.subarray(PREFIX_BYTES);
  }
}

/**
 * The bytes in a larger buffer, or none. What they leave is freed at once: 64 MiB of it would set off a full
 * collection, which holds everybody up for some 30 ms.
 */
function moved({ buffer }: Buffer, size: number): Buffer {
  return Buffer.from((buffer as ArrayBuffer).transfer(size));
}
