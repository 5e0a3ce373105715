import type { ClientDuplexStream, ClientReadableStream } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";

type Stream<Response> = ClientReadableStream<Response> | ClientDuplexStream<Buffer, Response>;

/**
 * The responses of a call as they come, no faster than they are asked for. Leaving the loop early cancels the
 * call, which the stream's own iterator does not do.
 *
 * When a call fails, grpc-js 1.14.7 drops the responses that it has not yet handed over: all but the first 16
 * unread ones (`subchannel-call.js`).
 *
 * @throws the status that the call ended with, if not OK, after the remaining responses
 */
export async function* responses<Response>(stream: Stream<Response>): AsyncGenerator<Response> {
  // The end of a cancelled call comes when nobody listens any more.
  stream.on("error", () => {});
  try {
    const items: AsyncIterable<Response> = stream;
    yield* items;
  } finally {
    stream.cancel();
  }
}
