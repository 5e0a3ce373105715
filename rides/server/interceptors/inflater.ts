import { status as Code } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { gunzipSync, inflateSync } from "node:zlib";
import { ResourceExhausted } from "../../domain/failure.ts";
import { statusOf } from "../../wire/status.ts";
import { PREFIX_BYTES } from "./message_decoder.ts";
import type { CallMemory } from "./message_memory.ts";

/** What a message may always inflate to, since small ones of equal fields shrink a lot. */
const FREE_BYTES = 16_384;

const INFLATE: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
};

/**
 * Inflates the messages of a call, in the place of grpc-js, whose own way has no bound but that of one
 * message: 16 KiB can hold four messages of 4 MiB in gzip, and takes a hundred times as long to inflate as
 * to send.
 *
 * Here a message may be `maxInflation` times as long as what was sent, those of all calls are inflated one
 * after the other, and what they take is counted until their handler has them. In Deno 2.9.6 the functions
 * of `node:zlib` that have a callback let nothing else run before they are done, all of those that were
 * called; so these are the ones without, by turns with other clients.
 */
export class Inflater {
  /** What each message takes that the handler has not got yet. */
  readonly #sizes: number[] = [];

  constructor(private readonly memory: CallMemory) {}

  /**
   * The message without its prefix. Rejects with the status that ends the call.
   *
   * @param encoding `identity` for a message that is not compressed
   */
  readonly decompress = (message: Buffer, encoding: string): Promise<Buffer> =>
    this.memory.turns.take(() => this.#inflate(message.subarray(PREFIX_BYTES), encoding));

  /** The handler has got a message. */
  delivered(): void {
    this.memory.deliver(this.#sizes.shift() ?? 0);
  }

  #inflate(bytes: Buffer, encoding: string): Buffer {
    if (this.memory.hasEnded) throw { code: Code.CANCELLED, details: "the call has ended" };
    if (encoding === "identity") {
      this.#sizes.push(0);
      return bytes;
    }
    const inflate = INFLATE[encoding];
    if (!inflate) {
      const details = `Received message compressed with unsupported encoding "${encoding}"`;
      throw { code: Code.UNIMPLEMENTED, details };
    }
    const { maxInflation, maxMessageBytes } = this.memory.limits;
    const allowed = Math.max(FREE_BYTES, bytes.length * maxInflation);
    const maxOutputLength = Math.min(allowed, maxMessageBytes);
    try {
      this.memory.hold(maxOutputLength);
      const inflated = inflate(bytes, { maxOutputLength });
      this.memory.hold(inflated.length - maxOutputLength);
      this.#sizes.push(inflated.length);
      return inflated;
    } catch (error) {
      if (error instanceof ResourceExhausted) throw statusOf(error);
      if (!isTooLong(error)) throw { code: Code.INTERNAL, details: "Failed to decompress message" };
      const reason = allowed < maxMessageBytes
        ? `to more than ${maxInflation} times what was sent`
        : `to a size larger than ${maxMessageBytes}`;
      throw statusOf(new ResourceExhausted(`Received message that decompresses ${reason}`));
    }
  }
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
