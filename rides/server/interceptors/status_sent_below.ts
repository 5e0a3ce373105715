import type { ServerInterceptingCallInterface, status as Code } from "@grpc/grpc-js";
import type { ServerHttp2Stream } from "node:http2";

/**
 * The status that grpc-js itself sent for a call, undefined where it sent none.
 *
 * A deadline that passes, a message that is too large or malformed, an unknown compression: grpc-js
 * answers them from its innermost call, past every interceptor, and tells those `onCancel`, just as it
 * does when the client has left. The HTTP/2 stream alone knows which it was, so this looks where
 * grpc-js 1.14 keeps it; should a later version keep it elsewhere, the answer is undefined.
 */
export function statusSentBelow(call: ServerInterceptingCallInterface): Code | undefined {
  let innermost = call as Nested;
  while (innermost.nextCall) innermost = innermost.nextCall;
  const { sentHeaders, sentTrailers } = innermost.stream ?? {};
  const code = sentTrailers?.["grpc-status"] ?? sentHeaders?.["grpc-status"];
  return code === undefined ? undefined : Number(code);
}

interface Nested {
  nextCall?: Nested;
  stream?: Partial<ServerHttp2Stream>;
}
