import { Metadata, status as Code } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { ResourceExhausted } from "../../domain/failure.ts";
import { PiecewiseInflate } from "../../runtime/mod.ts";
import { statusOf } from "../../wire/status.ts";
import type { CallMemory } from "./message_memory.ts";
import { turns } from "./turns.ts";

/** What a message may always inflate to, since small ones with equal fields compress very well. */
const FREE_BYTES = 16_384;

/** What is inflated in one go, which takes a tenth of a millisecond; most messages are shorter. */
const piece = Buffer.allocUnsafeSlow(65_536);

const WAYS: ReadonlyMap<string, PiecewiseInflate> = new Map([
  ["deflate", new PiecewiseInflate("deflate")],
  ["gzip", new PiecewiseInflate("gzip")],
]);

const ACCEPTED = ["identity", ...WAYS.keys()].join(",");

/**
 * Inflates a message of a call in place of grpc-js, which limits only the single message: 16 KiB can hold
 * four messages of 4 MiB in gzip, which take a hundred times as long to inflate as to send.
 *
 * Here a message may be `maxInflation` times as long as what was sent, the messages of all calls are inflated
 * one after another in turn with other clients, and their bytes are counted until the handler has them. A
 * message longer than a piece is inflated once to learn its size, and again into a buffer of that size: so a
 * refused one takes no memory, and others no more than their length.
 */
export class Inflater {
  constructor(private readonly memory: CallMemory) {}

  /**
   * What the bytes inflate to, for which as many are held. Rejects with the status that ends the call.
   *
   * @param encoding the header `grpc-encoding`; `identity` without one
   */
  inflate(bytes: Buffer, encoding: string): Promise<Buffer> {
    return turns.take(this.#inflate(bytes, encoding));
  }

  *#inflate(bytes: Buffer, encoding: string): Generator<void, Buffer> {
    this.#checkRunning();
    if (encoding === "identity") {
      // As grpc/grpc has it, doc/compression.md, "Test cases".
      const details = "A message has its Compressed-Flag set, but the call has no grpc-encoding";
      throw { code: Code.INTERNAL, details };
    }
    const way = WAYS.get(encoding);
    if (!way) {
      // As there: the answer says what would have been taken.
      const metadata = new Metadata();
      metadata.set("grpc-accept-encoding", ACCEPTED);
      const details =
        `Received message compressed with unsupported encoding "${encoding}"; supported: ${ACCEPTED}`;
      throw { code: Code.UNIMPLEMENTED, details, metadata };
    }
    way.begin(bytes);
    try {
      const size = yield* this.#measure(way, this.#most(bytes.length));
      this.memory.hold(size);
      if (size < piece.length) return Buffer.from(piece.subarray(0, size));
      way.begin(bytes);
      return yield* this.#fill(way, Buffer.allocUnsafeSlow(size));
    } catch (error) {
      throw error instanceof ResourceExhausted ? statusOf(error) : error;
    } finally {
      way.end();
    }
  }

  /** If one piece is enough, `piece` has the message afterwards. */
  *#measure(way: PiecewiseInflate, most: number): Generator<void, number> {
    for (let size = 0;;) {
      const read = next(way, piece);
      size += read;
      if (size > most) throw this.#tooLong(most);
      if (read < piece.length) return size;
      yield;
      this.#checkRunning();
    }
  }

  *#fill(way: PiecewiseInflate, target: Buffer): Generator<void, Buffer> {
    for (let at = 0; at < target.length; at += piece.length) {
      next(way, target.subarray(at, at + piece.length));
      yield;
      this.#checkRunning();
    }
    return target;
  }

  #most(sentBytes: number): number {
    const { maxInflation, maxMessageBytes } = this.memory.limits;
    return Math.min(Math.max(FREE_BYTES, sentBytes * maxInflation), maxMessageBytes);
  }

  #tooLong(most: number): ResourceExhausted {
    const { maxInflation, maxMessageBytes } = this.memory.limits;
    const reason = most < maxMessageBytes
      ? `to more than ${maxInflation} times what was sent`
      : `to a size larger than ${maxMessageBytes}`;
    return new ResourceExhausted(`Received message that decompresses ${reason}`);
  }

  /** Nobody waits for the rest of a message whose call has ended. */
  #checkRunning(): void {
    if (this.memory.hasEnded) throw { code: Code.CANCELLED, details: "the call has ended" };
  }
}

function next(way: PiecewiseInflate, target: Buffer): number {
  try {
    return way.next(target);
  } catch {
    throw { code: Code.INTERNAL, details: "Failed to decompress message" };
  }
}
