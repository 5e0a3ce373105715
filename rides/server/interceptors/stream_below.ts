import type { ServerInterceptingCallInterface, status as Code } from "@grpc/grpc-js";
import type { ServerHttp2Stream } from "node:http2";

/** What is used of a stream: of the engine's all of it, of `node:http2`'s what that has. */
type Http2Stream = Partial<
  & Pick<ServerHttp2Stream, "session" | "sentHeaders" | "sentTrailers" | "close">
  & Readonly<Record<"bytesReceived" | "bytesSent", number>>
  & { dropUnsent(): void }
>;

/**
 * The HTTP/2 stream of a call, from where grpc-js 1.14 keeps it; should a later version keep it
 * elsewhere, it is undefined.
 */
export function streamBelow(innermost: ServerInterceptingCallInterface): Http2Stream | undefined {
  return (innermost as { stream?: Http2Stream }).stream;
}

/**
 * The status that grpc-js itself sent for a call, undefined where it sent none.
 *
 * A deadline that passes, a message that is too large or malformed, an unknown compression: grpc-js
 * answers them from its innermost call, past every interceptor, and then tells those `onCancel`, as it
 * does when the client has left. The HTTP/2 stream alone knows which it was.
 */
export function statusSentBelow(innermost: ServerInterceptingCallInterface): Code | undefined {
  const stream = streamBelow(innermost);
  const code = stream?.sentTrailers?.["grpc-status"] ?? stream?.sentHeaders?.["grpc-status"];
  return code === undefined ? undefined : Number(code);
}
