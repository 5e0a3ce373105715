import type { ClientDuplexStream, ClientReadableStream } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";

type Stream<Response> = ClientReadableStream<Response> | ClientDuplexStream<Buffer, Response>;

/**
 * The responses of a call as they come, no faster than they are asked for. Leaving them early cancels
 * the call.
 *
 * Not by the iterator of the stream itself: that one gives up what has arrived when the call fails, and
 * what was told before a failure is what its caller needs most. What grpc-js still has itself it gives
 * up all the same (1.14.7, `subchannel-call.js`), which is all but the first 16 that nobody has read.
 *
 * @throws what the call ended with, if not with OK, after what has arrived before it
 */
export async function* responses<Response>(stream: Stream<Response>): AsyncGenerator<Response> {
  let failure: Error | undefined;
  let over = false;
  let wake = () => {};
  stream.on("readable", () => wake());
  stream.on("error", (error) => failure = error);
  // grpc-js pushes the end before it says with which status.
  stream.on("status", () => {
    over = true;
    wake();
  });
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => wake = resolve);
      const response: Response | null = stream.read();
      if (response !== null) yield response;
      else if (over) break;
      else await woken;
    }
    if (failure) throw failure;
  } finally {
    if (!over) stream.cancel();
  }
}
