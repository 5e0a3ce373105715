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
 * grpc-js limits the size of each message and nothing else: neither the unfinished messages of all streams
 * nor what compressed ones inflate to. It has no public hook for a decoder, so the private ones of its
 * innermost call are replaced. The version is pinned; if a later one keeps them elsewhere, nothing is limited
 * here, which tests notice.
 *
 * @returns the inflater, which is to be told when each message has been delivered; nothing for a call whose
 * messages are not compressed
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
