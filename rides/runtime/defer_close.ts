import type { Http2Session } from "node:http2";

/**
 * Symptom: the process aborts (`nghttp2_session.c: find_stream_on_goaway_func: Assertion
 * 'stream->closed_next == NULL' failed`, exit 134 or 139) when a peer closes its channel politely, or
 * ends it with an error.
 *
 * Cause: on a received GOAWAY, Deno 2.9.4 to 2.9.6 calls `session.close()` inside the native
 * `receive()`, or `session.destroy()` if the GOAWAY has an error code, as for every fault of the peer;
 * with no stream open that frees the nghttp2 session which `receive()` goes on to use.
 * Upstream: https://github.com/denoland/deno/issues/36788
 *
 * Workaround: `close`, and `destroy` where it is for an error of HTTP/2, do their work one microtask
 * later, outside of `receive()`. The contract of `close` stays: nothing on a closed session, and the
 * callback is registered at once.
 */
export function deferClose(session: Http2Session): void {
  const close = session.close.bind(session);
  session.close = (callback) => {
    if (session.closed || session.destroyed) return;
    if (callback) session.once("close", callback);
    queueMicrotask(() => close());
  };
  const destroy = session.destroy.bind(session);
  session.destroy = (error, code) => {
    if (isOfHttp2(error)) queueMicrotask(() => destroy(error, code));
    else destroy(error, code);
  };
}

/** The server of grpc-js calls `destroy` with only a code, outside of `receive()`. */
function isOfHttp2(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_HTTP2");
}
