import type { Http2Session } from "node:http2";

/**
 * Symptom: the process aborts (`nghttp2_session.c: find_stream_on_goaway_func: Assertion
 * 'stream->closed_next == NULL' failed`, exit 134 or 139) when a peer closes its channel politely.
 *
 * Cause: on a received GOAWAY, Deno 2.9.4 to 2.9.6 calls `session.close()` inside the native
 * `receive()`; with no stream open that frees the nghttp2 session which `receive()` goes on to use.
 * Upstream: https://github.com/denoland/deno/issues/36788
 *
 * Workaround: `close` does its work one microtask later, outside of `receive()`. Its contract stays:
 * nothing on a closed session, and the callback is registered at once.
 */
export function deferClose(session: Http2Session): void {
  const close = session.close.bind(session);
  session.close = (callback) => {
    if (session.closed || session.destroyed) return;
    if (callback) session.once("close", callback);
    queueMicrotask(() => close());
  };
}
