import type { ServerHttp2Stream } from "node:http2";
import type { Server } from "node:net";

/**
 * Symptom: a client that calls a method that there is not, or with another content type, and breaks the
 * protocol in the same breath makes the server throw outside of every call (ERR_HTTP2_INVALID_STREAM).
 * Where nobody listens for such errors the process ends.
 *
 * Cause: grpc-js 1.14.7 answers such calls itself (`_respondWithError`, `_verifyContentType`) without a
 * look at whether the stream still stands, and `node:http2` emits "stream" one turn after the frame, when
 * it may be destroyed.
 *
 * Workaround: an answer to a stream that is gone goes nowhere.
 */
export function ignoreLateAnswers(server: Server): void {
  server.prependListener("stream", (stream: ServerHttp2Stream) => {
    const respond = stream.respond.bind(stream);
    stream.respond = (headers, options) => {
      if (!stream.destroyed) respond(headers, options);
    };
  });
}
