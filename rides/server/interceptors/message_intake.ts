import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { Inflater } from "./inflater.ts";
import { MessageDecoder } from "./message_decoder.ts";
import type { CallMemory } from "./message_memory.ts";

/** What is replaced of the innermost call of grpc-js 1.14. */
interface Innermost {
  decoder?: Pick<MessageDecoder, "write">;
  decompressMessage?: Inflater["decompress"];
  /** The header `grpc-encoding`. */
  readonly incomingEncoding?: string;
}

/**
 * Has a call receive its messages within `memory`.
 *
 * grpc-js bounds each message, and nothing else: not the unfinished ones of all streams, and not what
 * compressed ones come to. It has no public place for a decoder, so those of its innermost call are
 * replaced, which are private. The version is pinned; should a later one keep them elsewhere, nothing is
 * bounded here, which tests notice.
 *
 * @returns what inflates the messages, which is to be told when each has been delivered; nothing for a
 * call whose messages are not compressed
 */
export function receiveWithin(
  memory: CallMemory,
  innermost: ServerInterceptingCallInterface,
): Inflater | undefined {
  const call = innermost as Innermost;
  call.decoder = new MessageDecoder(memory);
  if (call.incomingEncoding === undefined || call.incomingEncoding === "identity") return undefined;
  const inflater = new Inflater(memory);
  call.decompressMessage = inflater.decompress;
  return inflater;
}
