import type { ClientDuplexStream, ClientReadableStream } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";

type Stream<Response> = ClientReadableStream<Response> | ClientDuplexStream<Buffer, Response>;

/**
 * The responses of a call as they come, no faster than they are asked for. Leaving them early cancels
 * the call, which the iterator of the stream itself does not.
 *
 * When a call fails grpc-js 1.14.7 drops the responses that it has not handed over yet, which are those
 * behind the first 16 that nobody has read (`subchannel-call.js`).
 *
 * @throws what the call ended with, if not with OK, after the responses that are left
 */
export async function* responses<Response>(stream: Stream<Response>): AsyncGenerator<Response> {
  // The end of a call that is cancelled comes when nobody listens any more.
  stream.on("error", () => {});
  try {
    const items: AsyncIterable<Response> = stream;
    yield* items;
  } finally {
    stream.cancel();
  }
}
