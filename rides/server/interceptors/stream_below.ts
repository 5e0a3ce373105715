import type { ServerInterceptingCallInterface, status as Code } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import type { ServerHttp2Stream } from "node:http2";

/** What is used of a stream; the engine's has all of it, that of `node:http2` only some. */
type Http2Stream = Partial<
  & Pick<ServerHttp2Stream, "session" | "sentHeaders" | "sentTrailers" | "close">
  & Readonly<Record<"bytesReceived" | "bytesSent", number>>
  & { dropUnsent(): void; write(bytes: Buffer, done: (error?: Error | null) => void): void }
>;

/**
 * The HTTP/2 stream of a call, from where grpc-js 1.14 keeps it; undefined if another version keeps it
 * elsewhere.
 */
export function streamBelow(innermost: ServerInterceptingCallInterface): Http2Stream | undefined {
  return (innermost as { stream?: Http2Stream }).stream;
}

/**
 * The status that grpc-js itself sent for a call; undefined if it sent none.
 *
 * If a message is too large or malformed, or a compression unknown, grpc-js answers from its innermost call,
 * bypassing every interceptor, and then calls their `onCancel`, as it does when the client has left. Only the
 * HTTP/2 stream knows which it was.
 */
export function statusSentBelow(innermost: ServerInterceptingCallInterface): Code | undefined {
  const stream = streamBelow(innermost);
  const code = stream?.sentTrailers?.["grpc-status"] ?? stream?.sentHeaders?.["grpc-status"];
  return code === undefined ? undefined : Number(code);
}
